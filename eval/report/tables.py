"""Figures for the terminal."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from rich.box import SIMPLE_HEAD
from rich.table import Table

from eval.figures import MEASURES, Figure, Measure, Unit
from eval.figures.measures import CITATIONS, LATENCY, QUOTES, REFUSALS, RETRIEVAL
from eval.figures.values import STAGES, Result
from eval.report.types import Report

OVERALL: Final = "all"
NOT_APPLICABLE: Final = "–"


def tables(report: Report) -> list[Table]:
    """The figures of all questions with their intervals, then those of each kind and the seconds
    of each stage. Shares are in percent."""
    parts = [_overall(report)]
    if len(report.kinds) > 1:
        parts += [
            _per_kind("Retrieval and quotes per kind", report, _BRIEF_FOUND),
            _per_kind("Citations and refusals per kind", report, _BRIEF_TRUSTED),
        ]
    return [*parts, _costs(report.figures)]


def _named(*names: str) -> list[Measure]:
    return [measure for measure in MEASURES if measure.name in names]


# Of each kind, what fits on a line.
_BRIEF_FOUND: Final = _named(
    "recall_at_1", "recall_at_5", "mrr_at_10", "quote_at_1", "quote_at_3", "precision"
)
_BRIEF_TRUSTED: Final = _named(
    "needed_at_5", "sides", "locator", "speaker", "trap_quoted", "answered", "refused"
)


def _overall(report: Report) -> Table:
    table = _table(f"{len(report.results)} questions", ["", "", "95 %", "n"])
    for group in (RETRIEVAL, QUOTES, CITATIONS, REFUSALS):
        for measure in group:
            figure = report.figures[measure.name]
            if figure.n:
                table.add_row(
                    measure.label,
                    shown(measure, figure.value),
                    interval(measure, figure),
                    str(figure.n),
                )
        table.add_section()
    verbatim = report.checked - len(report.faults)
    table.add_row("verbatim", f"{verbatim}/{report.checked}", "", "")
    return table


def _per_kind(title: str, report: Report, measures: Sequence[Measure]) -> Table:
    headings = [measure.label.replace(" ", "\n", 1) for measure in measures]
    table = _table(title, ["", "n", *headings])
    counts = Counter(result.case.kind for result in report.results)
    rows = [(kind or NOT_APPLICABLE, counts[kind], found) for kind, found in report.kinds.items()]
    for kind, n, found in [*rows, (OVERALL, counts.total(), report.figures)]:
        values = (shown(measure, found[measure.name].value) for measure in measures)
        table.add_row(kind, str(n), *values)
    return table


def _costs(figures: Mapping[str, Figure]) -> Table:
    table = _table("Seconds per stage", ["", "p50", "p95"])
    for stage, measures in zip(STAGES, zip(LATENCY[::2], LATENCY[1::2], strict=True), strict=True):
        values = (shown(measure, figures[measure.name].value) for measure in measures)
        table.add_row(stage, *values)
    return table


def _table(title: str, headings: Sequence[str]) -> Table:
    table = Table(
        title=title, title_justify="left", box=SIMPLE_HEAD, pad_edge=False, collapse_padding=True
    )
    for number, heading in enumerate(headings):
        table.add_column(heading, justify="right" if number else "left", no_wrap=True)
    return table


def shown(measure: Measure, value: float | None) -> str:
    """A value in its unit: percent, seconds, characters; areas from 0 to 1."""
    if value is None:
        return NOT_APPLICABLE
    match measure.unit:
        case Unit.SHARE:
            return f"{100 * value:.1f}"
        case Unit.CHARACTERS:
            return f"{value:.0f}"
        case Unit.SECONDS | Unit.AREA:
            return f"{value:.3f}"


def interval(measure: Measure, figure: Figure) -> str:
    """A figure's 95 % interval; empty where there is none."""
    if figure.interval is None:
        return ""
    return "–".join(shown(measure, end) for end in figure.interval)


# -- what was missed -------------------------------------------------------------------------------


def misses(report: Report) -> Iterator[str]:
    """One line for each question that was not answered as it should be, saying how."""
    for result in report.results:
        if why := problem(result):
            case = result.case
            yield f"{case.id} ({case.kind or NOT_APPLICABLE}) {case.question} – {why}"


def problem(result: Result) -> str | None:
    """What is wrong with an answer; None when nothing is."""
    judgement = result.judgement
    if not result.case.answerable:
        return None if judgement.refused else "answered, though the sources do not"
    lost = judgement.lost_first
    if judgement.refused:
        return f"refused; lost at {lost}" if lost else "refused"
    if judgement.needed is not None and judgement.needed < 1:
        at = ", ".join(dict.fromkeys(str(stage) for stage in judgement.lost_at if stage))
        return f"{100 * judgement.needed:.0f} % of what is needed quoted; lost at {at}"
    if lost:
        return f"not among the first three quotes; lost at {lost}"
    if judgement.trap:
        return "a damaged copy was quoted"
    return None
