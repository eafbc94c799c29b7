"""The reading room for tests: small indexes, a server for each, and pages in a real browser."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Locator, Page, Request, Response, expect

from index.snapshot import Library
from index.store import writing
from index.tokens import load_encoding
from index.update import Updater, make_settings
from rag.assistant import Assistant
from rag.read import SimilarityReader
from tests import chromium as debian
from tests.fakes import FakeEmbedder
from tests.patience import PATIENCE
from ui.browser import ask, chromium, free_port
from ui.desk import Desk
from ui.desk.shelf import Asked
from ui.jobs import Changes, Jobs
from ui.loading import Loading
from ui.memory import Memory
from ui.room import Room
from ui.server.app import serving
from ui.uploads import Uploads

HOSTILE = (
    '<img src=x onerror="window.hacked=1"><script>window.hacked=2</script> ${window.hacked=3} '
    "{{constructor}} `${window.hacked=4}` \\u003cimg src=//evil.example/x.png\\u003e "
    "[a link](javascript:window.hacked=5) ![](http://evil.example/y.png) \u202ereversed\u202c"
)
SOURCES = {
    "inquest.txt": (
        "REPORT OF THE INQUEST\n\n"
        "  1. The mate saw a single white light upon the port bow.\n\n"
        "  2. The steward served the pilot with one glass of rum.\n\n"
        "  3. The carpenter cleared the anchors at one.\n\n"
        "  4. The boatswain was not found.\n"
    ),
    "letters/emoji.md": (
        "# Signals \U0001f6a9\U0001f6a2\r\n\r\n"
        "The flags \U0001f6a9\U0001f468\u200d\U0001f469\u200d\U0001f467 \U0001d504\U0001d51f flew. "
        "The boatswain \U0001f6a2 painted\r\nthe gunwale green \U0001d5ba yesterday. "
        "He was proud.\r\n"
    ),
    "hostile<b>name.md": f"# {HOSTILE}\n\nThe cook hid a biscuit {HOSTILE} in the galley.\n",
}
LIGHT = "What white light did the mate see?"
GUNWALE = "Who painted the gunwale green?"
BISCUIT = "Where was the biscuit that the cook hid?"

Visit = Callable[..., Page]


def make_library(folder: Path, sources: dict[str, str]) -> Library:
    """An index of some texts, with the fake embedder."""
    for name, text in sources.items():
        file = folder / "sources" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(text.encode())
    embedder, tokens = FakeEmbedder(), load_encoding("pincite-16k")
    with writing(folder / "index") as store:
        if sources:
            store.prepare(make_settings(embedder, tokens, 60))
            summary = Updater(store, embedder, tokens, 60).run([folder / "sources"])
            assert not summary.failures
    return Library(folder / "index", embedder)


def answering_from(library: Library, threshold: float = 0.0) -> Assistant:
    """An assistant that answers everything, or with a threshold of 1 nothing."""
    return Assistant(library, SimilarityReader(), threshold=threshold)


needs_chromium = [
    pytest.mark.browser,
    pytest.mark.skipif(debian.find() is None, reason=debian.ADVICE),
]


def nothing_changes(*_: object) -> Any:
    raise AssertionError("nothing is added or removed here")


def room_of(
    assistant: Asked,
    memory: Memory,
    uploads: Uploads,
    changes: Changes | None = None,
    load: Callable[[], object] = lambda: None,
) -> Room:
    """A room whose model is loaded by `load`; without `changes` its sources stay as they are."""
    changes = changes or Changes(nothing_changes, nothing_changes, nothing_changes)
    return Room(Desk(assistant, memory), Loading(load), Jobs(uploads, changes))


@pytest.fixture(scope="module")
def serve(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[..., str]]:
    """Serves an assistant until the module's tests are over, with a memory of its own."""
    with ExitStack() as stack:

        def open_server(
            assistant: Asked,
            *,
            memory: Memory | None = None,
            changes: Changes | None = None,
            load: Callable[[], object] = lambda: None,
        ) -> str:
            folder = tmp_path_factory.mktemp("served")
            uploads = Uploads(folder / "uploads")
            memory = memory or Memory(folder / "memory.sqlite")
            room = room_of(assistant, memory, uploads, changes, load)
            address = stack.enter_context(serving(room, free_port(), uploads))
            room.start()
            return address

        yield open_server


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Library:
    return make_library(tmp_path_factory.mktemp("full"), SOURCES)


@pytest.fixture(scope="module")
def answering(library: Library, serve: Callable[..., str]) -> str:
    return serve(answering_from(library))


