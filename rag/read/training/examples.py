"""What one pass of training sees: each question with a paragraph that answers and with some that
do not."""

import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from rag.read.layout import (
    LONGEST_QUESTION,
    LONGEST_SENTENCE,
    LONGEST_TITLE,
    Layout,
    Pieced,
    Pieces,
)
from rag.read.training.misses import Misses
from rag.read.training.rows import Row, without_answer

# No label: `torch.nn.functional.cross_entropy` leaves these out.
UNKNOWN = -100


class Kind(StrEnum):
    """Where an example comes from."""

    PLAIN = "plain"  # as in the data
    REMOVED = "removed"  # the paragraph without the sentences that answer
    MINED = "mined"  # a paragraph that retrieval finds and that does not answer
    NEAR = "near"  # the question with another name, number or direction
    RANDOM = "random"  # any other paragraph


@dataclass(frozen=True, slots=True)
class Shares:
    """How often a question that its paragraph answers is also seen in each other way; `joined` is
    how often its own paragraph has another beside it, `untitled` how often the title is hidden.
    `unanswerable` is how often a question without answer is seen. `longest` is of a paragraph, in
    tokens. `reworded` is how often the question is in other words. `sets` says how often the
    questions of a set are seen in a pass, where that is not once."""

    removed: float
    mined: float
    near: float
    random: float
    joined: float
    untitled: float
    reworded: float
    unanswerable: int
    longest: int
    sets: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Example:
    """An input and what should come out.

    `labels` has a value for each marker: 1, 0, or None where unsure. `answer` is the first and last
    token of the words that answer: (0, 0), the place of [CLS], where none does, None where unknown.
    """

    layout: Layout
    labels: tuple[int | None, ...]
    answer: tuple[int, int] | None
    kind: Kind


@dataclass(frozen=True, slots=True)
class Mined:
    """Paragraphs, and for each question the `places` among them of hard negatives, -1 for none:
    shape (questions, most)."""

    paragraphs: Sequence[Row]
    places: NDArray[np.int32]


class Examples:
    """Makes the examples of a pass, in an order and with choices that depend on a seed alone."""

    def __init__(
        self,
        rows: Sequence[Row],
        mined: Mined,
        pieced: Pieced,
        shares: Shares,
        reword: Callable[[str, random.Random], str],
    ) -> None:
        self._rows = rows
        self._mined = mined
        self._pieced = pieced
        self._shares = shares
        self._misses = Misses(rows)
        self._reword = reword

    def of_pass(self, seed: int) -> Iterator[Example]:
        """The examples of one pass over the questions."""
        chance = random.Random(seed)
        plan = [
            (at, kind)
            for at, row in enumerate(self._rows)
            for _ in range(_times(self._shares.sets.get(row.source, 1.0), chance))
            for kind in self._kinds(at, chance)
        ]
        chance.shuffle(plan)
        for at, kind in plan:
            row = self._row(at, kind, chance)
            if row and (example := self._example(row, kind, chance)):
                yield example

    def _kinds(self, at: int, chance: random.Random) -> list[Kind]:
        shares = self._shares
        if not self._rows[at].answerable:
            return [Kind.PLAIN] * shares.unanswerable
        also = {
            Kind.REMOVED: shares.removed,
            Kind.MINED: shares.mined,
            Kind.NEAR: shares.near,
            Kind.RANDOM: shares.random,
        }
        return [Kind.PLAIN, *(kind for kind, share in also.items() if chance.random() < share)]

    def _row(self, at: int, kind: Kind, chance: random.Random) -> Row | None:
        row = self._rows[at]
        match kind:
            case Kind.REMOVED:
                return without_answer(row)
            case Kind.NEAR:
                return self._misses.near(row, chance)
            case Kind.MINED:
                other = self._other(at, chance)
                return other and _asked_of(row, other)
            case Kind.RANDOM:
                return _asked_of(row, chance.choice(self._mined.paragraphs))
            case Kind.PLAIN:
                other = self._other(at, chance) if chance.random() < self._shares.joined else None
                return _joined(row, other, chance) if other else row

    def _other(self, at: int, chance: random.Random) -> Row | None:
        places = [place for place in self._mined.places[at] if place >= 0]
        # The nearest are the hardest, and the likeliest to answer all the same.
        return self._mined.paragraphs[chance.choice(places)] if places else None

    def _example(self, row: Row, kind: Kind, chance: random.Random) -> Example | None:
        hidden = chance.random() < self._shares.untitled
        asked = row.question
        if chance.random() < self._shares.reworded:
            asked = self._reword(asked, chance)
        (question,) = self._pieced.pieces([asked], LONGEST_QUESTION)
        (title,) = self._pieced.pieces(["" if hidden else row.title], LONGEST_TITLE)
        sentences = self._pieced.pieces(row.sentences, LONGEST_SENTENCE)
        start, end = _window(row, sentences, self._shares.longest, chance)
        if start == end:
            return None
        layout = self._pieced.lay_out(
            question.ids, title.ids, [each.ids for each in sentences[start:end]]
        )
        labels = row.labels[start : start + len(layout.markers)]
        answer = _answer(row, start, sentences, layout)
        return Example(layout, labels, answer, kind)


def _times(share: float, chance: random.Random) -> int:
    """A whole number whose expectation is `share`."""
    return int(share) + (chance.random() < share % 1)


def _asked_of(row: Row, other: Row) -> Row:
    """The question of `row`, asked of a paragraph that does not answer."""
    return replace(other, question=row.question, labels=(0,) * len(other.sentences), answer="")


def _joined(row: Row, other: Row, chance: random.Random) -> Row:
    """The row with another paragraph before or after its own."""
    zeros = (0,) * len(other.sentences)
    if chance.random() < 0.5:
        return replace(row, sentences=other.sentences + row.sentences, labels=zeros + row.labels)
    return replace(row, sentences=row.sentences + other.sentences, labels=row.labels + zeros)


def _window(
    row: Row, sentences: Sequence[Pieces], longest: int, chance: random.Random
) -> tuple[int, int]:
    """The sentences of an example: one that answers, and as many around it as there is room for."""
    answering = [at for at, label in enumerate(row.labels) if label == 1]
    start = chance.choice(answering) if answering else chance.randrange(len(sentences))
    end, room = start + 1, longest - len(sentences[start].ids)
    while room > 0 and (start > 0 or end < len(sentences)):
        before = start > 0 and (end == len(sentences) or chance.random() < 0.5)
        room -= len(sentences[start - 1 if before else end].ids) + 1
        if room < 0:
            break
        start, end = (start - 1, end) if before else (start, end + 1)
    return start, end


def _answer(
    row: Row, first: int, sentences: Sequence[Pieces], layout: Layout
) -> tuple[int, int] | None:
    """The tokens of the answer: in the first sentence that answers and has its words."""
    seen = range(first, first + len(layout.markers))
    if not any(row.labels[at] == 1 for at in seen):
        return None if any(row.labels[at] is None for at in seen) else (0, 0)
    wanted = row.answer.lower()
    for at in seen:
        place = row.sentences[at].lower().find(wanted) if row.labels[at] == 1 and wanted else -1
        tokens = _tokens(sentences[at], place, place + len(wanted)) if place >= 0 else None
        if tokens:
            start = layout.starts[at - first]
            return start + tokens[0], start + tokens[1]
    return None


def _tokens(pieces: Pieces, start: int, end: int) -> tuple[int, int] | None:
    """The first and last piece of a range of characters."""
    inside = [at for at, (a, b) in enumerate(pieces.offsets) if a < end and b > start]
    return (inside[0], inside[-1]) if inside else None
