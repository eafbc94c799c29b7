"""JSON objects whose values are checked as they are taken, by errors that name file and field."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeGuard

from index.errors import PinciteError
from index.types import Span

_HALF_PAIR = re.compile(r"[\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class Fields:
    """A JSON object of a file, and the words that say where it stands."""

    where: str
    values: Mapping[str, Any]

    def text(self, name: str, default: str | None = None) -> str:
        value = self._get(name, default)
        if not _is_text(value):
            raise self.wrong(name, "a string, without half a surrogate pair")
        return value

    def filled(self, name: str) -> str:
        """A string that has more than white space."""
        value = self.text(name)
        if not value.strip():
            raise self.wrong(name, "a string that is not empty")
        return value

    def flag(self, name: str, default: bool | None = None) -> bool:
        value = self._get(name, default)
        if not isinstance(value, bool):
            raise self.wrong(name, "true or false")
        return value

    def number(self, name: str, default: int | None = None, least: int = 0) -> int:
        value = self._get(name, default)
        if type(value) is not int or value < least:
            raise self.wrong(name, f"a whole number from {least}")
        return value

    def texts(self, name: str) -> tuple[str, ...]:
        value = self._get(name, [])
        if not isinstance(value, list) or not all(_is_text(item) for item in value):
            raise self.wrong(name, "a list of strings, without half a surrogate pair")
        return tuple(value)

    def objects(self, name: str) -> list["Fields"]:
        value = self._get(name, [])
        if not isinstance(value, list) or not all(isinstance(item, dict) for item in value):
            raise self.wrong(name, "a list of objects")
        return [Fields(f"{self.where}, {name}[{n}]", item) for n, item in enumerate(value)]

    def part(self, name: str) -> "Fields | None":
        value = self._get(name, {})
        if not isinstance(value, dict):
            raise self.wrong(name, "an object")
        return Fields(f"{self.where}, {name}", value) if value else None

    def span(self) -> Span | None:
        start, end = self._get("start", None), self._get("end", None)
        if start is None and end is None:
            return None
        for name, value in (("start", start), ("end", end)):
            if not isinstance(value, int) or isinstance(value, bool):
                raise self.wrong(name, "a whole number")
        if not 0 <= start < end:
            raise self.wrong("end", f"more than start, which is {start!r} and at least 0")
        return Span(start, end)

    def page(self) -> int | None:
        value = self._get("page", None)
        if value is not None and (type(value) is not int or value < 1):
            raise self.wrong("page", "a whole number from 1, the page's position in the file")
        return value

    def wrong(self, name: str, expected: str) -> PinciteError:
        found = repr(self.values[name]) if name in self.values else "missing"
        return PinciteError(f"{self.where}: {name} is {found}; it has to be {expected}")

    def _get(self, name: str, default: object) -> Any:
        """A value; null is the same as a field that is not there."""
        value = self.values.get(name)
        return default if value is None else value


def _is_text(value: object) -> TypeGuard[str]:
    """Whether it is a string that can be written as UTF-8: JSON can escape half a surrogate pair,
    which no tokenizer and no database takes."""
    return isinstance(value, str) and not _HALF_PAIR.search(value)


def read_text(path: Path) -> str:
    """A file's text; PinciteError when it cannot be read or is not UTF-8."""
    try:
        return path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise PinciteError(f"the questions {path} cannot be read: {error}") from error
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        raise PinciteError(
            f"{path}, line {line} is not UTF-8 ({error.reason}); save the file as UTF-8"
        ) from error


def read_lines(path: Path, thing: str) -> list[Fields]:
    """The objects of a JSON Lines file; `thing` is what each one is, for the error."""
    # Not splitlines(), which also splits at U+2028 inside a JSON string.
    lines = read_text(path).split("\n")
    return [
        parsed(f"{path}, line {number}", line, thing)
        for number, line in enumerate(lines, start=1)
        if line.strip()
    ]


def parsed(where: str, text: str, thing: str) -> Fields:
    """A JSON object; `where` names it and `thing` is what it is, for the error."""
    try:
        values = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise PinciteError(f"{where} is not JSON: {error}") from error
    if not isinstance(values, dict):
        raise PinciteError(f"{where} is not {thing}: a JSON object is expected")
    return Fields(where, values)
