"""Reading text: what a block says once the accidents of its file are healed, with a map back.

Healing only drops or joins white space, hyphens at a line break and emphasis marks, and what is a
hole of its block: note markers and page furniture. It never changes, adds or drops a word, a digit
or a negation.
"""

import re
from array import array
from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from index.types import Block, Span

# So much of the reading is looked at on either side of a range to see how its ends are healed.
CONTEXT = 100

# Alternatives in order of precedence. What `drop` matches vanishes; white space becomes one space.
_HEALED = re.compile(
    r"""
    (?P<drop>
        (?<=[^\W\d_])[-\u2010\u00ad]\*?[^\S\r\n]*[\r\n]\s*(?=[^\W\d_])(?![A-Z])  # a word broken
      | (?<=[^\W\d_]-)[^\S\r\n]*[\r\n]\s*(?=[A-Z])   # over lines; before a capital the hyphen stays
      | (?<=\d[-–])[^\S\r\n]*[\r\n]\s*(?=\d)        # as it does between numbers
      | \u00ad | \ufeff | \u200b                      # soft hyphen, BOM, zero-width space
      | (?<![\w*])\*{1,3}(?=[^\s*])                   # emphasis opens ...
      | (?<=[^\s*])\*{1,3}(?![\w*])                   # ... and closes
    )
    | (?P<space>\s+)
    """,
    re.VERBOSE,
)


@dataclass(frozen=True, slots=True)
class Reading:
    """Healed text and, for each of its characters, the canonical offset it comes from."""

    text: str
    origin: Sequence[int]

    def __post_init__(self) -> None:
        if len(self.text) != len(self.origin):
            raise ValueError(f"{len(self.text)} characters but {len(self.origin)} origins")

    def canonical(self, span: Span) -> Span:
        """The canonical range of a range of the reading text that starts and ends on a word."""
        return Span(self.origin[span.start], self.origin[span.end - 1] + 1)

    def within(self, span: Span) -> "Reading":
        """What of it comes from a canonical range, without white space at the ends."""
        start, end = (bisect_left(self.origin, at) for at in (span.start, span.end))
        start += len(self.text[start:end]) - len(self.text[start:end].lstrip())
        end = start + len(self.text[start:end].rstrip())
        return Reading(self.text[start:end], self.origin[start:end])


def heal(text: str, span: Span, holes: Sequence[Span] = ()) -> Reading:
    """The reading of `text[span]` without its `holes`; offsets of the result point into `text`.

    The reading neither starts nor ends with white space and may be empty.
    """
    kept, origin = without(text, span, holes)
    out: list[str] = []
    places = array("q")
    last = 0
    for match in _HEALED.finditer(kept):
        out.append(kept[last : match.start()])
        places.extend(origin[last : match.start()])
        last = match.end()
        if match.lastgroup == "space" and places and not text[places[-1]].isspace():
            out.append(" ")
            places.append(origin[match.start()])
    out.append(kept[last:])
    places.extend(origin[last:])
    reading = "".join(out).rstrip()
    return Reading(reading, places[: len(reading)])


def read_around(text: str, block: Block, span: Span) -> Reading:
    """What the block says in `span` and up to `CONTEXT` characters on either side, holes not
    counted: healed without it, the ends of a range would not be known for parts of words."""
    start, end = span.start - CONTEXT, span.end + CONTEXT
    for hole in sorted(block.holes):
        if span.end <= hole.start < end:
            end += len(hole)
    for hole in sorted(block.holes, reverse=True):
        if start < hole.end <= span.start:
            start -= len(hole)
    around = Span(max(start, block.span.start), min(end, block.span.end))
    return heal(text, around, [hole for hole in block.holes if around.holds(hole)])


def in_order(spans: Iterable[Span]) -> tuple[Span, ...]:
    """Spans that do not overlap by their starts; quicker than comparing them as wholes."""
    return tuple(sorted(spans, key=lambda span: span.start))


def without(text: str, span: Span, holes: Sequence[Span]) -> tuple[str, "array[int]"]:
    """`text[span]` with the holes cut out, and the canonical offset of each character left."""
    parts: list[str] = []
    origin = array("q")
    at = span.start
    for hole in in_order(holes):
        parts.append(text[at : hole.start])
        origin.extend(range(at, hole.start))
        at = hole.end
    parts.append(text[at : span.end])
    origin.extend(range(at, span.end))
    return "".join(parts), origin
