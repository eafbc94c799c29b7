"""The gate: the only place where a claim becomes a quote."""

from collections.abc import Callable

from index.reading import heal
from index.split import QUOTABLE
from index.types import Block, Document, Place, Span, line_of
from rag.types import LONGEST_QUOTE, Claim, Quote


class Gate:
    """Turns claims into quotes of the documents that `find` knows; drops what it cannot prove."""

    def __init__(self, find: Callable[[str], Document | None]) -> None:
        self._find = find
        self._documents: dict[str, Document | None] = {}

    def quote(self, claim: Claim) -> Quote | None:
        """The quote that a claim stands for, or None when it is not one.

        The range must lie in one quotable block of a document that is in the index, be no longer
        than a quote may be, cut no word in two, and say something once healed. Text, display and
        place are taken from the document, whatever the claim's author believed them to be.
        """
        document = self._document(claim.document)
        if document is None or claim.span.end > len(document.text):
            return None
        block = _block_of(document, claim.span)
        if block is None or len(claim.span) > LONGEST_QUOTE or _cuts_word(document, claim.span):
            return None
        holes = [hole for hole in block.holes if hole.overlaps(claim.span)]
        if any(not _within(hole, claim.span) for hole in holes):
            return None
        display = heal(document.text, claim.span, holes).text
        if not any(character.isalnum() for character in display):
            return None
        return Quote(document, claim.span, _place(document, block, claim.span), display)

    def _document(self, path: str) -> Document | None:
        if path not in self._documents:
            self._documents[path] = self._find(path)
        return self._documents[path]


def _block_of(document: Document, span: Span) -> Block | None:
    """The quotable block that holds the span, if one does."""
    return next(
        (
            block
            for block in document.blocks
            if block.kind in QUOTABLE and _within(span, block.span)
        ),
        None,
    )


def _within(inner: Span, outer: Span) -> bool:
    return outer.start <= inner.start and inner.end <= outer.end


def _cuts_word(document: Document, span: Span) -> bool:
    text = document.text
    starts_inside = span.start > 0 and text[span.start - 1 : span.start + 1].isalnum()
    return starts_inside or (text[span.end - 1 : span.end + 1].isalnum() and span.end < len(text))


def _place(document: Document, block: Block, span: Span) -> Place:
    return block.place._replace(line=line_of(document.text, span.start))
