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
    distinct: list[_Candidate] = []
    for claim, quote in _near_the_best(claims, gate):
        context = contexts.get((claim.document, claim.span), quote.display)
        _take(distinct, _Candidate(quote, claim.score, context))
    joined = _join_neighbours(distinct, gate)
    return tuple(_with_witnesses(candidate) for candidate in joined[:MOST_QUOTES])


def _near_the_best(claims: Sequence[Claim], gate: Gate) -> list[tuple[Claim, Quote]]:
    """The claims that are quotes and score within the margin of the best that is one."""
    proven = [(claim, quote) for claim in claims[:LOOKED_AT] if (quote := gate.quote(claim))]
    return [(claim, quote) for claim, quote in proven if claim.score >= proven[0][0].score - MARGIN]


def _take(chosen: list[_Candidate], new: _Candidate) -> None:
    """Add a candidate: as a copy of one chosen before, or as one more."""
    for at, old in enumerate(chosen):
        if _same_document(old, new) and old.quote.span.overlaps(new.quote.span):
            return
        if are_copies(old.quote.display, new.quote.display, old.context, new.context):
            chosen[at] = _best_witness(old, new)
            return
    chosen.append(new)


def _best_witness(old: _Candidate, new: _Candidate) -> _Candidate:
    """Two copies as one candidate: the fuller wording as the quote, the other as its copy."""
    best, copy = (new, old) if _fuller(new.quote, old.quote) else (old, new)
    return replace(best, score=old.score, copies=(*old.copies, copy.quote, *new.copies))


def _fuller(first: Quote, second: Quote) -> bool:
    """Whether a copy is the better witness: it has lost less, or is part of a longer source."""
    ours = (len(words(first.display)), len(first.document.text))
    return ours > (len(words(second.display)), len(second.document.text))


def _join_neighbours(candidates: list[_Candidate], gate: Gate) -> list[_Candidate]:
    """Make one quote of those that follow each other in the source; ranks are those of the best.

    Copies are found before, sentence by sentence: a joined quote would look fuller than a copy.
    """
    joined: list[_Candidate] = []
    for candidate in candidates:
        for at, other in enumerate(joined):
            if longer := _as_neighbours(other, candidate, gate):
                joined[at] = longer
                break
        else:
            joined.append(candidate)
    # One that came between two others has made neighbours of them.
    return joined if len(joined) == len(candidates) else _join_neighbours(joined, gate)


def _as_neighbours(first: _Candidate, second: _Candidate, gate: Gate) -> _Candidate | None:
    """Both as one, when no word lies between them, neither has copies, and it is not too long."""
    if not _same_document(first, second) or first.copies or second.copies:
        return None
    start, end = sorted((first.quote.span, second.quote.span))
    between = first.quote.document.text[start.end : end.start]
    if any(character.isalnum() for character in between):
        return None
    span = Span(start.start, end.end)
    quote = gate.quote(Claim(first.quote.document.path, span, first.score))
    return replace(first, quote=quote) if quote else None


def _same_document(first: _Candidate, second: _Candidate) -> bool:
    return first.quote.document.path == second.quote.document.path


def _with_witnesses(candidate: _Candidate) -> Quote:
    quote = candidate.quote
    return replace(
        quote,
        witnesses=tuple(
            Witness(
                copy.document.path,
                copy.document.sha256,
                copy.span,
                copy.place,
                same_words(copy.display, quote.display),
            )
            for copy in candidate.copies
        ),
    )
