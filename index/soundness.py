"""Whether an index is what its writer left: each row checked, what is derived derived anew."""

import sqlite3
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing, suppress
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from index import digest, vectors
from index.database import connect_reading, undamaged
from index.errors import DamagedError
from index.store import Origin, Store, WritableStore, open_reading, writing
from index.types import Document

# What is derived from the rows of documents and passages, in an order of its own, so that it
# compares with what is derived anew.
_WORDS = (
    "SELECT term, doc, offset FROM temp.words ORDER BY term, doc, offset",
    "SELECT id, sz FROM passages_words_docsize ORDER BY id",
    # What FTS5 knows of all passages together: how many, and how long.
    "SELECT block FROM passages_words_data WHERE id = 1",
)
_PIECES = ("SELECT piece, passages FROM piece_counts ORDER BY piece",)
_COPIES = (
    "SELECT document, words, sentences FROM wordings ORDER BY document",
    """SELECT first_path, first_start, first_end, first_words, second_path, second_start,
    second_end, second_words, shared FROM matches ORDER BY 1, 2, 3, 4, 5, 6, 7, 8, 9""",
    """SELECT document, start, "end", words, other_start, other_end, other_words, shared, is_first
    FROM copies ORDER BY 1, 2, 3, 4, 5, 6, 7, 8, 9""",
)
_DERIVED = {
    "the words to search by": _WORDS,
    "the counts of word pieces": _PIECES,
    "the copied passages": _COPIES,
}


@dataclass(frozen=True, slots=True)
class Broken:
    """A document that is not whole. `document` is what is left: None where not even the text is."""

    origin: Origin
    reason: str
    document: Document | None


@dataclass(frozen=True, slots=True)
class Copying:
    """What became of copying an index."""

    copied: list[Origin]
    broken: list[Broken]


def faults(folder: Path) -> list[str]:
    """All that is wrong with an index, in a few words each.

    Takes as much room for temporary files as the index has. IndexFolderError when there is no
    index, or none that could be read at all.
    """
    with (
        closing(connect_reading(folder, damaged_too=True)) as connection,
        TemporaryDirectory(prefix="pincite-") as temporary,
    ):
        store = Store(folder, connection)
        found = list(_found(folder, lambda: _opening(folder)))
        found += _found(folder, lambda: _integrity(connection))
        with writing(Path(temporary)) as fresh:
            copying = copy(store, fresh)
        found += [f"{each.origin.path}: {each.reason}" for each in copying.broken]
        if not copying.broken:
            found += _found(folder, lambda: _derived(connection, Path(temporary)))
        found += _found(folder, lambda: _vectors(store))
    return list(dict.fromkeys(found))


def _found(folder: Path, check: Callable[[], Iterable[str]]) -> Iterator[str]:
    """What a check finds wrong, until it can go on no more."""
    try:
        with undamaged(folder):
            yield from check()
    except DamagedError as error:
        yield error.reason


def copy(store: Store, fresh: WritableStore) -> Copying:
    """Copy every document that is whole into an empty index."""
    copying = Copying([], [])
    for origin in store.origins():
        try:
            with undamaged(store.folder):
                fresh.adopt(store, origin.number)
        except DamagedError as error:
            copying.broken.append(Broken(origin, error.reason, _document(store, origin)))
        else:
            copying.copied.append(origin)
    return copying


def _document(store: Store, origin: Origin) -> Document | None:
    with suppress(DamagedError), undamaged(store.folder):
        return store.document(origin.path)
    return None


def _opening(folder: Path) -> list[str]:
    """DamagedError as for every reader who opens the index."""
    open_reading(folder).close()
    return []


def _integrity(connection: sqlite3.Connection) -> Iterator[str]:
    """What SQLite finds wrong."""
    for (found,) in connection.execute("PRAGMA integrity_check(10)"):
        if found != "ok":
            yield found
    if connection.execute("PRAGMA foreign_key_check").fetchone():
        yield "rows of documents that are not there"


def _derived(connection: sqlite3.Connection, fresh: Path) -> Iterator[str]:
    """What is not as it would be derived anew."""
    with closing(connect_reading(fresh)) as other:
        for each in (connection, other):
            each.execute(
                "CREATE VIRTUAL TABLE temp.words USING fts5vocab(main, passages_words, instance)"
            )
        for what, queries in _DERIVED.items():
            if digest.of(connection, queries) != digest.of(other, queries):
                yield f"{what} do not agree with the documents"


def _vectors(store: Store) -> Iterator[str]:
    """Whether the FAISS index is the one that the stored vectors give. That it is missing is no
    fault: it is made anew."""
    expected = vectors.build(*store.vectors()).to_bytes()
    for path in vectors.published(store.folder, store.edition):
        if vectors.read(path) != expected:
            yield f"{path.name} is not what the stored vectors give"
