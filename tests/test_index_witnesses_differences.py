"""How two witnesses differ, and whether it changes the sense."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.types import Span
from index.witnesses.differences import Sense, change_sense, differences


def told(ours: str, theirs: str, within: Span | None = None) -> list[tuple[str, str, str]]:
    return [
        (found.kind, found.our_words, found.their_words)
        for found in differences(ours, theirs, within)
    ]


def senses(ours: str, theirs: str) -> list[Sense]:
    return [sense for found in differences(ours, theirs) for sense in found.senses]


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        ("“It rained,” he said – often.", '"It RAINED" he said -- often'),
        ("The co-operative of the U.S.S.R.", "The cooperative of the USSR"),
        ("12,000 people didn’t come", "12000 people didn't come"),
        ("", "..."),
    ],
)
def test_typography_makes_no_difference(ours: str, theirs: str) -> None:
    assert told(ours, theirs) == told(theirs, ours) == []


def test_words_that_differ_are_told_from_ours() -> None:
    ours, theirs = "The old mill burned down.", "The mill at Furth was burned."
    assert told(ours, theirs) == [
        ("added", "old", ""),
        ("lost", "", "at Furth was"),
        ("added", "down", ""),
    ]
    assert told("It was red.", "It was blue.") == [("changed", "red", "blue")]


def test_a_difference_has_its_ranges_in_both_texts() -> None:
    ours, theirs = "It was dark red.", "So it was blue."
    first, second = differences(ours, theirs)
    assert (first.ours, first.theirs) == (None, Span(0, 2))
    assert (second.ours, second.theirs) == (Span(7, 15), Span(10, 14))
    assert second.ours
    assert second.ours.of(ours) == second.our_words == "dark red"


@pytest.mark.parametrize(
    ("ours", "theirs", "expected"),
    [
        ("It took 12 men.", "It took 21 men.", [Sense.NUMBER]),
        ("It took two men.", "It took men.", [Sense.NUMBER]),
        ("It cost 3.5 pounds.", "It cost 35 pounds.", [Sense.NUMBER]),
        ("It grew by 5 %.", "It grew by 5.", [Sense.NUMBER]),
        ("He did not go.", "He did go.", [Sense.NEGATION]),
        ("He didn't go.", "He did go.", [Sense.NEGATION]),
        ("He didn't go.", "He did not go.", []),
        ("He never went.", "He went.", [Sense.NEGATION]),
        ("All went except him.", "All went with him.", [Sense.LIMIT]),
        ("Only he went.", "He went.", [Sense.LIMIT]),
        ("He went to Furth.", "He went to Marlin.", [Sense.NAME]),
        ("He went to Furth.", "He went.", [Sense.NAME]),
        ("It rained. Then snow fell.", "It rained. Snow fell.", []),
        ("So I went to J. Hale.", "So went to Hale.", [Sense.NAME]),
        ("They organised it.", "They organized it.", []),
        ("The Board of Organisation met.", "The Board of Organization met.", []),
        ("The old mill burned.", "The mill burned.", []),
    ],
)
def test_what_changes_the_sense(ours: str, theirs: str, expected: list[Sense]) -> None:
    assert senses(ours, theirs) == senses(theirs, ours) == expected
    assert change_sense(differences(ours, theirs)) is bool(expected)


CLEAN = "It rained.\nThe day was set for June 12.\nNobody came.\nThe board then urged all to wait."
MERGED = "It rained.\nThe day was set for board then urged all to wait."


def test_a_text_that_was_lost_inside_a_sentence_is_told_from_both_sides() -> None:
    sentence = Span(CLEAN.index("The day"), CLEAN.index("\nNobody"))
    assert told(CLEAN, MERGED, sentence) == [("added", "June 12", "")]
    merged = Span(MERGED.index("The day"), len(MERGED))
    assert told(MERGED, CLEAN, merged) == [("lost", "", "June 12.\nNobody came.\nThe")]
    assert told(CLEAN, MERGED, Span(0, 10)) == []


def test_a_sentence_that_is_split_elsewhere_has_lost_nothing() -> None:
    ours = "It rained.\nThe mill burned; nobody came.\nIt snowed."
    theirs = "It rained.\nThe mill burned.\nNobody came.\nIt snowed."
    assert told(ours, theirs, Span(11, 40)) == []
    assert told(theirs, ours, Span(11, 27)) == []


def test_words_lost_at_the_end_of_a_sentence_are_lost_but_not_the_next_sentence() -> None:
    ours = "It was set for.\nIt snowed."
    theirs = "It was set for June.\nQuite another thing happened.\nIt snowed."
    assert told(ours, theirs, Span(0, 15)) == [("lost", "", "June")]
    assert told(ours, theirs, Span(16, 26)) == []
    assert told("In June.\nIt came.", "In June.\nSoon it came.", Span(9, 17)) == [
        ("lost", "", "Soon")
    ]


WORDS = st.lists(st.sampled_from(["the", "Mill", "not", "12", "-", "burned.", "two"])).map(" ".join)


@given(WORDS, WORDS)
def test_differences_are_mutual_and_their_ranges_hold_their_words(ours: str, theirs: str) -> None:
    found = differences(ours, theirs)
    for each in found:
        assert (each.ours.of(ours) if each.ours else "") == each.our_words
        assert (each.theirs.of(theirs) if each.theirs else "") == each.their_words
        assert each.our_words or each.their_words
    assert differences(ours, ours) == ()
    assert bool(found) == bool(differences(theirs, ours))


@pytest.mark.parametrize("character", ["!", " ", "'", "1,", "(", "a'"])
def test_a_hostile_text_is_read_to_its_end(character: str) -> None:
    (difference,) = differences(character * 200_000, "It rained.")
    assert difference.their_words == "It rained"
