"""Deterministic stand-ins for the seams."""

import hashlib
import re
from collections.abc import Sequence

import numpy as np

from index.embed import Encoded, Floats
from index.types import Span

_PIECE = re.compile(r"\w+|[^\w\s]")


class FakeEmbedder:
    """An embedder without a model: a piece is a word or a mark, its vector drawn from its hash.

    Texts that share words are similar, and nothing else is: enough for exact tests of everything
    around a model.
    """

    def __init__(
        self, name: str = "fake", sha256: str = "0" * 64, dimension: int = 32, limit: int = 254
    ) -> None:
        self.name = name
        self.sha256 = sha256
        self.dimension = dimension
        self.limit = limit

    def count(self, text: str) -> int:
        return len(_PIECE.findall(text))

    def passages(self, texts: Sequence[str]) -> list[Encoded]:
        return [self._encode(text) for text in texts]

    def question(self, text: str) -> Encoded:
        return self._encode(text)

    def _encode(self, text: str) -> Encoded:
        matches = list(_PIECE.finditer(text))[: self.limit]
        words = [match[0].lower() for match in matches]
        tokens = np.array([self._vector(word) for word in words], dtype=np.float32)
        tokens = tokens.reshape(len(words), self.dimension)
        mean = tokens.sum(axis=0)
        length = float(np.linalg.norm(mean)) or 1.0
        return Encoded(
            vector=np.asarray(mean / length, dtype=np.float32),
            tokens=tokens,
            pieces=tuple(_number(word) for word in words),
            spans=tuple(Span(match.start(), match.end()) for match in matches),
        )

    def _vector(self, word: str) -> Floats:
        random = np.random.default_rng(_number(word))
        vector = random.standard_normal(self.dimension)
        return np.asarray(vector / np.linalg.norm(vector), dtype=np.float32)


def _number(word: str) -> int:
    return int.from_bytes(hashlib.sha256(word.encode()).digest()[:4], "little")
