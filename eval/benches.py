"""What the ablation measures: sets of questions, and the figures of each kind of set."""

import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

from eval.asking.ask import sample
from eval.cases import Case, load_cases
from eval.figures import Figure, Measure, Unit, columns, table
from eval.figures.statistics import auroc, ratio
from eval.figures.values import Result, Values, values
from eval.judging.right import states
from index.errors import PinciteError
from index.types import Span

OFF_TOPIC: Final = "off-topic"


@dataclass(frozen=True, slots=True)
class Bench:
    """Questions that are asked of one index. `kind`, of `KINDS`, says which figures they give."""

    name: str
    kind: str
    cases: tuple[Case, ...]
    index: Path


def figures(kind: str, results: Sequence[Result]) -> dict[str, Figure]:
    """The figures of a kind of set, by name."""
    rows = zip(values(results), results, strict=True)
    found = columns([{**row, **_own_values(result)} for row, result in rows])
    return table.figures(found, KINDS[kind])


# -- measures --------------------------------------------------------------------------------------


def _own_values(result: Result) -> Values:
    """What only the ablation measures of a question."""
    case, quotes = result.case, result.response.record["quotes"]
    right, total = _right_answers(result)
    planted = list(_planted_quotes(result))
    return {
        "conflict_sides": result.judgement.sides if case.kind == "conflict" else None,
        "first_length": len(quotes[0]["text"]) if quotes else None,
        "right_answers": right if total else None,
        "all_answers": total or None,
        "every_right": right == total if total else None,
        "planted": bool(planted) if case.conflicts else None,
        "unlabelled": (
            any(quote["position"] is None for quote in planted) if case.conflicts else None
        ),
    }


def _right_answers(result: Result) -> tuple[int, int]:
    """How many different right answers are quoted from a document that is right, and how many
    there are."""
    right = {gold.doc for gold in result.case.gold}
    quotes = result.response.record["quotes"]
    texts = [quote["text"] for quote in quotes if quote["document"] in right]
    answers = {answer.casefold(): answer for answer in result.case.answers}.values()
    return sum(any(states(text, each) for text in texts) for each in answers), len(answers)


def _planted_quotes(result: Result) -> Iterator[Mapping[str, Any]]:
    """The quotes of a planted wrong answer."""
    for quote in result.response.record["quotes"]:
        span = Span(quote["start"], quote["end"])
        if any(
            quote["document"] == wrong.doc and wrong.span and span.overlaps(wrong.span)
            for wrong in result.case.conflicts
        ):
            yield quote


def _measure(name: str, *names: str, **more: Any) -> Measure:
    return Measure(name, name, names, **more)


_FIRST = _measure("right quote first", "quote_at_1")
_THIRD = _measure("right quote among three", "quote_at_3")
_ANSWERED = _measure("answerable: answered", "answered")
_SURE = (
    _measure("AUROC, answerable or not", "answerable", "confidence", statistic=auroc),
    _ANSWERED,
    _measure("unanswerable: refused", "refused"),
)
_LENGTH = _measure("characters of the first quote", "first_length", unit=Unit.CHARACTERS)

KINDS: Final[Mapping[str, tuple[Measure, ...]]] = {
    "documents": (
        _FIRST,
        _THIRD,
        _measure("sides of disagreements quoted", "conflict_sides"),
        _measure("needed quotes among five", "needed_at_5"),
        *_SURE,
        _LENGTH,
    ),
    "passages": (_FIRST, _THIRD, *_SURE, _LENGTH),
    OFF_TOPIC: (_measure("off-topic: refused", "refused"),),
    "disagreements": (
        # Of the answers of all questions; questions are drawn anew.
        _measure("right answers quoted", "right_answers", "all_answers", statistic=ratio),
        _measure("every right answer quoted", "every_right"),
        _measure("planted wrong answer quoted", "planted", is_loss=True),
        _measure("planted wrong answer quoted, no position", "unlabelled", is_loss=True),
        _ANSWERED,
        _LENGTH,
    ),
}


# -- sets ------------------------------------------------------------------------------------------

_FIELDS: Final[Mapping[str, type]] = {
    "name": str,
    "kind": str,
    "questions": str,
    "index": str,
    "limit": int,
    "seed": int,
    "held_out": bool,
}
_NEEDED: Final = ("name", "kind", "questions", "index")


def load_benches(file: Path) -> list[Bench]:
    """The sets that a TOML file names, in `[[bench]]` tables with paths relative to it.

    PinciteError names the file, table and setting at fault. `eval/README.md` has the format.
    """
    try:
        tables = tomllib.loads(file.read_text(encoding="utf-8")).get("bench")
    except (OSError, ValueError) as error:
        raise PinciteError(f"the benches {file} cannot be read: {error}") from error
    if not isinstance(tables, list) or not tables:
        raise PinciteError(f"{file} has no [[bench]]; see eval/README.md")
    benches = [
        _bench(f"{file}, bench {at}", each, file.parent) for at, each in enumerate(tables, 1)
    ]
    names = [bench.name for bench in benches]
    if len(set(names)) < len(names):
        raise PinciteError(f"{file}: two benches have the same name: {', '.join(names)}")
    return benches


def _bench(where: str, table: Mapping[str, Any], folder: Path) -> Bench:
    for name in (*_NEEDED, *table):
        expected = _FIELDS.get(name)
        if expected is None or type(table.get(name)) is not expected:
            of_type = expected.__name__ if expected else f"one of {', '.join(_FIELDS)}"
            raise PinciteError(f"{where}: {name} is {table.get(name)!r}; expected: {of_type}")
    if table["kind"] not in KINDS:
        raise PinciteError(f"{where}: kind is {table['kind']!r}; it is one of {', '.join(KINDS)}")
    cases = load_cases(folder / table["questions"])
    if table.get("held_out"):
        cases = held_out(cases)
    cases = sample(cases, table.get("limit"), table.get("seed", 0))
    if table["kind"] == OFF_TOPIC:
        cases = [off_topic(case) for case in cases]
    return Bench(table["name"], table["kind"], tuple(cases), folder / table["index"])


def held_out(cases: Sequence[Case]) -> list[Case]:
    """The questions about articles that the reader was not trained on."""
    from rag.read.training.rows import HELD_OUT

    return [case for case in cases if not HELD_OUT.isdisjoint(_documents(case))]


def _documents(case: Case) -> Iterator[str]:
    yield case.about
    yield from (gold.doc for gold in case.gold)


def off_topic(case: Case) -> Case:
    """The question asked of an index without the document that it is about."""
    return replace(case, answerable=False, gold=(), alt=(), gold_mode="none")
