"""Where what a question needs ranked at each stage, and which stage lost it."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from eval.asking.response import Retrieved
from eval.cases import Case, Gold
from eval.judging.right import Quoted, answers, contains
from index.errors import PinciteError

# What each stage has to do: re-ranking, to put the passage among so many; selection, a quote, and
# where several things are needed, each of them.
RERANKED_TO: Final = 5
CHOSEN_TO: Final = 3
NEEDED_AT: Final = 5

# Canonical texts by document.
Texts = Mapping[str, str]


class Stage(StrEnum):
    """The stages of an answer, each of which can lose what the one before it handed on."""

    RETRIEVAL = "retrieval"
    RERANKING = "re-ranking"
    SELECTION = "selection"
    THRESHOLD = "threshold"


@dataclass(frozen=True, slots=True)
class Ranks:
    """The ranks, from 1, of one thing that a question needs; None where it was not there.

    `retrieved` and `reranked`: of the first passage that holds it, before and after late
    interaction; of the first document, where the gold is a whole one. `chosen`: of the first quote
    that answers with it, whatever the threshold; `shown`: the same, None for a refusal. `grade`:
    how relevant it is.
    """

    retrieved: int | None
    reranked: int | None
    chosen: int | None
    shown: int | None
    grade: int = 1

    def lost_at(self, chosen_to: int) -> Stage | None:
        """The stage that lost it; None when it was shown among the first `chosen_to` quotes.

        Retrieval has to bring it among the candidates, re-ranking among the first passages,
        selection among the first quotes, and the threshold has to let these pass.
        """
        if within(self.shown, chosen_to):
            return None
        if within(self.chosen, chosen_to):
            return Stage.THRESHOLD
        if self.retrieved is None:
            return Stage.RETRIEVAL
        return Stage.SELECTION if within(self.reranked, RERANKED_TO) else Stage.RERANKING


def within(rank: int | None, k: int) -> bool:
    """Whether there is one among the first `k` (success at k)."""
    return rank is not None and rank <= k


def first_rank(right: Iterable[bool]) -> int | None:
    """The rank, from 1, of the first that is right."""
    return next((rank for rank, is_right in enumerate(right, start=1) if is_right), None)


def ranks(
    case: Case,
    retrieved: Sequence[Retrieved],
    chosen: Sequence[Quoted],
    shown: Sequence[Quoted],
    texts: Texts,
) -> tuple[Ranks, ...]:
    """The ranks of each thing that a question needs: of every gold where all are needed, otherwise
    of the first place that answers. Passages come as they were re-ranked."""
    if not case.measurable:
        return ()
    before = sorted(retrieved, key=lambda each: each.rank)
    return tuple(
        Ranks(
            retrieved=_passage_rank(case, places, before, texts),
            reranked=_passage_rank(case, places, retrieved, texts),
            chosen=first_rank(is_right(case, quote, places) for quote in chosen),
            shown=first_rank(is_right(case, quote, places) for quote in shown),
            grade=max((place.grade for place in places), default=1),
        )
        for places in needs(case)
    )


def needs(case: Case) -> list[Sequence[Gold]]:
    """What a question needs, each as the places of which one is enough."""
    return [(gold,) for gold in case.gold] if case.needs_all else [case.places]


def is_right(case: Case, quote: Quoted, places: Sequence[Gold]) -> bool:
    """Whether a quote answers with one of the places, or in the words where no place is known."""
    # Where every gold is needed, the strings of one would vouch for the others.
    strings = () if case.needs_all else case.must_contain
    if not places:
        return contains(quote.text, strings)
    return any(answers(quote, place, strings) for place in places)


def _passage_rank(
    case: Case, places: Sequence[Gold], passages: Sequence[Retrieved], texts: Texts
) -> int | None:
    """The rank of the first passage that holds something of one of the places."""

    def holds(passage: Retrieved) -> bool:
        text: Callable[[], str] = lambda: _text(passage, texts)  # noqa: E731
        if not places:
            return contains(text(), case.must_contain)
        return any(_touches(case, passage, place, text) for place in places)

    if not places or not all(_is_whole(place) for place in places):
        return first_rank(holds(passage) for passage in passages)
    # Documents are ranked by their best passage.
    documents = list(dict.fromkeys(passage.document for passage in passages))
    right = {passage.document for passage in passages if holds(passage)}
    return first_rank(document in right for document in documents)


def _text(passage: Retrieved, texts: Texts) -> str:
    try:
        return passage.span.of(texts[passage.document])
    except (LookupError, ValueError) as error:
        raise PinciteError(
            f"{passage.document} has no {passage.span.start}..{passage.span.end} any more, where a "
            "passage was found: the source is gone, closed, or changed since. Put it back, or run "
            "pincite eval again with the sources as they are"
        ) from error


def _is_whole(place: Gold) -> bool:
    return place.span is None and place.page is None


def _touches(case: Case, passage: Retrieved, place: Gold, text: Callable[[], str]) -> bool:
    if passage.document != place.doc:
        return False
    if place.span is not None:
        return passage.span.overlaps(place.span)
    if place.page is not None:
        return place.page in passage.pages
    return case.needs_all or not case.must_contain or contains(text(), case.must_contain)
