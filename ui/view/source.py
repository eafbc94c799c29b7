"""A source as the page shows it."""

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise

from index.types import Block, Document, Span
from rag.render import Record

# Prose that was wrapped by hand has no line much shorter than its longest; verse and tables have.
_FULL_LINE = 48
_LIST_OR_TABLE = re.compile(r"\s*(?:[|*+•–-]|\d+[.)])\s?")


def source_view(document: Document, span: Span | None = None) -> Record:
    """A document as a list of blocks that together hold its canonical text, `span` marked.

    A block is `{"kind", "wrapped", "parts"}`; a part is `{"text", "mark", "aside"}`. The marked
    parts follow one another in a single block and join to exactly the text of `span`. An aside is
    text that the block does not say: a page's footer between its halves, a paragraph's number.
    White space between blocks is left out.
    """
    if span:
        span.of(document.text)
    blocks = [_block_view(document, group, span) for group in _groups(document, span)]
    return {
        "document": document.path,
        "sha256": document.sha256,
        "title": document.title,
        "blocks": blocks,
    }


class _Group:
    """Blocks that are shown as one, with the range of text that they take up."""

    def __init__(self, first: Block, start: int) -> None:
        self.blocks = [first]
        self.start = start
        self.end = first.span.end

    def add(self, block: Block) -> None:
        self.blocks.append(block)
        self.end = max(self.end, block.span.end)


def _groups(document: Document, span: Span | None) -> list[_Group]:
    """The blocks in order. Those that lie in one another, or under one mark, are grouped."""
    groups: list[_Group] = []
    for block in sorted(document.blocks, key=lambda each: each.span):
        before = groups[-1] if groups else None
        if before and (block.span.start < before.end or _is_under(span, before, block)):
            before.add(block)
        else:
            groups.append(_Group(block, block.span.start))
    _take_up_lines(document.text, groups)
    return groups


def _is_under(span: Span | None, before: _Group, block: Block) -> bool:
    return bool(span and span.start < before.end and block.span.start < span.end)


def _take_up_lines(text: str, groups: Sequence[_Group]) -> None:
    """Give each group the words between it and its neighbours, so that the page lacks none: to the
    one before what is left of its last line, to the one after the rest."""
    if not groups:
        return
    groups[0].start = min(groups[0].start, len(text) - len(text.lstrip()))
    groups[-1].end = max(groups[-1].end, len(text.rstrip()))
    for first, second in pairwise(groups):
        line = re.split(r"[\r\n]", text[first.end : second.start], maxsplit=1)[0]
        first.end += len(line.rstrip())
        second.start -= len(text[first.end : second.start].lstrip())


def _block_view(document: Document, group: _Group, span: Span | None) -> Record:
    parts = list(_parts(document.text, group, span))
    said = "".join(part["text"] for part in parts if not part["aside"])
    return {"kind": group.blocks[0].kind.value, "wrapped": is_wrapped(said), "parts": parts}


def _parts(text: str, group: _Group, span: Span | None) -> Iterator[Record]:
    """The group's text, cut where a mark or an aside starts or ends."""
    says = [block.span for block in group.blocks]
    holes = [hole for block in group.blocks for hole in block.holes]
    ranges = [*says, *holes, *([span] if span else [])]
    edges = {edge for each in ranges for edge in (each.start, each.end)}
    inside = {edge for edge in edges if group.start < edge < group.end}
    for start, end in pairwise(sorted(inside | {group.start, group.end})):
        piece = Span(start, end)
        yield {
            "text": piece.of(text),
            "mark": bool(span and span.overlaps(piece)),
            "aside": _holds(holes, piece) or not _holds(says, piece),
        }


def _holds(ranges: Sequence[Span], piece: Span) -> bool:
    return any(each.overlaps(piece) for each in ranges)


def is_wrapped(text: str) -> bool:
    """Whether a paragraph's line breaks only keep a page's width, and may be shown as spaces."""
    lines = text.strip().splitlines()
    full = all(len(line) >= _FULL_LINE for line in lines[:-1])
    return len(lines) > 1 and full and not any(_LIST_OR_TABLE.match(line) for line in lines[1:])
