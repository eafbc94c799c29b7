"""What only the one writer does, each change in one transaction."""

import json
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import numpy as np

from index import digest, mark
from index.embed import Encoded
from index.errors import IndexFolderError
from index.store.queries import Store
from index.store.records import Settings
from index.store.rows import pairs_of, sentence_rows, sha256_of
from index.types import Block, Document, Passage, Reference, Speech

# All that is stored of a document and not derived from other rows.
_ROWS = {
    "documents": "id = ?",
    "blocks": "document = ?",
    "refs": "document = ?",
    "speeches": "document = ?",
    "passages": "document = ?",
    "sentences": "passage IN (SELECT id FROM passages WHERE document = ?)",
}


class WritableStore(Store):
    """An index folder open for its only writer. Use `writing`, which closes it."""

    def prepare(self, settings: Settings) -> None:
        """Record the settings of a new index; refuse other settings than those recorded."""
        known = self.settings
        if known is None:
            with self._transaction():
                self._set_meta("settings", json.dumps(_fields(settings)))
        elif not known.agrees_with(settings):
            raise IndexFolderError(_different_settings(self.folder, known, settings))

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

    def adopt(self, other: Store, document_id: int) -> None:
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

    def seal(self) -> None:
        """Set the digest of what is searched as a whole, when a writer has finished."""
        if self._meta("seal") is None:
            with self._transaction():
                self._set_meta("seal", digest.seal(self._db))

    # -- the rows of a document ------------------------------------------------------------------

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
                    pairs_of(block.holes),
                )
                for ordinal, block in enumerate(blocks)
            ],
        )

    def _put_references(self, document_id: int, references: Sequence[Reference]) -> None:
        self._db.executemany(
            "INSERT INTO refs VALUES (?, ?, ?, ?, ?, ?)",
            [
                (document_id, ordinal, at.start, at.end, reference.label, pairs_of(reference.notes))
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
        row = (document_id, sha256_of(vector), passage.reading, tokens, pieces)
        sentences = sentence_rows(passage, encoded)
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

    # -- transactions ----------------------------------------------------------------------------

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

    def _set_meta(self, key: str, value: str) -> None:
        self._db.execute(
            "INSERT INTO meta VALUES (?, ?) ON CONFLICT DO UPDATE SET value = excluded.value",
            (key, value),
        )


def _different_settings(folder: Path, known: Settings, wanted: Settings) -> str:
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
