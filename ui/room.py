"""Everything that the page can ask for, put together."""

import os
import sys
from collections.abc import Callable, Mapping

from rag.assistant import assistant_for, open_library
from rag.config import Config
from rag.indexing import drop, take_in
from rag.render import Record
from ui.desk import Desk
from ui.jobs import Changes, Jobs
from ui.loading import Loading
from ui.memory import Memory
from ui.server.services import Service
from ui.uploads import Uploads


class Room:
    """The desk, how far the model is loaded, and the sources that are added and removed.

    `turn_away` makes the questions that wait for their turn give up.
    """

    def __init__(
        self,
        desk: Desk,
        loading: Loading,
        jobs: Jobs,
        turn_away: Callable[[], object] = lambda: None,
    ) -> None:
        self._desk = desk
        self._loading = loading
        self._jobs = jobs
        self.turn_away = turn_away

    def services(self) -> Mapping[str, Service]:
        return {**self._desk.services(), **self._jobs.services(), "status": self.status}

    def status(self, owner: str, request: object) -> Record:
        """`{"state", "message", "jobs"}`: see `Loading.record` and `Jobs.records`. The request is
        empty."""
        return {**self._loading.record(), "jobs": self._jobs.records(owner)}

    def page(self, owner: str, answer: str) -> str:
        """An answer as a page to print: see `Desk.page`."""
        return self._desk.page(owner, answer)

    def start(self) -> None:
        """Begin with what takes long, once the page can be had."""
        self._jobs.start()
        self._loading.start()

    def stop(self) -> None:
        """End the process at once: the interpreter would wait for every question that is under way,
        and torch aborts with a complaint where another thread is at work. What was kept or indexed
        is committed."""
        sys.stdout.flush()
        os._exit(0)


def open_room(config: Config, memory: Memory, uploads: Uploads, *, shared: bool = False) -> Room:
    """The room over a configured index; nothing is loaded or indexed before its `start`. See `Jobs`
    for `shared`."""
    library = open_library(config)
    assistant = assistant_for(library, config)
    changes = Changes(
        take_in=lambda folder, report: take_in(folder, config, library.embedder, report),
        drop=lambda path: drop(path, config),
        sources=lambda sees: assistant.sources(sees=sees),
    )
    jobs = Jobs(uploads, changes, shared=shared)
    return Room(Desk(assistant, memory), Loading(assistant.warm), jobs, library.turn_away)
