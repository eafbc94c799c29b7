"""Embeddings: the fake keeps the same promises as the model, and the model keeps its own."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NoReturn

import numpy as np
import pytest

from index.embed import (
    Embedder,
    Encoded,
    LazyEmbedder,
    TransformerEmbedder,
    _Turns,
    load_embedder,
)
from index.errors import ModelError
from index.model import ModelFiles, locate
from index.split import split
from index.structure import finish, plain_blocks
from index.tokens import DEFAULT_ENCODING, load_encoding
from index.update import make_budget
from tests.fakes import FakeEmbedder
from tests.patience import PATIENCE

ROOT = Path(__file__).parents[1]
TEXTS = [
    "It rained in Marlin.",
    "Was it the mill at Furth, or the unforeseeable Zwickmühle, that burned in 1937?",
    "“So”—he said…",
]


@pytest.fixture(scope="module")
def model() -> TransformerEmbedder:
    return load_embedder(None).load()


@pytest.fixture(params=["fake", pytest.param("model", marks=pytest.mark.model)])
def embedder(request: pytest.FixtureRequest) -> Embedder:
    if request.param == "fake":
        return FakeEmbedder()
    found: Embedder = request.getfixturevalue("model")
    return found


def shapes(encoded: Encoded) -> tuple[tuple[int, ...], ...]:
    return encoded.vector.shape, encoded.tokens.shape


def close(first: Encoded, second: Encoded) -> bool:
    return (
        (first.pieces, first.spans) == (second.pieces, second.spans)
        and bool(np.allclose(first.vector, second.vector, atol=1e-5))
        and bool(np.allclose(first.tokens, second.tokens, atol=1e-4))
    )


# What is promised of any embedder


@pytest.mark.parametrize("text", TEXTS)
def test_every_piece_has_a_vector_a_number_and_a_span(text: str, embedder: Embedder) -> None:
    (encoded,) = embedder.passages([text])
    count = embedder.count(text)
    assert count > 3
    dimension = len(encoded.vector)
    assert shapes(encoded) == ((dimension,), (count, dimension))
    assert encoded.vector.dtype == encoded.tokens.dtype == np.float32
    assert len(encoded.pieces) == len(encoded.spans) == count
    assert np.linalg.norm(encoded.vector) == pytest.approx(1, abs=1e-5)
    assert np.allclose(np.linalg.norm(encoded.tokens, axis=1), 1, atol=1e-5)


@pytest.mark.parametrize("text", TEXTS)
def test_spans_are_in_order_and_cover_the_text(text: str, embedder: Embedder) -> None:
    (encoded,) = embedder.passages([text])
    at = 0
    for span in encoded.spans:
        assert text[at : span.start].strip() == ""
        at = span.end
    assert at == len(text)


def test_a_passage_is_the_same_in_any_company(embedder: Embedder) -> None:
    together = embedder.passages([*TEXTS, "rain " * 100])
    apart = [embedder.passages([text])[0] for text in TEXTS]
    assert all(close(*pair) for pair in zip(together[:3], apart, strict=True))
    assert embedder.passages([]) == []


def test_a_question_that_is_too_long_loses_its_end(embedder: Embedder) -> None:
    text = "rain and snow " * 200
    assert embedder.count(text) > embedder.limit
    encoded = embedder.question(text)
    dimension = len(encoded.vector)
    assert shapes(encoded) == ((dimension,), (embedder.limit, dimension))
    kept = text[: encoded.spans[-1].end]
    assert embedder.count(kept) == embedder.limit
    assert encoded.spans[-1].of(text) in {"rain", "and", "snow"}
    assert close(embedder.question(kept), encoded)


@pytest.mark.parametrize("text", ["", "  \n"])
def test_a_question_without_words_has_no_tokens(text: str, embedder: Embedder) -> None:
    encoded = embedder.question(text)
    assert encoded.tokens.shape == (0, len(encoded.vector))
    assert (encoded.pieces, encoded.spans) == ((), ())


def test_no_passage_is_ever_cut_off(embedder: Embedder) -> None:
    words = "The unforeseeable mill burned, and Zwickmühle 1937 it was not \u6f22\u5b57 so;"
    text = f"{words} " * 40 + f"{'x' * 900} " + f"{words} It rained. " * 30
    budget = make_budget(embedder, load_encoding(DEFAULT_ENCODING), 10_000)
    passages = split(text, finish(text, plain_blocks(text)).blocks, budget)
    assert len(passages) > 2
    encoded = embedder.passages([passage.reading for passage in passages])
    for passage, found in zip(passages, encoded, strict=True):
        count = embedder.count(passage.reading)
        assert len(found.tokens) == count <= embedder.limit
        assert found.spans[-1].end == len(passage.reading)
    assert max(len(found.tokens) for found in encoded) > 0.8 * embedder.limit


# What is true of the model alone


@pytest.mark.model
def test_the_default_model(model: TransformerEmbedder) -> None:
    assert (len(model.question("It rained.").vector), model.limit) == (384, 254)
    assert model.sha256 == locate(None).sha256
    assert model.count("It rained in Marlin.") == 6  # marl ##in


@pytest.mark.model
def test_pieces_are_the_words_of_their_spans(model: TransformerEmbedder) -> None:
    text = "The UNFORESEEABLE mill, (so) re-built in 1937?"
    (encoded,) = model.passages([text])
    names = [str(model._tokenizer.id_to_token(piece)) for piece in encoded.pieces]
    assert [name.removeprefix("##") for name in names] == [
        span.of(text).lower() for span in encoded.spans
    ]
    assert len(names) > 12


@pytest.mark.model
def test_a_passage_of_just_the_limit_is_whole(model: TransformerEmbedder) -> None:
    text = " ".join(["rain"] * model.limit)
    (encoded,) = model.passages([text])
    assert len(encoded.tokens) == model.limit
    assert encoded.spans[-1].end == len(text)


@pytest.mark.model
def test_white_space_around_a_question_changes_its_spans_alone(model: TransformerEmbedder) -> None:
    plain, spaced = model.question("Who came?"), model.question("  Who came?\n")
    assert plain.pieces == spaced.pieces
    assert np.allclose(plain.vector, spaced.vector, atol=1e-6)
    assert [span.shift(2) for span in plain.spans] == list(spaced.spans)


@pytest.mark.model
def test_questions_are_near_to_what_answers_them(model: TransformerEmbedder) -> None:
    question = model.question("Who burned down the mill?").vector
    first, second = model.passages(
        ["The mill was set on fire by its owner.", "In winter the river froze."]
    )
    assert question @ first.vector > 0.5
    assert question @ second.vector < 0.3


def with_prompts(files: ModelFiles, folder: Path, prompts: dict[str, str]) -> ModelFiles:
    """The same model with prompts of its own."""
    for file in files.folder.iterdir():
        (folder / file.name).symlink_to(file)
    config = folder / "config_sentence_transformers.json"
    settings = json.loads(config.read_text(encoding="utf-8")) if config.exists() else {}
    config.unlink(missing_ok=True)
    config.write_text(json.dumps({**settings, "prompts": prompts}), encoding="utf-8")
    return ModelFiles(folder, "prompted", files.sha256)


@pytest.mark.model
@pytest.mark.parametrize("name", ["document", "passage"])
def test_prompts_are_put_before_and_left_out(
    name: str, model: TransformerEmbedder, tmp_path: Path
) -> None:
    prompts = {"query": "search for: ", name: "text: "}
    prompted = TransformerEmbedder(with_prompts(locate(None), tmp_path, prompts))
    assert prompted.limit == model.limit - 2
    text = "It rained in Marlin."
    for plain, other, prompt in (
        (model.passages, prompted.passages, "text: "),
        (questions(model), questions(prompted), "search for: "),
    ):
        (bare,), (ours,), (spelt_out,) = plain([text]), other([text]), plain([prompt + text])
        assert (ours.pieces, ours.spans) == (bare.pieces, bare.spans)
        assert np.allclose(ours.vector, spelt_out.vector, atol=1e-5)
        assert np.allclose(ours.tokens, spelt_out.tokens[-len(bare.tokens) :], atol=1e-4)
        assert not np.allclose(ours.vector, bare.vector, atol=1e-2)


def questions(embedder: Embedder) -> Callable[[Sequence[str]], list[Encoded]]:
    return lambda texts: [embedder.question(text) for text in texts]


@pytest.mark.model
def test_a_long_question_with_a_prompt_is_cut_off_cleanly(tmp_path: Path) -> None:
    prompted = TransformerEmbedder(
        with_prompts(locate(None), tmp_path, {"query": "search for: ", "document": "text: "})
    )
    encoded = prompted.question("rain " * 400)
    assert len(encoded.tokens) == 256 - 2 - 3
    assert encoded.spans[-1].of("rain " * 400) == "rain"


# Loading


@pytest.mark.model
def test_loading_needs_no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> NoReturn:
        raise AssertionError("the network was used")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    assert load_embedder(None).load().limit == 254


@pytest.mark.model
def test_a_folder_that_is_no_model(tmp_path: Path) -> None:
    (tmp_path / "model.safetensors").write_bytes(b"weights")
    with pytest.raises(ModelError, match="is not a sentence-transformers model: "):
        load_embedder(str(tmp_path)).load()


def test_importing_the_package_loads_nothing_heavy() -> None:
    script = (
        "import sys, index.snapshot, index.update;"
        "print({'torch', 'faiss', 'sentence_transformers', 'huggingface_hub'} & {*sys.modules})"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert done.stdout == "set()\n"


def test_a_model_is_loaded_once_and_not_before_it_is_needed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    loaded: list[ModelFiles] = []

    def load(files: ModelFiles) -> FakeEmbedder:
        loaded.append(files)
        return FakeEmbedder()

    monkeypatch.setattr("index.embed.TransformerEmbedder", load)
    files = ModelFiles(Path("there"), "mine", "2" * 64)
    lazy = LazyEmbedder(files)
    assert (lazy.name, lazy.sha256, loaded) == ("mine", "2" * 64, [])
    assert (lazy.count("It rained."), lazy.limit) == (3, 254)
    assert loaded == [files]


def test_a_question_goes_before_passages_that_wait() -> None:
    turns, order = _Turns(), list[str]()

    def patient() -> None:
        with turns.patient():
            order.append("passages")

    def urgent() -> None:
        with turns.urgent():
            order.append("question")

    with turns.patient():
        first = threading.Thread(target=patient)
        first.start()
        second = threading.Thread(target=urgent)
        second.start()
        while not turns._urgent:
            time.sleep(0.001)
    for each in (first, second):
        each.join(PATIENCE)
    assert order == ["question", "passages"]
