"""Which sentences of two aligned texts are copies of each other."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from index.witnesses.wording import Ints, Wording

# A sentence alone: it has this many words at least, this much of the shorter is in the longer (a
# damaged copy has lost words), and this much of the longer (else it quotes the shorter among words
# of its own).
FEWEST_WORDS = 6
LEAST_OF_SHORTER = 0.8
LEAST_OF_LONGER = 0.5
# Neither has a name or number in the place of another: sentences of one pattern report many facts.
# Sentences in a copied region: so much of one of them is in the other text, and that many words in
# all. Then also a sentence that lost most of its words, or that two were run together to, is one.
# And half of the region at least has no name or number in the place of another.
LEAST_OF_SENTENCE = 0.5
LEAST_IN_REGION = 16
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
    """Sentences that share words: (k,) numbers of either text and how many words they share."""

    first: Ints
    second: Ints
    shared: Ints

    def keep(self, which: NDArray[np.bool_]) -> "_Links":
        return _Links(self.first[which], self.second[which], self.shared[which])


def region(first: Wording, second: Wording, matches: Ints) -> Region | None:
    """What is a copy among two texts of which these words match, (n, 2); None if nothing is."""
    of_first = np.searchsorted(first.ends, matches[:, 0], side="right")
    of_second = np.searchsorted(second.ends, matches[:, 1], side="right")
    links = _link(of_first, of_second)
    lost = _lost_names(first, matches[:, 0]), _lost_names(second, matches[:, 1])
    conflict = lost[0][links.first] & lost[1][links.second]
    links = _copied(links, conflict, first, second)
    if not len(links.shared):
        return None
    inside = np.isin(of_first * len(second.ends) + of_second, _keys(links, second))
    kept = matches[inside]
    words = kept[-1] - kept[0] + 1
    whole = Pair(
        Side(int(links.first.min()), int(links.first.max()), int(words[0])),
        Side(int(links.second.min()), int(links.second.max()), int(words[1])),
        len(kept),
    )
    theirs = tuple(
        Pair(pair.second, pair.first, pair.shared)
        for pair in _pairs(_Links(links.second, links.first, links.shared), second, first)
    )
    return Region(whole, tuple(_pairs(links, first, second)), theirs)


def _link(of_first: Ints, of_second: Ints) -> _Links:
    both, shared = np.unique(np.column_stack([of_first, of_second]), axis=0, return_counts=True)
    return _Links(both[:, 0], both[:, 1], shared)


def _keys(links: _Links, second: Wording) -> Ints:
    return links.first * len(second.ends) + links.second


def _lost_names(wording: Wording, matched: Ints) -> NDArray[np.bool_]:
    """For each sentence, whether it has a name or number that does not match."""
    lost = wording.names
    lost[matched] = False
    of_lost = np.searchsorted(wording.ends, np.flatnonzero(lost), side="right")
    return np.bincount(of_lost, minlength=len(wording.ends)) > 0


def _copied(links: _Links, conflict: NDArray[np.bool_], first: Wording, second: Wording) -> _Links:
    """The links that make copies: together as a region, else each for itself."""
    ours, theirs = first.lengths[links.first], second.lengths[links.second]
    shorter, longer = np.minimum(ours, theirs), np.maximum(ours, theirs)
    covered_ours = _covered(links.first, links.shared, ours)
    covered_theirs = _covered(links.second, links.shared, theirs)
    parts = (links.shared >= LEAST_OF_PART) | (links.shared == shorter)
    together = (covered_ours | covered_theirs) & parts
    free = links.shared[together & ~conflict].sum()
    several = max(
        len(np.unique(links.first[covered_ours])), len(np.unique(links.second[covered_theirs]))
    )
    if several > 1 and free >= max(LEAST_IN_REGION, links.shared[together].sum() / 2):
        return links.keep(together)
    return links.keep(
        ~conflict
        & (links.shared >= FEWEST_WORDS)
        & (links.shared >= LEAST_OF_SHORTER * shorter)
        & (links.shared >= LEAST_OF_LONGER * longer)
    )


def _covered(sentences: Ints, shared: Ints, lengths: Ints) -> NDArray[np.bool_]:
    """For each link, whether enough of its sentence is in the other text."""
    totals = np.bincount(sentences, weights=shared)[sentences]
    return np.asarray(totals >= LEAST_OF_SENTENCE * lengths)


def _pairs(links: _Links, first: Wording, second: Wording) -> Iterator[Pair]:
    for sentence in np.unique(links.first).tolist():
        of = links.first == sentence
        start, last = int(links.second[of].min()), int(links.second[of].max())
        yield Pair(
            Side(sentence, sentence, int(first.lengths[sentence])),
            Side(start, last, int(second.lengths[start : last + 1].sum())),
            int(links.shared[of].sum()),
        )
