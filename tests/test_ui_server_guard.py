"""Who may ask, from where, and for what: by raw HTTP."""

import asyncio
import json
import re
from collections.abc import Iterator
from secrets import token_urlsafe
from typing import Any
from urllib.parse import quote

import pytest
from starlette.routing import Mount, Route

from tests.served import ANN, JSON, Mirror, call, raw, record, send
from ui.browser import free_port
from ui.server.app import build_app, serving
from ui.server.guard import HEADERS, LARGEST_REQUEST, POLICY, PRINTED_POLICY
from ui.server.paths import CALLS, UPLOAD
from ui.server.sessions import SECRET
from ui.uploads import Uploads

COOKIE = f"pincite={ANN}"
CALLED = json.dumps({"fn_name": "who", "data": None}).encode()


def somebody() -> str:
    """The cookie of a new visitor, whom the rate of requests does not stop."""
    return f"pincite={token_urlsafe(SECRET)}"


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    uploads = Uploads(tmp_path_factory.mktemp("uploads"))
    with serving(Mirror(), free_port(), uploads) as address:
        yield address


def test_the_policy_is_this(address: str) -> None:
    assert send(address).headers["Content-Security-Policy"] == (
        "default-src 'self'; script-src 'self' 'unsafe-inline' 'unsafe-eval'; "
        "style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; font-src 'self' data:; "
        "connect-src 'self'; object-src 'none'; base-uri 'self'; form-action 'self'; "
        "frame-ancestors 'none'"
    )


@pytest.mark.parametrize("path", ["/", "/theme.css", "/nothing", CALLS, "/gradio_api/file=x"])
def test_every_response_has_the_headers(address: str, path: str) -> None:
    reply = send(address, path)
    assert {name: reply.headers[name] for name in HEADERS} == HEADERS
    assert HEADERS["X-Frame-Options"] == "DENY"
    assert HEADERS["Cross-Origin-Resource-Policy"] == "same-origin"
    refused = send(address, path, Host="evil.example")
    assert (refused.status, refused.headers["X-Content-Type-Options"]) == (400, "nosniff")


def test_what_is_private_is_not_stored(address: str) -> None:
    for reply in (send(address), send(address, "/print/x", Cookie=COOKIE), call(address, "who")):
        assert (reply.status, reply.headers["Cache-Control"]) == (200, "no-store")
    assert send(address, "/theme.css").headers["Cache-Control"] != "no-store"


def test_a_printed_page_runs_and_loads_nothing(address: str) -> None:
    policy = send(address, "/print/x", Cookie=COOKIE).headers["Content-Security-Policy"]
    assert policy == PRINTED_POLICY
    assert "default-src 'none'" in policy
    assert "script" not in policy


# -- by which name ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "host",
    [
        *("evil.example", "evil.example:7860", "127.0.0.1.evil.example", "localhost.evil.example"),
        *("127.0.0.1@evil.example", "evil.example#127.0.0.1", "", "[::2]", "0.0.0.0", "127.1"),
        *("www.localhost", "localhost.", "127.0.0.1:x", "127.0.0.1 evil.example", "user@localhost"),
    ],
)
def test_another_name_is_refused(address: str, host: str) -> None:
    for path in ("/", "/theme.css", CALLS):
        assert send(address, path, Host=host).status == 400


@pytest.mark.parametrize("host", ["localhost", "LOCALHOST:1", "127.0.0.1", "[::1]:7860"])
def test_a_name_of_this_machine_is_answered(address: str, host: str) -> None:
    assert send(address, Host=host).status == 200


def test_two_names_or_none_are_refused(address: str) -> None:
    one = b"GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"
    assert raw(address, one + b"\r\n") == 200
    assert raw(address, one + b"Host: evil.example\r\n\r\n") == 400
    assert raw(address, b"GET / HTTP/1.0\r\n\r\n") == 400
    assert raw(address, b"GET http://evil.example/ HTTP/1.1\r\nHost: evil.example\r\n\r\n") == 400


