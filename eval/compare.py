"""Two reports of the same questions: what has changed, and whether by more than chance."""

import json
import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from rich.box import SIMPLE_HEAD
from rich.table import Table

from eval.figures import MEASURES, Columns, Measure, Unit, columns
from eval.figures.table import resamples, without_nan
from eval.report.record import FORMAT
from eval.report.tables import shown
from index.errors import PinciteError
from rag.render import visible

# Of the randomisation test; with few questions all swaps are gone through instead.
SWAPS: Final = 9_999
# The chance, under no difference, that is called one.
ALPHA: Final = 0.05
# Of a report's question; `values` are what figures are made of.
_FIELDS: Final[Mapping[str, type]] = {
    "id": str,
    "question": str,
    "kind": str,
    "answerable": bool,
    "values": dict,
}
_VALUES: Final = {column for measure in MEASURES for column in measure.columns}
# Of times and lengths, what is more than this is no value; all others are from 0 to 1.
_LARGEST: Final[Mapping[str, float]] = {
    column: 1e9
    for measure in MEASURES
    if measure.unit in {Unit.SECONDS, Unit.CHARACTERS}
    for column in measure.columns
}
# Questions named of those that cannot be compared.
_NAMED: Final = 5

Record = Mapping[str, Any]
# What makes a question the same in two reports: id, words, and whether it is answerable.
Key = tuple[str, str, bool]


@dataclass(frozen=True, slots=True)
class Difference:
    """A figure before and after, over the `n` questions that it applies to in both reports.

    `interval`: the 95 % interval of the difference. `p`: the chance of one as large if it did not
    matter which report an answer is from.
    """

    measure: Measure
    n: int
    before: float
    after: float
    interval: tuple[float, float]
    p: float

    @property
    def change(self) -> float:
        return self.after - self.before

    @property
    def is_significant(self) -> bool:
        return self.p < ALPHA

    @property
    def is_loss(self) -> bool:
        """Whether the figure is worse, by more than chance."""
        return self.is_significant and (self.change > 0) == self.measure.is_loss


@dataclass(frozen=True, slots=True)
class Results:
    """The questions of a report, and how many of its quotes were not verbatim."""

    questions: Mapping[Key, Record]
    faults: int


@dataclass(frozen=True)  # Without slots: differences are computed once.
class Comparison:
    """The questions that two reports have in common, before and after, in the same order.

    `missing` are those of the first report alone, `new` counts those of the second alone, and
    `faults` the quotes of the second that are not verbatim.
    """

    before: tuple[Record, ...]
    after: tuple[Record, ...]
    missing: tuple[Record, ...]
    new: int
    faults: int

    @property
    def left_out(self) -> int:
        return len(self.missing) + self.new

    @cached_property
    def differences(self) -> list[Difference]:
        """Every figure that applies to some of the questions in both reports."""
        first, second = (
            columns([each["values"] for each in report]) for report in (self.before, self.after)
        )
        found = (difference(measure, first, second) for measure in MEASURES)
        return [each for each in found if each]

    def flipped(self) -> Iterator[tuple[Record, bool]]:
        """The questions that are right in one report alone, and whether in the second."""
        for first, second in zip(self.before, self.after, strict=True):
            was, now = is_right(first), is_right(second)
            if was is not None and now is not None and was != now:
                yield second, now


def is_right(result: Record) -> bool | None:
    """Whether a question was answered by one of the first three quotes, or refused rightly; None
    where that is not known."""
    name = "quote_at_3" if result["answerable"] else "refused"
    value = result["values"][name]
    return None if value is None else value == 1


def compare(before: Path, after: Path) -> Comparison:
    """Compare two reports as `pincite eval --report` writes them. PinciteError names a file that is
    none, or says that they have no question in common."""
    first, second = load_results(before), load_results(after)
    common = [key for key in first.questions if key in second.questions]
    if not common:
        raise PinciteError(
            f"{before} and {after} have no question in common; they have to be of the same set"
        )
    return Comparison(
        tuple(first.questions[key] for key in common),
        tuple(second.questions[key] for key in common),
        tuple(each for key, each in first.questions.items() if key not in second.questions),
        len(second.questions) - len(common),
        second.faults,
    )


