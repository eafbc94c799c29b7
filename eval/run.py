"""Put the questions of a set to an assistant and judge what it answers."""

import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from eval.cases import Case
from eval.judge import Judgement, judge
from eval.sources import Sources
from index.snapshot import Library
from rag.assistant import Assistant
from rag.render import to_record
from rag.types import Stages


@dataclass(frozen=True, slots=True)
class Result:
    """A question, the record of its answer, how good that is, and what is not verbatim in it.

    `checked` counts the quotes that were compared with their sources, nearest passages included;
    `faults` says of each that differs what is wrong. `stages` is where the time went.
    """

    case: Case
    record: dict[str, Any]
    judgement: Judgement
    checked: int
    faults: tuple[str, ...]
    stages: Stages = field(default_factory=Stages)


def sample(cases: Sequence[Case], limit: int | None, seed: int) -> list[Case]:
    """At most `limit` of the cases, drawn at random by `seed`, in their order."""
    if limit is None or limit >= len(cases):
        return list(cases)
    drawn = random.Random(seed).sample(range(len(cases)), limit)  # noqa: S311 - no secret
    return [cases[number] for number in sorted(drawn)]


def run(
    cases: Sequence[Case],
    assistant: Assistant,
    library: Library,
    report: Callable[[int], None] = lambda done: None,
) -> list[Result]:
    """Ask every question. `library` is the one that `assistant` answers from; `report` gets the
    number of questions done."""
    sources = open_sources(assistant)
    results = []
    for done, case in enumerate(cases, start=1):
        results.append(_result(case, assistant, library, sources))
        report(done)
    return results


def open_sources(assistant: Assistant) -> Sources:
    """The files of the assistant's index, to be read anew."""
    return Sources({summary.path: summary.file for summary in assistant.sources()})


def _result(case: Case, assistant: Assistant, library: Library, sources: Sources) -> Result:
    answer = assistant.ask(case.question, case.history)
    record = to_record(answer, case.id)
    with library.snapshot() as snapshot:
        hits = snapshot.search(answer.standalone, frozenset(answer.scope) or None)
    shown = list(_shown(record))
    faults = tuple(fault for quote in shown if (fault := sources.fault(quote)))
    return Result(case, record, judge(case, record, hits), len(shown), faults, answer.stages)


def _shown(record: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield from record["quotes"]
    yield from record["nearest"]
