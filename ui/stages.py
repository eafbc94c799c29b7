"""What became of each question, for the page that waits for it or was loaded again meanwhile."""

import threading
from collections import OrderedDict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace

from rag.render import Record
from rag.types import Stage

LONGEST_TICKET = 64
# Of all owners together; the oldest is forgotten first. One owner cannot drive out all others'.
MOST_TICKETS = 1000
MOST_OF_ONE = 20


@dataclass(frozen=True, slots=True)
class _Asked:
    """A question, in how many passages the answer is searched for, the stage that was reported
    last, and the id of the answer once it is kept."""

    question: str
    passages: int
    stage: Stage | None = None
    answer: str | None = None

    @property
    def told(self) -> str | None:
        noun = "passage" if self.passages == 1 else "passages"
        return (
            self.stage
            and {
                Stage.LOADING: "Loading the model",
                Stage.WAITING: "Waiting for another question",
                Stage.SEARCHING: f"Searching {self.passages:,} {noun}",
                Stage.READING: "Reading the nearest passages",
                Stage.COMPOSING: "Checking every quote against its source",
            }[self.stage]
        )


class Board:
    """The questions by owner and by a ticket that the owner's page made up. For several threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._asked: OrderedDict[tuple[str, str], _Asked] = OrderedDict()

    @contextmanager
    def following(
        self, owner: str, ticket: str, question: str, passages: int
    ) -> Iterator[Callable[[Stage], None]]:
        """To report the stages of a question to; it is forgotten at the end unless its answer is
        there by then."""
        asked = _Asked(question, passages)

        def report(stage: Stage) -> None:
            self._put(owner, ticket, replace(asked, stage=stage))

        self._put(owner, ticket, asked)
        try:
            yield report
        finally:
            with self._lock:
                found = self._asked.get((owner, ticket))
                if found and found.answer is None:
                    del self._asked[owner, ticket]

    def answered(self, owner: str, ticket: str, answer: str) -> None:
        """Note under which id the answer to a question that is followed is kept."""
        with self._lock:
            if asked := self._asked.get((owner, ticket)):
                self._asked[owner, ticket] = replace(asked, answer=answer)

    def progress(self, owner: str, request: object) -> Record:
        """`{"ticket"}` to `{"question", "stage", "told", "answer"}`: the id of the answer once it
        is there. Nothing where the question is not known, or had no answer that could be kept."""
        ticket = ticket_in(request)
        with self._lock:
            asked = self._asked.get((owner, ticket)) if ticket else None
        if asked is None:
            return {}
        stage = asked.stage and asked.stage.value
        told = {"stage": stage, "told": asked.told, "answer": asked.answer}
        return {"question": asked.question, **told}

    def _put(self, owner: str, ticket: str, asked: _Asked) -> None:
        with self._lock:
            self._asked[owner, ticket] = asked
            of_one = [key for key in self._asked if key[0] == owner]
            for key in of_one[:-MOST_OF_ONE] or list(self._asked)[:-MOST_TICKETS]:
                del self._asked[key]


def ticket_in(request: object) -> str | None:
    """The ticket in a request, if it has one; ValueError when that cannot be one."""
    ticket = request.get("ticket") if isinstance(request, dict) else None
    if ticket is not None and not (isinstance(ticket, str) and 0 < len(ticket) <= LONGEST_TICKET):
        raise ValueError(f"a ticket is a text of 1 to {LONGEST_TICKET} characters")
    return ticket
