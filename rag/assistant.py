"""The composition root: a question in, an answer out."""

import time
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from index.embed import load_embedder
from index.snapshot import Library, Snapshot, undamaged
from index.store import DocumentSummary, open_reading
from index.types import Document, Hit
from rag.compose import compose, nearest, with_sources
from rag.config import Config
from rag.question import asks_for_source, standalone
from rag.read import load_reader
from rag.types import Answer, Claim, Quote, Reader, Reason, Stages, Verdict
from rag.verify import Gate


@dataclass(frozen=True, slots=True)
class _Found:
    """An answer without what was asked and how long it took."""

    reason: Reason | None
    confidence: float = 0.0
    notices: tuple[str, ...] = ()
    quotes: tuple[Quote, ...] = ()
    nearest: tuple[Quote, ...] = ()


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

    def warm(self) -> None:
        """Load the model now instead of at the first question."""
        self._library.warm()

    def ask(self, question: str, history: Sequence[str] = ()) -> Answer:
        """Answer `question`; `history` holds the questions before it, oldest first."""
        started = time.perf_counter()
        searched = _searched(question, history)
        with self._library.snapshot() as snapshot:
            found, stages = self._answer(searched, snapshot)
        return Answer(
            question,
            searched,
            found.quotes,
            found.nearest,
            found.confidence,
            found.reason,
            time.perf_counter() - started,
            found.notices,
            stages,
        )

    def sources(self) -> list[DocumentSummary]:
        """The documents of the index, by path."""
        with self._library.snapshot() as snapshot:
            return snapshot.summaries()

    def document(self, path: str) -> Document | None:
        """A document of the index with its text, or None."""
        with self._library.snapshot() as snapshot:
            return snapshot.document(path)

    def _answer(self, question: str, snapshot: Snapshot) -> tuple[_Found, Stages]:
        if not any(character.isalnum() for character in question):
            return _Found(Reason.NO_QUESTION), Stages()
        if not snapshot.can_read(question):
            return _Found(Reason.TOO_LONG), Stages()
        watch = _Stopwatch()
        hits = snapshot.search(question)
        search = watch.lap()
        if not hits:
            return _Found(Reason.NO_SOURCES), Stages(search)
        verdict = self._reader.read(question, hits)
        read = watch.lap()
        found = self._composed(question, verdict, hits, snapshot)
        return found, Stages(search, read, watch.lap())

    def _composed(
        self, question: str, verdict: Verdict, hits: Sequence[Hit], snapshot: Snapshot
    ) -> _Found:
        notices = (verdict.notice,) if verdict.notice else ()
        gate = Gate(snapshot.document)
        quotes = compose(question, verdict, gate, snapshot)
        if quotes and verdict.confidence >= self._threshold:
            shown = with_sources(quotes, gate) if asks_for_source(question) else quotes
            return _Found(None, verdict.confidence, notices, quotes=shown)
        near = nearest([_best_sentence(hit) for hit in hits], gate, snapshot)
        return _Found(Reason.NOT_FOUND, verdict.confidence, notices, nearest=near)


def _searched(question: str, history: Sequence[str]) -> str:
    """The question made to stand alone, unless it asks nothing.

    Unpaired surrogates, which come from arguments that are not UTF-8, become question marks:
    neither the model nor the database takes them.
    """
    asks = any(character.isalnum() for character in question)
    searched = standalone(question, history) if asks else question
    return searched.encode("utf-8", "replace").decode("utf-8")


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
    return Assistant(library, load_reader(config), config.threshold)


def _recorded_model(folder: Path) -> str | None:
    with undamaged(folder), closing(open_reading(folder)) as store:
        return store.settings.model if store.settings else None
