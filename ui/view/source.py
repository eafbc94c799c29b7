"""A source as the page shows it."""

import re
from bisect import bisect_left, bisect_right
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import accumulate, pairwise

from index.locate import block_at, place_at
from index.types import QUOTABLE, Block, Document, Place, Reference, Span
from rag.render import Record
from ui.uploads import shown_path

# Prose that was wrapped by hand has no line much shorter than its longest; verse and tables have.
_FULL_LINE = 48
_LIST_OR_TABLE = re.compile(r"\s*(?:[|*+•–-]|\d+[.)])\s?")


def source_view(document: Document, span: Span | None = None) -> Record:
    """A document as a list of blocks that together hold its canonical text, `span` marked.

    `locator`, `section` (all headings, the outermost first), `page`, `sheet` are those of `span`,
    null without one; `previous` and `next` are the quotable blocks before and after it,
    `{"start", "end", "locator"}`, null at the ends.

    A block is `{"id", "kind", "wrapped", "locator", "margin", "cited", "parts"}`. `id` is its place
    among the document's blocks, whatever is marked. `margin` are its page and its paragraph where
    they are others than before: “p. 12”, “¶58”. `cited` are the markers of the notes in it,
    `{"start", "end", "locator", "block"}`, and `block` the id of the one that they are in.

    A part is `{"text", "mark", "aside"}`. The marked parts follow one another in a single block and
    join to exactly the text of `span`. An aside is text that the block does not say: a page's
    footer between its halves, a paragraph's number. White space between blocks is left out. A part
    of a note's marker has `"note"` as well: `{"marker", "start", "end", "block"}`, where what the
    note says starts and ends.
    """
    if span:
        span.of(document.text)
    groups = _groups(document, span)
    links = _Links(document, groups)
    margins = _margins(groups)
    return {
        "document": document.path,
        "name": shown_path(document.path),
        "sha256": document.sha256,
        "title": document.title,
        "author": document.author,
        **_whereabouts(document, span),
        "blocks": [
            _block_view(document.text, group, span, links) | {"margin": margin}
            for group, margin in zip(groups, margins, strict=True)
        ],
    }


# Blocks, grouped


@dataclass(slots=True)
class _Group:
    """Blocks that are shown as one, with the range of text that they take up.

    `id`: the number of the first in the document.
    """

    id: int
    blocks: list[Block]
    start: int = field(init=False)
    end: int = field(init=False)

    def __post_init__(self) -> None:
        self.start = self.blocks[0].span.start
        self.end = self.blocks[0].span.end

    @property
    def place(self) -> Place:
        return self.blocks[0].place

    def add(self, block: Block) -> None:
        self.blocks.append(block)
        self.end = max(self.end, block.span.end)


def _groups(document: Document, span: Span | None) -> list[_Group]:
    """The blocks in order. Those that lie in one another, or under one mark, are grouped."""
    groups: list[_Group] = []
    for number, block in sorted(enumerate(document.blocks), key=lambda each: each[1].span):
        before = groups[-1] if groups else None
        if before and (block.span.start < before.end or _is_under(span, before, block)):
            before.add(block)
        else:
            groups.append(_Group(number, [block]))
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


def _margins(groups: Iterable[_Group]) -> Iterator[list[str]]:
    """The page and the paragraph of each group, where they are others than before."""
    page = paragraph = ""
    for group in groups:
        place = group.place
        here = _page(place) or page
        numbered = f"¶{place.paragraph}" if place.paragraph else paragraph
        yield [label for label, old in ((here, page), (numbered, paragraph)) if label != old]
        page, paragraph = here, numbered


def _page(place: Place) -> str:
    return Place(page=place.page, sheet=place.sheet, line=None).locator


# What is marked


def _whereabouts(document: Document, span: Span | None) -> Record:
    if span is None:
        keys = ("locator", "section", "page", "sheet", "previous", "next")
        return dict.fromkeys(keys)
    place = place_at(document, span)
    before, after = _neighbours(document, span)
    return {
        "locator": place.locator,
        "section": list(place.section),
        "page": place.page,
        "sheet": place.sheet,
        "previous": _step(before),
        "next": _step(after),
    }


