"""An index open for questions: the one way in for whoever asks."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from index import vectors
from index.database import readable
from index.embed import Embedder
from index.errors import DamagedError, ModelError
from index.search import Searcher
from index.store import DocumentSummary, Settings, Store, current_edition, open_reading
from index.types import Document, Hit, Span
from index.witnesses.match import Copy
from index.witnesses.standing import Witness

# Documents that were quoted are kept for the next question, up to so many.
KEPT_DOCUMENTS = 100


@contextmanager
def undamaged(folder: Path) -> Iterator[None]:
    """Say what to do when SQLite cannot read the index, or what it reads makes no sense.

    For reading alone: a fault of Pincite would be taken for one of the index.
    """
    try:
        with readable(folder):
            yield
    except (LookupError, MemoryError, TypeError, ValueError) as error:
        raise DamagedError(folder, f"{type(error).__name__}: {error}") from error


@dataclass(frozen=True, slots=True)
class Snapshot:
    """One generation of an index. What it returns is consistent, whatever a writer does."""

    _store: Store
    _searcher: Searcher
    _documents: dict[str, Document | None] = field(default_factory=dict)
    _searched: dict[tuple[str, frozenset[str] | None], tuple[Hit, ...]] = field(
        default_factory=dict
    )

    @property
    def settings(self) -> Settings | None:
        """What the index was made with; None while nothing was ever added to it."""
        return self._store.settings

    def can_read(self, question: str) -> bool:
        """Whether the model takes in the whole question; it cuts off the end of a longer one."""
        return self._searcher.can_read(question)

    def search(self, question: str, documents: frozenset[str] | None = None) -> list[Hit]:
        """Passages that may answer, best first; of these documents alone, where some are named.

        The searches of the last question are kept: an evaluation asks several readers the same,
        and looks at the passages itself.
        """
        asked = (question, documents)
        if asked not in self._searched:
            if any(other != question for other, _ in self._searched):
                self._searched.clear()
            with undamaged(self._store.folder):
                self._searched[asked] = tuple(self._searcher.search(question, documents))
        return list(self._searched[asked])

    def document(self, path: str) -> Document | None:
        """A document with its text, or None."""
        if path not in self._documents:
            if len(self._documents) >= KEPT_DOCUMENTS:
                self._documents.clear()
            with undamaged(self._store.folder):
                self._documents[path] = self._store.document(path)
        return self._documents[path]

    def summaries(self) -> list[DocumentSummary]:
        """All documents, by path."""
        with undamaged(self._store.folder):
            return self._store.summaries()

    def openings(self, length: int) -> dict[str, str]:
        """The first `length` characters of every document, by path."""
        with undamaged(self._store.folder):
            return self._store.openings(length)

    def mentions(self, phrase: str) -> list[tuple[str, int]]:
        """The passages that have these words one after the other, stemmed: path and number.

        Numbers of neighbours in a document follow each other.
        """
        with undamaged(self._store.folder):
            return self._store.mentions(phrase)

    def copied_from(self, path: str) -> list[str]:
        """The documents of which at least half is a copy of a document's words, by path."""
        with undamaged(self._store.folder):
            return self._store.copied_from(path)

    def copies(self, path: str, span: Span) -> list[Copy]:
        """The sentences of a document in `span` that have copies, each with each of its copies."""
        with undamaged(self._store.folder):
            return self._store.copies(path, span)

    def witnesses(self, path: str, span: Span) -> list[Witness]:
        """The sentences of a document in `span` with all their copies, the best first."""
        with undamaged(self._store.folder):
            return self._store.witnesses(path, span)


class Library:
    """An index folder with the embedder it was made with. May be used from several threads."""

    def __init__(self, folder: Path, embedder: Embedder) -> None:
        self._folder = folder
        self._embedder = embedder
        self._lock = threading.Lock()
        with undamaged(folder):
            self._store, self._snapshot = self._open()

    def warm(self) -> None:
        """Load what the first question would have to wait for."""
        self._embedder.count("")

    @contextmanager
    def snapshot(self) -> Iterator[Snapshot]:
        """The newest generation, for one thread at a time.

        A single question keeps both cores busy, so taking turns costs nothing.
        """
        with self._lock, readable(self._folder):
            with undamaged(self._folder):
                if current_edition(self._folder) != self._store.edition:
                    store, snapshot = self._open()
                    self._store.close()
                    self._store, self._snapshot = store, snapshot
            yield self._snapshot

    def close(self) -> None:
        with self._lock:
            self._store.close()

    def _open(self) -> tuple[Store, Snapshot]:
        store = open_reading(self._folder)
        try:
            return store, self._snapshot_of(store)
        except BaseException:
            store.close()
            raise

    def _snapshot_of(self, store: Store) -> Snapshot:
        settings = store.settings
        if settings and settings.model_sha256 != self._embedder.sha256:
            raise ModelError(
                f"the index {self._folder} was made with the model {settings.model} (weights "
                f"{settings.model_sha256[:12]}), not with {self._embedder.name} (weights "
                f"{self._embedder.sha256[:12]}). Use that model, or make the index anew: "
                f"pincite index FOLDER --index {self._folder} --rebuild"
            )
        found = vectors.load(self._folder, store.edition)
        # Missing, stale (a writer is at work) or damaged: the database holds all it is made from.
        nearest = found or vectors.build(*store.vectors())
        return Snapshot(store, Searcher(store, nearest, self._embedder))
