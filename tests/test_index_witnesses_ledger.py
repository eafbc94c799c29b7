"""What an index takes for copies of the same words, and what not."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index.store import Store, WritableStore
from index.types import Span
from index.witnesses.shingles import MOST_PLACES
from tests.test_index_store import encode, make, new_store

# Twelve sentences of one report.
REPORT = [
    "The keeper of the light at Marlin wound the clock every evening before he climbed the stairs.",
    "In the spring of 1887 a schooner laden with slate went ashore below the western cliff.",
    "Nobody on board could say afterwards which of the two lamps had been burning that night.",
    "The pilot swore that he had seen the upper lamp and steered by it until the keel struck.",
    "An inquest was held at Furth within the week and the coroner heard eleven witnesses.",
    "The owners of the vessel asked for damages of four hundred pounds from the harbour board.",
    "Every member of the board except the chairman refused to pay more than half of that sum.",
    "The keeper was dismissed in June although no fault was ever proved against him.",
    "He moved with his daughter to a village inland where he mended clocks for the farmers.",
    "His book of the watches was lost when the old office of the board burned down.",
    "A copy of some of its pages turned up in a sale of papers long after his death.",
    "It shows that both lamps had been lit at dusk and that neither went out before dawn.",
]
OTHER = [
    "Rain fell on the hills for eleven days and the river rose above the lower bridge.",
    "The miller carried his sacks to the loft and sent the children to their aunt in town.",
    "When the water sank again there was mud in every kitchen from the weir to the church.",
    "A committee was formed to collect money and nobody ever learned what became of it.",
]


def put(store: WritableStore, name: str, text: str) -> None:
    document = replace(make("x.txt", text), path=name)
    store.put(document, "/root", encode(document))


@contextmanager
def indexed(folder: Path, **texts: list[str]) -> Iterator[WritableStore]:
    """A store of documents, a name and its sentences each."""
    with new_store(folder) as store:
        for name, sentences in texts.items():
            put(store, name, " ".join(sentences))
        yield store


def pairs(store: Store, ours: str, theirs: str) -> list[tuple[str, str]]:
    """The sentences of a document that have copies in another, and these."""
    first, second = store.document(ours), store.document(theirs)
    assert first
    assert second
    return [
        (copy.sentences.ours.span.of(first.text), copy.sentences.theirs.span.of(second.text))
        for copy in store.copies(ours, Span(0, len(first.text)))
        if copy.sentences.theirs.document == theirs
    ]


def without(sentence: str, *words: str) -> str:
    for word in words:
        assert word in sentence
        sentence = sentence.replace(word, "", 1)
    return " ".join(sentence.split())


# Copies


def test_every_sentence_of_an_extract_is_a_copy(tmp_path: Path) -> None:
    with indexed(tmp_path, whole=REPORT, extract=[OTHER[0], *REPORT[3:8], OTHER[1]]) as store:
        assert pairs(store, "extract", "whole") == [(text, text) for text in REPORT[3:8]]
        assert pairs(store, "whole", "extract") == [(text, text) for text in REPORT[3:8]]
        (region,) = store.copied()
        assert (region.ours.document, region.theirs.document) == ("extract", "whole")
        assert region.ours.words == region.theirs.words == region.shared
        assert (region.lost, region.flipped.lost) == (0, 0)


def test_a_copy_with_changed_words_is_a_copy(tmp_path: Path) -> None:
    changed = REPORT[1].replace("schooner", "brig")
    with indexed(tmp_path, a=[*OTHER[:2], changed, *OTHER[2:]], b=REPORT) as store:
        assert pairs(store, "a", "b") == [(changed, REPORT[1])]


def test_a_copy_that_lost_words_is_a_copy(tmp_path: Path) -> None:
    lost = [
        without(REPORT[5], "of the vessel", "four hundred"),
        without(REPORT[6], "except the chairman"),
        without(REPORT[7], "in June although no fault was"),
    ]
    with indexed(tmp_path, a=lost, b=REPORT) as store:
        assert pairs(store, "a", "b") == list(zip(lost, REPORT[5:8], strict=True))
        (region,) = store.copied()
        assert region.lost > region.flipped.lost == 0


def test_a_sentence_made_of_two_halves_is_a_copy_of_both(tmp_path: Path) -> None:
    merged = "The owners of the vessel asked for damages was ever proved against him."
    with indexed(tmp_path, a=[REPORT[4], merged, REPORT[8]], b=REPORT) as store:
        expected = [
            (REPORT[4], REPORT[4]),
            (merged, " ".join(REPORT[5:8])),
            (REPORT[8], REPORT[8]),
        ]
        assert pairs(store, "a", "b") == expected
        assert [ours for ours, _ in pairs(store, "b", "a")] == [
            REPORT[4],
            REPORT[5],
            REPORT[7],
            REPORT[8],
        ]


def test_a_badly_read_copy_is_a_copy(tmp_path: Path) -> None:
    text = " ".join(REPORT[:4])
    for word in ("keeper", "clock", "climbed", "schooner", "slate", "lamps", "swore", "steered"):
        text = text.replace(word, f"{word[:-1]}1", 1)
    read = [f"{sentence}." for sentence in text.rstrip(".").split(". ")]
    with indexed(tmp_path, a=read, b=REPORT) as store:
        assert pairs(store, "a", "b") == list(zip(read, REPORT[:4], strict=True))


def test_a_short_sentence_between_copied_ones_is_a_copy(tmp_path: Path) -> None:
    clean = [REPORT[0], "The board sent a letter, and Furth did nothing.", REPORT[1]]
    damaged = [REPORT[0], "The board did nothing.", REPORT[1]]
    with indexed(tmp_path, a=clean, b=damaged) as store:
        assert pairs(store, "b", "a")[1] == (damaged[1], clean[1])


def test_a_quoted_sentence_is_a_copy(tmp_path: Path) -> None:
    with indexed(tmp_path, a=[*OTHER[:2], f"“{REPORT[6]}”", OTHER[2]], b=REPORT) as store:
        assert pairs(store, "b", "a") == [(REPORT[6], f"“{REPORT[6]}”")]


def test_a_document_may_repeat_itself(tmp_path: Path) -> None:
    with indexed(tmp_path, a=[*REPORT[:2], *OTHER, *REPORT[:2]]) as store:
        assert pairs(store, "a", "a") == [(text, text) for text in [*REPORT[:2], *REPORT[:2]]]
        (region,) = store.copied()
        assert region.ours.span < region.theirs.span


# No copies


@pytest.mark.parametrize(
    ("first", "second"),
    [
        # One event in other words, with the same names.
        (
            "In the spring of 1887 a schooner laden with slate went ashore at Marlin, and sank.",
            "A vessel full of slate was wrecked under the cliff of Marlin in the spring of 1887.",
        ),
        # A stock phrase.
        (
            "At the end of the day the keeper of the light wound the clock and went to bed.",
            "At the end of the day the miller counted his sacks and found that two were gone.",
        ),
        # A few words of another among words of its own.
        (
            "The pilot swore that he had seen the upper lamp and steered by it until he struck.",
            "A clerk wrote that he “had seen the upper lamp and steered by it”, which nobody knew.",
        ),
        # One pattern, other facts.
        (
            "As of the census of 1901 there were 3,559 people and 909 families in the parish.",
            "As of the census of 1911 there were 428 people and 150 families in the parish.",
        ),
        (
            "It is known that Marlin is one of the nine parishes of the district of Furth.",
            "It is known that Amble is one of the nine parishes of the district of Hale.",
        ),
        # The same, but too short to tell.
        ("He said nothing at all.", "He said nothing at all."),
    ],
)
def test_what_is_no_copy(first: str, second: str, tmp_path: Path) -> None:
    texts = {"a": [OTHER[0], first, OTHER[1]], "b": [REPORT[9], second, REPORT[10]]}
    with indexed(tmp_path, **texts) as store:
        assert store.copied() == []
        assert store.copies("a", Span(0, 1000)) == []


def test_neighbours_that_differ_in_their_facts_are_no_copied_region(tmp_path: Path) -> None:
    def census(year: int, people: int, place: str) -> list[str]:
        return [
            f"As of the census of {year} there were {people} people living in {place}.",
            f"The median age of the people in {place} was {people % 50} years.",
            f"For every hundred women in {place} there were {people % 90} men.",
        ]

    with indexed(tmp_path, a=census(1901, 3559, "Furth"), b=census(1911, 428, "Amble")) as store:
        assert store.copied() == []


def test_pages_of_one_pattern_are_no_copied_region(tmp_path: Path) -> None:
    def page(kind: str, year: int, people: str, homes: int, inns: int) -> list[str]:
        return [
            f"According to the survey of the county the {kind} has a total area of slate and land.",
            f"At the census of {year} there were {people} people, {homes} homes and {inns} inns.",
        ]

    texts = {"a": page("town", 1901, "3,559", 909, 731), "b": page("city", 1901, "428", 150, 93)}
    with indexed(tmp_path, **texts) as store:
        assert [copy for copy in store.copied() if copy.shared > 16] == []
        assert [theirs for _, theirs in pairs(store, "a", "b")] == texts["b"][:1]


def test_stock_sentences_among_others_are_no_copied_region(tmp_path: Path) -> None:
    stock = [
        "The parish has an inn, a church, a school and a hall.",
        "It can be reached by road and by boat.",
    ]
    texts = {
        "a": [stock[0], *OTHER[:2], stock[1]],
        "b": [stock[0], *REPORT[:2], stock[1]],
        "c": [stock[0], stock[1]],
    }
    with indexed(tmp_path, **texts) as store:
        assert [at.shared for at in store.copied("b") if at.ours.document == "a"] == [12, 9]
        assert [at.shared for at in store.copied("c")] == [21, 21]


# Boilerplate


def test_what_stands_everywhere_is_compared_with_the_first_alone(tmp_path: Path) -> None:
    many = MOST_PLACES + 5
    notice = "This paper may be copied by anybody who names the society that published it."
    with new_store(tmp_path) as store:
        for number in range(many):
            put(store, f"{number:03}", f"{notice} Number {number}.")
        assert len(store.copied()) == sum(min(number, MOST_PLACES) for number in range(many))
        (group,) = store.groups()
        assert len(group.places) == many


def test_a_text_of_one_word_is_no_copy_of_itself(tmp_path: Path) -> None:
    with indexed(tmp_path, a=["so " * 5000]) as store:
        assert store.copied() == []


def test_what_others_repeat_hides_no_copies(tmp_path: Path) -> None:
    refrain = [REPORT[0], OTHER[0], REPORT[0], OTHER[1], REPORT[0], OTHER[2], REPORT[0]]
    with indexed(tmp_path, **dict.fromkeys("abcdef", refrain)) as store:
        found = {(at.ours.document, at.theirs.document) for at in store.copied()}
    assert found == {
        (first, second) for first in "abcdef" for second in "abcdef" if first <= second
    }


# Changes


def test_copies_go_with_a_dropped_or_replaced_document(tmp_path: Path) -> None:
    with indexed(tmp_path, a=REPORT[:4], b=REPORT[:4], c=REPORT[:4]) as store:
        assert len(store.copied()) == 3
        store.drop("a")
        assert [(at.ours.document, at.theirs.document) for at in store.copied()] == [("b", "c")]
        put(store, "b", " ".join(OTHER))
        assert store.copied() == []
        put(store, "d", " ".join(REPORT))
        assert [(at.ours.document, at.theirs.document) for at in store.copied()] == [("c", "d")]
        store.drop("c")
        store.drop("d")
        assert (store.copied(), store.groups()) == ([], [])


def test_copies_are_found_by_the_next_writer(tmp_path: Path) -> None:
    with indexed(tmp_path, a=REPORT):
        pass
    with indexed(tmp_path, b=REPORT[2:6]) as store:
        assert pairs(store, "b", "a") == [(text, text) for text in REPORT[2:6]]
        store.clear()
        put(store, "b", " ".join(REPORT))
        assert store.copied() == []


def test_copies_of_a_place_and_of_a_document(tmp_path: Path) -> None:
    with indexed(tmp_path, a=REPORT, b=REPORT[:2], c=REPORT[6:8]) as store:
        first = Span(0, 5)
        assert [at.sentences.theirs.document for at in store.copies("a", first)] == ["b"]
        assert store.copies("a", Span(400, 410)) == []
        assert store.copies("absent", first) == []
        assert [(at.ours.document, at.theirs.document) for at in store.copied("c")] == [("a", "c")]


# Properties

SENTENCES = st.sampled_from([*REPORT, *OTHER, "The board did nothing.", without(REPORT[2], "two")])
TEXTS = st.lists(st.lists(SENTENCES, min_size=1, max_size=8), min_size=2, max_size=4)


@settings(max_examples=40, deadline=None)
@given(TEXTS, st.permutations(range(4)))
def test_copies_are_mutual_whole_sentences_and_the_same_in_any_order(
    tmp_path_factory: pytest.TempPathFactory, texts: list[list[str]], order: list[int]
) -> None:
    folder = tmp_path_factory.mktemp("store")
    names = {f"{number}": sentences for number, sentences in enumerate(texts)}
    reordered = {str(number): texts[number] for number in order if number < len(texts)}
    everything = Span(0, 10**6)
    with indexed(folder / "a", **names) as store:
        found = {name: store.copies(name, everything) for name in names}
        spans = {
            (stored.document, sentence.span)
            for stored in store.passages(store.vectors()[0].tolist())
            for sentence in stored.passage
        }
        regions = store.copied()
    with indexed(folder / "b", **reordered) as store:
        assert found == {name: store.copies(name, everything) for name in names}
        assert regions == store.copied()
    starts = {(name, span.start) for name, span in spans}
    ends = {(name, span.end) for name, span in spans}
    for name, copies in found.items():
        for copy in copies:
            ours, theirs = copy.sentences.ours, copy.sentences.theirs
            assert (name, ours.span) in spans
            assert (theirs.document, theirs.span.start) in starts
            assert (theirs.document, theirs.span.end) in ends
            assert 0 < copy.sentences.shared <= min(ours.words, theirs.words)
            assert any(
                back.sentences.theirs.document == name
                and back.sentences.theirs.span.overlaps(ours.span)
                for back in found[theirs.document]
            )


def test_a_document_that_is_half_a_copy_is_one_of_another(tmp_path: Path) -> None:
    half = [*REPORT[:6], *OTHER[:3]]
    with indexed(tmp_path, a=REPORT, b=REPORT[4:8], c=half, d=[*REPORT[:2], *OTHER]) as store:
        assert store.copied_from("a") == ["b", "c"]
        assert store.copied_from("b") == []
        assert store.copied_from("lost") == []
