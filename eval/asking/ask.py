"""Put the questions of a set to an assistant."""

import json
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from eval.asking.kept import Kept
from eval.asking.response import Record, Response, retrieved
from eval.cases import Case
from index.snapshot import Library
from index.types import Hit
from rag.assistant import Assistant
from rag.render import to_json
from rag.types import Reader, Verdict

WARMING: Final = "What is told here?"


def sample(cases: Sequence[Case], limit: int | None, seed: int) -> list[Case]:
    """At most `limit` of the cases, drawn at random by `seed`, in their order."""
    if limit is None or limit >= len(cases):
        return list(cases)
    drawn = random.Random(seed).sample(range(len(cases)), limit)  # noqa: S311 - no secret
    return [cases[number] for number in sorted(drawn)]


@dataclass(slots=True)
class _Overheard:
    """A reader whose first verdict on a question is kept; later ones are about other documents."""

    reader: Reader
    verdict: Verdict | None = None

    def read(self, question: str, hits: Sequence[Hit]) -> Verdict:
        verdict = self.reader.read(question, hits)
        self.verdict = self.verdict or verdict
        return verdict

    def forget(self) -> None:
        self.verdict = None


@dataclass(frozen=True, slots=True)
class _Repeated:
    """A reader that says once more what another has just said."""

    overheard: _Overheard

    def read(self, question: str, hits: Sequence[Hit]) -> Verdict:
        return self.overheard.verdict or self.overheard.reader.read(question, hits)


class Asker:
    """Asks an assistant, and looks at what led to its answers."""

    def __init__(self, library: Library, reader: Reader, threshold: float) -> None:
        self._library = library
        self._overheard = _Overheard(reader)
        self._assistant = Assistant(library, self._overheard, threshold)
        self._never_refusing = Assistant(library, _Repeated(self._overheard), threshold=0.0)

    def warm(self) -> None:
        """Load what the first question would have to wait for: models, the index, the catalogue.

        By a question that is in no set: the searches of the last question are kept.
        """
        self._assistant.ask(WARMING)

    def ask(self, case: Case) -> Response:
        """The answer, parsed from what is rendered, with the passages and what was held back."""
        self._overheard.forget()
        answer = self._assistant.ask(case.question, case.history)
        if self._overheard.verdict is None:  # Nothing was searched, or nothing was found.
            return Response(rendered(to_json(answer, case.id)), answer.stages)
        with self._library.snapshot() as snapshot:
            hits = snapshot.search(answer.standalone, frozenset(answer.scope) or None)
        return Response(
            record=rendered(to_json(answer, case.id)),
            stages=answer.stages,
            retrieved=retrieved(hits),
            withheld=tuple(self._withheld(case)) if answer.abstained else (),
        )

    def _withheld(self, case: Case) -> list[Record]:
        """The quotes of an answer that was refused, had it not been."""
        answer = self._never_refusing.ask(case.question, case.history)
        quotes: list[Record] = rendered(to_json(answer))["quotes"]
        return quotes


def rendered(line: str) -> Record:
    """An answer as whoever gets it reads it."""
    record: Record = json.loads(line)
    return record


def ask_all(
    cases: Sequence[Case],
    asker: Asker,
    kept: Kept,
    report: Callable[[int], None] = lambda done: None,
) -> list[Response]:
    """The response to every question; only those that were not kept are asked, after the asker was
    warmed, so that no time is that of loading models. `report` gets the number of questions done.
    """
    if any(kept.get(case) is None for case in cases):
        asker.warm()
    responses = []
    for done, case in enumerate(cases, start=1):
        response = kept.get(case)
        if response is None:
            response = asker.ask(case)
            kept.add(case, response)
        responses.append(response)
        report(done)
    return responses
