"""The list of sources."""

from collections.abc import Sequence

from index.store import DocumentSummary
from rag.render import REASONS, Record
from rag.types import Reason


def library_view(summaries: Sequence[DocumentSummary]) -> Record:
    """The list of sources; `notice` says so when there are none."""
    return {
        "sources": [{"document": each.path, "title": each.title} for each in summaries],
        "notice": None if summaries else REASONS[Reason.NO_SOURCES],
    }
