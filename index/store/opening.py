"""Ways to open an index folder: any number of readers, and one writer at a time (file lock)."""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

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
from index.errors import BusyError
from index.store.changes import WritableStore
from index.store.queries import Store

LOCK = "writer.lock"


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
def writing(folder: Path) -> Iterator[WritableStore]:
    """Open the index for writing, making it if there is none; one writer at a time."""
    with locked(folder), opened(folder) as store:
        yield store


@contextmanager
def opened(folder: Path) -> Iterator[WritableStore]:
    """The index for the one writer, who holds the lock."""
    with undamaged(folder):
        connection = connect_writing(folder)
    with readable(folder):
        try:
            store = WritableStore(folder, connection)
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
