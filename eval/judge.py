"""One answer judged against one question's gold."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from eval.cases import Case, Gold
from eval.metrics import Quoted, answers, first_rank, locator_right, share, shared
from index.types import Hit, Span

NEEDED_AT = 5


@dataclass(frozen=True, slots=True)
class Judgement:
    """What was right about an answer. Fields that do not apply to the question are None.

    `passage_rank`, `quote_rank`: of the first right passage and quote, from 1; None when there is
    none. `precision`: right quotes of those shown. `needed`: of the golds of a question that needs
    all of them, those among the first five quotes; `sides`: of the documents that these golds
    stand in, those quoted. `locator`: whether the first right quote shows the gold's paragraph,
    note or page number. `trap`: whether a damaged copy was quoted.
    """

    refused: bool
    passage_rank: int | None
    quote_rank: int | None
    precision: float | None
    needed: float | None
    sides: float | None
    locator: bool | None
    trap: bool | None


def judge(case: Case, record: dict[str, Any], hits: Sequence[Hit]) -> Judgement:
    """Judge an answer's record (`rag.render.to_record`) and the passages that were retrieved."""
    refused = bool(record["abstained"]) or not record["quotes"]
    quotes = [_quoted(quote) for quote in record["quotes"]]
    right = [_right(case, quote) for quote in quotes] if case.measurable else []
    all_needed = case.measurable and case.gold_mode == "all"
    return Judgement(
        refused=refused,
        passage_rank=first_rank(_holds(hit, case.places) for hit in hits),
        quote_rank=first_rank(right),
        precision=share(right),
        needed=share(_found(case.gold, quotes[:NEEDED_AT])) if all_needed else None,
        sides=_sides(case.gold, quotes) if all_needed else None,
        locator=_locator(case, quotes),
        trap=any(_quotes_trap(quote, case.trap) for quote in quotes) if case.trap else None,
    )


def _quoted(quote: dict[str, Any]) -> Quoted:
    return Quoted(
        document=quote["document"],
        span=Span(quote["start"], quote["end"]),
        text=quote["text"],
        locator=quote["locator"],
        page=quote["page"],
    )


def _right(case: Case, quote: Quoted) -> bool:
    return any(_answers(case, quote, gold) for gold in case.places)


def _answers(case: Case, quote: Quoted, gold: Gold) -> bool:
    # Where every gold is needed, the strings of one would vouch for the others.
    return answers(quote, gold, case.must_contain if case.gold_mode == "any" else ())


def _holds(hit: Hit, places: Sequence[Gold]) -> bool:
    """Whether a passage holds some of a gold place."""
    return any(hit.document == gold.doc and _touches(hit, gold) for gold in places)


def _touches(hit: Hit, gold: Gold) -> bool:
    if gold.span is not None:
        return hit.passage.span.overlaps(gold.span)
    return any(sentence.place.sheet == gold.page for sentence in hit.passage)


def _found(golds: Sequence[Gold], quotes: Sequence[Quoted]) -> list[bool]:
    return [any(answers(quote, gold) for quote in quotes) for gold in golds]


def _sides(golds: Sequence[Gold], quotes: Sequence[Quoted]) -> float:
    """Of the documents with a gold, how many are quoted with one."""
    found = _found(golds, quotes)
    quoted = {gold.doc for gold, is_found in zip(golds, found, strict=True) if is_found}
    return len(quoted) / len({gold.doc for gold in golds})


def _locator(case: Case, quotes: Sequence[Quoted]) -> bool | None:
    """The locator of the first right quote, against that of the gold it answers with."""
    if not case.measurable:
        return None
    pairs = ((quote, gold) for quote in quotes for gold in case.places)
    for quote, gold in pairs:
        if _answers(case, quote, gold):
            return locator_right(gold.locator, quote.locator)
    return None


def _quotes_trap(quote: Quoted, trap: Gold) -> bool:
    if quote.document != trap.doc or trap.span is None:
        return False
    return shared(quote.span, trap.span) > 0
