"""An index open for questions: the one way in for whoever asks."""

import threading
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from functools import cache, partial
from pathlib import Path

from index import vectors
from index.database import readable, undamaged
from index.embed import Embedder
from index.errors import ModelError, StoppedError
from index.search import Searcher
from index.store import DocumentSummary, Settings, Store, current_edition, open_reading
from index.types import Document, Hit, Span
from index.witnesses.match import Copy
from index.witnesses.standing import Witness

# Documents that were quoted are kept for the next question, up to so many.
KEPT_DOCUMENTS = 100
# Of so many groups of people who see the same is kept what they asked.
KEPT_VIEWS = 50
# Ranges of documents whose witnesses are kept, some kilobytes each.
KEPT_WITNESSES = 2000

# Whether somebody may see a document.
Sees = Callable[[DocumentSummary], bool]


def sees_all(document: DocumentSummary) -> bool:
    """Whoever has the index itself sees every document in it."""
    return True


@dataclass(frozen=True, slots=True, eq=False, weakref_slot=True)
class Snapshot:
    """One generation of an index. What it returns is consistent, whatever a writer does.

    The documents in `_hidden` are nowhere in it; only how rare a word is, is that of all.
    """

    _store: Store
    _searcher: Callable[[], Searcher]
    _hidden: frozenset[str] = frozenset()
    _documents: dict[str, Document | None] = field(default_factory=dict)
    _summaries: list[DocumentSummary] = field(default_factory=list)
    _searched: dict[tuple[str, frozenset[str] | None], tuple[Hit, ...]] = field(
        default_factory=dict
    )
    _witnesses: dict[tuple[str, Span], tuple[Witness, ...]] = field(default_factory=dict)
    _restricted: dict[frozenset[str], "Snapshot"] = field(default_factory=dict)

    def restricted(self, sees: Sees) -> "Snapshot":
        """The snapshot for somebody who does not see every document."""
        unseen = {each.path for each in self.summaries() if not sees(each)}
        if not unseen:
            return self
        hidden = self._hidden | unseen
        if hidden not in self._restricted:
            if len(self._restricted) >= KEPT_VIEWS:
                self._restricted.clear()
            self._restricted[hidden] = Snapshot(self._store, self._searcher, hidden)
        return self._restricted[hidden]

    @property
    def settings(self) -> Settings | None:
        """What the index was made with; None while nothing was ever added to it."""
        return self._store.settings

    def prepare(self) -> None:
        """Read in now what the first search would have to wait for."""
        with undamaged(self._store.folder):
            self._searcher()

    def can_read(self, question: str) -> bool:
        """Whether the model takes in the whole question; it cuts off the end of a longer one."""
        return self._searcher().can_read(question)

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
                seen = self._seen(documents)
                self._searched[asked] = tuple(self._searcher().search(question, seen))
        return list(self._searched[asked])

    def _seen(self, documents: frozenset[str] | None) -> frozenset[str] | None:
        """Which of the documents are searched; None for all."""
        if not self._hidden:
            return documents
        every = frozenset(each.path for each in self.summaries())
        return every if documents is None else every & documents

    def document(self, path: str) -> Document | None:
        """A document with its text, or None."""
        if path in self._hidden:
            return None
        if path not in self._documents:
            if len(self._documents) >= KEPT_DOCUMENTS:
                self._documents.clear()
            with undamaged(self._store.folder):
                self._documents[path] = self._store.document(path)
        return self._documents[path]

    def summaries(self) -> list[DocumentSummary]:
        """All documents, by path. Kept: every answer names titles, and pages are slow to count."""
        if not self._summaries:
            with undamaged(self._store.folder):
                every = self._store.summaries()
            self._summaries.extend(each for each in every if each.path not in self._hidden)
        return list(self._summaries)

    def openings(self, length: int) -> dict[str, str]:
        """The first `length` characters of every document, by path."""
        with undamaged(self._store.folder):
            every = self._store.openings(length)
        return {path: opening for path, opening in every.items() if path not in self._hidden}

    def mentions(self, phrase: str) -> list[tuple[str, int]]:
        """The passages that have these words one after the other, stemmed: path and number.

        Numbers of neighbours in a document follow each other.
        """
        with undamaged(self._store.folder):
            return [at for at in self._store.mentions(phrase) if at[0] not in self._hidden]

    def copied_from(self, path: str) -> list[str]:
        """The documents of which at least half is a copy of a document's words, by path."""
        if path in self._hidden:
            return []
        with undamaged(self._store.folder):
            return [each for each in self._store.copied_from(path) if each not in self._hidden]

    def copies(self, path: str, span: Span) -> list[Copy]:
        """The sentences of a document in `span` that have copies, each with each of its copies."""
        if path in self._hidden:
            return []
        with undamaged(self._store.folder):
            every = self._store.copies(path, span)
        return [each for each in every if each.sentences.theirs.document not in self._hidden]

    def witnesses(self, path: str, span: Span) -> list[Witness]:
        """The sentences of a document in `span` with all their copies, the best first.

        Kept: to compare them word by word takes most of the time from claims to quotes.
        """
        if path in self._hidden:
            return []
        asked = (path, span)
        if asked not in self._witnesses:
            if len(self._witnesses) >= KEPT_WITNESSES:
                self._witnesses.clear()
            with undamaged(self._store.folder):
                found = self._store.witnesses(path, span, self._hidden)
            self._witnesses[asked] = tuple(found)
        return list(self._witnesses[asked])


