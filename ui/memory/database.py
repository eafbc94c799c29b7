"""The memory's SQLite file: its schema and version, connections, and what goes wrong."""

import os
import secrets
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import Final

from index.errors import PinciteError

FORMAT_VERSION: Final = 1
# "Pinc": what says that a SQLite file is a memory of Pincite's, and no other program's.
APPLICATION: Final = 0x50696E63
NAME_ANOTHER: Final = "name another file: pincite serve --memory FILE"

# `sequence` is the order of what was done, whatever the clock said. `words` is what a search looks
# in: see `ui.memory.search`.
_SCHEMA = f"""
PRAGMA application_id = {APPLICATION};
PRAGMA user_version = {FORMAT_VERSION};
CREATE TABLE conversations (
    id TEXT PRIMARY KEY, owner TEXT NOT NULL, name TEXT NOT NULL, created TEXT NOT NULL,
    updated TEXT NOT NULL
) STRICT;
CREATE INDEX conversations_of_owner ON conversations (owner);
CREATE TABLE answers (
    sequence INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE,
    conversation TEXT NOT NULL REFERENCES conversations ON DELETE CASCADE,
    ordinal INTEGER NOT NULL, question TEXT NOT NULL, documents TEXT NOT NULL,
    record TEXT NOT NULL, words TEXT NOT NULL, asked TEXT NOT NULL, UNIQUE (conversation, ordinal)
) STRICT;
CREATE TABLE verdicts (
    sequence INTEGER PRIMARY KEY AUTOINCREMENT,
    answer TEXT NOT NULL REFERENCES answers (id) ON DELETE CASCADE, quote INTEGER,
    verdict TEXT NOT NULL, correction TEXT NOT NULL, given TEXT NOT NULL
) STRICT;
CREATE UNIQUE INDEX verdict_of_quote ON verdicts (answer, ifnull(quote, 0));
PRAGMA journal_mode = WAL;
"""


def prepare(file: Path, patience: float) -> None:
    """Make the file, which its owner alone can read, or see that it is a memory that this Pincite
    can use; PinciteError when it is not. A file of something else is left as it is."""
    with usable(file, "nothing can be kept"):
        try:
            if not file.exists():
                _make(file)
            os.close(os.open(file, os.O_RDWR))
        except OSError as error:
            raise PinciteError(
                f"the memory {file} cannot be written ({error.strerror}). Mend that, or "
                f"{NAME_ANOTHER}"
            ) from error
        with connected(file, patience) as connection:
            _check(file, connection)


def _make(file: Path) -> None:
    """A memory without content, which appears whole: it is made under another name.

    While one process makes tables, SQLite tells others that the file is locked, and does not wait.
    """
    partial = file.with_name(f"{file.name}.{secrets.token_hex(8)}.part")
    try:
        # SQLite gives the files that it puts beside it the same permissions.
        os.close(os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
        with connected(partial, 0) as connection:
            connection.executescript(_SCHEMA)
        with suppress(FileExistsError):  # Another was first.
            file.hardlink_to(partial)
    finally:
        partial.unlink(missing_ok=True)


@contextmanager
def connected(file: Path, patience: float) -> Iterator[sqlite3.Connection]:
    """A connection to a file that is there, in autocommit, which is closed in the end.

    It waits `patience` seconds for another that writes. What it deletes is overwritten with zeros.
    """
    # Not made anew if somebody took it away: that file would be open to all, and no memory.
    address = f"{file.absolute().as_uri()}?mode=rw"
    opened = sqlite3.connect(address, uri=True, isolation_level=None, timeout=patience)
    with closing(opened) as connection:
        for setting in ("foreign_keys = ON", "synchronous = FULL", "secure_delete = ON"):
            connection.execute(f"PRAGMA {setting}")
        yield connection


@contextmanager
def usable(file: Path, failing: str) -> Iterator[None]:
    """Say what to do when SQLite cannot go on; `failing` says what was not done."""
    try:
        yield
    except sqlite3.OperationalError as error:
        raise PinciteError(
            f"{failing}: the memory {file} cannot be used now ({error}). What was kept before is "
            "still there: see to the disk, the permissions or the other program, and retry."
        ) from error
    except sqlite3.DatabaseError as error:
        raise PinciteError(f"{failing}: {damaged(file, str(error))}") from error


def damaged(file: Path, reason: str) -> str:
    """The message for a file that cannot be trusted."""
    return (
        f"the memory {file} is damaged, or is none ({reason}). It is left as it is; restore a copy "
        f"of it, or {NAME_ANOTHER}"
    )


def _check(file: Path, connection: sqlite3.Connection) -> None:
    (application,) = connection.execute("PRAGMA application_id").fetchone()
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    if application != APPLICATION:
        raise PinciteError(
            f"{file} is no memory of Pincite's: it is empty, or another program's. It is left as "
            f"it is; {NAME_ANOTHER}"
        )
    if version != FORMAT_VERSION:
        raise PinciteError(
            f"the memory {file} has format version {version}, this Pincite reads version "
            f"{FORMAT_VERSION}. Use the Pincite that made it, or {NAME_ANOTHER}"
        )
