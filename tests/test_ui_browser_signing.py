"""Signing in and out in a real browser, and coming by a link from elsewhere."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
from argon2 import PasswordHasher
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page

from index.snapshot import Library
from tests.patience import PATIENCE
from tests.room import LIGHT, answering_from, asked, needs_chromium, nothing_changes
from ui import passwords
from ui.browser import free_port
from ui.desk import Desk
from ui.jobs import Changes, Jobs
from ui.loading import Loading
from ui.memory import Memory
from ui.room import Room
from ui.server.accounts import Accounts
from ui.server.app import Front, serving
from ui.server.paths import CALLS
from ui.uploads import Uploads

pytestmark = needs_chromium

WORDS = "four plain words here"


@pytest.fixture(scope="module")
def signed(library: Library, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a room that Ann and Bob may sign in to."""
    folder = tmp_path_factory.mktemp("signed")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(passwords, "_HASHER", PasswordHasher(1, 8, 1))
        for user in ("ann", "bob"):
            passwords.set_password(folder / "users.json", user, WORDS)
        accounts = Accounts(passwords.hashes_of(folder / "users.json", ["ann", "bob"]))
    assistant, uploads = answering_from(library), Uploads(folder / "uploads")
    changes = Changes(nothing_changes, nothing_changes, lambda sees: assistant.sources(sees=sees))
    desk = Desk(assistant, Memory(folder / "memory.sqlite"))
    room = Room(desk, Loading(lambda: None), Jobs(uploads, changes, shared=True))
    with serving(room, free_port(), uploads, Front(accounts=accounts)) as address:
        room.start()
        yield address


def sign_in(page: Page, user: str, password: str = WORDS) -> None:
    page.get_by_label("Name").fill(user)
    page.get_by_label("Password").fill(password)
    page.get_by_role("button", name="Sign in").click()


@contextmanager
def opened(browser: Browser, address: str, width: int = 1280, **options: bool) -> Iterator[Page]:
    viewport = {"width": width, "height": 800}
    context = browser.new_context(viewport=viewport, **options)  # type: ignore[arg-type]
    context.set_default_timeout(1000 * PATIENCE)
    try:
        page = context.new_page()
        page.goto(address)
        yield page
    finally:
        context.close()


def test_a_user_signs_in_asks_and_signs_out(browser: Browser, signed: str) -> None:
    with opened(browser, signed) as page:
        assert page.url == f"{signed}/sign-in"
        sign_in(page, "ann", "something else")
        assert page.get_by_role("alert").inner_text() == (
            "This name and password do not go together."
        )
        sign_in(page, "ann")
        page.locator(".pc-list-open").first.wait_for()
        assert page.url == f"{signed}/"
        assert asked(page, LIGHT)["quotes"]
        assert page.locator(".pc-list .pc-remove").count() == 0
        page.get_by_role("button", name="Sign out ann").click()
        page.get_by_label("Name").wait_for()
        assert page.url == f"{signed}/sign-in"


def test_what_ann_asked_she_finds_from_another_browser_and_bob_does_not(
    browser: Browser, signed: str
) -> None:
    with opened(browser, signed) as page:
        sign_in(page, "ann")
        page.locator(".pc-list-open").first.wait_for()
        asked(page, LIGHT)
    found = []
    for user in ("ann", "bob"):
        with opened(browser, signed) as page:
            sign_in(page, user)
            page.locator(".pc-list-open").first.wait_for()
            page.wait_for_timeout(500)
            found.append(page.get_by_text(LIGHT).count())
    assert found[0] > 0
    assert found[1] == 0


def test_a_session_that_has_ended_is_told_in_the_page(browser: Browser, signed: str) -> None:
    with opened(browser, signed) as page:
        sign_in(page, "bob")
        page.locator(".pc-list-open").first.wait_for()
        page.context.clear_cookies()
        page.locator(".pc-question").fill(LIGHT)
        page.locator(".pc-question").press("Enter")
        page.get_by_text("You are signed out. Reload the page to sign in.").first.wait_for()


@pytest.mark.parametrize("width", [1280, 390])
def test_the_page_to_sign_in_at_is_usable_by_all(browser: Browser, signed: str, width: int) -> None:
    with opened(browser, signed, width) as page:
        sign_in(page, "nobody")
        page.get_by_role("alert").wait_for()
        found = Axe().run(page, options={"resultTypes": ["violations"]})
        assert not found.response["violations"], found.generate_report()
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        assert page.evaluate("document.activeElement.id") == "user"


def test_no_script_is_needed_to_sign_in(browser: Browser, signed: str) -> None:
    with opened(browser, signed, java_script_enabled=False) as page:
        sign_in(page, "ann")
        page.wait_for_url(f"{signed}/")


class _Elsewhere(BaseHTTPRequestHandler):
    """A page of somebody else's, with a link and a form."""

    target = ""

    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.end_headers()
        parts = (
            f"<a href={self.target}/>link</a>",
            f"<form method=post enctype=text/plain action={self.target}{CALLS}>",
            "<button>form</button></form>",
            f"<img src={self.target}/static/js/x.png>",
        )
        self.wfile.write("".join(parts).encode())

    def log_message(self, *_: object) -> None:
        """Nothing."""


@pytest.fixture
def elsewhere(answering: str) -> Iterator[str]:
    """Its address: of another site than 127.0.0.1, to a browser."""
    _Elsewhere.target = answering
    server = HTTPServer(("127.0.0.1", 0), _Elsewhere)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://localhost:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


def test_a_link_from_elsewhere_leads_to_what_is_ones_own(
    browser: Browser, answering: str, elsewhere: str
) -> None:
    with opened(browser, answering) as page:
        (before,) = page.context.cookies(answering)
        page.goto(elsewhere)
        page.get_by_text("link").click()
        page.locator(".pc-list-open").first.wait_for()
        (after,) = page.context.cookies(answering)
        assert before["value"] == after["value"]


def test_a_form_or_picture_from_elsewhere_gets_nothing(
    browser: Browser, answering: str, elsewhere: str
) -> None:
    with opened(browser, answering) as page:
        # Refused by us, and by the browser as well, which keeps the refusal to itself.
        with page.expect_event("requestfailed", lambda each: each.url.endswith("/x.png")):
            page.goto(elsewhere)
        with page.expect_response("**/component_server/") as form:
            page.get_by_role("button", name="form").click()
        assert form.value.status == 403
