"""The source files as they are on disk now: what quotes and gold are checked against."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from index import read
from index.errors import SourceError

# The canonical text of these is the file itself, so it is decoded here, not by Pincite's loaders,
# unless it is in a legacy encoding.
PLAIN: Final = frozenset({".txt", ".text", ".md", ".markdown"})


@dataclass(frozen=True, slots=True)
class Source:
    """A file's canonical text, and the SHA-256 of its bytes."""

    text: str
    sha256: str


class Sources:
    """Reads each file once, from disk and not from the index."""

    def __init__(self, files: Mapping[str, Path]) -> None:
        self._files = files
        self._read: dict[str, Source | str] = {}

    def texts(self) -> dict[str, str]:
        """The canonical texts of all files that can be read, by document."""
        found = ((path, self._source(path)) for path in self._files)
        return {path: source.text for path, source in found if isinstance(source, Source)}

    def fault(self, quote: Mapping[str, Any]) -> str | None:
        """What is wrong with a rendered quote; None when it is `text[start:end]` of its source."""
        source = self._source(quote["document"])
        if isinstance(source, str):
            return source
        if quote["sha256"] != source.sha256:
            return f"{quote['document']} has changed since it was indexed (its SHA-256 differs)"
        start, end = quote["start"], quote["end"]
        if not 0 <= start < end <= len(source.text):
            return f"{start}..{end} is no range of {quote['document']}"
        if quote["text"] != source.text[start:end]:
            return f"the text is not what {quote['document']} has at {start}..{end}"
        return None

    def _source(self, path: str) -> Source | str:
        """The source, or why it cannot be read."""
        if path not in self._read:
            file = self._files.get(path)
            self._read[path] = _load(file) if file else f"there is no source {path}"
        return self._read[path]


def in_folder(folder: Path) -> dict[str, Path]:
    """The files of a folder by their path in it, hidden ones left out."""
    files = (file for file in sorted(folder.rglob("*")) if file.is_file())
    paths = {file.relative_to(folder).as_posix(): file for file in files}
    return {path: file for path, file in paths.items() if not path.startswith(".")}


def _load(file: Path) -> Source | str:
    try:
        data = file.read_bytes()
        text = _plain(data) if file.suffix.lower() in PLAIN else None
        if text is None:
            text = read.load(data, file, file.name).text
    except (OSError, SourceError) as error:
        return f"{file} cannot be read: {error}"
    return Source(text, hashlib.sha256(data).hexdigest())


def _plain(data: bytes) -> str | None:
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return None
