"""Questions in other words: readers must not learn that an answer repeats the question.

People who write questions for a paragraph in front of them copy its words; people who ask a folder
of documents do not know them. A word is exchanged for one that the sentence encoder, as it was
pretrained, puts near it ("renowned": "famed", "notable").
"""

import random
import re
from collections import Counter
from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from rag.read.training.misses import OPPOSITES
from rag.read.training.rows import Row

# Of a neighbour: its least cosine, and how many a word may have.
NEAR = 0.68
NEIGHBOURS = 4
# A word that is rarer, or mostly a name, has neighbours by its letters rather than its sense.
_COMMON = 30
_NAMES = 0.3
# Of a paragraph: its first sentences are enough to know the words.
_SENTENCES = 8

_WORD = re.compile(r"[A-Za-z]{4,}")
_ASKING = frozenset({"what", "which", "when", "where", "whose", "whom", "does", "many", "much"})


class Reworder:
    """Exchanges words of questions for near ones."""

    def __init__(self, near: dict[str, tuple[str, ...]], share: float) -> None:
        self._near = near
        self._share = share

    def __call__(self, question: str, chance: random.Random) -> str:
        """The question with about `share` of the words that have neighbours exchanged."""

        def other(word: re.Match[str]) -> str:
            near = self._near.get(word[0])
            return chance.choice(near) if near and chance.random() < self._share else word[0]

        return _WORD.sub(other, question)


def neighbours(
    rows: Sequence[Row], embed: Callable[[Sequence[str]], NDArray[np.float32]]
) -> dict[str, tuple[str, ...]]:
    """The nearest words of each common word of the rows that has any, by the cosine of the unit
    vectors that `embed` gives, shape (words, width)."""
    words = _common(rows)
    if not words:
        return {}
    found = embed(words)
    near = {}
    for word, scores in zip(words, found @ found.T, strict=True):
        order = np.argsort(-scores)[: 2 * NEIGHBOURS]
        kept = [
            words[at]
            for at in order
            if scores[at] >= NEAR and words[at] != word and words[at] not in OPPOSITES.get(word, ())
        ]
        if kept and word not in _ASKING:
            near[word] = tuple(kept[:NEIGHBOURS])
    return near


def _common(rows: Sequence[Row]) -> list[str]:
    """The words that are seen often, and mostly in lower case inside a sentence."""
    seen, capital = Counter[str](), Counter[str]()
    for row in rows:
        for text in (row.question, *row.sentences[:_SENTENCES]):
            for word in _WORD.findall(text)[1:]:
                seen[word.lower()] += 1
                capital[word.lower()] += word[0].isupper()
    return [w for w, n in seen.items() if n >= _COMMON and capital[w] < _NAMES * n]
