"""Check citations against the sources as they are now, whoever wrote them."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

import click

from index import read
from index.errors import PinciteError, SourceError
from index.store import DocumentSummary, open_reading
from index.types import Document, Span
from rag.config import Config
from rag.render import FORMAT, quote_record, visible
from rag.types import Claim
from rag.verify import Gate

# Parts of a citation that follow from its range.
SHOWN = ("display", "locator", "page", "section")


def check_answers(config: Config, answers: Path, sources: Path | None) -> bool:
    """Print what is wrong with the citations of `answers`, if anything; True if nothing is."""
    store = open_reading(config.index)
    try:
        checker = Checker(store.summaries(), sources)
    finally:
        store.close()
    checked = list(checker.check(answers))
    wrong = [item for item in checked if item.problem]
    for item in wrong:
        click.echo(visible(f"{item.answer} [{item.number}] {item.citation}: {item.problem}"))
    click.echo(f"{len(checked)} citations checked, {len(wrong)} wrong.")
    return not wrong


@dataclass(frozen=True, slots=True)
class Checked:
    """One citation and what is wrong with it; `problem` is None when everything agrees."""

    answer: str
    number: int
    citation: str
    problem: str | None


class Checker:
    """Re-reads source files, each once, and compares citations with them."""

    def __init__(self, summaries: Sequence[DocumentSummary], sources: Path | None = None) -> None:
        self._files = {summary.path: summary.file for summary in summaries}
        self._sources = sources
        self._documents: dict[str, Document | str] = {}

    def check(self, answers: Path) -> Iterator[Checked]:
        """Check every citation in a file that `pincite ask --json` or `pincite batch` wrote."""
        for name, record in load_answers(answers):
            for key in ("quotes", "nearest"):
                for number, quote in enumerate(record[key], start=1):
                    yield self._check(name, number, quote)

    def _check(self, name: str, number: int, quote: object) -> Checked:
        if not isinstance(quote, dict):
            return Checked(name, number, "?", "the citation is not a JSON object")
        citation = f"{quote.get('document')}, {quote.get('locator')}"
        return Checked(name, number, citation, self._problem(quote))

    def _problem(self, quote: dict[str, Any]) -> str | None:
        path, start, end = quote.get("document"), quote.get("start"), quote.get("end")
        if not isinstance(path, str):
            return f"document is {path!r}, not a name"
        if not isinstance(start, int) or not isinstance(end, int) or not 0 <= start < end:
            return f"offsets {start!r}..{end!r} are no range"
        document = self._document(path)
        if isinstance(document, str):
            return document
        problems = [_wrong_text(document, Span(start, end), quote.get("text"))]
        if quote.get("sha256") != document.sha256:
            problems.append("the file has changed since (SHA-256 differs)")
        return "; ".join(filter(None, problems)) or _wrong_shown(document, Span(start, end), quote)

    def _document(self, path: str) -> Document | str:
        """The source as it is now, or why it cannot be read."""
        if path not in self._documents:
            self._documents[path] = self._read(path)
        return self._documents[path]

    def _read(self, path: str) -> Document | str:
        file = self._files.get(path)
        if self._sources:
            if not _is_inside(path):
                return "that is no name of a document in the sources"
            file = self._sources / path
        if file is None:
            return "the document is not in the index; name its folder with --sources"
        try:
            return read.load(read.read_bytes(file), file, path)
        except SourceError as error:
            return f"{file}: {error}"


def _is_inside(path: str) -> bool:
    """Whether a document's name stays in the folder that it is looked for in."""
    parts = PurePosixPath(path)
    return path.isprintable() and not parts.is_absolute() and ".." not in parts.parts


def _wrong_text(document: Document, span: Span, text: object) -> str | None:
    if span.end > len(document.text):
        return f"the offsets end at {span.end}, the text at {len(document.text)}"
    if span.of(document.text) != text:
        return "the text differs from the source at these offsets"
    return None


def _wrong_shown(document: Document, span: Span, record: dict[str, Any]) -> str | None:
    """What a reader is shown has to follow from the source as well, not the exact text alone."""
    quote = Gate({document.path: document}.get).quote(Claim(document.path, span, 0.0))
    if quote is None:
        return "no quote: it cuts a word, or lies in a heading, contents or page furniture"
    right = quote_record(0, quote)
    wrong = [key for key in SHOWN if key in record and record[key] != right[key]]
    return f"{', '.join(wrong)} not as in the source" if wrong else None


def load_answers(file: Path) -> Iterator[tuple[str, dict[str, Any]]]:
    """The answers in a JSON or JSON Lines file, with the id or line that they go by."""
    try:
        content = file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise PinciteError(f"the answers {file} cannot be read: {error}") from error
    for number, text in _objects(content):
        name = f"{file}, line {number}"
        record = _parsed(name, text)
        if record.get("format") != FORMAT:
            raise PinciteError(
                f"{name} has format {record.get('format')!r}; this Pincite checks format {FORMAT}"
            )
        for key in ("quotes", "nearest"):
            if not isinstance(record.get(key), list):
                raise PinciteError(f"{name} is not an answer: it has no list of {key}")
        yield str(record.get("id", f"line {number}")), record


def _objects(content: str) -> Iterator[tuple[int, str]]:
    """The whole content if it is one JSON value, else its lines that are not empty."""
    try:
        json.loads(content)
    except (ValueError, RecursionError):
        for number, line in enumerate(content.split("\n"), start=1):
            if line.strip():
                yield number, line
    else:
        yield 1, content


def _parsed(name: str, text: str) -> dict[str, Any]:
    try:
        record = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise PinciteError(f"{name} is not JSON: {error}") from error
    if not isinstance(record, dict):
        raise PinciteError(f"{name} is not an answer: a JSON object is expected")
    return record
