"""What the page may ask of the server: plain JSON in, plain JSON out. No gradio."""

from collections.abc import Callable
from typing import Any, Protocol

from index.errors import PinciteError
from index.store import DocumentSummary
from index.types import Document, Span
from rag.render import Record
from rag.types import Answer
from ui.view import answer_view, library_view, source_view

LONGEST_QUESTION = 2000
LONGEST_HISTORY = 50


class Asked(Protocol):
    """What the interface needs of `rag.assistant.Assistant`."""

    def ask(self, question: str, history: list[str], documents: list[str]) -> Answer: ...

    def sources(self) -> list[DocumentSummary]: ...

    def document(self, path: str) -> Document | None: ...


class Desk:
    """Answers the page's three requests.

    Every request is one JSON object. What the user can mend comes back as `{"error": message}`; a
    malformed request raises ValueError, which the page never causes. The desk keeps nothing: a
    conversation lives in its page, which sends the earlier questions along.
    """

    def __init__(self, assistant: Asked) -> None:
        self._assistant = assistant

    def list_sources(self, request: object) -> Record:
        """All sources: see `library_view`. The request is empty, but gradio always sends one."""
        return _or_error(lambda: library_view(self._assistant.sources()))

    def ask(self, request: object) -> Record:
        """`{"question", "history", "documents"}` to `{"answer"}`: see `answer_view`.

        The last two are optional; the documents are those that alone are searched.
        """
        fields = _object(request)
        question = _text(fields.get("question"))
        earlier = _texts(fields, "history")[-LONGEST_HISTORY:]
        return _or_error(lambda: self._ask(question, earlier, _texts(fields, "documents")))

    def _ask(self, question: str, history: list[str], documents: list[str]) -> Record:
        answer = self._assistant.ask(question, history, documents)
        titles = {each.path: each.title for each in self._assistant.sources()}
        return {"answer": answer_view(answer, titles)}

    def read_source(self, request: object) -> Record:
        """`{"document", "start", "end", "sha256"}`, all but the first optional, to `source_view`.

        With the SHA-256 that a quote was taken from, a source that has changed since is refused
        rather than marked at a place that holds other words now.
        """
        fields = _object(request)
        path = _text(fields.get("document"))
        return _or_error(lambda: self._read(path, fields.get("sha256"), _span(fields)))

    def _read(self, path: str, sha256: object, span: Span | None) -> Record:
        document = self._assistant.document(path)
        if document is None:
            raise PinciteError(f"{path} is no longer in the index. Ask the question again.")
        if sha256 not in (None, document.sha256):
            raise PinciteError(f"{path} has changed since this answer. Ask the question again.")
        if span and span.end > len(document.text):
            raise PinciteError(f"{path} is shorter than it was. Ask the question again.")
        return source_view(document, span)


def _or_error(reply: Callable[[], Record]) -> Record:
    try:
        return reply()
    except PinciteError as error:
        return {"error": str(error)}


def _object(request: object) -> dict[str, Any]:
    if not isinstance(request, dict):
        raise ValueError("a request is one JSON object")
    return request


def _text(value: object) -> str:
    if not isinstance(value, str) or len(value) > LONGEST_QUESTION:
        raise ValueError(f"a text of at most {LONGEST_QUESTION} characters is needed")
    # JSON can hold half a surrogate pair, which no UTF-8 can: it becomes U+FFFD.
    return value.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


def _texts(fields: dict[str, Any], name: str) -> list[str]:
    texts = fields.get(name, [])
    if not isinstance(texts, list):
        raise ValueError(f"{name} is not a list")
    return [_text(each) for each in texts]


def _span(fields: dict[str, Any]) -> Span | None:
    start, end = fields.get("start"), fields.get("end")
    if start is None and end is None:
        return None
    if type(start) is not int or type(end) is not int:
        raise ValueError("start and end are not whole numbers")
    return Span(start, end)
