"""Pictures of the interface: `python -m ui.screenshots --out DIR [--index DIR | --sources DIR]`.

Needs the test extra (playwright) and Debian's package chromium. Shows an index, or else sources
(the sample archive, unless others are named), at 1280 and 390 pixels wide.
"""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import click

from rag.cli import run_program
from rag.config import Config
from rag.options import config_options
from rag.render import REASONS
from rag.types import Reason
from ui.browser import ARCHIVE, ask, chromium, index_of, open_quote, served

if TYPE_CHECKING:
    from playwright.sync_api import FilePayload, Page, Route

SIZES = {1280: 800, 390: 844}
# Questions of the sample archive; over another index some scenes show less.
QUESTION = "Was the pilot drunk?"
FOLLOW_UP = "And where was he when she struck?"
DISPUTED = "How many men were drowned?"
REPRINTED = "How many persons were drowned and how many saved?"
PRINTED = "What did the Court recommend?"
UNANSWERED = "What is the boiling point of ethanol?"
# A file that has words, and one that has none.
ADDED: "FilePayload" = {
    "name": "statement.txt",
    "mimeType": "text/plain",
    "buffer": b"The pilot was sober.\n",
}
REFUSED: "FilePayload" = {
    "name": "scan.pdf",
    "mimeType": "application/pdf",
    "buffer": b"%PDF-1.4\n",
}


def _empty(page: "Page") -> None:
    page.locator(".pc-list-open, .pc-list-notice").first.wait_for(state="attached")


def _examples(page: "Page") -> None:
    page.locator(".pc-examples").wait_for()


def _library(page: "Page") -> None:
    _answer(page)
    if page.locator(".pc-show-list").is_visible():
        page.locator(".pc-show-list").click()


def _added(page: "Page") -> None:
    if page.locator(".pc-show-list").is_visible():
        page.locator(".pc-show-list").click()
    page.locator(".pc-file-input").set_input_files([ADDED, REFUSED])
    page.locator(".pc-job-told", has_text="Added: ").wait_for()


def _answer(page: "Page") -> None:
    ask(page, QUESTION)


def _follow_up(page: "Page") -> None:
    ask(page, QUESTION)
    ask(page, FOLLOW_UP)


def _positions(page: "Page") -> None:
    ask(page, DISPUTED)


def _source(page: "Page") -> None:
    ask(page, QUESTION)
    open_quote(page)
    page.locator(".pc-verified:not(:empty)").wait_for()


def _exact(page: "Page") -> None:
    _source(page)
    page.locator(".pc-exact-open").click()
    page.locator(".pc-slice-exact").wait_for()


def _picture(page: "Page") -> None:
    ask(page, PRINTED)
    page.locator(".pc-quote > .pc-cite", has_text=".pdf").first.click()
    page.locator(".pc-picture-box").first.wait_for()


def _witnesses(page: "Page") -> None:
    ask(page, REPRINTED)
    page.locator(".pc-also-open").first.click()
    page.get_by_role("button", name="Compare").first.click()
    page.locator(".pc-compared").last.wait_for()
    page.locator(".pc-compared").last.scroll_into_view_if_needed()


def _tools(page: "Page") -> None:
    ask(page, QUESTION)
    page.get_by_role("button", name="Take it away").click()
    page.locator(".pc-taken").scroll_into_view_if_needed()


def _verdicts(page: "Page") -> None:
    """A verdict that is kept, and one that is being given."""
    ask(page, QUESTION)
    quotes = page.locator(".pc-quotes .pc-quote")
    for number in range(2):
        quotes.nth(number).locator(".pc-judge").click()
    quotes.nth(0).get_by_role("button", name="Supports").click()
    quotes.nth(0).locator(".pc-verdict-note", has_text="Kept").wait_for()
    quotes.nth(1).get_by_role("button", name="Wrong speaker…").click()


def _not_found(page: "Page") -> None:
    ask(page, UNANSWERED)


def _help(page: "Page") -> None:
    page.locator(".pc-scroll").focus()
    page.keyboard.press("?")


def _note(page: "Page") -> None:
    """A note of the source, and where it is cited."""
    ask(page, QUESTION)
    open_quote(page)
    page.locator(".pc-text .pc-note-link").first.click()
    page.locator(".pc-cited-at").first.wait_for()


def _replying(service: str, reply: dict[str, object]) -> Callable[["Page"], None]:
    """A state that is seldom met: the server says so."""

    def act(page: "Page") -> None:
        def answer(route: "Route") -> None:
            asked = (route.request.post_data or "").replace(" ", "")
            if f'"fn_name":"{service}"' in asked:
                route.fulfill(json=reply)
            else:
                route.fallback()

        page.route("**/component_server**", answer)
        page.reload()
        page.locator(".pc-question").wait_for()

    return act


def _changed(page: "Page") -> None:
    """A file that is no longer what was indexed."""
    told = "inquest-1887.txt has changed since it was indexed; quotes of it may no longer stand."
    _replying(
        "verify", {"holds": False, "sha256": None, "told": f"{told} Index its folder again."}
    )(page)
    _source(page)


def _failed(page: "Page") -> None:
    """An answer that there is none of."""
    told = "the index is damaged. Mend it: pincite repair"
    _replying("ask", {"error": told})(page)
    ask(page, QUESTION)


def _lapsed(page: "Page") -> None:
    """An answer that is opened again after its sources have changed."""
    ask(page, QUESTION)
    heading = "None of its citations holds any more. Ask the question again."
    problem = "the file has changed since (SHA-256 differs)"
    gone = {"citation": "[1] museum-gallery-2009.html, “Five myths”, para. 1", "problem": problem}
    answer = {"id": "gone", "question": QUESTION, "heading": heading, "lapsed": [gone]}
    nothing = dict.fromkeys(
        ("quotes", "nearest", "notices", "positions", "unplaced", "verdicts"), ()
    )
    conversation = {"id": "gone", "name": QUESTION, "told": "1 answer"}
    opened = {"conversation": conversation, "answers": [{**nothing, **answer}], "earlier": 0}
    _replying("open_conversation", opened)(page)
    page.locator(".pc-lapsed").wait_for()


_loading = _replying("status", {"state": "loading", "message": "Loading the model", "jobs": []})
_no_sources = _replying("list_sources", {"sources": [], "notice": REASONS[Reason.NO_SOURCES]})


SCENES: dict[str, Callable[["Page"], None]] = {
    "empty": _empty,
    "examples": _examples,
    "library": _library,
    "added": _added,
    "answer": _answer,
    "follow-up": _follow_up,
    "positions": _positions,
    "source": _source,
    "exact": _exact,
    "picture": _picture,
    "witnesses": _witnesses,
    "tools": _tools,
    "verdicts": _verdicts,
    "not-found": _not_found,
    "help": _help,
    "note": _note,
    "changed": _changed,
    "lapsed": _lapsed,
    "failed": _failed,
    "loading": _loading,
    "no-sources": _no_sources,
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
    with index_of(config, sources) as folder, served(config, folder) as address:
        take(address, out, scheme)


if __name__ == "__main__":
    run_program(screenshots)
