"""Conversations in the browser: kept, found again, judged, deleted; each browser has its own."""

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from index.snapshot import Library
from tests.room import (
    BISCUIT,
    GUNWALE,
    LIGHT,
    Visit,
    answering_from,
    asked,
    has_focus,
    make_library,
    needs_chromium,
    widest,
)
from ui.browser import ask
from ui.memory import Memory, every_verdict
from ui.verdicts import cases

pytestmark = needs_chromium


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "memory.sqlite"


@pytest.fixture
def address(library: Library, file: Path, serve: Callable[..., str]) -> str:
    return serve(answering_from(library), memory=Memory(file))


def turns(page: Page) -> list[str]:
    return page.locator(".pc-asked").all_inner_texts()


def names(page: Page) -> list[str]:
    return page.locator(".pc-past-name").all_inner_texts()


def choices(page: Page, number: int) -> Locator:
    """The verdicts on a quote, which its button has unfolded."""
    page.get_by_role("button", name=f"Judge this citation (quote {number})").click()
    return page.get_by_role("group", name=f"Your verdict on quote {number}")


def test_a_reload_keeps_the_conversation(address: str, visit: Visit) -> None:
    page = visit(address)
    asked(page, LIGHT)
    words = page.locator(".pc-words").all_inner_texts()
    asked(page, "And the steward?")
    page.reload()
    expect(page.locator(".pc-turn")).to_have_count(2)
    assert turns(page) == [LIGHT, "And the steward?"]
    assert page.locator(".pc-turn").first.locator(".pc-words").all_inner_texts() == words
    searched = asked(page, "And the carpenter?")["standalone_question"]
    assert searched == LIGHT.replace("mate", "carpenter")
    expect(page.locator(".pc-past-name")).to_have_count(1)


def test_the_browser_keeps_nothing_but_a_cookie_that_no_script_reads(
    address: str, visit: Visit
) -> None:
    page = visit(address)
    asked(page, LIGHT)
    assert page.evaluate("() => [localStorage.length, document.cookie]") == [0, ""]
    (cookie,) = page.context.cookies()
    assert (cookie["httpOnly"], cookie["sameSite"]) == (True, "Lax")


def test_conversations_are_listed_opened_and_found(address: str, visit: Visit) -> None:
    page = visit(address)
    asked(page, LIGHT)
    page.locator(".pc-new").click()
    asked(page, GUNWALE)
    expect(page.locator(".pc-past-name")).to_have_text([GUNWALE, LIGHT])
    page.locator(".pc-past-open", has_text=LIGHT).click()
    expect(page.locator(".pc-asked")).to_have_text([LIGHT])
    expect(page.locator(".pc-past-open[aria-current]")).to_contain_text(LIGHT)
    page.locator(".pc-past-search").fill("GREEN")
    expect(page.locator(".pc-past-name")).to_have_text([GUNWALE])
    page.locator(".pc-past-search").fill("nowhere")
    expect(page.locator(".pc-past-notice")).to_have_text("No conversation has these words.")


def test_a_conversation_is_deleted_after_a_second_press(
    address: str, file: Path, visit: Visit
) -> None:
    page = visit(address)
    asked(page, LIGHT)
    remove = page.locator(".pc-past-item .pc-remove")
    remove.click()
    expect(remove).to_have_text("Really?")
    page.locator(".pc-past-search").focus()
    expect(remove).to_have_text("Delete")
    remove.click()
    remove.click()
    expect(page.locator(".pc-turn")).to_have_count(0)
    expect(page.locator(".pc-past-name")).to_have_count(0)
    assert LIGHT.encode() not in file.read_bytes()
    page.reload()
    page.locator(".pc-list-open").first.wait_for()
    assert turns(page) == []


def test_a_link_to_an_answer_opens_it_again(address: str, visit: Visit) -> None:
    page = visit(address)
    asked(page, LIGHT)
    link = page.url
    asked(page, GUNWALE)
    assert page.url != link
    other = visit(link, beside=page)
    expect(other.locator(".pc-asked")).to_have_text([LIGHT, GUNWALE])
    assert "#answer=" in link


