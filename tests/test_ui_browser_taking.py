"""What is taken away in the browser is found right by `pincite check`, and wrong once changed."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner
from playwright.sync_api import Page, expect

from index.snapshot import Library
from rag.cli import commands
from tests.room import LIGHT, SOURCES, Visit, answering_from, asked, make_library, needs_chromium

pytestmark = needs_chromium

SAVED = {
    "Markdown": ".md",
    "JSON": ".jsonl",
    "Web annotations": ".jsonld",
    "Sources as CSL-JSON": ".csl.json",
    "Sources as BibTeX": ".bib",
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("taken")


@pytest.fixture(scope="module")
def library(folder: Path) -> Library:
    return make_library(folder, SOURCES)


@pytest.fixture(scope="module")
def address(library: Library, serve: Callable[..., str]) -> str:
    return serve(answering_from(library))


def check(folder: Path, text: str, name: str) -> tuple[int, str]:
    """The exit code of `pincite check` on a file with this text, and what it says."""
    file = folder / name
    file.write_text(text, encoding="utf-8")
    arguments = ["check", str(file), "--index", str(folder / "index")]
    result = CliRunner().invoke(commands, arguments)
    return result.exit_code, result.output


def unfolded(page: Page) -> Page:
    page.get_by_role("button", name="Take it away").last.click()
    return page


def test_every_saved_form_is_checked(address: str, folder: Path, visit: Visit) -> None:
    page = visit(address)
    asked(page, LIGHT)
    unfolded(page)
    for form, ending in SAVED.items():
        with page.expect_download() as download:
            page.get_by_role("button", name=form, exact=True).click()
        name = download.value.suggested_filename
        assert name == f"pincite-what-white-light-did-the-mate-see{ending}"
        text = Path(download.value.path()).read_text(encoding="utf-8")
        code, told = check(folder, text, name)
        assert (code, "0 wrong" in told) == (0, True), told
        assert check(folder, with_another_hash(text), name)[0] == 1


def with_another_hash(text: str) -> str:
    """The same, with one digit of the first SHA-256 changed."""
    at = re.search(r"(?<=sha256[=\W])\W*[0-9a-f]{20}", text)
    assert at
    digit = text[at.end() - 1]
    return f"{text[: at.end() - 1]}{'1' if digit == '0' else '0'}{text[at.end() :]}"


def test_a_copied_citation_is_checked(address: str, folder: Path, visit: Visit) -> None:
    page = visit(address, permissions=["clipboard-read", "clipboard-write"])
    quote = asked(page, LIGHT)["quotes"][0]
    page.get_by_role("button", name="Copy citation (quote 1)").click()
    expect(page.locator(".pc-tool-note").first).to_have_text("Copied.")
    copied = page.evaluate("() => navigator.clipboard.readText()")
    assert copied.startswith(f"“{quote['display']}”")
    assert "inquest.txt, ¶1" in copied
    assert check(folder, copied, "copied.txt")[0] == 0
    assert check(folder, copied.replace("white", "green"), "copied.txt")[0] == 1
    assert check(folder, copied.replace("¶1", "¶2"), "copied.txt")[0] == 1


def test_the_answer_is_copied_as_markdown(address: str, folder: Path, visit: Visit) -> None:
    page = visit(address, permissions=["clipboard-read", "clipboard-write"])
    asked(page, LIGHT)
    unfolded(page).get_by_role("button", name="Copy Markdown").click()
    expect(page.locator(".pc-tool-note").last).to_have_text("Copied.")
    copied = page.evaluate("() => navigator.clipboard.readText()")
    assert check(folder, copied, "copied.md")[0] == 0


def test_a_link_is_copied(address: str, visit: Visit) -> None:
    page = visit(address, permissions=["clipboard-read", "clipboard-write"])
    asked(page, LIGHT)
    unfolded(page).get_by_role("button", name="Copy link").click()
    expect(page.locator(".pc-tool-note").last).to_have_text("Copied.")
    assert page.evaluate("() => navigator.clipboard.readText()") == page.url


def test_a_page_to_print_runs_nothing_and_is_checked(
    address: str, folder: Path, visit: Visit
) -> None:
    page = visit(address)
    answer = asked(page, "Where was the biscuit that the cook hid?")
    with page.context.expect_page() as opened:
        unfolded(page).get_by_role("link", name="Page to print").click()
    printed = opened.value
    printed.wait_for_load_state()
    quotes = printed.locator("blockquote").all_inner_texts()
    assert any("<img src=x" in each for each in quotes)
    assert printed.evaluate("() => [document.scripts.length, document.images.length]") == [0, 0]
    response = page.request.get(printed.url)
    assert "default-src 'none'" in response.headers["content-security-policy"]
    assert check(folder, response.text(), "page.html") == (
        0,
        f"{len(answer['quotes'])} citations checked, 0 wrong.\n",
    )


def test_a_page_to_print_is_its_owners(address: str, visit: Visit) -> None:
    page, stranger = visit(address), visit(address)
    asked(page, LIGHT)
    unfolded(page)
    link = page.get_by_role("link", name="Page to print").get_attribute("href")
    assert link
    target = f"{address}/{link}"
    assert page.request.get(target).status == 200
    assert stranger.request.get(target).status == 404


def test_nothing_is_taken_away_that_no_longer_holds(
    tmp_path: Path, serve: Callable[..., str], visit: Visit
) -> None:
    page = visit(serve(answering_from(make_library(tmp_path, SOURCES))))
    asked(page, LIGHT)
    changed = {**SOURCES, "inquest.txt": SOURCES["inquest.txt"].replace("white", "green")}
    make_library(tmp_path, changed)
    unfolded(page).get_by_role("button", name="JSON", exact=True).click()
    expect(page.locator(".pc-tool-note.pc-warning")).to_contain_text("no longer hold")
