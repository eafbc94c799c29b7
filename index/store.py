"""The index folder: SQLite is the truth, one transaction adds, replaces or drops one document.

A `Store` opens the database either for reading, as one unchanging snapshot, or for writing, as the
only writer (file lock). Vectors lie in it as little-endian float32, token vectors as sign bits:
48 bytes a token for 384 dimensions, which rank as well as half-precision floats.

Everything in it is checked before it is used: see `index.digest`.
"""

import hashlib
import json
import re
import sqlite3
from collections.abc import Container, Iterable, Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from filelock import FileLock, Timeout
from numpy.typing import NDArray

from index import digest, mark
from index.database import (
    Edition,
    close_writing,
    connect_reading,
    connect_writing,
    edition_of,
    readable,
    sync_folder,
    undamaged,
)
from index.embed import Encoded, Floats
from index.errors import BusyError, DamagedError, IndexFolderError
from index.types import (
    Block,
    BlockKind,
    Document,
    Passage,
    Place,
    Reference,
    Sentence,
    Span,
    Speech,
)
from index.witnesses.ledger import Ledger
from index.witnesses.match import Copy, Group, Match, groups
from index.witnesses.standing import Witness

LOCK = "writer.lock"

# All that is stored of a document and not derived from other rows.
_ROWS = {
    "documents": "id = ?",
    "blocks": "document = ?",
    "refs": "document = ?",
    "speeches": "document = ?",
    "passages": "document = ?",
    "sentences": "passage IN (SELECT id FROM passages WHERE document = ?)",
}

_WORD = re.compile(r"[^\W_]+")


@dataclass(frozen=True, slots=True)
class Settings:
    """What an index was made with. Vectors of another model or passages of another size would not
    compare, so an index opened with other settings is refused."""

    model: str
    model_sha256: str
    encoding: str
    passage_tokens: int

    def agrees_with(self, other: "Settings") -> bool:
        """Whether they are the same but perhaps for the name that the same weights go by."""
        return replace(self, model=other.model) == other


@dataclass(frozen=True, slots=True)
class StoredPassage:
    """A passage with what retrieval needs: token sign bits and where each sentence's tokens are.

    `tokens`: (n, d) of -1 and +1, as float32. `token_spans`: per sentence, (start, end) rows.
    """

    id: int
    document: str
    title: str
    passage: Passage
    tokens: Floats
    token_spans: tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class DocumentSummary:
    """A document without its text.

    `pages` counts the sheets of a paged file up to the last with text, or the printed page numbers
    that were found in a text; None where there are no pages, or a single number that may be none.
    """

    path: str
    root: str
    sha256: str
    title: str
    encoding: str
    size: int
    passages: int
    author: str | None = None
    pages: int | None = None

    @property
    def file(self) -> Path:
        """Where the source lay when it was indexed."""
        return Path(self.root) / self.path


class Origin(NamedTuple):
    """Which document a row says it is, and what file it was read from."""

    number: int
    path: str
    root: str
    sha256: str

    @property
    def file(self) -> Path:
        return Path(self.root) / self.path


class Census(NamedTuple):
    """Counts over an index: markers of notes and those linked to their notes, stretches of speech,
    sentences that have copies, and groups of passages that are copies of each other."""

    markers: int
    linked: int
    speeches: int
    copied: int
    groups: int


