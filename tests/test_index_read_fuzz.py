"""Whatever a file holds, it becomes a document whose offsets are right, or one file's error."""

from __future__ import annotations

from pathlib import Path
from unittest.mock import patch

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index import read
from index.errors import SourceError
from index.read.isolation import completed
from index.reading import heal
from index.types import Document
from tests.files import Text, docx, epub, paragraph, pdf

NOTE = '<w:r><w:footnoteReference w:id="2"/></w:r>'
PAGE = """<!DOCTYPE html><title>Rain</title><h1>The Winter</h1>
<p>It rained<sup><a href="#n" id="r">1</a></sup> all day, 10<sup>6</sup> drops.<br>And so on.</p>
<ol><li>It snowed.<li>It hailed.</ol><blockquote>He said <q>so</q>.</blockquote>
<table><tr><td>a<td>1<tr><td>b<td>2</table><p id="n"><a href="#r">1</a> See One.</p>"""
MARKDOWN = """# Winter\n\nIt rained[^1].\n\n[^1]: See *One*.\n\n- It snowed.\n\n> It hailed.
\n| a | b |\n|---|---|\n| 1 | 2 |\n"""
FILES = {
    ".txt": b"The Winter\n\n1. It rained.\n2. It snowed, was regis-\ntered.\n\nPage 4\n",
    ".md": MARKDOWN.encode(),
    ".html": PAGE.encode(),
    ".xhtml": b'<?xml version="1.0"?><html><body><p>It rained&nbsp;all day.</p></body></html>',
    ".epub": epub([PAGE.partition("</title>")[2], "<p>It snowed.</p>"]),
    ".pdf": pdf(
        [[Text(50, 700, "The Winter", 20), Text(50, 650, "It rained."), Text(300, 30, "4")]]
    ),
    ".docx": docx(
        paragraph("It rained", inside=NOTE),
        notes=f'<w:footnote w:id="2">{paragraph("See One.")}</w:footnote>',
    ),
}
# These do not crash a process, and are tried here by the hundred.
HARMLESS = [".txt", ".md", ".html", ".xhtml", ".epub"]
# The others may.
APART = patch.object(read, "completed", completed)


def attempt(data: bytes, ending: str) -> Document | None:
    """The document, with everything that points into its text checked; None for a named error."""
    try:
        document = read.load(data, Path(f"a{ending}"), f"a{ending}")
    except SourceError:
        return None
    for block in document.blocks:
        assert 0 <= block.span.start < block.span.end <= len(document.text)
        assert all(block.span.start <= hole.start for hole in block.holes)
        assert all(hole.end <= block.span.end for hole in block.holes)
        reading = heal(document.text, block.span, block.holes)
        pairs = [
            (said, document.text[at]) for said, at in zip(reading.text, reading.origin, strict=True)
        ]
        assert all(said == there or (said == " " and there.isspace()) for said, there in pairs)
        assert list(reading.origin) == sorted(set(reading.origin))
    for reference in document.references:
        assert all(span.end <= len(document.text) for span in (reference.at, *reference.notes))
    document.text.encode()
    return document


def mutated(data: bytes) -> st.SearchStrategy[bytes]:
    """The file with some bytes changed, some of it cut out, or some repeated."""
    at = st.integers(0, len(data))
    change = st.tuples(
        at, at, st.binary(max_size=4) | st.sampled_from([b"<", b"&", b"\x00", b"[^1]"])
    )

    def apply(changes: list[tuple[int, int, bytes]]) -> bytes:
        out = data
        for start, end, new in changes:
            kept = out[end:] if abs(end - start) < 40 else out[start:]
            out = out[:start] + new + kept
        return out

    return st.lists(change, min_size=1, max_size=4).map(apply)


@pytest.mark.parametrize("ending", FILES)
def test_the_files_themselves_are_read(ending: str) -> None:
    with APART:
        document = attempt(FILES[ending], ending)
    assert document is not None
    assert "It rained" in document.text


@pytest.mark.parametrize("ending", HARMLESS)
@given(data=st.data())
def test_damaged_files(ending: str, data: st.DataObject) -> None:
    attempt(data.draw(mutated(FILES[ending])), ending)


@pytest.mark.parametrize("ending", [".pdf", ".docx"])
@settings(max_examples=8)
@given(data=st.data())
def test_damaged_files_in_a_process_of_their_own(ending: str, data: st.DataObject) -> None:
    with APART:
        attempt(data.draw(mutated(FILES[ending])), ending)


@pytest.mark.parametrize("ending", HARMLESS)
@given(data=st.binary(max_size=300))
def test_random_bytes(ending: str, data: bytes) -> None:
    attempt(data, ending)


@pytest.mark.parametrize(
    ("ending", "start"), [(".pdf", b"%PDF-1.7\n"), (".docx", b"PK\x03\x04word/document.xml")]
)
@settings(max_examples=4)
@given(data=st.binary(max_size=300))
def test_random_bytes_in_a_process_of_their_own(ending: str, start: bytes, data: bytes) -> None:
    with APART:
        assert attempt(start + data, ending) is None


@given(
    st.lists(
        st.sampled_from(["<p>", "</p>", "<table>", "</table>", "<tr>", "<td>", "<ol>", "</ol>"])
        | st.sampled_from(["<li>", "<h1>", "</h1>", "<sup>", "</sup>", "<q>", "<pre>", "<nav>"])
        | st.sampled_from(['<a href="#a">1</a>', '<p id="a">', '<a id="a" href="#b">', "<br>", "1"])
        | st.sampled_from(
            ["It rained.", " x ", "<blockquote>", "</blockquote>", "<caption>", "&#0;"]
        ),
        max_size=40,
    )
)
def test_any_order_of_tags(parts: list[str]) -> None:
    document = attempt("".join(parts).encode(), ".html")
    assert document is None or document.text.count("rained") == parts.count("It rained.")
