"""Answers as records in files: JSON, or JSON Lines."""

import json
from collections.abc import Iterator
from pathlib import Path

from index.errors import PinciteError
from rag.render import FORMAT, Record
from rag.types import Notice


def read_text(file: Path) -> str:
    """What is in a file of answers; PinciteError when it cannot be read as UTF-8."""
    try:
        return file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise PinciteError(f"the answers {file} cannot be read: {error}") from error


def load_answers(file: Path) -> Iterator[tuple[str, Record]]:
    """The answers in a JSON or JSON Lines file, with the id or line that they go by."""
    return parse_answers(str(file), read_text(file))


def parse_answers(file: str, content: str) -> Iterator[tuple[str, Record]]:
    """The same from the content of a file; its name is for messages."""
    objects = list(_objects(content))
    if not objects:
        raise PinciteError(f"there are no answers in {file}")
    for number, text in objects:
        name = f"{file}, line {number}"
        record = _parsed(name, text)
        check_answer(name, record)
        yield str(record.get("id", f"line {number}")), record


def check_answer(name: str, record: Record) -> None:
    """PinciteError unless a record is an answer of this format, whatever its citations say."""
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


def _parsed(name: str, text: str) -> Record:
    try:
        record = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise PinciteError(f"{name} is not JSON: {error}") from error
    if not isinstance(record, dict):
        raise PinciteError(f"{name} is not an answer: a JSON object is expected")
    return record
