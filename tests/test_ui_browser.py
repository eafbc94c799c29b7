"""The interface as a person uses it, in a real browser, over a small index."""

import json
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Locator, Page, Request, expect

from index.snapshot import Library
from index.store import DocumentSummary, writing
from index.tokens import load_encoding
from index.types import Document, Hit
from index.update import Updater, make_settings
from rag.assistant import Assistant
from rag.read import SimilarityReader
from rag.render import REASONS
from rag.types import Answer, Notice, Reason, Verdict
from tests import chromium as debian
from tests.fakes import FakeEmbedder
from tests.test_ui_desk import Recorder
from ui.app import serving
from ui.desk import Asked
from ui.screenshots import ask, chromium, free_port
from ui.verdicts import Keep, keeping_in

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(debian.find() is None, reason=debian.ADVICE),
]

HOSTILE = (
    '<img src=x onerror="window.hacked=1"><script>window.hacked=2</script> ${window.hacked=3} '
    "{{constructor}} `${window.hacked=4}` \\u003cimg src=//evil.example/x.png\\u003e"
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


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Library:
    return make_library(tmp_path_factory.mktemp("full"), SOURCES)


def make_library(folder: Path, sources: dict[str, str]) -> Library:
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


@pytest.fixture(scope="module")
def serve() -> Iterator[Callable[..., str]]:
    with ExitStack() as stack:

        def open_server(assistant: Asked, keep: Keep | None = None) -> str:
            return stack.enter_context(serving(assistant, free_port(), keep))

        yield open_server


@pytest.fixture(scope="module")
def answering(library: Library, serve: Callable[[Asked], str]) -> str:
    return serve(Assistant(library, SimilarityReader(), threshold=0.0))


@pytest.fixture(scope="module")
def refusing(library: Library, serve: Callable[[Asked], str]) -> str:
    return serve(Assistant(library, SimilarityReader(), threshold=1.0))


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as browser:
        yield browser


@pytest.fixture
def visit(browser: Browser) -> Iterator[Callable[..., Page]]:
    """Opens a page in a session of its own; at the end, none may have asked another machine for
    anything, run a source's code or reported an error."""
    requests: list[Request] = []
    trouble: list[str] = []

    with ExitStack() as stack:

        def open_page(address: str, width: int = 1280) -> Page:
            context = browser.new_context(viewport={"width": width, "height": 800})
            stack.callback(context.close)
            context.set_default_timeout(10_000)
            page = context.new_page()
            context.on("request", lambda request: requests.append(request))  # noqa: PLW0108 - no builtins
            page.on("websocket", lambda socket: trouble.append(socket.url))
            page.on("dialog", lambda dialog: trouble.append(dialog.message))
            page.on("pageerror", lambda error: trouble.append(str(error)))
            page.on("console", lambda line: trouble.append(line.text) if _is_bad(line) else None)
            page.goto(address)
            page.locator(".pc-list-open, .pc-list-notice:visible").first.wait_for(state="attached")
            return page

        yield open_page
    assert requests
    elsewhere = {each.url for each in requests if not each.url.startswith("http://127.0.0.1:")}
    assert not elsewhere
    assert not trouble


def _is_bad(line: Any) -> bool:
    return line.type == "error" and "500 (Internal Server Error)" not in line.text


def asked(page: Page, question: str) -> dict[str, Any]:
    """The answer to a question as the server's JSON, once the page shows it."""
    with page.expect_response(lambda response: "component_server" in response.url) as caught:
        ask(page, question)
    answer = caught.value.json()["answer"]
    assert isinstance(answer, dict)
    return answer


def marked(page: Page) -> str:
    """The text of the page's only mark."""
    page.locator("mark").wait_for()
    assert page.locator("mark").count() == 1
    return str(page.locator("mark").evaluate("mark => mark.textContent"))


def has_focus(locator: Locator) -> bool:
    return bool(locator.evaluate("element => element === document.activeElement"))


def inside(page: Page, inner: str, outer: str) -> bool:
    boxes = page.locator(inner).bounding_box(), page.locator(outer).bounding_box()
    assert boxes[0]
    assert boxes[1]
    top, bottom = boxes[1]["y"], boxes[1]["y"] + boxes[1]["height"]
    return top <= boxes[0]["y"] <= boxes[0]["y"] + boxes[0]["height"] <= bottom


def widest(page: Page) -> int:
    """By how many pixels anything at all scrolls sideways."""
    return int(
        page.evaluate(
            "() => Math.max(...[...document.querySelectorAll("
            "'html, .pc, .pc-scroll, .pc-text, .pc-library')]"
            ".map(each => each.scrollWidth - each.clientWidth))"
        )
    )


def test_a_citation_opens_the_source_at_the_quote(
    answering: str, visit: Callable[..., Page]
) -> None:
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
def test_every_quote_is_marked_exactly(
    answering: str, visit: Callable[..., Page], width: int
) -> None:
    page = visit(answering, width)
    for question in (LIGHT, GUNWALE, BISCUIT):
        answer = asked(page, question)
        assert answer["quotes"]
        for number, quote in enumerate(answer["quotes"]):
            page.locator(".pc-turn").last.locator(".pc-quote > .pc-cite").nth(number).click()
            assert marked(page) == quote["text"]
            page.keyboard.press("Escape")


def test_offsets_behind_astral_characters_and_over_line_breaks(
    answering: str, visit: Callable[..., Page]
) -> None:
    page = visit(answering)
    text = asked(page, GUNWALE)["quotes"][0]["text"]
    assert "\U0001f6a2 painted\r\nthe gunwale green \U0001d5ba yesterday." in text
    page.locator(".pc-cite").first.click()
    assert marked(page) == text


def test_it_works_by_keyboard_alone(answering: str, visit: Callable[..., Page]) -> None:
    page = visit(answering)
    assert has_focus(page.locator(".pc-question"))
    page.keyboard.type(LIGHT)
    page.keyboard.press("Enter")
    page.locator(".pc-quote").first.wait_for()
    cite = page.locator(".pc-turn .pc-cite").last
    page.keyboard.press("Shift+Tab")
    assert has_focus(cite)
    for key in ("Enter", "Space"):
        page.keyboard.press(key)
        marked(page)
        assert has_focus(page.locator("mark"))
        page.keyboard.press("Escape")
        assert not page.locator(".pc-source").is_visible()
        assert has_focus(cite)


def test_a_sheet_keeps_the_focus_and_gives_it_back(
    answering: str, visit: Callable[..., Page]
) -> None:
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
    answering: str, visit: Callable[..., Page], width: int
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


def test_a_follow_up_shows_what_was_searched(answering: str, visit: Callable[..., Page]) -> None:
    page = visit(answering)
    asked(page, LIGHT)
    assert page.locator(".pc-searched").count() == 0
    asked(page, "And the steward?")
    searched = LIGHT.replace("mate", "steward")
    assert page.locator(".pc-searched").inner_text() == f"Searched for: {searched}"


def test_a_new_conversation_forgets_the_old_one(answering: str, visit: Callable[..., Page]) -> None:
    page = visit(answering)
    asked(page, LIGHT)
    page.locator(".pc-new").click()
    assert page.locator(".pc-turn").count() == 0
    assert asked(page, "And the steward?")["standalone_question"] == "And the steward?"


def test_two_browsers_hold_two_conversations(answering: str, visit: Callable[..., Page]) -> None:
    first, second = visit(answering), visit(answering)
    asked(first, LIGHT)
    assert second.locator(".pc-turn").count() == 0
    assert asked(second, "And the steward?")["standalone_question"] == "And the steward?"
    assert first.locator(".pc-turn").count() == 1


def test_not_found_is_said_and_shown_apart(refusing: str, visit: Callable[..., Page]) -> None:
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
    library: Library, serve: Callable[[Asked], str], visit: Callable[..., Page]
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
    assert page.locator(".pc-also").all_inner_texts() == ["Position A", "Position B"]


def test_a_hostile_source_stays_text(answering: str, visit: Callable[..., Page]) -> None:
    page = visit(answering)
    assert asked(page, BISCUIT)["quotes"][0]["document"] == "hostile<b>name.md"
    page.locator(".pc-cite").first.click()
    assert "<script>" in marked(page)
    page.wait_for_timeout(200)
    assert page.evaluate("() => window.hacked") is None
    assert page.locator(".pc img, .pc script, .pc b").count() == 0
    assert "onerror" in page.locator(".pc-source-title").inner_text()


def test_a_hostile_question_stays_text(refusing: str, visit: Callable[..., Page]) -> None:
    page = visit(refusing)
    asked(page, HOSTILE)
    assert page.locator(".pc-asked").inner_text() == HOSTILE
    assert page.evaluate("() => window.hacked") is None


def test_the_sources_are_listed_and_open_from_the_start(
    answering: str, visit: Callable[..., Page]
) -> None:
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


def test_only_the_sources_that_are_ticked_are_searched(
    answering: str, visit: Callable[..., Page]
) -> None:
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


def test_no_question_is_not_a_turn(answering: str, visit: Callable[..., Page]) -> None:
    page = visit(answering)
    page.locator(".pc-ask").click()
    expect(page.locator(".pc-hint")).to_have_text("There is no question to answer.")
    page.locator(".pc-question").fill("?!")
    page.keyboard.press("Enter")
    expect(page.locator(".pc-turn")).to_have_count(0)


def test_an_empty_index_says_how_to_fill_it(
    tmp_path: Path, serve: Callable[[Asked], str], visit: Callable[..., Page]
) -> None:
    library = make_library(tmp_path, {})
    page = visit(serve(Assistant(library, SimilarityReader(), threshold=0.0)))
    notice = "There are no sources in this index yet."
    assert page.locator(".pc-list-notice").inner_text() == notice
    assert "pincite index FOLDER" in page.locator(".pc-empty").inner_text()
    assert asked(page, LIGHT)["heading"] == notice
    assert page.locator(".pc-refusal").inner_text() == notice


class Slow(Recorder):
    """Waits with its answer until it is let go."""

    def __init__(self) -> None:
        super().__init__()
        self.go = threading.Event()

    def ask(self, question: str, history: list[str], documents: list[str]) -> Answer:
        self.go.wait(10)
        return super().ask(question, history, documents)


class Broken(Recorder):
    """Fails in a way that nobody foresaw."""

    def ask(self, question: str, history: list[str], documents: list[str]) -> Answer:
        raise RuntimeError("secret detail")

    def sources(self) -> list[DocumentSummary]:
        return [DocumentSummary("gone.txt", "/", "ab" * 32, "Gone", "utf-8", 1, 1)]

    def document(self, path: str) -> Document | None:
        return None


def test_a_search_under_way_is_shown(
    serve: Callable[[Asked], str], visit: Callable[..., Page]
) -> None:
    slow = Slow()
    page = visit(serve(slow))
    page.locator(".pc-question").fill(LIGHT)
    page.keyboard.press("Enter")
    expect(page.locator(".pc-pending")).to_have_text("Searching…")
    assert page.locator(".pc-status").inner_text() == "Searching…"
    page.locator(".pc-question").fill("Another?")
    page.keyboard.press("Enter")
    slow.go.set()
    expect(page.locator(".pc-refusal")).to_have_count(1)
    assert slow.asked == [(LIGHT, [], [])]
    assert page.locator(".pc-question").input_value() == "Another?"


def test_an_error_is_told_in_words(
    serve: Callable[[Asked], str], visit: Callable[..., Page]
) -> None:
    page = visit(serve(Broken()))
    ask(page, LIGHT)
    message = page.locator(".pc-error").inner_text()
    assert message.startswith("Something went wrong, and there is no answer.")
    assert "secret" not in page.content()
    assert page.locator(".pc-question").input_value() == LIGHT
    page.locator(".pc-list-open").click()
    expect(page.locator(".pc-text .pc-error")).to_have_text(
        "gone.txt is no longer in the index. Ask the question again."
    )
    page.keyboard.press("Escape")
    page.locator(".pc-question").fill("break")


def test_what_the_user_can_mend_is_said(
    serve: Callable[[Asked], str], visit: Callable[..., Page]
) -> None:
    page = visit(serve(Recorder()))
    ask(page, "break")
    assert page.locator(".pc-error").inner_text() == "the index is gone. Make it again."


@pytest.fixture
def cases(tmp_path: Path) -> Path:
    return tmp_path / "cases.jsonl"


@pytest.fixture
def judging(library: Library, cases: Path, serve: Callable[..., str]) -> str:
    return serve(Assistant(library, SimilarityReader(), threshold=0.0), keeping_in(cases))


def choices(page: Page, number: int) -> Locator:
    """The verdicts on a quote, which its button has unfolded."""
    page.get_by_role("button", name=f"Judge this citation (quote {number})").click()
    return page.get_by_role("group", name=f"Your verdict on quote {number}")


def lines(file: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in file.read_text("utf-8").splitlines()]


def places(quotes: Sequence[dict[str, Any]]) -> list[tuple[str, int, int]]:
    return [(each["document"], each["start"], each["end"]) for each in quotes]


def test_verdicts_become_a_case(judging: str, cases: Path, visit: Callable[..., Page]) -> None:
    page = visit(judging)
    answer = asked(page, LIGHT)
    first = choices(page, 1)
    first.get_by_role("button", name="Supports (quote 1)").click()
    told = f"Kept as an eval case in {cases}"
    expect(first.locator(".pc-verdict-note")).to_have_text(told)
    expect(page.locator(".pc-status")).to_have_text(f"Quote 1: {told}")
    expect(first.get_by_role("button", pressed=True)).to_have_text("Supports (quote 1)")
    second = choices(page, 2)
    second.get_by_role("button", name="Wrong speaker…").click()
    second.get_by_label("Whose words they are").fill("Morris, quoted by Hale")
    page.keyboard.press("Enter")
    expect(second.locator(".pc-verdict-note")).to_have_text(told)
    expect(second.get_by_role("button", pressed=True)).to_have_text("Wrong speaker… (quote 2)")
    (case,) = lines(cases)
    assert (case["question"], case["answerable"], case["kind"]) == (LIGHT, True, "attribution")
    gold = [(each["doc"], each["start"], each["end"]) for each in case["gold"]]
    assert gold == places(answer["quotes"][:2])
    assert [each["text"] for each in case["gold"]] == [
        each["text"] for each in answer["quotes"][:2]
    ]
    assert case["gold"][1]["stance"] == "Morris, quoted by Hale"


def test_a_verdict_that_contradicts_another_is_not_kept(
    judging: str, cases: Path, visit: Callable[..., Page]
) -> None:
    page = visit(judging)
    asked(page, LIGHT)
    verdicts = choices(page, 1)
    verdicts.get_by_role("button", name="Supports (quote 1)").click()
    expect(verdicts.locator(".pc-verdict-note")).to_contain_text("Kept")
    kept = cases.read_text("utf-8")
    verdicts.get_by_role("button", name="Does not support").click()
    expect(verdicts.locator(".pc-warning")).to_contain_text("contradicts one that the file has")
    expect(verdicts.get_by_role("button", pressed=True)).to_have_text("Supports (quote 1)")
    page.get_by_role("button", name="Should have said: not found").click()
    note = page.locator(".pc-answer-judgement .pc-verdict-note")
    expect(note).to_contain_text("contradicts one that the file has")
    assert page.locator(".pc-status").inner_text() == f"The answer: {note.inner_text()}"
    assert cases.read_text("utf-8") == kept


def test_what_was_typed_outlives_an_error(
    judging: str, cases: Path, visit: Callable[..., Page]
) -> None:
    page = visit(judging)
    asked(page, LIGHT)
    verdicts = choices(page, 1)
    verdicts.get_by_role("button", name="Wrong place…").click()
    field = verdicts.get_by_label("The right place (quote 1)")
    assert has_focus(field)
    page.keyboard.press("Enter")
    expect(verdicts.locator(".pc-warning")).to_contain_text("the right one has to be given")
    cases.mkdir()
    field.fill("¶9")
    verdicts.get_by_role("button", name="Keep").click()
    expect(verdicts.locator(".pc-warning")).to_contain_text("cannot be")
    assert field.input_value() == "¶9"
    cases.rmdir()
    verdicts.get_by_role("button", name="Keep").click()
    expect(verdicts.locator(".pc-verdict-note")).to_contain_text("Kept")
    assert lines(cases)[0]["gold"][0]["locator"] == "¶9"


def test_a_follow_up_is_judged_as_it_was_searched(
    judging: str, cases: Path, visit: Callable[..., Page]
) -> None:
    page = visit(judging)
    asked(page, LIGHT)
    answer = asked(page, "And the steward?")
    page.get_by_role("button", name="Should have said: not found").last.click()
    expect(page.locator(".pc-verdict-note").last).to_contain_text("Kept")
    (case,) = lines(cases)
    assert case["question"] == answer["standalone_question"] != "And the steward?"
    assert not case["answerable"]


def test_verdicts_are_given_by_keyboard_alone(
    judging: str, cases: Path, visit: Callable[..., Page]
) -> None:
    page = visit(judging)
    asked(page, LIGHT)
    page.locator(".pc-judge").first.focus()
    page.keyboard.press("Enter")
    for _ in range(4):
        page.keyboard.press("Tab")
    page.keyboard.press("Space")
    page.keyboard.type("Pyke")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator(".pc-verdict-note").first).to_contain_text("Kept")
    assert lines(cases)[0]["gold"][0]["stance"] == "Pyke"


