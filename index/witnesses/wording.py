"""What the quotable sentences of a document say, as numbers: a number a word."""

import zlib
from collections.abc import Iterable
from dataclasses import dataclass

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

    `numbers`: (n,) the lower 31 bits of each word's CRC-32; two words with one number would at
    worst be aligned, and the difference is seen when the texts are compared. The highest bit is set
    for a word that names: one with a digit, or capitalised within a sentence. `sentences`: (m, 3)
    of canonical start and end, and the number of words up to and with this sentence.
    """

    numbers: Words
    sentences: Ints

    @property
    def words(self) -> Words:
        return self.numbers & _WORD

    @property
    def names(self) -> NDArray[np.bool_]:
        """(n,) whether each word names something: a number, a person, a place."""
        return np.asarray(self.numbers > _WORD)

    @property
    def ends(self) -> Ints:
        """(m,) where each sentence ends, in words."""
        return self.sentences[:, 2]

    @property
    def lengths(self) -> Ints:
        """(m,) how many words each sentence has: one at least."""
        lengths: Ints = self.ends.copy()
        lengths[1:] -= self.ends[:-1]
        return lengths

    def span(self, first: int, last: int) -> Span:
        """The canonical range from one sentence to another."""
        return Span(int(self.sentences[first, 0]), int(self.sentences[last, 1]))

    def to_bytes(self) -> tuple[bytes, bytes]:
        return self.numbers.astype("<u4").tobytes(), self.sentences.astype("<i8").tobytes()

    @staticmethod
    def from_bytes(numbers: bytes, sentences: bytes) -> "Wording":
        return Wording(
            np.frombuffer(numbers, dtype="<u4"),
            np.frombuffer(sentences, dtype="<i8").reshape(-1, 3),
        )


def wording_of(passages: Iterable[Passage]) -> Wording:
    """The wording of a document's passages; sentences without a word are left out."""
    numbers: list[int] = []
    sentences: list[tuple[int, int, int]] = []
    for passage in passages:
        for sentence in passage:
            found = split_words(sentence.reading.of(passage.reading))
            numbers += [_number(word, at) for at, word in enumerate(found)]
            if found:
                sentences.append((sentence.span.start, sentence.span.end, len(numbers)))
    return Wording(
        np.array(numbers, dtype=np.uint32), np.array(sentences, dtype=np.int64).reshape(-1, 3)
    )


def _number(word: str, at: int) -> int:
    """The number of a word, which is the word of a sentence at this index."""
    code = zlib.crc32(word.casefold().encode("utf-8", "surrogatepass")) & int(_WORD)
    digits = not word.isalpha() and any(character.isdigit() for character in word)
    names = digits or (at > 0 and word[0].isupper())
    return code | int(_NAMES) if names else code
