"""Bring an index up to date with files and folders: read, split, embed, store.

Unchanged files (by SHA-256) are left alone, changed ones replaced, removed ones dropped; each
document in a transaction of its own, so whatever stops a run, what was committed stays.
"""

import hashlib
import os
import re
import stat
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import islice
from pathlib import Path

from index import read, vectors
from index.database import DATABASE
from index.embed import Embedder, Encoded
from index.errors import IndexFolderError, SourceError, UnreadableError
from index.split import Budget, split
from index.store import DocumentSummary, Settings, WritableStore
from index.tokens import Tokens
from index.types import Document, Passage

# Passages are gathered from several documents until there are this many, so that a folder of
# short files is embedded in full batches as well.
GATHER = 64
# Passages between two reports of progress: some seconds on a slow machine.
STEP = 32

# What Python makes of the bytes of a file name that are not UTF-8, and control characters.
_NOT_UTF_8 = re.compile(r"[\ud800-\udfff]")
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")


@dataclass(frozen=True, slots=True)
class SourceFile:
    """A file to index: where it lies, and its name relative to the folder that was asked for."""

    root: Path
    path: str

    @property
    def file(self) -> Path:
        return self.root / self.path


@dataclass(frozen=True, slots=True)
class Failure:
    """A file that could not be indexed, and why."""

    file: str
    reason: str


@dataclass(frozen=True, slots=True)
class Guess:
    """A file whose encoding was detected: no mark in it and no valid UTF-8 vouches for it."""

    file: str
    encoding: str