# -- from which page ----------------------------------------------------------------------------


def test_a_post_of_another_page_is_refused(address: str) -> None:
    for kind in (JSON, "text/plain", "multipart/form-data; boundary=x"):
        for path in (CALLS, UPLOAD, "/sign-in"):
            for origin in ("http://evil.example", "null", "http://127.0.0.1:1", "http://localhost"):
                headers = {"Content_Type": kind, "Cookie": COOKIE, "Origin": origin}
                assert send(address, path, "POST", CALLED, **headers).status == 403


def test_a_page_on_another_port_is_another_page(address: str) -> None:
    headers = {"Content_Type": JSON, "Cookie": COOKIE, "Sec_Fetch_Site": "same-site"}
    assert send(address, CALLS, "POST", CALLED, **headers).status == 403
    assert record(call(address, "who", Sec_Fetch_Site="same-origin", Origin=address))


def test_what_a_form_of_another_page_can_send_is_not_taken(address: str) -> None:
    """Also where a browser tells neither origin nor site, as old ones do not."""
    forms = ("text/plain", "multipart/form-data; boundary=x", "application/x-www-form-urlencoded")
    for kind in (*forms, "", "text/plain; application/json", "application/jsonx"):
        assert call(address, "who", Content_Type=kind).status == 415
    assert record(call(address, "who", Content_Type="Application/JSON; charset=utf-8"))


def test_only_a_link_leads_here_from_elsewhere(address: str) -> None:
    link = {"Sec_Fetch_Mode": "navigate", "Sec_Fetch_Dest": "document"}
    framed = link | {"Sec_Fetch_Dest": "iframe"}
    script = {"Sec_Fetch_Mode": "no-cors", "Sec_Fetch_Dest": "script"}
    for site in ("cross-site", "same-site"):

        def status(
            path: str, method: str, body: bytes | None, kind: dict[str, str], site: str = site
        ) -> int:
            given = {"Content_Type": JSON, "Cookie": COOKIE, "Sec_Fetch_Site": site}
            return send(address, path, method, body, **given, **kind).status

        assert status("/", "GET", None, link) == 200
        assert status("/", "GET", None, framed) == 403
        assert status("/theme.css", "GET", None, script) == 403
        assert status(CALLS, "POST", CALLED, link) == 403


def test_no_other_page_is_told_that_it_may(address: str) -> None:
    asked = {"Access_Control_Request_Method": "POST"}
    assert (
        send(address, CALLS, "OPTIONS", None, Origin="http://evil.example", **asked).status == 403
    )
    own = send(address, CALLS, "OPTIONS", None, Origin=address, **asked)
    allowed = [name for name in own.headers if name.lower().startswith("access-control-allow")]
    assert (own.status, allowed) == (404, [])


# -- how much -----------------------------------------------------------------------------------


def test_a_body_has_to_say_that_it_is_small(address: str) -> None:
    for length in (str(LARGEST_REQUEST + 1), 5000 * "9"):
        head = f"POST {CALLS} HTTP/1.1\r\nHost: localhost\r\nContent-Type: {JSON}\r\n"
        sent = f"{head}Content-Length: {length}\r\n\r\n".encode()
        assert raw(address, sent) in {400, 413}
        chunked = f"{head}Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n".encode()
        assert raw(address, chunked) == 413


# -- gradio's routes ----------------------------------------------------------------------------

NEEDED = {"/", "/theme.css", "/favicon.ico", "/assets/{path:path}", "/static/{path:path}"}


def gradios_routes() -> list[Route]:
    """Every route that gradio mounts, of routers in routers too."""

    async def build() -> Any:
        return build_app(Mirror())

    mount = asyncio.run(build()).router.routes[-1]
    assert isinstance(mount, Mount)
    routes = mount.app._app.routes  # type: ignore[attr-defined]
    return [each for each in _flat(routes) if isinstance(each, Route)]