def test_two_browsers_do_not_see_each_others_conversations(address: str, visit: Visit) -> None:
    first, second = visit(address), visit(address)
    asked(first, LIGHT)
    asked(second, GUNWALE)
    first.reload()
    second.reload()
    expect(first.locator(".pc-past-name")).to_have_text([LIGHT])
    expect(second.locator(".pc-past-name")).to_have_text([GUNWALE])
    stranger = visit(first.url)
    expect(stranger.locator(".pc-hint")).to_contain_text("not")
    assert turns(stranger) == []
    assert names(stranger) == []


def test_it_says_which_citations_no_longer_hold(
    tmp_path: Path, serve: Callable[..., str], visit: Visit
) -> None:
    sources = {
        "inquest.txt": "The mate saw a single white light upon the bow.\n",
        "letter.txt": "Another white light was what the mate said he saw.\n",
    }
    page = visit(serve(answering_from(make_library(tmp_path, sources))))
    answer = asked(page, LIGHT)
    assert {quote["document"] for quote in answer["quotes"]} == set(sources)
    make_library(tmp_path, {**sources, "inquest.txt": "The mate saw a single green light.\n"})
    page.reload()
    lapsed = page.locator(".pc-lapsed")
    lapsed.wait_for()
    told = lapsed.locator("li").all_inner_texts()
    gone = [each for each in answer["quotes"] if each["document"] == "inquest.txt"]
    assert len(told) == len(gone)
    assert all("inquest.txt" in each and "changed since" in each for each in told)
    kept = [each["number"] for each in answer["quotes"] if each["document"] != "inquest.txt"]
    chips = page.locator(".pc-quotes .pc-chip").all_inner_texts()
    assert [int(each) for each in chips] == kept


def test_a_verdict_is_kept_shown_again_changed_and_taken_back(
    address: str, file: Path, visit: Visit
) -> None:
    page = visit(address)
    asked(page, LIGHT)
    first = choices(page, 1)
    supports = first.get_by_role("button", name="Supports (quote 1)")
    supports.click()
    expect(first.locator(".pc-verdict-note")).to_have_text("Kept: supports")
    expect(page.locator(".pc-status")).to_have_text("Quote 1: Kept: supports")
    page.reload()
    expect(page.get_by_role("button", name="Supports (quote 1)", pressed=True)).to_be_visible()
    page.get_by_role("button", name="Does not support (quote 1)").click()
    expect(page.locator(".pc-verdict-note").first).to_have_text("Kept: does not support")
    assert [each.given.verdict.value for each in every_verdict(file)] == ["does-not-support"]
    page.get_by_role("button", name="Take back (quote 1)").click()
    expect(page.locator(".pc-verdict-note").first).to_have_text("Taken back")
    assert has_focus(page.get_by_role("button", name="Does not support (quote 1)"))
    expect(page.get_by_role("button", name="Take back (quote 1)")).to_be_hidden()
    assert every_verdict(file) == []


def test_verdicts_become_cases(address: str, file: Path, visit: Visit) -> None:
    page = visit(address)
    answer = asked(page, LIGHT)
    choices(page, 1).get_by_role("button", name="Supports (quote 1)").click()
    second = choices(page, 2)
    second.get_by_role("button", name="Wrong speaker…").click()
    second.get_by_label("Whose words they are").fill("Morris, quoted by Hale")
    page.keyboard.press("Enter")
    expect(second.locator(".pc-verdict-note")).to_contain_text("Morris, quoted by Hale")
    asked(page, "And the steward?")
    page.get_by_role("button", name="Should have said: not found").last.click()
    expect(page.locator(".pc-verdict-note").last).to_have_text("Kept: should have refused")
    made = cases(every_verdict(file))
    assert (made.text.count("\n"), made.notes) == (2, ())
    assert answer["quotes"][0]["text"] in made.text
    assert "Morris, quoted by Hale" in made.text


