"""Blocks to passages: whole sentences, packed up to a token budget, never across a section."""

import re
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from index.reading import Reading, heal
from index.sentences import LONGEST, sentence_spans
from index.structure import LINE, in_columns
from index.types import QUOTABLE, Block, BlockKind, Passage, Place, Sentence, Span

_WORD = re.compile(r"\w")


@dataclass(frozen=True, slots=True)
class Budget:
    """How large a passage may be.

    `count` and `limit` are in tokens of the configured encoding and decide the size of a passage;
    `pieces` and `piece_limit` are in word pieces of the embedding model and are never exceeded,
    because a model silently cuts off what is longer. A block is added to a passage as long as the
    passage has fewer than `enough` tokens, so that short paragraphs are embedded with company.
    """

    count: Callable[[str], int]
    limit: int
    pieces: Callable[[str], int]
    piece_limit: int
    enough: int

    def fits(self, text: str) -> bool:
        return self.count(text) <= self.limit and self.pieces(text) <= self.piece_limit


@dataclass(frozen=True, slots=True)
class _Unit:
    """A sentence on its way into a passage; `block` is where its block starts."""

    text: str
    span: Span
    block: int
    place: Place
    tokens: int
    pieces: int


def split(text: str, blocks: Iterable[Block], budget: Budget) -> list[Passage]:
    """The passages of a document, in order. Headings and furniture are in none of them."""
    lines = [match.start() for match in LINE.finditer(text)]
    passages: list[Passage] = []
    group: list[_Unit] = []
    for block in blocks:
        if block.kind not in QUOTABLE:
            continue
        for unit in _units(text, lines, block, budget):
            if group and (_apart(group[-1], unit, group, budget) or not _fits(group, unit, budget)):
                passages.append(_passage(group))
                group = []
            group.append(unit)
    if group:
        passages.append(_passage(group))
    return passages


def _units(text: str, lines: Sequence[int], block: Block, budget: Budget) -> Iterator[_Unit]:
    """The sentences of a block; `lines` is where each line of the text starts."""
    for reading, found in _sentences(text, block):
        for span in _fitting(reading, found, budget):
            words = span.of(reading.text)
            canonical = reading.canonical(span)
            yield _Unit(
                text=words,
                span=canonical,
                block=block.span.start,
                place=_on_line(block.place, bisect_right(lines, canonical.start)),
                tokens=budget.count(words),
                pieces=budget.pieces(words),
            )


def _sentences(text: str, block: Block) -> Iterator[tuple[Reading, Span]]:
    """The sentences of a block, each with the reading that it is a range of; those of a table are
    its rows."""
    rows = _rows(text, block.span) if block.kind is BlockKind.TABLE else []
    for part in rows or [block.span]:
        inside = [hole for hole in block.holes if part.start <= hole.start < hole.end <= part.end]
        reading = heal(text, part, inside)
        if not rows:
            yield from ((reading, span) for span in sentence_spans(reading.text))
        elif reading.text:
            yield reading, Span(0, len(reading.text))


def _rows(text: str, span: Span) -> list[Span]:
    """The rows of a table: its lines with columns, each with the labels on lines above it; none
    where no line has columns. A rule, or the rest of a label, goes with the row above."""
    rows: list[Span] = []
    whole = True
    for match in LINE.finditer(text, span.start, span.end):
        words = match[1].strip()
        columns = in_columns(words)
        rest = rows and (not _WORD.search(words) or (words[0].islower() and not columns))
        if words and (rest or not whole):
            rows[-1] = Span(rows[-1].start, match.end(1))
        elif words:
            rows.append(Span(*match.span(1)))
            whole = False
        whole = whole or columns
    return rows if any(in_columns(row.of(text)) for row in rows) else []


def _on_line(place: Place, line: int) -> Place:
    return place if place.line is None else place._replace(line=line)


def _fitting(reading: Reading, span: Span, budget: Budget) -> Iterator[Span]:
    """`span`, or its halves, quarters ... where it is too long for a passage of its own.

    In the file as well: hard wraps with deep margins make it longer there, too long to be quoted.
    """
    text = reading.text
    short = len(reading.canonical(span)) <= LONGEST
    if len(span) == 1 or (short and budget.fits(span.of(text))):
        yield span
        return
    middle = span.start + len(span) // 2
    space = text.rfind(" ", span.start + 1, middle + 1)
    first = Span(span.start, space if space > 0 else middle)
    second = Span(space + 1 if space > 0 else middle, span.end)
    yield from _fitting(reading, first, budget)
    yield from _fitting(reading, second, budget)


def _apart(last: _Unit, unit: _Unit, group: Sequence[_Unit], budget: Budget) -> bool:
    """Whether a new passage starts between two sentences even though there is room."""
    if last.block == unit.block:
        return False
    if last.place.section != unit.place.section:
        return True
    if (last.place.note is None) != (unit.place.note is None):
        return True
    return sum(member.tokens for member in group) >= budget.enough


def _fits(group: Sequence[_Unit], unit: _Unit, budget: Budget) -> bool:
    """Whether `unit` still goes in; a token more per join, for the space between sentences."""
    units = (*group, unit)
    return (
        sum(member.tokens + 1 for member in units) <= budget.limit
        and sum(member.pieces for member in units) <= budget.piece_limit
    )


def _passage(units: Sequence[_Unit]) -> Passage:
    sentences = []
    at = 0
    for unit in units:
        reading = Span(at, at + len(unit.text))
        sentences.append(Sentence(unit.span, reading, unit.place))
        at = reading.end + 1
    return Passage(" ".join(unit.text for unit in units), tuple(sentences))
