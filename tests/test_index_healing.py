"""What healing did to a range: every repair by its name, and nothing lost between them."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.healing import Piece, Repair, pieces
from index.read import load
from index.types import Block, BlockKind, Document, Place, Reference, Span
from rag.types import Claim
from rag.verify import Gate
from tests.test_index_reading import texts_with_holes


def document(text: str, *blocks: Block, references: tuple[Reference, ...] = ()) -> Document:
    return Document("a", "0" * 64, "A", text, "utf-8", 1, blocks, references=references)


def repairs(text: str) -> list[tuple[str, str, Repair]]:
    """The repairs of a paragraph, each with what the source has and what is shown."""
    whole = Span(0, len(text))
    source = document(text, Block(BlockKind.PARAGRAPH, whole, Place()))
    return [
        (piece.span.of(text), piece.shown, piece.repair)
        for piece in pieces(source, whole)
        if piece.repair
    ]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("It rained.", []),
        ("regis-\ntered", [("-\n", "", Repair.HYPHEN)]),
        ("*regis-* \n\n tered", [("*", "", Repair.EMPHASIS), ("-* \n\n ", "", Repair.HYPHEN)]),
        ("regis\u00ad\ntered", [("\u00ad\n", "", Repair.HYPHEN)]),
        ("regis\u00adtered", [("\u00ad", "", Repair.SOFT_HYPHEN)]),
        ("1914-\n18", [("\n", "", Repair.BREAK)]),
        ("one \r\n two", [(" \r\n ", " ", Repair.BREAK_TO_SPACE)]),
        ("one\u00a0\ttwo", [("\u00a0\t", " ", Repair.SPACES)]),
        ("one \u200btwo", [("\u200b", "", Repair.INVISIBLE)]),
        (
            "one \u200b two",
            [("\u200b", "", Repair.INVISIBLE), (" ", "", Repair.SPACE)],
        ),
        ("a **b** c", [("**", "", Repair.EMPHASIS), ("**", "", Repair.EMPHASIS)]),
    ],
)
def test_each_repair_has_its_name(text: str, found: list[tuple[str, str, Repair]]) -> None:
    assert repairs(text) == found


def test_holes_are_named_by_what_they_hold() -> None:
    text = "It rained.7 It regis-\n\n9 See Roe.\n\nPage 4\n\ntered so.\n> And on."
    note, foot = text.index("See Roe."), text.index("Page 4")
    at = Span(text.index("7"), text.index("7") + 1)
    holes = (
        at,
        Span(note - 2, note + 8),
        Span(foot, foot + 6),
        Span(text.index(">"), text.index("And")),
    )
    source = document(
        text,
        Block(BlockKind.PARAGRAPH, Span(0, len(text)), Place(), holes),
        Block(BlockKind.NOTE, Span(note, note + 8), Place()),
        Block(BlockKind.FURNITURE, Span(foot, foot + 6), Place()),
        references=(Reference(at, "7", ()),),
    )
    assert [
        (piece.span.of(text), piece.shown, piece.repair)
        for piece in pieces(source, Span(3, len(text)))
    ] == [
        ("rained.", "rained.", None),
        ("7", "", Repair.MARKER),
        (" It regis", " It regis", None),
        ("-\n\n", "", Repair.HYPHEN),
        ("9 See Roe.", "", Repair.NOTE),
        ("\n\n", "", Repair.BREAK),
        ("Page 4", "", Repair.FURNITURE),
        ("\n\n", "", Repair.BREAK),
        ("tered so.", "tered so.", None),
        ("\n", " ", Repair.BREAK_TO_SPACE),
        ("> ", "", Repair.FORMAT),
        ("And on.", "And on.", None),
    ]


def test_a_hole_of_white_space_is_a_line_break() -> None:
    text = "a self-\neducated man"
    source = document(text, Block(BlockKind.PARAGRAPH, Span(0, 20), Place(), (Span(7, 8),)))
    assert Piece(Span(7, 8), "", Repair.BREAK) in pieces(source, Span(0, 20))


def test_what_stands_in_no_quotable_block_is_refused() -> None:
    source = document("It rained.", Block(BlockKind.HEADING, Span(0, 10), Place()))
    with pytest.raises(ValueError, match=r"no quotable block holds 0\.\.2"):
        pieces(source, Span(0, 2))


@given(texts_with_holes(), st.data())
def test_the_pieces_are_the_slice_and_show_the_display(
    case: tuple[str, Span, list[Span]], data: st.DataObject
) -> None:
    text, whole, holes = case
    source = document(text, Block(BlockKind.PARAGRAPH, whole, Place(), tuple(holes)))
    start = data.draw(st.integers(whole.start, whole.end - 1))
    span = Span(start, data.draw(st.integers(start + 1, whole.end)))
    found = pieces(source, span)
    assert "".join(piece.span.of(text) for piece in found) == span.of(text)
    for before, after in pairwise(found):
        assert before.span.end == after.span.start
    for piece in found:
        assert piece.shown in (("", " ") if piece.repair else (piece.span.of(text),))
    quote = Gate({"a": source}.get).quote(Claim("a", span, 0.0))
    if quote:
        assert "".join(piece.shown for piece in found) == quote.display


ARCHIVE = Path(__file__).resolve().parents[1] / "eval" / "archive"


@pytest.mark.parametrize("name", ["hartnoll-pamphlet-1961.md", "carew-article-2004.pdf"])
def test_every_quote_of_a_source_is_told_in_pieces(name: str) -> None:
    source = load((ARCHIVE / name).read_bytes(), ARCHIVE / name, name)
    gate, told = Gate({name: source}.get), set()
    for block in source.blocks:
        if quote := gate.quote(Claim(name, block.span, 0.0)):
            found = pieces(source, block.span)
            assert "".join(piece.shown for piece in found) == quote.display
            told |= {piece.repair for piece in found}
    assert {None, Repair.MARKER} <= told
