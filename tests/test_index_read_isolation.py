"""Loaders in a process of their own: whatever a file does is an error of that file."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from index.errors import SourceError
from index.read import complete, isolation, load
from index.read.content import Content, unpack
from index.read.isolation import completed
from index.types import Block, BlockKind, Place, Reference, Span, Speech
from tests.files import Text, docx, paragraph, pdf

RAIN = Text(50, 700, "It rained.")

# Stand-ins for loaders, and what they do to their process.
MISDEEDS = {
    "crashes": "import os, signal\ndef load(data): os.kill(os.getpid(), signal.SIGSEGV)",
    "hangs": "def load(data):\n    while True: pass",
    "sleeps": "import time\ndef load(data): time.sleep(60)",
    "hoards": "def load(data): return bytes(3_000_000_000)",
    "stumbles": "def load(data): raise KeyError('rain')",
    "babbles": "import os\ndef load(data): print('rain'); os._exit(0)",
    "tells": (
        "import resource\ndef load(data): raise KeyError(resource.getrlimit(resource.RLIMIT_CORE))"
    ),
    "scribbles": "import pathlib\ndef load(data): pathlib.Path('a').write_bytes(data)",
    "lies": (
        "import json, os\n"
        "def load(data):\n"
        "    content = ['It rained.', 'x', *json.loads(data)]\n"
        "    print(json.dumps(['found', content]), flush=True)\n"
        "    os._exit(0)\n"
    ),
}


@pytest.fixture(autouse=True)
def loaders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A folder of misbehaving loaders where child processes find them."""
    for name, code in MISDEEDS.items():
        (tmp_path / f"{name}.py").write_text(code, encoding="utf-8")
    (tmp_path / "index").symlink_to(Path(isolation.__file__).resolve().parents[1])
    monkeypatch.setattr(isolation, "_ROOT", tmp_path)


def refused(name: str, data: bytes = b"") -> str:
    with pytest.raises(SourceError) as caught:
        completed(data, name)
    return str(caught.value)


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("crashes", "damaged or hostile: its reader crashed (signal 11) or needed more than 2 GB"),
        ("hangs", "damaged, hostile or too complex: it cannot be read in 2 seconds"),
        ("sleeps", "damaged, hostile or too complex: it cannot be read in 3 seconds"),
        ("hoards", "damaged or hostile: it takes more than 2 GB to read"),
        ("stumbles", "damaged: it cannot be read (KeyError: 'rain')"),
        ("babbles", "damaged or hostile: its reader gave no answer ("),
        ("tells", "damaged: it cannot be read (KeyError: (0, 0))"),
        ("scribbles", "damaged: it cannot be read (OSError: [Errno 27] File too large"),
    ],
)
def test_a_loader_that_misbehaves(
    name: str, message: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # A file that may not be written to may still be made.
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(isolation, "SECONDS", 2)
    # The clock is kept out of what the processor's limit ends, on a busy machine as well.
    monkeypatch.setattr(isolation, "PATIENCE", 1.5 if name == "sleeps" else 90)
    assert refused(name, b"It rained.").startswith(message)


# Blocks, title, author, references and speeches of a text of ten characters.
PLACE: list[object] = [[], None, None, None, None, None, []]
LIES: list[list[object]] = [
    [[["paragraph", 0, 11, PLACE, []]], None, None, [], []],
    [[["paragraph", 0, 10, PLACE, [[9, 11]]]], None, None, [], []],
    [[], None, None, [[0, 11, "1", []]], []],
    [[], None, None, [[0, 1, "1", [[2, 11]]]], []],
    [[], None, None, [], [[0, 11, ["Ann"], False]]],
]


@pytest.mark.parametrize("lie", LIES)
def test_nothing_may_lie_outside_of_the_text(lie: list[object]) -> None:
    message = refused("lies", json.dumps(lie).encode())
    assert message == (
        "damaged or hostile: its reader gave no answer (a part of it lies outside of the text)"
    )


@pytest.mark.parametrize("name", ["a.txt", "a.md"])
@pytest.mark.usefixtures("apart")
def test_what_comes_after_the_loader_has_a_limit_too(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(isolation, "SECONDS", 1)
    monkeypatch.setattr(isolation, "SECONDS_PER_MB", 0)
    monkeypatch.setattr(isolation, "PATIENCE", 180)
    with pytest.raises(SourceError) as caught:
        load(b"He said: 1. " * 60_000, Path(name), name)
    assert str(caught.value) == ("damaged, hostile or too complex: it cannot be read in 1 seconds")


def test_what_the_child_says_comes_back() -> None:
    text = "Дождь\n\nIt rained.¹\n\nAnn Lee said: “So it did.”\n\n1 See One.\n"
    data = text.encode()
    assert completed(data, "index.read.text") == complete.load(data, "index.read.text")
    assert refused("index.read.text", b"\x00") == "binary: it holds zero bytes and is no text"


def test_content_survives_the_journey() -> None:
    place = Place(("A", "B"), "3", "iv", "7", None, 12, ("1", "2"))
    block = Block(BlockKind.NOTE, Span(0, 9), place, (Span(2, 3), Span(4, 6)))
    reference = Reference(Span(2, 3), "1", (Span(4, 6),))
    speech = Speech(Span(0, 9), ("Ann", "Reed"), reported=True)
    content = Content(
        "It rained", "pdf", (block,), "The Winter", "Ann Lee", (reference,), (speech,)
    )
    assert unpack(json.loads(json.dumps(content.pack()))) == content


def test_the_environment_and_the_working_folder_stay_outside(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    work = tmp_path / "work"
    work.mkdir()
    (work / "json.py").write_text("raise SystemExit(7)", encoding="utf-8")
    monkeypatch.chdir(work)
    monkeypatch.setenv("PYTHONPATH", str(work))
    monkeypatch.setenv("PYTHONSTARTUP", str(work / "json.py"))
    assert completed(b"<p>It rained.", "index.read.html").text == "It rained."


def test_the_child_finds_the_package_from_anywhere(tmp_path: Path) -> None:
    code = (
        "from index.read.isolation import completed; print(completed(b'x', 'index.read.text').text)"
    )
    root = Path(isolation.__file__).resolve().parents[2]
    found = subprocess.run(
        [sys.executable, "-c", f"import sys; sys.path.insert(0, {str(root)!r}); {code}"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=True,
    )
    assert found.stdout == "x\n"


# Files that mean harm


def test_a_pdf_with_very_many_objects_is_read() -> None:
    data = pdf([[RAIN]], extra=[b"<< /Rain (It rained.) >>"] * 100_000)
    assert completed(data, "index.read.pdf").text == "It rained."


def test_a_pdf_that_grows_without_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(isolation, "MEMORY", 250_000_000)
    message = refused("index.read.pdf", pdf([[RAIN]], padding=300_000_000))
    assert message.endswith("or needed more than 0.25 GB")


def test_a_word_file_nested_too_deeply() -> None:
    depth = 5000
    cells = "<w:tbl><w:tr><w:tc>" * depth + paragraph("x") + "</w:tc></w:tr></w:tbl>" * depth
    message = refused("index.read.docx", docx(cells))
    assert message.startswith("damaged: it cannot be read (RecursionError: ")
