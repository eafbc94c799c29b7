"""The SQLite file of an index folder: its version, connections, and what goes wrong.

SQLite before 3.51.3 can lose a commit where one connection checkpoints while another writes ("WAL
reset", sqlite.org/wal.html), and Python brings whatever version it was built with. It takes two
connections that may write: here there is one, the writer's, who holds the folder's lock. Readers
open with mode=ro and can neither write nor checkpoint, not even as the last to close.

The database file is never opened but by SQLite: to close a second handle on it would drop the
locks that this process holds (POSIX).
"""

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import NamedTuple

from index import mark, schema
from index.errors import DamagedError, IndexFolderError

FORMAT_VERSION = 3
DATABASE = "pincite.sqlite"

# What the machine is the cause of, and not the index.
_PASSING = {
    sqlite3.SQLITE_BUSY,
    sqlite3.SQLITE_CANTOPEN,
    sqlite3.SQLITE_FULL,
    sqlite3.SQLITE_IOERR,
    sqlite3.SQLITE_LOCKED,
    sqlite3.SQLITE_NOMEM,
    sqlite3.SQLITE_PERM,
    sqlite3.SQLITE_READONLY,
}


class Edition(NamedTuple):
    """A state of an index: its random identity, because a folder may be deleted and made again
    while somebody has it open, and its generation."""

    identity: str
    generation: int


def edition_of(connection: sqlite3.Connection) -> Edition:
    """Which state of which index a connection sees."""
    rows = connection.execute(
        "SELECT key, value FROM meta WHERE key IN ('identity', 'generation')"
    ).fetchall()
    found = dict(rows)
    return Edition(found.get("identity", ""), int(found.get("generation", 0)))


def connect_reading(folder: Path, *, damaged_too: bool = False) -> sqlite3.Connection:
    """A connection that sees the index as it is now, whatever is written later.

    It never blocks and is never blocked. `damaged_too`: also where commits are missing or the
    schema has changed, to see what is left. The caller closes it.
    """
    path = folder / DATABASE
    if not path.is_file():
        raise IndexFolderError(_no_index(folder))
    # Before the database is looked at: a writer may be at work.
    promised = mark.read(folder)
    with (
        undamaged(folder),
        _openable(folder),
        _closed_on_error(_connect(path, "ro")) as connection,
    ):
        connection.execute("BEGIN")
        if _is_blank(connection):
            if promised:
                raise DamagedError(folder, "its database is empty")
            raise IndexFolderError(_no_index(folder))
        _check_version(folder, connection)
        if not damaged_too:
            _check_nothing_lost(folder, connection, promised)
            _check_schema(folder, connection)
        return connection


def connect_writing(folder: Path) -> sqlite3.Connection:
    """A connection for the one writer, who holds the folder's lock; makes the database if need be.

    Close it with `close_writing`.
    """
    path = folder / DATABASE
    promised = mark.read(folder) if path.exists() else None
    with readable(folder), _closed_on_error(_connect(path, "rwc")) as connection:
        if _is_blank(connection):
            if promised:
                raise DamagedError(folder, "its database is empty")
            connection.execute("PRAGMA journal_mode = WAL")
            # In one transaction with the version: a half-made database is never opened.
            connection.executescript(
                f"BEGIN IMMEDIATE; {schema.SCHEMA} PRAGMA user_version = {FORMAT_VERSION}; COMMIT;"
            )
        _check_version(folder, connection)
        _check_nothing_lost(folder, connection, promised)
        _check_schema(folder, connection)
        return connection


