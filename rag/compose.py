"""From a reader's claims to the quotes of an answer."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby

from index.types import Span
from index.witnesses.differences import Difference, differences
from index.witnesses.ledger import Copy
from rag.types import MOST_QUOTES, Claim, Quote, Witness
from rag.verify import Gate

# A claim this far below the best one is no longer offered as an answer.
MARGIN = 0.16
# So many claims are looked at for quotes and copies; the rest are far from the question.
LOOKED_AT = 40

# The copies of a range of a document, as the index knows them.
FindCopies = Callable[[str, Span], Sequence[Copy]]


@dataclass(frozen=True, slots=True)
class _Candidate:
    """A quote in the making."""

    quote: Quote
    score: float


def compose(claims: Sequence[Claim], gate: Gate, find_copies: FindCopies) -> tuple[Quote, ...]:
    """At most `MOST_QUOTES` quotes, best first.

    Of several witnesses of the same words the best is quoted and the others are listed; neighbours
    are joined.
    """
    distinct: list[_Candidate] = []
    for claim, quote in _near_the_best(claims, gate):
        best = _best_witness(quote, gate, find_copies)
        if best and not any(_overlap(old.quote, best) for old in distinct):
            distinct.append(_Candidate(best, claim.score))
    joined = [candidate.quote for candidate in _join_neighbours(distinct, gate)]
    return tuple(with_witnesses(quote, gate, find_copies) for quote in joined[:MOST_QUOTES])


def with_witnesses(quote: Quote, gate: Gate, find_copies: FindCopies) -> Quote:
    """The quote with the other places that hold its words."""
    return replace(quote, witnesses=tuple(_witnesses(quote, gate, find_copies)))


def with_sources(quotes: Sequence[Quote], gate: Gate) -> tuple[Quote, ...]:
    """The quotes, each followed by the notes that it refers to; still at most `MOST_QUOTES`."""
    shown: list[Quote] = []
    for quote in quotes:
        for new in (quote, *_noted(quote, gate)):
            if not any(_overlap(old, new) for old in shown):
                shown.append(new)
    return tuple(shown[:MOST_QUOTES])


def _near_the_best(claims: Sequence[Claim], gate: Gate) -> list[tuple[Claim, Quote]]:
    """The claims that are quotes and score within the margin of the best that is one."""
    proven = [(claim, quote) for claim in claims[:LOOKED_AT] if (quote := gate.quote(claim))]
    return [(claim, quote) for claim, quote in proven if claim.score >= proven[0][0].score - MARGIN]


def _overlap(first: Quote, second: Quote) -> bool:
    return first.document.path == second.document.path and first.span.overlaps(second.span)


# -- copies ----------------------------------------------------------------------------------------


def _best_witness(quote: Quote, gate: Gate, find_copies: FindCopies) -> Quote | None:
    """The same words from their best witness, whole or else the sentence that has most of them.

    None when there is a better witness that cannot be quoted: a damaged copy is no way out.
    """
    copies = find_copies(quote.document.path, quote.span)
    best = best_witness(copies)
    if best is None:
        return quote
    parts = [
        copy.sentence
        for copy in find_copies(best.document, best.span)
        if copy.sentence.theirs.document == quote.document.path
    ]
    parts.sort(key=lambda part: -part.shared)
    spans = [best.span, *(part.ours.span for part in parts)]
    quotes = (gate.quote(Claim(best.document, span, 0.0)) for span in spans)
    return next(filter(None, quotes), None)


def _witnesses(quote: Quote, gate: Gate, find_copies: FindCopies) -> Iterator[Witness]:
    """The other places that hold a quote's words, each in as few ranges as can be quoted."""
    copies = find_copies(quote.document.path, quote.span)
    others = sorted({copy.sentence.theirs for copy in copies})
    for path, group in groupby(others, key=lambda stretch: stretch.document):
        for copy in _few(path, [stretch.span for stretch in group], gate):
            yield Witness(
                copy.document.path,
                copy.document.sha256,
                copy.span,
                copy.place,
                worded_differently(quote.display, copy.display),
            )


def worded_differently(ours: str, theirs: str) -> tuple[Difference, ...]:
    """How the words of a quote read in a witness, whose sentences may begin and end elsewhere."""
    return differences(ours, theirs, within=Span(0, len(ours)))


def _few(path: str, spans: Sequence[Span], gate: Gate) -> Iterator[Quote]:
    """Ranges of a document, in order, as quotes: joined as long as they follow one another."""
    last: Quote | None = None
    for span in spans:
        found = gate.quote(Claim(path, span, 0.0))
        if found is None:
            continue
        joined = _joined(last, found, gate) if last else None
        if last and not joined:
            yield last
        last = joined or found
    if last:
        yield last


# -- neighbours ------------------------------------------------------------------------------------


def _join_neighbours(candidates: list[_Candidate], gate: Gate) -> list[_Candidate]:
    """Make one quote of those that follow each other in the source; ranks are those of the best."""
    joined: list[_Candidate] = []
    for candidate in candidates:
        for at, other in enumerate(joined):
            if longer := _joined(other.quote, candidate.quote, gate):
                joined[at] = replace(other, quote=longer)
                break
        else:
            joined.append(candidate)
    # One that came between two others has made neighbours of them.
    return joined if len(joined) == len(candidates) else _join_neighbours(joined, gate)


def _joined(first: Quote, second: Quote, gate: Gate) -> Quote | None:
    """Both as one quote, when no word lies between them and the same person speaks."""
    if first.document.path != second.document.path or first.speakers != second.speakers:
        return None
    start, end = sorted((first.span, second.span))
    between = first.document.text[start.end : end.start]
    if any(character.isalnum() for character in between):
        return None
    span = Span(start.start, max(start.end, end.end))
    return gate.quote(Claim(first.document.path, span, 0.0))


def _noted(quote: Quote, gate: Gate) -> Iterator[Quote]:
    """The notes of a quote as quotes of their own."""
    for note in quote.notes:
        if note.marker and (found := gate.quote(Claim(quote.document.path, note.span, 0.0))):
            yield found
