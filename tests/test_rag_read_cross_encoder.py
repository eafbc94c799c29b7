"""A cross-encoder as reader, at its seam and with a tiny model of random weights."""

from collections.abc import Sequence
from importlib import import_module
from math import inf, nan
from pathlib import Path
from typing import Any

import pytest

from index.errors import ModelError
from index.model import locate, locate_named
from index.types import Hit, Passage, Place, Sentence, Span
from rag.read.cross_encoder import MOST_HITS, CrossEncoderReader, LazyCrossEncoder
from rag.types import Claim, Verdict

WORDS = ("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "who", "slept", "the", "mate", "cook", "?")


class Told:
    """A model that gives the logits it is told to, and remembers what it was asked."""

    def __init__(self, *logits: float) -> None:
        self.logits = logits
        self.pairs: list[tuple[str, str]] = []

    def predict(self, pairs: Sequence[tuple[str, str]]) -> Sequence[float]:
        self.pairs += pairs
        return self.logits or [0.0] * len(pairs)


def hit(document: str, *sentences: str, score: float = 1.0) -> Hit:
    starts = [sum(len(each) + 1 for each in sentences[:at]) for at in range(len(sentences))]
    spans = [Span(at, at + len(words)) for at, words in zip(starts, sentences, strict=True)]
    # The document has two characters before each sentence that its reading has not.
    placed = [Sentence(span.shift(2 * at + 2), span, Place()) for at, span in enumerate(spans)]
    passage = Passage(" ".join(sentences), tuple(placed))
    return Hit(document, passage, score, score, score, (score,) * len(sentences))


def test_sentences_are_scored_with_their_neighbours_and_sorted() -> None:
    model = Told(0.0, -2.0, 3.0, 1.0, -1000.0)
    hits = [hit("a.txt", "A.", "B.", "C.", "D."), hit("b.txt", "E.", score=0.5)]
    verdict = CrossEncoderReader(model).read("Who?", hits)
    assert model.pairs == [
        ("Who?", "A. B."),
        ("Who?", "A. B. C."),
        ("Who?", "B. C. D."),
        ("Who?", "C. D."),
        ("Who?", "E."),
    ]
    assert [(claim.document, claim.span) for claim in verdict.claims] == [
        ("a.txt", Span(12, 14)),
        ("a.txt", Span(17, 19)),
        ("a.txt", Span(2, 4)),
        ("a.txt", Span(7, 9)),
        ("b.txt", Span(2, 4)),
    ]
    assert [claim.score for claim in verdict.claims] == pytest.approx(
        [0.9526, 0.7311, 0.5, 0.1192, 0.0], abs=1e-4
    )
    assert verdict.confidence == verdict.claims[0].score


def test_only_the_best_hits_are_read() -> None:
    model = Told()
    hits = [hit(f"{n}.txt", f"No. {n}.", score=n / 100) for n in range(MOST_HITS + 3)]
    CrossEncoderReader(model).read("Who?", hits)
    assert [text for _, text in model.pairs] == [f"No. {n}." for n in range(MOST_HITS + 2, 2, -1)]


def test_no_number_is_no_probability() -> None:
    verdict = CrossEncoderReader(Told(nan, inf, -inf)).read(
        "Who?", [hit("a.txt", "A.", "B.", "C.")]
    )
    assert verdict.confidence == 0.0


def test_no_hits_no_claims() -> None:
    assert CrossEncoderReader(Told()).read("Who?", []) == Verdict((), 0.0)


# -- a model on disk -------------------------------------------------------------------------------


def save_model(folder: Path, labels: int = 1) -> Path:
    """A cross-encoder of a few hundred random weights."""
    # Its types have gaps, and a test needs none.
    transformers: Any = import_module("transformers")
    size = {"hidden_size": 8, "intermediate_size": 8, "num_hidden_layers": 1}
    shape = transformers.BertConfig(
        vocab_size=len(WORDS), num_attention_heads=2, num_labels=labels, **size
    )
    transformers.BertForSequenceClassification(shape).save_pretrained(folder)
    (folder / "vocab.txt").write_text("\n".join(WORDS))
    transformers.BertTokenizerFast(vocab=str(folder / "vocab.txt")).save_pretrained(folder)
    return folder


def loaded(folder: Path) -> LazyCrossEncoder:
    return LazyCrossEncoder(locate_named(str(folder), allow_network=False))


@pytest.mark.model
def test_a_local_model_loads_by_its_path(tmp_path: Path) -> None:
    model = loaded(save_model(tmp_path))
    first, second = model.predict([("who slept ?", "the mate"), ("who slept ?", "the cook")])
    assert first != second
    assert model.predict([("who slept ?", "the cook")]) == pytest.approx([second], abs=1e-5)
    verdict = CrossEncoderReader(model).read("who slept ?", [hit("a.txt", "the mate", "the cook")])
    assert [type(claim) for claim in verdict.claims] == [Claim, Claim]
    assert 0 < verdict.confidence < 1


@pytest.mark.model
def test_a_model_with_several_scores_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="gives 3 scores for a pair"):
        loaded(save_model(tmp_path, labels=3)).predict([("who", "mate")])


@pytest.mark.model
def test_an_embedding_model_is_refused() -> None:
    with pytest.raises(ModelError, match=r"is not a cross-encoder; name one in reader\.model"):
        LazyCrossEncoder(locate(None)).predict([("who", "mate")])


@pytest.mark.model
def test_a_folder_without_a_model_is_refused(tmp_path: Path) -> None:
    (tmp_path / "model.safetensors").write_bytes(b"")
    with pytest.raises(ModelError, match="is not a cross-encoder: "):
        loaded(tmp_path).predict([("who", "mate")])
