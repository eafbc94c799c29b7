"""What the page may ask of the server: plain JSON in, plain JSON out. No gradio."""

from collections.abc import Callable
from typing import Any, Protocol

from index.errors import PinciteError
from index.store import DocumentSummary
from index.types import Document, Span
from rag.render import Record, quote_record
from rag.types import Answer, Claim
from rag.verify import Gate
from ui.verdicts import Keep
from ui.view.answer import answer_view
from ui.view.library import library_view
from ui.view.source import source_view

LONGEST_QUESTION = 2000
LONGEST_HISTORY = 50


class Asked(Protocol):
    """What the interface needs of `rag.assistant.Assistant`."""

    def ask(self, question: str, history: list[str], documents: list[str]) -> Answer: ...

    def sources(self) -> list[DocumentSummary]: ...

    def document(self, path: str) -> Document | None: ...


class Desk:
    """Answers the page's requests.

    Every request is one JSON object. What the user can mend comes back as `{"error": message}`; a
    malformed request raises ValueError, which the page never causes. The desk keeps nothing: a
    conversation lives in its page, which sends the earlier questions along. Verdicts go to `keep`,
    if there is one.
    """

    def __init__(self, assistant: Asked, keep: Keep | None = None) -> None:
        self._assistant = assistant
        self._keep = keep

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
        return source_view(self._unchanged(path, sha256, span), span)

    def judge(self, request: object) -> Record:
        """`{"question", "quote", "verdict", "correction"}` to `{"kept"}`, which says where.

        The question is the one that was searched. The quote is `{"document", "sha256", "start",
        "end"}`, and left out where the verdict is on there being an answer. What a quote says, and
        where and whose it is, is not the page's to tell: that is taken from the index anew.
        """
        fields = _object(request)
        question, verdict = _text(fields.get("question")), _text(fields.get("verdict"))
        correction = _text(fields.get("correction", ""))
        if self._keep is None:
            raise ValueError("nothing keeps verdicts here")
        keep, quote = self._keep, fields.get("quote")

        def kept() -> Record:
            record = None if quote is None else self._quoted(_object(quote))
            file = keep(question, record, verdict, correction)
            return {"kept": f"Kept as an eval case in {file}"}

        return _or_error(kept)

    def _quoted(self, fields: dict[str, Any]) -> Record:
        """The record of the quote that the gate makes of a place, whatever else is said of it."""
        path, sha256 = _text(fields.get("document")), _text(fields.get("sha256"))
        span = _span(fields)
        if span is None:
            raise ValueError("a quote has a start and an end")
        document = self._unchanged(path, sha256, span)
        quote = Gate({path: document}.get).quote(Claim(path, span, 0.0))
        if quote is None:
            raise PinciteError(f"{path} has no quote at {span.start}..{span.end}.")
        return quote_record(1, quote)

    def _unchanged(self, path: str, sha256: object, span: Span | None) -> Document:
        """A document as it was when an answer was made; PinciteError when it is not."""
        document = self._assistant.document(path)
        if document is None:
            raise PinciteError(f"{path} is no longer in the index. Ask the question again.")
        if sha256 not in (None, document.sha256):
            raise PinciteError(f"{path} has changed since this answer. Ask the question again.")
        if span and span.end > len(document.text):
            raise PinciteError(f"{path} is shorter than it was. Ask the question again.")
        return document


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
