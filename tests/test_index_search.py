"""Retrieval, exactly: every number of a hit, on passages whose vectors are made by hand."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import pytest

from index import search, vectors
from index.embed import Encoded
from index.search import BM25_WEIGHT, HYBRID_WEIGHT, Searcher
from index.store import Settings, Store, WritableStore, writing
from index.types import Document, Hit, Passage, Place, Sentence, Span

# Words at right angles to each other; their sign bits are all that there is to them, so nothing
# is lost in the store. Any other word is at right angles to all.
WORDS = {
    "rain": (1, 1, 1, 1),
    "snow": (1, -1, 1, -1),
    "marlin": (1, 1, -1, -1),
}
OTHER = (1, -1, -1, 1)
NUMBERS = {word: number for number, word in enumerate(WORDS)}


class HandMade:
    """An embedder of these words."""

    name = "hand-made"
    sha256 = "0" * 64
    dimension = 4
    limit = 4

    def count(self, text: str) -> int:
        return len(re.findall(r"\w+", text))

    def passages(self, texts: Sequence[str]) -> list[Encoded]:
        return [self.question(text) for text in texts]

    def question(self, text: str) -> Encoded:
        found = list(re.finditer(r"\w+", text.lower()))[: self.limit]
        rows = [np.array(WORDS.get(word[0], OTHER), dtype=np.float32) / 2 for word in found]
        tokens = np.array(rows, dtype=np.float32).reshape(-1, 4)
        total = tokens.sum(axis=0)
        return Encoded(
            vector=np.asarray(total / (np.linalg.norm(total) or 1), dtype=np.float32),
            tokens=tokens,
            pieces=tuple(NUMBERS.get(word[0], 99) for word in found),
            spans=tuple(Span(*word.span()) for word in found),
        )


@pytest.fixture
def store(tmp_path: Path) -> Iterator[WritableStore]:
    with writing(tmp_path) as opened:
        opened.prepare(Settings("hand-made", "0" * 64, "none", 10))
        yield opened


def add(store: WritableStore, name: str, *passages: str) -> None:
    """A document of passages, each with a sentence for every full stop."""
    pairs = []
    for reading in passages:
        spans = [Span(*match.span()) for match in re.finditer(r"[^ .][^.]*\.", reading)]
        sentences = tuple(Sentence(span, span, Place()) for span in spans)
        pairs.append((Passage(reading, sentences), HandMade().question(reading)))
    store.put(Document(name, "", name, " ".join(passages), "utf-8", 1, ()), "/", pairs)


def searcher(store: Store) -> Searcher:
    return Searcher(store, vectors.build(*store.vectors()), HandMade())


def find(store: Store, question: str) -> list[Hit]:
    return searcher(store).search(question)


def test_one_passage_is_judged_by_its_words(store: WritableStore) -> None:
    add(store, "a", "Rain marlin. Snow.")
    (hit,) = find(store, "rain")
    assert hit.document == "a"
    assert hit.passage.reading == "Rain marlin. Snow."
    assert hit.similarity == 1
    assert list(hit.sentence_similarities) == [1, 0]
    assert hit.cosine == pytest.approx(1 / math.sqrt(3))
    # A single passage is neither better nor worse than others in either of the scaled scores.
    assert hit.score == 1


def test_rare_words_weigh_more(store: WritableStore) -> None:
    add(store, "a", "Rain marlin.")
    add(store, "b", "Snow marlin.")
    first, second = find(store, "Rain, Marlin?")
    rare, common = math.log1p(1.5 / 1.5), math.log1p(0.5 / 2.5)
    assert (first.document, second.document) == ("a", "b")
    assert first.similarity == pytest.approx(1)
    assert second.similarity == pytest.approx(common / (rare + common))
    assert first.cosine == pytest.approx(1)
    assert second.cosine == pytest.approx(0.5)
    assert first.score == pytest.approx(1 + HYBRID_WEIGHT)
    assert second.score == pytest.approx(second.similarity)


def test_a_word_that_is_nowhere_lowers_every_similarity(store: WritableStore) -> None:
    add(store, "a", "Rain.")
    add(store, "b", "Snow.")
    known, unknown = math.log1p(1.5 / 1.5), math.log1p(2.5 / 0.5)
    first, second = find(store, "rain hail")
    assert first.similarity == pytest.approx(known / (known + unknown))
    assert second.similarity == pytest.approx(0, abs=1e-6)


def test_both_scores_are_scaled_and_added(store: WritableStore) -> None:
    # The word is in two of four; their BM25 differs by length alone, their cosine as well.
    add(store, "a", "Rain.", "Rain snow snow snow.", "Snow.", "Marlin.")
    scores = {hit.passage.reading: hit for hit in find(store, "rain")}
    ids, _ = store.vectors()
    bm25 = dict(store.bm25(["rain"]))
    first, second = bm25[int(ids[0])], bm25[int(ids[1])]
    assert first > second > 0
    expected = BM25_WEIGHT * second / first + (1 - BM25_WEIGHT) / math.sqrt(10)
    assert scores["Rain."].score == pytest.approx(1 + HYBRID_WEIGHT)
    assert scores["Rain snow snow snow."].score == pytest.approx(1 + HYBRID_WEIGHT * expected)
    assert scores["Rain snow snow snow."].hybrid == pytest.approx(expected)
    assert scores["Snow."].score == pytest.approx(0, abs=1e-6)


def test_hits_are_ordered_by_score_and_equals_by_age(store: WritableStore) -> None:
    add(store, "a", "Snow.")
    add(store, "b", "Rain.")
    add(store, "c", "Rain.")
    hits = find(store, "rain")
    assert [hit.document for hit in hits] == ["b", "c", "a"]


def test_only_the_best_candidates_are_compared_word_by_word(
    store: WritableStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(search, "CANDIDATES", 2)
    add(store, "a", "Snow.", "Marlin rain.", "Marlin.", "Rain.")
    assert [hit.passage.reading for hit in find(store, "rain")] == ["Rain.", "Marlin rain."]


def test_a_sentence_without_words_is_like_nothing(store: WritableStore) -> None:
    reading = "Rain. ..."
    spans = (Span(0, 5), Span(6, 9))
    passage = Passage(reading, tuple(Sentence(span, span, Place()) for span in spans))
    document = Document("a", "", "a", reading, "utf-8", 9, ())
    store.put(document, "/", [(passage, HandMade().question(reading))])
    (hit,) = find(store, "rain")
    assert hit.sentence_similarities == (1, -1)


@pytest.mark.parametrize("question", ["", " \n", "?!"])
def test_a_question_without_words_finds_nothing(question: str, store: WritableStore) -> None:
    add(store, "a", "Rain.")
    assert find(store, question) == []


def test_an_empty_index_finds_nothing(store: WritableStore) -> None:
    assert find(store, "rain") == []


@pytest.mark.parametrize(
    "question", ["rain OR", '"rain', "rain*", "rain NEAR(snow)", "reading : rain", "rain\x00\ud800"]
)
def test_a_question_is_never_syntax(question: str, store: WritableStore) -> None:
    add(store, "a", "Rain.", "Snow.")
    assert find(store, question)[0].passage.reading == "Rain."


def test_a_question_that_is_too_long_is_known(store: WritableStore) -> None:
    assert searcher(store).can_read("rain snow rain snow")
    assert not searcher(store).can_read("rain snow rain snow rain")


def test_one_word_to_the_model_may_be_too_many_to_search_by(store: WritableStore) -> None:
    # In small letters the dot is a character of its own, and no part of a word.
    assert HandMade().count("\u0130" * 5) <= 1
    assert searcher(store).can_read("\u0130" * 4)
    assert not searcher(store).can_read("\u0130" * 5)


# -- some documents alone --------------------------------------------------------------------------


def test_only_the_documents_of_a_scope_are_searched(store: WritableStore) -> None:
    add(store, "a", "Rain.", "Snow.")
    add(store, "b", "Rain snow.", "Marlin.")
    add(store, "c", "Rain.")
    hits = searcher(store).search("rain", frozenset({"b"}))
    assert [(hit.document, hit.passage.reading) for hit in hits] == [
        ("b", "Rain snow."),
        ("b", "Marlin."),
    ]
    # The best of the scope is the best there is, and the worst the worst.
    assert hits[0].score == pytest.approx(hits[0].similarity + HYBRID_WEIGHT)
    assert hits[1].score == pytest.approx(hits[1].similarity)
    both = searcher(store).search("rain", frozenset({"a", "c"}))
    assert [hit.document for hit in both] == ["a", "c", "a"]


def test_a_scope_leaves_as_many_candidates_as_there_are(
    store: WritableStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(search, "CANDIDATES", 2)
    add(store, "a", "Rain.", "Rain.", "Rain.")
    add(store, "b", "Snow.", "Marlin rain.")
    hits = searcher(store).search("rain", frozenset({"b"}))
    assert [hit.passage.reading for hit in hits] == ["Marlin rain.", "Snow."]


@pytest.mark.parametrize("documents", [frozenset[str](), frozenset({"lost"})])
def test_no_documents_have_no_hits(store: WritableStore, documents: frozenset[str]) -> None:
    add(store, "a", "Rain.")
    assert searcher(store).search("rain", documents) == []
    assert len(searcher(store).search("rain", None)) == 1
