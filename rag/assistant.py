"""The composition root: a question in, an answer out."""

import time
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass, field, replace
from pathlib import Path
from weakref import WeakKeyDictionary

from index.database import undamaged
from index.embed import load_embedder
from index.kind import OPENING
from index.snapshot import Library, Sees, Snapshot, sees_all
from index.store import DocumentSummary, open_reading
from index.types import Document, Hit
from rag.compose import compose, nearest, with_sources
from rag.config import Config
from rag.question import asks_for_source, standalone
from rag.read import load_reader, similarity
from rag.refusal import PRESUMING, Refusal, Terms, grade, is_nowhere, presumed
from rag.scope import Catalogue, chosen, describe, restriction, unascribed
from rag.types import Answer, Claim, Quote, Reader, Reason, Stage, Stages, Warmed
from rag.verify import Gate

# The documents that are searched, by path; None for all.
Scope = frozenset[str] | None
# Told what is being done when it is begun.
Report = Callable[[Stage], None]


@dataclass(frozen=True, slots=True)
class _Found:
    """An answer without what was asked and how long it took; `refusal` is missing at first."""

    refusal: Refusal | None = None
    confidence: float = 0.0
    notices: tuple[str, ...] = ()
    quotes: tuple[Quote, ...] = ()
    nearest: tuple[Quote, ...] = ()
    stages: Stages = field(default_factory=Stages)


@dataclass(frozen=True, slots=True)
class _Asking:
    """What is asked of which documents of which snapshot, and who is told of its stages."""

    question: str
    scope: Scope
    snapshot: Snapshot
    report: Report


class _Stopwatch:
    """Seconds since the last lap, or since it was made."""

    def __init__(self) -> None:
        self._since = time.perf_counter()

    def lap(self) -> float:
        since, self._since = self._since, time.perf_counter()
        return self._since - since