def test_a_corrected_place_is_taken_back(address: str, file: Path, visit: Visit) -> None:
    page = visit(address)
    asked(page, LIGHT)
    verdicts = choices(page, 1)
    verdicts.get_by_role("button", name="Wrong place…").click()
    verdicts.get_by_label("The right place (quote 1)").fill("¶9")
    page.keyboard.press("Enter")
    verdicts.get_by_role("button", name="Take back").click()
    expect(verdicts.locator(".pc-verdict-note")).to_have_text("Taken back")
    assert every_verdict(file) == []


def test_verdicts_are_saved_from_the_page(address: str, visit: Visit) -> None:
    page = visit(address)
    answer = asked(page, LIGHT)
    choices(page, 1).get_by_role("button", name="Supports (quote 1)").click()
    expect(page.locator(".pc-verdict-note").first).to_have_text("Kept: supports")
    with page.expect_download() as download:
        page.get_by_role("button", name="Save verdicts").click()
    assert download.value.suggested_filename == "pincite-cases.jsonl"
    saved = Path(download.value.path()).read_text(encoding="utf-8")
    assert answer["quotes"][0]["text"] in saved


def test_a_conversation_that_is_deleted_elsewhere_is_begun_anew(address: str, visit: Visit) -> None:
    page = visit(address)
    asked(page, LIGHT)
    other = visit(address, beside=page)
    other.locator(".pc-past-item .pc-remove").click()
    other.locator(".pc-remove[data-sure]").click()
    expect(other.locator(".pc-past-item")).to_have_count(0)
    ask(page, GUNWALE)
    expect(page.locator(".pc-turn .pc-error")).to_contain_text("Ask again to begin anew.")
    asked(page, GUNWALE)
    expect(page.locator(".pc-past-name")).to_have_text([GUNWALE])


def test_all_conversations_are_deleted(address: str, file: Path, visit: Visit) -> None:
    page = visit(address)
    asked(page, LIGHT)
    page.locator(".pc-new").click()
    asked(page, GUNWALE)
    everything = page.get_by_role("button", name="Delete all conversations")
    everything.click()
    everything.click()
    expect(page.locator(".pc-past-item")).to_have_count(0)
    assert LIGHT.encode() not in file.read_bytes()


def test_what_was_typed_outlives_an_error(address: str, visit: Visit) -> None:
    page = visit(address)
    asked(page, LIGHT)
    verdicts = choices(page, 1)
    verdicts.get_by_role("button", name="Wrong place…").click()
    field = verdicts.get_by_label("The right place (quote 1)")
    page.keyboard.press("Enter")
    expect(verdicts.locator(".pc-warning")).to_be_visible()
    field.fill("¶9")
    verdicts.get_by_role("button", name="Keep").first.click()
    expect(verdicts.locator(".pc-verdict-note")).to_have_text("Kept: wrong place, ¶9")


def test_verdicts_are_given_by_keyboard_alone(address: str, file: Path, visit: Visit) -> None:
    page = visit(address)
    asked(page, LIGHT)
    page.locator(".pc-judge").first.focus()
    page.keyboard.press("Enter")
    for _ in range(4):
        page.keyboard.press("Tab")
    page.keyboard.press("Space")
    page.keyboard.type("Pyke")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator(".pc-verdict-note").first).to_have_text("Kept: wrong speaker, Pyke")
    assert every_verdict(file)[0].given.correction == "Pyke"


@pytest.mark.parametrize("width", [390, 320])
def test_verdicts_fit_on_a_narrow_screen(address: str, visit: Visit, width: int) -> None:
    page = visit(address, width)
    asked(page, BISCUIT)
    verdicts = choices(page, 1)
    for name in ("Wrong place…", "Wrong speaker…"):
        verdicts.get_by_role("button", name=name).click()
    assert widest(page) == 0
    for shown in verdicts.locator("button:visible, input").all():
        box = shown.bounding_box()
        assert box
        assert 0 <= box["x"] <= box["x"] + box["width"] <= width