@pytest.fixture(scope="module")
def refusing(library: Library, serve: Callable[..., str]) -> str:
    return serve(answering_from(library, threshold=1.0))


expect.set_options(timeout=1000 * PATIENCE)


class Guests:
    """Sessions of the browser, used again by the next test: what the page is made of stays in
    their cache, and loading it takes half as long. Cookies and whatever else is kept goes."""

    def __init__(self, browser: Browser) -> None:
        self._browser = browser
        self._free: dict[str, list[Page]] = {}

    def enter(self, options: dict[str, Any]) -> Page:
        """A page in a session that knows nothing of any other."""
        free = self._free.setdefault(repr(options), [])
        if free:
            return free.pop()
        context = self._browser.new_context(**options)
        context.set_default_timeout(1000 * PATIENCE)
        return context.new_page()

    def leave(self, page: Page, options: dict[str, Any]) -> None:
        for other in page.context.pages:
            if other != page:
                other.close()
        page.goto("about:blank")
        page.emulate_media(color_scheme="null")
        page.context.clear_cookies()
        self._free[repr(options)].append(page)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as browser:
        yield browser


@pytest.fixture(scope="module")
def guests(browser: Browser) -> Guests:
    return Guests(browser)


@pytest.fixture
def visit(guests: Guests) -> Iterator[Visit]:
    """Opens a page in a session of its own, or in that of another page; at the end, none may have
    asked another machine for anything, run a source's code, kept anything or reported an error."""
    requests: list[Request] = []
    trouble: list[str] = []
    heard: dict[Any, Callable[[Any], None]] = {
        "request": lambda request: requests.append(request),  # noqa: PLW0108 - no builtins
        "websocket": lambda socket: trouble.append(socket.url),
        "dialog": lambda dialog: trouble.append(dialog.message),
        "pageerror": lambda error: trouble.append(str(error)),
        "console": lambda line: trouble.append(line.text) if _is_bad(line) else None,
    }

    with ExitStack() as stack:

        def open_page(
            address: str, width: int = 1280, beside: Page | None = None, **options: Any
        ) -> Page:
            if beside is None:
                page = guests.enter(options)
                stack.callback(guests.leave, page, options)
            else:
                page = beside.context.new_page()
            for event, hear in heard.items():
                page.on(event, hear)
                stack.callback(page.remove_listener, event, hear)
            page.set_viewport_size({"width": width, "height": 800})
            page.goto(address)
            listed = page.locator(".pc-list-open, .pc-list-notice:not([hidden])")
            listed.first.wait_for(state="attached")
            stack.callback(_keeps_nothing, page)
            return page

        yield open_page
    assert requests
    elsewhere = {each.url for each in requests if not _is_here(each.url)}
    assert not elsewhere
    assert not trouble


def _keeps_nothing(page: Page) -> None:
    assert page.evaluate("() => localStorage.length + sessionStorage.length") == 0


def _is_here(url: str) -> bool:
    return url.startswith(("http://127.0.0.1:", "blob:http://127.0.0.1:", "data:"))


def _is_bad(line: Any) -> bool:
    # A handler that fails, or a file that is refused, is what some tests are about.
    expected = ("500 (Internal Server Error)", "415 (", "413 (", "400 (")
    return line.type == "error" and not any(each in line.text for each in expected)


def asked(page: Page, question: str) -> dict[str, Any]:
    """The answer to a question as the server's JSON, once the page shows it."""

    def is_answer(response: Response) -> bool:
        sent = response.request.post_data or ""
        return "component_server" in response.url and '"fn_name":"ask"' in sent.replace(" ", "")

    with page.expect_response(is_answer) as caught:
        ask(page, question)
    answer = caught.value.json()["answer"]
    assert isinstance(answer, dict)
    return answer


def marked(page: Page) -> str:
    """The text of the page's only mark."""
    page.locator(".pc-mark").wait_for()
    assert page.locator(".pc-mark").count() == 1
    return str(page.locator(".pc-mark").evaluate("mark => mark.textContent"))


def has_focus(locator: Locator) -> bool:
    return bool(locator.evaluate("element => element === document.activeElement"))


def widest(page: Page) -> int:
    """By how many pixels anything at all scrolls sideways."""
    return int(
        page.evaluate(
            "() => Math.max(...[...document.querySelectorAll("
            "'html, .pc, .pc-scroll, .pc-text, .pc-shelf, .pc-past')]"
            ".map(each => each.scrollWidth - each.clientWidth))"
        )
    )
