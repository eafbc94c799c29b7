"""Figures against hand-computed results, other libraries, and the identities that hold for any."""

import itertools
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from eval.asking.response import Response
from eval.cases import Case, Gold
from eval.figures import MEASURES, Figure, Measure, columns, figure, figures
from eval.figures.statistics import (
    Floats,
    aurc,
    auroc,
    balanced_accuracy,
    ece,
    mean,
    median,
    ratio,
    reliability,
    risk_coverage,
    share,
    slowest,
)
from eval.figures.table import resamples
from eval.figures.values import Result, Values, values
from eval.judging import Judgement, Ranks
from index.types import Span
from rag.types import Stages

PAIRS = st.lists(
    st.tuples(st.integers(0, 10).map(lambda n: n / 10), st.integers(0, 1).map(float)),
    min_size=1,
    max_size=8,
)


def array(*numbers: float) -> Floats:
    return np.array(numbers, dtype=float)


def unzipped(pairs: list[tuple[float, float]]) -> tuple[Floats, Floats]:
    first, second = zip(*pairs, strict=True)
    return array(*first), array(*second)


class TestStatistics:
    def test_shares(self) -> None:
        assert share([True, False, False, True]) == 0.5
        assert share([]) is None
        assert mean(array(1, 0.5, 0, 0.5)) == 0.5
        assert ratio(array(1, 1), array(2, 1)) == pytest.approx(2 / 3)

    def test_percentiles_are_of_the_nearest_rank(self) -> None:
        assert [float(each(array(5, 3, 1, 2, 4))) for each in (median, slowest)] == [3, 5]
        assert slowest(np.arange(1.0, 101.0)) == 95

    def test_auroc_by_hand(self) -> None:
        # Of the six pairs four are in order and one is tied.
        found = auroc(array(1, 1, 1, 0, 0), array(0.9, 0.5, 0.4, 0.5, 0.1))
        assert found == pytest.approx(4.5 / 6)
        assert np.isnan(auroc(array(1, 1), array(0.1, 0.2)))

    def test_balanced_accuracy_by_hand(self) -> None:
        # Of four answerable questions three are answered, of one that is not, none refused.
        found = balanced_accuracy(array(1, 1, 1, 1, 0), array(1, 1, 1, 0, 0))
        assert found == pytest.approx(0.375)
        assert np.isnan(balanced_accuracy(array(1, 1), array(1, 1)))

    def test_risk_and_coverage_by_hand(self) -> None:
        coverage, risk = risk_coverage(array(0.9, 0.1, 0.5, 0.5), array(1, 0, 1, 0))
        assert coverage.tolist() == [0.25, 0.5, 0.75, 1.0]
        # Of the two with .5, one is wrong: half a mistake each.
        assert risk.tolist() == pytest.approx([0, 0.25, 1 / 3, 0.5])
        assert aurc(array(0.9, 0.1, 0.5, 0.5), array(1, 0, 1, 0)) == pytest.approx(
            (0 + 0.25 + 1 / 3 + 0.5) / 4
        )

    def test_calibration_by_hand(self) -> None:
        sure, true = array(0.95, 1.0, 0.95, 0.15), array(1, 1, 0, 1)
        counts, confidence, answerable = reliability(sure, true)
        assert counts.tolist() == [0, 1, 0, 0, 0, 0, 0, 0, 0, 3]
        assert (confidence[9], answerable[9]) == (pytest.approx(2.9 / 3), pytest.approx(2 / 3))
        assert np.isnan(confidence[0])
        assert ece(sure, true) == pytest.approx((1 * 0.85 + 3 * (2.9 / 3 - 2 / 3)) / 4)

    @given(PAIRS)
    def test_the_area_is_the_mean_over_all_orders_of_ties(
        self, pairs: list[tuple[float, float]]
    ) -> None:
        sure, right = unzipped(pairs[:6])
        orders = [
            order
            for order in itertools.permutations(range(len(sure)))
            if all(sure[a] >= sure[b] for a, b in itertools.pairwise(order))
        ]
        areas = [
            np.mean([np.mean(1 - right[list(order[:k])]) for k in range(1, len(order) + 1)])
            for order in orders
        ]
        assert aurc(sure, right) == pytest.approx(np.mean(areas))

    @given(PAIRS)
    def test_auroc_is_that_of_another_library(self, pairs: list[tuple[float, float]]) -> None:
        from sklearn.metrics import roc_auc_score

        sure, true = unzipped([*pairs, (0.5, 1.0), (0.5, 0.0)])
        assert auroc(true, sure) == pytest.approx(roc_auc_score(true, sure))
        assert auroc(1 - true, sure) == pytest.approx(1 - auroc(true, sure))

    @given(PAIRS)
    def test_reliability_is_that_of_another_library(self, pairs: list[tuple[float, float]]) -> None:
        from sklearn.calibration import calibration_curve

        # Off the edges of the bins, which that library puts into the lower one.
        sure, true = unzipped([(value * 0.98 + 0.005, label) for value, label in pairs])
        counts, confidence, answerable = reliability(sure, true)
        their_true, their_sure = calibration_curve(true, sure, n_bins=10)
        assert confidence[counts > 0].tolist() == pytest.approx(their_sure.tolist())
        assert answerable[counts > 0].tolist() == pytest.approx(their_true.tolist())

    @given(PAIRS)
    def test_balanced_accuracy_is_that_of_another_library(
        self, pairs: list[tuple[float, float]]
    ) -> None:
        from sklearn.metrics import balanced_accuracy_score

        sure, true = unzipped([*pairs, (0.5, 1.0), (0.5, 0.0)])
        answered = (sure > 0.4).astype(float)
        found = balanced_accuracy(true, (answered == true).astype(float))
        assert found == pytest.approx(balanced_accuracy_score(true, answered))

    @pytest.mark.parametrize("statistic", [auroc, aurc, ece, balanced_accuracy, ratio])
    def test_many_at_once_are_each_by_itself(self, statistic: Any) -> None:
        random = np.random.default_rng(1)
        first, second = random.integers(0, 2, (4, 9)).astype(float), random.random((4, 9))
        rows = [float(statistic(a, b)) for a, b in zip(first, second, strict=True)]
        assert statistic(first, second).tolist() == pytest.approx(rows, nan_ok=True)


