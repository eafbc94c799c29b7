"""All wordings of an index in memory, to find where a new document shares words with them.

Some 25 bytes of memory a word; made anew from the database by each writer that adds something.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby
from typing import Any

import numpy as np
from numpy.typing import NDArray

from index.witnesses.align import Segment
from index.witnesses.copies import enough_alone
from index.witnesses.shingles import SIZE, Shingles, select
from index.witnesses.wording import Ints, Wording

# A shared shingle that stands alone needs this many shared words in a row; two near each other on
# one diagonal need no more.
LEAST_RUN = 6
# Shingles further apart than this, in words, do not support each other.
NEAR = 60


@dataclass(frozen=True, slots=True)
class Meeting:
    """Where a document shares words with an earlier one, or with its own beginning.

    `segments` run from the earlier to the later: `first` is the offset in `other`.
    """

    other: int
    segments: list[Segment]


class Corpus:
    """The wordings of the documents so far, by number."""

    def __init__(self) -> None:
        self._words = _Growing(np.dtype(np.uint32))
        # Of each word, how many there are in its sentence.
        self._sizes = _Growing(np.dtype(np.int32))
        self._starts = _Growing(np.dtype(np.int64))
        self._documents: list[int] = []
        self._wordings: dict[int, Wording] = {}
        self._paths: dict[int, str] = {}
        self._shingles = Shingles()

    def __getitem__(self, document: int) -> Wording:
        return self._wordings[document]

    def path(self, document: int) -> str:
        return self._paths[document]

    def add(self, document: int, path: str, wording: Wording) -> None:
        """Add a document that is not there."""
        start = self._words.size
        kept, hashes = select(wording.words)
        self._starts.extend(np.array([start]))
        self._words.extend(wording.words)
        self._sizes.extend(np.repeat(wording.lengths, wording.lengths))
        self._documents.append(document)
        self._wordings[document] = wording
        self._paths[document] = path
        self._shingles.add(hashes, kept + start)

    def remove(self, document: int) -> None:
        """Remove a document, if it is there; its words are no longer found, but keep their room."""
        wording = self._wordings.pop(document, None)
        if wording is not None:
            start = int(self._starts.values[self._documents.index(document)])
            self._shingles.remove(start, start + len(wording.words))

    def meetings(self, document: int) -> Iterator[Meeting]:
        """Where the document added last shares words with those before it, and with itself."""
        start = int(self._starts.values[-1])
        kept, hashes = select(self._wordings[document].words)
        of, places = self._shingles.find(hashes)
        ours = kept[of] + start
        earlier = places < ours
        rows = self._segments(ours[earlier], places[earlier])
        for ordinal, group in groupby(rows, key=lambda row: row[0]):
            there = int(self._starts.values[ordinal])
            segments = [
                Segment(theirs - there, mine - start, length, enough=bool(enough))
                for _, theirs, mine, length, enough in group
            ]
            yield Meeting(self._documents[ordinal], segments)

    def _segments(self, ours: Ints, theirs: Ints) -> list[list[int]]:
        """Shared shingles on one diagonal near each other, as one: the earlier document's ordinal,
        the offsets in all words of the earlier and the later, the length in words, and whether it
        is enough for a copy. One that is not and has no company is left out."""
        ordinals = np.searchsorted(self._starts.values, theirs, side="right") - 1
        order = np.lexsort((ours, ours - theirs, ordinals))
        ours, theirs, ordinals = ours[order], theirs[order], ordinals[order]
        apart = (np.diff(ours - theirs) != 0) | (np.diff(ours) > NEAR) | (np.diff(ordinals) != 0)
        firsts = np.flatnonzero(np.concatenate([[True], apart])[: len(ours)])
        lasts = np.append(firsts[1:], len(ours))[: len(firsts)] - 1
        lengths = ours[lasts] - ours[firsts] + SIZE
        good = lengths > SIZE
        alone = firsts[~good]
        good[~good] = self._runs(ours[alone], theirs[alone], ordinals[alone]) >= LEAST_RUN
        firsts, lengths = firsts[good], lengths[good]
        ours, theirs, ordinals = ours[firsts], theirs[firsts], ordinals[firsts]
        enough = self._enough(ours, theirs, lengths)
        enough |= self._enough(ours + lengths - 1, theirs + lengths - 1, lengths)
        company = np.bincount(ordinals)[ordinals] > 1
        table = np.column_stack([ordinals, theirs, ours, lengths, enough])
        found: list[list[int]] = table[enough | company].tolist()
        return found

    def _enough(self, ours: Ints, theirs: Ints, lengths: Ints) -> NDArray[np.bool_]:
        """Whether runs of shared words are enough for copies of the sentences at these places."""
        sizes = self._sizes.values
        return enough_alone(lengths, sizes[ours], sizes[theirs])

    def _runs(self, ours: Ints, theirs: Ints, ordinals: Ints) -> Ints:
        """How many words in a row are shared around each pair of places, as far as it matters."""
        words = self._words.values
        ends = np.append(self._starts.values, len(words))
        reach = np.arange(SIZE - LEAST_RUN, LEAST_RUN)
        mine, other = ours[:, None] + reach, theirs[:, None] + reach
        inside = (mine >= ends[-2]) & (mine < ends[-1])
        inside &= (other >= ends[ordinals][:, None]) & (other < ends[ordinals + 1][:, None])
        same = inside & (words[np.where(inside, mine, 0)] == words[np.where(inside, other, 0)])
        before = np.cumprod(same[:, reach < 0][:, ::-1], axis=1).sum(axis=1)
        after = np.cumprod(same[:, reach >= 0], axis=1).sum(axis=1)
        return np.asarray(np.where(after >= SIZE, before + after, 0))


class _Growing:
    """A numpy array that can be extended."""

    def __init__(self, dtype: np.dtype[Any]) -> None:
        self._room: NDArray[Any] = np.empty(1024, dtype=dtype)
        self.size = 0

    @property
    def values(self) -> NDArray[Any]:
        return self._room[: self.size]

    def extend(self, values: NDArray[Any]) -> None:
        size = self.size + len(values)
        if size > len(self._room):
            room = np.empty(max(size, 2 * len(self._room)), dtype=self._room.dtype)
            room[: self.size] = self.values
            self._room = room
        self._room[self.size : size] = values
        self.size = size
