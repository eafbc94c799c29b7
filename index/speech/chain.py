"""Whose words a range of a document is, by the speeches that were found in it."""

from bisect import bisect_left, bisect_right
from collections.abc import Sequence

from index.types import Block, BlockKind, Document, Span, Speech

# Words in quotation marks make a sentence their speaker's even when the frame around them is
# longer; a reported claim must be a good part of what is asked about.
LEAST_QUOTED = 0.1
LEAST_REPORTED = 0.35

_INTERRUPTING = frozenset({BlockKind.NOTE, BlockKind.FURNITURE, BlockKind.CONTENTS})


def speech_at(document: Document, span: Span) -> Speech | None:
    """The speech that says whose words `span` is; None where they are the author's.

    Where several speeches lie in the span, the one that has most of it decides; words that are
    quoted inside win over the frame around them.
    """
    return _decisive(_overlapping(document, span), span)


def speakers_at(document: Document, span: Span) -> tuple[str, ...]:
    """From whoever's words `span` is to the author of the source, or its title where none is
    named."""
    speech = speech_at(document, span)
    if speech is None:
        return (document.voice,)
    chain = speech.speakers
    return chain if chain[-1] == document.voice else (*chain, document.voice)


def _decisive(speeches: Sequence[Speech], span: Span) -> Speech | None:
    """`speeches` come with the outer before the inner."""
    best: Speech | None = None
    for speech in speeches:
        shared = _shared(speech.span, span)
        inside = best is None or _contains(best.span, speech.span)
        if inside:
            within = len(span) if best is None else _shared(best.span, span)
            wins = shared >= (LEAST_REPORTED if speech.reported else LEAST_QUOTED) * within
        else:
            wins = best is not None and shared > _shared(best.span, span)
        if wins:
            best = speech
    return best


def _contains(outer: Span, inner: Span) -> bool:
    return outer.start <= inner.start and inner.end <= outer.end


def _shared(first: Span, second: Span) -> int:
    return max(0, min(first.end, second.end) - max(first.start, second.start))


def _overlapping(document: Document, span: Span) -> list[Speech]:
    """The speeches that share something with `span`; none of them leaves its block."""
    first = _start_of_blocks(document.blocks, span.start)
    speeches = document.speeches
    low = bisect_left(speeches, first, key=lambda speech: speech.span.start)
    high = bisect_left(speeches, span.end, key=lambda speech: speech.span.start)
    return [speech for speech in speeches[low:high] if speech.span.end > span.start]


def _start_of_blocks(blocks: Sequence[Block], offset: int) -> int:
    """Where the first block starts that can hold `offset`: a paragraph goes on after the notes and
    footers that interrupt it."""
    at = bisect_right(blocks, offset, key=lambda block: block.span.start) - 1
    while at > 0 and blocks[at].kind in _INTERRUPTING:
        at -= 1
    return blocks[at].span.start if at >= 0 else 0