def _flat(routes: list[Any]) -> Iterator[Any]:
    for route in routes:
        router = getattr(route, "original_router", None) or getattr(route, "app", None)
        inner = getattr(router, "routes", None) if not isinstance(route, Route) else None
        yield from _flat(inner) if inner else [route]


def test_of_gradios_routes_none_answers_but_those_of_the_page(address: str) -> None:
    page = send(address, Cookie=COOKIE).body.decode()
    asset = re.search(r"assets/([\w.-]+\.js)", page)
    assert asset
    script = "js/iframeResizer.contentWindow.min.js"
    routes = gradios_routes()
    paths = {each.path for each in routes}
    assert {"/config", "/gradio_api/proxy={url_path:path}", CALLS} <= paths
    assert len(paths) >= 75
    answered = set()
    for route in routes:
        file = asset[1] if route.path.startswith("/assets") else script
        path = re.sub(r"\{[^}]*\}", file, route.path)
        for method in (route.methods or set()) - {"OPTIONS"}:
            body = b"{}" if method == "POST" else None
            headers = {"Cookie": somebody(), "Content_Type": JSON}
            status = send(address, path, method, body, **headers).status
            if status not in {404, 405} and path != CALLS:
                answered.add(route.path)
    assert answered == NEEDED


PROXIED = (
    *("/gradio_api/proxy=http://127.0.0.1:1/", "/proxy=http://127.0.0.1:1/"),
    *("/gradio_api/file=http://127.0.0.1:1/", "/file=http://127.0.0.1:1/"),
    *("/gradio_api/file=HTTP://127.0.0.1:1/", "/gradio_api/file=//127.0.0.1:1/"),
    *("/gradio_api/file=/etc/passwd", "/gradio_api/file/etc/passwd", "/assets/../../etc/passwd"),
    *("/gradio_api/upload", "/gradio_api/queue/join", "/gradio_api/info", "/config", "/config/"),
    *("/gradio_api/startup-events", "/svelte/x.js", "/gradio_api/component_server", "/login"),
    *("/static/../index.html", "/static/img/../js/x", "/assets/..", "/assets/", "/theme.css/"),
)


def encodings(path: str) -> Iterator[str]:
    """A path as somebody might write it who wants it to pass unseen."""
    once = "".join(f"%{ord(each):02x}" for each in path[1:])
    yield from (path, f"/{path}", f"//{path}", path.replace("/", "//"), f"/./{path[1:]}")
    yield from (f"/{once}", f"/{once.upper()}", f"/{quote(path[1:], safe='')}")
    yield from (f"/{once.replace('%', '%25')}", path.replace("=", "%3D"), path.upper())
    yield from (f"/theme.css/..{path}", f"/theme.css%2f..{path}", f"/assets/..{path}", f"{path};x")


@pytest.mark.parametrize("path", PROXIED)
def test_nothing_else_is_reached_however_it_is_written(address: str, path: str) -> None:
    for written in encodings(path):
        for method in ("GET", "HEAD", "POST"):
            body = b"{}" if method == "POST" else None
            headers = {"Cookie": somebody(), "Content_Type": JSON}
            status = send(address, written, method, body, **headers).status
            assert status in {404, 405}, (method, written)


def test_gradio_is_told_nothing_but_the_path(address: str) -> None:
    plain = send(address, Cookie=COOKIE).body
    other = send(
        address,
        "/?deep_link=x&page=y&view=api",
        Cookie=COOKIE,
        X_Forwarded_Host="evil.example",
        X_Forwarded_Proto="https",
        X_Gradio_Server="http://evil.example",
    )
    assert other.body == plain
    assert b"evil.example" not in other.body
    assert ANN.encode() not in other.body


def test_no_page_is_known_by_another_policy(address: str) -> None:
    assert send(address, "/print", Cookie=COOKIE).headers["Content-Security-Policy"] == POLICY
