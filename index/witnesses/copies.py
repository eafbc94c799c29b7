"""Which sentences of two aligned texts are copies of each other."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from index.witnesses.shingles import WINDOW
from index.witnesses.wording import Ints, Wording

# A sentence alone is a copy when it has this many words at least, this much of the shorter is in
# the longer (a damaged copy has lost words), and this much of the longer (else it quotes the
# shorter among words of its own); and when neither has a name or number in the place of another's:
# sentences of one pattern report many facts.
FEWEST_WORDS = 6
LEAST_OF_SHORTER = 0.8
LEAST_OF_LONGER = 0.5
# Sentences together, two at least, are a copied region when so much of each is in the other text,
# and of all from the first to the last (a copy may leave some out, but not put as many of its own
# in their place); when they share so many words, half of them where no name or number stands in the
# place of another; and have no more names and numbers in the place of others than this much of the
# shared words: pages of one pattern report other facts in nearly the same words, and damage spares
# most of the names.
# Then a sentence that lost most of its words is a copy too, and one made of two run together.
LEAST_OF_SENTENCE = 0.5
LEAST_IN_REGION = 16
MOST_OTHER_NAMES = 0.08
# Fewer shared words than this are a part of two sentences by accident.
LEAST_OF_PART = 3


@dataclass(frozen=True, slots=True)
class Side:
    """A range of whole sentences, from `first` to `last`, and how many words take part."""

    first: int
    last: int
    words: int


@dataclass(frozen=True, slots=True)
class Pair:
    """Sentences of two texts that are copies, and how many words they share, in order."""

    first: Side
    second: Side
    shared: int


@dataclass(frozen=True, slots=True)
class Region:
    """A copied passage: from the first shared word to the last.

    `ours` has a pair for each copied sentence of the first text, with all that it is a copy of in
    the second; `theirs` the same for each of the second, still (first, second).
    """

    whole: Pair
    ours: tuple[Pair, ...]
    theirs: tuple[Pair, ...]


@dataclass(frozen=True, slots=True)
class _Links:
    """Sentences that share words: (k,) numbers of either text, how many words each has, and how
    many they share. `others`: how many names and numbers either has in the place of the other's."""

    first: Ints
    second: Ints
    first_words: Ints
    second_words: Ints
    shared: Ints
    others: Ints

    def keep(self, which: NDArray[np.bool_] | Ints) -> "_Links":
        return _Links(*(getattr(self, name)[which] for name in _Links.__slots__))


def enough_alone(lengths: Ints, first_words: Ints, second_words: Ints) -> NDArray[np.bool_]:
    """Whether runs of so many shared words, alone, may make copies of sentences of so many words.

    Most do not: they are phrases. A run goes on beyond its shingles by less than a window each way.
    """
    most = lengths + 2 * (WINDOW - 1)
    shorter, longer = np.minimum(first_words, second_words), np.maximum(first_words, second_words)
    sentence = (most >= LEAST_OF_SHORTER * shorter) & (most >= LEAST_OF_LONGER * longer)
    return np.asarray(sentence | (most >= LEAST_IN_REGION))


def regions(first: Wording, second: Wording, matches: Ints) -> list[Region]:
    """What is a copy among two texts of which these words match, (n, 2)."""
    if not len(matches):
        return []
    keys = _keys(second, first.of(matches[:, 0]), second.of(matches[:, 1]))
    found = _copied(first, second, _links(first, second, matches, keys))
    kept = [np.isin(keys, _keys(second, links.first, links.second)) for links in found]
    return [
        _region(first, second, matches[which], links)
        for which, links in zip(kept, found, strict=True)
    ]


def _keys(second: Wording, ours: Ints, theirs: Ints) -> Ints:
    """A number for each pair of sentences."""
    return ours * len(second.ends) + theirs


