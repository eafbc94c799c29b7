"""Which quotes stand together, and under what heading, in the forms that a person reads."""

from collections.abc import Iterator
from itertools import groupby

from rag.types import Answer, Quote

NO_POSITION = "No position"

Numbered = tuple[int, Quote]


def by_position(answer: Answer) -> Iterator[tuple[str, list[Numbered]]]:
    """Headings with the numbered quotes under them: positions where the quotes disagree, then what
    takes none; a single empty heading where they do not."""
    numbered = list(enumerate(answer.quotes or answer.nearest, start=1))
    if not any(quote.position for quote in answer.quotes):
        yield "", numbered
        return
    ordered = sorted(numbered, key=lambda each: (each[1].position is None, each[1].position))
    for position, group in groupby(ordered, key=lambda each: each[1].position):
        yield f"Position {position}" if position else NO_POSITION, list(group)
