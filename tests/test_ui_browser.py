"""The interface as a person uses it, in a real browser: questions, quotes, refusals, errors."""

import threading
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from index.snapshot import Library
from index.store import DocumentSummary
from index.types import Document, Hit
from rag.assistant import Assistant
from rag.read import SimilarityReader
from rag.render import REASONS
from rag.types import Answer, Notice, Reason, Stage, Verdict
from tests.patience import PATIENCE
from tests.recorder import Recorder
from tests.room import (
    BISCUIT,
    GUNWALE,
    HOSTILE,
    LIGHT,
    SOURCES,
    Visit,
    asked,
    has_focus,
    marked,
    needs_chromium,
    widest,
)
from ui.browser import ask

pytestmark = needs_chromium


def inside(page: Page, inner: str, outer: str) -> bool:
    boxes = page.locator(inner).bounding_box(), page.locator(outer).bounding_box()
    assert boxes[0]
    assert boxes[1]
    top, bottom = boxes[1]["y"], boxes[1]["y"] + boxes[1]["height"]
    return top <= boxes[0]["y"] <= boxes[0]["y"] + boxes[0]["height"] <= bottom


def test_a_citation_opens_the_source_at_the_quote(answering: str, visit: Visit) -> None:
    page = visit(answering)
    answer = asked(page, LIGHT)
    first = answer["quotes"][0]
    assert "single white light" in first["text"]
    assert page.locator(".pc-words").first.inner_text() == first["display"]
    assert page.locator(".pc-pin").first.inner_text() == "inquest.txt, ¶1"
    page.locator(".pc-cite").first.click()
    assert marked(page) == first["text"]
    assert has_focus(page.locator("mark"))
    assert inside(page, "mark", ".pc-text")
    assert page.locator(".pc-source-title").inner_text() == "REPORT OF THE INQUEST"
    assert page.locator(".pc-source-place").inner_text() == "inquest.txt · ¶1"


@pytest.mark.parametrize("width", [1280, 390])
def test_every_quote_is_marked_exactly(answering: str, visit: Visit, width: int) -> None:
    page = visit(answering, width)
    for question in (LIGHT, GUNWALE, BISCUIT):
        answer = asked(page, question)
        assert answer["quotes"]
        for number, quote in enumerate(answer["quotes"]):
            page.locator(".pc-turn").last.locator(".pc-quote > .pc-cite").nth(number).click()
            assert marked(page) == quote["text"]
            page.keyboard.press("Escape")


def test_offsets_behind_astral_characters_and_over_line_breaks(
    answering: str, visit: Visit
) -> None:
    page = visit(answering)
    text = asked(page, GUNWALE)["quotes"][0]["text"]
    assert "\U0001f6a2 painted\r\nthe gunwale green \U0001d5ba yesterday." in text
    page.locator(".pc-cite").first.click()
    assert marked(page) == text


def test_it_works_by_keyboard_alone(answering: str, visit: Visit) -> None:
    page = visit(answering)
    assert has_focus(page.locator(".pc-question"))
    page.keyboard.type(LIGHT)
    page.keyboard.press("Enter")
    page.locator(".pc-quote").first.wait_for()
    cite = page.locator(".pc-turn .pc-cite").first
    assert has_focus(page.locator(".pc-asked"))
    page.keyboard.press("Tab")
    assert has_focus(cite)
    for key in ("Enter", "Space"):
        page.keyboard.press(key)
        marked(page)
        assert has_focus(page.locator("mark"))
        page.keyboard.press("Escape")
        assert not page.locator(".pc-source").is_visible()
        assert has_focus(cite)


def test_a_sheet_keeps_the_focus_and_gives_it_back(answering: str, visit: Visit) -> None:
    page = visit(answering, 390)
    asked(page, LIGHT)
    cite = page.locator(".pc-cite").first
    cite.focus()
    page.keyboard.press("Enter")
    marked(page)
    box = page.locator(".pc-source").bounding_box()
    assert box
    assert (box["x"], box["width"]) == (0, 390)
    assert page.locator(".pc-source").evaluate("sheet => sheet.matches(':modal')")
    page.locator(".pc-close").click()
    assert has_focus(cite)


