import json
import logging
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from index.errors import PinciteError
from rag.render import Record
from tests.served import ANN, Mirror, call, send
from ui.browser import free_port
from ui.server.app import serving
from ui.server.log import STDERR, log_event, logging_to
from ui.server.paths import UPLOAD
from ui.server.services import Service
from ui.server.sessions import owner_of
from ui.uploads import Uploads

SECRET = "sesame"


class Talker(Mirror):
    """Says the secret in every way that a service can."""

    def services(self) -> dict[str, Service]:
        return {"ask": self._ask, "refuse": self._refuse, "fail": self._fail, "break": self._break}

    def _ask(self, owner: str, request: object) -> Record:
        return {"answer": {"text": SECRET, "quotes": [SECRET, SECRET]}, "conversation": SECRET}

    def _refuse(self, owner: str, request: object) -> Record:
        return {"error": SECRET}

    def _fail(self, owner: str, request: object) -> Record:
        raise ValueError(SECRET)

    def _break(self, owner: str, request: object) -> Record:
        raise KeyError(SECRET)


@contextmanager
def logged(tmp_path: Path, *, questions: bool = False) -> Iterator[str]:
    uploads = Uploads(tmp_path / "uploads")
    with (
        logging_to(tmp_path / "log", questions=questions),
        serving(Talker(), free_port(), uploads) as address,
    ):
        yield address


def lines(tmp_path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (tmp_path / "log").read_text().splitlines()]


def test_a_line_says_who_asked_for_what_and_how_that_went(tmp_path: Path) -> None:
    with logged(tmp_path) as address:
        call(address, "ask", {"question": "x"})
    (line,) = lines(tmp_path)
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}\+00:00", line.pop("time"))
    assert 0 <= line.pop("ms") < 60_000
    assert line == {
        "event": "request",
        "place": "call",
        "owner": owner_of(ANN)[:8],
        "status": 200,
        "service": "ask",
        "counts": {"quotes": 2},
    }


def test_nothing_of_what_it_was_about_is_in_it(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    with logged(tmp_path) as address:
        call(address, "ask", {"question": SECRET, "documents": [SECRET]})
        call(address, "refuse", SECRET)
        call(address, "fail", SECRET)
        call(address, "break", SECRET)
        call(address, SECRET, SECRET)
        cookie = f"pincite={ANN}"
        for path in (f"/{SECRET}", f"/print/{SECRET}", f"/?{SECRET}", f"/assets/{SECRET}"):
            send(address, path, Cookie=cookie, Host="localhost", User_Agent=SECRET)
        send(address, "/", Host=f"{SECRET}.example", Origin=SECRET)
        assert send(address, f"{UPLOAD}?path={SECRET}.txt", "POST", b"x", Cookie=cookie).status
        send(address, f"{UPLOAD}?path={SECRET}.exe", "POST", b"x", Cookie=cookie)
    found = lines(tmp_path)
    text = (tmp_path / "log").read_text()
    assert SECRET not in text
    assert ANN not in text
    assert owner_of(ANN)[:9] not in text
    told = [(each.get("place"), each.get("status"), each.get("refused")) for each in found]
    assert told == [
        ("call", 200, None),
        ("call", 200, "error"),
        ("call", 400, "malformed"),
        ("call", 500, None),
        (None, None, None),
        ("call", 404, "unknown"),
        ("nothing", 404, None),
        ("print", 200, None),
        ("page", 200, None),
        ("page", 400, None),
        ("upload", 201, None),
        ("upload", 415, None),
    ]
    assert found[4]["event"] == "fault"
    assert found[4]["error"] == "KeyError"
    assert found[4]["at"][-1].endswith("_break")
    assert found[2]["error"] == "ValueError"


def test_questions_are_in_it_if_that_is_asked_for(tmp_path: Path) -> None:
    with logged(tmp_path, questions=True) as address:
        call(address, "ask", {"question": "Who?\n\ud800"})
        call(address, "refuse", {"question": "Where?"})
    assert [each.get("question") for each in lines(tmp_path)] == ["Who?\n\ud800", None]


def test_nobody_writes_a_line_of_his_own(tmp_path: Path) -> None:
    with logged(tmp_path, questions=True) as address:
        call(address, "ask", {"question": '"}\n{"event": "sign-in"}\r\n\u2028'})
    assert len((tmp_path / "log").read_bytes().splitlines()) == 1


def test_the_file_is_for_its_owner_alone_and_may_be_moved_away(tmp_path: Path) -> None:
    file = tmp_path / "log"
    with logging_to(file, questions=False):
        log_event("one")
        assert file.stat().st_mode & 0o777 == 0o600
        file.rename(tmp_path / "log.1")
        log_event("two")
    log_event("three")
    assert [each["event"] for each in lines(tmp_path)] == ["two"]


def test_the_log_is_the_terminals_for_a_dash(capfd: pytest.CaptureFixture[str]) -> None:
    with logging_to(STDERR, questions=False):
        log_event("start", port=1)
    line = json.loads(capfd.readouterr().err)
    assert (line["event"], line["port"]) == ("start", 1)


def test_without_a_log_nothing_is_written(capfd: pytest.CaptureFixture[str]) -> None:
    with logging_to(None, questions=False), serving(Talker(), free_port()) as address:
        call(address, "ask")
    assert capfd.readouterr() == ("", "")


def test_a_log_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    before = list(logging.getLogger("pincite.log").handlers)
    with pytest.raises(PinciteError, match="--log FILE"):
        logging_to(tmp_path / "none" / "log", questions=False).__enter__()
    assert logging.getLogger("pincite.log").handlers == before
