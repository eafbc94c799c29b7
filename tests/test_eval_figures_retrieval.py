"""The standard measures: by hand, and as a second library has them."""

from math import log2

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from eval.figures.retrieval import DEEPEST, judged, recall_curve, retrieval
from eval.judging import Ranks


def needs(*ranks: int | None, grade: int = 1) -> tuple[Ranks, ...]:
    return tuple(Ranks(rank, rank, None, None, grade) for rank in ranks)


def test_by_hand() -> None:
    one, both, missed, nothing = retrieval([needs(3), needs(1, 12), needs(None), ()])
    assert one == {
        "recall_at_1": 0,
        "recall_at_5": 1,
        "recall_at_20": 1,
        "mrr_at_10": pytest.approx(1 / 3),
        "ndcg_at_10": pytest.approx(1 / log2(4)),
    }
    assert (both["recall_at_1"], both["recall_at_5"], both["recall_at_20"]) == (0.5, 0.5, 1)
    assert both["ndcg_at_10"] == pytest.approx(1 / (1 + 1 / log2(3)))
    assert set(missed.values()) == {0}
    assert set(nothing.values()) == {None}


def test_beyond_its_depth_a_measure_sees_nothing() -> None:
    (found,) = retrieval([needs(11)])
    assert (found["recall_at_20"], found["mrr_at_10"], found["ndcg_at_10"]) == (1, 0, 0)
    assert retrieval([needs(21)])[0]["recall_at_20"] == 0


def test_what_one_passage_holds_counts_once() -> None:
    (found,) = retrieval([needs(2, 2, None)])
    assert found["recall_at_5"] == 0.5


def test_recall_by_depth() -> None:
    curve = recall_curve([needs(1), needs(3), ()], lambda need: need.reranked)
    assert len(curve) == DEEPEST
    assert curve[:4] == [0.5, 0.5, 1, 1]
    assert recall_curve([()], lambda need: need.reranked) == []


@given(
    st.lists(
        st.lists(
            st.tuples(st.one_of(st.none(), st.integers(1, 25)), st.integers(1, 3)),
            min_size=1,
            max_size=4,
            unique_by=lambda need: need[0] or object(),
        ),
        min_size=1,
        max_size=4,
    )
)
def test_a_second_library_agrees(questions: list[list[tuple[int | None, int]]]) -> None:
    """nDCG, reciprocal rank and recall as scikit-learn has them."""
    found = retrieval(
        [[Ranks(rank, rank, None, None, grade) for rank, grade in each] for each in questions]
    )
    for question, ours in zip(questions, found, strict=True):
        theirs = second_library(question)
        assert ours == {name: pytest.approx(value) for name, value in theirs.items()}


def second_library(question: list[tuple[int | None, int]]) -> dict[str, float]:
    from sklearn.metrics import label_ranking_average_precision_score, ndcg_score, recall_score

    # Everything at its rank; what was not found, after all that was.
    grades = np.zeros(40)
    missing = iter(range(30, 40))
    for rank, grade in question:
        grades[next(missing) if rank is None else rank - 1] = grade
    scores = -np.arange(40.0)
    relevant = grades > 0
    first = np.zeros(40)
    first[relevant.argmax()] = 1
    depth = np.arange(40)
    rank = label_ranking_average_precision_score([first], [scores])
    return {
        **{f"recall_at_{k}": float(recall_score(relevant, depth < k)) for k in (1, 5, 20)},
        "mrr_at_10": float(rank) if first[:10].any() else 0.0,
        "ndcg_at_10": float(ndcg_score([grades], [scores], k=10)),
    }


def test_what_is_judged_keeps_the_highest_grade() -> None:
    both = (*needs(2), *needs(2, grade=3), *needs(None))
    relevant, scores = judged(both, lambda need: need.reranked)
    assert relevant == {"rank 2": 3, "missing 2": 1}
    assert list(scores)[:2] == ["rank 1", "rank 2"]
