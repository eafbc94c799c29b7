"""Files to documents: every reason to refuse a file, and what is kept of those that are taken."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path
from typing import NoReturn

import pytest

from index import read
from index.errors import SourceError
from index.types import Block, BlockKind, Place, Span
from tests.files import Text, archive, docx, epub, paragraph, pdf


def refused(file: Path) -> str:
    with pytest.raises(SourceError) as caught:
        read.read_bytes(file)
    return str(caught.value)


# What is refused


@pytest.mark.parametrize("data", [b"", b" \r\n\t\x0c"])
def test_an_empty_file(data: bytes, tmp_path: Path) -> None:
    file = tmp_path / "a.txt"
    file.write_bytes(data)
    assert refused(file) == "empty: there is nothing to quote"


def test_a_folder_and_other_things_that_are_no_files(tmp_path: Path) -> None:
    (tmp_path / "a.txt").mkdir()
    os.mkfifo(tmp_path / "b.txt")
    assert refused(tmp_path / "a.txt") == "not a regular file"
    assert refused(tmp_path / "b.txt") == "not a regular file"


@pytest.mark.parametrize(
    ("name", "ending"),
    [("a.odt", "files ending in .odt"), ("README", "files without an ending")],
)
def test_an_unknown_ending(name: str, ending: str, tmp_path: Path) -> None:
    (tmp_path / name).write_text("It rained.", encoding="utf-8")
    message = refused(tmp_path / name)
    assert message.startswith(f"{ending} are not supported; known: .txt, .text, .md, .markdown")


def test_a_file_that_is_too_large(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(read, "LARGEST_FILE", 2_000_000)
    file = tmp_path / "a.txt"
    file.write_bytes(b"a" * 2_000_000)
    assert len(read.read_bytes(file)) == 2_000_000
    file.write_bytes(b"a" * 3_000_000)
    assert refused(file) == "3 MB, more than the 2 MB that one source may have; split it"


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    assert refused(tmp_path / "a.txt") == "cannot be read: No such file or directory"


def test_a_link_to_itself(tmp_path: Path) -> None:
    (tmp_path / "a.txt").symlink_to(tmp_path / "a.txt")
    assert refused(tmp_path / "a.txt") == "cannot be read: Too many levels of symbolic links"


def test_a_file_that_may_not_be_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(_: Path) -> NoReturn:
        raise PermissionError(13, "Permission denied")

    (tmp_path / "a.txt").write_text("It rained.", encoding="utf-8")
    monkeypatch.setattr(Path, "read_bytes", refuse)
    assert refused(tmp_path / "a.txt") == "cannot be read: Permission denied"


PDF = pdf([[Text(50, 700, "It rained.")]])
DOCX = docx(paragraph("It rained."))
EPUB = epub(["<p>It rained.</p>"])
HTML = b"<!DOCTYPE html><p>It rained.</p>"


@pytest.mark.parametrize(
    ("data", "name", "message"),
    [
        (PDF, "a.txt", "PDF, although its name ends in .txt; rename or convert it"),
        (PDF, "a.html", "PDF, although its name ends in .html; rename or convert it"),
        (HTML, "a.DOCX", "HTML, although its name ends in .docx; rename or convert it"),
        (
            b"\xef\xbb\xbf <html>",
            "a.md",
            "HTML, although its name ends in .md; rename or convert it",
        ),
        (DOCX, "a.pdf", "DOCX, although its name ends in .pdf; rename or convert it"),
        (EPUB, "a.docx", "EPUB, although its name ends in .docx; rename or convert it"),
        (archive({"a": "b"}), "a.epub", "a zip archive, although its name ends in .epub"),
        (archive({"xl/workbook.xml": "b"}), "a.docx", "an Excel file, although its name ends"),
        (b"{\\rtf1 It rained.}", "a.docx", "RTF, although its name ends in .docx"),
        (
            b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
            "a.docx",
            "an old or encrypted Office file, although",
        ),
        (b"\x89PNG\r\n", "a.pdf", "a picture, although its name ends in .pdf"),
        (b"It rained.", "a.pdf", "not PDF, although its name ends in .pdf"),
        (b"It rained.", "a.docx", "not DOCX, although its name ends in .docx"),
        (b"It rained.", "a.epub", "not EPUB, although its name ends in .epub"),
    ],
)
def test_another_format_than_the_ending_says(data: bytes, name: str, message: str) -> None:
    with pytest.raises(SourceError) as caught:
        read.load(data, Path(name), name)
    assert str(caught.value).startswith(message)


# What is taken


def test_a_document_knows_its_bytes() -> None:
    data = "\ufeffThe Winter\r\n\r\nIt rained.\r\n".encode()
    document = read.load(data, Path("folder/a.TXT"), "folder/a.TXT")
    assert document.path == "folder/a.TXT"
    assert document.sha256 == hashlib.sha256(data).hexdigest()
    assert document.size == len(data) == 29
    assert (document.title, document.encoding) == ("The Winter", "utf-8")


def test_a_byte_order_mark_counts_in_offsets() -> None:
    document = read.load(b"\xef\xbb\xbfIt rained.", Path("a.txt"), "a.txt")
    assert document.text == "\ufeffIt rained."
    assert document.blocks == (Block(BlockKind.PARAGRAPH, Span(0, 11), Place()),)


@pytest.mark.parametrize("name", ["a.txt", "a.TEXT", "a.md", "a.Markdown"])
def test_endings_are_known_in_any_case(name: str) -> None:
    assert read.load(b"It rained.", Path(name), name).text == "It rained."


@pytest.mark.parametrize(
    ("data", "name", "encoding"),
    [
        (PDF, "a.pdf", "pdf"),
        (DOCX, "a.docx", "docx"),
        (EPUB, "a.epub", "epub"),
        (HTML, "a.html", "utf-8"),
        (HTML, "a.htm", "utf-8"),
        (HTML, "a.xhtml", "utf-8"),
        ("It rained.".encode("utf-16-le"), "a.md", "utf-16 (detected)"),
    ],
)
def test_every_format_is_read(data: bytes, name: str, encoding: str) -> None:
    document = read.load(data, Path(name), name)
    assert (document.text, document.encoding) == ("It rained.", encoding)
    assert [block.span for block in document.blocks] == [Span(0, 10)]


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("The Winter\n\nIt rained.", "The Winter"),
        ("* * *\n\nThe Winter\n\nIt rained.", "The Winter"),
        ("It rained.\n\nThe Winter\n\nIt snowed.", "file.v2"),
        ("* * *", "file.v2"),
    ],
)
def test_the_title_is_a_heading_at_the_top_or_the_name_of_the_file(text: str, title: str) -> None:
    assert read.load(text.encode(), Path("x/file.v2.txt"), "x/file.v2.txt").title == title