def load_results(file: Path) -> Results:
    """What a report has of its questions. PinciteError names the file and the field at fault."""
    try:
        record = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        raise PinciteError(f"the report {file} cannot be read: {error}") from error
    if not isinstance(record, dict) or record.get("format") != FORMAT:
        found = record.get("format") if isinstance(record, dict) else None
        raise PinciteError(
            f"{file} has format {found!r}, not {FORMAT}: name the report.json of pincite eval "
            "--report, made by this version"
        )
    results = record.get("results")
    if not isinstance(results, list) or not all(isinstance(each, dict) for each in results):
        raise PinciteError(f"{file}: results is no list of objects")
    for number, each in enumerate(results):
        _check(f"{file}, results[{number}]", each)
    questions = {(each["id"], each["question"], each["answerable"]): each for each in results}
    if len(questions) < len(results):
        raise PinciteError(f"{file}: results has a question twice; make the report anew")
    return Results(questions, _faults(file, record))


def _faults(file: Path, record: Record) -> int:
    verbatim = record.get("verbatim")
    faults = verbatim.get("faults") if isinstance(verbatim, dict) else None
    if type(faults) is not int or faults < 0:
        raise PinciteError(f"{file}, verbatim: faults is {faults!r}; expected: a number from 0")
    return faults


def _check(where: str, result: Record) -> None:
    for name, expected in _FIELDS.items():
        if not isinstance(result.get(name), expected):
            raise PinciteError(
                f"{where}: {name} is {result.get(name)!r}; expected: {expected.__name__}"
            )
    values = result["values"]
    for name in _VALUES:
        value = values.get(name, "missing")
        if value is not None and not _is_value(value, _LARGEST.get(name, 1)):
            raise PinciteError(
                f"{where}, values: {name} is {_brief(value)}; expected: a number from 0 to "
                f"{_LARGEST.get(name, 1):.0f}, or null"
            )
    # By this one all figures leave out or group questions.
    if values["answerable"] != result["answerable"]:
        raise PinciteError(
            f"{where}, values: answerable is {values['answerable']!r}; expected: "
            f"{result['answerable']!r}, as the question has it"
        )


def _is_value(value: object, largest: float) -> bool:
    # No NaN is in a range.
    return isinstance(value, int | float) and 0 <= value <= largest


def _brief(value: object) -> str:
    """A value for an error, of which a number may have thousands of digits."""
    shown = repr(value)
    return shown if len(shown) <= 40 else f"{shown[:40]}…"


def difference(measure: Measure, before: Columns, after: Columns) -> Difference | None:
    """One figure compared, question by question; None where it applies to none in both reports.

    The interval is a bootstrap over questions, the test Fisher's randomisation: the two answers to
    a question are swapped at random (Smucker et al. 2007, CIKM). Both are the same each time.
    """
    names = measure.columns
    both = {f"before {name}": before[name] for name in names}
    both |= {f"after {name}": after[name] for name in names}
    strata, *taken = without_nan({"strata": before["answerable"], **both}, "strata", *both)
    # One report after the other, so that a question is a row number in each half.
    pooled = [
        np.concatenate(pair) for pair in zip(taken[: len(names)], taken[len(names) :], strict=True)
    ]
    n = len(strata)

    def figure(rows: NDArray[np.intp]) -> NDArray[np.float64]:
        return measure.statistic(*(column[rows] for column in pooled))

    rows = np.arange(n)
    if not n or np.isnan(first := float(figure(rows))):
        return None
    drawn = np.concatenate([figure(each + n) - figure(each) for each in resamples(strata)])
    low, high = np.percentile(drawn, [2.5, 97.5], method="inverted_cdf")
    return Difference(
        measure, n, first, float(figure(rows + n)), (float(low), float(high)), _chance(figure, n)
    )