def _region(first: Wording, second: Wording, matches: Ints, links: _Links) -> Region:
    """Sentences that are copies, and the words of them that match."""
    words = matches[-1] - matches[0] + 1
    whole = Pair(
        Side(int(links.first.min()), int(links.first.max()), int(words[0])),
        Side(int(links.second.min()), int(links.second.max()), int(words[1])),
        len(matches),
    )
    ours = _pairs(links.first, links.second, links.shared, second)
    theirs = _pairs(links.second, links.first, links.shared, first)
    return Region(
        whole,
        tuple(Pair(_side(first, at, at), other, shared) for at, other, shared in ours),
        tuple(Pair(other, _side(second, at, at), shared) for at, other, shared in theirs),
    )


def _links(first: Wording, second: Wording, matches: Ints, keys: Ints) -> _Links:
    """The sentences that share words; `keys` is a number for each pair of them."""
    pairs, shared = np.unique(keys, return_counts=True)
    ours, theirs = np.divmod(pairs, len(second.ends))
    return _Links(
        ours,
        theirs,
        first.lengths[ours],
        second.lengths[theirs],
        shared,
        np.minimum(
            _lost_names(first, matches[:, 0], ours), _lost_names(second, matches[:, 1], theirs)
        ),
    )


def _lost_names(wording: Wording, matched: Ints, sentences: Ints) -> Ints:
    """How many names and numbers each of the sentences has that do not match."""
    low, high = int(sentences.min()), int(sentences.max())
    start = int(wording.ends[low - 1]) if low else 0
    lost = wording.names[start : wording.ends[high]].copy()
    lost[matched - start] = False
    of_lost = wording.of(np.flatnonzero(lost) + start) - low
    return np.bincount(of_lost, minlength=high - low + 1)[sentences - low]


def _copied(first: Wording, second: Wording, links: _Links) -> list[_Links]:
    """The links that make copies: together as a region, else each as one of its own."""
    shorter = np.minimum(links.first_words, links.second_words)
    longer = np.maximum(links.first_words, links.second_words)
    of_first = _covered(links.first, links.shared, links.first_words)
    of_second = _covered(links.second, links.shared, links.second_words)
    parts = (links.shared >= LEAST_OF_PART) | (links.shared == shorter)
    together = (of_first | of_second) & parts
    several = max(len(set(links.first[of_first])), len(set(links.second[of_second])))
    if several > 1 and together.any() and _one_passage(first, second, links.keep(together)):
        return [links.keep(together)]
    alone = (
        (links.others == 0)
        & (links.shared >= FEWEST_WORDS)
        & (links.shared >= LEAST_OF_SHORTER * shorter)
        & (links.shared >= LEAST_OF_LONGER * longer)
    )
    return [links.keep(each) for each in np.flatnonzero(alone)[:, None]]


def _one_passage(first: Wording, second: Wording, links: _Links) -> bool:
    """Whether sentences share enough words together, and report the same facts."""
    shared = links.shared.sum()
    free = links.shared[links.others == 0].sum()
    words = min(
        first.words_in(int(links.first.min()), int(links.first.max())),
        second.words_in(int(links.second.min()), int(links.second.max())),
    )
    dense = shared >= LEAST_OF_SENTENCE * words
    same = links.others.sum() <= MOST_OTHER_NAMES * shared
    return bool(dense and same and free >= max(LEAST_IN_REGION, shared / 2))


def _covered(sentences: Ints, shared: Ints, lengths: Ints) -> NDArray[np.bool_]:
    """For each link, whether enough of its sentence is in the other text."""
    low = sentences.min()
    totals = np.bincount(sentences - low, weights=shared)[sentences - low]
    return np.asarray(totals >= LEAST_OF_SENTENCE * lengths)


def _pairs(
    sentences: Ints, others: Ints, shared: Ints, other: Wording
) -> Iterator[tuple[int, Side, int]]:
    """Each sentence with the range of those it shares words with, and how many."""
    for sentence in np.unique(sentences).tolist():
        of = sentences == sentence
        there = others[of]
        yield sentence, _side(other, int(there.min()), int(there.max())), int(shared[of].sum())


def _side(wording: Wording, first: int, last: int) -> Side:
    return Side(first, last, wording.words_in(first, last))
