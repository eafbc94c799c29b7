"""Adding and removing sources while questions go on being answered.

Files are indexed by one thread, a job after the other: there can be only one writer.
"""

import threading
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from queue import SimpleQueue
from typing import Literal

from index.errors import BusyError, PinciteError
from index.snapshot import Sees
from index.store import DocumentSummary
from index.update import Failure, Progress, Summary
from rag.render import Record
from ui.server.services import Service
from ui.uploads import Uploads, is_owned, prefix_of, seen_by, shown_path

# Seconds between two looks whether another process has finished writing to the index.
PATIENCE = 1.0
# The last jobs of so many owners are told of; what runs or waits is not forgotten.
MOST_OWNERS = 1000

BUSY = "Sources are being taken in just now. Remove this one when that is done."
ELSEWHERE = "Waiting for another program that is writing to the index"
BROKEN = "The files could not be indexed. The terminal that Pincite runs in says more."
REMOVED_UPLOAD = "Removed, and its file deleted."
SHARED = "Others use this source too. Whoever runs Pincite can take it out of the index."
REMOVED_DOCUMENT = (
    "Removed from the index. Its file stays; indexing its folder again brings it back."
)

State = Literal["waiting", "running", "done", "failed"]
_NONE = Progress(0, 0, 0, "")


@dataclass(frozen=True, slots=True)
class Changes:
    """The seam to an index that can be changed.

    `take_in` brings it up to date with a folder, `drop` takes a document out; both raise BusyError
    while somebody else writes. `sources` lists what somebody sees.
    """

    take_in: Callable[[Path, Callable[[Progress], None]], Summary]
    drop: Callable[[str], None]
    sources: Callable[[Sees], list[DocumentSummary]]


@dataclass(frozen=True, slots=True)
class Job:
    """Taking in an owner's files: how far it is, and what came of it."""

    state: State = "waiting"
    message: str = ""
    progress: Progress = _NONE
    added: int = 0
    removed: int = 0
    failures: tuple[Failure, ...] = ()

    @property
    def is_over(self) -> bool:
        return self.state in {"done", "failed"}


class Jobs:
    """The jobs of all owners, once it is started. May be used from several threads.

    Where the sources are `shared` by several users, each removes his own uploads alone.
    """

    def __init__(
        self,
        uploads: Uploads,
        changes: Changes,
        patience: float = PATIENCE,
        *,
        shared: bool = False,
    ) -> None:
        self._shared = shared
        self._uploads = uploads
        self._changes = changes
        self._patience = patience
        self._lock = threading.Lock()
        self._jobs: OrderedDict[str, Job] = OrderedDict()
        self._again: set[str] = set()
        self._queue: SimpleQueue[str] = SimpleQueue()

    def start(self) -> None:
        # A daemon: what was indexed is committed, and the rest is when it is next asked for.
        threading.Thread(target=self._work, name="jobs", daemon=True).start()

    def services(self) -> Mapping[str, Service]:
        return {"take_in": self.take_in, "remove_source": self.remove_source}

    def take_in(self, owner: str, request: object) -> Record:
        """Index what the owner has uploaded: `{"jobs"}`, as in `records`. The request is empty.

        A job that runs already is followed by another, as it may have passed over the new files.
        """
        with self._lock:
            job = self._jobs.get(owner)
            if job is None or job.is_over:
                self._put(owner, Job())
                self._queue.put(owner)
            elif job.state == "running":
                self._again.add(owner)
        return {"jobs": self.records(owner)}

    def records(self, owner: str) -> list[Record]:
        """The owner's job, if there is or was one: `{"state", "message", "documents", "total",
        "passages", "file", "added", "removed", "failures": [{"file", "reason"}]}`."""
        with self._lock:
            job = self._jobs.get(owner)
        return [_record(owner, job)] if job else []

    def remove_source(self, owner: str, request: object) -> Record:
        """`{"document"}` to `{"removed", "told"}`: an upload of the owner with its file, any other
        document only out of the index."""
        path = request.get("document") if isinstance(request, dict) else None
        if not isinstance(path, str):
            raise ValueError("a document is named by a text")
        try:
            return {"removed": path, "told": self._removed(owner, path)}
        except BusyError:
            return {"error": BUSY}
        except PinciteError as error:
            return {"error": str(error)}

    def _removed(self, owner: str, path: str) -> str:
        if path not in {each.path for each in self._changes.sources(seen_by(owner))}:
            raise PinciteError(f"{path} is not in the index (any more). Reload the page.")
        if self._shared and not is_owned(owner, path):
            raise PinciteError(SHARED)
        held = self._uploads.files(owner).get(shown_path(path))
        self._changes.drop(path)
        if not is_owned(owner, path):
            return REMOVED_DOCUMENT
        self._uploads.remove(owner, shown_path(path), held)
        return REMOVED_UPLOAD

    # -- the thread that works -------------------------------------------------------------------

    def _work(self) -> None:
        while True:
            owner = self._queue.get()
            self._run(owner)
            with self._lock:
                if owner in self._again:
                    self._again.remove(owner)
                    self._put(owner, replace(self._jobs[owner], state="waiting"))
                    self._queue.put(owner)

    def _run(self, owner: str) -> None:
        """One job. What fails is told of, and the next job is done all the same."""
        self._change(owner, state="running", message="")
        try:
            summary = self._summary(owner)
        except (PinciteError, OSError) as error:
            self._change(owner, state="failed", message=str(error))
            return
        except BaseException:
            self._change(owner, state="failed", message=BROKEN)
            # This thread ends here and the error is shown; another goes on with the next job.
            self.start()
            raise
        self._change(
            owner,
            state="done",
            added=summary.added + summary.replaced,
            removed=summary.removed,
            failures=tuple(summary.failures),
        )

    def _summary(self, owner: str) -> Summary:
        """Take in the owner's files, and delete those that cannot be."""
        files = self._uploads.files(owner)
        summary = self._taken_in(owner)
        for name in {_name(owner, failure) for failure in summary.failures} & set(files):
            self._uploads.remove(owner, name, files[name])
        return summary

    def _taken_in(self, owner: str) -> Summary:
        folder = self._uploads.folder(owner)
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        while True:
            try:
                return self._changes.take_in(folder, lambda at: self._change(owner, progress=at))
            except BusyError:
                self._change(owner, message=ELSEWHERE)
                threading.Event().wait(self._patience)

    def _change(self, owner: str, **changes: object) -> None:
        with self._lock:
            self._put(owner, replace(self._jobs[owner], **changes))  # type: ignore[arg-type]

    def _put(self, owner: str, job: Job) -> None:
        """To be called with the lock held."""
        self._jobs[owner] = job
        over = [each for each, job in self._jobs.items() if job.is_over]
        for each in over[:-MOST_OWNERS]:
            del self._jobs[each]


def _record(owner: str, job: Job) -> Record:
    return {
        "state": job.state,
        "message": job.message,
        "documents": job.progress.documents,
        "total": job.progress.total,
        "passages": job.progress.passages,
        "file": job.progress.file.removeprefix(prefix_of(owner)),
        "added": job.added,
        "removed": job.removed,
        "failures": [_failure(owner, each) for each in job.failures],
    }


def _failure(owner: str, failure: Failure) -> Record:
    return {"file": _name(owner, failure), "reason": failure.reason}


def _name(owner: str, failure: Failure) -> str:
    """What failed, by the name that its owner gave it: where it lies is nobody's business."""
    return failure.file.partition(prefix_of(owner))[2]
