"""Requests of the page and what comes back."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from index.snapshot import Library
from rag.render import Record
from tests.recorder import Recorder
from tests.room import LIGHT, SOURCES, answering_from, make_library
from ui.desk import Desk
from ui.memory import Memory

OWNER, STRANGER = "a" * 64, "b" * 64
Call = Callable[..., Record]


@pytest.fixture
def recorder() -> Recorder:
    return Recorder()


@pytest.fixture
def memory(tmp_path: Path) -> Memory:
    return Memory(tmp_path / "memory.sqlite")


@pytest.fixture
def call(recorder: Recorder, memory: Memory) -> Call:
    services = Desk(recorder, memory).services()

    def call(name: str, request: object, owner: str = OWNER) -> Record:
        return services[name](owner, request)

    return call


@pytest.fixture
def library(tmp_path: Path) -> Library:
    return make_library(tmp_path, SOURCES)


@pytest.fixture
def over_sources(library: Library, memory: Memory) -> Call:
    """The services over an index that answers."""
    services = Desk(answering_from(library), memory).services()

    def call(name: str, request: object, owner: str = OWNER) -> Record:
        return services[name](owner, request)

    return call


def test_a_question_is_asked_with_the_ones_before_it(call: Call, recorder: Recorder) -> None:
    first = call("ask", {"question": "What?"})
    call("ask", {"question": "Who?", "conversation": first["conversation"]})
    assert recorder.asked == [("What?", [], []), ("Who?", ["What?"], [])]
    assert first["answer"]["heading"] == "These sources have nothing on the subject."


def test_a_question_names_the_documents_to_search(call: Call, recorder: Recorder) -> None:
    call("ask", {"question": "Who?", "documents": ["report.txt"]})
    assert recorder.asked == [("Who?", [], ["report.txt"])]


def test_nobody_goes_on_with_anothers_conversation(call: Call, recorder: Recorder) -> None:
    first = call("ask", {"question": "What?"})
    reply = call("ask", {"question": "Who?", "conversation": first["conversation"]}, STRANGER)
    assert "error" in reply
    assert len(recorder.asked) == 1


def test_what_the_user_can_mend_comes_back_as_a_message(call: Call) -> None:
    assert call("ask", {"question": "break"}) == {"error": "the index is gone. Make it again."}
    assert call("list_conversations", {})["conversations"] == []


def test_what_cannot_be_kept_is_answered_all_the_same(
    call: Call, memory: Memory, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "memory.sqlite").unlink()
    (tmp_path / "memory.sqlite").mkdir()
    reply = call("ask", {"question": "Who?"})
    assert reply["answer"]["heading"] == "These sources have nothing on the subject."
    assert reply["answer"]["id"] is None
    assert "the answer was not kept" in reply["unkept"]


@pytest.mark.parametrize(
    ("text", "clean"),
    [
        ("Who\udfff?", "Who\ufffd?"),
        ("\ud83dWho?", "\ufffdWho?"),
        ("Who? \ud83d\udea2 \U0001f6a2", "Who? \U0001f6a2 \U0001f6a2"),
        ("\ufeffWho?", "\ufeffWho?"),
    ],
)
def test_half_a_surrogate_pair_becomes_a_replacement_character(
    call: Call, recorder: Recorder, text: str, clean: str
) -> None:
    reply = call("ask", {"question": text, "documents": [text]})
    assert recorder.asked == [(clean, [], [clean])]
    assert reply["answer"]["question"] == clean
    json.dumps(reply, ensure_ascii=False).encode()


def test_a_source_is_read_at_a_span(call: Call) -> None:
    request = {"document": "report.txt", "start": 4, "end": 8, "sha256": "ab" * 32}
    (block,) = call("read_source", request)["blocks"]
    assert [each["text"] for each in block["parts"] if each["mark"]] == ["mate"]


@pytest.mark.parametrize(
    ("request_", "message"),
    [
        ({"document": "gone.txt"}, "gone.txt is no longer in the index. Ask the question again."),
        (
            {"document": "\ud800.txt"},
            "\ufffd.txt is no longer in the index. Ask the question again.",
        ),
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
@pytest.mark.parametrize("service", ["read_source", "verify"])
def test_a_stale_citation_is_refused(
    call: Call, service: str, request_: dict[str, object], message: str
) -> None:
    assert call(service, request_) == {"error": message}


def test_what_is_no_quote_is_not_compared(call: Call) -> None:
    cut = {"document": "report.txt", "start": 5, "end": 8, "sha256": "ab" * 32}
    error = {"error": "report.txt has no quote at 5..8."}
    assert call("compare", {"ours": cut, "theirs": cut}) == error


def test_an_answer_of_another_version_does_not_hide_the_others(
    over_sources: Call, memory: Memory
) -> None:
    answer = kept(over_sources)
    found = memory.answer(OWNER, answer["id"])
    memory.append(OWNER, found.conversation, "Old?", [], {**found.record, "format": 1})
    opened = over_sources("open_conversation", {"id": found.conversation})["answers"]
    assert opened[0] == answer
    assert opened[1]["question"] == "Old?"
    assert (opened[1]["quotes"], "format 1" in opened[1]["heading"]) == ([], True)


def test_a_conversation_that_is_gone_is_begun_anew(call: Call) -> None:
    reply = call("ask", {"question": "Who?", "conversation": "gone"})
    assert reply["conversation"] is None
    assert reply["error"].endswith("Ask again to begin anew.")


@pytest.mark.parametrize(
    ("service", "request_"),
    [
        ("ask", None),
        ("ask", {}),
        ("ask", {"question": 3}),
        ("ask", {"question": "x" * 2001}),
        ("ask", {"question": "Who?", "conversation": 7}),
        ("ask", {"question": "Who?", "documents": "report.txt"}),
        ("ask", {"question": "Who?", "documents": [7]}),
        ("ask", {"question": "Who?", "documents": ["x"] * 10_001}),
        ("ask", {"question": "Who?", "ticket": 7}),
        ("ask", {"question": "Who?", "ticket": "x" * 65}),
        ("read_source", {"document": None}),
        ("read_source", {"document": "report.txt", "start": True, "end": 8}),
        ("read_source", {"document": "report.txt", "start": 4}),
        ("read_source", {"document": "report.txt", "start": 8, "end": 4}),
        ("healings", {"document": "report.txt"}),
        ("compare", {"ours": {"document": "report.txt"}}),
        ("list_conversations", {"search": None}),
        ("delete_conversation", {}),
        ("judge", {"answer": "x", "number": 0, "verdict": "supports"}),
        ("judge", {"answer": "x", "number": True, "verdict": "supports"}),
        ("take", {"answer": "x", "form": None}),
    ],
)
def test_a_malformed_request_is_an_error(call: Call, service: str, request_: object) -> None:
    with pytest.raises(ValueError, match=r"needed|JSON object|whole|span needs|a start|1 to"):
        call(service, request_)


def kept(over_sources: Call) -> dict[str, Any]:
    reply = over_sources("ask", {"question": LIGHT})
    answer = reply["answer"]
    assert isinstance(answer, dict)
    return answer


def test_an_answer_is_kept_as_it_was_shown(over_sources: Call) -> None:
    answer = kept(over_sources)
    opened = over_sources("open_conversation", {"answer": answer["id"]})
    (again,) = opened["answers"]
    assert again == answer
    assert (opened["earlier"], opened["conversation"]["name"]) == (0, LIGHT)
    assert over_sources("open_conversation", {"id": opened["conversation"]["id"]}) == opened


@pytest.mark.parametrize(
    ("service", "request_"),
    [
        ("open_conversation", {"answer": ""}),
        ("take", {"form": "json"}),
        ("judge", {"number": 1, "verdict": "supports"}),
    ],
)
def test_an_answer_is_its_owners(
    over_sources: Call, service: str, request_: dict[str, object]
) -> None:
    asked = {**request_, "answer": kept(over_sources)["id"]}
    assert "error" not in over_sources(service, asked)
    assert set(over_sources(service, asked, STRANGER)) == {"error"}


def test_a_form_has_a_name_and_a_media_type(over_sources: Call) -> None:
    answer = kept(over_sources)
    taken = over_sources("take", {"answer": answer["id"], "form": "bibtex"})
    assert taken["name"] == "pincite-what-white-light-did-the-mate-see.bib"
    assert taken["type"] == "application/x-bibtex"
    one = over_sources("take", {"answer": answer["id"], "number": 2, "form": "note"})["text"]
    assert answer["quotes"][1]["display"] in one
    assert answer["quotes"][0]["display"] not in one


def test_a_form_that_there_is_not_is_told(over_sources: Call) -> None:
    request = {"answer": kept(over_sources)["id"], "form": "pdf"}
    assert "'pdf' is no form" in over_sources("take", request)["error"]


def test_of_an_answer_whose_sources_have_changed_nothing_is_shown_that_does_not_hold(
    tmp_path: Path, over_sources: Call
) -> None:
    answer = kept(over_sources)
    make_library(tmp_path, {name: f"{text}\nMore.\n" for name, text in SOURCES.items()})
    (again,) = over_sources("open_conversation", {"answer": answer["id"]})["answers"]
    assert again["heading"] == "None of its citations holds any more. Ask the question again."
    assert (again["quotes"], again["nearest"]) == ([], [])
    assert len(again["lapsed"]) == len(answer["quotes"])
    assert again["lapsed"][0]["citation"].startswith("[1] ")


def test_a_deleted_conversation_is_gone(over_sources: Call) -> None:
    answer = kept(over_sources)
    (listed,) = over_sources("list_conversations", {})["conversations"]
    assert over_sources("delete_conversation", {"id": listed["id"]}, STRANGER).keys() == {"error"}
    assert over_sources("delete_conversation", {"id": listed["id"]}) == {"deleted": LIGHT}
    assert over_sources("list_conversations", {})["conversations"] == []
    assert set(over_sources("open_conversation", {"answer": answer["id"]})) == {"error"}


def test_verdicts_stand_with_their_answer(over_sources: Call) -> None:
    answer = kept(over_sources)
    judged = {"answer": answer["id"], "number": 2, "verdict": "wrong-place", "correction": "¶9"}
    assert over_sources("judge", judged) == {"kept": "Kept: wrong place, ¶9"}
    (again,) = over_sources("open_conversation", {"answer": answer["id"]})["answers"]
    assert again["verdicts"] == [
        {
            "number": 2,
            "verdict": "wrong-place",
            "correction": "¶9",
            "told": "Kept: wrong place, ¶9",
        }
    ]
    taken_back = {"answer": answer["id"], "number": 2, "verdict": None}
    assert over_sources("judge", taken_back) == {"kept": "Taken back"}
    (again,) = over_sources("open_conversation", {"answer": answer["id"]})["answers"]
    assert again["verdicts"] == []


def test_examples_are_found_once_for_the_same_sources(
    over_sources: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = over_sources("examples", {})
    monkeypatch.setattr("ui.desk.library.examples", lambda *_: ["again"])
    assert over_sources("examples", {}) == first


def test_a_page_to_print_is_its_owners(library: Library, memory: Memory) -> None:
    desk = Desk(answering_from(library), memory)
    answer = desk.services()["ask"](OWNER, {"question": LIGHT})["answer"]
    assert answer["quotes"][0]["display"] in desk.page(OWNER, answer["id"])
