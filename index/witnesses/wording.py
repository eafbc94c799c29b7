"""What the quotable sentences of a document say, as numbers: a number a word."""

import zlib
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from index.types import Passage, Span
from index.witnesses import words

Ints = NDArray[np.int64]
Words = NDArray[np.uint32]


@dataclass(frozen=True, slots=True)
class Wording:
    """The words of a document, and its sentences as ranges of them.

    `words`: (n,) the CRC-32 of each word; two words with one number would at worst be aligned, and
    the difference is seen when the texts are compared. `sentences`: (m, 3) of canonical start and
    end, and the number of words up to and with this sentence.
    """

    words: Words
    sentences: Ints

    @property
    def ends(self) -> Ints:
        """(m,) where each sentence ends, in words."""
        return self.sentences[:, 2]

    @property
    def lengths(self) -> Ints:
        """(m,) how many words each sentence has: one at least."""
        return np.diff(self.ends, prepend=0)

    def span(self, first: int, last: int) -> Span:
        """The canonical range from one sentence to another."""
        return Span(int(self.sentences[first, 0]), int(self.sentences[last, 1]))

    def to_bytes(self) -> tuple[bytes, bytes]:
        return self.words.astype("<u4").tobytes(), self.sentences.astype("<i8").tobytes()

    @staticmethod
    def from_bytes(numbers: bytes, sentences: bytes) -> "Wording":
        return Wording(
            np.frombuffer(numbers, dtype="<u4"), np.frombuffer(sentences, dtype="<i8").reshape(-1, 3)
        )


def wording_of(passages: Iterable[Passage]) -> Wording:
    """The wording of a document's passages; sentences without a word are left out."""
    numbers: list[int] = []
    sentences: list[tuple[int, int, int]] = []
    for passage in passages:
        for sentence in passage:
            found = words(sentence.reading.of(passage.reading))
            numbers += [zlib.crc32(word.encode("utf-8", "surrogatepass")) for word in found]
            if found:
                sentences.append((sentence.span.start, sentence.span.end, len(numbers)))
    return Wording(
        np.array(numbers, dtype=np.uint32), np.array(sentences, dtype=np.int64).reshape(-1, 3)
    )
