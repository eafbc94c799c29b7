"""Measures, as pure functions: what counts as right, and the figures made of it.

Terms are those of Manning, Raghavan & Schütze, *Introduction to Information Retrieval* (2008),
chapter 8: precision, recall at k, reciprocal rank. A measure that does not apply is None.
"""

import random
import re
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from math import ceil
from typing import Any, Final

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

# The numbers after ¶, n. or p.: one, several, or a range, of which the ends count.
_PINPOINTS = tuple(
    re.compile(rf"{sign}\s*\d+(?:(?:\s*[-–,]\s*)\d+)*")
    for sign in ("¶", r"\b(?:endnote|footnote|note|n\.)", r"\bpp?\.")
)


@dataclass(frozen=True, slots=True)
class Quoted:
    """A quote as it was shown: the fields of an answer's record that are measured."""

    document: str
    span: Span
    text: str
    locator: str
    page: int | None = None


# -- what is right -------------------------------------------------------------------------------


def shared(first: Span, second: Span) -> int:
    """How many characters two spans have in common."""
    return max(0, min(first.end, second.end) - max(first.start, second.start))


def answers(quote: Quoted, gold: Gold, must_contain: Sequence[str] = ()) -> bool:
    """Whether a quote answers with a gold place: it overlaps enough of it, or it holds all of
    `must_contain` and stands in the same document. A page is answered by any quote from it."""
    if quote.document != gold.doc or len(quote.text) > LONGEST:
        return False
    if gold.span is None:
        return quote.page == gold.page
    return _covers(quote.span, gold.span) or _contains(quote.text, must_contain)


def _covers(quote: Span, gold: Span) -> bool:
    common = shared(quote, gold)
    if len(gold) <= SHORT_GOLD and common == len(gold):
        return True
    return common >= OF_SHORTER * min(len(quote), len(gold)) and common >= OF_GOLD * len(gold)


def _contains(text: str, strings: Sequence[str]) -> bool:
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


def locator_right(gold: str, shown: str) -> bool | None:
    """Whether a locator shows the most exact number of the gold's: paragraph, else note, else page.

    A note counts as well where it is only referred to: "at n. 24". None when the gold's locator
    has none of these (a heading, a line).
    """
    for pinpoint in _PINPOINTS:
        if wanted := _numbers(pinpoint, gold):
            return not wanted.isdisjoint(_numbers(pinpoint, shown))
    return None


def _numbers(pinpoint: re.Pattern[str], locator: str) -> set[str]:
    return {number for found in pinpoint.findall(locator) for number in re.findall(r"\d+", found)}


# -- figures of one question ---------------------------------------------------------------------


def first_rank(right: Iterable[bool]) -> int | None:
    """The rank, from 1, of the first that is right."""
    return next((rank for rank, is_right in enumerate(right, start=1) if is_right), None)


def within(rank: int | None, k: int) -> bool:
    """Whether there is one among the first `k` (success at k)."""
    return rank is not None and rank <= k


def reciprocal_rank(rank: int | None) -> float:
    """1 / rank, 0 when nothing was found. Its mean is the MRR (Voorhees 1999, TREC-8 QA)."""
    return 1 / rank if rank else 0.0


def share(flags: Sequence[bool]) -> float | None:
    """How many of the flags are set, 0 to 1; None of no flags."""
    return sum(flags) / len(flags) if flags else None


# -- figures of many -----------------------------------------------------------------------------


def mean(values: Iterable[float | None]) -> float | None:
    """The mean of the values that are not None; None when there are none."""
    known = [value for value in values if value is not None]
    return sum(known) / len(known) if known else None


def auroc(positives: Sequence[float], negatives: Sequence[float]) -> float | None:
    """The area under the ROC curve: the chance that a positive scores above a negative, a tie
    counting half (Hanley & McNeil 1982, Radiology 143; the Mann-Whitney statistic)."""
    if not positives or not negatives:
        return None
    ordered = sorted(negatives)
    wins = sum(bisect_left(ordered, score) + bisect_right(ordered, score) for score in positives)
    return wins / (2 * len(positives) * len(negatives))


def percentile(values: Sequence[float], percent: float) -> float | None:
    """The nearest-rank percentile: the smallest value that at least `percent` % do not exceed
    (Hyndman & Fan 1996, definition 1)."""
    if not values:
        return None
    return sorted(values)[max(0, ceil(percent / 100 * len(values)) - 1)]


def bootstrap(
    figure: Callable[..., float | None], *samples: Sequence[Any], resamples: int = 1000
) -> tuple[float, float] | None:
    """The 95 % percentile interval of `figure(*samples)` (Efron & Tibshirani 1993, chapter 13).

    Each sample is drawn anew from itself, so that a figure of two (AUROC) keeps their sizes. The
    draws are the same each time. None where the figure is.
    """
    if figure(*samples) is None:
        return None
    draw = random.Random(0).choices  # noqa: S311 - no secret
    drawn = (figure(*(draw(each, k=len(each)) for each in samples)) for _ in range(resamples))
    values = [value for value in drawn if value is not None]
    low, high = percentile(values, 2.5), percentile(values, 97.5)
    return None if low is None or high is None else (low, high)
