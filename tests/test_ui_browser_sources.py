"""Sources in the browser: listed, chosen, added by file and folder, removed; each owner's own."""

import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from index.snapshot import Library
from rag.config import Config
from rag.indexing import drop, take_in
from tests.files import Text, docx, epub, paragraph, pdf
from tests.patience import PATIENCE
from tests.room import (
    HOSTILE,
    LIGHT,
    SOURCES,
    Visit,
    answering_from,
    asked,
    has_focus,
    make_library,
    marked,
    needs_chromium,
)
from ui.jobs import Changes

pytestmark = needs_chromium

SAID = "The {} kept a parrot in the {} cabin for a year."
UPLOADS: dict[str, bytes] = {
    "gunner.txt": SAID.format("gunner", "forward").encode(),
    "purser.md": f"# Purser\n\n{SAID.format('purser', 'upper')}\n".encode(),
    "surgeon.html": f"<h1>Surgeon</h1><p>{SAID.format('surgeon', 'lower')}</p>".encode(),
    "cook.pdf": pdf([[Text(50, 700, SAID.format("cook", "after"))]]),
    "sailmaker.docx": docx(paragraph(SAID.format("sailmaker", "port"))),
    "cooper.epub": epub([f"<p>{SAID.format('cooper', 'starboard')}</p>"]),
}


@pytest.fixture
def index(tmp_path: Path) -> Library:
    return make_library(tmp_path, SOURCES)


@pytest.fixture
def changing(tmp_path: Path, index: Library, serve: Callable[..., str]) -> str:
    config = replace(Config(), index=tmp_path / "index")
    assistant = answering_from(index)
    changes = Changes(
        take_in=lambda folder, report: take_in(folder, config, index.embedder, report),
        drop=lambda path: drop(path, config),
        sources=lambda sees: assistant.sources(sees=sees),
    )
    return serve(assistant, changes=changes)


def add(page: Page, *files: Path) -> None:
    """Add files as a person does, and wait until they are in."""
    page.locator(".pc-file-input").set_input_files(files)
    page.locator(".pc-job-told", has_text="Added: ").wait_for()


def titles(page: Page) -> list[str]:
    return page.locator(".pc-list-title").all_inner_texts()


def test_a_file_of_each_format_is_added_and_quoted(
    changing: str, visit: Visit, tmp_path: Path
) -> None:
    for name, data in UPLOADS.items():
        (tmp_path / name).write_bytes(data)
    page = visit(changing)
    add(page, *(tmp_path / name for name in UPLOADS))
    expect(page.locator(".pc-count")).to_have_text(str(3 + len(UPLOADS)))
    for name in UPLOADS:
        who = name.partition(".")[0]
        quote = asked(page, f"What did the {who} keep?")["quotes"][0]
        assert quote["document"].endswith(f"/{name}")
        assert f"The {who} kept a parrot" in quote["display"]
        page.locator(".pc-turn").last.locator(".pc-cite").first.click()
        assert marked(page) == quote["text"]
        expect(page.locator(".pc-verified")).to_contain_text("Verified against")
        page.keyboard.press("Escape")


def test_a_folder_is_added_with_its_subfolders(changing: str, visit: Visit, tmp_path: Path) -> None:
    for name, text in (("ship/a/gunner.txt", "gunner.txt"), ("ship/purser.md", "purser.md")):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes(UPLOADS[text])
    page = visit(changing)
    page.locator(".pc-folder-input").set_input_files(tmp_path / "ship")
    expect(page.locator(".pc-count")).to_have_text("5")
    quote = asked(page, "What did the gunner keep?")["quotes"][0]
    assert quote["document"].endswith("/ship/a/gunner.txt")


def test_each_file_that_fails_says_why(changing: str, visit: Visit, tmp_path: Path) -> None:
    files = {
        "good.txt": UPLOADS["gunner.txt"],
        "scan.pdf": pdf([[]]),
        "empty.txt": b"",
        "program.exe": b"MZ",
        "not.docx": b"PK but no",
    }
    for name, data in files.items():
        (tmp_path / name).write_bytes(data)
    page = visit(changing)
    add(page, *(tmp_path / name for name in files))
    expect(page.locator(".pc-count")).to_have_text("4")
    failures = page.locator(".pc-job-failure")
    expect(failures).to_have_count(4)
    told = "\n".join(failures.all_inner_texts())
    for name in set(files) - {"good.txt"}:
        assert f"{name}: " in told
    assert "a scan" in told


def test_an_upload_is_removed_with_its_file(changing: str, visit: Visit, tmp_path: Path) -> None:
    file = tmp_path / "gunner.txt"
    file.write_bytes(UPLOADS["gunner.txt"])
    page = visit(changing)
    add(page, file)
    remove = page.get_by_role("button", name="Remove gunner")
    remove.hover()
    remove.click()
    page.locator(".pc-remove[data-sure]").click()
    expect(page.locator(".pc-count")).to_have_text("3")
    assert "parrot" not in str(asked(page, "What did the gunner keep?")["quotes"])
    assert file.exists()


def test_two_browsers_do_not_see_each_others_uploads(
    changing: str, visit: Visit, tmp_path: Path
) -> None:
    file = tmp_path / "gunner.txt"
    file.write_bytes(UPLOADS["gunner.txt"])
    first, second = visit(changing), visit(changing)
    add(first, file)
    second.reload()
    expect(second.locator(".pc-count")).to_have_text("3")
    assert "parrot" not in str(asked(second, "What did the gunner keep?"))
    assert "parrot" in str(asked(first, "What did the gunner keep?"))