@pytest.mark.parametrize("width", [390, 320])
def test_nothing_scrolls_sideways_on_a_narrow_screen(
    answering: str, visit: Visit, width: int
) -> None:
    page = visit(answering, width)
    assert widest(page) == 0
    asked(page, BISCUIT)
    assert widest(page) == 0
    page.locator(".pc-cite").first.click()
    marked(page)
    assert widest(page) == 0
    page.keyboard.press("Escape")
    page.locator(".pc-show-list").click()
    expect(page.locator(".pc-library")).to_be_visible()
    assert widest(page) == 0


def test_a_follow_up_shows_what_was_searched(answering: str, visit: Visit) -> None:
    page = visit(answering)
    asked(page, LIGHT)
    assert page.locator(".pc-searched").count() == 0
    asked(page, "And the steward?")
    searched = LIGHT.replace("mate", "steward")
    assert page.locator(".pc-searched").inner_text() == f"Searched for: {searched}"


def test_a_new_conversation_forgets_the_old_one(answering: str, visit: Visit) -> None:
    page = visit(answering)
    asked(page, LIGHT)
    page.locator(".pc-new").click()
    assert page.locator(".pc-turn").count() == 0
    assert asked(page, "And the steward?")["standalone_question"] == "And the steward?"


def test_two_browsers_hold_two_conversations(answering: str, visit: Visit) -> None:
    first, second = visit(answering), visit(answering)
    asked(first, LIGHT)
    assert second.locator(".pc-turn").count() == 0
    assert asked(second, "And the steward?")["standalone_question"] == "And the steward?"
    assert first.locator(".pc-turn").count() == 1


def test_not_found_is_said_and_shown_apart(refusing: str, visit: Visit) -> None:
    page = visit(refusing)
    answer = asked(page, LIGHT)
    assert answer["reason"] == "not_answered"
    assert page.locator(".pc-refusal").inner_text() == REASONS[Reason.NOT_ANSWERED]
    assert page.locator(".pc-status").inner_text() == REASONS[Reason.NOT_ANSWERED]
    assert page.locator(".pc-framing").inner_text() == answer["nearest_heading"]
    assert page.locator(".pc-quotes, .pc-chip").count() == 0
    page.locator(".pc-nearest .pc-cite").first.click()
    assert marked(page) == answer["nearest"][0]["text"]


def test_a_notice_stands_above_the_quotes_and_positions_below(
    library: Library, serve: Callable[..., str], visit: Visit
) -> None:
    class Noticed(SimilarityReader):
        def read(self, question: str, hits: Sequence[Hit]) -> Verdict:
            verdict = super().read(question, hits)
            first, second = (
                replace(claim, score=1.0, position=position)
                for claim, position in zip(verdict.claims, "XY", strict=False)
            )
            return Verdict((first, second), 1.0, Notice.MODEL_TIMED_OUT)

    page = visit(serve(Assistant(library, Noticed(), threshold=0.0)))
    answer = asked(page, LIGHT)
    assert page.locator(".pc-notice").inner_text() == Notice.MODEL_TIMED_OUT.value
    assert [quote["position"] for quote in answer["quotes"]] == ["A", "B"]
    assert page.locator(".pc-position-name").all_inner_texts() == ["Position A", "Position B"]


def test_a_hostile_source_stays_text(answering: str, visit: Visit) -> None:
    page = visit(answering)
    assert asked(page, BISCUIT)["quotes"][0]["document"] == "hostile<b>name.md"
    page.locator(".pc-cite").first.click()
    marked(page)
    assert "<script>" in page.locator(".pc-text").inner_text()
    page.wait_for_timeout(200)
    assert page.evaluate("() => window.hacked") is None
    assert page.locator(".pc img, .pc script, .pc b").count() == 0
    assert "onerror" in page.locator(".pc-source-title").inner_text()
    # What would turn the words around is shown by its code, and is in the text all the same.
    for part in (".pc-text", ".pc-source-title", ".pc-list"):
        turning = page.locator(f"{part} .pc-turning")
        assert turning.first.get_attribute("data-code") == "U+202E"
    assert "\u202ereversed\u202c" in str(page.locator(".pc-text").evaluate("e => e.textContent"))


