"""The list of sources."""

from collections.abc import Sequence

from index.store import DocumentSummary
from rag.render import REASONS, Record
from rag.types import Reason
from ui.uploads import shown_path
from ui.view.words import plural


def library_view(summaries: Sequence[DocumentSummary]) -> Record:
    """The list of sources; `notice` says so when there are none.

    A source is `{"document", "name", "title", "author", "pages", "passages", "size", "facts"}`: the
    name is the document's as a person is shown it, the size in bytes, author and pages null where
    none are known; the facts are these in a line.
    """
    return {
        "sources": [
            {
                "document": each.path,
                "name": shown_path(each.path),
                "title": each.title,
                "author": each.author,
                "pages": each.pages,
                "passages": each.passages,
                "size": each.size,
                "facts": _facts(each),
            }
            for each in summaries
        ],
        "notice": None if summaries else REASONS[Reason.NO_SOURCES],
    }


def _facts(summary: DocumentSummary) -> str:
    pages = plural(summary.pages, "page") if summary.pages else ""
    passages = plural(summary.passages, "passage")
    return " · ".join(filter(None, [summary.author, pages, passages]))
