"""Files to documents: every reason to refuse a file, and what is kept of those that are taken."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path
from typing import NoReturn

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index import read
from index.errors import SourceError
from index.read.text import decode
from index.types import Block, BlockKind, Place, Span


def refused(file: Path) -> str:
    with pytest.raises(SourceError) as caught:
        read.read_bytes(file)
    return str(caught.value)


def not_text(data: bytes) -> str:
    with pytest.raises(SourceError) as caught:
        decode(data)
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
    [("a.docx", "files ending in .docx"), ("README", "files without an ending")],
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


@pytest.mark.parametrize("encoding", ["utf-16", "utf-32"])
def test_utf_16_with_its_mark(encoding: str) -> None:
    assert not_text("It rained.".encode(encoding)) == "encoded in UTF-16; save it as UTF-8"


@pytest.mark.parametrize("data", [b"It\x00rained", "It rained.".encode("utf-16-be")])
def test_zero_bytes(data: bytes) -> None:
    assert not_text(data) == "binary: it holds zero bytes and is no text"


@pytest.mark.parametrize(
    ("data", "where"),
    [
        ("naïve".encode("latin-1"), "byte 0xef at offset 2"),
        (b"caf\xc3", "byte 0xc3 at offset 3"),
        (b"\xed\xa0\x80", "byte 0xed at offset 0"),
    ],
)
def test_other_encodings(data: bytes, where: str) -> None:
    assert not_text(data) == f"not valid UTF-8: {where}; save it as UTF-8"


# What is taken


@given(st.text().filter(lambda text: "\x00" not in text))
def test_canonical_text_is_the_file_unchanged(text: str) -> None:
    assert decode(text.encode()) == text


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