class Store:
    """An open index folder. Use `reading` or `writing`, which close it."""

    def __init__(self, folder: Path, connection: sqlite3.Connection) -> None:
        self.folder = folder
        self._db = connection
        self._witnesses = Ledger(connection, self._check_passage)

    # -- what is in it ---------------------------------------------------------------------------

    @property
    def edition(self) -> Edition:
        """Which state of which index this is."""
        return edition_of(self._db)

    @property
    def generation(self) -> int:
        """Grows by one with every document added, replaced or dropped."""
        return self.edition.generation

    @property
    def changed(self) -> str | None:
        """When the last document was added, replaced or dropped: ISO 8601, UTC."""
        return self._meta("changed")

    @property
    def settings(self) -> Settings | None:
        """None in an index that nothing was ever added to."""
        value = self._meta("settings")
        return Settings(**json.loads(value)) if value else None

    def summaries(self) -> list[DocumentSummary]:
        """All documents, by path."""
        rows = self._db.execute(
            "SELECT path, root, sha256, title, encoding, size,"
            " (SELECT count(*) FROM passages WHERE document = documents.id), author,"
            " (SELECT coalesce(max(json_extract(place, '$.sheet')),"
            " nullif(max(1, count(DISTINCT json_extract(place, '$.page'))), 1))"
            " FROM blocks WHERE document = documents.id)"
            " FROM documents ORDER BY path"
        )
        return [DocumentSummary(*row) for row in rows]

    def origins(self) -> list[Origin]:
        """What every document says it is, as far as it can be read: for damaged indexes too."""
        numbers: set[int] = set()
        for hint in ("NOT INDEXED", "INDEXED BY sqlite_autoindex_documents_1"):
            with suppress(sqlite3.DatabaseError):
                rows = self._db.execute(f"SELECT id FROM documents {hint}")  # noqa: S608 - ours
                numbers.update(number for (number,) in rows)
        return [self._origin(number) for number in sorted(numbers)]

    def _origin(self, number: int) -> Origin:
        query = "SELECT id, path, root, sha256 FROM documents WHERE id = ?"
        row = None
        with suppress(sqlite3.DatabaseError):
            row = self._db.execute(query, (number,)).fetchone()
        return Origin(*row) if row else Origin(number, f"document {number}", "", "")

    def document(self, path: str) -> Document | None:
        """A document with its text and blocks; None when there is none of that name."""
        row = self._db.execute(
            "SELECT id, path, sha256, title, text, encoding, size, author, digest"
            " FROM documents WHERE path = ?",
            (path,),
        ).fetchone()
        if row is None:
            return None
        document_id, name, sha256, title, text, encoding, size, author, expected = row
        if digest.document(self._db, document_id) != expected:
            # Every quote is a slice of this text: one flipped bit would be a false quote.
            raise DamagedError(self.folder, f"the text of {path} has changed")
        return Document(
            name,
            sha256,
            title,
            text,
            encoding,
            size,
            blocks=self._blocks(document_id),
            author=author,
            references=self._references(document_id),
            speeches=self._speeches(document_id),
        )

    def _blocks(self, document_id: int) -> tuple[Block, ...]:
        rows = self._db.execute(
            'SELECT kind, start, "end", place, holes FROM blocks WHERE document = ?'
            " ORDER BY ordinal",
            (document_id,),
        )
        return tuple(_block(*row) for row in rows)

    def _references(self, document_id: int) -> tuple[Reference, ...]:
        rows = self._db.execute(
            'SELECT start, "end", label, notes FROM refs WHERE document = ? ORDER BY ordinal',
            (document_id,),
        )
        return tuple(
            Reference(Span(start, end), label, _spans(notes)) for start, end, label, notes in rows
        )

    def _speeches(self, document_id: int) -> tuple[Speech, ...]:
        rows = self._db.execute(
            'SELECT start, "end", speakers, reported FROM speeches WHERE document = ?'
            " ORDER BY ordinal",
            (document_id,),
        )
        return tuple(
            Speech(Span(start, end), tuple(json.loads(speakers)), bool(reported))
            for start, end, speakers, reported in rows
        )

    def sentences(self, path: str) -> list[Span]:
        """Where the quotable sentences of a document stand in its text, in order."""
        found = self.passages(self.passage_ids([path]).tolist())
        return [sentence.span for stored in found for sentence in stored.passage]

    def census(self) -> Census:
        """How much is known about all documents together."""
        markers, linked = self._db.execute(
            "SELECT count(*), coalesce(sum(notes != '[]'), 0) FROM refs WHERE label != ''"
        ).fetchone()
        (speeches,) = self._db.execute("SELECT count(*) FROM speeches").fetchone()
        (copied,) = self._db.execute(
            "SELECT count(*) FROM (SELECT DISTINCT document, start FROM copies)"
        ).fetchone()
        return Census(markers, linked, speeches, copied, len(self.groups()))

    def openings(self, length: int) -> dict[str, str]:
        """The first `length` characters of every document, by path."""
        return dict(self._db.execute("SELECT path, substr(text, 1, ?) FROM documents", (length,)))

    def count_passages(self) -> int:
        return int(self._db.execute("SELECT count(*) FROM passages").fetchone()[0])

    # -- what retrieval asks ---------------------------------------------------------------------

    def vectors(self) -> tuple[NDArray[np.int64], Floats]:
        """All passage ids, ascending, and their (n, d) vectors."""
        rows = self._db.execute(
            "SELECT id, vector, vector_sha256 FROM passages ORDER BY id"
        ).fetchall()
        self._check_vectors(rows)
        dimension = _dimension(len(rows[0][1])) if rows else 1
        ids = np.array([row[0] for row in rows], dtype=np.int64)
        flat = np.frombuffer(b"".join(row[1] for row in rows), dtype="<f4")
        return ids, flat.reshape(len(rows), dimension)

    def _check_vectors(self, rows: Iterable[tuple[int, bytes, str]]) -> None:
        for number, vector, expected in rows:
            if _sha256(vector) != expected:
                raise DamagedError(self.folder, f"the vector of passage {number} has changed")

    def passage_ids(self, documents: Iterable[str]) -> NDArray[np.int64]:
        """The ids of the passages of some documents, ascending."""
        rows = self._db.execute(
            "SELECT passages.id FROM passages JOIN documents ON documents.id = document"
            " WHERE path IN (SELECT value FROM json_each(?)) ORDER BY passages.id",
            (json.dumps(sorted(documents)),),
        )
        return np.array([row[0] for row in rows], dtype=np.int64)

    def mentions(self, phrase: str) -> list[tuple[str, int]]:
        """The passages that have the words of `phrase` one after the other, stemmed.

        Each is a document's path and the passage's id; ids of neighbours in a document follow each
        other.
        """
        words = " ".join(_WORD.findall(phrase))
        if not words:
            return []
        rows = self._db.execute(
            "SELECT path, passages.id FROM passages_words"
            " JOIN passages ON passages.id = passages_words.rowid"
            " JOIN documents ON documents.id = document WHERE passages_words MATCH ?"
            " ORDER BY passages.id",
            (f'"{words}"',),
        )
        return rows.fetchall()

    def bm25(self, words: Sequence[str]) -> list[tuple[int, float]]:
        """The id and BM25 score of every passage with at least one of `words`, stemmed.

        Higher is better; the order is unspecified.
        """
        if not words:
            return []
        query = " OR ".join('"' + word.replace('"', '""') + '"' for word in words)
        rows = self._db.execute(
            "SELECT rowid, -bm25(passages_words) FROM passages_words WHERE passages_words MATCH ?",
            (query,),
        )
        return rows.fetchall()

    def piece_counts(self, pieces: Sequence[int]) -> dict[int, int]:
        """In how many passages each word piece occurs; those that occur in none are left out."""
        marks = ",".join("?" * len(pieces))
        query = f"SELECT piece, passages FROM piece_counts WHERE piece IN ({marks})"  # noqa: S608 - only question marks
        return dict(self._db.execute(query, list(pieces)).fetchall())

    def passages(self, ids: Sequence[int]) -> list[StoredPassage]:
        """The passages with these ids, in the order of `ids`."""
        return [self._passage(passage_id) for passage_id in ids]

    def _passage(self, passage_id: int) -> StoredPassage:
        path, title, size = self._db.execute(
            "SELECT path, title, length(vector) FROM passages JOIN documents"
            " ON documents.id = passages.document WHERE passages.id = ?",
            (passage_id,),
        ).fetchone()
        reading, tokens, rows = self._check_passage(passage_id)
        sentences = tuple(
            Sentence(Span(row[1], row[2]), Span(row[3], row[4]), _place(row[7])) for row in rows
        )
        return StoredPassage(
            passage_id,
            path,
            title,
            Passage(reading, sentences),
            _signs(tokens, _dimension(size)),
            tuple((row[5], row[6]) for row in rows),
        )

    def _check_passage(self, passage_id: int) -> tuple[str, bytes, list[tuple[Any, ...]]]:
        """A passage's reading text, token bits and rows of `sentences`, unchanged since it was put;
        IndexFolderError when they are not."""
        expected, *row = self._db.execute(
            "SELECT digest, document, vector_sha256, reading, tokens, pieces FROM passages"
            " WHERE id = ?",
            (passage_id,),
        ).fetchone()
        sentences = self._sentence_rows(passage_id)
        if digest.passage(row, sentences) != expected:
            raise DamagedError(self.folder, f"passage {passage_id} has changed")
        return row[2], row[3], sentences

    def _sentence_rows(self, passage_id: int) -> list[tuple[Any, ...]]:
        return self._db.execute(
            'SELECT ordinal, start, "end", reading_start, reading_end, token_start, token_end,'
            " place FROM sentences WHERE passage = ? ORDER BY ordinal",
            (passage_id,),
        ).fetchall()

    # -- copies of the same words ----------------------------------------------------------------

    def copies(self, path: str, span: Span) -> list[Copy]:
        """The sentences of a document in `span` that have copies, each with each of its copies."""
        return self._witnesses.copies(path, span)

    def copied(self, path: str | None = None) -> list[Match]:
        """The copied regions of a document, or of all, in order."""
        return self._witnesses.regions(path)

    def copied_from(self, path: str) -> list[str]:
        """The documents of which at least half is a copy of a document's words, by path."""
        return self._witnesses.copied_from(path)

    def groups(self) -> list[Group]:
        """The passages that are copies of each other; a group counts as one source."""
        return groups(self.copied())

    def witnesses(
        self, path: str, span: Span, without: Container[str] = frozenset()
    ) -> list[Witness]:
        """The sentences of a document in `span` with all their copies, the best first; as if the
        documents in `without` were not there."""
        return self._witnesses.witnesses(path, span, without)

    # -- changes ---------------------------------------------------------------------------------

    def prepare(self, settings: Settings) -> None:
        """Record the settings of a new index; refuse other settings than those recorded."""
        known = self.settings
        if known is None:
            with self._transaction():
                self._set_meta("settings", json.dumps(_fields(settings)))
        elif not known.agrees_with(settings):
            raise IndexFolderError(different_settings(self.folder, known, settings))

    def put(
        self, document: Document, root: str, passages: Sequence[tuple[Passage, Encoded]]
    ) -> None:
        """Add a document, or replace the one of the same path, in one transaction."""
        with self._transaction():
            self._drop(document.path)
            cursor = self._db.execute(
                "INSERT INTO documents"
                " (path, root, sha256, title, text, encoding, size, author, digest)"
                " VALUES (?, ?, ?, ?, ?, ?, ?, ?, '')",
                (
                    document.path,
                    root,
                    document.sha256,
                    document.title,
                    document.text,
                    document.encoding,
                    document.size,
                    document.author,
                ),
            )
            document_id = _row_id(cursor)
            self._put_blocks(document_id, document.blocks)
            self._put_references(document_id, document.references)
            self._put_speeches(document_id, document.speeches)
            self._db.execute(
                "UPDATE documents SET digest = ? WHERE id = ?",
                (digest.document(self._db, document_id), document_id),
            )
            for passage, encoded in passages:
                self._put_passage(document_id, passage, encoded)
            self._count_pieces((encoded.pieces for _, encoded in passages), 1)
            self._witnesses.add(document_id, document.path, (passage for passage, _ in passages))
            self._next_generation()

    def adopt(self, other: "Store", document_id: int) -> None:
        """Copy a document with its number from another index, row by row, in one transaction.

        What can be derived from it is derived anew. DamagedError when a row has changed since it
        was put.
        """
        with self._transaction():
            for table, condition in _ROWS.items():
                query = f"SELECT * FROM {table} WHERE {condition}"  # noqa: S608 - our own names
                rows = other._db.execute(query, (document_id,))
                marks = ", ".join("?" * len(rows.description))
                insert = f"INSERT INTO {table} VALUES ({marks})"  # noqa: S608 - our own names
                self._db.executemany(insert, rows)
            (path,) = self._db.execute(
                "SELECT path FROM documents WHERE id = ?", (document_id,)
            ).fetchone()
            self.document(path)
            query = "SELECT id, vector, vector_sha256 FROM passages WHERE document = ?"
            self._check_vectors(self._db.execute(query, (document_id,)))
            numbers = self.passage_ids([path]).tolist()
            self._count_pieces(self._pieces(path), 1)
            passages = [stored.passage for stored in self.passages(numbers)]
            self._witnesses.add(document_id, path, passages)
            self._next_generation()

    def drop(self, path: str) -> None:
        """Remove a document and all that came from it, in one transaction."""
        with self._transaction():
            self._drop(path)
            self._next_generation()

    def clear(self) -> None:
        """Remove every document and the settings, in one transaction."""
        with self._transaction():
            self._db.execute("DELETE FROM documents")
            self._db.execute("DELETE FROM piece_counts")
            self._db.execute("DELETE FROM meta WHERE key = 'settings'")
            self._next_generation()
            self._witnesses.forget()

    def _drop(self, path: str) -> None:
        self._count_pieces(self._pieces(path), -1)
        self._db.execute("DELETE FROM piece_counts WHERE passages = 0")
        for (number,) in self._db.execute("SELECT id FROM documents WHERE path = ?", (path,)):
            self._witnesses.remove(number)
        self._db.execute("DELETE FROM documents WHERE path = ?", (path,))

    def _pieces(self, path: str) -> list[list[int]]:
        """The word pieces of each passage of a document."""
        rows = self._db.execute(
            "SELECT pieces FROM passages JOIN documents ON documents.id = document WHERE path = ?",
            (path,),
        ).fetchall()
        return [np.frombuffer(row[0], dtype="<u4").tolist() for row in rows]

    def _put_blocks(self, document_id: int, blocks: Sequence[Block]) -> None:
        self._db.executemany(
            "INSERT INTO blocks VALUES (?, ?, ?, ?, ?, ?, ?)",
            [
                (
                    document_id,
                    ordinal,
                    block.kind.value,
                    block.span.start,
                    block.span.end,
                    json.dumps(block.place._asdict()),
                    _pairs(block.holes),
                )
                for ordinal, block in enumerate(blocks)
            ],
        )

    def _put_references(self, document_id: int, references: Sequence[Reference]) -> None:
        self._db.executemany(
            "INSERT INTO refs VALUES (?, ?, ?, ?, ?, ?)",
            [
                (document_id, ordinal, at.start, at.end, reference.label, _pairs(reference.notes))
                for ordinal, reference in enumerate(references)
                for at in [reference.at]
            ],
        )

    def _put_speeches(self, document_id: int, speeches: Sequence[Speech]) -> None:
        self._db.executemany(
            "INSERT INTO speeches VALUES (?, ?, ?, ?, ?, ?)",
            [
                (
                    document_id,
                    ordinal,
                    speech.span.start,
                    speech.span.end,
                    json.dumps(speech.speakers),
                    speech.reported,
                )
                for ordinal, speech in enumerate(speeches)
            ],
        )

    def _put_passage(self, document_id: int, passage: Passage, encoded: Encoded) -> None:
        vector = encoded.vector.astype("<f4").tobytes()
        tokens = np.packbits(encoded.tokens > 0, axis=1).tobytes()
        pieces = np.array(encoded.pieces, dtype="<u4").tobytes()
        row = (document_id, _sha256(vector), passage.reading, tokens, pieces)
        sentences = _rows_of(passage, encoded)
        cursor = self._db.execute(
            "INSERT INTO passages"
            " (digest, vector, document, vector_sha256, reading, tokens, pieces)"
            " VALUES (?, ?, ?, ?, ?, ?, ?)",
            (digest.passage(row, sentences), vector, *row),
        )
        number = _row_id(cursor)
        self._db.executemany(
            "INSERT INTO sentences VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            [(number, *sentence) for sentence in sentences],
        )

    def _count_pieces(self, passages: Iterable[Sequence[int]], change: int) -> None:
        self._db.executemany(
            "INSERT INTO piece_counts VALUES (?, ?)"
            " ON CONFLICT DO UPDATE SET passages = passages + excluded.passages",
            [(piece, change) for pieces in passages for piece in set(pieces)],
        )

    # -- the database ----------------------------------------------------------------------------

    def seal(self) -> None:
        """Set the digest of what is searched as a whole, when a writer has finished."""
        if self._meta("seal") is None:
            with self._transaction():
                self._set_meta("seal", digest.seal(self._db))

    def check_seal(self) -> None:
        """IndexFolderError where what is searched as a whole is not as it was sealed.

        There is no seal while a writer is at work, and none after it was stopped until the next has
        finished.
        """
        expected = self._meta("seal")
        if expected is not None and digest.seal(self._db) != expected:
            raise DamagedError(self.folder, "its tables are not as they were left")

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        self._db.execute("BEGIN IMMEDIATE")
        try:
            self._db.execute("DELETE FROM meta WHERE key = 'seal'")
            yield
        except BaseException:
            # SQLite has rolled back already where the disk is full.
            if self._db.in_transaction:
                self._db.execute("ROLLBACK")
            self._witnesses.forget()
            raise
        self._db.execute("COMMIT")
        mark.write(self.folder, *self.edition)

    def _next_generation(self) -> None:
        self._set_meta("generation", str(self.generation + 1))
        self._set_meta("changed", datetime.now(UTC).isoformat(timespec="seconds"))

    def _meta(self, key: str) -> str | None:
        row = self._db.execute("SELECT value FROM meta WHERE key = ?", (key,)).fetchone()
        return str(row[0]) if row else None

    def _set_meta(self, key: str, value: str) -> None:
        self._db.execute(
            "INSERT INTO meta VALUES (?, ?) ON CONFLICT DO UPDATE SET value = excluded.value",
            (key, value),
        )

    def check_sound(self) -> str | None:
        """None when SQLite finds the database sound, else what it says is wrong."""
        try:
            result = str(self._db.execute("PRAGMA integrity_check").fetchone()[0])
        except sqlite3.DatabaseError as error:
            return str(error)
        return None if result == "ok" else result

    def close(self) -> None:
        self._db.close()


