"""Shingles: runs of neighbouring words, some of which are kept to find copies by.

Which are kept is decided by winnowing (Schleimer, Wilkerson & Aiken, "Winnowing", SIGMOD 2003): of
every `WINDOW` neighbouring shingles the one with the smallest hash. So two texts that share
`WINDOW + SIZE - 1` words in a row keep at least one shingle in common, whatever is around it.
"""

from typing import Any

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from index.witnesses.wording import Ints, Words

Hashes = NDArray[np.uint32]

SIZE = 4
WINDOW = 3
# What a document repeats more often than this is a refrain: the first places of it are enough.
MOST_REPEATS = 5
# What stands in more places than this is boilerplate or a phrase of the language: it is compared
# with the first of them alone, so that time and space do not grow with the square of their number.
# All documents that hold a shingle are compared with each other, in whatever order they were added,
# while they are ten or fewer.
MOST_PLACES = 10 * MOST_REPEATS

_MULTIPLIER = np.uint64(0x9E3779B97F4A7C15)  # 2^64 divided by the golden ratio
_MIXED = np.uint64(32)


def select(words: Words) -> tuple[Ints, Hashes]:
    """Where the shingles that are kept start, ascending, and their hashes."""
    hashes = _hashes(words)
    if len(hashes) < WINDOW:
        return np.arange(len(hashes)), hashes
    windows = sliding_window_view(hashes, WINDOW)
    # The last of equal ones, and never twice the same.
    last = WINDOW - 1 - np.argmin(windows[:, ::-1], axis=1)
    kept = np.unique(np.arange(len(windows)) + last)
    kept = kept[ranks(hashes[kept]) < MOST_REPEATS]
    return kept, hashes[kept]


def _hashes(words: Words) -> Hashes:
    """The hash of each shingle: (n - SIZE + 1,)."""
    count = max(0, len(words) - SIZE + 1)
    mixed = np.zeros(count, dtype=np.uint64)
    for at in range(SIZE):
        mixed = (mixed ^ words[at : at + count].astype(np.uint64)) * _MULTIPLIER
        mixed ^= mixed >> _MIXED
    return (mixed & np.uint64(0xFFFFFFFF)).astype(np.uint32)


class Shingles:
    """Where each kept shingle occurs: places, numbers that only grow.

    Sorted tables of growing size, merged when a newer one gets near the size of the one before
    (O'Neil et al., "The log-structured merge-tree", 1996): 8 + 4 bytes a shingle.
    """

    def __init__(self) -> None:
        self._tables: list[tuple[Hashes, Ints]] = []

    def add(self, hashes: Hashes, places: Ints) -> None:
        """Add shingles; the places are ascending and above all those added before."""
        while self._tables and len(self._tables[-1][0]) < 4 * len(hashes):
            older, there = self._tables.pop()
            hashes, places = np.concatenate([older, hashes]), np.concatenate([there, places])
        order = np.argsort(hashes, kind="stable")
        self._tables.append((hashes[order], places[order]))

    def remove(self, start: int, end: int) -> None:
        """Remove the shingles at places from `start` up to `end`."""
        for number, (hashes, places) in enumerate(self._tables):
            kept = (places < start) | (places >= end)
            self._tables[number] = hashes[kept], places[kept]

    def find(self, hashes: Hashes) -> tuple[Ints, Ints]:
        """Which of `hashes`, by index, occurs at which place: the first `MOST_PLACES` of each."""
        found = [_in_table(table, places, hashes) for table, places in self._tables]
        if not found:
            return np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64)
        of = np.concatenate([indices for indices, _ in found])
        places = np.concatenate([at for _, at in found])
        first = ranks(of) < MOST_PLACES
        return of[first], places[first]


def ranks(values: NDArray[Any]) -> Ints:
    """How many equal values stand before each value: (n,)."""
    order = np.argsort(values, kind="stable")
    ordered = values[order]
    new = np.flatnonzero(np.diff(ordered, prepend=ordered[:1]) != 0)
    starts = np.zeros(len(values), dtype=np.int64)
    starts[new] = new
    out = np.empty(len(values), dtype=np.int64)
    out[order] = np.arange(len(values)) - np.maximum.accumulate(starts)
    return out


def _in_table(table: Hashes, places: Ints, hashes: Hashes) -> tuple[Ints, Ints]:
    starts = np.searchsorted(table, hashes, side="left")
    counts = np.searchsorted(table, hashes, side="right") - starts
    counts = np.minimum(counts, MOST_PLACES)
    of = np.repeat(np.arange(len(hashes)), counts)
    within = np.arange(len(of)) - np.repeat(np.cumsum(counts) - counts, counts)
    return of, places[np.repeat(starts, counts) + within]