def close_writing(folder: Path, connection: sqlite3.Connection) -> None:
    """Close the writer's connection; the database and its two companions stay.

    The last connection to close would delete the -wal and -shm files, and who may not write in the
    folder could not read the index without them: so it is not the last one.
    """
    with closing(connection), closing(_connect(folder / DATABASE, "ro")) as other:
        other.execute("SELECT 1 FROM sqlite_master").fetchone()
        with closing(connection):  # before the other, whatever happens
            # What readers still need of the log is left to the next writer.
            connection.execute("PRAGMA busy_timeout = 0")
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def sync_folder(folder: Path) -> None:
    """Make a new or renamed file last: the folder's own entry has to reach the disk."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def replace(folder: Path, connection: sqlite3.Connection) -> None:
    """Put another database in the place of an index's, in one transaction of it.

    For who holds the folder's lock. Readers keep what they opened.
    """
    with readable(folder), closing(_connect(folder / DATABASE, "rw")) as old:
        connection.backup(old)
        close_writing(folder, old)


@contextmanager
def readable(folder: Path) -> Iterator[None]:
    """Say what to do when SQLite cannot go on, at the start or in the middle of work."""
    try:
        yield
    except sqlite3.DatabaseError as error:
        if _code(error) not in _PASSING:
            raise DamagedError(folder, str(error)) from error
        raise IndexFolderError(
            f"the index {folder} cannot be used now ({error}). What was committed is kept: see to "
            "the disk, the permissions or the other program, and retry."
        ) from error


@contextmanager
def undamaged(folder: Path) -> Iterator[None]:
    """Say what to do when SQLite cannot read the index, or what it reads makes no sense.

    For reading alone: a fault of Pincite would be taken for one of the index.
    """
    try:
        with readable(folder):
            yield
    except (LookupError, MemoryError, TypeError, ValueError) as error:
        raise DamagedError(folder, f"{type(error).__name__}: {error}") from error


def _code(error: sqlite3.Error) -> int:
    """SQLite's primary result code; 0 where Python's own module could not take in what it read."""
    return getattr(error, "sqlite_errorcode", 0) & 0xFF


def _connect(path: Path, mode: str) -> sqlite3.Connection:
    # Autocommit: transactions are begun and ended by hand. One Store may be used from several
    # threads, but its owner sees to it that they take turns.
    address = f"{path.absolute().as_uri()}?mode={mode}"
    connection = sqlite3.connect(
        address, uri=True, isolation_level=None, check_same_thread=False, timeout=10
    )
    connection.execute("PRAGMA foreign_keys = ON")
    connection.execute("PRAGMA synchronous = FULL")
    return connection


@contextmanager
def _openable(folder: Path) -> Iterator[None]:
    """Say what to do about a folder that SQLite cannot make its companion files in."""
    try:
        yield
    except sqlite3.OperationalError as error:
        if _code(error) not in {sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_READONLY}:
            raise
        raise IndexFolderError(
            f"the index {folder} cannot be opened ({error}). Reading it takes permission to read "
            f"{DATABASE}, {DATABASE}-wal and {DATABASE}-shm. Where the last two are missing, run "
            f"once as somebody who may write there: pincite status --index {folder}"
        ) from error


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
    if version > FORMAT_VERSION:
        raise IndexFolderError(
            f"the index {folder} was written by a newer Pincite (format version {version}; this "
            f"one reads {FORMAT_VERSION}). Use that one, or index the sources into another folder."
        )
    if version < FORMAT_VERSION:
        raise IndexFolderError(
            f"the index {folder} has format version {version}, this Pincite reads version "
            f"{FORMAT_VERSION}. Index the sources anew into another folder."
        )


def _check_nothing_lost(
    folder: Path, connection: sqlite3.Connection, promised: mark.Mark | None
) -> None:
    """A log (WAL) that is cut off or damaged is silently read as far as it goes."""
    try:
        found = edition_of(connection)
    except ValueError as error:
        raise DamagedError(folder, str(error)) from error
    if promised and promised.identity == found.identity and promised.generation > found.generation:
        lost = promised.generation - found.generation
        raise DamagedError(folder, f"the last {lost} of its changes are lost")


def _check_schema(folder: Path, connection: sqlite3.Connection) -> None:
    if changed := schema.changed(connection):
        raise DamagedError(folder, f"its schema has changed: {', '.join(changed)}")


def _no_index(folder: Path) -> str:
    return f"there is no index in {folder}. Make one: pincite index FOLDER --index {folder}"
