"""The sources as one owner sees them. All that the desk shows of a source comes from here."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Protocol

from index.errors import PinciteError
from index.snapshot import Sees
from index.store import DocumentSummary
from index.types import Document, Span
from rag.types import Answer, Claim, Quote, Stage
from rag.verify import Gate
from ui.desk.requests import span_of, text_of
from ui.uploads import seen_by


class Asked(Protocol):
    """What the interface needs of `rag.assistant.Assistant`."""

    def ask(
        self,
        question: str,
        history: list[str],
        documents: list[str],
        *,
        sees: Sees,
        report: Callable[[Stage], None],
    ) -> Answer: ...

    def sources(self, *, sees: Sees) -> list[DocumentSummary]: ...

    def document(self, path: str, *, sees: Sees) -> Document | None: ...


class Shelf:
    """What an assistant says and shows to an owner, who sees no other's uploads."""

    def __init__(self, assistant: Asked) -> None:
        self._assistant = assistant

    def ask(
        self,
        owner: str,
        question: str,
        history: Sequence[str] = (),
        documents: Sequence[str] = (),
        report: Callable[[Stage], None] = lambda stage: None,
    ) -> Answer:
        """The answer to a question after others, from these documents alone if any are named."""
        earlier, named = list(history), list(documents)
        return self._assistant.ask(question, earlier, named, sees=seen_by(owner), report=report)

    def summaries(self, owner: str) -> list[DocumentSummary]:
        """The documents without their texts, by path."""
        return self._assistant.sources(sees=seen_by(owner))

    def titles(self, owner: str) -> dict[str, str]:
        """What the documents are called, by path."""
        return {each.path: each.title for each in self.summaries(owner)}

    def document(self, owner: str, path: str) -> Document | None:
        """A document, or None."""
        return self._assistant.document(path, sees=seen_by(owner))

    def file(self, owner: str, path: str) -> Path:
        """Where a document's source lies; PinciteError when it is no longer in the index."""
        found = next((each.file for each in self.summaries(owner) if each.path == path), None)
        if found is None:
            raise _gone(path)
        return found

    def unchanged(self, owner: str, fields: dict[str, Any]) -> tuple[Document, Span | None]:
        """The document and range of `{"document", "start", "end", "sha256"}`, all but the first
        optional.

        PinciteError when the document is not what it was: with the SHA-256 that a quote was taken
        from, a source that has changed since is refused rather than marked at a place that holds
        other words now.
        """
        path, sha256, span = text_of(fields.get("document")), fields.get("sha256"), span_of(fields)
        document = self.document(owner, path)
        if document is None:
            raise _gone(path)
        if sha256 not in (None, document.sha256):
            raise PinciteError(f"{path} has changed since this answer. Ask the question again.")
        if span and span.end > len(document.text):
            raise PinciteError(f"{path} is shorter than it was. Ask the question again.")
        return document, span

    def range(self, owner: str, fields: dict[str, Any]) -> tuple[Document, Span]:
        """The same, where the range has to be given."""
        document, span = self.unchanged(owner, fields)
        if span is None:
            raise ValueError("a range has a start and an end")
        return document, span

    def quote(self, owner: str, fields: dict[str, Any]) -> Quote:
        """The quote that the gate makes of a range; PinciteError when it makes none."""
        document, span = self.range(owner, fields)
        quote = Gate({document.path: document}.get).quote(Claim(document.path, span, 0.0))
        if quote is None:
            raise PinciteError(f"{document.path} has no quote at {span.start}..{span.end}.")
        return quote


def _gone(path: str) -> PinciteError:
    return PinciteError(f"{path} is no longer in the index. Ask the question again.")
