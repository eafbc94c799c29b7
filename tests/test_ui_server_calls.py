"""Calls of services by raw HTTP: what is malformed, busy, or too fast."""

import json
import socket
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from rag.render import Record
from tests.patience import PATIENCE
from tests.served import ANN, BOB, JSON, Mirror, call, record, send
from ui.browser import free_port
from ui.server import bodies, pace
from ui.server.app import serving
from ui.server.calls import BUSY, LARGEST_NUMBER, MALFORMED, UNKNOWN
from ui.server.guard import HEADERS
from ui.server.limits import MOST_CALLS, MOST_CALLS_OF_ONE, MOST_QUESTIONS_OF_ONE, Rate
from ui.server.pace import TOO_FAST
from ui.server.paths import CALLS, UPLOAD
from ui.server.printed import CROWDED
from ui.server.services import Service
from ui.server.sessions import owner_of
from ui.uploads import Uploads


class Slow(Mirror):
    """Has services that wait until they are let go, that fail, and that echo; a page to print
    waits as well."""

    def __init__(self) -> None:
        self.begin()

    def begin(self) -> None:
        self.go = threading.Event()
        self.arrived = threading.Semaphore(0)

    def services(self) -> dict[str, Service]:
        return {
            "ask": self._ask,
            "open": self._ask,
            "echo": lambda owner, request: {"request": request},
            "picky": self._picky,
            "broken": self._broken,
        }

    def page(self, owner: str, answer: str) -> str:
        self._ask(owner, answer)
        return answer

    def _ask(self, owner: str, request: object) -> Record:
        self.arrived.release()
        assert self.go.wait(PATIENCE)
        return {"owner": owner}

    def _picky(self, owner: str, request: object) -> Record:
        raise ValueError(f"sesame: {request}")

    def _broken(self, owner: str, request: object) -> Record:
        raise KeyError("sesame")


@pytest.fixture(scope="module")
def desk() -> Slow:
    return Slow()


@pytest.fixture(scope="module")
def address(desk: Slow) -> Iterator[str]:
    with serving(desk, free_port()) as address:
        yield address


@pytest.mark.parametrize(
    "body",
    [
        *(b"", b"{", b"[]", b"null", b"1", b'"ask"', b"{}", b'{"fn_name": 1}', b'{"fn_name": []}'),
        *(b'{"fn_name": "echo", "data": NaN}', b'{"fn_name": "echo", "data": -Infinity}'),
        *(b"\xff\xfe", b"[" * 100_000, b'{"fn_name": "echo", "data": ' + b"9" * 5000 + b"}"),
        json.dumps({"fn_name": "echo", "data": LARGEST_NUMBER + 1}).encode(),
        json.dumps({"fn_name": "echo", "data": [-LARGEST_NUMBER - 1]}).encode(),
    ],
)
def test_what_is_malformed_is_a_400(
    address: str, body: bytes, capfd: pytest.CaptureFixture[str]
) -> None:
    headers = {"Content_Type": JSON, "Cookie": f"pincite={ANN}"}
    reply = send(address, CALLS, "POST", body, **headers)
    assert (reply.status, reply.json) == (400, {"error": MALFORMED})
    assert not capfd.readouterr().err


def test_a_request_that_a_service_calls_malformed_is_a_400(
    address: str, capfd: pytest.CaptureFixture[str]
) -> None:
    reply = call(address, "picky", "x")
    assert (reply.status, reply.json) == (400, {"error": MALFORMED})
    assert not capfd.readouterr().err


def test_an_error_of_ours_is_a_500_that_tells_nobody_but_the_terminal(
    desk: Slow, caplog: pytest.LogCaptureFixture
) -> None:
    with serving(desk, free_port()) as address:
        reply = call(address, "broken")
        assert (reply.status, reply.body) == (500, b"Internal Server Error")
        assert {name: reply.headers[name] for name in HEADERS} == HEADERS
        assert reply.headers["Cache-Control"] == "no-store"
        assert record(call(address, "echo", 1)) == {"request": 1}
    assert "KeyError" in caplog.text


@pytest.mark.parametrize(
    "name",
    [*("ask ", "ASK", "_ask", "", "__class__", "load", "get_config", "postprocess", "push", "pop")],
)
def test_no_function_but_a_service_is_called(address: str, name: str) -> None:
    reply = call(address, name)
    assert (reply.status, reply.json) == (404, {"error": UNKNOWN})


def test_what_is_sent_comes_as_it_is(address: str) -> None:
    for value in ("\ud800", "é\u202e", [None, {"a": 1.5}], LARGEST_NUMBER, -LARGEST_NUMBER):
        assert record(call(address, "echo", value)) == {"request": value}


def test_whatever_component_and_session_are_named_nothing_is_kept(address: str) -> None:
    body = {"fn_name": "echo", "data": 1, "component_id": "../x", "session_hash": {"a": []}}
    headers = {"Content_Type": JSON, "Cookie": f"pincite={ANN}"}
    reply = send(address, CALLS, "POST", json.dumps(body).encode(), **headers)
    assert record(reply) == {"request": 1}


