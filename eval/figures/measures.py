"""What `pincite eval` measures. To add a figure: a value in `values.py`, and a line here."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from eval.figures.statistics import (
    Floats,
    aurc,
    auroc,
    balanced_accuracy,
    ece,
    mean,
    median,
    slowest,
)
from eval.figures.values import STAGES


class Unit(StrEnum):
    """What a figure counts. Shares are 0 to 1."""

    SHARE = "share"
    AREA = "area"
    SECONDS = "seconds"
    CHARACTERS = "characters"


@dataclass(frozen=True, slots=True)
class Measure:
    """A figure: a statistic of columns of values (see `eval.figures.values`).

    `name` is its key in the JSON, `label` its name for people. `is_loss`: less is better.
    `is_of_answers`: of what was quoted, so that other answers make it apply to other questions.
    """

    name: str
    label: str
    columns: tuple[str, ...]
    statistic: Callable[..., Floats] = mean
    unit: Unit = Unit.SHARE
    is_loss: bool = False
    is_of_answers: bool = False


def _mean(name: str, label: str, **more: Any) -> Measure:
    return Measure(name, label, (name,), **more)


def _times() -> Iterator[Measure]:
    for stage in STAGES:
        column = f"seconds_{stage}"
        for name, statistic in (("p50", median), ("p95", slowest)):
            yield Measure(
                f"{column}_{name}", f"{stage} {name}", (column,), statistic, Unit.SECONDS, True
            )


RETRIEVAL: Final = (
    _mean("recall_at_1", "recall @1"),
    _mean("recall_at_5", "recall @5"),
    _mean("recall_at_20", "recall @20"),
    _mean("mrr_at_10", "MRR @10"),
    _mean("ndcg_at_10", "nDCG @10"),
)
QUOTES: Final = (
    _mean("quote_at_1", "quote @1"),
    _mean("quote_at_3", "quote @3"),
    _mean("quote_at_5", "quote @5"),
    _mean("precision", "precision", is_of_answers=True),
    _mean("needed_at_5", "needed @5"),
    _mean("sides", "sides"),
    _mean("characters", "characters", unit=Unit.CHARACTERS, is_loss=True, is_of_answers=True),
)
CITATIONS: Final = (
    _mean("locator", "locator", is_of_answers=True),
    _mean("speaker", "speaker", is_of_answers=True),
    _mean("trap_quoted", "trap quoted", is_loss=True),
)
REFUSALS: Final = (
    _mean("answered", "answered"),
    _mean("refused", "refused"),
    Measure("balanced_accuracy", "balanced", ("answerable", "decided_right"), balanced_accuracy),
    Measure("auroc", "AUROC", ("answerable", "confidence"), auroc, Unit.AREA),
    Measure("aurc", "AURC", ("confidence", "right"), aurc, Unit.AREA, is_loss=True),
    Measure("ece", "ECE", ("confidence", "answerable"), ece, Unit.AREA, is_loss=True),
)
LATENCY: Final = tuple(_times())
MEASURES: Final = (*RETRIEVAL, *QUOTES, *CITATIONS, *REFUSALS, *LATENCY)
