import json
from typing import Any

import pytest

from index.errors import PinciteError
from index.store import DocumentSummary
from index.types import Block, BlockKind, Document, Place, Span
from rag.render import Record
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


class Kept:
    """Keeps verdicts in a list, and refuses those on a question that asks for it."""

    def __init__(self) -> None:
        self.verdicts: list[tuple[str, Record | None, str, str]] = []

    def __call__(self, question: str, quote: Record | None, verdict: str, correction: str) -> str:
        if question == "contradict":
            raise PinciteError("the verdict contradicts another")
        self.verdicts.append((question, quote, verdict, correction))
        return "cases.jsonl"


PLACE = {"document": "report.txt", "sha256": "ab" * 32, "start": 0, "end": 15}


def judge(kept: Kept | None, **request: Any) -> Record:
    asked = {"question": "Who spoke?", "quote": PLACE, "verdict": "supports", **request}
    return Desk(Recorder(), kept).judge(asked)


def test_a_verdict_is_kept_with_the_quote_that_the_index_has() -> None:
    kept = Kept()
    told = {**PLACE, "text": "The mate lied.", "locator": "¶9", "speakers": ["The page"]}
    assert judge(kept, quote=told, verdict="wrong-speaker", correction="the mate") == {
        "kept": "Kept as an eval case in cases.jsonl"
    }
    ((question, quote, verdict, correction),) = kept.verdicts
    assert (question, verdict, correction) == ("Who spoke?", "wrong-speaker", "the mate")
    assert quote is not None
    assert {name: quote[name] for name in PLACE} == PLACE
    assert (quote["text"], quote["locator"], quote["speakers"]) == (TEXT, "line 1", ["Report"])


def test_a_verdict_on_there_being_an_answer_has_no_quote() -> None:
    kept = Kept()
    judge(kept, quote=None, verdict="should-have-refused")
    assert kept.verdicts == [("Who spoke?", None, "should-have-refused", "")]


@pytest.mark.parametrize(
    ("request_", "message"),
    [
        ({"question": "contradict"}, "the verdict contradicts another"),
        (
            {"quote": {**PLACE, "document": "gone.txt"}},
            "gone.txt is no longer in the index. Ask the question again.",
        ),
        (
            {"quote": {**PLACE, "sha256": "cd" * 32}},
            "report.txt has changed since this answer. Ask the question again.",
        ),
        (
            {"quote": {**PLACE, "end": 99}},
            "report.txt is shorter than it was. Ask the question again.",
        ),
        ({"quote": {**PLACE, "end": 6}}, "report.txt has no quote at 0..6."),
    ],
)
def test_a_verdict_that_cannot_be_kept_says_why(request_: dict[str, Any], message: str) -> None:
    kept = Kept()
    assert judge(kept, **request_) == {"error": message}
    assert kept.verdicts == []


@pytest.mark.parametrize(
    "request_",
    [
        {"question": None},
        {"question": "x" * 2001},
        {"verdict": 3},
        {"correction": "x" * 2001},
        {"correction": None},
        {"quote": "report.txt"},
        {"quote": {**PLACE, "sha256": None}},
        {"quote": {**PLACE, "start": None, "end": None}},
        {"quote": {**PLACE, "start": "0"}},
    ],
)
def test_a_malformed_verdict_is_an_error(request_: dict[str, Any]) -> None:
    kept = Kept()
    with pytest.raises(ValueError, match=r"is needed|one JSON object|a start and an end|whole"):
        judge(kept, **request_)
    assert kept.verdicts == []


def test_where_nothing_keeps_verdicts_none_is_taken() -> None:
    with pytest.raises(ValueError, match="nothing keeps verdicts"):
        judge(None)
