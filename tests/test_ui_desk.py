import json

import pytest

from index.errors import PinciteError
from index.store import DocumentSummary
from index.types import Block, BlockKind, Document, Place, Span
from rag.types import Answer, Reason
from ui.desk import Desk

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
    """An assistant that finds nothing and remembers what it was asked."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, list[str], list[str]]] = []

    def ask(self, question: str, history: list[str], documents: list[str]) -> Answer:
        self.asked.append((question, list(history), list(documents)))
        if question == "break":
            raise PinciteError("the index is gone. Make it again.")
        return Answer(question, question, (), (), 0.0, Reason.OFF_SUBJECT, 0.0)

    def sources(self) -> list[DocumentSummary]:
        return []

    def document(self, path: str) -> Document | None:
        return DOCUMENT if path == "report.txt" else None


def test_a_question_is_asked_with_the_ones_before_it() -> None:
    recorder = Recorder()
    reply = Desk(recorder).ask({"question": "Who?", "history": ["What?"]})
    assert recorder.asked == [("Who?", ["What?"], [])]
    assert reply["answer"]["heading"] == "These sources have nothing on the subject."


def test_a_question_names_the_documents_to_search() -> None:
    recorder = Recorder()
    Desk(recorder).ask({"question": "Who?", "documents": ["report.txt"]})
    assert recorder.asked == [("Who?", [], ["report.txt"])]


def test_what_the_user_can_mend_comes_back_as_a_message() -> None:
    assert Desk(Recorder()).ask({"question": "break"}) == {
        "error": "the index is gone. Make it again."
    }


@pytest.mark.parametrize(
    ("text", "clean"),
    [
        ("\ud800", "\ufffd"),
        ("Who\udfff?", "Who\ufffd?"),
        ("\ud83dWho?", "\ufffdWho?"),
        ("\ud83d\udea2 \U0001f6a2", "\U0001f6a2 \U0001f6a2"),
        ("\ufeffWho?", "\ufeffWho?"),
    ],
)
def test_half_a_surrogate_pair_becomes_a_replacement_character(text: str, clean: str) -> None:
    recorder = Recorder()
    reply = Desk(recorder).ask({"question": text, "history": [text]})
    assert recorder.asked == [(clean, [clean], [])]
    assert reply["answer"]["question"] == clean
    json.dumps(reply, ensure_ascii=False).encode()


def test_a_source_whose_name_is_no_text_is_not_in_the_index() -> None:
    assert Desk(Recorder()).read_source({"document": "\ud800.txt"}) == {
        "error": "\ufffd.txt is no longer in the index. Ask the question again."
    }


def test_sources_are_listed() -> None:
    assert Desk(Recorder()).list_sources({})["sources"] == []


def test_a_source_is_read_at_a_span() -> None:
    request = {"document": "report.txt", "start": 4, "end": 8, "sha256": "ab" * 32}
    (block,) = Desk(Recorder()).read_source(request)["blocks"]
    assert [each["text"] for each in block["parts"] if each["mark"]] == ["mate"]


@pytest.mark.parametrize(
    ("request_", "message"),
    [
        ({"document": "gone.txt"}, "gone.txt is no longer in the index. Ask the question again."),
        (
            {"document": "report.txt", "sha256": "cd" * 32},
            "report.txt has changed since this answer. Ask the question again.",
        ),
        (
            {"document": "report.txt", "start": 4, "end": 99},
            "report.txt is shorter than it was. Ask the question again.",
        ),
    ],
)
def test_a_stale_citation_is_refused(request_: dict[str, object], message: str) -> None:
    assert Desk(Recorder()).read_source(request_) == {"error": message}


@pytest.mark.parametrize(
    "request_",
    [
        None,
        {},
        {"question": 3},
        {"question": "x" * 2001},
        {"question": "Who?", "history": "What?"},
        {"question": "Who?", "history": [None]},
        {"question": "Who?", "documents": "report.txt"},
        {"question": "Who?", "documents": [7]},
    ],
)
def test_a_malformed_question_is_an_error(request_: object) -> None:
    with pytest.raises(ValueError, match=r"is needed|is one JSON object|is not a list"):
        Desk(Recorder()).ask(request_)


@pytest.mark.parametrize("span", [(None, 3), ("0", "3"), (True, 3), (3, 3)])
def test_a_malformed_span_is_an_error(span: tuple[object, object]) -> None:
    with pytest.raises(ValueError, match=r"whole numbers|0 <= start < end"):
        Desk(Recorder()).read_source({"document": "report.txt", "start": span[0], "end": span[1]})
