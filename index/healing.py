"""What healing did to a range, repair by repair: for whoever compares a quote with its source.

Derived from the reading's own map back to the source, so that it tells what was done, whatever the
rules are.
"""

import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from itertools import groupby

from index.locate import block_at, references_at
from index.reading import read_around
from index.types import Block, BlockKind, Document, Span


class Repair(StrEnum):
    """All that healing can do to a stretch of a source."""

    HYPHEN = "hyphen at a line break joined"
    BREAK_TO_SPACE = "line break made a space"
    BREAK = "line break left out"
    SPACES = "white space made one space"
    SPACE = "white space left out"
    SOFT_HYPHEN = "soft hyphen left out"
    INVISIBLE = "invisible character left out"
    EMPHASIS = "emphasis mark left out"
    MARKER = "note marker left out"
    NOTE = "note at the foot of a page left out"
    FURNITURE = "page furniture left out"
    FORMAT = "mark of the file's format left out"


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of a source and what is shown of it: itself, or what a repair has made of it."""

    span: Span
    shown: str
    repair: Repair | None = None


# A letter for what became of each character: kept; left out: a hyphen, soft hyphen, emphasis mark,
# invisible character, line break (n) or other white space (d); white space that is shown (s).
_DROPPED = {"-": "h", "\u2010": "h", "\u00ad": "f", "*": "e", "\ufeff": "i", "\u200b": "i"}
_STEPS = re.compile(
    r"(?P<HYPHEN>[hf]e?d*n[dn]*|h)|(?P<SOFT_HYPHEN>f+)|(?P<EMPHASIS>e+)|(?P<INVISIBLE>i+)"
    r"|(?P<space>[sdn]+)|(?P<kept>k+)"
)
_LINE_BREAK = re.compile(r"[\r\n\f]")


def pieces(document: Document, span: Span) -> tuple[Piece, ...]:
    """A range in order, stretch by stretch: the spans join to it, what is shown to its reading.

    ValueError when the range does not lie in one quotable block.
    """
    block = block_at(document, span)
    if block is None:
        raise ValueError(f"no quotable block holds {span.start}..{span.end}")
    reading = read_around(document.text, block, span).within(span)
    shown = dict(zip(reading.origin, reading.text, strict=True))
    found = (
        piece
        for part, is_hole in _parts(block, span)
        for piece in (
            [Piece(part, "", _of_hole(document, part))]
            if is_hole
            else _steps(document.text, part, shown)
        )
    )
    return tuple(_joined(found))


def _parts(block: Block, span: Span) -> Iterator[tuple[Span, bool]]:
    """The range cut at the holes of its block, and which parts are holes."""
    at = span.start
    for hole in sorted(block.holes):
        if hole.overlaps(span):
            if at < hole.start:
                yield Span(at, hole.start), False
            yield Span(max(hole.start, at), min(hole.end, span.end)), True
            at = hole.end
    if at < span.end:
        yield Span(at, span.end), False


def _of_hole(document: Document, hole: Span) -> Repair:
    if hole.of(document.text).isspace():
        return _of_space(hole.of(document.text), "")
    if any(reference.at == hole for reference in references_at(document, hole)):
        return Repair.MARKER
    kinds = set(_kinds_in(document, hole))
    if BlockKind.NOTE in kinds:
        return Repair.NOTE
    return Repair.FURNITURE if BlockKind.FURNITURE in kinds else Repair.FORMAT


def _kinds_in(document: Document, hole: Span) -> Iterator[BlockKind]:
    """The kinds of the blocks that start in a hole."""
    first, end = (
        bisect_left(document.blocks, at, key=lambda block: block.span.start)
        for at in (hole.start, hole.end)
    )
    for block in document.blocks[first:end]:
        yield block.kind


def _steps(text: str, part: Span, shown: Mapping[int, str]) -> Iterator[Piece]:
    """What became of a part without holes."""
    fates = "".join(_fate(text[at], at in shown) for at in range(part.start, part.end))
    for match in _STEPS.finditer(fates):
        span = Span(*match.span()).shift(part.start)
        said = "".join(shown.get(at, "") for at in range(span.start, span.end))
        if said == span.of(text):
            yield Piece(span, said)
        elif match.lastgroup == "space":
            yield Piece(span, said, _of_space(span.of(text), said))
        else:
            yield Piece(span, said, Repair[str(match.lastgroup)])


def _fate(character: str, is_shown: bool) -> str:
    if character.isspace():
        return "s" if is_shown else "n" if character in "\r\n" else "d"
    return "k" if is_shown else _DROPPED[character]


def _of_space(text: str, shown: str) -> Repair:
    if _LINE_BREAK.search(text):
        return Repair.BREAK_TO_SPACE if shown else Repair.BREAK
    return Repair.SPACES if shown else Repair.SPACE


def _joined(found: Iterable[Piece]) -> Iterator[Piece]:
    """Neighbours that nothing was done to are one."""
    for is_kept, run in groupby(found, key=lambda piece: piece.repair is None):
        if is_kept:
            kept = list(run)
            span = Span(kept[0].span.start, kept[-1].span.end)
            yield Piece(span, "".join(piece.shown for piece in kept))
        else:
            yield from run
