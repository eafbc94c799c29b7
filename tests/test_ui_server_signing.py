"""Signing in and out by raw HTTP, and what is closed to who has not."""

import re
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlencode, urlsplit

import pytest
from argon2 import PasswordHasher

from rag.render import Record
from tests.patience import PATIENCE
from tests.served import JSON, Mirror, Reply, call, record, send
from ui import passwords
from ui.browser import free_port
from ui.passwords import hashes_of, set_password
from ui.server import signing
from ui.server.accounts import FREE_OF_USER, WRONG, Accounts, user_owner
from ui.server.app import Front, serving
from ui.server.limits import Places
from ui.server.paths import SIGN_IN, SIGN_OUT, UPLOAD
from ui.server.sessions import SIGNED_OUT
from ui.server.signing import CROWDED, LARGEST_FORM
from ui.server.site import Site, site_of
from ui.uploads import Uploads

WORDS = "four plain words here"
FORM = "application/x-www-form-urlencoded"
PLANTED = 43 * "p"


@pytest.fixture(scope="module", autouse=True)
def _quick() -> Iterator[None]:
    """Hashes that take no time: what real ones are like is tested with ui.passwords."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(passwords, "_HASHER", PasswordHasher(1, 8, 1))
        yield


@pytest.fixture(scope="module")
def hashes(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    file = tmp_path_factory.mktemp("users") / "users.json"
    for user in ("ann", "bob", "eve"):
        set_password(file, user, f"{WORDS} {user}")
    return hashes_of(file, ["ann", "bob", "eve"])


@pytest.fixture(scope="module")
def uploads(tmp_path_factory: pytest.TempPathFactory) -> Uploads:
    return Uploads(tmp_path_factory.mktemp("uploads"))


@pytest.fixture(scope="module")
def address(hashes: dict[str, str], uploads: Uploads) -> Iterator[str]:
    with serving(Mirror(), free_port(), uploads, Front(Site(), Accounts(hashes))) as address:
        yield address


def sign_in(address: str, user: str, password: str | None = None, **headers: str) -> Reply:
    form = {"user": user, "password": password or f"{WORDS} {user}"}
    body = urlencode(form).encode()
    return send(address, SIGN_IN, "POST", body, **({"Content_Type": FORM} | headers))


def secret_of(reply: Reply, name: str = "pincite") -> str:
    match = re.match(rf"{name}=([\w-]{{43}}); Max-Age=43200; Path=/; ", reply.headers["Set-Cookie"])
    assert match
    return match[1]


def who(address: str, secret: str) -> Record:
    return record(call(address, "who", {"a": 1}, who=secret))


def test_everything_is_closed_to_who_has_not_signed_in(address: str) -> None:
    for secret in ("", PLANTED, "admin", user_owner("ann")):
        cookie = f"pincite={secret}"
        for path in ("/", "/print/x"):
            reply = send(address, path, Cookie=cookie)
            assert (reply.status, reply.headers["Location"]) == (303, SIGN_IN)
            assert reply.headers["Set-Cookie"] is None
        closed = ("/theme.css", "/assets/x.js", "/nothing", "/sign-in/", "//sign-in", "/sign-in;x")
        for path in closed:
            assert send(address, path, Cookie=cookie).status == 401
        sent = send(address, f"{UPLOAD}?path=a.txt", "POST", b"x", Cookie=cookie)
        assert sent.status == 401
        assert who(address, secret) == {"error": SIGNED_OUT}
        headers = {"Cookie": cookie, "Content_Type": JSON}
        assert send(address, SIGN_OUT, "POST", b"{}", **headers).status == 401


def test_who_signs_in_is_known_from_every_browser(address: str) -> None:
    replies = [sign_in(address, user) for user in ("ann", "Ann ".lower().strip(), "bob")]
    assert [(each.status, each.headers["Location"]) for each in replies] == [(303, "/")] * 3
    secrets = [secret_of(each) for each in replies]
    owners = [who(address, each)["owner"] for each in secrets]
    assert owners == [user_owner("ann"), user_owner("ann"), user_owner("bob")]
    assert len(set(secrets)) == 3
    page = send(address, "/", Cookie=f"pincite={secrets[0]}")
    assert (page.status, page.headers["Set-Cookie"]) == (200, None)
    assert record(call(address, "account", who=secrets[2])) == {"user": "bob"}


def test_a_secret_that_was_planted_before_is_not_signed_in(address: str) -> None:
    reply = sign_in(address, "ann", Cookie=f"pincite={PLANTED}")
    assert secret_of(reply) != PLANTED
    assert who(address, PLANTED) == {"error": SIGNED_OUT}


def test_who_signs_out_is_out(address: str) -> None:
    first, second = (secret_of(sign_in(address, "ann")) for _ in range(2))
    headers = {"Cookie": f"pincite={first}", "Content_Type": JSON}
    reply = send(address, SIGN_OUT, "POST", b"{}", **headers)
    assert reply.status == 204
    assert reply.headers["Set-Cookie"].startswith("pincite=; Max-Age=0; Path=/;")
    assert who(address, first) == {"error": SIGNED_OUT}
    assert who(address, second)["owner"] == user_owner("ann")


def test_a_wrong_password_is_told_as_one_whoever_it_is(address: str) -> None:
    replies = [sign_in(address, user, "wrong") for user in ("ann", "nobody", '"><b>')]
    assert [each.status for each in replies] == [403] * 3
    assert len({each.body for each in replies}) == 1
    assert WRONG.encode() in replies[0].body
    assert not any(each.headers["Set-Cookie"] for each in replies)


def test_who_fails_often_waits(address: str) -> None:
    statuses = [sign_in(address, "eve", "wrong").status for _ in range(FREE_OF_USER)]
    assert statuses == [403] * FREE_OF_USER
    reply = sign_in(address, "eve")
    assert (reply.status, reply.headers["Retry-After"]) == (429, "1")
    assert b"Try again in 1 s." in reply.body
    assert sign_in(address, "ann").status == 303


@pytest.mark.parametrize(
    "body",
    [b"", b"user=ann", b"user=&password=", b"user=ann&password", b"\xff", b"&".join([b"a=b"] * 9)],
)
def test_half_a_form_is_refused(address: str, body: bytes) -> None:
    assert send(address, SIGN_IN, "POST", body, Content_Type=FORM).status == 400


def test_who_finds_no_place_to_wait_is_told_at_once(
    hashes: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(signing, "MOST_WAITING_OF_ONE", 0)
    with serving(Mirror(), free_port(), front=Front(Site(), Accounts(hashes))) as address:
        reply = sign_in(address, "ann")
        assert (reply.status, reply.headers["Set-Cookie"]) == (503, None)
        assert CROWDED.encode() in reply.body


def test_half_a_form_takes_no_place_from_anybody(
    hashes: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(signing, "MOST_WAITING", 1)
    half = f"POST {SIGN_IN} HTTP/1.1\r\nHost: localhost\r\nContent-Type: {FORM}\r\n"
    half += "Content-Length: 99\r\n\r\nuser"
    with serving(Mirror(), free_port(), front=Front(Site(), Accounts(hashes))) as address:
        found = urlsplit(address)
        with socket.create_connection((found.hostname, found.port), timeout=PATIENCE) as slow:
            slow.sendall(half.encode())
            assert sign_in(address, "ann").status == 303


def test_the_places_of_one_network_are_no_others(
    hashes: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []

    class Noting(Places):
        @contextmanager
        def place(self, owner: str) -> Iterator[bool]:
            asked.append(owner)
            with super().place(owner) as is_free:
                yield is_free

    monkeypatch.setattr(signing, "Places", Noting)
    site = site_of("127.0.0.1", ["archive.example"], https=True)
    with serving(Mirror(), free_port(), front=Front(site, Accounts(hashes))) as address:
        for each in ("2001:db8::1", "[2001:db8::2]:4242", "192.0.2.1:4242"):
            assert sign_in(address, "ann", X_Forwarded_For=each).status == 303
    assert asked == ["2001:db8::/64", "2001:db8::/64", "192.0.2.1"]


def test_a_form_is_small_and_from_our_page(address: str) -> None:
    large = urlencode({"user": "ann", "password": "x" * LARGEST_FORM}).encode()
    assert send(address, SIGN_IN, "POST", large, Content_Type=FORM).status == 413
    for origin in ("http://evil.example", "null", "http://127.0.0.1"):
        assert sign_in(address, "ann", Origin=origin).status == 403
    assert sign_in(address, "ann", Sec_Fetch_Site="cross-site").status == 403
    assert sign_in(address, "ann", Content_Type="text/plain").status == 415
    assert sign_in(address, "ann", Content_Type=JSON).status == 415
    assert sign_in(address, "ann", Origin=address, Sec_Fetch_Site="same-origin").status == 303


def test_the_page_to_sign_in_at_is_inert(address: str) -> None:
    reply = send(address, SIGN_IN)
    policy = reply.headers["Content-Security-Policy"]
    assert policy == (
        "default-src 'none'; base-uri 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; "
        "form-action 'self'"
    )
    assert reply.headers["Cache-Control"] == "no-store"
    assert b"<script" not in reply.body
    assert b"src=" not in reply.body
    secret = secret_of(sign_in(address, "ann"))
    again = send(address, SIGN_IN, Cookie=f"pincite={secret}")
    assert (again.status, again.headers["Location"]) == (303, "/")


def test_an_upload_lies_with_its_user(address: str, uploads: Uploads) -> None:
    for _ in range(2):
        cookie = f"pincite={secret_of(sign_in(address, 'ann'))}"
        reply = send(address, f"{UPLOAD}?path=a.txt", "POST", b"x", Cookie=cookie)
        assert reply.status == 201
        assert reply.json["document"] == f"upload-{user_owner('ann')[:12]}/a.txt"
    files = [each for each in uploads.root.rglob("*") if each.is_file()]
    assert files == [uploads.folder(user_owner("ann")) / f"upload-{user_owner('ann')[:12]}/a.txt"]


def test_behind_https_cookies_and_origins_are_its(hashes: dict[str, str]) -> None:
    site = site_of("127.0.0.1", ["archive.example"], https=True)
    front = Front(site, Accounts(hashes))
    with serving(Mirror(), free_port(), front=front) as address:
        names = {"Host": "archive.example", "Origin": "https://archive.example"}
        reply = sign_in(address, "ann", **names)
        assert reply.headers["Set-Cookie"].endswith("; HttpOnly; SameSite=Lax; Secure")
        secret = secret_of(reply, "__Host-pincite")
        cookie = {"Cookie": f"__Host-pincite={secret}"}
        assert record(call(address, "who", **names, **cookie))["owner"] == user_owner("ann")
        page = send(address, "/", "GET", None, Host="archive.example", **cookie)
        assert b'"https://archive.example"' in page.body
        assert b'"http://archive.example"' not in page.body
        plain = {"Host": "archive.example", "Origin": "http://archive.example"}
        assert sign_in(address, "ann", **plain).status == 403


def test_behind_a_proxy_the_address_is_the_one_that_it_saw(hashes: dict[str, str]) -> None:
    site = site_of("127.0.0.1", ["archive.example"], https=True)
    with serving(Mirror(), free_port(), front=Front(site, Accounts(hashes))) as address:
        for number in range(20):
            from_there = f"198.51.100.{number}, 192.0.2.1"
            reply = sign_in(address, f"nobody{number}", "wrong", X_Forwarded_For=from_there)
            assert reply.status == 403
        assert sign_in(address, "ann", X_Forwarded_For="198.51.100.9, 192.0.2.1").status == 429
        assert sign_in(address, "ann", X_Forwarded_For="192.0.2.1, 192.0.2.2").status == 303


def test_without_a_proxy_nobody_names_an_address(hashes: dict[str, str]) -> None:
    with serving(Mirror(), free_port(), front=Front(Site(), Accounts(hashes))) as address:
        for number in range(20):
            named = f"192.0.2.{number}"
            reply = sign_in(address, f"nobody{number}", "wrong", X_Forwarded_For=named)
            assert reply.status == 403
        assert sign_in(address, "ann", X_Forwarded_For="192.0.2.99").status == 429
