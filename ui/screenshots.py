"""Pictures of the interface: `python -m ui.screenshots --out DIR [--index DIR | --sources DIR]`.

Needs the test extra (playwright) and Debian's package chromium. Shows an index, or else sources
(the sample archive, unless others are named), at 1280 and 390 pixels wide.
"""

import shutil
import socket
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import click
from click.core import ParameterSource

from index.errors import PinciteError
from rag.config import Config
from rag.options import config_options
from rag.render import Record, visible
from ui.app import HOST, serving
from ui.command import CASES

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
]
ARCHIVE = Path(__file__).parent.parent / "eval" / "archive"
SIZES = {1280: 800, 390: 844}
QUESTION = "Was the pilot drunk?"
FOLLOW_UP = "And where was he when she struck?"
REPRINTED = "How many persons were drowned and how many saved?"
UNANSWERED = "What is the boiling point of ethanol?"


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
    page.keyboard.press("Enter")
    turns.nth(before).locator(".pc-refusal, .pc-quotes, .pc-error").first.wait_for()


def open_quote(page: "Page") -> None:
    """Open the source of the last answer's last quote."""
    page.locator(".pc-turn").last.locator(".pc-quote > .pc-cite").last.click()
    page.locator(".pc-mark").wait_for()


def _answer(page: "Page") -> None:
    ask(page, QUESTION)


def _source(page: "Page") -> None:
    ask(page, QUESTION)
    open_quote(page)


def _witnesses(page: "Page") -> None:
    ask(page, REPRINTED)


def _follow_up(page: "Page") -> None:
    ask(page, QUESTION)
    ask(page, FOLLOW_UP)


def _not_found(page: "Page") -> None:
    ask(page, UNANSWERED)


def _verdicts(page: "Page") -> None:
    """A verdict that is kept, and one that is being given."""
    ask(page, QUESTION)
    quotes = page.locator(".pc-quotes .pc-quote")
    for number in range(2):
        quotes.nth(number).locator(".pc-judge").click()
    quotes.nth(0).get_by_role("button", name="Supports").click()
    quotes.nth(0).locator(".pc-verdict-note", has_text="Kept").wait_for()
    quotes.nth(1).get_by_role("button", name="Wrong speaker…").click()


def _empty(page: "Page") -> None:
    page.locator(".pc-list-open, .pc-empty").first.wait_for(state="attached")


SCENES: dict[str, Callable[["Page"], None]] = {
    "empty": _empty,
    "answer": _answer,
    "source": _source,
    "witnesses": _witnesses,
    "follow-up": _follow_up,
    "verdicts": _verdicts,
    "not-found": _not_found,
}


def take(address: str, out: Path, scheme: str) -> None:
    """Every scene at every size, as DIR/SCENE-WIDTH.png."""
    out.mkdir(parents=True, exist_ok=True)
    with chromium() as browser:
        for width, height in SIZES.items():
            for name, act in SCENES.items():
                context = browser.new_context(
                    viewport={"width": width, "height": height},
                    color_scheme="dark" if scheme == "dark" else "light",
                )
                page = context.new_page()
                page.goto(address)
                page.locator(".pc-question").wait_for()
                act(page)
                page.screenshot(path=out / f"{name}-{width}.png")
                context.close()


def _seem_kept(question: str, quote: Record | None, verdict: str, correction: str) -> str:
    """For pictures, nothing has to be kept."""
    return str(CASES)


@contextmanager
def _index(config: Config, sources: Path) -> Iterator[Path]:
    """The folder of --index, else a temporary one with the sources."""
    from rag.indexing import index_paths, print_summary

    if click.get_current_context().get_parameter_source("index") is ParameterSource.COMMANDLINE:
        yield config.index
        return
    with TemporaryDirectory(prefix="pincite-screenshots-") as folder:
        summary = index_paths([sources], replace(config, index=Path(folder)))
        if summary.failures:
            print_summary(summary)
        yield Path(folder)


@click.command()
@click.option("--out", required=True, type=click.Path(file_okay=False, path_type=Path))
@click.option("--scheme", type=click.Choice(["light", "dark"]), default="light")
@click.option(
    "--sources",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    default=ARCHIVE,
    help="Folder to index for the pictures, without --index. [default: the sample archive]",
)
@config_options
def screenshots(config: Config, out: Path, scheme: str, sources: Path) -> None:
    """Take pictures of the interface over an index, or over sources without --index."""
    from rag.assistant import open_assistant

    with _index(config, sources) as folder:
        assistant = open_assistant(replace(config, index=folder))
        with serving(assistant, free_port(), _seem_kept) as address:
            take(address, out, scheme)


def main() -> None:
    """Run the command; what a user can mend is printed as one line, without a trace."""
    try:
        screenshots()
    except PinciteError as error:
        sys.exit(f"screenshots: {visible(str(error))}")


if __name__ == "__main__":
    main()
