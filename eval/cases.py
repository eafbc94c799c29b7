"""Question sets: JSON Lines, one question with its gold a line. `eval/README.md` has the format."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from index.errors import PinciteError
from index.types import Span

GOLD_MODES: Final = ("any", "all", "none")


@dataclass(frozen=True, slots=True)
class Gold:
    """A place that answers (or, as a trap, a damaged copy of one): a span, or a page of a PDF.

    `locator` and `stance` are for people; either may be empty.
    """

    doc: str
    span: Span | None
    page: int | None
    text: str
    locator: str
    stance: str


@dataclass(frozen=True, slots=True)
class Case:
    """A question and what is known about its answer.

    `gold_mode` "any": one of `gold` is enough; "all": every one is needed. `alt` holds places that
    answer as well, `trap` a damaged copy that must not be quoted. `must_contain` are strings that
    a right quote from a document of the gold holds, if it does not overlap the gold itself.
    `answers` are the right answers in words, `conflicts` places that say something else, and
    `about` is the document that a question without gold is about.
    """

    id: str
    question: str
    answerable: bool
    history: tuple[str, ...] = ()
    kind: str = ""
    gold: tuple[Gold, ...] = ()
    gold_mode: str = "any"
    must_contain: tuple[str, ...] = ()
    alt: tuple[Gold, ...] = ()
    trap: Gold | None = None
    also_in: tuple[str, ...] = ()
    answers: tuple[str, ...] = ()
    conflicts: tuple[Gold, ...] = ()
    about: str = ""

    @property
    def places(self) -> tuple[Gold, ...]:
        """Everything that answers: gold, then alternatives."""
        return (*self.gold, *self.alt)

    @property
    def measurable(self) -> bool:
        """Whether a quote can be right: there is an answer, and it is known where."""
        return self.answerable and bool(self.gold)


def load_cases(path: Path) -> list[Case]:
    """The questions of a set, in order. PinciteError names the file, line and field at fault."""
    try:
        # Not splitlines(), which also splits at U+2028 inside a JSON string.
        lines = path.read_text(encoding="utf-8-sig").split("\n")
    except (OSError, UnicodeDecodeError) as error:
        raise PinciteError(f"the questions {path} cannot be read: {error}") from error
    cases: dict[str, Case] = {}
    for number, line in enumerate(lines, start=1):
        if line.strip():
            fields = _parsed(f"{path}, line {number}", line)
            case = _case(fields)
            if case.id in cases:
                raise fields.wrong("id", "that no earlier line has")
            cases[case.id] = case
    if not cases:
        raise PinciteError(f"there are no questions in {path}")
    return list(cases.values())


def check_gold(cases: Sequence[Case], texts: Mapping[str, str]) -> list[str]:
    """What is wrong with the gold: places whose text is not the slice of the canonical text.

    `texts` holds canonical texts by document. Each mismatch is one line naming the question.
    """
    return [
        f"{case.id}, {name}: {problem}"
        for case in cases
        for name, gold in _named_places(case)
        if (problem := _mismatch(gold, texts.get(gold.doc)))
    ]


def _named_places(case: Case) -> Iterator[tuple[str, Gold]]:
    for name, places in (("gold", case.gold), ("alt", case.alt), ("conflicts", case.conflicts)):
        for number, gold in enumerate(places):
            yield f"{name}[{number}]", gold
    if case.trap:
        yield "trap", case.trap


def _mismatch(gold: Gold, text: str | None) -> str | None:
    if text is None:
        return f"there is no source {gold.doc}"
    if gold.span is None or not gold.text:
        return None
    start, end = gold.span.start, gold.span.end
    if text[start:end] == gold.text:
        return None
    return f"{gold.doc} has {text[start:end]!r} at {start}..{end}, not {gold.text!r}"


@dataclass(frozen=True, slots=True)
class _Fields:
    """A JSON object of the file, and the words that say where it stands."""

    where: str
    values: Mapping[str, Any]

    def text(self, name: str, default: str | None = None) -> str:
        value = self._get(name, default)
        if not isinstance(value, str):
            raise self.wrong(name, "a string")
        return value

    def flag(self, name: str) -> bool:
        value = self._get(name, None)
        if not isinstance(value, bool):
            raise self.wrong(name, "true or false")
        return value

    def texts(self, name: str) -> tuple[str, ...]:
        value = self._get(name, [])
        if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
            raise self.wrong(name, "a list of strings")
        return tuple(value)

    def objects(self, name: str) -> list["_Fields"]:
        value = self._get(name, [])
        if not isinstance(value, list) or not all(isinstance(item, dict) for item in value):
            raise self.wrong(name, "a list of objects")
        return [_Fields(f"{self.where}, {name}[{n}]", item) for n, item in enumerate(value)]

    def part(self, name: str) -> "_Fields | None":
        value = self._get(name, {})
        if not isinstance(value, dict):
            raise self.wrong(name, "an object")
        return _Fields(f"{self.where}, {name}", value) if value else None

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


def _parsed(where: str, line: str) -> _Fields:
    try:
        values = json.loads(line)
    except ValueError as error:
        raise PinciteError(f"{where} is not JSON: {error}") from error
    if not isinstance(values, dict):
        raise PinciteError(f"{where} is not a question: a JSON object is expected")
    return _Fields(where, values)


def _case(fields: _Fields) -> Case:
    trap = fields.part("trap")
    mode = fields.text("gold_mode", "any")
    if mode not in GOLD_MODES:
        raise fields.wrong("gold_mode", f"one of {', '.join(GOLD_MODES)}")
    return Case(
        id=fields.text("id"),
        question=fields.text("question"),
        answerable=fields.flag("answerable"),
        history=fields.texts("history"),
        kind=fields.text("kind", ""),
        gold=tuple(_gold(item) for item in fields.objects("gold")),
        gold_mode=mode,
        must_contain=fields.texts("must_contain"),
        alt=tuple(_gold(item) for item in fields.objects("alt")),
        trap=_gold(trap) if trap else None,
        also_in=fields.texts("also_in"),
        answers=fields.texts("answers"),
        conflicts=tuple(_gold(item) for item in fields.objects("conflicts")),
        about=fields.text("about_doc", ""),
    )


def _gold(fields: _Fields) -> Gold:
    span, page = fields.span(), fields.page()
    if span is None and page is None:
        raise fields.wrong("start", "a whole number, with end; or page has to be given")
    return Gold(
        doc=fields.text("doc"),
        span=span,
        page=page,
        text=fields.text("text", ""),
        locator=fields.text("locator", ""),
        stance=fields.text("stance", ""),
    )
