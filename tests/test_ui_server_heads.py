"""Connections on which no request comes: by raw HTTP."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPResponse
from urllib.parse import urlsplit

import pytest

from tests.patience import PATIENCE
from tests.served import ANN, Mirror, raw, send
from ui.browser import free_port
from ui.server import app, heads
from ui.server.app import serving

HEAD = b"GET /sign-in HTTP/1.1\r\nHost: localhost\r\n"


class Slow(Mirror):
    """Takes longer to answer than a head may take to come."""

    def page(self, owner: str, answer: str) -> str:
        threading.Event().wait(1)
        return answer


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(heads, "PATIENCE", 0.5)
        with serving(Slow(), free_port()) as address:
            yield address


@contextmanager
def connected(address: str) -> Iterator[socket.socket]:
    found = urlsplit(address)
    with socket.create_connection((found.hostname, found.port), timeout=PATIENCE) as connection:
        yield connection


def status(connection: socket.socket) -> int:
    """Of the reply that comes next."""
    with HTTPResponse(connection) as reply:
        reply.begin()
        reply.read()
        return reply.status


@pytest.mark.parametrize("said", [b"", b"G", HEAD])
def test_a_connection_without_a_whole_head_is_ended(address: str, said: bytes) -> None:
    with connected(address) as connection:
        connection.sendall(said)
        assert connection.recv(100) == b""


def test_after_a_reply_no_half_a_head_is_waited_for_either(address: str) -> None:
    with connected(address) as connection:
        connection.sendall(HEAD + b"\r\n")
        assert status(connection) == 404
        connection.sendall(HEAD)
        assert connection.recv(100) == b""


def test_after_a_reply_the_rest_of_a_body_is_not_waited_for_either(address: str) -> None:
    with connected(address) as connection:
        connection.sendall(HEAD + b"Content-Length: 1000000\r\n\r\n")
        assert status(connection) == 404
        connection.sendall(b"x")
        assert connection.recv(100) == b""


def test_once_the_head_is_there_an_answer_may_take_its_time(address: str) -> None:
    with connected(address) as connection:
        for _ in range(2):
            connection.sendall(HEAD.replace(b"/sign-in", b"/print/x"))
            connection.sendall(f"Cookie: pincite={ANN}\r\n\r\n".encode())
            assert status(connection) == 200


def test_beyond_so_many_connections_everybody_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(app, "MOST_CONNECTIONS", 2)
    with serving(Mirror(), free_port()) as address:
        assert send(address).status == 200
        monkeypatch.setattr(app, "MOST_CONNECTIONS", 1)
    with serving(Mirror(), free_port()) as address:
        assert raw(address, HEAD + b"\r\n") == 503
