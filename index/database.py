"""The SQLite file of an index folder: its schema and version, connections, and what goes wrong."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from index.errors import IndexFolderError
from index.witnesses import ledger

FORMAT_VERSION = 2
DATABASE = "pincite.sqlite"

_SCHEMA = """
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT;
CREATE TABLE documents (
    id INTEGER PRIMARY KEY AUTOINCREMENT, path TEXT NOT NULL UNIQUE, root TEXT NOT NULL,
    sha256 TEXT NOT NULL, title TEXT NOT NULL, text TEXT NOT NULL, text_sha256 TEXT NOT NULL,
    encoding TEXT NOT NULL, size INTEGER NOT NULL, author TEXT
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


def connect_reading(folder: Path) -> sqlite3.Connection:
    """A connection that sees the index as it is now, whatever is written later.

    It never blocks and is never blocked. The caller closes it.
    """
    path = folder / DATABASE
    if not path.is_file():
        raise IndexFolderError(_no_index(folder))
    # Not opened with mode=ro: a reader of a WAL database needs to create its -shm file.
    with readable(folder), _closed_on_error(_connect(path)) as connection:
        connection.execute("PRAGMA query_only = ON")
        connection.execute("BEGIN")
        if _is_blank(connection):
            raise IndexFolderError(_no_index(folder))
        _check_version(folder, connection)
        return connection


def connect_writing(folder: Path) -> sqlite3.Connection:
    """A connection for the one writer, who holds the folder's lock; makes the database if need be.

    The caller closes it.
    """
    with readable(folder), _closed_on_error(_connect(folder / DATABASE)) as connection:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = FULL")
        if _is_blank(connection):
            # In one transaction with the version: a half-made database is never opened.
            connection.executescript(
                f"BEGIN IMMEDIATE; {_SCHEMA}{ledger.SCHEMA}"
                f" PRAGMA user_version = {FORMAT_VERSION}; COMMIT;"
            )
        _check_version(folder, connection)
        return connection


@contextmanager
def readable(folder: Path) -> Iterator[None]:
    """Say what to do when SQLite cannot go on, at the start or in the middle of work."""
    try:
        yield
    except sqlite3.OperationalError as error:
        raise IndexFolderError(
            f"the index {folder} cannot be used now ({error}). What was committed is kept: see to "
            "the disk, the permissions or the other program, and retry."
        ) from error
    except sqlite3.DatabaseError as error:
        raise IndexFolderError(damaged(folder, str(error))) from error


def damaged(folder: Path, reason: str) -> str:
    """The message for an index that cannot be trusted."""
    return (
        f"the index {folder} is damaged ({reason}). Delete the folder and index the sources "
        "again; they are not touched."
    )


def _connect(path: Path) -> sqlite3.Connection:
    # Autocommit: transactions are begun and ended by hand. One Store may be used from several
    # threads, but its owner sees to it that they take turns.
    connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False, timeout=10)
    connection.execute("PRAGMA foreign_keys = ON")
    return connection


@contextmanager
def _closed_on_error(connection: sqlite3.Connection) -> Iterator[sqlite3.Connection]:
    try:
        yield connection
    except BaseException:
        connection.close()
        raise


def _is_blank(connection: sqlite3.Connection) -> bool:
    """Whether there is no table in the database: whoever made it was stopped before it had any."""
    return not connection.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]


def _check_version(folder: Path, connection: sqlite3.Connection) -> None:
    version = connection.execute("PRAGMA user_version").fetchone()[0]
    if version != FORMAT_VERSION:
        raise IndexFolderError(
            f"the index {folder} has format version {version}, this Pincite reads version "
            f"{FORMAT_VERSION}. Index the sources anew into another folder."
        )


def _no_index(folder: Path) -> str:
    return f"there is no index in {folder}. Make one: pincite index FOLDER --index {folder}"
