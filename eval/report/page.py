"""A report as one HTML page: figures, plots, and every failure opened up.

The page has everything in it: no script, no font, no request; its policy forbids them.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from html import escape
from importlib.resources import files
from pathlib import Path
from typing import Any, Final

from eval.cases import Gold
from eval.figures import Figure, Measure, Unit
from eval.figures.measures import (
    CITATIONS,
    LATENCY,
    MEASURES,
    QUOTES,
    REFUSALS,
    RETRIEVAL,
)
from eval.figures.values import STAGES, Result
from eval.judging.judge import quoted
from eval.judging.ranks import Ranks, is_right
from eval.report.plots import Bar, Line, bars, curve, dots
from eval.report.record import curves
from eval.report.tables import NOT_APPLICABLE, interval, problem, shown
from eval.report.types import Report
from rag.render import visible

# Of the source, on either side of the gold.
CONTEXT: Final = 240
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
    yield from _failures(report)
    yield "</main></body></html>\n"


def _text(text: str) -> str:
    """Text of a source or a question: escaped, and what would reverse or hide it made visible."""
    return escape("\n".join(visible(line) for line in text.splitlines()))


def _head(report: Report) -> Iterator[str]:
    checked, faults = report.checked, report.faults
    made_with = ", ".join(f"{name} {value}" for name, value in report.made_with.items())
    yield (
        f"<h1>{len(report.results)} questions</h1>"
        f"<p>{checked - len(faults)} of {checked} quotes verbatim.</p>"
        f'<p class="faint">{_text(made_with)}</p>'
    )
    yield from _problems("Quotes that are not verbatim", faults)
    yield from _problems("Gold that differs from its source", report.gold_mismatches)


def _problems(title: str, lines: Sequence[str]) -> Iterator[str]:
    if lines:
        items = "".join(f"<li>{_text(line)}</li>" for line in lines)
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
    yield from _table(
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
            yield from _table(
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


def _table(caption: str, headings: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterator[str]:
    """A table that scrolls by itself where the screen is narrow, by keyboard as well."""
    head = "".join(f'<th scope="col">{escape(heading)}</th>' for heading in headings)
    yield (
        f'<div class="wide" role="region" tabindex="0" aria-label="{escape(caption)}"><table>'
        f"<caption>{escape(caption)}</caption><thead><tr>{head}</tr></thead><tbody>"
    )
    for first, *others in rows:
        cells = "".join(f"<td>{escape(cell)}</td>" for cell in others)
        yield f'<tr><th scope="row">{escape(first)}</th>{cells}</tr>'
    yield "</tbody></table></div>"


# -- failures --------------------------------------------------------------------------------------


def _failures(report: Report) -> Iterator[str]:
    """Every question that was not answered as it should be, by the stage that lost it."""
    groups: dict[str, list[tuple[Result, str]]] = {}
    for result in report.results:
        if why := problem(result):
            groups.setdefault(_group(result), []).append((result, why))
    total = sum(len(found) for found in groups.values())
    yield f"<h2>Failures: {total} of {len(report.results)}</h2>"
    counts = Counter({group: len(found) for group, found in groups.items()})
    for group, number in counts.most_common():
        yield f"<section><h3>{escape(group)}: {number}</h3>"
        for result, why in groups[group]:
            yield from _failure(report, result, why)
        yield "</section>"


def _group(result: Result) -> str:
    if not result.case.answerable:
        return "Answered, though nothing answers"
    lost = [need.lost_at for need in result.judgement.ranks if need.lost_at]
    return f"Lost at {lost[0]}" if lost else "Other"


def _failure(report: Report, result: Result, why: str) -> Iterator[str]:
    case, record = result.case, result.response.record
    yield (
        f"<details><summary><strong>{_text(case.question)}</strong><br>"
        f'<span class="faint">{_text(case.id)}, {_text(case.kind or NOT_APPLICABLE)}: '
        f"{escape(why)}</span></summary>"
    )
    if record["standalone_question"] != case.question:
        yield f"<p>Searched for: {_text(record['standalone_question'])}</p>"
    yield f"<p>Confidence {record['confidence']}; threshold {report.made_with.get('threshold')}"
    yield f"; refused: {_text(record['reason'])}.</p>" if record["reason"] else ".</p>"
    if result.judgement.ranks:
        yield from _ranks(result.judgement.ranks)
    if case.places:
        yield "<h4>What answers</h4>"
        for gold in case.places:
            yield _gold(gold, report.texts.get(gold.doc, ""))
    elif case.must_contain:
        yield f"<p>A right quote has: {_text('; '.join(case.must_contain))}</p>"
    yield from _quotes(result)
    yield "</details>"


def _ranks(needs: Sequence[Ranks]) -> Iterator[str]:
    rows = (
        (
            str(at),
            *(
                str(rank or NOT_APPLICABLE)
                for rank in (need.retrieved, need.reranked, need.chosen, need.shown)
            ),
            str(need.lost_at or ""),
        )
        for at, need in enumerate(needs, start=1)
    )
    yield from _table(
        "Where what is needed ranked",
        ("", "retrieval", "re-ranking", "selection", "shown", "lost at"),
        rows,
    )


def _gold(gold: Gold, text: str) -> str:
    """A gold place in the words around it."""
    where = ", ".join(filter(None, (gold.doc, gold.locator, gold.stance)))
    if gold.span is None:
        page = f", page {gold.page} of the file" if gold.page else ""
        return f"<blockquote>{_text(where)}{page}</blockquote>"
    start, end = gold.span.start, gold.span.end
    before, after = text[max(0, start - CONTEXT) : start], text[end : end + CONTEXT]
    return (
        f"<blockquote><bdi>… {_text(before)}<mark>{_text(text[start:end])}</mark>{_text(after)} …"
        f'</bdi><br><span class="faint">{_text(where)}</span></blockquote>'
    )


def _quotes(result: Result) -> Iterator[str]:
    record, withheld = result.response.record, result.response.withheld
    titled: tuple[tuple[str, Sequence[Mapping[str, Any]]], ...] = (
        ("What was quoted", record["quotes"]),
        ("What the threshold held back", withheld),
        ("Nearest passages", record["nearest"]),
    )
    for title, quotes in titled:
        if quotes:
            yield f"<h4>{title}</h4>"
            yield from (_quote(result, quote) for quote in quotes)


def _quote(result: Result, quote: Mapping[str, Any]) -> str:
    case = result.case
    right = case.measurable and is_right(case, quoted(quote), case.places)
    verdict = ("right" if right else "not right") if case.measurable else "no answer"
    where = ", ".join(filter(None, (quote["document"], quote["locator"], *quote["speakers"])))
    return (
        f'<blockquote class="{"right" if right else "wrong"}"><bdi>{_text(quote["display"])}</bdi>'
        f'<br><span class="faint">{_text(where)}</span> <span class="verdict">{verdict}</span>'
        "</blockquote>"
    )