def test_who_prints_too_much_at_once_is_told_and_keeps_nobody_waiting(
    desk: Slow, tmp_path: Path
) -> None:
    desk.begin()
    ann = f"pincite={ANN}"
    with (
        serving(desk, free_port(), Uploads(tmp_path)) as address,
        ThreadPoolExecutor(MOST_CALLS_OF_ONE) as pool,
    ):
        printed = [
            pool.submit(partial(send, address, "/print/x", Cookie=ann))
            for _ in range(MOST_CALLS_OF_ONE)
        ]
        for _ in printed:
            assert desk.arrived.acquire(timeout=PATIENCE)
        refused = send(address, "/print/x", Cookie=ann)
        assert (refused.status, refused.body.decode()) == (503, CROWDED)
        assert (
            send(address, f"{UPLOAD}?path=a.txt", "POST", b"It rained.", Cookie=ann).status == 201
        )
        desk.go.set()
        assert {each.result().status for each in printed} == {200}


@pytest.mark.parametrize(
    ("name", "most"), [("ask", MOST_QUESTIONS_OF_ONE), ("open", MOST_CALLS_OF_ONE)]
)
def test_beyond_what_one_may_have_waiting_he_is_told_at_once(
    address: str, desk: Slow, name: str, most: int
) -> None:
    desk.begin()
    with ThreadPoolExecutor(most + 1) as pool:
        waiting = [pool.submit(call, address, name) for _ in range(most)]
        for _ in waiting:
            assert desk.arrived.acquire(timeout=PATIENCE)
        assert record(call(address, name)) == {"error": BUSY}
        assert record(call(address, "echo", 1)) == {"request": 1}
        other = pool.submit(call, address, name, None, BOB)
        desk.go.set()
        assert record(other.result()) == {"owner": owner_of(BOB)}
        owners = [record(each.result()) for each in waiting]
    assert owners == [{"owner": owner_of(ANN)}] * most
    assert record(call(address, name)) == {"owner": owner_of(ANN)}


def test_beyond_what_all_may_have_waiting_everybody_is_told_at_once(
    address: str, desk: Slow
) -> None:
    visitors = [f"{number:043}" for number in range(MOST_CALLS)]
    desk.begin()
    with ThreadPoolExecutor(MOST_CALLS) as pool:
        waiting = [pool.submit(call, address, "ask", None, each) for each in visitors]
        for _ in waiting:
            assert desk.arrived.acquire(timeout=PATIENCE)
        assert record(call(address, "ask")) == {"error": BUSY}
        assert record(call(address, "echo", 1)) == {"request": 1}
        desk.go.set()
        owners = [record(each.result())["owner"] for each in waiting]
    assert owners == [owner_of(each) for each in visitors]


def test_who_asks_too_fast_is_told(desk: Slow, monkeypatch: pytest.MonkeyPatch) -> None:
    # No time passes, however long it takes.
    monkeypatch.setattr(pace, "Rate", partial(Rate, burst=9, clock=lambda: 0.0))
    hasty = 43 * "h"
    with serving(desk, free_port()) as address:
        replies = [record(call(address, "echo", 1, who=hasty)) for _ in range(12)]
        assert replies == [*([{"request": 1}] * 9), *([{"error": TOO_FAST}] * 3)]
        assert send(address, "/print/x", Cookie=f"pincite={hasty}").status == 429
        assert send(address, "/theme.css", Cookie=f"pincite={hasty}").status == 200
        assert record(call(address, "echo", 1, who=BOB)) == {"request": 1}


def test_a_body_that_does_not_come_is_not_waited_for(
    address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bodies, "PATIENCE", 0.2)
    found = urlsplit(address)
    head = f"POST {CALLS} HTTP/1.1\r\nHost: localhost\r\nContent-Type: {JSON}\r\n"
    head += f"Cookie: pincite={ANN}\r\nContent-Length: 100\r\n\r\n{{"
    with socket.create_connection((found.hostname, found.port), timeout=PATIENCE) as slow:
        slow.sendall(head.encode())
        assert b" 408 " in slow.recv(100)


def test_a_body_may_not_be_longer_than_it_says(address: str) -> None:
    found = urlsplit(address)
    head = f"POST {CALLS} HTTP/1.1\r\nHost: localhost\r\nContent-Type: {JSON}\r\n"
    head += f"Cookie: pincite={ANN}\r\nContent-Length: 9\r\nTransfer-Encoding: chunked\r\n\r\n"
    with socket.create_connection((found.hostname, found.port), timeout=PATIENCE) as lying:
        lying.sendall(head.encode())
        chunk = b"100000\r\n" + b" " * 0x100000 + b"\r\n"
        try:
            lying.sendall(chunk + chunk + b"0\r\n\r\n")
            status = lying.recv(100).split(b" ")[1]
        except ConnectionError:
            status = b"cut"
    assert status in {b"400", b"413", b"cut"}
    assert record(call(address, "echo", 1)) == {"request": 1}
