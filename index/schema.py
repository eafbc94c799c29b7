"""The tables of an index: what a new database is made of, and what has changed in one since.

No digest of rows tells that SQLite was told to read and write them otherwise, so what an index has
is compared with this word by word: whatever is changed here takes another FORMAT_VERSION.
"""

import sqlite3
from contextlib import closing
from functools import cache

from index.witnesses import ledger

_OF_DOCUMENTS = """
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT;
CREATE TABLE documents (
    id INTEGER PRIMARY KEY AUTOINCREMENT, path TEXT NOT NULL UNIQUE, root TEXT NOT NULL,
    sha256 TEXT NOT NULL, title TEXT NOT NULL, text TEXT NOT NULL,
    encoding TEXT NOT NULL, size INTEGER NOT NULL, author TEXT, digest TEXT NOT NULL
) STRICT;
CREATE TABLE blocks (
    document INTEGER NOT NULL REFERENCES documents ON DELETE CASCADE, ordinal INTEGER NOT NULL,
    kind TEXT NOT NULL, start INTEGER NOT NULL, "end" INTEGER NOT NULL, place TEXT NOT NULL,
    holes TEXT NOT NULL, PRIMARY KEY (document, ordinal)
) STRICT, WITHOUT ROWID;
CREATE TABLE refs (
    document INTEGER NOT NULL REFERENCES documents ON DELETE CASCADE, ordinal INTEGER NOT NULL,
    start INTEGER NOT NULL, "end" INTEGER NOT NULL, label TEXT NOT NULL, notes TEXT NOT NULL,
    PRIMARY KEY (document, ordinal)
) STRICT, WITHOUT ROWID;
CREATE TABLE speeches (
    document INTEGER NOT NULL REFERENCES documents ON DELETE CASCADE, ordinal INTEGER NOT NULL,
    start INTEGER NOT NULL, "end" INTEGER NOT NULL, speakers TEXT NOT NULL,
    reported INTEGER NOT NULL, PRIMARY KEY (document, ordinal)
) STRICT, WITHOUT ROWID;
CREATE TABLE passages (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    document INTEGER NOT NULL REFERENCES documents ON DELETE CASCADE,
    digest TEXT NOT NULL, vector_sha256 TEXT NOT NULL,
    reading TEXT NOT NULL, vector BLOB NOT NULL, tokens BLOB NOT NULL, pieces BLOB NOT NULL
) STRICT;
CREATE INDEX passages_of_document ON passages (document);
CREATE TABLE sentences (
    passage INTEGER NOT NULL REFERENCES passages ON DELETE CASCADE, ordinal INTEGER NOT NULL,
    start INTEGER NOT NULL, "end" INTEGER NOT NULL,
    reading_start INTEGER NOT NULL, reading_end INTEGER NOT NULL,
    token_start INTEGER NOT NULL, token_end INTEGER NOT NULL, place TEXT NOT NULL,
    PRIMARY KEY (passage, ordinal)
) STRICT, WITHOUT ROWID;
CREATE TABLE piece_counts (piece INTEGER PRIMARY KEY, passages INTEGER NOT NULL) STRICT;
INSERT INTO meta VALUES ('identity', lower(hex(randomblob(16))));
CREATE VIRTUAL TABLE passages_words USING fts5 (
    reading, content='passages', content_rowid='id', tokenize='porter unicode61'
);
CREATE TRIGGER passage_added AFTER INSERT ON passages BEGIN
    INSERT INTO passages_words (rowid, reading) VALUES (new.id, new.reading);
END;
CREATE TRIGGER passage_dropped AFTER DELETE ON passages BEGIN
    INSERT INTO passages_words (passages_words, rowid, reading)
        VALUES ('delete', old.id, old.reading);
END;
"""
SCHEMA = _OF_DOCUMENTS + ledger.SCHEMA

# Not what FTS5 made for itself, which another version of it may word otherwise: where that is
# damaged, FTS5 says so, or what is derived from it.
_COMPARED = """
SELECT type, name, tbl_name, sql FROM sqlite_master WHERE name NOT GLOB 'passages_words_*'
"""


def changed(connection: sqlite3.Connection) -> list[str]:
    """The names of the tables, indexes, triggers and views that are not as they were made."""
    different = _parts(connection) ^ _made()
    return sorted({str(name) for _, name, *_ in different})


@cache
def _made() -> frozenset[tuple[object, ...]]:
    """What a new database has."""
    with closing(sqlite3.connect(":memory:")) as database:
        database.executescript(SCHEMA)
        return _parts(database)


def _parts(connection: sqlite3.Connection) -> frozenset[tuple[object, ...]]:
    return frozenset(connection.execute(_COMPARED))
