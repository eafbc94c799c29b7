"""The exact slice of a source beside the text that a quote shows, with every repair between."""

from index.healing import Piece, pieces
from index.types import Document, Span
from rag.render import Record


def healing_view(document: Document, span: Span) -> Record:
    """How the slice at `span` became the display of the quote that it is.

    `parts` are `{"text", "shown", "kind"}`: their texts join to the slice, what they show to the
    display; the kind is null where nothing was done. `healings` are the others alone: `{"kind",
    "text", "reading", "start", "end"}`. ValueError when no quote could be there.
    """
    found = pieces(document, span)
    return {
        "parts": [
            {
                "text": piece.span.of(document.text),
                "shown": piece.shown,
                "kind": piece.repair.value if piece.repair else None,
            }
            for piece in found
        ],
        "healings": [_healing(document, piece) for piece in found if piece.repair],
    }


def _healing(document: Document, piece: Piece) -> Record:
    return {
        "kind": piece.repair,
        "text": piece.span.of(document.text),
        "reading": piece.shown,
        "start": piece.span.start,
        "end": piece.span.end,
    }