SHARE = Measure("share", "share", ("flag",))
AREA = Measure("area", "area", ("answerable", "confidence"), auroc)


def of(flags: list[float | None], answerable: list[int] | None = None) -> Figure:
    labels = answerable or [1] * len(flags)
    rows: list[Values] = [
        {"flag": flag, "answerable": label} for flag, label in zip(flags, labels, strict=True)
    ]
    return figure(SHARE, columns(rows))


class TestIntervals:
    def test_the_interval_of_a_mean(self) -> None:
        assert of([0, 0, 0, 1]) == Figure(0.25, (0.0, 0.75), 4)

    def test_it_is_that_of_another_library(self) -> None:
        from scipy.stats import bootstrap

        sample = np.random.default_rng(3).random(60)
        found = of(sample.tolist()).interval
        theirs = bootstrap((sample,), np.mean, method="percentile", rng=1).confidence_interval
        assert found == pytest.approx((theirs.low, theirs.high), abs=0.01)

    def test_questions_to_which_it_does_not_apply_are_left_out(self) -> None:
        assert of([None, 1, None, 1]) == Figure(1, (1, 1), 2)
        assert of([None]) == of([]) == Figure(None, None, 0)

    def test_answerable_and_unanswerable_keep_their_numbers(self) -> None:
        labels = array(1, 0, 0, 1, 1)
        drawn = np.concatenate(list(resamples(labels, 250)))
        assert drawn.shape == (250, 5)
        assert set(labels[drawn].sum(axis=1)) == {3}
        rows: list[Values] = [
            {"answerable": label, "confidence": sure}
            for label, sure in ((1, 0.9), (1, 0.2), (0, 0.5), (0, 0.4), (0, 0.1))
        ]
        assert figure(AREA, columns(rows)).interval == (0.0, 1.0)

    @given(st.lists(st.floats(0, 1), min_size=1, max_size=9))
    def test_it_is_the_same_each_time_and_within_the_values(self, flags: list[float]) -> None:
        found = of(list(flags))
        assert found == of(list(flags))
        assert found.interval
        assert min(flags) - 1e-9 <= found.interval[0] <= found.interval[1] <= max(flags) + 1e-9


