"""Every failure of a run, opened up, so that a person sees which stage lost what."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from html import escape
from typing import Any, Final

from eval.cases import Gold
from eval.figures.values import Result
from eval.judging import Judgement
from eval.judging.judge import quoted
from eval.judging.ranks import is_right
from eval.report.markup import table, text
from eval.report.tables import NOT_APPLICABLE, problem
from eval.report.types import Report

# Of the source, on either side of the gold.
CONTEXT: Final = 240


def failures(report: Report) -> Iterator[str]:
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
    lost = result.judgement.lost_first
    return f"Lost at {lost}" if lost else "Other"


def _failure(report: Report, result: Result, why: str) -> Iterator[str]:
    case, record = result.case, result.response.record
    name = ", ".join(filter(None, (case.id, case.kind)))
    yield (
        f"<details><summary><strong>{text(case.question)}</strong><br>"
        f'<span class="faint">{text(name)}: {escape(why)}</span></summary>'
    )
    if record["standalone_question"] != case.question:
        yield f"<p>Searched for: {text(record['standalone_question'])}</p>"
    yield f"<p>Confidence {record['confidence']}; threshold {report.made_with.get('threshold')}"
    yield f"; refused: {text(record['reason'])}.</p>" if record["reason"] else ".</p>"
    if result.judgement.ranks:
        yield from _ranks(result.judgement)
    if case.places:
        yield "<h4>What answers</h4>"
        for gold in case.places:
            yield _gold(gold, report.texts.get(gold.doc, ""))
    elif case.must_contain:
        yield f"<p>A right quote has: {text('; '.join(case.must_contain))}</p>"
    yield from _quotes(result)
    yield "</details>"


def _ranks(judgement: Judgement) -> Iterator[str]:
    rows = (
        (
            str(at),
            *(
                str(rank or NOT_APPLICABLE)
                for rank in (need.retrieved, need.reranked, need.chosen, need.shown)
            ),
            str(lost or ""),
        )
        for at, (need, lost) in enumerate(
            zip(judgement.ranks, judgement.lost_at, strict=True), start=1
        )
    )
    yield from table(
        "Where what is needed ranked",
        ("", "retrieval", "re-ranking", "selection", "shown", "lost at"),
        rows,
    )


def _gold(gold: Gold, source: str) -> str:
    """A gold place in the words around it."""
    where = ", ".join(filter(None, (gold.doc, gold.locator, gold.stance)))
    if gold.span is None:
        page = f", page {gold.page} of the file" if gold.page else ""
        return f"<blockquote>{text(where)}{page}</blockquote>"
    start, end = gold.span.start, gold.span.end
    before, after = source[max(0, start - CONTEXT) : start], source[end : end + CONTEXT]
    return (
        f"<blockquote><bdi>… {text(before)}<mark>{text(source[start:end])}</mark>{text(after)} …"
        f'</bdi><br><span class="faint">{text(where)}</span></blockquote>'
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
        f'<blockquote class="{"right" if right else "wrong"}"><bdi>{text(quote["display"])}</bdi>'
        f'<br><span class="faint">{text(where)}</span> <span class="verdict">{verdict}</span>'
        "</blockquote>"
    )