def test_a_hostile_upload_stays_text(changing: str, visit: Visit, tmp_path: Path) -> None:
    text = f"# {HOSTILE}\n\nThe stoker hid a hatchet {HOSTILE} in the bunker.\n"
    page = visit(changing)
    # The name as a browser would send it: a file system here may not take it.
    page.locator(".pc-file-input").set_input_files(
        {"name": "<b>x${1}.html", "mimeType": "text/html", "buffer": text.encode()}
    )
    page.locator(".pc-job-told", has_text="Added: ").wait_for()
    asked(page, "Where did the stoker hide a hatchet?")
    page.locator(".pc-cite").first.click()
    marked(page)
    page.wait_for_timeout(200)
    assert page.evaluate("() => window.hacked") is None
    assert page.locator(".pc script, .pc b:not(.pc-error b), .pc img").count() == 0


def test_the_list_tells_what_is_known_and_is_filtered(
    tmp_path: Path, serve: Callable[..., str], visit: Visit
) -> None:
    sources = {f"{number}.txt": f"The {number}th man sang.\n" for number in range(12)}
    sources["keeper.txt"] = "FORTY WINTERS\n\nby Anna Reed\n\nThe lamp was lit every night.\n"
    page = visit(serve(answering_from(make_library(tmp_path, sources))))
    keeper = page.locator(".pc-list-item", has_text="FORTY WINTERS")
    assert keeper.locator(".pc-list-facts").inner_text() == "Anna Reed · 1 passage"
    page.locator(".pc-list-filter").fill("winters")
    expect(page.locator(".pc-list-item:visible")).to_have_count(1)
    page.locator(".pc-list-filter").fill("")
    expect(page.locator(".pc-list-item:visible")).to_have_count(13)


def test_the_page_is_usable_before_the_model_is_loaded(
    index: Library, serve: Callable[..., str], visit: Visit
) -> None:
    loaded = threading.Event()
    page = visit(serve(answering_from(index), load=lambda: loaded.wait(PATIENCE)))
    expect(page.locator(".pc-readiness")).to_have_text("Loading the model")
    page.locator(".pc-list-open").first.click()
    page.locator(".pc-block").first.wait_for()
    page.keyboard.press("Escape")
    loaded.set()
    expect(page.locator(".pc-readiness")).to_be_hidden()
    assert asked(page, LIGHT)["quotes"]


def test_a_file_that_is_refused_while_the_model_loads_stays_told(
    tmp_path: Path, index: Library, serve: Callable[..., str], visit: Visit
) -> None:
    loaded = threading.Event()
    page = visit(serve(answering_from(index), load=lambda: loaded.wait(PATIENCE)))
    (tmp_path / "program.exe").write_bytes(b"MZ")
    page.locator(".pc-file-input").set_input_files(tmp_path / "program.exe")
    failure = page.locator(".pc-job-failure")
    expect(failure).to_contain_text("program.exe")
    page.wait_for_timeout(1200)
    loaded.set()
    expect(page.locator(".pc-readiness")).to_be_hidden()
    expect(failure).to_have_count(1)


def test_examples_come_with_what_is_added(changing: str, visit: Visit, tmp_path: Path) -> None:
    page = visit(changing)
    page.locator(".pc[data-examples]").wait_for()
    text = "The stokers of the ship were kept below by the engineer until noon. " * 10
    (tmp_path / "log.md").write_text(f"# Log\n\n## Keeping the stokers below\n\n{text}\n")
    add(page, tmp_path / "log.md")
    expect(page.locator(".pc-example")).to_contain_text(["Keeping the stokers below"])


def test_a_model_that_cannot_be_loaded_is_told(
    index: Library, serve: Callable[..., str], visit: Visit
) -> None:
    def fail() -> None:
        raise OSError("no such model")

    page = visit(serve(answering_from(index), load=fail))
    expect(page.locator(".pc-readiness.pc-warning")).to_have_text("no such model")


def test_examples_come_from_the_sources_and_are_asked(
    tmp_path: Path, serve: Callable[..., str], visit: Visit
) -> None:
    text = "The anchors of the ship were cleared at one in the morning by the men. " * 10
    sources = {"log.md": f"# Log\n\n## Clearing the anchors\n\n{text}\n"}
    page = visit(serve(answering_from(make_library(tmp_path, sources))))
    example = page.locator(".pc-example")
    expect(example).to_have_text(["What is said about Clearing the anchors?"])
    example.click()
    expect(page.locator(".pc-asked")).to_have_text(["What is said about Clearing the anchors?"])
    page.locator(".pc-quotes").wait_for()


def test_an_empty_room_says_what_to_do(
    tmp_path: Path, serve: Callable[..., str], visit: Visit
) -> None:
    page = visit(serve(answering_from(make_library(tmp_path, {}))))
    notice = "There are no sources in this index yet."
    assert page.locator(".pc-list-notice").inner_text() == notice
    assert "Add files or a folder" in page.locator(".pc-empty").inner_text()
    assert asked(page, LIGHT)["heading"] == notice
    assert page.locator(".pc-refusal").inner_text() == notice


def test_sources_are_reached_by_keyboard(changing: str, visit: Visit) -> None:
    page = visit(changing)
    page.locator(".pc-list-open").first.focus()
    page.keyboard.press("Enter")
    page.locator(".pc-block").first.wait_for()
    page.keyboard.press("Escape")
    assert has_focus(page.locator(".pc-list-open").first)
