"""The page is usable by all: no serious finding of axe in any state, keys, widths."""

from typing import Literal

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.room import LIGHT, Visit, asked, has_focus, marked, needs_chromium, widest

pytestmark = needs_chromium


def empty(page: Page) -> None:
    page.locator(".pc-list-open").first.wait_for(state="attached")


def help_sheet(page: Page) -> None:
    page.locator(".pc-scroll").focus()
    page.keyboard.press("?")
    page.locator(".pc-help").wait_for()


def answer(page: Page) -> None:
    page.keyboard.press("Escape")
    asked(page, LIGHT)


def library(page: Page) -> None:
    if page.locator(".pc-show-list").is_visible():
        page.locator(".pc-show-list").click()
    page.locator(".pc-past-item").wait_for()


def tools(page: Page) -> None:
    if page.locator(".pc.pc-listing").count():
        page.locator(".pc-show-list").click()
    page.locator(".pc-judge").first.click()
    page.get_by_role("button", name="Wrong place…").first.click()
    page.get_by_role("button", name="Take it away").click()


def source(page: Page) -> None:
    page.locator(".pc-quote > .pc-cite").first.click()
    marked(page)
    page.locator(".pc-exact-open").click()
    page.locator(".pc-slice-exact").wait_for()
    page.locator(".pc-verified").wait_for()


SCHEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")
# One after the other, on one page.
STATES = (empty, help_sheet, answer, library, tools, source)


@pytest.mark.parametrize("width", [1280, 390])
def test_axe_finds_nothing_serious(answering: str, visit: Visit, width: int) -> None:
    page = visit(answering, width)
    for state in STATES:
        state(page)
        for scheme in SCHEMES:
            page.emulate_media(color_scheme=scheme)
            assert serious(page) == [], (state.__name__, scheme)


def serious(page: Page) -> list[tuple[str, list[str]]]:
    """What axe finds that keeps somebody from using the page: rules, and the elements."""
    found = Axe().run(page, context=".pc").response["violations"]
    return [
        (each["id"], [node["html"] for node in each["nodes"]])
        for each in found
        if each["impact"] in {"serious", "critical"}
    ]


def test_a_refusal_has_nothing_serious(refusing: str, visit: Visit) -> None:
    page = visit(refusing)
    asked(page, LIGHT)
    assert serious(page) == []


def test_the_keys_are_listed_and_closed(answering: str, visit: Visit) -> None:
    page = visit(answering)
    page.locator(".pc-help-open").click()
    sheet = page.get_by_role("dialog", name="Keys")
    expect(sheet).to_be_visible()
    for key in ("/", "Enter", "Esc", "?", "Up"):
        assert key in sheet.inner_text()
    page.keyboard.press("Escape")
    expect(sheet).to_be_hidden()


def test_one_escape_closes_one_sheet(answering: str, visit: Visit) -> None:
    page = visit(answering, 390)
    asked(page, LIGHT)
    page.locator(".pc-cite").first.click()
    marked(page)
    page.keyboard.press("?")
    expect(page.locator(".pc-help")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator(".pc-help")).to_be_hidden()
    expect(page.locator(".pc-source")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator(".pc-source")).to_be_hidden()


def test_a_key_that_is_held_down_is_one_press(answering: str, visit: Visit) -> None:
    page = visit(answering)
    asked(page, LIGHT)
    remove = page.locator(".pc-past-item .pc-remove")
    remove.focus()
    page.keyboard.down("Enter")
    page.keyboard.down("Enter")
    page.keyboard.down("Enter")
    page.keyboard.up("Enter")
    expect(remove).to_have_text("Really?")
    assert page.locator(".pc-past-item").count() == 1


def test_the_arrow_brings_back_earlier_questions(answering: str, visit: Visit) -> None:
    page = visit(answering)
    asked(page, LIGHT)
    asked(page, "And the steward?")
    asked(page, "And the steward?")
    box = page.locator(".pc-question")
    page.keyboard.press("/")
    for key, recalled in (
        ("ArrowUp", "And the steward?"),
        ("ArrowUp", "And the steward?"),
        ("ArrowUp", LIGHT),
        ("ArrowUp", LIGHT),
        ("ArrowDown", "And the steward?"),
        ("ArrowDown", "And the steward?"),
        ("ArrowDown", ""),
    ):
        page.keyboard.press(key)
        assert box.input_value() == recalled


def test_typing_after_an_answer_asks_on(answering: str, visit: Visit) -> None:
    page = visit(answering)
    asked(page, LIGHT)
    assert has_focus(page.locator(".pc-asked"))
    page.keyboard.type("And the steward?")
    assert page.locator(".pc-question").input_value() == "And the steward?"


@pytest.mark.parametrize(
    ("side", "key", "wider"),
    [("left", "ArrowRight", True), ("right", "ArrowLeft", True), ("right", "ArrowRight", False)],
)
def test_the_columns_are_resized_by_keys(
    answering: str, visit: Visit, side: str, key: str, wider: bool
) -> None:
    page = visit(answering)
    asked(page, LIGHT)
    page.keyboard.press("1")
    marked(page)
    column = page.locator(".pc-library" if side == "left" else ".pc-source")
    before = column.bounding_box()
    page.locator(f".pc-grip-{side}").focus()
    page.keyboard.press(key)
    after = column.bounding_box()
    assert before
    assert after
    assert (after["width"] > before["width"]) == wider


def test_the_columns_are_resized_by_dragging(answering: str, visit: Visit) -> None:
    page = visit(answering)
    column = page.locator(".pc-library")
    before, grip = column.bounding_box(), page.locator(".pc-grip-left").bounding_box()
    assert before
    assert grip
    page.mouse.move(grip["x"], 400)
    page.mouse.down()
    page.mouse.move(grip["x"] + 60, 400)
    page.mouse.up()
    after = column.bounding_box()
    assert after
    assert round(after["width"] - before["width"]) == 60


@pytest.mark.parametrize("width", [1280, 320])
def test_nothing_scrolls_sideways(answering: str, visit: Visit, width: int) -> None:
    page = visit(answering, width)
    asked(page, LIGHT)
    for state in (tools, source):
        state(page)
        assert widest(page) == 0