@dataclass(slots=True)
class Summary:
    """What a run did. Counts are of documents, but for `passages`: those embedded in this run."""

    added: int = 0
    replaced: int = 0
    unchanged: int = 0
    removed: int = 0
    passages: int = 0
    failures: list[Failure] = field(default_factory=list)
    guesses: list[Guess] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a run is: documents looked at, of how many, and passages embedded."""

    documents: int
    total: int
    passages: int
    file: str


@dataclass(frozen=True, slots=True)
class _Pending:
    """A document that waits to be embedded."""

    source: SourceFile
    document: Document
    passages: list[Passage]


class Updater:
    """One indexing run over an open store."""

    def __init__(
        self,
        store: WritableStore,
        embedder: Embedder,
        tokens: Tokens,
        passage_tokens: int,
        report: Callable[[Progress], None] = lambda progress: None,
    ) -> None:
        self._store = store
        self._embedder = embedder
        self._tokens = tokens
        self._passage_tokens = passage_tokens
        self._report = report
        self._summary = Summary()
        self._pending: list[_Pending] = []
        self._total = 0
        self._looked_at = 0
        self._embedded = 0

    @cached_property
    def _budget(self) -> Budget:
        """Made when the first changed document is met: it asks the model, which takes seconds."""
        return make_budget(self._embedder, self._tokens, self._passage_tokens)

    def run(self, paths: Sequence[Path]) -> Summary:
        """Index `paths`. Files that fail are listed in the summary; the others go on."""
        known = {summary.path: summary for summary in self._store.summaries()}
        sources, failures = find_sources(paths)
        self._summary.failures += failures
        self._total = len(sources)
        for source in sources:
            self._try(source, known.get(source.path))
        self._flush()
        self._drop_removed(paths, known.values(), sources)
        publish(self._store)
        return self._summary

    def add(self, source: SourceFile, document: Document) -> None:
        """Index a document that was read already."""
        passages = split(document.text, document.blocks, self._budget)
        self._pending.append(_Pending(source, document, passages))
        self._flush()

    def _try(self, source: SourceFile, known: DocumentSummary | None) -> None:
        self._progress(source)
        try:
            self._take(source, known)
        except SourceError as error:
            self._summary.failures.append(Failure(str(source.file), str(error)))
        self._looked_at += 1
        self._progress(source)

    def _take(self, source: SourceFile, known: DocumentSummary | None) -> None:
        if known and Path(known.root) != source.root:
            raise SourceError(
                f"the index already holds a document named {source.path}, from {known.root}; "
                "rename one of them or use another --index"
            )
        try:
            self._load(source, known)
        except UnreadableError:
            raise
        except SourceError as error:
            if known is None:
                raise
            # What it said before is in no file any more, so nobody could check a quote of it.
            self._store.drop(known.path)
            self._summary.removed += 1
            raise SourceError(f"{error}; its earlier version is no longer quoted") from error

    def _load(self, source: SourceFile, known: DocumentSummary | None) -> None:
        data = read.read_bytes(source.file)
        if known and known.sha256 == hashlib.sha256(data).hexdigest():
            self._summary.unchanged += 1
            return
        document = read.load(data, source.file, source.path)
        passages = split(document.text, document.blocks, self._budget)
        if not passages:
            raise SourceError("it holds no sentence that could be quoted")
        if document.encoding_is_guess:
            self._summary.guesses.append(Guess(str(source.file), document.encoding))
        self._pending.append(_Pending(source, document, passages))
        if known:
            self._summary.replaced += 1
        else:
            self._summary.added += 1
        if sum(len(pending.passages) for pending in self._pending) >= GATHER:
            self._flush()

    def _flush(self) -> None:
        """Embed what is pending and commit it, a transaction a document."""
        encoded = self._encoded()
        for item in self._pending:
            pairs = list(zip(item.passages, islice(encoded, len(item.passages)), strict=True))
            self._store.put(item.document, str(item.source.root), pairs)
            self._summary.passages += len(pairs)
        self._pending.clear()

    def _encoded(self) -> Iterator[Encoded]:
        """The embeddings of all that is pending, a step at a time: it is what takes long."""
        readings = [passage.reading for item in self._pending for passage in item.passages]
        for at in range(0, len(readings), STEP):
            step = self._embedder.passages(readings[at : at + STEP])
            self._embedded += len(step)
            self._progress(self._pending[-1].source)
            yield from step

    def _drop_removed(
        self,
        paths: Sequence[Path],
        known: Iterable[DocumentSummary],
        sources: Sequence[SourceFile],
    ) -> None:
        """Drop documents of the folders asked for whose files are no longer there."""
        folders = {path.resolve() for path in paths if path.is_dir()}
        there = {source.path for source in sources}
        for summary in known:
            gone = summary.path not in there and _is_gone(summary.file)
            if Path(summary.root) in folders and gone:
                self._store.drop(summary.path)
                self._summary.removed += 1

    def _progress(self, source: SourceFile) -> None:
        self._report(Progress(self._looked_at, self._total, self._embedded, source.path))


def make_budget(embedder: Embedder, tokens: Tokens, passage_tokens: int) -> Budget:
    """The passage budget for a model: half of it is enough company for a short paragraph."""
    return Budget(
        count=tokens.count,
        limit=passage_tokens,
        pieces=embedder.count,
        piece_limit=embedder.limit,
        enough=passage_tokens // 2,
    )


def make_settings(embedder: Embedder, tokens: Tokens, passage_tokens: int) -> Settings:
    """The settings that an index made with these records."""
    return Settings(embedder.name, embedder.sha256, tokens.name, passage_tokens)


def publish(store: WritableStore) -> None:
    """Finish what a writer did: seal the store, and derive its FAISS index unless it is there."""
    store.seal()
    if vectors.load(store.folder, store.edition) is None:
        vectors.publish(store.folder, store.edition, vectors.build(*store.vectors()))


def find_sources(paths: Sequence[Path]) -> tuple[list[SourceFile], list[Failure]]:
    """The files under `paths`, in order of their names, and what cannot be one.

    A folder's files are named relative to it, a single file by its name alone. Hidden files and
    folders are passed over. Links are followed, but not in circles.
    """
    sources: dict[str, SourceFile] = {}
    failures: list[Failure] = []
    for path in paths:
        for source in _walk(path, failures):
            other = sources.setdefault(source.path, source)
            if other.file != source.file:
                reason = f"has the same name as {other.file}; rename one or index them apart"
                failures.append(Failure(str(source.file), reason))
    return [sources[name] for name in sorted(sources)], failures


def _walk(path: Path, failures: list[Failure]) -> Iterator[SourceFile]:
    if not path.exists():
        raise IndexFolderError(f"there is no file or folder {path}")
    if not path.is_dir():
        yield from _named(path.parent.resolve(), path.name, failures)
        return
    root = path.resolve()
    entered = {root}
    for folder, folders, files in os.walk(root, followlinks=True, onerror=_unlisted(failures)):
        # Real folders first, so that of a folder and a link to it the folder gives the names.
        inner = sorted((Path(folder) / name for name in folders), key=_links_last)
        folders[:] = [path.name for path in inner if _enters(path, entered, failures)]
        for name in files:
            if not name.startswith("."):
                relative = (Path(folder) / name).relative_to(root).as_posix()
                yield from _named(root, relative, failures)


def _named(root: Path, path: str, failures: list[Failure]) -> Iterator[SourceFile]:
    """The file, if its name can be stored and shown."""
    source = SourceFile(root, path)
    if not _CONTROL.search(path) and not _NOT_UTF_8.search(str(source.file)):
        yield source
    else:
        reason = "its name is not valid UTF-8 or holds control characters; rename it"
        failures.append(Failure(ascii(str(source.file)), reason))


def _links_last(path: Path) -> tuple[bool, str]:
    return path.is_symlink(), path.name


def _enters(folder: Path, entered: set[Path], failures: list[Failure]) -> bool:
    """Whether to go into a subfolder: no hidden one, no index, none that a link leads back to."""
    if folder.name.startswith(".") or (folder / DATABASE).is_file():
        return False
    target = folder.resolve()
    if folder != target and target in entered:
        failures.append(Failure(str(folder), f"a link back to {target}, which is indexed already"))
        return False
    entered.add(target)
    return True


def _is_gone(file: Path) -> bool:
    """Whether there is no such file; one that cannot be looked for may well be there."""
    try:
        return stat.S_ISDIR(file.lstat().st_mode)
    except (FileNotFoundError, NotADirectoryError):
        return True
    except OSError:
        return False


def _unlisted(failures: list[Failure]) -> Callable[[OSError], None]:
    def note(error: OSError) -> None:
        reason = f"cannot be listed: {os.strerror(error.errno or 0)}"
        failures.append(Failure(str(error.filename), reason))

    return note
