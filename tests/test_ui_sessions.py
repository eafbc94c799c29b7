import hashlib
import json
import re
import urllib.request
from collections.abc import Iterator
from http.client import HTTPResponse
from typing import Any

import pytest

from rag.render import Record
from ui.browser import free_port
from ui.server.app import serving
from ui.server.calls import NO_COOKIE
from ui.server.paths import CALLS
from ui.server.services import Service

SECRET = 43 * "a"
OWNER = hashlib.sha256(SECRET.encode()).hexdigest()


class Mirror:
    """Tells who asked for what."""

    def services(self) -> dict[str, Service]:
        return {"who": self._who}

    def page(self, owner: str, answer: str) -> str:
        raise AssertionError("nothing is printed here")

    def _who(self, owner: str, request: object) -> Record:
        return {"owner": owner, "request": request}


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    with serving(Mirror(), free_port()) as address:
        yield address


def send(address: str, body: bytes | None = None, cookie: str = "") -> HTTPResponse:
    headers = {"Content-Type": "application/json", "Cookie": cookie}
    request = urllib.request.Request(address, body, headers)
    response: HTTPResponse = urllib.request.build_opener(urllib.request.ProxyHandler({})).open(
        request
    )
    return response


def who(address: str, cookie: str) -> Any:
    call = {"data": {"a": 1}, "fn_name": "who"}
    with send(f"{address}{CALLS}", json.dumps(call).encode(), cookie) as reply:
        return json.load(reply)


def given_cookie(address: str, cookie: str = "") -> str:
    with send(address, cookie=cookie) as reply:
        return reply.headers["Set-Cookie"]


def test_each_visitor_is_given_a_secret_of_his_own(address: str) -> None:
    first, second = given_cookie(address), given_cookie(address)
    shape = r"pincite=[\w-]{43}; Max-Age=31536000; Path=/; HttpOnly; SameSite=Lax"
    assert re.fullmatch(shape, first, re.ASCII)
    assert first != second


def test_a_visitor_keeps_his_secret(address: str) -> None:
    assert given_cookie(address, f"other=1; pincite={SECRET}").startswith(f"pincite={SECRET};")


def test_what_is_no_secret_of_ours_is_replaced(address: str) -> None:
    for value in ("admin", SECRET[1:], SECRET + "a", 43 * "é", "a" * 42 + "/"):
        assert f"pincite={value};" not in given_cookie(
            address, f"pincite={value}".encode().decode("latin-1")
        )


def test_no_cookie_comes_with_anything_but_the_page(address: str) -> None:
    with send(f"{address}/theme.css") as reply:
        assert reply.headers["Set-Cookie"] is None


def test_a_service_is_told_the_hash_of_the_secret(address: str) -> None:
    assert who(address, f"pincite={SECRET}") == {"owner": OWNER, "request": {"a": 1}}


@pytest.mark.parametrize("cookie", ["", "pincite=", "pincite=admin", f"pincite={OWNER}"])
def test_without_a_secret_no_service_is_given(address: str, cookie: str) -> None:
    assert who(address, cookie) == {"error": NO_COOKIE}