@pytest.mark.parametrize("width", [390, 320])
def test_verdicts_fit_on_a_narrow_screen(
    judging: str, visit: Callable[..., Page], width: int
) -> None:
    page = visit(judging, width)
    asked(page, BISCUIT)
    verdicts = choices(page, 1)
    for name in ("Wrong place…", "Wrong speaker…"):
        verdicts.get_by_role("button", name=name).click()
    verdicts.get_by_role("button", name="Supports (quote 1)").click()
    expect(verdicts.locator(".pc-verdict-note")).to_contain_text("Kept")
    assert widest(page) == 0
    for shown in verdicts.locator("button, input").all():
        box = shown.bounding_box()
        assert box
        assert 0 <= box["x"] <= box["x"] + box["width"] <= width


def test_no_verdict_is_asked_for_where_none_can_be_kept(
    answering: str,
    library: Library,
    cases: Path,
    serve: Callable[..., str],
    visit: Callable[..., Page],
) -> None:
    buttons = ".pc-judge, .pc-verdict"
    page = visit(answering)
    asked(page, LIGHT)
    assert page.locator(buttons).count() == 0
    refusing = serve(Assistant(library, SimilarityReader(), threshold=1.0), keeping_in(cases))
    page = visit(refusing)
    asked(page, LIGHT)
    assert page.locator(buttons).count() == 0
