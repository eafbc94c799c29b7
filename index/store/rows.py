"""From what stands in the database's columns to records, and back."""

import hashlib
import json
from collections.abc import Iterable
from typing import Any

import numpy as np

from index.embed import Encoded, Floats
from index.types import Block, BlockKind, Passage, Place, Span


def place_of(text: str) -> Place:
    """A place from its JSON."""
    fields = json.loads(text)
    lists = {name: tuple(fields[name]) for name in ("section", "cites")}
    return Place(**{**fields, **lists})


def block_of(kind: str, start: int, end: int, place: str, holes: str) -> Block:
    """A block from its row of `blocks`."""
    return Block(BlockKind(kind), Span(start, end), place_of(place), spans_of(holes))


def spans_of(pairs: str) -> tuple[Span, ...]:
    """Spans from their JSON."""
    return tuple(Span(*pair) for pair in json.loads(pairs))


def pairs_of(spans: Iterable[Span]) -> str:
    """Spans as JSON."""
    return json.dumps([(span.start, span.end) for span in spans])


def dimension_of(size: int) -> int:
    """The dimension of a stored vector of so many bytes."""
    return size // np.dtype("<f4").itemsize


def signs_of(bits: bytes, dimension: int) -> Floats:
    """Token vectors of -1 and +1, a row each, from their bits."""
    rows = np.frombuffer(bits, dtype=np.uint8).reshape(-1, (dimension + 7) // 8)
    return np.unpackbits(rows, axis=1, count=dimension).astype(np.float32) * 2 - 1


def sha256_of(blob: bytes) -> str:
    """The digest that a blob is checked by."""
    return hashlib.sha256(blob).hexdigest()


def sentence_rows(passage: Passage, encoded: Encoded) -> list[tuple[Any, ...]]:
    """The rows of a passage's sentences, but for the passage's number."""
    return [
        (
            ordinal,
            sentence.span.start,
            sentence.span.end,
            sentence.reading.start,
            sentence.reading.end,
            *tokens,
            json.dumps(sentence.place._asdict()),
        )
        for ordinal, (sentence, tokens) in enumerate(
            zip(passage, _token_spans(passage, encoded), strict=True)
        )
    ]


def _token_spans(passage: Passage, encoded: Encoded) -> list[tuple[int, int]]:
    """For each sentence the half-open range of the passage's tokens that lie in it."""
    starts = np.array([span.start for span in encoded.spans], dtype=np.int64)
    return [
        (
            int(np.searchsorted(starts, sentence.reading.start)),
            int(np.searchsorted(starts, sentence.reading.end)),
        )
        for sentence in passage
    ]
