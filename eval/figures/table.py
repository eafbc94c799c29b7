"""From the values of questions to figures with intervals."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from eval.figures.measures import MEASURES, Measure
from eval.figures.statistics import Floats
from eval.figures.values import Values

# By name, an array of (questions,); NaN where a value does not apply.
Columns = Mapping[str, Floats]

RESAMPLES: Final = 1000
# Resamples that are drawn at a time, for memory's sake.
_AT_ONCE: Final = 100


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure of `n` questions and its 95 % interval; None where it applies to none of them."""

    value: float | None
    interval: tuple[float, float] | None
    n: int


def columns(rows: Sequence[Values]) -> Columns:
    """The values of questions as columns."""
    names = rows[0] if rows else {}
    return {
        name: np.array([np.nan if row[name] is None else row[name] for row in rows], dtype=float)
        for name in names
    }


def figures(found: Columns, measures: Iterable[Measure] = MEASURES) -> dict[str, Figure]:
    """Every figure of some questions, by name."""
    return {measure.name: figure(measure, found) for measure in measures}


def figure(measure: Measure, found: Columns) -> Figure:
    """One figure. Its interval is the percentile bootstrap over questions (Efron & Tibshirani 1993,
    chapter 13), the same each time."""
    if not found:
        return Figure(None, None, 0)
    strata, *taken = without_nan(found, "answerable", *measure.columns)
    value = float(measure.statistic(*taken)) if len(strata) else np.nan
    if np.isnan(value):
        return Figure(None, None, 0)
    drawn = np.concatenate(
        [measure.statistic(*(each[rows] for each in taken)) for rows in resamples(strata)]
    )
    low, high = np.nanpercentile(drawn, [2.5, 97.5], method="inverted_cdf")
    return Figure(value, (float(low), float(high)), len(strata))


def without_nan(found: Columns, *names: str) -> list[Floats]:
    """Some columns, of the questions to which all of them apply."""
    applies = ~np.isnan([found[name] for name in names]).any(axis=0)
    return [found[name][applies] for name in names]


def resamples(strata: Floats, number: int = RESAMPLES) -> Iterator[np.ndarray]:
    """Row numbers drawn with replacement, (some resamples, n) at a time.

    Answerable and unanswerable questions (the strata) are drawn separately, so that figures of both
    keep their sizes, which are the set's choice and not chance.
    """
    random = np.random.default_rng(0)
    groups = [np.flatnonzero(strata == each) for each in np.unique(strata)]
    for start in range(0, number, _AT_ONCE):
        size = min(_AT_ONCE, number - start)
        yield np.concatenate([random.choice(rows, (size, len(rows))) for rows in groups], axis=1)
