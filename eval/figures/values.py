"""The values of one question, of which figures are made; None where a value does not apply."""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Final

from eval.asking.response import Response
from eval.cases import Case
from eval.figures.retrieval import retrieval
from eval.judging import Judgement
from eval.judging.ranks import within
from rag.types import Stages

WHOLE: Final = "answer"
STAGES: Final = (*(stage.name for stage in fields(Stages)), WHOLE)

Values = dict[str, float | None]


@dataclass(frozen=True, slots=True)
class Result:
    """A question, what it got, how good that is, and what is not verbatim in it.

    `checked` counts the quotes that were compared with their sources, nearest passages and what was
    held back included; `faults` says of each that differs what is wrong.
    """

    case: Case
    response: Response
    judgement: Judgement
    checked: int = 0
    faults: tuple[str, ...] = ()


def values(results: Sequence[Result]) -> list[Values]:
    """The values of each result, in order. Flags are 0 or 1, times seconds."""
    found = retrieval([result.judgement.ranks for result in results])
    return [
        {
            name: None if value is None else round(float(value), 6)
            for part in (ranked, _quoting(result), _deciding(result), _timing(result))
            for name, value in part.items()
        }
        for result, ranked in zip(results, found, strict=True)
    ]


def _quoting(result: Result) -> Values:
    case, judgement = result.case, result.judgement
    quotes = result.response.record["quotes"]
    rank = judgement.quote_rank

    def right_within(k: int) -> float | None:
        return float(within(rank, k)) if case.measurable else None

    return {
        "quote_at_1": right_within(1),
        "quote_at_3": right_within(3),
        "quote_at_5": right_within(5),
        "precision": judgement.precision,
        "needed_at_5": judgement.needed,
        "sides": judgement.sides,
        "characters": float(sum(len(quote["text"]) for quote in quotes)) if quotes else None,
        "locator": judgement.locator,
        "speaker": judgement.speaker,
        "trap_quoted": judgement.trap,
    }


def _deciding(result: Result) -> Values:
    case, judgement = result.case, result.judgement
    answerable, refused = case.answerable, judgement.refused
    known = case.measurable or not answerable
    return {
        "answerable": answerable,
        "confidence": result.response.record["confidence"],
        # Of the first quote, whether or not it was held back; where nothing answers, none is right.
        "right": judgement.chosen_rank == 1 if known else None,
        "decided_right": answerable != refused,
        "answered": not refused if answerable else None,
        "refused": None if answerable else refused,
    }


def _timing(result: Result) -> Values:
    stages = result.response.stages
    taken = {stage.name: getattr(stages, stage.name) for stage in fields(Stages)}
    taken[WHOLE] = result.response.record["seconds"]
    return {f"seconds_{stage}": taken[stage] for stage in STAGES}