def _neighbours(document: Document, span: Span) -> tuple[Block | None, Block | None]:
    """The quotable blocks before and after the one that a range starts in. A note that stands in
    its paragraph comes after it."""
    steps = sorted(
        (block for block in document.blocks if block.kind in QUOTABLE), key=lambda each: each.span
    )
    own = block_at(document, Span(span.start, span.start + 1))
    first = bisect_left(steps, own.span if own else span, key=lambda each: each.span)
    last = bisect_left(steps, span.end, key=lambda each: each.span.start)
    return steps[first - 1] if first else None, steps[last] if last < len(steps) else None


def _step(block: Block | None) -> Record | None:
    if block is None:
        return None
    return {"start": block.span.start, "end": block.span.end, "locator": block.place.locator}


# Notes


class _Links:
    """Which markers point to which notes, both ways, and in which groups they are."""

    def __init__(self, document: Document, groups: Sequence[_Group]) -> None:
        self._document = document
        self._groups = groups
        self._linked = [each for each in document.references if each.label and each.notes]
        self._citing: Mapping[int, list[Reference]] = defaultdict(list)
        for reference in self._linked:
            for note in reference.notes:
                self._citing[note.start].append(reference)

    def note_at(self, offset: int) -> Record | None:
        """The note whose marker holds a character."""
        at = bisect_right(self._linked, offset, key=lambda each: each.at.start) - 1
        if at < 0 or offset >= self._linked[at].at.end:
            return None
        label, notes = self._linked[at].label, self._linked[at].notes
        start, end = notes[0].start, notes[-1].end
        return {"marker": label, "start": start, "end": end, "block": self._id(start)}

    def citing(self, block: Block) -> Iterator[Record]:
        """The markers that point to a note."""
        for reference in self._citing.get(block.span.start, ()):
            start, end = reference.at.start, reference.at.end
            locator = place_at(self._document, reference.at).locator
            yield {"start": start, "end": end, "locator": locator, "block": self._id(start)}

    def _id(self, offset: int) -> int:
        return self._groups[bisect_right(self._groups, offset, key=lambda each: each.start) - 1].id


# Parts


def _block_view(text: str, group: _Group, span: Span | None, links: _Links) -> Record:
    parts = list(_parts(text, group, span, links))
    said = "".join(part["text"] for part in parts if not part["aside"])
    return {
        "id": group.id,
        "kind": group.blocks[0].kind.value,
        "wrapped": is_wrapped(said),
        "locator": group.place.locator,
        "cited": [cited for block in group.blocks for cited in links.citing(block)],
        "parts": parts,
    }


def _parts(text: str, group: _Group, span: Span | None, links: _Links) -> Iterator[Record]:
    """The group's text, cut where a mark or an aside starts or ends."""
    says = _Depth(block.span for block in group.blocks)
    holes = _Depth(hole for block in group.blocks for hole in block.holes)
    marks = _Depth([span] if span else [])
    edges = {edge for each in (says, holes, marks) for edge in each.edges}
    inside = {edge for edge in edges if group.start < edge < group.end}
    for start, end in pairwise(sorted(inside | {group.start, group.end})):
        note = links.note_at(start)
        yield {
            "text": text[start:end],
            "mark": marks.covers(start),
            "aside": holes.covers(start) or not says.covers(start),
            **({"note": note} if note else {}),
        }


class _Depth:
    """How many of some ranges hold an offset: `edges` are where that changes."""

    def __init__(self, ranges: Iterable[Span]) -> None:
        steps: Counter[int] = Counter()
        for each in ranges:
            steps[each.start] += 1
            steps[each.end] -= 1
        self.edges = sorted(steps)
        self._depths = [0, *accumulate(steps[edge] for edge in self.edges)]

    def covers(self, offset: int) -> bool:
        return self._depths[bisect_right(self.edges, offset)] > 0


def is_wrapped(text: str) -> bool:
    """Whether a paragraph's line breaks only keep a page's width, and may be shown as spaces."""
    lines = text.strip().splitlines()
    full = all(len(line) >= _FULL_LINE for line in lines[:-1])
    return len(lines) > 1 and full and not any(_LIST_OR_TABLE.match(line) for line in lines[1:])
