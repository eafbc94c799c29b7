"""One response judged against one question's gold."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from eval.asking.response import Response
from eval.cases import Case, Gold
from eval.judging.citation import is_authors, is_named, locator_right
from eval.judging.ranks import (
    CHOSEN_TO,
    NEEDED_AT,
    Ranks,
    Stage,
    Texts,
    first_rank,
    is_right,
    ranks,
    within,
)
from eval.judging.right import Quoted, answers, shared
from index.types import Span

# Of questions of this kind, the gold's stance names the person whose words are asked for.
ATTRIBUTION = "attribution"


@dataclass(frozen=True, slots=True)
class Judgement:
    """What was right about an answer. Fields that do not apply to the question are None.

    `ranks`: of each thing that the question needs, at each stage. `quote_rank`: of the first right
    quote, from 1, `chosen_rank`: the same before the threshold; None when there is none.
    `precision`: right quotes of those shown. `needed`: of the golds of a question that needs all of
    them, those among the first five quotes; `sides`: of the documents that these golds stand in,
    those quoted. `locator` and `speaker`: whether the first right quote shows the gold's paragraph,
    note or page number, and the name of the person whose words they are. `trap`: whether a damaged
    copy was quoted, or a place that a person rejected.
    """

    refused: bool
    ranks: tuple[Ranks, ...] = ()
    quote_rank: int | None = None
    chosen_rank: int | None = None
    precision: float | None = None
    needed: float | None = None
    sides: float | None = None
    locator: bool | None = None
    speaker: bool | None = None
    trap: bool | None = None

    @property
    def passage_rank(self) -> int | None:
        """The rank of the first right passage, as re-ranked."""
        return min((each.reranked for each in self.ranks if each.reranked), default=None)

    @property
    def lost_at(self) -> tuple[Stage | None, ...]:
        """The stage that lost each thing that the question needs; None for what was quoted among
        the first three quotes, or five where all are needed, as `needed` counts."""
        chosen_to = CHOSEN_TO if self.needed is None else NEEDED_AT
        return tuple(each.lost_at(chosen_to) for each in self.ranks)

    @property
    def lost_first(self) -> Stage | None:
        """The stage that lost the first thing that was missed."""
        return next((stage for stage in self.lost_at if stage), None)


def judge(case: Case, response: Response, texts: Texts = MappingProxyType({})) -> Judgement:
    """Judge a response. `texts` are the canonical texts of the sources by document: they say which
    passages hold the words of a gold that has no offsets."""
    record = response.record
    refused = bool(record["abstained"]) or not record["quotes"]
    shown = [quoted(quote) for quote in record["quotes"]]
    chosen = [quoted(quote) for quote in response.chosen]
    right = [is_right(case, quote, case.places) for quote in shown] if case.measurable else []
    found = ranks(case, response.retrieved, chosen, shown, texts)
    first = _first_right(case, shown)
    return Judgement(
        refused=refused,
        ranks=found,
        quote_rank=first_rank(right),
        chosen_rank=first_rank(
            case.measurable and is_right(case, quote, case.places) for quote in chosen
        ),
        precision=sum(right) / len(right) if right else None,
        needed=_needed(found) if case.needs_all else None,
        sides=_sides(case.gold, shown) if case.needs_all else None,
        locator=locator_right(first[1].locator, first[0].locator) if first else None,
        speaker=_speaker(*first) if first and case.kind == ATTRIBUTION else None,
        trap=_quotes_trap(case, shown),
    )


def quoted(quote: Mapping[str, Any]) -> Quoted:
    """A quote of a record as what is measured of it."""
    return Quoted(
        document=quote["document"],
        span=Span(quote["start"], quote["end"]),
        text=quote["text"],
        locator=quote["locator"],
        page=quote["page"],
        speakers=tuple(quote["speakers"]),
    )


def _needed(found: Sequence[Ranks]) -> float:
    return sum(within(each.shown, NEEDED_AT) for each in found) / len(found)


def _sides(golds: Sequence[Gold], quotes: Sequence[Quoted]) -> float:
    """Of the documents with a gold, how many are quoted with one."""
    quoted = {gold.doc for gold in golds if any(answers(quote, gold) for quote in quotes)}
    return len(quoted) / len({gold.doc for gold in golds})


def _first_right(case: Case, quotes: Sequence[Quoted]) -> tuple[Quoted, Gold] | None:
    """The first right quote and the gold that it answers with."""
    if not case.measurable:
        return None
    pairs = ((quote, gold) for quote in quotes for gold in case.places)
    return next(((quote, gold) for quote, gold in pairs if is_right(case, quote, [gold])), None)


def _speaker(quote: Quoted, gold: Gold) -> bool | None:
    if not gold.stance or not quote.speakers:
        return None
    # A chain of one is the author's own voice.
    return (
        len(quote.speakers) == 1
        if is_authors(gold.stance)
        else is_named(quote.speakers[0], gold.stance)
    )


def _quotes_trap(case: Case, quotes: Sequence[Quoted]) -> bool | None:
    """Whether a damaged copy, or a place that a person rejected, is quoted."""
    traps = [*([case.trap] if case.trap else []), *case.rejected]
    if not traps:
        return None
    return any(_stands_in(quote, trap) for quote in quotes for trap in traps)


def _stands_in(quote: Quoted, place: Gold) -> bool:
    if quote.document != place.doc or place.span is None:
        return False
    return shared(quote.span, place.span) > 0
