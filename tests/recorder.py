"""An assistant that remembers what it was asked."""

from index.errors import PinciteError
from index.store import DocumentSummary
from index.types import Block, BlockKind, Document, Place, Span
from rag.types import Answer, Reason

TEXT = "The mate spoke."
DOCUMENT = Document(
    "report.txt",
    "ab" * 32,
    "Report",
    TEXT,
    "utf-8",
    15,
    (Block(BlockKind.PARAGRAPH, Span(0, 15), Place()),),
)


class Recorder:
    """Finds nothing; has one document that it does not list."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, list[str], list[str]]] = []

    def ask(
        self, question: str, history: list[str], documents: list[str], **others: object
    ) -> Answer:
        self.asked.append((question, list(history), list(documents)))
        if question == "break":
            raise PinciteError("the index is gone. Make it again.")
        return Answer(question, question, (), (), 0.0, Reason.OFF_SUBJECT, 0.0)

    def sources(self, **others: object) -> list[DocumentSummary]:
        return []

    def document(self, path: str, **others: object) -> Document | None:
        return DOCUMENT if path == "report.txt" else None