def open_reading(folder: Path) -> Store:
    """Open a snapshot of an index: what other processes write later is not seen by it.

    It never blocks and is never blocked. The caller closes it.
    """
    store = Store(folder, connect_reading(folder))
    try:
        store.check_seal()
    except BaseException:
        store.close()
        raise
    return store


def current_edition(folder: Path) -> Edition:
    """The edition that a reader opening the index now would get."""
    with closing(connect_reading(folder)) as connection:
        return edition_of(connection)


@contextmanager
def writing(folder: Path) -> Iterator[Store]:
    """Open the index for writing, making it if there is none; one writer at a time."""
    with locked(folder), opened(folder) as store:
        yield store


@contextmanager
def opened(folder: Path) -> Iterator[Store]:
    """The index for the one writer, who holds the lock."""
    with undamaged(folder):
        connection = connect_writing(folder)
    with readable(folder):
        try:
            store = Store(folder, connection)
            with undamaged(folder):
                # What is damaged now must not be sealed as if it were sound.
                store.check_seal()
            yield store
        finally:
            close_writing(folder, connection)


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Be the only writer of an index; makes its folder if there is none."""
    if not folder.is_dir():
        folder.mkdir(parents=True, exist_ok=True)
        sync_folder(folder.parent)
    lock = FileLock(folder / LOCK)
    try:
        lock.acquire(timeout=0)
    except Timeout as error:
        raise BusyError(
            f"another process is writing to the index {folder}. Wait for it to finish and retry."
        ) from error
    try:
        yield
    finally:
        lock.release()


def different_settings(folder: Path, known: Settings, wanted: Settings) -> str:
    """The message for an index made with other settings than those wanted now."""
    changes = [
        f"{key} is {old!r} in the index, {new!r} now"
        for (key, old), new in zip(_fields(known).items(), _fields(wanted).values(), strict=True)
        if old != new
    ]
    return (
        f"the index {folder} was made with other settings: {'; '.join(changes)}. Use the settings "
        f"it was made with, or make it anew: pincite index FOLDER --index {folder} --rebuild"
    )


def _row_id(cursor: sqlite3.Cursor) -> int:
    assert cursor.lastrowid is not None, "an INSERT has a row id"
    return cursor.lastrowid


def _fields(settings: Settings) -> dict[str, object]:
    return {name: getattr(settings, name) for name in Settings.__slots__}


def _place(text: str) -> Place:
    fields = json.loads(text)
    lists = {name: tuple(fields[name]) for name in ("section", "cites")}
    return Place(**{**fields, **lists})


def _block(kind: str, start: int, end: int, place: str, holes: str) -> Block:
    return Block(BlockKind(kind), Span(start, end), _place(place), _spans(holes))


def _pairs(spans: Iterable[Span]) -> str:
    return json.dumps([(span.start, span.end) for span in spans])


def _spans(pairs: str) -> tuple[Span, ...]:
    return tuple(Span(*pair) for pair in json.loads(pairs))


def _sha256(blob: bytes) -> str:
    return hashlib.sha256(blob).hexdigest()


def _rows_of(passage: Passage, encoded: Encoded) -> list[tuple[Any, ...]]:
    """The rows of a passage's sentences, but for the passage's number."""
    return [
        (
            ordinal,
            sentence.span.start,
            sentence.span.end,
            sentence.reading.start,
            sentence.reading.end,
            *tokens,
            json.dumps(sentence.place._asdict()),
        )
        for ordinal, (sentence, tokens) in enumerate(
            zip(passage, _token_spans(passage, encoded), strict=True)
        )
    ]


def _dimension(size: int) -> int:
    """The dimension of a stored vector of so many bytes."""
    return size // np.dtype("<f4").itemsize


def _signs(bits: bytes, dimension: int) -> Floats:
    rows = np.frombuffer(bits, dtype=np.uint8).reshape(-1, (dimension + 7) // 8)
    return np.unpackbits(rows, axis=1, count=dimension).astype(np.float32) * 2 - 1


def _token_spans(passage: Passage, encoded: Encoded) -> list[tuple[int, int]]:
    """For each sentence the half-open range of the passage's tokens that lie in it."""
    starts = np.array([span.start for span in encoded.spans], dtype=np.int64)
    return [
        (
            int(np.searchsorted(starts, sentence.reading.start)),
            int(np.searchsorted(starts, sentence.reading.end)),
        )
        for sentence in passage
    ]
