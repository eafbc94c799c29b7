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
from rag.positions import Said, positions, same_answer
from rag.types import MOST_QUOTES, POSITIONS, Claim, Quote, Verdict, Witness
from rag.verify import Gate

# So many claims are looked at for quotes and copies; the rest are far from the question.
LOOKED_AT = 40
# Passages offered where nothing answers.
NEAREST = 3


# A claim that the gate let through, and the quote that became of it.
Proven = tuple[Claim, Quote]


class Copied(Protocol):
    """What the index knows of copies: `Snapshot` and `Store` do."""

    def copies(self, path: str, span: Span) -> Sequence[Copy]: ...

    def witnesses(self, path: str, span: Span) -> Sequence[Ranked]: ...


def compose(
    question: str,
    verdict: Verdict,
    gate: Gate,
    copied: Copied,
    scope: frozenset[str] | None = None,
) -> tuple[Quote, ...]:
    """At most `MOST_QUOTES` quotes, best first.

    Of several witnesses of the same words the best is quoted, in `scope` if that is restricted, and
    the others are listed; neighbours are joined. Positions are the reader's, named anew so that
    none is missing among those shown, or else those that `rag.positions` tells apart.
    """
    proven = list(_proven(verdict.claims, gate))
    near = [each for each in proven if each[0].score >= proven[0][0].score - verdict.margin]
    spread = _spread(list(_distinct(near, gate, copied, scope)), verdict.repeat)
    shown = _join_neighbours(spread, gate)[:MOST_QUOTES]
    placed = with_positions(
        shown if any(quote.position for quote in shown) else _placed(question, shown)
    )
    return tuple(with_witnesses(quote, gate, copied) for quote in placed)


def nearest(
    claims: Sequence[Claim], gate: Gate, copied: Copied, scope: frozenset[str] | None = None
) -> tuple[Quote, ...]:
    """The `NEAREST` best claims as quotes, however far below the best: nothing answers."""
    found = islice(_distinct(_proven(claims, gate), gate, copied, scope), NEAREST)
    return tuple(with_witnesses(quote, gate, copied) for _, quote in found)


def with_witnesses(quote: Quote, gate: Gate, copied: Copied) -> Quote:
    """The quote with the other places that hold its words."""
    return replace(quote, witnesses=tuple(_witnesses(quote, gate, copied)))


def with_positions(quotes: Sequence[Quote]) -> list[Quote]:
    """The quotes with their positions called A, B, ... in order; without, where only one is left:
    there is nothing that it disagrees with."""
    held = dict.fromkeys(quote.position for quote in quotes if quote.position)
    names = dict(zip(held, POSITIONS, strict=False)) if len(held) > 1 else {}
    return [replace(quote, position=names.get(quote.position or "")) for quote in quotes]


def with_sources(quotes: Sequence[Quote], gate: Gate) -> tuple[Quote, ...]:
    """The quotes, each followed by the notes that it refers to; still at most `MOST_QUOTES`."""
    shown: list[Quote] = []
    for quote in quotes:
        for new in (quote, *_noted(quote, gate)):
            if not any(_overlap(old, new) for old in shown):
                shown.append(new)
    return tuple(shown[:MOST_QUOTES])


def _proven(claims: Sequence[Claim], gate: Gate) -> Iterator[Proven]:
    """The claims that are quotes, of those that are looked at."""
    return ((claim, quote) for claim in claims[:LOOKED_AT] if (quote := gate.quote(claim)))


def _distinct(
    proven: Iterable[Proven], gate: Gate, copied: Copied, scope: frozenset[str] | None
) -> Iterator[Proven]:
    """The best witness of each quote; none twice."""
    distinct: list[Quote] = []
    for claim, quote in proven:
        best = _best_witness(quote, gate, copied, scope)
        if best and not any(_overlap(old, best) for old in distinct):
            distinct.append(best)
            yield claim, best


def _spread(proven: Sequence[Proven], repeat: float) -> list[Quote]:
    """The quotes in their order; if repeating costs something, each next one is the best when it
    loses `repeat` for every one before it that is of the same document, and for every one that
    gives the same answer (maximal marginal relevance, Carbonell & Goldstein 1998)."""
    if not repeat:
        return [quote for _, quote in proven]
    left = [(claim.score, quote, _said(quote)) for claim, quote in proven]
    taken: list[Quote] = []
    while left:
        at = max(range(len(left)), key=lambda at: left[at][0])
        _, quote, said = left.pop(at)
        taken.append(quote)
        left = [
            (worth - repeat * _likes(quote, said, other, its), other, its)
            for worth, other, its in left
        ]
    return taken


def _likes(quote: Quote, said: Said, other: Quote, its: Said) -> int:
    """In how many ways a quote repeats another."""
    return (quote.document.path == other.document.path) + same_answer(said, its)


def _placed(question: str, quotes: Sequence[Quote]) -> list[Quote]:
    """The quotes with the positions that they take to the question, where the reader knows the
    words that answer: what is only similar takes none."""
    if not any(quote.answer for quote in quotes):
        return list(quotes)
    labels = positions(question, [_said(quote) for quote in quotes])
    return [replace(quote, position=at) for quote, at in zip(quotes, labels, strict=True)]


def _said(quote: Quote) -> Said:
    return Said(quote.answer.display if quote.answer else "", quote.display)


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
    best = next(_quotes_of(witnesses[0], quote, gate, copied), None)
    return best and replace(best, position=quote.position)


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
    words = quote.answer.display if quote.answer else ""
    for span in (witness.span, *(part.ours.span for part in parts)):
        if found := gate.quote(Claim(witness.document, span, 0.0, words)):
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
    """Both as one quote, when no word lies between them, the same person speaks, and they do not
    disagree."""
    if first.document.path != second.document.path or first.speakers != second.speakers:
        return None
    if first.position != second.position:
        return None
    start, end = sorted((first.span, second.span))
    between = first.document.text[start.end : end.start]
    if any(character.isalnum() for character in between):
        return None
    span = Span(start.start, max(start.end, end.end))
    words = first.answer.display if first.answer else ""
    return gate.quote(Claim(first.document.path, span, 0.0, words, first.position))


def _noted(quote: Quote, gate: Gate) -> Iterator[Quote]:
    """The notes of a quote as quotes of their own."""
    for note in quote.notes:
        if note.marker and (found := gate.quote(Claim(quote.document.path, note.span, 0.0))):
            yield found