class Library:
    """An index folder with the embedder it was made with. May be used from several threads."""

    def __init__(self, folder: Path, embedder: Embedder) -> None:
        self._folder = folder
        self.embedder = embedder
        self._questions = _Turns(folder, self._open)
        self._lookups = _Turns(folder, self._open)
        with self._questions.newest() as snapshot:
            snapshot.prepare()

    def warm(self) -> None:
        """Load what the first question would have to wait for."""
        self.embedder.count("")

    def snapshot(self) -> AbstractContextManager[Snapshot]:
        """The newest generation, for one question at a time; StoppedError after `turn_away`.

        A single question keeps both cores busy, so taking turns costs nothing.
        """
        return self._questions.newest()

    def lookup(self) -> AbstractContextManager[Snapshot]:
        """The newest generation to list and read documents: no question is waited for."""
        return self._lookups.newest()

    def turn_away(self) -> None:
        """Let the question finish that has its turn; those that wait for theirs give up at once."""
        self._questions.turn_away()

    def close(self) -> None:
        self._questions.close()
        self._lookups.close()

    def _open(self) -> tuple[Store, Snapshot]:
        store = open_reading(self._folder)
        try:
            return store, self._snapshot_of(store)
        except BaseException:
            store.close()
            raise

    def _snapshot_of(self, store: Store) -> Snapshot:
        settings = store.settings
        if settings and settings.model_sha256 != self.embedder.sha256:
            raise ModelError(
                f"the index {self._folder} was made with the model {settings.model} (weights "
                f"{settings.model_sha256[:12]}), not with {self.embedder.name} (weights "
                f"{self.embedder.sha256[:12]}). Use that model, or make the index anew: "
                f"pincite index FOLDER --index {self._folder} --rebuild"
            )
        return Snapshot(store, cache(partial(self._searcher, store)))

    def _searcher(self, store: Store) -> Searcher:
        found = vectors.load(self._folder, store.edition)
        # Missing, stale (a writer is at work) or damaged: the database holds all it is made from.
        nearest = found or vectors.build(*store.vectors())
        return Searcher(store, nearest, self.embedder)


class _Turns:
    """An index folder held open at its newest generation, for one thread at a time: in the order
    in which they came."""

    def __init__(self, folder: Path, open_newest: Callable[[], tuple[Store, Snapshot]]) -> None:
        self._folder = folder
        self._open = open_newest
        self._changed = threading.Condition()
        self._waiting: deque[object] = deque()
        self._is_taken = False
        self._is_over = False
        self._held: tuple[Store, Snapshot] | None = None

    @contextmanager
    def newest(self) -> Iterator[Snapshot]:
        with self._turn(), readable(self._folder):
            with undamaged(self._folder):
                if self._held is None or current_edition(self._folder) != self._held[0].edition:
                    held = self._open()
                    self._close()
                    self._held = held
            yield self._held[1]

    def turn_away(self) -> None:
        with self._changed:
            self._is_over = True
            self._changed.notify_all()

    def close(self) -> None:
        with self._changed:
            self._changed.wait_for(lambda: not self._is_taken)
            self._close()

    @contextmanager
    def _turn(self) -> Iterator[None]:
        mine = object()
        with self._changed:
            self._waiting.append(mine)
            try:
                self._changed.wait_for(lambda: self._is_over or self._is_next(mine))
            finally:
                self._waiting.remove(mine)
            if self._is_over:
                raise StoppedError
            self._is_taken = True
        try:
            yield
        finally:
            with self._changed:
                self._is_taken = False
                self._changed.notify_all()

    def _is_next(self, waiting: object) -> bool:
        return not self._is_taken and self._waiting[0] is waiting

    def _close(self) -> None:
        if self._held is not None:
            self._held[0].close()
            self._held = None
