"""Statistics of columns of values, one value a question.

All take arrays whose last axis is the questions, so that a thousand resamples are one call, and
give an array without that axis; NaN where a statistic does not apply.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

# Of equal width, as in Guo et al. 2017.
BINS = 10


def mean(values: Floats) -> Floats:
    """The mean over the questions."""
    return np.asarray(values.mean(axis=-1))


def ratio(parts: Floats, wholes: Floats) -> Floats:
    """The sum of the parts over the sum of the wholes: what is counted over all questions."""
    total = wholes.sum(axis=-1)
    return np.asarray(parts.sum(axis=-1) / np.where(total, total, np.nan))


def share(flags: Sequence[bool]) -> float | None:
    """How many of the flags are set, 0 to 1; None of no flags."""
    return sum(flags) / len(flags) if flags else None


def median(values: Floats) -> Floats:
    """The 50th percentile, by nearest rank (Hyndman & Fan 1996, definition 1)."""
    return np.asarray(np.percentile(values, 50, axis=-1, method="inverted_cdf"))


def slowest(values: Floats) -> Floats:
    """The 95th percentile, by nearest rank: what all but one in twenty do not exceed."""
    return np.asarray(np.percentile(values, 95, axis=-1, method="inverted_cdf"))


def balanced_accuracy(answerable: Floats, decided: Floats) -> Floats:
    """The mean of two shares: answerable questions answered, and unanswerable ones refused, so
    that a set with more of one kind does not favour always answering (Brodersen et al. 2010).
    `decided` is 1 where answering or refusing was right."""
    return (_share_of(answerable, decided) + _share_of(1 - answerable, decided)) / 2


def _share_of(among: Floats, flags: Floats) -> Floats:
    return ratio(among * flags, among)


@np.vectorize(signature="(n),(n)->()", otypes=[float])
def auroc(answerable: Floats, confidence: Floats) -> float:
    """The area under the ROC curve: the chance that an answerable question has more confidence than
    one that is not, a tie counting half (Hanley & McNeil 1982, Radiology 143)."""
    is_answerable = answerable > 0
    negatives = np.sort(confidence[~is_answerable])
    positives = confidence[is_answerable]
    pairs = len(positives) * len(negatives)
    wins = negatives.searchsorted(positives) + negatives.searchsorted(positives, "right")
    return float(wins.sum()) / (2 * pairs) if pairs else np.nan


def risk_coverage(confidence: Floats, right: Floats) -> tuple[Floats, Floats]:
    """The risk-coverage curve (El-Yaniv & Wiener 2010): for each number of questions answered, the
    surest first, how many that is of all, and how many of them are answered wrongly.

    Questions of the same confidence cannot be told apart: their order is averaged over.
    """
    _, group, sizes = np.unique(-confidence, return_inverse=True, return_counts=True)
    wrong = np.bincount(group, 1 - right, len(sizes)) / sizes
    answered = np.arange(1, len(right) + 1)
    risk = np.repeat(wrong, sizes).cumsum() / answered
    return answered / len(right), risk


@np.vectorize(signature="(n),(n)->()", otypes=[float])
def aurc(confidence: Floats, right: Floats) -> float:
    """The area under the risk-coverage curve: the mean risk over all coverages (Geifman et al.
    2019). Of questions in random order it is the share of wrong answers; less is better."""
    return float(risk_coverage(confidence, right)[1].mean())


def reliability(confidence: Floats, came_true: Floats) -> tuple[Floats, Floats, Floats]:
    """The reliability diagram: for each bin of confidence, how many questions, their mean
    confidence, and how often it came true; NaN in a bin without any."""
    bins = np.minimum((confidence * BINS).astype(int), BINS - 1)
    counts = np.bincount(bins, minlength=BINS).astype(float)
    sizes = np.where(counts, counts, np.nan)
    sure = np.bincount(bins, confidence, BINS) / sizes
    return counts, sure, np.bincount(bins, came_true, BINS) / sizes


@np.vectorize(signature="(n),(n)->()", otypes=[float])
def ece(confidence: Floats, came_true: Floats) -> float:
    """The expected calibration error (Guo et al. 2017): how far confidence is from how often it
    came true, averaged over the bins by their questions."""
    counts, sure, true = reliability(confidence, came_true)
    return float(np.nansum(counts * np.abs(sure - true)) / counts.sum())