def test_a_hostile_question_stays_text(refusing: str, visit: Visit) -> None:
    page = visit(refusing)
    asked(page, HOSTILE)
    assert page.locator(".pc-asked").evaluate("heading => heading.textContent") == HOSTILE
    assert page.locator(".pc-asked .pc-turning").count() == 2
    assert page.evaluate("() => window.hacked") is None


def test_the_sources_are_listed_and_open_from_the_start(answering: str, visit: Visit) -> None:
    page = visit(answering)
    assert page.locator(".pc-count").inner_text() == "3"
    assert page.locator(".pc-list-path").all_inner_texts() == sorted(SOURCES)
    entry = page.locator(".pc-list-open").filter(has_text="inquest.txt")
    entry.click()
    page.locator(".pc-block").first.wait_for()
    assert page.locator("mark").count() == 0
    assert page.locator(".pc-block").all_inner_texts()[0] == "REPORT OF THE INQUEST"
    page.keyboard.press("Escape")
    assert has_focus(entry)


def test_only_the_sources_that_are_ticked_are_searched(answering: str, visit: Visit) -> None:
    page = visit(answering)
    page.get_by_label("Search in Signals").check()
    answer = asked(page, LIGHT)
    assert {quote["document"] for quote in answer["quotes"]} == {"letters/emoji.md"}
    assert answer["scope"] == ["letters/emoji.md"]
    shown = page.locator(".pc-searched").inner_text()
    assert shown.startswith("Searched only in: Signals")
    page.get_by_label("Search in Signals").uncheck()
    answer = asked(page, LIGHT)
    assert (answer["scope"], answer["quotes"][0]["document"]) == ([], "inquest.txt")


def test_keys_work_where_a_source_was_ticked(answering: str, visit: Visit) -> None:
    page = visit(answering)
    asked(page, LIGHT)
    page.get_by_label("Search in REPORT OF THE INQUEST").check()
    page.keyboard.press("1")
    marked(page)
    page.keyboard.press("Escape")
    page.get_by_label("Search in REPORT OF THE INQUEST").focus()
    page.keyboard.press("/")
    assert has_focus(page.locator(".pc-question"))


def test_a_hint_goes_with_the_next_answer(answering: str, visit: Visit) -> None:
    page = visit(answering)
    hint = page.locator(".pc-hint")
    before = hint.inner_text()
    page.locator(".pc-ask").click()
    expect(hint).to_have_text("There is no question to answer.")
    asked(page, LIGHT)
    expect(hint).to_have_text(before)


def test_no_question_is_not_a_turn(answering: str, visit: Visit) -> None:
    page = visit(answering)
    page.locator(".pc-ask").click()
    expect(page.locator(".pc-hint")).to_have_text("There is no question to answer.")
    page.locator(".pc-question").fill("?!")
    page.keyboard.press("Enter")
    expect(page.locator(".pc-turn")).to_have_count(0)


class Slow(Recorder):
    """Waits with its answer until it is let go."""

    def __init__(self) -> None:
        super().__init__()
        self.go = threading.Event()

    def ask(
        self, question: str, history: list[str], documents: list[str], **others: object
    ) -> Answer:
        self.go.wait(PATIENCE)
        return super().ask(question, history, documents)


class Broken(Recorder):
    """Fails in a way that nobody foresaw."""

    def ask(
        self, question: str, history: list[str], documents: list[str], **others: object
    ) -> Answer:
        raise RuntimeError("secret detail")

    def sources(self, **others: object) -> list[DocumentSummary]:
        return [DocumentSummary("gone.txt", "/", "ab" * 32, "Gone", "utf-8", 1, 1)]

    def document(self, path: str, **others: object) -> Document | None:
        return None


