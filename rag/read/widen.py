"""Quotes that stand on their own: a sentence with those before it that it leans on."""

import re
from collections.abc import Iterator

from index.types import Passage, Span
from rag.types import LONGEST_QUOTE

MOST_SENTENCES = 3

# "He declared ..." or "But this was ...", with nobody and nothing named yet.
_LEANING = re.compile(
    r"[\"“‘'(\[]*(?:(?:and|but|yet|so|then|thus|however|moreover|therefore|nevertheless|still"
    r"|in\s+fact|instead)\b,?\s+)?"
    r"(?:he|she|they|it|his|her|their|its|him|them|this|these|those|such)\b",
    re.IGNORECASE,
)
# "It is true that", "There was": these lean on nothing.
_EMPTY = re.compile(
    r"\W*(?:it\s+(?:is|was|has\s+been|seems|seemed)\s+(?:\w+\s+){0,2}(?:that|to)\b|this\s+\w+ly\b)",
    re.IGNORECASE,
)


def spans(passage: Passage, at: int) -> Iterator[Span]:
    """The canonical ranges to quote for a sentence, the best first and the sentence alone last.

    A sentence that leans on the ones before it is first offered with them, if there is room. The
    gate refuses what goes over the end of a paragraph.
    """
    sentences = passage.sentences
    first = at
    while first > 0 and at - first + 1 < MOST_SENTENCES and _leans(passage, first):
        first -= 1
    for start in range(first, at + 1):
        span = Span(sentences[start].span.start, sentences[at].span.end)
        if start == at or len(span) <= LONGEST_QUOTE:
            yield span


def _leans(passage: Passage, at: int) -> bool:
    text = passage.sentences[at].reading.of(passage.reading)
    return bool(_LEANING.match(text)) and not _EMPTY.match(text)
