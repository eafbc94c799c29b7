"""What everybody may ask of an open index: its documents, what retrieval needs, and copies."""

import json
import re
import sqlite3
from collections.abc import Container, Iterable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from index import digest
from index.database import Edition, edition_of
from index.embed import Floats
from index.errors import DamagedError
from index.store.records import Census, DocumentSummary, Origin, Settings, StoredPassage
from index.store.rows import block_of, dimension_of, place_of, sha256_of, signs_of, spans_of
from index.types import Block, Document, Passage, Reference, Sentence, Span, Speech
from index.witnesses.ledger import Ledger
from index.witnesses.match import Copy, Group, Match, groups
from index.witnesses.standing import Witness

_WORD = re.compile(r"[^\W_]+")


class Store:
    """An index folder open for reading. Use `open_reading`."""

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
        return tuple(block_of(*row) for row in rows)

    def _references(self, document_id: int) -> tuple[Reference, ...]:
        rows = self._db.execute(
            'SELECT start, "end", label, notes FROM refs WHERE document = ? ORDER BY ordinal',
            (document_id,),
        )
        return tuple(
            Reference(Span(start, end), label, spans_of(notes)) for start, end, label, notes in rows
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
        dimension = dimension_of(len(rows[0][1])) if rows else 1
        ids = np.array([row[0] for row in rows], dtype=np.int64)
        flat = np.frombuffer(b"".join(row[1] for row in rows), dtype="<f4")
        return ids, flat.reshape(len(rows), dimension)

    def _check_vectors(self, rows: Iterable[tuple[int, bytes, str]]) -> None:
        for number, vector, expected in rows:
            if sha256_of(vector) != expected:
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
            Sentence(Span(row[1], row[2]), Span(row[3], row[4]), place_of(row[7])) for row in rows
        )
        return StoredPassage(
            passage_id,
            path,
            title,
            Passage(reading, sentences),
            signs_of(tokens, dimension_of(size)),
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

    # -- the database ----------------------------------------------------------------------------

    def check_seal(self) -> None:
        """IndexFolderError where what is searched as a whole is not as it was sealed.

        There is no seal while a writer is at work, and none after it was stopped until the next has
        finished.
        """
        expected = self._meta("seal")
        if expected is not None and digest.seal(self._db) != expected:
            raise DamagedError(self.folder, "its tables are not as they were left")

    def _meta(self, key: str) -> str | None:
        row = self._db.execute("SELECT value FROM meta WHERE key = ?", (key,)).fetchone()
        return str(row[0]) if row else None

    def check_sound(self) -> str | None:
        """None when SQLite finds the database sound, else what it says is wrong."""
        try:
            result = str(self._db.execute("PRAGMA integrity_check").fetchone()[0])
        except sqlite3.DatabaseError as error:
            return str(error)
        return None if result == "ok" else result

    def close(self) -> None:
        self._db.close()