def _chance(figure: Any, n: int) -> float:
    """The p-value of the randomisation test, two-sided; `figure` is of row numbers."""
    from scipy.stats import permutation_test

    if n < 2:
        return 1.0

    def change(first: NDArray[np.intp], second: NDArray[np.intp], axis: int) -> Any:
        assert axis == -1, "questions are the last axis"
        return figure(second) - figure(first)

    rows = np.arange(n)
    found = permutation_test(
        (rows, rows + n),
        change,
        permutation_type="samples",
        vectorized=True,
        n_resamples=SWAPS,
        batch=100,
        axis=-1,
        rng=0,
    )
    return float(found.pvalue)


def table(differences: Iterable[Difference]) -> Table:
    """The figures before and after; what has changed by more than chance is marked."""
    found = Table(box=SIMPLE_HEAD, pad_edge=False, collapse_padding=True)
    for number, heading in enumerate(("", "n", "before", "after", "change", "95 %", "p", "")):
        found.add_column(heading, justify="right" if number else "left", no_wrap=True)
    for each in differences:
        mark = "" if not each.is_significant else "worse" if each.is_loss else "better"
        values = (each.before, each.after, each.change)
        interval = " to ".join(shown(each.measure, end) for end in each.interval)
        cells = (*(shown(each.measure, value) for value in values), interval)
        found.add_row(each.measure.label, str(each.n), *cells, f"{each.p:.3f}", mark)
    return found


def losses(differences: Iterable[Difference], names: Sequence[str]) -> list[str]:
    """The named figures that are worse by more than chance."""
    return [
        each.measure.name for each in differences if each.measure.name in names and each.is_loss
    ]


def objections(comparison: Comparison, names: Sequence[str]) -> Iterator[str]:
    """Why the second report may not take the place of the first, a line each: quotes that are not
    verbatim, and named figures that are worse or that cannot be compared."""
    if comparison.faults:
        yield f"quotes of the second report that are not verbatim: {comparison.faults}"
    if lost := losses(comparison.differences, names):
        yield f"worse by more than chance: {', '.join(lost)}"
    for measure in MEASURES:
        if measure.name in names and (why := _not_compared(measure, comparison)):
            yield f"{measure.name} cannot be gated on: {why}"


def _not_compared(measure: Measure, comparison: Comparison) -> str | None:
    """Why a figure cannot be told to be no worse, if so."""
    pairs = zip(comparison.before, comparison.after, strict=True)
    lost = [each for each in comparison.missing if _applies(measure, each)]
    if not measure.is_of_answers:
        lost += [old for old, new in pairs if _applies(measure, old) > _applies(measure, new)]
    if lost:
        named = ", ".join(each["id"] for each in lost[:_NAMED])
        more = ", …" if len(lost) > _NAMED else ""
        return visible(
            f"the second report lacks it for {len(lost)} questions of the first ({named}{more}); "
            "ask both the same questions, or make the first report anew"
        )
    compared = {each.measure.name: each.after for each in comparison.differences}
    if math.isnan(compared.get(measure.name, math.nan)):
        return "no question has it in both reports; leave it out of the gate, or ask more questions"
    if measure.is_of_answers and _applies_less(measure, comparison):
        return "the second report has it for fewer questions, by more than chance"
    return None


def _applies(measure: Measure, result: Record) -> bool:
    return all(result["values"][column] is not None for column in measure.columns)


def _applies_less(measure: Measure, comparison: Comparison) -> bool:
    """Whether a figure is of fewer questions than it was, by more than chance."""
    first, second = (
        columns(
            [
                {"applies": _applies(measure, each), "answerable": each["answerable"]}
                for each in report
            ]
        )
        for report in (comparison.before, comparison.after)
    )
    share = Measure(measure.name, measure.label, ("applies",))
    found = difference(share, first, second)
    return found is not None and found.is_loss


def flips(comparison: Comparison) -> Iterator[str]:
    """One line for each question that is right in one report alone."""
    for result, now in comparison.flipped():
        change = "now right" if now else "no longer right"
        yield visible(f"{change}: {result['id']} ({result['kind'] or '–'}) {result['question']}")
