"""What the quotable sentences of a document say, as numbers: a number a word."""

import zlib
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from index.types import Passage, Span
from index.witnesses import split_words

Ints = NDArray[np.int64]
Words = NDArray[np.uint32]

_NAMES = np.uint32(1 << 31)
_WORD = np.uint32(_NAMES - 1)


@dataclass(frozen=True, slots=True)
class Wording:
    """The words of a document, and its sentences as ranges of them.

    `words`: (n,) the lower 31 bits of each word's CRC-32; two words with one number would at worst
    be aligned, and the difference is seen when the texts are compared. `names`: (n,) whether a word
    names something: it has a digit, or is capitalised within a sentence. `sentences`: (m, 3) of
    canonical start and end, and the number of words up to and with this sentence. `lengths`: (m,)
    how many words each has, one at least.
    """

    words: Words
    names: NDArray[np.bool_]
    sentences: Ints
    lengths: Ints

    @property
    def ends(self) -> Ints:
        """(m,) where each sentence ends, in words."""
        return self.sentences[:, 2]

    def of(self, at: Ints) -> Ints:
        """The sentences that these words are in."""
        return np.searchsorted(self.ends, at, side="right")

    def words_in(self, first: int, last: int) -> int:
        """How many words there are from one sentence to another."""
        return int(self.ends[last]) - (int(self.ends[first - 1]) if first else 0)

    def span(self, first: int, last: int) -> Span:
        """The canonical range from one sentence to another."""
        return Span(int(self.sentences[first, 0]), int(self.sentences[last, 1]))

    def to_bytes(self) -> tuple[bytes, bytes]:
        """For the database: the words, the highest bit set for a name, and the sentences."""
        numbers = self.words | (self.names * _NAMES)
        return numbers.astype("<u4").tobytes(), self.sentences.astype("<i8").tobytes()

    @staticmethod
    def from_bytes(words: bytes, sentences: bytes) -> "Wording":
        rows = np.frombuffer(sentences, dtype="<i8").reshape(-1, 3)
        return _wording(np.frombuffer(words, dtype="<u4"), rows)


def wording_of(passages: Iterable[Passage]) -> Wording:
    """The wording of a document's passages; sentences without a word are left out."""
    numbers: list[int] = []
    sentences: list[tuple[int, int, int]] = []
    for passage in passages:
        for sentence in passage:
            found = split_words(sentence.reading.of(passage.reading))
            numbers += [_number(word, at > 0) for at, word in enumerate(found)]
            if found:
                sentences.append((sentence.span.start, sentence.span.end, len(numbers)))
    return _wording(
        np.array(numbers, dtype=np.uint32), np.array(sentences, dtype=np.int64).reshape(-1, 3)
    )


def _wording(numbers: Words, sentences: Ints) -> Wording:
    lengths = np.diff(sentences[:, 2], prepend=0)
    return Wording(numbers & _WORD, numbers > _WORD, sentences, lengths)


@lru_cache(maxsize=1 << 16)
def _number(word: str, inside: bool) -> int:
    """The number of a word, which stands first in its sentence or inside of it."""
    code = zlib.crc32(word.casefold().encode("utf-8", "surrogatepass")) & int(_WORD)
    digits = not word.isalpha() and any(character.isdigit() for character in word)
    return code | int(_NAMES) if digits or (inside and word[0].isupper()) else code