class Assistant:
    """Answers questions about one index. May be used from several threads."""

    def __init__(self, library: Library, reader: Reader, threshold: float) -> None:
        self._library = library
        self._reader = reader
        self._threshold = threshold
        self._described: WeakKeyDictionary[Snapshot, Catalogue] = WeakKeyDictionary()

    def warm(self) -> None:
        """Load the models now instead of at the first question."""
        self._library.warm()
        if isinstance(self._reader, Warmed):
            self._reader.warm()

    def ask(
        self,
        question: str,
        history: Sequence[str] = (),
        documents: Sequence[str] = (),
        *,
        sees: Sees = sees_all,
        report: Report = lambda stage: None,
    ) -> Answer:
        """Answer `question`; `history` holds the questions before it, oldest first.

        `documents` names those that alone are searched, by path or title; PinciteError for one that
        is not in the index. Without any, the question itself may name some (see `rag.scope`). What
        `sees` does not see is not there. `report` is told each stage when it begins.
        """
        started = time.perf_counter()
        searched = _searched(question, history)
        if _asks(question):
            report(Stage.LOADING)
            # Before it is this question's turn, in which nothing should take seconds.
            self.warm()
        report(Stage.WAITING)
        with self._library.snapshot() as newest:
            report(Stage.SEARCHING)
            snapshot = newest.restricted(sees)
            watch = _Stopwatch()
            scope = self._scope([*history, question], searched, documents, snapshot)
            asked = self._asked(searched, snapshot) if scope else searched
            scoped = watch.lap()
            asking = _Asking(asked, scope, snapshot, report)
            found = self._answer(asking, is_chosen=bool(documents))
        return Answer(
            question,
            searched,
            found.quotes,
            found.nearest,
            found.confidence,
            found.refusal.reason if found.refusal else None,
            time.perf_counter() - started,
            found.notices,
            scope=tuple(sorted(scope or ())),
            presumed=found.refusal.presumed if found.refusal else (),
            elsewhere=found.refusal.elsewhere if found.refusal else (),
            stages=replace(found.stages, scope=scoped),
        )

    def sources(self, *, sees: Sees = sees_all) -> list[DocumentSummary]:
        """The documents of the index, by path."""
        with self._library.lookup() as snapshot:
            return snapshot.restricted(sees).summaries()

    def document(self, path: str, *, sees: Sees = sees_all) -> Document | None:
        """A document of the index with its text, or None."""
        with self._library.lookup() as snapshot:
            return snapshot.restricted(sees).document(path)

    def _answer(self, asking: _Asking, *, is_chosen: bool) -> _Found:
        question, scope, snapshot = asking.question, asking.scope, asking.snapshot
        if not _asks(question):
            return _Found(Refusal(Reason.NO_QUESTION))
        if not snapshot.can_read(question):
            return _Found(Refusal(Reason.TOO_LONG))
        watch = _Stopwatch()
        hits = snapshot.search(question, scope)
        # Of the few passages of a scope it cannot be told that none is on the subject.
        every = hits if scope is None else snapshot.search(question)
        searched = watch.lap()
        if not hits and scope is None:
            return _Found(Refusal(Reason.NO_SOURCES))
        on_subject = similarity.confidence(every)
        found = self._read(asking, hits, on_subject)
        watch.lap()
        is_unsure = found.confidence < PRESUMING or not found.quotes
        terms = self._presumed(question, scope, snapshot) if is_unsure else ()
        if self._threshold and is_unsure and is_nowhere(terms):
            found = replace(found, quotes=())
        if not found.quotes:
            others = self._elsewhere(asking, every) if scope and is_chosen else ()
            refusal = grade(on_subject, terms, others)
            near = _nearest(hits, refusal, scope, snapshot)
            found = replace(found, refusal=refusal, nearest=near)
        stages = replace(found.stages, search=searched, refuse=watch.lap())
        return replace(found, stages=stages)

    def _read(self, asking: _Asking, hits: Sequence[Hit], on_subject: float) -> _Found:
        """The quotes that answer; none if the reader is not confident enough."""
        if not hits:
            return _Found()
        question, snapshot = asking.question, asking.snapshot
        watch = _Stopwatch()
        asking.report(Stage.READING)
        verdict = self._reader.read(question, hits)
        read = watch.lap()
        asking.report(Stage.COMPOSING)
        notices = (verdict.notice,) if verdict.notice else ()
        gate = Gate(snapshot.document)
        quotes = compose(question, verdict, gate, snapshot, asking.scope)
        confidence = verdict.confidence * (on_subject if verdict.supposes_subject else 1)
        if confidence < self._threshold:
            quotes = ()
        shown = with_sources(quotes, gate) if asks_for_source(question) else quotes
        stages = Stages(read=read, compose=watch.lap())
        return _Found(None, confidence, notices, quotes=shown, stages=stages)

    def _presumed(self, question: str, scope: Scope, snapshot: Snapshot) -> Terms:
        """What the question presumes and no passage that is searched has."""

        def places(phrase: str) -> list[tuple[str, int]]:
            found = snapshot.mentions(phrase)
            return [place for place in found if scope is None or place[0] in scope]

        return presumed(question, places, self._catalogue(snapshot).names)

    def _elsewhere(self, asking: _Asking, every: Sequence[Hit]) -> tuple[str, ...]:
        """The documents that answer when all are searched, if none of them is in the scope."""
        found = self._read(replace(asking, scope=None), every, similarity.confidence(every))
        paths = {quote.document.path for quote in found.quotes}
        return () if paths & (asking.scope or set()) else tuple(sorted(paths))

    def _scope(
        self, questions: Sequence[str], searched: str, documents: Sequence[str], snapshot: Snapshot
    ) -> Scope:
        """The documents to search; None for all. What a user names counts for more than what the
        question does, which stands for its copies as well."""
        catalogue = self._catalogue(snapshot)
        named = chosen(documents, catalogue.sources)
        found = restriction(questions, searched, catalogue, snapshot.mentions)
        asked = found.union(*(snapshot.copied_from(path) for path in found))
        return (named & asked) or named or asked or None

    def _asked(self, question: str, snapshot: Snapshot) -> str:
        """What is asked of a scope: the question without the name of its source."""
        return unascribed(question, self._catalogue(snapshot), snapshot.mentions)

    def _catalogue(self, snapshot: Snapshot) -> Catalogue:
        """What the documents are called, read once for a snapshot."""
        if snapshot not in self._described:
            described = describe(snapshot.summaries(), snapshot.openings(OPENING))
            self._described[snapshot] = described
        return self._described[snapshot]


def _asks(question: str) -> bool:
    return any(character.isalnum() for character in question)


def _searched(question: str, history: Sequence[str]) -> str:
    """The question made to stand alone, unless it asks nothing.

    Unpaired surrogates, which come from arguments that are not UTF-8, become question marks:
    neither the model nor the database takes them.
    """
    searched = standalone(question, history) if _asks(question) else question
    return searched.encode("utf-8", "replace").decode("utf-8")


def _nearest(
    hits: Sequence[Hit], refusal: Refusal, scope: Scope, snapshot: Snapshot
) -> tuple[Quote, ...]:
    """The nearest passages, if they are on the subject."""
    if refusal.reason is Reason.OFF_SUBJECT:
        return ()
    claims = [_best_sentence(hit) for hit in hits]
    return nearest(claims, Gate(snapshot.document), snapshot, scope)


def _best_sentence(hit: Hit) -> Claim:
    similarities = hit.sentence_similarities
    best = max(range(len(similarities)), key=lambda at: similarities[at])
    return Claim(hit.document, hit.passage.sentences[best].span, hit.score)


def open_assistant(config: Config) -> Assistant:
    """The assistant for a configured index; PinciteError when there is none or it does not fit."""
    return assistant_for(open_library(config), config)


def open_library(config: Config) -> Library:
    """The configured index, with the configured model or else the one that it was made with."""
    model = config.model or _recorded_model(config.index)
    return Library(config.index, load_embedder(model, allow_network=config.allow_network))


def assistant_for(library: Library, config: Config) -> Assistant:
    """The assistant for an open index, with the configured reader and threshold."""
    return Assistant(library, load_reader(config), config.refused_below)


def _recorded_model(folder: Path) -> str | None:
    with undamaged(folder), closing(open_reading(folder)) as store:
        return store.settings.model if store.settings else None
