"""When a text is a copy of another."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.witnesses import are_copies, same_words, words

SENTENCE = "In the spring of that year the mill at Furth burned down to the ground."
CONTEXT = f"Nobody knew why it was so dry. {SENTENCE} It was never built again by anyone."


def test_words_are_without_case_and_punctuation() -> None:
    assert words("“It RAINED,” he said – in 1937!") == ["it", "rained", "he", "said", "in", "1937"]
    assert words(" … ") == []
    assert words("Straße STRASSE") == ["strasse", "strasse"]


@pytest.mark.parametrize(
    ("first", "second", "same"),
    [
        ("It rained.", "it  RAINED", True),
        ("It rained.", "It rained not.", False),
        ("In 1937.", "In 1938.", False),
        ("", "...", True),
    ],
)
def test_the_same_words(first: str, second: str, same: bool) -> None:
    assert same_words(first, second) is same


def test_the_same_words_are_a_copy_whatever_is_around_them() -> None:
    assert are_copies("It rained.", "it rained", "It rained. So.", "Not here: it rained")


def test_a_damaged_copy_in_a_copied_neighbourhood_is_a_copy() -> None:
    damaged = SENTENCE.replace("down to the ground", "dwn ground")
    assert are_copies(SENTENCE, damaged, CONTEXT, CONTEXT.replace(SENTENCE, damaged))


def test_a_copy_that_is_cut_short_is_a_copy() -> None:
    short = "In the spring of that year the mill at Furth burned"
    assert are_copies(SENTENCE, short, CONTEXT, CONTEXT.replace(SENTENCE, short))


def test_the_same_report_elsewhere_is_no_copy() -> None:
    other = SENTENCE.replace("Furth", "Marlin")
    assert not are_copies(SENTENCE, other, CONTEXT, "Quite other words stand around it here.")


def test_a_short_sentence_that_differs_in_a_word_is_no_copy() -> None:
    first, second = "The mill at Furth burned down.", "The mill at Marlin burned down."
    assert not are_copies(first, second, f"{CONTEXT} {first}", f"{CONTEXT} {second}")


def test_a_sentence_that_shares_less_is_no_copy() -> None:
    other = "In the autumn of another year a church at Marlin fell down on the green."
    assert not are_copies(SENTENCE, other, CONTEXT, CONTEXT)


TEXTS = st.lists(st.sampled_from(["the", "mill", "Furth", "burned", "not", "1937"])).map(" ".join)


@given(TEXTS, TEXTS, TEXTS, TEXTS)
def test_copies_are_mutual_and_everything_is_a_copy_of_itself(
    first: str, second: str, near: str, far: str
) -> None:
    assert are_copies(first, first, near, far)
    assert same_words(first, second) == same_words(second, first)
    if same_words(first, second):
        assert are_copies(first, second, near, far)
        assert are_copies(second, first, far, near)


def test_a_long_sentence_that_quotes_another_is_no_copy_of_it() -> None:
    words = "the keeper wound the clock at midnight and then slept until the morning"
    around = "it rained and snowed and hailed in all the valleys of the north that year so that"
    quoting = f"{around} when Hale of Marlin wrote {words} nobody who lived there then believed him"
    assert not are_copies(words, quoting, quoting, quoting)
    assert are_copies(words, f"{words} it is said", quoting, quoting)
