"""Spans, lines and locators."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.types import Passage, Place, Span, line_of


@pytest.mark.parametrize(("start", "end"), [(-1, 2), (2, 2), (3, 2)])
def test_a_span_is_never_empty_or_negative(start: int, end: int) -> None:
    with pytest.raises(ValueError, match=rf"got {start}\.\.{end}"):
        Span(start, end)


def test_a_span_gives_its_slice_or_an_error() -> None:
    assert Span(1, 3).of("abc") == "bc"
    assert len(Span(1, 3)) == 2
    assert Span(1, 3).shift(4) == Span(5, 7)
    with pytest.raises(ValueError, match=r"1\.\.4 is outside a text of 3"):
        Span(1, 4).of("abc")


def test_spans_that_only_touch_do_not_overlap() -> None:
    assert Span(0, 2).overlaps(Span(1, 3))
    assert Span(1, 3).overlaps(Span(0, 2))
    assert not Span(0, 2).overlaps(Span(2, 3))
    assert not Span(2, 3).overlaps(Span(0, 2))


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("ab", [1, 1, 1]),
        ("a\nb", [1, 1, 2]),
        ("a\rb", [1, 1, 2]),
        ("a\r\nb", [1, 1, 2, 2]),
        ("\n\nb", [1, 2, 3]),
        ("a\x0cb\u2028c", [1, 1, 1, 1, 1]),
    ],
)
def test_lines_are_counted_as_an_editor_counts_them(text: str, lines: list[int]) -> None:
    assert [line_of(text, offset) for offset in range(len(lines))] == lines


@given(st.text(alphabet="a\n\r"), st.integers(0, 20))
def test_the_line_is_one_more_than_the_breaks_before_it(text: str, offset: int) -> None:
    before = text[:offset]
    assert line_of(text, min(offset, len(text))) == 1 + before.replace("\r\n", "\n").replace(
        "\r", "\n"
    ).count("\n")


@pytest.mark.parametrize(
    ("place", "locator"),
    [
        (Place(section=("A", "B"), paragraph="58", page="3", line=9), "¶58"),
        (Place(section=("A",), page="12", line=9), "p. 12, line 9"),
        (Place(section=("A",), page="12", line=None), "p. 12"),
        (Place(page="12", sheet=12, line=9), "p. 12"),
        (Place(page="xii", sheet=12), "p. xii (page 12 of the file)"),
        (Place(sheet=12), "p. 12"),
        (Place(paragraph="58", cites=("12", "13")), "¶58, at n. 12, 13"),
        (Place(section=("Notes",), note="71", line=9), "n. 71"),
        (Place(page="12", note="71", line=9), "p. 12, n. 71"),
        (Place(section=("A", "B"), line=30), "“B”, line 30"),
        (Place(), "line 1"),
        (Place(section=("A", "B"), line=None, ordinal=3), "“B”, para. 3"),
        (Place(line=None, ordinal=3), "para. 3"),
        (Place(page="12", line=None, ordinal=3), "p. 12"),
        (Place(section=("Notes", "B"), note="1", notes_of="B"), "“B”, n. 1"),
        (Place(page="12", note="1", notes_of="B"), "p. 12, n. 1"),
    ],
)
def test_the_locator_is_the_most_exact_one_there_is(place: Place, locator: str) -> None:
    assert place.locator == locator


def test_a_passage_without_sentences_cannot_be_made() -> None:
    with pytest.raises(ValueError, match="at least one sentence"):
        Passage("words", ())
