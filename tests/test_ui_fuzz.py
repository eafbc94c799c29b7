"""Every service, asked anything: a record, an error for people, or a ValueError; never what is
another's."""

import json
from dataclasses import dataclass
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index.errors import PinciteError
from rag.render import Record
from tests.room import answering_from, make_library
from ui.desk import Desk
from ui.jobs import Changes, Jobs
from ui.loading import Loading
from ui.memory import Memory
from ui.room import Room
from ui.server.calls import LARGEST_NUMBER
from ui.server.services import Service
from ui.uploads import Uploads, prefix_of

ANN, BOB = 64 * "a", 64 * "b"
SECRET = "sesame"
DIARY = f"{prefix_of(ANN)}diary.txt"
SOURCES = {
    "light.txt": "The mate saw a white light.\n\nThe steward saw none.\n",
    DIARY: f"The password of the treasure is {SECRET}.\n",
}
FIELDS = (
    *("question", "conversation", "documents", "ticket", "document", "start", "end", "sha256"),
    *("ours", "theirs", "id", "answer", "number", "verdict", "correction", "form", "search"),
)


@dataclass(frozen=True, slots=True)
class Bounds:
    """What Bob may try, with what he knows of Ann and what is his own."""

    services: dict[str, Service]
    anns: tuple[object, ...]
    own: tuple[object, ...]


@pytest.fixture(scope="module")
def bounds(tmp_path_factory: pytest.TempPathFactory) -> Bounds:
    folder = tmp_path_factory.mktemp("fuzzed")
    library = make_library(folder, SOURCES)
    assistant = answering_from(library)
    memory = Memory(folder / "memory.sqlite")
    changes = Changes(
        take_in=refuse, drop=refuse, sources=lambda sees: assistant.sources(sees=sees)
    )
    jobs = Jobs(Uploads(folder / "uploads"), changes)
    services = dict(Room(Desk(assistant, memory), Loading(lambda: None), jobs).services())
    answered = services["ask"](ANN, {"question": "What is the password of the treasure?"})
    assert SECRET in json.dumps(answered)
    ids = answered["conversation"], answered["answer"]["id"]
    services["judge"](ANN, {"answer": ids[1], "number": 1, "verdict": "supports"})
    own = services["ask"](BOB, {"question": "What light?"})
    shown = own["answer"]["quotes"][0]
    return Bounds(
        services,
        (*ids, DIARY, ANN, ANN[:12], "diary.txt"),
        (own["conversation"], own["answer"]["id"], shown["sha256"], shown["start"], shown["end"]),
    )


def refuse(*_: object) -> Any:
    raise PinciteError("nothing is changed here. Look on.")


def requests(known: tuple[object, ...]) -> st.SearchStrategy[object]:
    words = st.sampled_from(
        [*known, "light.txt", "supports", "markdown", "json", "page", "What light?", SECRET]
    )
    integers = st.integers(-LARGEST_NUMBER, LARGEST_NUMBER)
    numbers = integers | st.sampled_from([0, 1, 5, -1]) | st.floats(allow_nan=False)
    values = st.none() | st.booleans() | numbers | st.text(max_size=20) | words
    nested = st.recursive(
        values,
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(st.sampled_from(FIELDS) | st.text(max_size=5), inner, max_size=4)
        ),
        max_leaves=6,
    )
    objects = st.dictionaries(st.sampled_from(FIELDS), nested | words | numbers, max_size=7)
    return objects | nested


def reply(serve: Service, owner: str, request: object) -> Record | None:
    """What a service replies, None for a request that it calls malformed."""
    try:
        return serve(owner, request)
    except ValueError:
        return None


def test_numbers_may_be_as_large_as_json_has_them(bounds: Bounds) -> None:
    conversation, answer, *_ = bounds.own
    for number in (2**31, 2**32, LARGEST_NUMBER - 1):
        for fields in ({"start": 0, "end": number}, {"start": number, "end": number + 1}):
            request = {"document": "light.txt", "answer": answer, "number": number, **fields}
            request |= {"verdict": "supports", "form": "markdown", "id": conversation}
            for name in set(bounds.services) - {"delete_conversation"}:
                reply(bounds.services[name], BOB, request)


def test_a_service_replies_or_calls_the_request_malformed(bounds: Bounds) -> None:
    @settings(max_examples=150)
    @given(requests(bounds.anns + bounds.own))
    def asked(request: object) -> None:
        for serve in bounds.services.values():
            record = reply(serve, BOB, request)
            assert record is None or isinstance(record, dict)
            told = json.dumps(record, allow_nan=False)
            assert f"treasure is {SECRET}" not in told
            assert not record or "error" in record or DIARY not in told

    asked()
