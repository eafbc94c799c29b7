"""Answers judged against the gold of their questions."""

from eval.judging.judge import Judgement, judge
from eval.judging.ranks import Ranks, Stage

__all__ = ["Judgement", "Ranks", "Stage", "judge"]
