"""What is being done for each question that is under way, for the page that waits for it."""

import threading
from collections import OrderedDict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from rag.render import Record
from rag.types import Stage

LONGEST_TICKET = 64
# Of all owners together; the oldest is forgotten first. One owner cannot drive out all others'.
MOST_TICKETS = 1000
MOST_OF_ONE = 20


@dataclass(frozen=True, slots=True)
class _Step:
    """A question's stage, and in how many passages the answer is searched for."""

    stage: Stage
    passages: int

    @property
    def told(self) -> str:
        noun = "passage" if self.passages == 1 else "passages"
        return {
            Stage.LOADING: "Loading the model",
            Stage.WAITING: "Waiting for another question",
            Stage.SEARCHING: f"Searching {self.passages:,} {noun}",
            Stage.READING: "Reading the nearest passages",
            Stage.COMPOSING: "Checking every quote against its source",
        }[self.stage]


class Board:
    """The stages by owner and by a ticket that the owner's page made up. For several threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._steps: OrderedDict[tuple[str, str], _Step] = OrderedDict()

    @contextmanager
    def following(
        self, owner: str, ticket: str, passages: int
    ) -> Iterator[Callable[[Stage], None]]:
        """To report the stages of a question to; what was reported is forgotten at the end."""

        def report(stage: Stage) -> None:
            self._put(owner, ticket, _Step(stage, passages))

        try:
            yield report
        finally:
            with self._lock:
                self._steps.pop((owner, ticket), None)

    def progress(self, owner: str, request: object) -> Record:
        """`{"ticket"}` to `{"stage", "told"}`; no stage where no such question is under way."""
        ticket = ticket_in(request)
        with self._lock:
            step = self._steps.get((owner, ticket)) if ticket else None
        return {"stage": step.stage.value, "told": step.told} if step else {"stage": None}

    def _put(self, owner: str, ticket: str, step: _Step) -> None:
        with self._lock:
            self._steps[owner, ticket] = step
            of_one = [key for key in self._steps if key[0] == owner]
            for key in of_one[:-MOST_OF_ONE] or list(self._steps)[:-MOST_TICKETS]:
                del self._steps[key]


def ticket_in(request: object) -> str | None:
    """The ticket in a request, if it has one; ValueError when that cannot be one."""
    ticket = request.get("ticket") if isinstance(request, dict) else None
    if ticket is not None and not (isinstance(ticket, str) and 0 < len(ticket) <= LONGEST_TICKET):
        raise ValueError(f"a ticket is a text of 1 to {LONGEST_TICKET} characters")
    return ticket
