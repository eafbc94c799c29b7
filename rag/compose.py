"""From a reader's claims to the quotes of an answer."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import islice
from typing import Protocol

from index.types import Span
from index.witnesses import split_words
from index.witnesses.differences import Difference, differences
from index.witnesses.match import Copy
from index.witnesses.standing import Witness as Ranked
from index.witnesses.standing import is_worse_copy
from rag.types import MOST_QUOTES, Claim, Quote, Witness
from rag.verify import Gate

# A claim this far below the best one is no longer offered as an answer.
MARGIN = 0.16
# So many claims are looked at for quotes and copies; the rest are far from the question.
LOOKED_AT = 40
# Passages offered where nothing answers.
NEAREST = 3


class Copied(Protocol):
    """What the index knows of copies: `Snapshot` and `Store` do."""

    def copies(self, path: str, span: Span) -> Sequence[Copy]: ...

    def witnesses(self, path: str, span: Span) -> Sequence[Ranked]: ...


def compose(
    claims: Sequence[Claim], gate: Gate, copied: Copied, scope: frozenset[str] | None = None
) -> tuple[Quote, ...]:
    """At most `MOST_QUOTES` quotes, best first.

    Of several witnesses of the same words the best is quoted, in `scope` if that is restricted, and
    the others are listed; neighbours are joined.
    """
    proven = _proven(claims, gate)
    near = [quote for claim, quote in proven if claim.score >= proven[0][0].score - MARGIN]
    joined = _join_neighbours(_distinct(near, gate, copied, scope), gate)
    return tuple(with_witnesses(quote, gate, copied) for quote in joined[:MOST_QUOTES])


def nearest(
    claims: Sequence[Claim], gate: Gate, copied: Copied, scope: frozenset[str] | None = None
) -> tuple[Quote, ...]:
    """The `NEAREST` best claims as quotes, however far below the best: nothing answers."""
    quotes = _distinct((quote for _, quote in _proven(claims, gate)), gate, copied, scope)
    return tuple(with_witnesses(quote, gate, copied) for quote in quotes[:NEAREST])


def with_witnesses(quote: Quote, gate: Gate, copied: Copied) -> Quote:
    """The quote with the other places that hold its words."""
    return replace(quote, witnesses=tuple(_witnesses(quote, gate, copied)))


def with_sources(quotes: Sequence[Quote], gate: Gate) -> tuple[Quote, ...]:
    """The quotes, each followed by the notes that it refers to; still at most `MOST_QUOTES`."""
    shown: list[Quote] = []
    for quote in quotes:
        for new in (quote, *_noted(quote, gate)):
            if not any(_overlap(old, new) for old in shown):
                shown.append(new)
    return tuple(shown[:MOST_QUOTES])


def _proven(claims: Sequence[Claim], gate: Gate) -> list[tuple[Claim, Quote]]:
    """The claims that are quotes, of those that are looked at."""
    return [(claim, quote) for claim in claims[:LOOKED_AT] if (quote := gate.quote(claim))]


def _distinct(
    quotes: Iterable[Quote], gate: Gate, copied: Copied, scope: frozenset[str] | None
) -> list[Quote]:
    """The best witness of each quote; none twice."""
    distinct: list[Quote] = []
    for quote in quotes:
        best = _best_witness(quote, gate, copied, scope)
        if best and not any(_overlap(old, best) for old in distinct):
            distinct.append(best)
    return distinct


def _overlap(first: Quote, second: Quote) -> bool:
    return first.document.path == second.document.path and first.span.overlaps(second.span)


# -- copies ----------------------------------------------------------------------------------------


def _best_witness(
    quote: Quote, gate: Gate, copied: Copied, scope: frozenset[str] | None
) -> Quote | None:
    """The same words from their best witness, whole or else the sentence that has most of them.

    None when there is a better witness that cannot be quoted: a damaged copy is no way out.
    """
    every = copied.witnesses(quote.document.path, quote.span)
    witnesses = [each for each in every if scope is None or each.document in scope]
    asked = next((witness for witness in witnesses if _is_at(witness, quote)), None)
    if asked is None or asked is witnesses[0] or not is_worse_copy(asked, witnesses[0]):
        return quote
    return next(_quotes_of(witnesses[0], quote, gate, copied), None)


def _witnesses(quote: Quote, gate: Gate, copied: Copied) -> Iterator[Witness]:
    """The other places that hold a quote's words, the best first."""
    for witness in copied.witnesses(quote.document.path, quote.span):
        if _is_at(witness, quote):
            continue
        for copy in islice(_quotes_of(witness, quote, gate, copied), 1):
            yield Witness(
                copy.document.path,
                copy.document.sha256,
                copy.span,
                copy.place,
                worded_differently(quote.display, copy.display),
            )


def _is_at(witness: Ranked, quote: Quote) -> bool:
    return witness.document == quote.document.path and witness.span.overlaps(quote.span)


def _quotes_of(witness: Ranked, quote: Quote, gate: Gate, copied: Copied) -> Iterator[Quote]:
    """A witness as a quote, then each sentence of it, those first that share most with ours: the
    whole may be longer than a quote, or go over the end of a paragraph."""
    back = copied.copies(witness.document, witness.span)
    pairs = (copy.sentences for copy in back)
    parts = [pair for pair in pairs if pair.theirs.document == quote.document.path]
    parts.sort(key=lambda part: -part.shared)
    for span in (witness.span, *(part.ours.span for part in parts)):
        if found := gate.quote(Claim(witness.document, span, 0.0)):
            yield found


def have_words_in_common(ours: str, theirs: str) -> bool:
    """Whether a third of the words of one of two texts are in the other, as in any copy: a quote
    of several sentences may have a copy of one of them."""
    found = differences(ours, theirs)
    lost = sum(len(split_words(each.our_words)) for each in found)
    added = sum(len(split_words(each.their_words)) for each in found)
    return 3 * lost <= 2 * len(split_words(ours)) or 3 * added <= 2 * len(split_words(theirs))


def worded_differently(ours: str, theirs: str) -> tuple[Difference, ...]:
    """How the words of a quote read in a witness, whose sentences may begin and end elsewhere."""
    return differences(ours, theirs, within=Span(0, len(ours)))


# -- neighbours ------------------------------------------------------------------------------------


def _join_neighbours(quotes: list[Quote], gate: Gate) -> list[Quote]:
    """Make one quote of those that follow each other in the source, in the place of the best."""
    joined: list[Quote] = []
    for quote in quotes:
        for at, other in enumerate(joined):
            if longer := _joined(other, quote, gate):
                joined[at] = longer
                break
        else:
            joined.append(quote)
    # One that came between two others has made neighbours of them.
    return joined if len(joined) == len(quotes) else _join_neighbours(joined, gate)


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
