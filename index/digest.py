"""SHA-256 of what stands in the database's tables.

What is read row by row (documents, passages) carries its own digest, which every read checks. What
is searched as a whole (words, counts, copies, and the indexes that lead to the rows) has one, the
seal, which the writer sets when it has finished; opening the index checks it.
"""

import hashlib
import json
import sqlite3
from collections.abc import Iterable, Sequence
from typing import Any

_CHUNK = 1000

_DOCUMENT = (
    "SELECT path, root, sha256, title, text, encoding, size, author FROM documents WHERE id = ?",
    "SELECT * FROM blocks WHERE document = ? ORDER BY ordinal",
    "SELECT * FROM refs WHERE document = ? ORDER BY ordinal",
    "SELECT * FROM speeches WHERE document = ? ORDER BY ordinal",
)
# The same by different indexes: a row that one of them does not lead to is a row lost.
_SEALED = (
    "SELECT key, value FROM meta WHERE key != 'seal' ORDER BY key",
    "SELECT * FROM documents NOT INDEXED ORDER BY id",
    "SELECT path, id FROM documents ORDER BY path",
    "SELECT id, document, digest FROM passages NOT INDEXED ORDER BY id",
    "SELECT document, id FROM passages ORDER BY document, id",
    "SELECT * FROM piece_counts ORDER BY piece",
    "SELECT * FROM passages_words_data ORDER BY id",
    "SELECT * FROM passages_words_idx ORDER BY segid, term",
    "SELECT * FROM passages_words_docsize ORDER BY id",
    "SELECT * FROM passages_words_config ORDER BY k",
    "SELECT * FROM wordings ORDER BY document",
    "SELECT * FROM regions NOT INDEXED ORDER BY id",
    "SELECT first, id FROM regions ORDER BY first, id",
    "SELECT second, id FROM regions ORDER BY second, id",
    "SELECT * FROM copies ORDER BY document, start, region, is_first",
    "SELECT region, document, start, is_first FROM copies ORDER BY 1, 2, 3, 4",
)


def document(database: sqlite3.Connection, number: int) -> str:
    """Of a document's text and all that is known of its structure."""
    return of(database, _DOCUMENT, (number,))


def passage(row: Sequence[Any], sentences: Sequence[Sequence[Any]]) -> str:
    """Of a passage: document, its vector's own digest, reading text, token bits and pieces."""
    return hashlib.sha256(_dump([row, sentences])).hexdigest()


def seal(database: sqlite3.Connection) -> str:
    """Of everything that is searched as a whole."""
    return of(database, _SEALED)


def of(database: sqlite3.Connection, queries: Iterable[str], values: Sequence[int] = ()) -> str:
    """Of what some queries find, row by row."""
    sha256 = hashlib.sha256()
    for query in queries:
        rows = database.execute(query, values)
        while chunk := rows.fetchmany(_CHUNK):
            sha256.update(_dump(chunk))
        sha256.update(b";")
    return sha256.hexdigest()


def _dump(values: Sequence[Any]) -> bytes:
    """The columns are of strict types, so that a blob and a text of its digits are no two readings
    of the same."""
    return json.dumps(values, default=bytes.hex).encode()
