"""What the reader is trained on, and a few steps of training."""

import gzip
import json
import random
import tomllib
from collections import Counter
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from tokenizers import Tokenizer

from index.model import locate
from rag.read.layout import Pieced
from rag.read.training import rows as rows_module
from rag.read.training.examples import Example, Examples, Kind, Mined, Shares
from rag.read.training.misses import Misses
from rag.read.training.reworded import Reworder, neighbours
from rag.read.training.rows import HELD_OUT, Row, load_rows, untokenised, without_answer
from tests.test_rag_read_layout import pieced

PLAIN = Shares(
    removed=0,
    mined=0,
    near=0,
    random=0,
    joined=0,
    untitled=0,
    reworded=0,
    unanswerable=1,
    longest=50,
    sets={},
)

NEAR_WORDS = {"keeper": ("guard",), "light": ("lamp", "lantern")}


def row(*sentences: str, labels: tuple[int | None, ...], **others: Any) -> Row:
    fields: dict[str, Any] = {
        "question": "who lit it",
        "title": "log",
        "answer": "reed",
        "source": "test",
        "group": "log",
    }
    return Row(sentences=sentences, labels=labels, **(fields | others))


LIT = row("reed lit it", "log it", "who lit", labels=(1, 0, 0))
NONE = row("it", "log", labels=(0, 0), answer="")


def pretrained() -> tuple[Any, Pieced]:
    """The encoder before its training, and what splits texts for it."""
    from rag.read.training.encoder import Encoder

    folder = locate(None).folder
    return Encoder(folder), Pieced(Tokenizer.from_file(str(folder / "tokenizer.json")))


def only(shares: Shares, *several: Row) -> list[Example]:
    mined = np.full((len(several), 8), -1, dtype=np.int32)
    mined[:, 0] = len(several) - 1
    reword = Reworder(NEAR_WORDS, 1.0)
    return list(Examples(several, Mined(several, mined), pieced(), shares, reword).of_pass(1))


def test_an_example_has_a_label_for_each_marker_and_the_words_that_answer() -> None:
    (example,) = only(PLAIN, LIT)
    assert example.labels == (1, 0, 0)
    assert example.layout.ids[example.layout.starts[0]] == 7
    assert example.answer == (example.layout.starts[0], example.layout.starts[0])


def test_a_set_is_seen_so_often() -> None:
    assert len(only(Shares(**(vars_of(PLAIN) | {"sets": {"test": 3.0}})), LIT, NONE)) == 6
    assert only(Shares(**(vars_of(PLAIN) | {"sets": {"test": 0.0}})), LIT) == []


def test_a_question_in_other_words_keeps_those_without_neighbours() -> None:
    asked = Reworder(NEAR_WORDS, 1.0)("Who saw the keeper's light?", random.Random(1))
    assert asked in {"Who saw the guard's lamp?", "Who saw the guard's lantern?"}
    assert Reworder(NEAR_WORDS, 0.0)("the keeper", random.Random(1)) == "the keeper"


@pytest.mark.model
def test_neighbours_mean_nearly_the_same() -> None:
    words = ["famous", "renowned", "large", "huge", "north", "south"]
    from rag.read.training.mined import vectors

    encoder, pieced_ = pretrained()
    embed = partial(vectors, encoder=encoder, pieced=pieced_)
    row_of_all = row(" ".join(["Each", *words]), labels=(0,), question=" ".join(["Which", *words]))
    near = neighbours([row_of_all] * 30, embed)
    assert "renowned" in near["famous"]
    assert "huge" in near["large"]
    # The opposite of a word is near it as well, and says another thing.
    assert "south" not in near.get("north", ())


def test_what_is_not_answered_points_at_the_start() -> None:
    (example,) = only(PLAIN, NONE)
    assert (example.labels, example.answer) == ((0, 0), (0, 0))


def test_a_sentence_that_may_answer_leaves_the_words_unknown() -> None:
    (example,) = only(PLAIN, row("it", "reed", labels=(0, None), answer=""))
    assert (example.labels, example.answer) == ((0, None), None)


@pytest.mark.parametrize(
    ("kind", "shares"),
    [
        (Kind.REMOVED, {"removed": 1}),
        (Kind.MINED, {"mined": 1}),
        (Kind.RANDOM, {"random": 1}),
    ],
)
def test_negatives_answer_nothing(kind: Kind, shares: dict[str, float]) -> None:
    made = only(Shares(**(vars_of(PLAIN) | shares)), LIT, NONE)
    (negative,) = [example for example in made if example.kind is kind]
    assert set(negative.labels) == {0}
    assert negative.answer == (0, 0)


def vars_of(shares: Shares) -> dict[str, Any]:
    return {name: getattr(shares, name) for name in Shares.__slots__}


