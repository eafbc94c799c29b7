"""The source files as they are on disk now: what quotes and gold are checked against."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from index import read
from index.errors import SourceError
from index.types import Document, Span
from rag.render import quote_record
from rag.types import Claim
from rag.verify import Gate

# The canonical text of these is the file itself, so it is decoded here, not by Pincite's loaders,
# unless it is in a legacy encoding.
PLAIN: Final = frozenset({".txt", ".text", ".md", ".markdown"})
# Of a rendered quote, what people read instead of its exact text, or beside it.
SHOWN: Final = (
    "display",
    "locator",
    "section",
    "page",
    "page_label",
    "speakers",
    "reported",
    "notes",
    "oddities",
)


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
        self._documents: dict[str, Document | str] = {}

    def texts(self) -> dict[str, str]:
        """The canonical texts of all files that can be read, by document."""
        found = ((path, self._source(path)) for path in self._files)
        return {path: source.text for path, source in found if isinstance(source, Source)}

    def pages(self) -> dict[str, int]:
        """The last page with text, by position in the file, of all documents that have pages."""
        paged = [path for path, file in self._files.items() if file.suffix.lower() not in PLAIN]
        found = {path: _last_page(self._document(path)) for path in paged}
        return {path: page for path, page in found.items() if page}

    def fault(self, quote: Mapping[str, Any]) -> str | None:
        """What is wrong with a rendered quote; None when it is `text[start:end]` of its source, and
        what is shown of it follows from the source."""
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
        return self._shown_wrong(quote)

    def _shown_wrong(self, quote: Mapping[str, Any]) -> str | None:
        """What is shown of a quote and is not as the gate makes it of the source, if anything."""
        path, span = quote["document"], Span(quote["start"], quote["end"])
        document = self._document(path)
        if isinstance(document, str):
            return document
        again = Gate({path: document}.get).quote(Claim(path, span, 0.0))
        if again is None:
            return f"{path} has no quote at {span.start}..{span.end}"
        right = quote_record(0, again)
        wrong = [name for name in SHOWN if name not in quote or quote[name] != right[name]]
        if not wrong:
            return None
        return f"{', '.join(wrong)} not as {path} has it at {span.start}..{span.end}"

    def _source(self, path: str) -> Source | str:
        """The source, or why it cannot be read."""
        if path not in self._read:
            self._read[path] = self._load(path)
        return self._read[path]

    def _load(self, path: str) -> Source | str:
        file = self._files.get(path)
        if file is None:
            return f"there is no source {path}"
        if file.suffix.lower() in PLAIN:
            try:
                data = file.read_bytes()
                return Source(data.decode("utf-8"), hashlib.sha256(data).hexdigest())
            except OSError as error:
                return f"{file} cannot be read: {error}"
            except UnicodeDecodeError:
                pass
        document = self._document(path)
        return document if isinstance(document, str) else Source(document.text, document.sha256)

    def _document(self, path: str) -> Document | str:
        """The source with its blocks, as Pincite's loaders read it, or why it cannot be read."""
        if path not in self._documents:
            file = self._files[path]
            try:
                self._documents[path] = read.load(read.read_bytes(file), file, path)
            except SourceError as error:
                self._documents[path] = f"{file} cannot be read: {error}"
        return self._documents[path]


def in_folder(folder: Path) -> dict[str, Path]:
    """The files of a folder by their path in it, hidden ones left out."""
    files = (file for file in sorted(folder.rglob("*")) if file.is_file())
    paths = {file.relative_to(folder).as_posix(): file for file in files}
    return {path: file for path, file in paths.items() if not path.startswith(".")}


def _last_page(document: Document | str) -> int:
    if isinstance(document, str):
        return 0
    return max((block.place.sheet or 0 for block in document.blocks), default=0)
