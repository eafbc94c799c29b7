"""A run with all its results."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from eval.figures import Columns, Figure, columns, figures
from eval.figures.values import Result, Values, values


@dataclass(frozen=True)  # Without slots: figures are computed once.
class Report:
    """A run and what it was made with: names of files and settings, for people to compare.

    `texts` are the canonical texts of the sources, by document. `dropped` counts kept answers of
    another index, settings or version, which were asked for anew.
    """

    made_with: Mapping[str, Any]
    results: tuple[Result, ...]
    gold_mismatches: tuple[str, ...] = ()
    texts: Mapping[str, str] = field(default_factory=dict)
    dropped: int = 0

    @property
    def verbatim(self) -> bool:
        """Whether every quote is what its source says at its offsets."""
        return not any(result.faults for result in self.results)

    @property
    def checked(self) -> int:
        """How many quotes were compared with their sources."""
        return sum(result.checked for result in self.results)

    @property
    def faults(self) -> list[str]:
        """What is not verbatim, each with its question."""
        return [f"{each.case.id}: {fault}" for each in self.results for fault in each.faults]

    @cached_property
    def values(self) -> list[Values]:
        """The values of each question, in order."""
        return values(self.results)

    @cached_property
    def columns(self) -> Columns:
        return columns(self.values)

    @cached_property
    def figures(self) -> dict[str, Figure]:
        """The figures of all questions."""
        return figures(self.columns)

    @cached_property
    def kinds(self) -> dict[str, dict[str, Figure]]:
        """The figures of each kind of question, in the order of the set."""
        rows: dict[str, list[Values]] = {}
        for result, row in zip(self.results, self.values, strict=True):
            rows.setdefault(result.case.kind, []).append(row)
        return {kind: figures(columns(found)) for kind, found in rows.items()}