def test_another_paragraph_beside_ones_own_answers_nothing() -> None:
    examples = only(Shares(**(vars_of(PLAIN) | {"joined": 1})), LIT, NONE)
    joined = max(examples, key=lambda example: len(example.labels))
    assert Counter(joined.labels) == {0: 4, 1: 1}


def test_a_pass_depends_on_its_seed_alone() -> None:
    shares = Shares(0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 1, 20, {"test": 2.5})
    assert only(shares, LIT, NONE) == only(shares, LIT, NONE)


def test_an_answer_is_removed_with_all_that_has_its_words() -> None:
    paragraph = row(
        "Reed lit it.", "It rained.", "So said reed.", "It burned.", labels=(1, 0, 0, 0)
    )
    left = without_answer(paragraph)
    assert left is not None
    assert (left.sentences, left.labels) == (("It rained.", "It burned."), (0, 0))
    assert without_answer(row("Reed lit it.", "It rained.", labels=(1, 0))) is None
    assert without_answer(NONE) is None


def test_a_near_miss_has_another_name_number_or_direction() -> None:
    asked = row(
        "The mate Anna Reed lit the first lamp in 1902.",
        labels=(1,),
        question="When did Anna Reed light the first lamp of 1902?",
    )
    other = row(
        "It was 1847 when the mate Tom Bell slept.", labels=(0,), question="Did Tom Bell sleep?"
    )
    misses, chance = Misses([asked, other]), random.Random(1)
    made = {near.question for _ in range(60) if (near := misses.near(asked, chance))}
    assert "When did Tom Bell light the first lamp of 1902?" in made
    assert "When did Anna Reed light the first lamp of 1847?" in made
    assert "When did Anna Reed light the last lamp of 1902?" in made
    assert asked.question not in made


def test_text_is_freed_of_a_tokenisers_spaces() -> None:
    assert untokenised("`` It burned , '' he said ( twice ) .") == '"It burned," he said (twice).'


def test_rows_come_from_the_permitted_sets_and_not_from_articles_held_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rows_module, "SETS", {"one": 1, "two": 9})
    held = sorted(HELD_OUT)[0]
    write(tmp_path, "one", [record("a"), record("b")])
    write(tmp_path, "two", [record("c", article=held), record("d", unsure=[1], labels=[1, 0])])
    loaded = load_rows(tmp_path)
    assert [each.question for each in loaded] == ["a", "d"]
    assert loaded[1].labels == (1, None)


def record(question: str, **others: Any) -> dict[str, Any]:
    return {"question": question, "sentences": ["It.", "That."], "labels": [1, 0]} | others


def write(folder: Path, name: str, records: list[dict[str, Any]]) -> None:
    with gzip.open(folder / f"{name}.jsonl.gz", "wt", encoding="utf-8") as file:
        file.writelines(json.dumps(each) + "\n" for each in records)


@pytest.mark.model
@pytest.mark.filterwarnings("ignore")  # the exporter's own, of its libraries
def test_training_goes_on_where_it_stopped_and_is_exported(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import torch

    from rag.read.trained import MANIFEST, WEIGHTS, OnnxNetwork, read_passage
    from rag.read.training import train as script
    from rag.read.training.export import export

    monkeypatch.setattr(rows_module, "SETS", {"one": 99})
    many = [
        record(f"Who lit lamp {at}?", sentences=[f"Reed lit lamp {at}.", "It."]) for at in range(50)
    ]
    write(tmp_path, "one", many)
    config = tomllib.loads(script.CONFIG.read_text(encoding="utf-8"))
    config |= {"batch_tokens": 256, "warmup": 2, "cooldown": 2, "threads": 1}
    script.train(tmp_path, tmp_path / "run", config | {"steps": 2})
    script.train(tmp_path, tmp_path / "run", config | {"steps": 4})
    state = torch.load(tmp_path / "run" / "encoder.pt", weights_only=True)
    assert state["step"] == 4

    export(tmp_path / "run" / "encoder.pt", tmp_path / "model")
    manifest = json.loads((tmp_path / "model" / MANIFEST).read_text())
    assert manifest["bytes"] == (tmp_path / "model" / WEIGHTS).stat().st_size < 30_000_000
    encoder, pieced_ = pretrained()
    encoder.load_state_dict(state["encoder"])
    asked = ("Who lit lamp 3?", "", ["Reed lit lamp 3, and the mate slept.", "It rained."])

    def whole(layout: Any) -> Any:
        with torch.no_grad():
            ids, types = torch.tensor([layout.ids]), torch.tensor([layout.types])
            return encoder(ids, types)[0].numpy()

    small = read_passage(OnnxNetwork(tmp_path / "model"), pieced_, *asked)
    exact = read_passage(whole, pieced_, *asked)
    for one, other in zip(small, exact, strict=True):
        assert one.score == pytest.approx(other.score, abs=0.15)
