"""The gate: the only place where a claim becomes a quote."""

from bisect import bisect_left
from collections.abc import Callable
from unicodedata import category

from index.reading import Reading, heal
from index.split import QUOTABLE
from index.types import Block, BlockKind, Document, Place, Span, line_of
from rag.types import LONGEST_QUOTE, Claim, Quote

# So much of the reading is looked at on either side of a claim to see whether it cuts a word.
CONTEXT = 100

_JOINTS = "'’-‐‑"
_POINTS = ".,:"


class Gate:
    """Turns claims into quotes of the documents that `find` knows; drops what it cannot prove."""

    def __init__(self, find: Callable[[str], Document | None]) -> None:
        self._find = find
        self._documents: dict[str, Document | None] = {}

    def quote(self, claim: Claim) -> Quote | None:
        """The quote that a claim stands for, or None when it is not one.

        The range must lie in one quotable block of a document that is in the index, be no longer
        than a quote may be, cut no word and no hole in two, and say something once healed. Text,
        display and place are taken from the document, whatever the claim's author believed them
        to be.
        """
        document = self._document(claim.document)
        if document is None or len(claim.span) > LONGEST_QUOTE:
            return None
        block = _block_of(document, claim.span)
        if block is None or any(_is_cut(hole, claim.span) for hole in block.holes):
            return None
        reading = _reading_around(document.text, block, claim.span)
        start = bisect_left(reading.origin, claim.span.start)
        end = bisect_left(reading.origin, claim.span.end)
        display = reading.text[start:end].strip()
        if _cuts_word(reading.text, start) or _cuts_word(reading.text, end):
            return None
        if not any(character.isalnum() for character in display):
            return None
        return Quote(document, claim.span, _place(document, block, claim.span), display)

    def _document(self, path: str) -> Document | None:
        if path not in self._documents:
            self._documents[path] = self._find(path)
        return self._documents[path]


def _block_of(document: Document, span: Span) -> Block | None:
    """The quotable block that holds the span, if one does.

    The shortest, because a footnote lies in a hole of the paragraph that goes on after its page.
    """
    holders = [
        block for block in document.blocks if block.kind in QUOTABLE and _within(span, block.span)
    ]
    return min(holders, key=lambda block: len(block.span), default=None)


def _within(inner: Span, outer: Span) -> bool:
    return outer.start <= inner.start and inner.end <= outer.end


def _is_cut(hole: Span, span: Span) -> bool:
    return hole.overlaps(span) and not _within(hole, span)


def _reading_around(text: str, block: Block, span: Span) -> Reading:
    """What the block says in `span` and up to `CONTEXT` characters on either side, holes not
    counted: healed without it, the ends of a quote would not be known for parts of words."""
    start, end = span.start - CONTEXT, span.end + CONTEXT
    for hole in sorted(block.holes):
        if span.end <= hole.start < end:
            end += len(hole)
    for hole in sorted(block.holes, reverse=True):
        if start < hole.end <= span.start:
            start -= len(hole)
    around = Span(max(start, block.span.start), min(end, block.span.end))
    return heal(text, around, [hole for hole in block.holes if _within(hole, around)])


def _cuts_word(text: str, at: int) -> bool:
    """Whether a word or number goes on across `at`: "no|te", "could|n't", "non-|payment", "1|,500".

    In reading text, so that a hyphen at a line's end joins and a note number does not.
    """
    if not 0 < at < len(text):
        return False
    if _is_mark(text[at]) or (_in_word(text[at - 1]) and _in_word(text[at])):
        return True
    return _joins(text, at - 1) or _joins(text, at)


def _joins(text: str, at: int) -> bool:
    """Whether an apostrophe, hyphen, or point in a number makes one word of its two sides."""
    before, after = text[max(at - 1, 0) : at], text[at + 1 : at + 2]
    if text[at] in _JOINTS:
        return _in_word(before) and _in_word(after)
    return text[at] in _POINTS and before.isdecimal() and after.isdecimal()


def _in_word(character: str) -> bool:
    return character.isalnum() or _is_mark(character)


def _is_mark(character: str) -> bool:
    """Whether it belongs to the letter before it: an accent, a vowel sign."""
    return character != "" and category(character).startswith("M")


def _place(document: Document, block: Block, span: Span) -> Place:
    place = block.place
    if place.line is not None:
        place = place._replace(line=line_of(document.text, span.start))
    if not block.holes or not block.place.page:
        return place
    first, last = (_page_at(document, block, at) for at in (span.start, span.end - 1))
    pages = dict.fromkeys(page for page in (first, last) if page)
    return place._replace(page="–".join(pages) or None)


def _page_at(document: Document, block: Block, offset: int) -> str | None:
    """The page of an offset in a paragraph that goes on over a page break: its next footer's."""
    if offset < min(block.holes).start:
        return block.place.page
    footers = (
        other
        for other in document.blocks
        if other.kind is BlockKind.FURNITURE and other.span.start >= offset
    )
    return next((footer.place.page for footer in footers), None)
