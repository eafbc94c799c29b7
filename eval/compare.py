"""Two reports of the same questions: what has changed, and whether by more than chance."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from rich.box import SIMPLE_HEAD
from rich.table import Table

from eval.figures import MEASURES, Columns, Measure, columns
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

Record = Mapping[str, Any]


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


@dataclass(frozen=True)  # Without slots: differences are computed once.
class Comparison:
    """The questions that two reports have in common, before and after, in the same order."""

    before: tuple[Record, ...]
    after: tuple[Record, ...]
    left_out: int

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
    common = [key for key in first if key in second]
    if not common:
        raise PinciteError(
            f"{before} and {after} have no question in common; they have to be of the same set"
        )
    return Comparison(
        tuple(first[key] for key in common),
        tuple(second[key] for key in common),
        len(first) + len(second) - 2 * len(common),
    )


def load_results(file: Path) -> dict[tuple[str, str, bool], Record]:
    """The questions of a report by what makes them the same: id, words, and whether answerable."""
    try:
        record = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
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
    return {(each["id"], each["question"], each["answerable"]): each for each in results}


def _check(where: str, result: Record) -> None:
    for name, expected in _FIELDS.items():
        if not isinstance(result.get(name), expected):
            raise PinciteError(
                f"{where}: {name} is {result.get(name)!r}; expected: {expected.__name__}"
            )
    values = result["values"]
    for name in _VALUES:
        value = values.get(name, "missing")
        if value is not None and not isinstance(value, int | float):
            raise PinciteError(f"{where}, values: {name} is {value!r}; expected: a number or null")


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


def flips(comparison: Comparison) -> Iterator[str]:
    """One line for each question that is right in one report alone."""
    for result, now in comparison.flipped():
        change = "now right" if now else "no longer right"
        yield visible(f"{change}: {result['id']} ({result['kind'] or '–'}) {result['question']}")
