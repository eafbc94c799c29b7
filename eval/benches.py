"""What the ablation measures: sets of questions, and the figures of each kind of set."""

import tomllib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

from eval.cases import Case, load_cases
from eval.judge import Judgement
from eval.metrics import auroc, bootstrap, mean, states, within
from eval.run import sample
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


@dataclass(frozen=True, slots=True)
class Asked:
    """A question, the record of its answer, and what was right about it."""

    case: Case
    record: Mapping[str, Any]
    judgement: Judgement


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure of `n` questions and its 95 % interval; None where it applies to none of them."""

    value: float | None
    interval: tuple[float, float] | None
    n: int


@dataclass(frozen=True, slots=True)
class Measure:
    """What is measured, and how. Shares are 0 to 1; other figures say their unit in their name."""

    name: str
    of: Callable[[Sequence[Asked]], Figure]
    is_share: bool = True


def figures(kind: str, results: Sequence[Asked]) -> dict[str, Figure]:
    """The figures of a kind of set, by name."""
    return {measure.name: measure.of(results) for measure in KINDS[kind]}


# -- measures --------------------------------------------------------------------------------------


def _mean_of(value: Callable[[Asked], float | None]) -> Callable[[Sequence[Asked]], Figure]:
    """The mean over the questions to which `value` applies."""

    def measure(results: Sequence[Asked]) -> Figure:
        values = [found for each in results if (found := value(each)) is not None]
        return Figure(mean(values), bootstrap(mean, values), len(values))

    return measure


def _auroc(results: Sequence[Asked]) -> Figure:
    sure, unsure = (
        [each.record["confidence"] for each in results if each.case.answerable is answerable]
        for answerable in (True, False)
    )
    return Figure(auroc(sure, unsure), bootstrap(auroc, sure, unsure), len(results))


def _quote_at(k: int) -> Callable[[Sequence[Asked]], Figure]:
    def value(asked: Asked) -> float | None:
        return within(asked.judgement.quote_rank, k) if asked.case.measurable else None

    return _mean_of(value)


def _answered(asked: Asked) -> float | None:
    return not asked.judgement.refused if asked.case.answerable else None


def _refused(asked: Asked) -> float | None:
    return None if asked.case.answerable else asked.judgement.refused


def _sides(asked: Asked) -> float | None:
    return asked.judgement.sides if asked.case.kind == "conflict" else None


def _first_length(asked: Asked) -> float | None:
    quotes = asked.record["quotes"]
    return float(len(quotes[0]["text"])) if quotes else None


def _right_answers(asked: Asked) -> tuple[int, int]:
    """How many different right answers are quoted from a document that is right, and how many
    there are."""
    right = {gold.doc for gold in asked.case.gold}
    texts = [quote["text"] for quote in asked.record["quotes"] if quote["document"] in right]
    answers = {answer.casefold(): answer for answer in asked.case.answers}.values()
    return sum(any(states(text, each) for text in texts) for each in answers), len(answers)


def _pooled(pairs: Sequence[tuple[int, int]]) -> float | None:
    total = sum(of for _, of in pairs)
    return sum(found for found, _ in pairs) / total if total else None


def _right_of_all(results: Sequence[Asked]) -> Figure:
    """The share of right answers quoted, of those of all questions; questions are drawn anew."""
    pairs = [_right_answers(each) for each in results if each.case.answers]
    return Figure(_pooled(pairs), bootstrap(_pooled, pairs), len(pairs))


def _every_right(asked: Asked) -> float | None:
    found, total = _right_answers(asked)
    return found == total if total else None


def _planted(asked: Asked) -> float | None:
    """Whether a planted wrong answer is quoted at all."""
    return any(True for _ in _planted_quotes(asked)) if asked.case.conflicts else None


def _unlabelled(asked: Asked) -> float | None:
    """Whether one is quoted as if nothing spoke against it."""
    if not asked.case.conflicts:
        return None
    return any(quote["position"] is None for quote in _planted_quotes(asked))


def _planted_quotes(asked: Asked) -> Iterator[Mapping[str, Any]]:
    for quote in asked.record["quotes"]:
        span = Span(quote["start"], quote["end"])
        if any(
            quote["document"] == wrong.doc and wrong.span and span.overlaps(wrong.span)
            for wrong in asked.case.conflicts
        ):
            yield quote


_FIRST = Measure("right quote first", _quote_at(1))
_THIRD = Measure("right quote among three", _quote_at(3))
_SURE = (
    Measure("AUROC, answerable or not", _auroc),
    Measure("answerable: answered", _mean_of(_answered)),
    Measure("unanswerable: refused", _mean_of(_refused)),
)
_LENGTH = Measure("characters of the first quote", _mean_of(_first_length), is_share=False)

KINDS: Final[Mapping[str, tuple[Measure, ...]]] = {
    "documents": (
        _FIRST,
        _THIRD,
        Measure("sides of disagreements quoted", _mean_of(_sides)),
        Measure("needed quotes among five", _mean_of(lambda asked: asked.judgement.needed)),
        *_SURE,
        _LENGTH,
    ),
    "passages": (_FIRST, _THIRD, *_SURE, _LENGTH),
    OFF_TOPIC: (Measure("off-topic: refused", _mean_of(_refused)),),
    "disagreements": (
        Measure("right answers quoted", _right_of_all),
        Measure("every right answer quoted", _mean_of(_every_right)),
        Measure("planted wrong answer quoted", _mean_of(_planted)),
        Measure("planted wrong answer quoted, no position", _mean_of(_unlabelled)),
        Measure("answerable: answered", _mean_of(_answered)),
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
