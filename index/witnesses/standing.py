"""Which of several witnesses of the same words is the fullest and cleanest, and why."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from index.types import Span
from index.witnesses import split_words
from index.witnesses.differences import Difference, Sense, change_sense, differences
from index.witnesses.match import Copy
from index.witnesses.oddities import oddities

# A passage that lost this much more than its copy is damaged, whatever else differs.
LEAST_DAMAGE = 0.05


@dataclass(frozen=True, slots=True)
class Excerpt:
    """Sentences of a document as they read, with some of the text before and after them.

    `inner` is where in `text` they are, one range a sentence; `length` is of the whole source.
    """

    document: str
    span: Span
    text: str
    inner: tuple[Span, ...]
    length: int

    @property
    def within(self) -> Span:
        return Span(self.inner[0].start, self.inner[-1].end)

    @property
    def reading(self) -> str:
        return self.within.of(self.text)


@dataclass(frozen=True, slots=True)
class Witness:
    """One of the places where the same words stand.

    `differences` are from the place that was asked about to this one, in ranges of the two readings
    with what is around them; none for that place itself. `lost_around`: how much of the copied
    passage this one has lost, 0 to 1; `lost`: how many words of these sentences. `length` is of the
    whole source, in characters. `alone`: nothing before or after these sentences is copied too.
    """

    document: str
    span: Span
    reading: str
    differences: tuple[Difference, ...]
    lost_around: float
    lost: int
    oddities: tuple[str, ...]
    length: int
    alone: bool = False

    @property
    def changes_sense(self) -> bool:
        return change_sense(self.differences)

    @property
    def order(self) -> tuple[float, int, int, int, str, Span]:
        """Sorts witnesses, the best first. Damage to the passage tells more than to a sentence."""
        return (
            round(self.lost_around, 2),
            self.lost,
            len(self.oddities),
            -self.length,
            self.document,
            self.span,
        )


def is_worse_copy(asked: Witness, best: Witness) -> bool:
    """Whether the best witness may stand for the one that was asked about.

    Two texts of one pattern ("The town has an area of ...") share most words as well, but neither
    has lost what the other has: where a number or a name was changed, only a text that is damaged
    around it is taken for a copy. And a sentence alone that reads the same there is in its place
    where it is.
    """
    if asked.alone and not best.differences:
        return False
    damaged = asked.lost_around >= best.lost_around + LEAST_DAMAGE
    return damaged or not any(
        difference.kind == "changed" and {Sense.NUMBER, Sense.NAME} & {*difference.senses}
        for difference in best.differences
    )


def ranked(asked: Excerpt, others: Iterable[tuple[Excerpt, Copy]]) -> list[Witness]:
    """The witnesses of what was asked about, itself among them, the best first."""
    lost_around, lost, alone = 0.0, 0, True
    found: list[Witness] = []
    for excerpt, copy in others:
        alone = alone and copy.region.ours.span == copy.sentences.ours.span
        between = differences(asked.text, excerpt.text, asked.within)
        lost_around = max(lost_around, copy.region.lost)
        lost = max(lost, _count(difference.their_words for difference in between))
        without = _count(difference.our_words for difference in between)
        found.append(_witness(excerpt, between, copy.region.flipped.lost, without))
    own = replace(_witness(asked, (), lost_around, lost), alone=alone)
    return sorted([own, *found], key=lambda each: each.order)


def _count(texts: Iterable[str]) -> int:
    return sum(len(split_words(text)) for text in texts)


def _witness(
    excerpt: Excerpt, between: Sequence[Difference], lost_around: float, lost: int
) -> Witness:
    odd = [what for span in excerpt.inner for what in oddities(span.of(excerpt.text))]
    return Witness(
        excerpt.document,
        excerpt.span,
        excerpt.reading,
        tuple(between),
        lost_around,
        lost,
        tuple(odd),
        excerpt.length,
    )
