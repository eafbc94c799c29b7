"""From a reader's claims to the quotes of an answer."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from index.types import Hit, Span
from index.witnesses import are_copies, same_words, words
from rag.types import MOST_QUOTES, Claim, Quote, Witness
from rag.verify import Gate

# A claim this far below the best one is no longer offered as an answer.
MARGIN = 0.16
# So many claims are looked at for quotes and copies; the rest are far from the question.
LOOKED_AT = 40


@dataclass(frozen=True, slots=True)
class _Candidate:
    """A quote in the making, with the passage that it stands in."""

    quote: Quote
    score: float
    context: str
    copies: tuple[Quote, ...] = ()


def compose(claims: Sequence[Claim], hits: Sequence[Hit], gate: Gate) -> tuple[Quote, ...]:
    """At most `MOST_QUOTES` quotes, best first; neighbours joined, copies listed as witnesses."""
    contexts = {
        (hit.document, sentence.span): hit.passage.reading
        for hit in hits
        for sentence in hit.passage
    }
    chosen: list[_Candidate] = []
    for claim in _near_the_best(claims):
        quote = gate.quote(claim)
        if quote:
            context = contexts.get((claim.document, claim.span), quote.display)
            _take(chosen, _Candidate(quote, claim.score, context), gate)
    return tuple(_with_witnesses(candidate) for candidate in chosen[:MOST_QUOTES])


def _near_the_best(claims: Sequence[Claim]) -> list[Claim]:
    looked_at = claims[:LOOKED_AT]
    return [claim for claim in looked_at if claim.score >= looked_at[0].score - MARGIN]


def _take(chosen: list[_Candidate], new: _Candidate, gate: Gate) -> None:
    """Add a candidate: as a copy of one chosen before, as the neighbour of one, or as one more."""
    for at, old in enumerate(chosen):
        merged = _as_copy(old, new) or _as_neighbour(old, new, gate)
        if merged:
            chosen[at] = merged
            return
    chosen.append(new)


def _as_copy(old: _Candidate, new: _Candidate) -> _Candidate | None:
    """Both as one, the fuller wording as the quote and the other as its copy."""
    if not are_copies(old.quote.display, new.quote.display, old.context, new.context):
        return None
    best, copy = (new, old) if _fuller(new.quote, old.quote) else (old, new)
    return replace(best, score=old.score, copies=(*old.copies, copy.quote, *new.copies))


def _fuller(first: Quote, second: Quote) -> bool:
    """Whether a copy is the better witness: it has lost less, or is part of a longer source."""
    ours = (len(words(first.display)), len(first.document.text))
    return ours > (len(words(second.display)), len(second.document.text))


def _as_neighbour(old: _Candidate, new: _Candidate, gate: Gate) -> _Candidate | None:
    """Both as one quote, when no word lies between them and it does not grow too long."""
    if old.quote.document.path != new.quote.document.path or old.copies:
        return None
    first, second = sorted((old.quote.span, new.quote.span))
    between = old.quote.document.text[first.end : second.start]
    if any(character.isalnum() for character in between):
        return None
    span = Span(first.start, max(first.end, second.end))
    quote = gate.quote(Claim(old.quote.document.path, span, old.score))
    return replace(old, quote=quote) if quote else None


def _with_witnesses(candidate: _Candidate) -> Quote:
    quote = candidate.quote
    return replace(
        quote,
        witnesses=tuple(
            Witness(
                copy.document.path,
                copy.span,
                copy.place,
                same_words(copy.display, quote.display),
            )
            for copy in candidate.copies
        ),
    )