def test_a_search_under_way_is_shown(serve: Callable[..., str], visit: Visit) -> None:
    slow = Slow()
    page = visit(serve(slow))
    page.locator(".pc-question").fill(LIGHT)
    page.keyboard.press("Enter")
    expect(page.locator(".pc-pending")).to_have_text("Asking…")
    assert page.locator(".pc-status").inner_text() == "Asking…"
    page.locator(".pc-question").fill("Another?")
    page.keyboard.press("Enter")
    slow.go.set()
    expect(page.locator(".pc-refusal")).to_have_count(1)
    assert slow.asked == [(LIGHT, [], [])]
    assert page.locator(".pc-question").input_value() == "Another?"


def test_the_stages_are_told_as_they_happen(serve: Callable[..., str], visit: Visit) -> None:
    class Staged(Recorder):
        """Is stopped in each stage."""

        def __init__(self) -> None:
            super().__init__()
            self.go = {stage: threading.Event() for stage in (Stage.WAITING, Stage.READING)}

        def ask(
            self, question: str, history: list[str], documents: list[str], **others: Any
        ) -> Answer:
            for stage, go in self.go.items():
                others["report"](stage)
                go.wait(PATIENCE)
            return super().ask(question, history, documents)

    staged = Staged()
    page = visit(serve(staged))
    page.locator(".pc-question").fill(LIGHT)
    page.keyboard.press("Enter")
    pending = page.locator(".pc-pending")
    expect(pending).to_have_text("Waiting for another question")
    staged.go[Stage.WAITING].set()
    expect(pending).to_have_text("Reading the nearest passages")
    assert page.locator(".pc-status").inner_text() == "Reading the nearest passages"
    staged.go[Stage.READING].set()
    expect(page.locator(".pc-refusal")).to_be_visible()


def test_a_reload_goes_on_waiting_for_the_answer(serve: Callable[..., str], visit: Visit) -> None:
    slow = Slow()
    page = visit(serve(slow))
    page.locator(".pc-question").fill(LIGHT)
    page.keyboard.press("Enter")
    expect(page.locator(".pc-pending")).to_be_visible()
    page.reload()
    expect(page.locator(".pc-turn .pc-asked")).to_have_text(LIGHT)
    expect(page.locator(".pc-pending")).to_be_visible()
    slow.go.set()
    expect(page.locator(".pc-refusal")).to_have_count(1)
    assert slow.asked == [(LIGHT, [], [])]
    assert "#answer=" in page.url


def test_a_question_that_nobody_knows_is_told(answering: str, visit: Visit) -> None:
    page = visit(f"{answering}#question=0123456789abcdef")
    expect(page.locator(".pc-hint")).to_have_text("This question has no answer. Ask it again.")
    ask(page, LIGHT)
    expect(page.locator(".pc-quotes")).to_be_visible()


def test_an_error_is_told_in_words(serve: Callable[..., str], visit: Visit) -> None:
    page = visit(serve(Broken()))
    ask(page, LIGHT)
    message = page.locator(".pc-error").inner_text()
    assert message.startswith("Something went wrong.")
    assert "secret" not in page.content()
    assert page.locator(".pc-question").input_value() == LIGHT
    page.locator(".pc-list-open").click()
    expect(page.locator(".pc-text .pc-error")).to_have_text(
        "gone.txt is no longer in the index. Ask the question again."
    )
    page.keyboard.press("Escape")
    page.locator(".pc-question").fill("break")


def test_what_the_user_can_mend_is_said(serve: Callable[..., str], visit: Visit) -> None:
    page = visit(serve(Recorder()))
    ask(page, "break")
    assert page.locator(".pc-error").inner_text() == "the index is gone. Make it again."


def test_an_answer_that_comes_late_stays_out_of_a_new_conversation(
    serve: Callable[..., str], visit: Visit
) -> None:
    slow = Slow()
    page = visit(serve(slow))
    slow.go.set()
    asked(page, "First?")
    slow.go.clear()
    page.locator(".pc-question").fill("Late?")
    page.keyboard.press("Enter")
    page.locator(".pc-pending").wait_for()
    page.locator(".pc-new").click()
    slow.go.set()
    expect(page.locator(".pc-past-open")).to_contain_text("2 answers")
    assert page.locator(".pc-turn").count() == 0
    asked(page, "Next?")
    assert slow.asked[-1] == ("Next?", [], [])
    assert page.locator(".pc-asked").all_inner_texts() == ["Next?"]
