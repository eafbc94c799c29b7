"""How far an index has come, by its writer's own word: a file beside the database.

SQLite reads a log (WAL) that was damaged or cut off as far as it goes, and says nothing. The writer
notes the generation here after each commit; a database that is older has lost something.
"""

import hashlib
import os
from pathlib import Path
from typing import NamedTuple

MARK = "committed"


class Mark(NamedTuple):
    """The identity of an index and the last generation that was committed."""

    identity: str
    generation: int


def read(folder: Path) -> Mark | None:
    """What the writer noted last; None where there is no note, or none that could be read.

    A note that was not written whole, because the power failed, costs this check alone.
    """
    try:
        content = (folder / MARK).read_bytes()
    except OSError:
        return None
    fields = content.decode("ascii", "replace").split()
    if len(fields) != 3 or content != _line(fields[0], fields[1]):
        return None
    return Mark(fields[0], int(fields[1]))


def write(folder: Path, identity: str, generation: int) -> None:
    """Note what was just committed, in one write over the last note, which is as long."""
    descriptor = os.open(folder / MARK, os.O_WRONLY | os.O_CREAT, 0o644)
    try:
        os.write(descriptor, _line(identity, f"{generation:020d}"))
    finally:
        os.close(descriptor)


def _line(identity: str, generation: str) -> bytes:
    noted = f"{identity} {generation}"
    return f"{noted} {hashlib.sha256(noted.encode()).hexdigest()}\n".encode()