def result(case: Case, judgement: Judgement, **record: Any) -> Result:
    plain = {"confidence": 0.5, "seconds": 1.0, "quotes": []}
    stages = Stages(0.01, 0.1, 0.3, 0.05, 0.0)
    return Result(case, Response({**plain, **record}, stages), judgement)


FACT = Case("q1", "Who?", answerable=True, gold=(Gold("a.txt", Span(0, 9), None, "", "", ""),))
UNKNOWN = Case("q2", "Who?", answerable=True)
ABSENT = Case("q3", "What?", answerable=False)


def ranks(reranked: int | None, **more: Any) -> Ranks:
    return Ranks(**{"retrieved": 1, "reranked": reranked, "chosen": None, "shown": None, **more})


RESULTS = [
    result(
        FACT,
        Judgement(refused=False, ranks=(ranks(1),), quote_rank=1, chosen_rank=1, precision=1.0),
        confidence=0.9,
        quotes=[{"text": "x" * 30}, {"text": "x" * 20}],
    ),
    result(
        FACT,
        Judgement(refused=True, ranks=(ranks(4),), chosen_rank=1),
        confidence=0.4,
        seconds=3.0,
    ),
    result(
        FACT,
        Judgement(
            refused=False,
            ranks=(ranks(2), ranks(30)),
            quote_rank=3,
            chosen_rank=3,
            precision=0.5,
            needed=0.5,
            sides=1.0,
        ),
        confidence=0.6,
        quotes=[{"text": "x" * 10}],
    ),
    result(ABSENT, Judgement(refused=True), confidence=0.5),
    result(ABSENT, Judgement(refused=False), confidence=0.3, quotes=[{"text": "x"}]),
]


def test_figures_by_hand() -> None:
    found = {name: each.value for name, each in figures(columns(values(RESULTS))).items()}
    assert found["recall_at_1"] == pytest.approx((1 + 0 + 0) / 3)
    assert found["recall_at_5"] == pytest.approx((1 + 1 + 0.5) / 3)
    assert found["mrr_at_10"] == pytest.approx((1 + 1 / 4 + 1 / 2) / 3)
    assert found["quote_at_1"] == pytest.approx(1 / 3)
    assert found["quote_at_3"] == pytest.approx(2 / 3)
    assert (found["precision"], found["needed_at_5"], found["sides"]) == (0.75, 0.5, 1)
    assert found["characters"] == pytest.approx((50 + 10 + 1) / 3)
    assert found["answered"] == pytest.approx(2 / 3)
    assert found["refused"] == 0.5
    assert found["balanced_accuracy"] == pytest.approx((2 / 3 + 1 / 2) / 2)
    # 0.9, 0.4, 0.6 against 0.5, 0.3: five of six pairs in order.
    assert found["auroc"] == pytest.approx(5 / 6)
    # In the order of confidence: right, wrong, wrong, right (though refused), wrong.
    assert found["aurc"] == pytest.approx((0 + 1 / 2 + 2 / 3 + 1 / 2 + 3 / 5) / 5)
    assert found["ece"] == pytest.approx((0.1 + 0.6 + 0.4 + 0.5 + 0.3) / 5)
    assert (found["seconds_answer_p50"], found["seconds_answer_p95"]) == (1.0, 3.0)
    assert found["seconds_read_p50"] == pytest.approx(0.3)
    assert found["locator"] is found["speaker"] is found["trap_quoted"] is None


def test_of_nothing_nothing_is_measured() -> None:
    assert set(figures(columns([])).values()) == {Figure(None, None, 0)}
    assert len(figures(columns([]))) == len(MEASURES) == len({each.name for each in MEASURES})


def test_a_question_without_gold_counts_as_answered_only() -> None:
    (found,) = values([result(UNKNOWN, Judgement(refused=False))])
    assert found["answered"] == 1
    assert found["quote_at_1"] is found["recall_at_5"] is found["right"] is None
