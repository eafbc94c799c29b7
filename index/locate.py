"""Where a range of a document stands, and which notes and sources go with it.

Things are looked up by bisection, so that it may be done for each quote.
"""

import re
from bisect import bisect_left, bisect_right

from index.structure.pages import knows_page
from index.types import QUOTABLE, Block, BlockKind, Document, Place, Reference, Span, line_of

# Notes and furniture may stand in a hole of another block; nothing else stands in one.
_NESTED = frozenset({BlockKind.NOTE, BlockKind.FURNITURE})

# So many blocks after the start of a range are looked at for one that it has a part of.
_NEAR = 20

_CLOSING = re.compile(r"[.,;:!?…\"'”’»)\]*_]*")
_CLOSING_AND_SPACE = re.compile(_CLOSING.pattern + r"\s*")


def block_at(document: Document, span: Span) -> Block | None:
    """The quotable block that holds the span, if one does.

    The shortest, because a footnote lies in a hole of the paragraph that goes on after its page.
    """
    blocks = document.blocks
    at = bisect_right(blocks, span.start, key=_start)
    for index in range(at - 1, -1, -1):
        block = blocks[index]
        if block.kind in QUOTABLE and block.span.end >= span.end:
            return block
        if block.kind not in _NESTED:
            return None
    return None


def references_at(document: Document, span: Span) -> tuple[Reference, ...]:
    """The references of a range: those in it, and those right after it, past closing marks; a
    parenthesis may follow after a space."""
    references = document.references
    at = first = bisect_left(references, span.start, key=_at)
    end = span.end
    while at < len(references) and references[at].at.start <= _reach(document, end, references[at]):
        end = max(end, references[at].at.end)
        at += 1
    return references[first:at]


def _reach(document: Document, end: int, reference: Reference) -> int:
    """How far after `end` a reference may start and still go with what stands before."""
    closing = _CLOSING if reference.label else _CLOSING_AND_SPACE
    match = closing.match(document.text, end)
    return match.end() if match else end


def citing(document: Document, note: Span) -> tuple[Reference, ...]:
    """The references that point to a note, given the range of it or of any of its paragraphs."""
    return tuple(
        reference
        for reference in document.references
        if any(paragraph.overlaps(note) for paragraph in reference.notes)
    )


def place_at(document: Document, span: Span) -> Place:
    """The place of a range: its block's, on the line and the pages of the range itself, with the
    labels of the notes that it refers to. A range of several blocks is placed by the first."""
    cites = tuple(dict.fromkeys(r.label for r in references_at(document, span) if r.label))
    block = block_at(document, span) or _first_in(document, span)
    if block is None:
        return Place(line=line_of(document.text, span.start), cites=cites)
    place = block.place._replace(cites=cites)
    if place.line is not None:
        within = document.text[block.span.start : span.start]
        place = place._replace(line=place.line + line_of(within, len(within)) - 1)
    first, last = (_page_at(document, block, at) for at in (span.start, span.end - 1))
    pages = dict.fromkeys(page.page for page in (first, last) if page.page)
    return place._replace(page="–".join(pages) or None, sheet=first.sheet)


def _first_in(document: Document, span: Span) -> Block | None:
    """The first quotable block that a range has a part of: its number may stand before it."""
    blocks = document.blocks
    start = block_at(document, Span(span.start, span.start + 1))
    at = bisect_left(blocks, span.start, key=_start)
    inside = (b for b in blocks[at : at + _NEAR] if b.kind in QUOTABLE and b.span.start < span.end)
    return start or next(inside, None)


def _page_at(document: Document, block: Block, offset: int) -> Place:
    """The place, as far as its page, of an offset in a block that may go on over a page break: in
    a text that of what comes next, where the loader knows pages that of the last break before."""
    blocks = document.blocks
    first = bisect_right(blocks, block.span.start, key=_start)
    end = bisect_left(blocks, block.span.end, key=_start)
    breaks = [inner.place for inner in blocks[first:end] if inner.kind is BlockKind.FURNITURE]
    if not any(place.page or place.sheet for place in breaks):
        return block.place
    at = bisect_left(blocks, offset, key=_start)
    if not knows_page(block.place):
        return blocks[at].place if at < len(blocks) else Place()
    passed = (inner.place for inner in reversed(blocks[first:at]))
    return next((place for place in passed if place.sheet or place.page), block.place)


def _start(block: Block) -> int:
    return block.span.start


def _at(reference: Reference) -> int:
    return reference.at.start
