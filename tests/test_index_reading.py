"""Healing: exact repairs, the way back to canonical offsets, and what must never be lost."""

from __future__ import annotations

import re

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from index.reading import Reading, heal
from index.types import Span

SUPERSCRIPTS = "⁰¹²³⁴⁵⁶⁷⁸⁹"

# Everything that healing looks at, in company with everything it must leave alone.
PIECES = (
    st.sampled_from([*"aAé7.,;:!?()[]*_-— \n\r\t", "\u00a0", "\u00ad", "\u200b", "\ufeff"])
    | st.sampled_from([*SUPERSCRIPTS, "not", " Then ", "-\n\n", "-\r\n", "[^1]", "**", "\x0c"])
    | st.sampled_from(["²", "km²", "\u2010"])
)
TEXTS = st.lists(PIECES, max_size=30).map("".join)


def read(text: str) -> str:
    return heal(text, Span(0, len(text))).text


@pytest.mark.parametrize(
    ("text", "reading"),
    [
        # A word broken over lines or pages.
        ("regis-\n\ntered", "registered"),
        ("regis-\ntered", "registered"),
        ("regis- \r\n  tered", "registered"),
        ("regis-\rtered", "registered"),
        ("regis\u2010\ntered", "registered"),
        ("regis\u00ad\ntered", "registered"),
        ("*regis-*\n\ntered", "registered"),
        # Not a broken word.
        ("well-known", "well-known"),
        ("he said -\nthen", "he said - then"),
        ("1914-\n18", "1914-18"),
        ("1914–\n\n18", "1914–18"),
        ("1914-\nthen", "1914- then"),
        ("he said—\nthen", "he said— then"),
        # White space.
        ("one\ntwo\r\nthree\rfour", "one two three four"),
        ("one\u00a0\u00a0two\tthree\x0cfour\u2003five", "one two three four five"),
        ("  one  ", "one"),
        ("one \u200b two \u00ad three", "one two three"),
        ("one\u200b two", "one two"),
        # What is invisible.
        ("co\u00adope\u00adrate", "cooperate"),
        ("\ufeffone\u200btwo", "onetwo"),
        # Numbers and markers stay: only the document as a whole can tell one from the other.
        ("so.¹² Then[^1]", "so.¹² Then[^1]"),
        ("12 km² of land", "12 km² of land"),
        ("[sic] [1] a[1] so.24", "[sic] [1] a[1] so.24"),
        # Emphasis.
        ("*italics* and **bold** and ***both***", "italics and bold and both"),
        ("(*so*), *then*.", "(so), then."),
        ("not *not*", "not not"),
        # Not emphasis.
        ("2 * 3 * 4", "2 * 3 * 4"),
        ("a*b*c", "a*b*c"),
        ("* * *", "* * *"),
        ("_so_ snake_case", "_so_ snake_case"),
        # Nothing left.
        ("", ""),
        (" \n ", ""),
        ("\u00ad\u200b", ""),
    ],
)
def test_heals(text: str, reading: str) -> None:
    assert (heal(text, Span(0, len(text))).text if text else "") == reading


def test_every_character_knows_where_it_comes_from() -> None:
    reading = heal("A regis-\n\ntered  *x*.", Span(0, 21))
    assert reading.text == "A registered x."
    assert list(reading.origin) == [0, 1, 2, 3, 4, 5, 6, 10, 11, 12, 13, 14, 15, 18, 20]
    assert reading.canonical(Span(2, 12)) == Span(2, 15)
    assert reading.canonical(Span(13, 14)) == Span(18, 19)


def test_only_the_span_is_read() -> None:
    reading = heal("zero one  two three", Span(5, 13))
    assert (reading.text, list(reading.origin)) == ("one two", [5, 6, 7, 8, 10, 11, 12])


