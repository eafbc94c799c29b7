"""The standard measures of retrieval, computed by ir_measures, which wraps trec_eval.

What is judged are the things that a question needs (`eval.judging.ranks`): one, or each of the gold
where all are needed. What the same passage holds counts once, because passages are what is ranked.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Final

from eval.judging import Ranks

MEASURES: Final = {
    "recall_at_1": "R@1",
    "recall_at_5": "R@5",
    "recall_at_20": "R@20",
    "mrr_at_10": "RR@10",
    "ndcg_at_10": "nDCG@10",
}
# No measure looks further.
DEEPEST: Final = 20


def retrieval(questions: Sequence[Sequence[Ranks]]) -> list[dict[str, float | None]]:
    """The measures of each question; None of one that needs nothing."""
    found: list[dict[str, float | None]] = [dict.fromkeys(MEASURES) for _ in questions]
    for at, name, value in _measured(questions, MEASURES, lambda need: need.reranked):
        found[at][name] = value
    return found


def recall_curve(
    questions: Sequence[Sequence[Ranks]], rank_of: Callable[[Ranks], int | None]
) -> list[float]:
    """The mean recall at 1, 2, ... `DEEPEST`, for the ranks of one stage."""
    needing = [needs for needs in questions if needs]
    sums = dict.fromkeys((f"R@{k}" for k in range(1, DEEPEST + 1)), 0.0)
    for _, name, value in _measured(needing, {name: name for name in sums}, rank_of):
        sums[name] += value
    return [total / len(needing) for total in sums.values()] if needing else []


def _measured(
    questions: Sequence[Sequence[Ranks]],
    measures: Mapping[str, str],
    rank_of: Callable[[Ranks], int | None],
) -> Iterator[tuple[int, str, float]]:
    """The number of each question that needs something, with the name and value of each measure."""
    import ir_measures

    asked = {str(at): judged(needs, rank_of) for at, needs in enumerate(questions) if needs}
    if asked:
        names = {ir_measures.parse_measure(measure): name for name, measure in measures.items()}
        qrels = {question: relevant for question, (relevant, _) in asked.items()}
        run = {question: scores for question, (_, scores) in asked.items()}
        for metric in ir_measures.iter_calc(list(names), qrels, run):
            yield int(metric.query_id), names[metric.measure], metric.value


def judged(
    needs: Sequence[Ranks], rank_of: Callable[[Ranks], int | None]
) -> tuple[dict[str, int], dict[str, float]]:
    """A question as trec_eval takes it: grades of what is relevant, scores of what was found."""
    relevant: dict[str, int] = {}
    for at, need in enumerate(needs):
        rank = rank_of(need)
        item = f"rank {rank}" if rank else f"missing {at}"
        relevant[item] = max(need.grade, relevant.get(item, 0))
    return relevant, {f"rank {rank}": 1 / rank for rank in range(1, DEEPEST + 1)}
