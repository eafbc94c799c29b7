"""Checking a citation in the browser: the source at the quote, and the proof of it."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from index.snapshot import Library
from index.types import Hit
from rag.assistant import Assistant
from rag.read import SimilarityReader
from rag.types import Verdict
from tests.files import Text, pdf
from tests.room import Visit, answering_from, asked, has_focus, make_library, marked, needs_chromium
from ui.browser import open_quote

pytestmark = needs_chromium

LOG = """THE LOG OF THE PERDITA

FIRST WATCH

  1. The mate logged that the lamp upon the head-
land was not lit at eleven.[1]

  2. The carpenter sounded the well by the light of a lantern and found two feet of water in
the hold, and he told the master of it before the ship struck.

SECOND WATCH

  3. The boatswain swore that the anchor was let go at midnight.[2]

NOTES

[1] The rough log has: twelve.

[2] He swore so twice.
"""
COPY = """A REPRINT OF THE LOG

The carpenter sounded the well by the light of a lantern and found no water in the hold, and he
told the master of it before the ship struck. It was printed by a friend.
"""
LAMP = "What did the mate log of the lamp?"
WELL = "What did the carpenter find in the well?"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("log")


@pytest.fixture(scope="module")
def log(folder: Path) -> Library:
    sources = {"log.txt": LOG, "reprint.txt": COPY}
    (folder / "sources").mkdir()
    pages = [
        [Text(50, 700, "The survey of the harbour was made in the spring.")],
        [Text(50, 700, "The gunner counted nine brass cannon on the quay.")],
    ]
    (folder / "sources" / "survey.pdf").write_bytes(pdf(pages))
    return make_library(folder, sources)


@pytest.fixture(scope="module")
def address(log: Library, serve: Callable[..., str]) -> str:
    return serve(answering_from(log))


def opened(page: Page, question: str, document: str) -> dict[str, object]:
    """Ask, and open the source of the first quote of a document."""
    answer = asked(page, question)
    quote = next(each for each in answer["quotes"] if each["document"] == document)
    page.locator(f".pc-quote > .pc-cite[data-number='{quote['number']}']").last.click()
    assert marked(page) == quote["text"]
    return dict(quote)


def test_the_source_tells_where_the_quote_stands(address: str, visit: Visit) -> None:
    page = visit(address)
    opened(page, WELL, "log.txt")
    assert page.locator(".pc-source-title").inner_text() == "THE LOG OF THE PERDITA"
    assert page.locator(".pc-source-pin").inner_text() == "¶2"
    assert page.locator(".pc-source-section").inner_text() == "FIRST WATCH"


def test_the_passages_before_and_after_are_a_step_away(address: str, visit: Visit) -> None:
    page = visit(address)
    opened(page, WELL, "log.txt")
    page.locator(".pc-next").click()
    expect(page.locator(".pc-source-pin")).to_contain_text("¶3")
    assert "boatswain" in marked(page)
    page.keyboard.press("[")
    expect(page.locator(".pc-source-pin")).to_have_text("¶2")
    page.keyboard.press("[")
    expect(page.locator(".pc-source-pin")).to_contain_text("¶1")
    page.keyboard.press("]")
    expect(page.locator(".pc-source-pin")).to_have_text("¶2")


def test_notes_are_followed_there_and_back(address: str, visit: Visit) -> None:
    page = visit(address)
    opened(page, LAMP, "log.txt")
    page.locator(".pc-text").get_by_role("button", name="Note 1").click()
    expect(page.locator(".pc-source-pin")).to_have_text("n. 1")
    assert marked(page).strip().endswith("The rough log has: twelve.")
    page.locator(".pc-cited-at .pc-note-link").first.click()
    expect(page.locator(".pc-source-pin")).to_contain_text("¶1")
    assert marked(page) == "[1]"
    page.locator(".pc-exact-open").click()
    page.locator(".pc-slice-exact").wait_for()
    assert page.locator(".pc-slice .pc-error").count() == 0
    page.keyboard.press("Escape")
    page.locator(".pc-also .pc-cite", has_text="n. 1").first.click()
    expect(page.locator(".pc-source-pin")).to_have_text("n. 1")


def test_every_healing_is_shown_on_demand(address: str, visit: Visit) -> None:
    page = visit(address)
    quote = opened(page, LAMP, "log.txt")
    page.locator(".pc-exact-open").click()
    exact = page.locator(".pc-slice-exact")
    exact.wait_for()
    assert exact.evaluate("each => each.textContent") == quote["text"]
    assert page.locator(".pc-slice-shown").evaluate("each => each.textContent") == quote["display"]
    assert "head-\nland" in str(quote["text"])
    assert "headland" in str(quote["display"])
    assert page.locator(".pc-healed").count() > 0
    assert page.locator(".pc-healings").inner_text().startswith("Healed: ")
    page.locator(".pc-exact-open").click()
    expect(exact).to_be_hidden()


def test_the_file_is_verified_now_and_red_when_it_has_changed(
    tmp_path: Path, serve: Callable[..., str], visit: Visit
) -> None:
    address = serve(answering_from(make_library(tmp_path, {"log.txt": LOG})))
    file = tmp_path / "sources" / "log.txt"
    page = visit(address)
    opened(page, WELL, "log.txt")
    told = page.locator(".pc-verified")
    expect(told).to_contain_text(f"Verified against {file} (SHA-256 ")
    expect(told).not_to_have_class("pc-warning")
    page.keyboard.press("Escape")
    file.write_text(LOG.replace("two feet", "ten feet"))
    open_quote(page)
    expect(told).to_contain_text("has changed since it was indexed")
    assert "pc-warning" in (told.get_attribute("class") or "")
    page.keyboard.press("Escape")
    file.unlink()
    open_quote(page)
    expect(told).to_contain_text("is no longer there")


def test_a_witness_is_compared_word_by_word(address: str, visit: Visit) -> None:
    page = visit(address)
    asked(page, WELL)
    copies = page.get_by_role("button", name="1 copy, which differs")
    copies.first.click()
    page.get_by_role("button", name="Compare").first.click()
    compared = page.locator(".pc-compared-words")
    expect(compared).to_have_count(2)
    assert "sounded the well" in compared.nth(0).inner_text()
    changed = page.locator(".pc-changed").all_inner_texts()
    assert {"two feet of", "no"} <= set(changed)


def test_a_copy_opens_at_its_own_place(address: str, visit: Visit) -> None:
    page = visit(address)
    asked(page, WELL)
    page.get_by_role("button", name="1 copy, which differs").first.click()
    page.locator(".pc-witnesses .pc-cite").first.click()
    assert "sounded the well" in marked(page)


def test_the_page_of_a_pdf_is_shown_with_the_quote_outlined(address: str, visit: Visit) -> None:
    page = visit(address)
    opened(page, "How many brass cannon did the gunner count?", "survey.pdf")
    image = page.locator(".pc-picture-image")
    image.wait_for()
    assert image.count() == 1
    assert image.evaluate("each => each.complete && each.naturalWidth > 0")
    assert page.locator(".pc-picture-told").inner_text() == "p. 2"
    outer, inner = image.bounding_box(), page.locator(".pc-picture-box").first.bounding_box()
    assert outer
    assert inner
    assert outer["x"] < inner["x"] < inner["x"] + inner["width"] < outer["x"] + outer["width"]
    # The line stands 100 points under the upper edge of a page of 800.
    assert 0.08 < (inner["y"] - outer["y"]) / outer["height"] < 0.13
    page.keyboard.press("Escape")
    opened(page, WELL, "log.txt")
    expect(page.locator(".pc-pictures")).to_be_hidden()


def test_sides_that_disagree_stand_side_by_side(
    log: Library, serve: Callable[..., str], visit: Visit
) -> None:
    class Divided(SimilarityReader):
        def read(self, question: str, hits: Sequence[Hit]) -> Verdict:
            verdict = super().read(question, hits)
            claims = [
                replace(claim, score=1.0, position=position)
                for claim, position in zip(verdict.claims, "XYX", strict=False)
            ]
            return Verdict(tuple(claims), 0.8)

    page = visit(serve(Assistant(log, Divided(), threshold=0.0)))
    answer = asked(page, LAMP)
    assert [each["name"] for each in answer["positions"]] == ["A", "B"]
    sides = page.locator(".pc-position")
    assert sides.count() == 2
    boxes = [side.bounding_box() for side in sides.all()]
    assert boxes[0]
    assert boxes[1]
    assert boxes[0]["y"] == boxes[1]["y"]
    assert boxes[0]["x"] + boxes[0]["width"] <= boxes[1]["x"]
    for side, position in zip(sides.all(), answer["positions"], strict=True):
        assert side.locator(".pc-voices li").all_inner_texts() == position["voices"]
        numbers = side.locator(".pc-chip").all_inner_texts()
        assert [int(number) for number in numbers] == position["numbers"]
    assert answer["disagreement"] in page.locator(".pc-answer").inner_text()
    expect(page.locator(".pc-sureness")).to_have_text("likely an answer (80 %)")


def test_a_number_opens_the_quote_with_it(address: str, visit: Visit) -> None:
    page = visit(address)
    answer = asked(page, WELL)
    assert len(answer["quotes"]) > 1
    for number in ("2", "1"):
        page.keyboard.press(number)
        assert marked(page) == answer["quotes"][int(number) - 1]["text"]
        current = page.locator(".pc-cite[aria-current]")
        assert current.get_attribute("data-number") == number
    page.keyboard.press("Escape")
    assert has_focus(page.locator(".pc-cite[data-number='1']"))


def test_a_number_that_is_typed_into_the_question_opens_nothing(address: str, visit: Visit) -> None:
    page = visit(address)
    asked(page, WELL)
    page.keyboard.press("/")
    assert has_focus(page.locator(".pc-question"))
    page.keyboard.type("1887?")
    assert page.locator(".pc-question").input_value() == "1887?"
    assert not page.locator(".pc-source").is_visible()


def test_a_long_source_opens_at_the_quote_and_stays_there(
    tmp_path: Path, serve: Callable[..., str], visit: Visit
) -> None:
    """Most of it is laid out when it is looked at, which must not move what is looked at now."""
    long = [
        f"{number}. {'The wind was fair. ' * (number % 9)}It was calm." for number in range(400)
    ]
    long[200] = "The steward hid the key of the spirit room in a boot."
    sources = {"long.txt": "\n\n".join(long) + "\n"}
    page = visit(serve(answering_from(make_library(tmp_path, sources))))
    # Not every browser keeps what is looked at in its place by itself.
    page.add_style_tag(content=".pc .pc-text { overflow-anchor: none }")
    asked(page, "Where did the steward hide the key?")
    open_quote(page)
    top = page.locator(".pc-mark").bounding_box()
    text = page.locator(".pc-text")
    assert text.evaluate("(text) => text.querySelectorAll('.pc-far').length") > 300
    # Until all that is seen has been laid out, and a while longer.
    page.evaluate("() => new Promise((done) => setTimeout(done, 300))")
    assert top
    assert page.locator(".pc-mark").bounding_box() == top
    seen = text.bounding_box()
    assert seen
    assert seen["y"] < top["y"] < seen["y"] + seen["height"] / 2
    page.locator(".pc-block").first.scroll_into_view_if_needed()
    expect(page.locator(".pc-block").first).to_be_in_viewport()