def test_holes_are_left_out() -> None:
    text = "it was regis-\n\nPage 41\n\ntered there"
    reading = heal(text, Span(0, len(text)), [Span(15, 22)])
    assert reading.text == "it was registered there"
    found = Span(7, 17)
    assert found.of(reading.text) == "registered"
    assert reading.canonical(found).of(text) == "regis-\n\nPage 41\n\ntered"


def test_holes_may_come_in_any_order_and_touch_the_ends() -> None:
    text = "> one\n> two"
    reading = heal(text, Span(0, 11), [Span(6, 8), Span(0, 2)])
    assert (reading.text, list(reading.origin)) == ("one two", [2, 3, 4, 5, 8, 9, 10])
    assert heal("ab", Span(0, 2), [Span(1, 2), Span(0, 1)]).text == ""


def test_a_note_marker_is_a_hole() -> None:
    text = "It was so.24 Then"
    reading = heal(text, Span(0, 17), [Span(10, 12)])
    assert reading.text == "It was so. Then"
    assert reading.canonical(Span(7, 15)) == Span(7, 17)


def test_a_hole_in_the_white_space_at_a_hyphen_keeps_the_hyphen() -> None:
    assert heal("a self-\neducated man", Span(0, 20), [Span(7, 8)]).text == "a self-educated man"


@pytest.mark.parametrize(("text", "piece"), [("a*b", Span(0, 2)), ("a*b", Span(1, 3))])
def test_a_mark_at_the_edge_of_a_piece_is_judged_without_its_neighbour(
    text: str, piece: Span
) -> None:
    assert read(text) == text
    assert heal(text, piece).text == piece.of(text).strip("*")


def test_a_reading_and_its_origins_have_one_length() -> None:
    with pytest.raises(ValueError, match="3 characters but 1 origins"):
        Reading("abc", [0])


def characters(text: str) -> list[str]:
    return [char for char in text if char.isalnum()]


@given(TEXTS)
def test_no_letter_or_digit_is_ever_dropped(text: str) -> None:
    assume(text)
    assert characters(read(text)) == characters(text)


@given(TEXTS)
def test_a_reading_is_its_source_but_for_white_space(text: str) -> None:
    assume(text)
    reading = heal(text, Span(0, len(text)))
    assert list(reading.origin) == sorted(set(reading.origin))
    for char, origin in zip(reading.text, reading.origin, strict=True):
        assert char == text[origin] or (char == " " and text[origin].isspace())
    assert reading.text == reading.text.strip()
    assert "  " not in reading.text
    assert not re.search(r"[^\S ]", reading.text)


@st.composite
def texts_with_holes(draw: st.DrawFn) -> tuple[str, Span, list[Span]]:
    """A text, a range of it, and holes in that range that do not overlap."""
    text = draw(TEXTS.filter(bool))
    start = draw(st.integers(0, len(text) - 1))
    span = Span(start, draw(st.integers(start + 1, len(text))))
    cuts = sorted(draw(st.sets(st.integers(span.start, span.end), max_size=6)))
    pairs = zip(cuts[::2], cuts[1::2], strict=False)
    return text, span, [Span(first, last) for first, last in pairs]


@given(texts_with_holes(), st.data())
def test_a_piece_of_the_reading_is_the_healing_of_its_canonical_range(
    case: tuple[str, Span, list[Span]], data: st.DataObject
) -> None:
    """Not true of pieces that start or end with `*`: it is judged by its neighbours, and at the
    edge of a piece it has none."""
    text, span, holes = case
    reading = heal(text, span, holes)
    never = {" ", "*"}
    edges = [at for at, char in enumerate(reading.text) if char not in never]
    if not edges:
        return
    first = data.draw(st.sampled_from(edges))
    last = data.draw(st.sampled_from([at for at in edges if at >= first]))
    found = reading.canonical(Span(first, last + 1))
    inside = [hole for hole in holes if found.start <= hole.start and hole.end <= found.end]
    assert heal(text, found, inside).text == reading.text[first : last + 1]
