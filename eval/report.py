"""Figures of a run: added up per kind, as tables for the terminal and as JSON."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any, Final

from rich.box import SIMPLE_HEAD
from rich.table import Table

from eval.metrics import auroc, mean, percentile, reciprocal_rank, within
from eval.run import Result
from index.errors import PinciteError
from rag.types import Stages

FORMAT: Final = 1
OVERALL: Final = "all"
WHOLE: Final = "answer"
NOT_APPLICABLE: Final = "–"


@dataclass(frozen=True, slots=True)
class Figures:
    """The figures of some questions; those that apply to none of them are None.

    Shares are 0 to 1, times are in seconds. `eval/README.md` says what each one means.
    """

    questions: int
    passage_at_1: float | None
    passage_at_5: float | None
    passage_at_20: float | None
    passage_mrr: float | None
    quote_at_1: float | None
    quote_at_3: float | None
    quote_at_5: float | None
    needed_at_5: float | None
    sides: float | None
    precision: float | None
    locator: float | None
    answered: float | None
    refused: float | None
    trap_quoted: float | None
    auroc: float | None
    seconds_p50: float | None
    seconds_p95: float | None
    quotes_checked: int
    quotes_verbatim: int


@dataclass(frozen=True, slots=True)
class Report:
    """A run and what it was made with: names of files and settings, for people to compare."""

    made_with: dict[str, Any]
    results: tuple[Result, ...]
    gold_mismatches: tuple[str, ...] = ()

    @property
    def kinds(self) -> dict[str, list[Result]]:
        """The results of each kind of question, in the order of the set."""
        found: dict[str, list[Result]] = {}
        for result in self.results:
            found.setdefault(result.case.kind, []).append(result)
        return found

    @property
    def verbatim(self) -> bool:
        """Whether every quote is what its source says at its offsets."""
        return not any(result.faults for result in self.results)


def figures(results: Sequence[Result]) -> Figures:
    """Add up the figures of some results."""
    measurable = [result for result in results if result.case.measurable]
    passages = [result.judgement.passage_rank for result in measurable]
    quotes = [result.judgement.quote_rank for result in measurable]
    answerable = [result for result in results if result.case.answerable]
    unanswerable = [result for result in results if not result.case.answerable]
    seconds = [result.record["seconds"] for result in results]
    checked = sum(result.checked for result in results)
    return Figures(
        questions=len(results),
        passage_at_1=mean(within(rank, 1) for rank in passages),
        passage_at_5=mean(within(rank, 5) for rank in passages),
        passage_at_20=mean(within(rank, 20) for rank in passages),
        passage_mrr=mean(reciprocal_rank(rank) for rank in passages),
        quote_at_1=mean(within(rank, 1) for rank in quotes),
        quote_at_3=mean(within(rank, 3) for rank in quotes),
        quote_at_5=mean(within(rank, 5) for rank in quotes),
        needed_at_5=mean(result.judgement.needed for result in results),
        sides=mean(result.judgement.sides for result in results),
        precision=mean(result.judgement.precision for result in results),
        locator=mean(result.judgement.locator for result in results),
        answered=mean(not result.judgement.refused for result in answerable),
        refused=mean(result.judgement.refused for result in unanswerable),
        trap_quoted=mean(result.judgement.trap for result in results),
        auroc=auroc(_confidences(answerable), _confidences(unanswerable)),
        seconds_p50=percentile(seconds, 50),
        seconds_p95=percentile(seconds, 95),
        quotes_checked=checked,
        quotes_verbatim=checked - sum(len(result.faults) for result in results),
    )


def seconds(results: Sequence[Result]) -> dict[str, dict[str, float | None]]:
    """The 50th and 95th percentile of the seconds of each stage, and of the whole answer.

    They do not add up: the slowest search need not be of the question that is slowest to read.
    """
    values = {
        stage.name: [getattr(result.stages, stage.name) for result in results]
        for stage in fields(Stages)
    }
    values[WHOLE] = [result.record["seconds"] for result in results]
    return {
        name: {"p50": percentile(taken, 50), "p95": percentile(taken, 95)}
        for name, taken in values.items()
    }


def _confidences(results: Sequence[Result]) -> list[float]:
    return [result.record["confidence"] for result in results]


# -- for the terminal ----------------------------------------------------------------------------

_FOUND: Final = (
    ("passage\n@1", "passage_at_1"),
    ("passage\n@5", "passage_at_5"),
    ("quote\n@1", "quote_at_1"),
    ("quote\n@3", "quote_at_3"),
    ("needed\n@5", "needed_at_5"),
    ("sides", "sides"),
    ("preci-\nsion", "precision"),
)
_TRUSTED: Final = (
    ("locator", "locator"),
    ("ans-\nwered", "answered"),
    ("re-\nfused", "refused"),
    ("trap\nquoted", "trap_quoted"),
    ("AUROC", "auroc"),
    ("p50 s", "seconds_p50"),
    ("p95 s", "seconds_p95"),
)


def tables(report: Report) -> list[Table]:
    """The figures per kind and overall, in percent and seconds; and the seconds per stage."""
    rows = {kind or NOT_APPLICABLE: figures(found) for kind, found in report.kinds.items()}
    rows = rows if len(rows) > 1 else {}
    rows[OVERALL] = figures(report.results)
    found = _table("Passages and quotes, %", ("", "n", *(heading for heading, _ in _FOUND)))
    trusted = _table(
        "Citations and refusals, %, and time",
        ("", *(heading for heading, _ in _TRUSTED), "verbatim"),
    )
    for kind, row in rows.items():
        found.add_row(kind, str(row.questions), *(_cell(row, name) for _, name in _FOUND))
        verbatim = f"{row.quotes_verbatim}/{row.quotes_checked}"
        trusted.add_row(kind, *(_cell(row, name) for _, name in _TRUSTED), verbatim)
    return [found, trusted, _costs(report.results)]


def _costs(results: Sequence[Result]) -> Table:
    table = _table("Seconds per stage", ("", "p50", "p95"))
    for stage, row in seconds(results).items():
        table.add_row(stage, *(_seconds(value) for value in row.values()))
    return table


def _seconds(value: float | None) -> str:
    return NOT_APPLICABLE if value is None else f"{value:.3f}"


def _table(title: str, headings: Sequence[str]) -> Table:
    table = Table(
        title=title, title_justify="left", box=SIMPLE_HEAD, pad_edge=False, collapse_padding=True
    )
    for number, heading in enumerate(headings):
        table.add_column(heading, justify="right" if number else "left", no_wrap=True)
    return table


def _cell(row: Figures, name: str) -> str:
    value: float | None = getattr(row, name)
    if value is None:
        return NOT_APPLICABLE
    return _seconds(value) if name.startswith("seconds") else f"{100 * value:.1f}"


def misses(report: Report) -> Iterator[str]:
    """One line for each question that was not answered as it should be, saying how."""
    for result in report.results:
        if problem := _problem(result):
            case = result.case
            yield f"{case.id} ({case.kind or NOT_APPLICABLE}) {case.question} – {problem}"


def _problem(result: Result) -> str | None:
    judgement = result.judgement
    if not result.case.answerable:
        return None if judgement.refused else "answered, though the sources do not"
    if judgement.refused:
        return "refused"
    if judgement.needed is not None and judgement.needed < 1:
        return f"{100 * judgement.needed:.0f} % of what is needed quoted"
    if result.case.measurable and not within(judgement.quote_rank, 3):
        passage = judgement.passage_rank
        found = f"its passage is at rank {passage}" if passage else "its passage was not found"
        return f"not among the first three quotes; {found}"
    return "a damaged copy was quoted" if judgement.trap else None


# -- for programs --------------------------------------------------------------------------------


def to_json(report: Report) -> str:
    """The report as JSON: figures overall and per kind, and each question with its answer."""
    record = {
        "format": FORMAT,
        "made_with": report.made_with,
        "figures": asdict(figures(report.results)),
        "seconds": seconds(report.results),
        "kinds": {kind: asdict(figures(found)) for kind, found in report.kinds.items()},
        "gold_mismatches": list(report.gold_mismatches),
        "results": [_result(result) for result in report.results],
    }
    return json.dumps(record, ensure_ascii=False, indent=1)


def _result(result: Result) -> dict[str, Any]:
    return {
        "id": result.case.id,
        "kind": result.case.kind,
        "answerable": result.case.answerable,
        "judgement": asdict(result.judgement),
        "faults": list(result.faults),
        "answer": result.record,
    }


def write_json(report: Report, file: Path) -> None:
    """Write the report; PinciteError when the file cannot be written."""
    try:
        file.write_text(to_json(report) + "\n", encoding="utf-8")
    except OSError as error:
        raise PinciteError(f"the report {file} cannot be written: {error.strerror}") from error
