"""Check citations against the sources as they are now, whoever wrote them."""

import json
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath
from typing import Any

import click

from index import read
from index.errors import PinciteError, SourceError
from index.snapshot import undamaged
from index.store import DocumentSummary, open_reading
from index.types import Document, Span
from rag.compose import have_words_in_common, worded_differently
from rag.config import Config
from rag.render import FORMAT, Record, quote_record, visible, witness_record
from rag.types import POSITIONS, Claim, Notice, Quote, Witness, Words
from rag.verify import Gate

# Parts of a citation that are not compared with the source as they are.
APART = frozenset({"number", "witnesses"})


def check_answers(config: Config, answers: Path, sources: Path | None) -> bool:
    """Print what is wrong with the citations of `answers`, if anything; True if nothing is."""
    with undamaged(config.index), closing(open_reading(config.index)) as store:
        checker = Checker(store.summaries(), sources)
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

    def _problem(self, record: Record) -> str | None:
        """What is wrong with a citation and its witnesses."""
        quote = self._proven(record)
        if isinstance(quote, str):
            return quote
        witnesses = record.get("witnesses")
        if not isinstance(witnesses, list):
            return "it has no list of witnesses"
        quote = replace(quote, position=_position(record), answer=self._answer(record, quote))
        problems = [_difference(record, quote_record(0, quote))]
        for number, witness in enumerate(witnesses, start=1):
            again = "it is listed already" if witness in witnesses[: number - 1] else None
            if problem := again or self._wrong_witness(witness, quote):
                problems.append(f"witness {number}: {problem}")
        return "; ".join(filter(None, problems)) or None

    def _wrong_witness(self, record: object, quote: Quote) -> str | None:
        if not isinstance(record, dict):
            return "it is not a JSON object"
        copy = self._proven(record)
        if isinstance(copy, str):
            return copy
        if not have_words_in_common(quote.display, copy.display):
            return "it has not the words of the quote"
        worded = worded_differently(quote.display, copy.display)
        right = Witness(copy.document.path, copy.document.sha256, copy.span, copy.place, worded)
        return _difference(record, witness_record(right))

    def _proven(self, record: Record) -> Quote | str:
        """The quote that the source has where a citation or witness says, or what is wrong."""
        path, start, end = record.get("document"), record.get("start"), record.get("end")
        if not isinstance(path, str):
            return f"document is {path!r}, not a name"
        if type(start) is not int or type(end) is not int or not 0 <= start < end:
            return f"offsets {start!r}..{end!r} are no range"
        document = self._document(path)
        if isinstance(document, str):
            return document
        span = Span(start, end)
        problems = [_wrong_text(document, span, record)]
        if record.get("sha256") != document.sha256:
            problems.append("the file has changed since (SHA-256 differs)")
        quote = Gate({path: document}.get).quote(Claim(path, span, 0.0))
        return (
            "; ".join(filter(None, problems))
            or quote
            or "no quote: it cuts a word, or lies in a heading, contents or page furniture"
        )

    def _answer(self, record: Record, quote: Quote) -> Words | None:
        """Where the words that a citation's answer has are in the quote, if they are."""
        answer = record.get("answer")
        words = answer.get("display") if isinstance(answer, dict) else None
        if not isinstance(words, str):
            return None
        claim = Claim(quote.document.path, quote.span, 0.0, words)
        found = Gate({quote.document.path: quote.document}.get).quote(claim)
        return found.answer if found else None

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


def _position(record: Record) -> str | None:
    """A citation's position, if it may have it: which quotes disagree does not follow from one."""
    position = record.get("position")
    return position if position in POSITIONS else None


def _wrong_text(document: Document, span: Span, record: Record) -> str | None:
    if span.end > len(document.text):
        return f"the offsets end at {span.end}, the text at {len(document.text)}"
    if "text" in record and span.of(document.text) != record["text"]:
        return "the text differs from the source at these offsets"
    return None


def _difference(found: Record, right: Record) -> str | None:
    """What a reader is shown has to follow from the source as well, not the exact text alone."""
    keys = [key for key in {**right, **found} if key not in APART]
    wrong = [key for key in keys if not _same(found, right, key)]
    return f"{', '.join(wrong)} not as in the source" if wrong else None


def _same(found: Record, right: Record, key: str) -> bool:
    """Whether both have the same value under a key; to JSON, `1` is not `true`."""
    if key not in found or key not in right:
        return False
    return type(found[key]) is type(right[key]) and bool(found[key] == right[key])


def load_answers(file: Path) -> Iterator[tuple[str, dict[str, Any]]]:
    """The answers in a JSON or JSON Lines file, with the id or line that they go by."""
    try:
        content = file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise PinciteError(f"the answers {file} cannot be read: {error}") from error
    objects = list(_objects(content))
    if not objects:
        raise PinciteError(f"there are no answers in {file}")
    for number, text in objects:
        name = f"{file}, line {number}"
        record = _parsed(name, text)
        if record.get("format") != FORMAT:
            raise PinciteError(
                f"{name} has format {record.get('format')!r}; this Pincite checks format {FORMAT}"
            )
        for key in ("quotes", "nearest"):
            if not isinstance(record.get(key), list):
                raise PinciteError(f"{name} is not an answer: it has no list of {key}")
        if record.get("abstained") is not (not record["quotes"]):
            raise PinciteError(
                f"{name} is not an answer: `abstained` is {record.get('abstained')!r}, with "
                f"{len(record['quotes'])} quotes"
            )
        _check_notices(name, record.get("notices", []))
        yield str(record.get("id", f"line {number}")), record


def _check_notices(name: str, notices: object) -> None:
    """What is shown above the quotes may only be a sentence of Pincite's own."""
    if not isinstance(notices, list):
        raise PinciteError(f"{name} is not an answer: its notices are no list")
    for notice in notices:
        if notice not in [*Notice]:
            raise PinciteError(f"{name} is not an answer: {notice!r} is no notice of Pincite's")


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
