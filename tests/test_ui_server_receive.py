"""How the body of an upload comes: too long, too slowly, or not at all."""

import asyncio
import json
import socket
from collections.abc import AsyncIterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Message

from tests.patience import PATIENCE
from tests.served import ANN, Mirror
from ui.browser import free_port
from ui.server import receive
from ui.server.app import serving
from ui.server.paths import UPLOAD
from ui.server.receive import SLOW, upload_route
from ui.uploads import Uploads

LENGTH = 10


async def drops(*pauses: float) -> AsyncIterator[Message]:
    """A body that comes one byte at a time, each after so many seconds."""
    for at, pause in enumerate(pauses):
        await asyncio.sleep(pause)
        yield {"type": "http.request", "body": b"x", "more_body": at < LENGTH - 1}


async def flood(sent: list[bytes]) -> AsyncIterator[Message]:
    """A body that is longer than it says; notes what was asked for."""
    for _ in range(100):
        sent.append(b"123456")
        yield {"type": "http.request", "body": sent[-1], "more_body": True}
    yield {"type": "http.request", "body": b"", "more_body": False}


def reply(folder: Path, body: AsyncIterator[Message]) -> Response:
    scope = {
        "type": "http",
        "method": "POST",
        "query_string": b"path=a.txt",
        "headers": [(b"content-length", b"%d" % LENGTH)],
        "state": {"owner": ANN},
    }

    async def replied() -> Response:
        given: Response = await upload_route(Uploads(folder)).endpoint(
            Request(scope, body.__anext__)
        )
        return given

    return asyncio.run(replied())


def test_a_body_is_taken_as_it_comes(tmp_path: Path) -> None:
    assert reply(tmp_path, drops(*LENGTH * [0.0])).status_code == 201
    (file,) = [each for each in tmp_path.rglob("*") if each.is_file()]
    assert file.read_bytes() == b"x" * LENGTH


def test_no_more_is_read_than_was_announced(tmp_path: Path) -> None:
    sent: list[bytes] = []
    assert reply(tmp_path, flood(sent)).status_code == 400
    assert sent == [b"123456"] * 2
    assert not list(tmp_path.iterdir())


def test_a_body_that_comes_too_slowly_is_broken_off(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Each drop comes in time, all together do not.
    monkeypatch.setattr(receive, "PATIENCE", 0.5)
    refused = reply(tmp_path, drops(*LENGTH * [0.1]))
    assert (refused.status_code, json.loads(bytes(refused.body))) == (408, {"error": SLOW})
    assert not list(tmp_path.iterdir())


def test_a_body_that_came_fast_may_not_rest_on_that(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(receive, "PATIENCE", 0.2)
    monkeypatch.setattr(receive, "LEAST_RATE", 1)
    assert reply(tmp_path, drops(*(LENGTH - 1) * [0.0], 2.0)).status_code == 408


def test_a_body_that_stops_coming_is_not_waited_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(receive, "PATIENCE", 0.2)
    head = f"POST {UPLOAD}?path=a.txt HTTP/1.1\r\nHost: localhost\r\nCookie: pincite={ANN}\r\n"
    with serving(Mirror(), free_port(), Uploads(tmp_path)) as address:
        found = urlsplit(address)
        with socket.create_connection((found.hostname, found.port), timeout=PATIENCE) as slow:
            slow.sendall(f"{head}Content-Length: 100\r\n\r\nx".encode())
            with slow.makefile("rb") as replied:
                told = replied.read()
    assert told.startswith(b"HTTP/1.1 408 ")
    assert b"\r\nconnection: close\r\n" in told
