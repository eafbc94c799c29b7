"""What format a file is in by its own bytes, whatever its name says."""

import re
from pathlib import Path
from typing import Final

from index.errors import SourceError

_ZIP = b"PK\x03\x04"
_STARTS: Final = (
    (b"%PDF-", "PDF"),
    (b"{\\rtf", "RTF"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "an old or encrypted Office file"),
    (b"\x89PNG", "a picture"),
    (b"\xff\xd8\xff", "a picture"),
    (b"GIF8", "a picture"),
    (b"\x1f\x8b", "a gzip archive"),
    (b"7z\xbc\xaf\x27\x1c", "a 7z archive"),
    (b"Rar!", "a RAR archive"),
    (b"\x7fELF", "a program"),
)
# Parts that tell what a zip archive is.
_PARTS: Final = (
    (b"word/document", "DOCX"),
    (b"application/epub+zip", "EPUB"),
    (b"xl/workbook", "an Excel file"),
    (b"ppt/presentation", "a PowerPoint file"),
    (b"application/vnd.oasis.opendocument", "an OpenDocument file"),
)
_HTML = re.compile(
    rb"(?:\xef\xbb\xbf)?\s*(?:<\?xml[^>]{0,200}>\s*)?<(?:!doctype\s+html|html)\b", re.I
)
_EXPECTED: Final = {
    ".pdf": "PDF",
    ".docx": "DOCX",
    ".epub": "EPUB",
    ".html": "HTML",
    ".htm": "HTML",
    ".xhtml": "HTML",
}
# Where a PDF's own mark may stand, by the practice of its readers.
_HEAD = 1024


def check(data: bytes, file: Path) -> None:
    """SourceError when the bytes are of another format than the file's ending says."""
    ending = file.suffix.lower()
    expected = _EXPECTED.get(ending)
    found = _format(data)
    if found == expected or (expected == "PDF" and b"%PDF-" in data[:_HEAD]):
        return
    if found:
        raise SourceError(f"{found}, although its name ends in {ending}; rename or convert it")
    if expected in ("PDF", "DOCX", "EPUB"):
        raise SourceError(f"not {expected}, although its name ends in {ending}")


def _format(data: bytes) -> str | None:
    """The format that the bytes show; None for text and for what nobody knows."""
    for start, name in _STARTS:
        if data.startswith(start):
            return name
    if data.startswith(_ZIP):
        return next((name for part, name in _PARTS if part in data), "a zip archive")
    return "HTML" if _HTML.match(data[:_HEAD]) else None
