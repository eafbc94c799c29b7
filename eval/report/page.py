"""A report as one HTML page: figures, plots, and every failure opened up.

The page has everything in it: no script, no font, no request; its policy forbids them.
"""

from collections.abc import Iterator, Mapping, Sequence
from importlib.resources import files
from pathlib import Path
from typing import Final

from eval.figures import Figure, Measure, Unit
from eval.figures.measures import CITATIONS, LATENCY, MEASURES, QUOTES, REFUSALS, RETRIEVAL
from eval.figures.values import STAGES
from eval.report.failures import failures
from eval.report.markup import table, text
from eval.report.plots import Bar, Line, bars, curve, dots
from eval.report.record import curves
from eval.report.tables import NOT_APPLICABLE, interval, shown
from eval.report.types import Report

_BY_NAME: Final = {measure.name: measure for measure in MEASURES}
# What is compared between kinds of questions.
_PER_KIND: Final = ("recall_at_5", "quote_at_1", "quote_at_3", "answered", "refused")


def write_page(report: Report, file: Path) -> None:
    """Write the report as a page."""
    file.write_text("".join(page(report)), encoding="utf-8")


def page(report: Report) -> Iterator[str]:
    """The page, piece by piece."""
    style = files("eval.report").joinpath("page.css").read_text(encoding="utf-8")
    yield (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        '<meta http-equiv="Content-Security-Policy" '
        "content=\"default-src 'none'; style-src 'unsafe-inline'\">"
        f"<title>Pincite: evaluation</title><style>{style}</style></head><body><main>"
    )
    yield from _head(report)
    yield from _plots(report)
    yield from _tables(report)
    yield from failures(report)
    yield "</main></body></html>\n"


def _head(report: Report) -> Iterator[str]:
    checked, faults = report.checked, report.faults
    made_with = ", ".join(f"{name} {value}" for name, value in report.made_with.items())
    yield (
        f"<h1>{len(report.results)} questions</h1>"
        f"<p>{checked - len(faults)} of {checked} quotes verbatim.</p>"
        f'<p class="faint">{text(made_with)}</p>'
    )
    yield from _problems("Quotes that are not verbatim", faults)
    yield from _problems("Gold that differs from its source", report.gold_mismatches)


def _problems(title: str, lines: Sequence[str]) -> Iterator[str]:
    if lines:
        items = "".join(f"<li>{text(line)}</li>" for line in lines)
        yield f'<h2 class="fault">{title}</h2><ul>{items}</ul>'


# -- plots -----------------------------------------------------------------------------------------


def _plots(report: Report) -> Iterator[str]:
    found = curves(report)
    if not report.results:
        return
    yield '<h2>At a glance</h2><div class="plots">'
    yield from _figure("Recall by depth, before and after re-ranking", _recall(found["recall"]))
    yield from _figure(
        "Risk and coverage: of the surest answers, how many are wrong",
        _risk(found["risk_coverage"]),
    )
    yield from _figure(
        "Reliability: how often there is an answer, by confidence; the area is the number of "
        "questions",
        _reliability(found["reliability"]),
    )
    yield from _figure("Seconds per stage: the median, and p95 at the end", _latency(report))
    if len(report.kinds) > 1:
        for name in _PER_KIND:
            yield from _figure(f"{_BY_NAME[name].label} per kind, %", _kinds(report, name))
    yield "</div>"


def _figure(caption: str, plot: str) -> Iterator[str]:
    if plot:
        yield f"<figure>{plot}<figcaption>{caption}</figcaption></figure>"


def _recall(points: Sequence[Mapping[str, float]]) -> str:
    if not points:
        return ""
    deepest = int(points[-1]["k"]) - 1

    def line(name: str, key: str, style: str) -> Line:
        return Line(name, [((p["k"] - 1) / deepest, p[key]) for p in points], style)

    lines = [
        line("after re-ranking", "reranked", "first"),
        line("before", "retrieved", "second"),
    ]
    return curve("Recall by depth", ("passages", "recall"), lines, ("1", str(deepest + 1)))


def _risk(points: Sequence[Mapping[str, float]]) -> str:
    line = Line("", [(point["coverage"], point["risk"]) for point in points])
    axes = ("coverage", "risk")
    return curve("Risk and coverage", axes, [line], ("0", "0.5", "1")) if points else ""


def _reliability(points: Sequence[Mapping[str, float]]) -> str:
    total = sum(point["n"] for point in points)
    placed = [(p["confidence"], p["answerable"], p["n"] / total) for p in points]
    return dots("Reliability", ("confidence", "answerable"), placed) if placed else ""


def _latency(report: Report) -> str:
    found = [report.figures[measure.name].value or 0.0 for measure in LATENCY]
    longest = max(found) or 1.0
    rows = [
        Bar(stage, p50 / longest, p50 / longest, p95 / longest, f"{p50:.3f} / {p95:.3f}")
        for stage, p50, p95 in zip(STAGES, found[::2], found[1::2], strict=True)
    ]
    return bars("Seconds per stage", rows)


def _kinds(report: Report, name: str) -> str:
    measure = _BY_NAME[name]
    rows = [
        Bar(kind or NOT_APPLICABLE, found.value, *found.interval, _told(measure, found))
        for kind, figures in report.kinds.items()
        if (found := figures[name]).value is not None and found.interval
    ]
    return bars(f"{measure.label} per kind", rows)


def _told(measure: Measure, figure: Figure) -> str:
    return f"{shown(measure, figure.value)} (n {figure.n})"


# -- tables ----------------------------------------------------------------------------------------


def _tables(report: Report) -> Iterator[str]:
    yield "<h2>Figures</h2>"
    yield from table(
        "All questions, with 95 % intervals; shares in percent, times in seconds",
        ("", "figure", "95 %", "n"),
        (
            (measure.label, shown(measure, found.value), interval(measure, found), str(found.n))
            for measure in MEASURES
            if (found := report.figures[measure.name]).n
        ),
    )
    if len(report.kinds) > 1:
        for caption, measures in (
            ("Retrieval per kind", RETRIEVAL),
            ("Quotes per kind", QUOTES),
            ("Citations and refusals per kind", (*CITATIONS, *REFUSALS)),
        ):
            yield from table(
                caption, ("", *(measure.label for measure in measures)), _rows(report, measures)
            )


def _rows(report: Report, measures: Sequence[Measure]) -> Iterator[Sequence[str]]:
    for kind, figures in report.kinds.items():
        cells = ((measure, figures[measure.name]) for measure in measures)
        yield kind or NOT_APPLICABLE, *(_cell(measure, found) for measure, found in cells)


def _cell(measure: Measure, figure: Figure) -> str:
    if figure.value is None:
        return NOT_APPLICABLE
    unit = " %" if measure.unit is Unit.SHARE else ""
    return f"{shown(measure, figure.value)}{unit} ({interval(measure, figure)})"
