"""Mend an index: keep what is whole, derive what can be derived, read again what is still there.

A second database is built from the rows that agree with their digests, and then takes the place of
the first in one transaction: whatever stops a repair, the index is as it was or mended.
"""

import hashlib
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from index import read
from index.database import connect_reading, replace, undamaged
from index.embed import Embedder
from index.errors import DamagedError, IndexFolderError, SourceError
from index.soundness import Broken, copy, faults
from index.store import Settings, Store, WritableStore, locked, opened, writing
from index.tokens import Tokens
from index.types import Document
from index.update import SourceFile, Updater, make_settings, publish

Load = Callable[[Settings], tuple[Embedder, Tokens]]


@dataclass(frozen=True, slots=True)
class Lost:
    """A document that could not be mended, and why. `root` is the folder it was indexed from."""

    path: str
    root: str
    reason: str


@dataclass(frozen=True, slots=True)
class Repair:
    """What was wrong, how many documents were whole, which were made anew and which are gone."""

    faults: list[str]
    kept: int
    renewed: list[str]
    lost: list[Lost]


def repair(folder: Path, load: Load) -> Repair:
    """Mend an index; `load` gives what it was made with, if a document has to be embedded again."""
    with locked(folder):
        try:
            found = faults(folder)
            done = _replace(folder, found, load) if found else Repair([], 0, [], [])
        except DamagedError as error:
            raise IndexFolderError(
                f"the index {folder} cannot be mended ({error.reason}). Delete the folder and "
                "index the sources again; they are not touched."
            ) from error
        with opened(folder) as store:
            publish(store)
            return done


def _replace(folder: Path, found: list[str], load: Load) -> Repair:
    with TemporaryDirectory(prefix="pincite-") as temporary:
        with writing(Path(temporary)) as fresh:
            done = _rebuild(folder, fresh, found, load)
        with closing(connect_reading(Path(temporary))) as connection:
            replace(folder, connection)
    return done


def _rebuild(folder: Path, fresh: WritableStore, found: list[str], load: Load) -> Repair:
    with closing(connect_reading(folder, damaged_too=True)) as connection:
        store = Store(folder, connection)
        with undamaged(folder):
            settings = store.settings
        if settings is None:
            raise DamagedError(folder, "nobody knows what it was made with")
        fresh.prepare(settings)
        copying = copy(store, fresh)
    done = Repair(found, len(copying.copied), [], [])
    if copying.broken:
        embedder, tokens = load(settings)
        # Refused where the model is not the one that the index was made with.
        fresh.prepare(make_settings(embedder, tokens, settings.passage_tokens))
        updater = Updater(fresh, embedder, tokens, settings.passage_tokens)
        for broken in copying.broken:
            _renew(updater, broken, done)
    return done


def _renew(updater: Updater, broken: Broken, done: Repair) -> None:
    origin = broken.origin
    try:
        document = broken.document or _read(broken)
    except SourceError as error:
        done.lost.append(Lost(origin.path, origin.root, str(error)))
    else:
        updater.add(SourceFile(Path(origin.root), origin.path), document)
        done.renewed.append(origin.path)


def _read(broken: Broken) -> Document:
    """The document as its file says it, if that is still the file that was indexed."""
    origin = broken.origin
    data = read.read_bytes(origin.file)
    if hashlib.sha256(data).hexdigest() != origin.sha256:
        raise SourceError("its file has changed since it was indexed")
    return read.load(data, origin.file, origin.path)
