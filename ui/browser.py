"""The interface in a real Chromium: for pictures of it, its speed, and its tests.

Needs the test extra (playwright) and Debian's package chromium.
"""

import shutil
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import click
from click.core import ParameterSource

from index.errors import PinciteError
from rag.config import Config
from ui.memory import Memory
from ui.server.app import serving
from ui.server.site import HOST
from ui.uploads import Uploads

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    # Whatever the flags above say, it asks for names of its own accord.
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost",
]
ARCHIVE = Path(__file__).parent.parent / "eval" / "archive"


@contextmanager
def chromium() -> "Iterator[Browser]":
    """Debian's Chromium, set to ask nothing of the network on its own account."""
    from playwright.sync_api import sync_playwright

    program = shutil.which("chromium") or shutil.which("chromium-browser")
    if program is None:
        raise PinciteError("there is no Chromium: install Debian's package chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=FLAGS)
        try:
            yield browser
        finally:
            browser.close()


def free_port() -> int:
    """A port that was free a moment ago."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])


def ask(page: "Page", question: str) -> None:
    """Ask as a person does, and wait for the answer."""
    turns = page.locator(".pc-turn")
    before = turns.count()
    page.locator(".pc-question").fill(question)
    page.locator(".pc-question").press("Enter")
    turns.nth(before).locator(".pc-refusal, .pc-quotes, .pc-error").first.wait_for()


def open_quote(page: "Page") -> None:
    """Open the source of the last answer's last quote."""
    page.locator(".pc-turn").last.locator(".pc-quote > .pc-cite").last.click()
    page.locator(".pc-mark").wait_for()


@contextmanager
def served(config: Config, folder: Path) -> Iterator[str]:
    """The address of the page over an index, with a memory that goes when the context ends."""
    from ui.room import open_room

    with TemporaryDirectory(prefix="pincite-browser-") as scratch:
        uploads = Uploads(Path(scratch) / "uploads")
        memory = Memory(Path(scratch) / "memory.sqlite")
        room = open_room(replace(config, index=folder), memory, uploads)
        with serving(room, free_port(), uploads) as address:
            room.start()
            yield address


@contextmanager
def index_of(config: Config, sources: Path) -> Iterator[Path]:
    """The folder of the command line's --index, else a temporary one with the sources."""
    from rag.indexing import index_paths, print_summary

    if click.get_current_context().get_parameter_source("index") is ParameterSource.COMMANDLINE:
        yield config.index
        return
    with TemporaryDirectory(prefix="pincite-browser-") as folder:
        summary = index_paths([sources], replace(config, index=Path(folder) / "index"))
        if summary.failures:
            print_summary(summary)
        yield Path(folder) / "index"
