"""The page over real sources with the real models: the sample archive, and the seeds if present."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from rag.assistant import open_assistant
from rag.config import Config
from tests.corpora import needs_shared
from tests.room import Visit, asked, marked, needs_chromium

pytestmark = [*needs_chromium, pytest.mark.model]


def served(index: Path, serve: Callable[..., str]) -> str:
    assistant = open_assistant(Config(index=index))
    return serve(assistant, load=assistant.warm)


@pytest.fixture(scope="module")
def archive(archive_index: Path, serve: Callable[..., str]) -> str:
    return served(archive_index, serve)


@pytest.fixture(scope="module")
def seeds(seeds_index: Path, serve: Callable[..., str]) -> str:
    return served(seeds_index, serve)


def check_every_quote(page: Page, answer: dict[str, Any]) -> None:
    """Open each quote's source by its number: exactly the quote is marked, and the file holds."""
    turn = page.locator(".pc-turn").last
    for quote in answer["quotes"]:
        turn.locator(f".pc-quote > .pc-cite[data-number='{quote['number']}']").click()
        assert marked(page) == quote["text"]
        expect(page.locator(".pc-source-pin")).to_have_text(quote["locator"])
        expect(page.locator(".pc-verified")).to_contain_text("Verified against")
        page.keyboard.press("Escape")


def test_the_archive_is_asked_and_checked(archive: str, visit: Visit) -> None:
    page = visit(archive)
    answer = asked(page, "How many persons were aboard, and how many were drowned?")
    assert len({quote["document"] for quote in answer["quotes"]}) > 1
    check_every_quote(page, answer)


def test_sides_of_the_archive_stand_apart(archive: str, visit: Visit) -> None:
    page = visit(archive)
    answer = asked(page, "How many men were drowned?")
    assert len(answer["positions"]) > 1
    shown = page.locator(".pc-position .pc-chip").all_inner_texts()
    numbers = [number for position in answer["positions"] for number in position["numbers"]]
    assert [int(each) for each in shown] == numbers
    check_every_quote(page, answer)


def test_a_reprint_of_the_archive_is_compared(archive: str, visit: Visit) -> None:
    page = visit(archive)
    asked(page, "How many persons were aboard, and how many were drowned?")
    page.locator(".pc-also-open", has_text="differs in sense").first.click()
    page.get_by_role("button", name="Compare").first.click()
    expect(page.locator(".pc-changed").first).to_have_text("are drowned and ten")


def test_notes_of_the_archive_are_followed(archive: str, visit: Visit) -> None:
    page = visit(archive)
    page.get_by_role("button", name="The Loss of the Perdita Vane: A Recon").first.click()
    page.locator(".pc-text .pc-block").first.wait_for()
    page.locator(".pc-text").get_by_role("button", name="Note 8", exact=True).click()
    expect(page.locator(".pc-source-pin")).to_contain_text("n. 8")
    page.locator(".pc-block:has(.pc-mark) .pc-cited-at .pc-note-link").first.click()
    expect(page.locator(".pc-source-pin")).to_contain_text("line")


def test_a_page_of_the_archives_report_is_pictured(archive: str, visit: Visit) -> None:
    page = visit(archive)
    page.get_by_label('Search in Report of Court No. 3,318, "Perdita Vane"').check()
    asked(page, "What did the Court recommend?")
    page.locator(".pc-quote > .pc-cite").first.click()
    expect(page.locator(".pc-picture-box").first).to_be_visible()


def test_what_the_archive_has_nothing_on_is_refused(archive: str, visit: Visit) -> None:
    page = visit(archive)
    assert asked(page, "What is the boiling point of ethanol?")["abstained"]
    assert page.locator(".pc-quotes").count() == 0


@pytest.mark.shared
@needs_shared
def test_the_seeds_are_asked_and_checked(seeds: str, visit: Visit) -> None:
    page = visit(seeds)
    kinds = {"notes": 0, "witnesses": 0, "speakers": 0}
    for question in (
        "How many people were arrested and how many executed in 1937 and 1938?",
        "Why did Stalin want contested elections?",
        "What did Zhukov find in the archives?",
    ):
        answer = asked(page, question)
        assert not answer["abstained"]
        check_every_quote(page, answer)
        for quote in answer["quotes"]:
            kinds["notes"] += bool(quote["notes"])
            kinds["witnesses"] += bool(quote["witnesses"])
            kinds["speakers"] += len(quote["speakers"]) > 1
    # Something of each kind was there to be checked.
    assert all(kinds.values()), kinds
