"""Word alignment of two texts that share words: chains of shared runs, and what lies between."""

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

import numpy as np
from rapidfuzz.distance import LCSseq

from index.witnesses.wording import Ints, Words

# What was lost between two runs of one chain, in words, at most; also how far a chain is followed
# beyond its ends.
GAP = 60
# Runs of one chain may overlap by so many words: shingles at a repeated phrase.
OVERLAP = 8


class Segment(NamedTuple):
    """Words that are mostly shared, one for one: where they start in each text, and how many.

    `enough`: they may make a copy of a sentence alone, and need no others near them.
    """

    first: int
    second: int
    length: int
    enough: bool = False

    @property
    def diagonal(self) -> int:
        return self.second - self.first


def chains(segments: Iterable[Segment]) -> list[list[Segment]]:
    """Segments that follow each other in both texts, nearest by nearest."""
    found: list[list[Segment]] = []
    running: list[list[Segment]] = []
    for segment in sorted(segments):
        running = [chain for chain in running if segment.first - _end(chain[-1]).first <= GAP]
        before = [chain for chain in running if _follows(segment, chain[-1])]
        if before:
            min(before, key=lambda chain: _shift(chain[-1], segment)).append(segment)
        else:
            running.append([segment])
            found.append(running[-1])
    return found


def apart(chain: Sequence[Segment]) -> int | None:
    """Where to part a text so that a chain of it with itself has either end on its own side; None
    when the text repeats itself without an interval."""
    end, start = _end(chain[-1]).first, chain[0].second
    return (end + start) // 2 if end <= start else None


def _end(segment: Segment) -> Segment:
    return Segment(segment.first + segment.length, segment.second + segment.length, 0)


def _follows(segment: Segment, last: Segment) -> bool:
    end = _end(last)
    return (
        segment.second > last.second
        and _end(segment).first > end.first
        and _end(segment).second > end.second
        and -OVERLAP <= segment.first - end.first <= GAP
        and -OVERLAP <= segment.second - end.second <= GAP
    )


def _shift(last: Segment, segment: Segment) -> tuple[int, int]:
    return abs(segment.diagonal - last.diagonal), -last.first


def align(first: Words, second: Words, chain: Sequence[Segment]) -> Ints:
    """The pairs of words that match, (n, 2), ascending in both columns.

    Longest common subsequences between the segments of the chain and beyond its ends; a word that
    matches alone, neither of its neighbours matching, says nothing and is left out.
    """
    parts = list(_parts(first, second, chain))
    pairs = np.concatenate(parts) if parts else np.zeros((0, 2), dtype=np.int64)
    linked = np.all(np.diff(pairs, axis=0) == 1, axis=1)
    kept = np.zeros(len(pairs), dtype=bool)
    kept[1:] |= linked
    kept[:-1] |= linked
    return pairs[kept]


def _parts(first: Words, second: Words, chain: Sequence[Segment]) -> Iterator[Ints]:
    at, to = max(0, chain[0].first - GAP), max(0, chain[0].second - GAP)
    for segment in chain:
        skipped = max(0, at - segment.first, to - segment.second)
        if skipped >= segment.length:
            continue
        start, there = segment.first + skipped, segment.second + skipped
        yield _common(first, second, (at, start), (to, there))
        at, to = segment.first + segment.length, segment.second + segment.length
        same = np.flatnonzero(first[start:at] == second[there:to])
        yield np.column_stack([same + start, same + there])
    yield _common(first, second, (at, at + GAP), (to, to + GAP))


def _common(first: Words, second: Words, here: tuple[int, int], there: tuple[int, int]) -> Ints:
    """The longest common subsequence of two short ranges, as pairs."""
    ours, theirs = first[slice(*here)].tolist(), second[slice(*there)].tolist()
    equal = [op for op in LCSseq.opcodes(ours, theirs) if op.tag == "equal"]
    pairs = [
        (here[0] + op.src_start + number, there[0] + op.dest_start + number)
        for op in equal
        for number in range(op.src_end - op.src_start)
    ]
    return np.array(pairs, dtype=np.int64).reshape(-1, 2)
