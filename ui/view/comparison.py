"""A quote and another witness of its words, side by side."""

from collections.abc import Iterable, Iterator

from index.types import Span
from index.witnesses.differences import Sense
from rag.compose import worded_differently
from rag.render import Record
from rag.types import Quote


def comparison_view(ours: Quote, theirs: Quote) -> Record:
    """`{"ours", "theirs", "senses"}`: the displays of both, as parts `{"text", "changed"}` that
    join to them, and the kinds of words among what is changed that change the sense.

    The words are those of `differences`: case, marks and hyphens make none. What one of them lacks
    is marked in the other.
    """
    found = worded_differently(ours.display, theirs.display)
    senses = {sense for difference in found for sense in difference.senses}
    return {
        "ours": list(_parts(ours.display, (each.ours for each in found))),
        "theirs": list(_parts(theirs.display, (each.theirs for each in found))),
        "senses": [sense.value for sense in Sense if sense in senses],
    }


def _parts(text: str, changed: Iterable[Span | None]) -> Iterator[Record]:
    """The text cut where what is changed starts and ends."""
    at = 0
    for span in changed:
        if span is None:
            continue
        if at < span.start:
            yield {"text": text[at : span.start], "changed": False}
        yield {"text": span.of(text), "changed": True}
        at = span.end
    if at < len(text):
        yield {"text": text[at:], "changed": False}
