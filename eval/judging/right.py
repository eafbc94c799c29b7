"""What counts as a right quote."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from eval.cases import Gold
from index.types import Span

# What a quote has to share with the gold to answer with it: at least half of the shorter one and
# 0.3 of the gold. A quote that is one sentence of a gold of three is right; its last word is not.
OF_SHORTER: Final = 0.5
OF_GOLD: Final = 0.3
# A gold this short is often a date or a name within a sentence; to hold it whole is enough.
SHORT_GOLD: Final = 60
# A longer quote makes the reader search it.
LONGEST: Final = 600

_BROKEN_WORD = re.compile(r"[-‐\u00ad][*_]?\s*\n\s*")
# Marks in which typesetting differs: quotation marks, apostrophes, emphasis, hyphens.
_MARKS = dict.fromkeys(map(ord, "\"'`´“”„‟‘’‚‛«»*_-‐‑\u00ad"))


@dataclass(frozen=True, slots=True)
class Quoted:
    """A quote as it was shown: the fields of an answer's record that are measured."""

    document: str
    span: Span
    text: str
    locator: str
    page: int | None = None
    speakers: tuple[str, ...] = ()


def shared(first: Span, second: Span) -> int:
    """How many characters two spans have in common."""
    return max(0, min(first.end, second.end) - max(first.start, second.start))


def answers(quote: Quoted, gold: Gold, must_contain: Sequence[str] = ()) -> bool:
    """Whether a quote answers with a gold place: it overlaps enough of it, or it holds all of
    `must_contain` and stands in the same document. A page is answered by any quote from it, and a
    whole document by any that holds the strings, if there are some."""
    if quote.document != gold.doc or len(quote.text) > LONGEST:
        return False
    if gold.page is not None:
        return quote.page == gold.page
    if gold.span is None:
        return not must_contain or contains(quote.text, must_contain)
    return _covers(quote.span, gold.span) or contains(quote.text, must_contain)


def _covers(quote: Span, gold: Span) -> bool:
    common = shared(quote, gold)
    if len(gold) <= SHORT_GOLD and common == len(gold):
        return True
    return common >= OF_SHORTER * min(len(quote), len(gold)) and common >= OF_GOLD * len(gold)


def contains(text: str, strings: Sequence[str]) -> bool:
    """Whether a text holds all of the strings, case, white space and marks aside; of none, no."""
    found = normalised(text)
    return bool(strings) and all(normalised(string) in found for string in strings)


def normalised(text: str) -> str:
    """Text for comparison: case, white space, quotation marks and hyphens do not count."""
    joined = _BROKEN_WORD.sub("", text).translate(_MARKS)
    return " ".join(joined.casefold().split())


def states(text: str, answer: str) -> bool:
    """Whether a text holds an answer word for word, as whole words."""
    wanted = normalised(answer)
    found = re.escape(wanted)
    return bool(wanted) and bool(re.search(rf"(?<!\w){found}(?!\w)", normalised(text)))
