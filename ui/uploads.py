"""Files that people add from the browser: where they lie, what they are called, who sees them.

The documents of an owner are called `upload-` and 12 digits of his name (see
`ui.server.sessions`), then what he called them. By that alone it is told whose they are, so a
folder of that name among the indexed sources is seen by nobody, rather than an upload by everybody.
The files lie beside the index, which can be deleted at any time, in a hidden folder for each owner,
which `pincite index` passes over.
"""

import re
import threading
import unicodedata
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from itertools import takewhile
from pathlib import Path, PurePosixPath
from secrets import token_hex

from index.errors import PinciteError, SourceError
from index.read import LARGEST_FILE, loader_for
from index.snapshot import Sees

# Of one owner, and of all together: a cookie is free to have.
MOST_FILES = 200
MOST_BYTES = 500_000_000
MOST_BYTES_OF_ALL = 5_000_000_000
# Of a name and of each part of it, in bytes of UTF-8: what file systems and people bear.
LONGEST_NAME = 500
LONGEST_PART = 200
# Of a name: folders are cheap to ask for and dear to walk.
MOST_PARTS = 20

_PARTIAL = ".partial-"
_PREFIX = re.compile(r"upload-[0-9a-f]{12}/")


class UploadError(PinciteError):
    """A file that is not taken, and the HTTP status that says so."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status


def prefix_of(owner: str) -> str:
    """What the names of an owner's documents begin with."""
    return f"upload-{owner[:12]}/"


def is_upload(path: str) -> bool:
    """Whether a document of the index is somebody's upload."""
    return bool(_PREFIX.match(path))


def seen_by(owner: str) -> Sees:
    """What an owner sees: all but the uploads of others."""
    return lambda document: not is_upload(document.path) or is_owned(owner, document.path)


def shown_path(path: str) -> str:
    """What a person is shown of a document's name: what an upload's owner called it."""
    prefix = _PREFIX.match(path)
    return path[prefix.end() :] if prefix else path


def is_owned(owner: str, path: str) -> bool:
    """Whether a document is the owner's upload."""
    return is_upload(path) and path.startswith(prefix_of(owner))


def checked_name(name: str) -> PurePosixPath:
    """The name of an upload, relative to its owner's folder; UploadError for one that will not
    do."""
    parts = name.split("/")
    if not all(map(_is_plain, parts)) or len(name.encode("utf-8", "replace")) > LONGEST_NAME:
        raise UploadError(
            400,
            "This name cannot be taken. Name the file plainly: no leading dots, no backslashes, no "
            f"control characters, at most {LONGEST_PART} bytes.",
        )
    if len(parts) > MOST_PARTS:
        raise UploadError(
            400,
            f"This file lies {len(parts) - 1} folders deep, of at most {MOST_PARTS - 1}. "
            "Move it further up.",
        )
    path = PurePosixPath(name)
    try:
        loader_for(Path(path))
    except SourceError as error:
        raise UploadError(415, str(error)) from error
    return path


def _is_plain(part: str) -> bool:
    """Whether a part of a name can be a file's: no way out, nothing hidden or unseen."""
    # Cc, Cf, Co, Cs: control and format characters (bidi marks too), private use, surrogates; but
    # for the joiners that words and emoji need.
    letters = part.replace("\u200c", "").replace("\u200d", "")
    unseen = not letters or any(unicodedata.category(each)[0] == "C" for each in letters)
    fits = 0 < len(part.encode("utf-8", "replace")) <= LONGEST_PART
    return fits and not unseen and not part.startswith(".") and "\\" not in part


@dataclass(eq=False, slots=True)
class Held:
    """A file that was taken or is just coming: a later one of the same name is another."""

    size: int


class Uploads:
    """The folder of all uploads: `root`, an absolute path. May be used from several threads.

    It is one server's: how much lies there is counted when it starts and kept in memory, as walking
    the folders for every upload would keep everybody waiting.
    """

    def __init__(self, root: Path) -> None:
        self.root = root
        self._lock = threading.Lock()
        # By the first digits of the owner and by the names that he gave the files; those that are
        # coming, by the names of their partial files, which no upload can have.
        self._files: defaultdict[str, dict[str, Held]] = defaultdict(dict)
        self._bytes = 0
        # Of a server that was killed: nobody goes on with them.
        for partial in root.glob(_PARTIAL + 16 * "[0-9a-f]"):
            partial.unlink()
        for owner, name, size in _found(root):
            self._files[owner][name] = Held(size)
            self._bytes += size

    def folder(self, owner: str) -> Path:
        """What is indexed for an owner: it has one subfolder, which his documents' names begin
        with."""
        return self.root / f".{owner[:12]}"

    def files(self, owner: str) -> Mapping[str, Held]:
        """What there is of an owner's just now, by name."""
        with self._lock:
            return dict(self._files.get(owner[:12], {}))

    @contextmanager
    def taking(self, owner: str, name: str, size: int) -> Iterator[Callable[[bytes], None]]:
        """Writes a file of `size` bytes; it becomes the upload at the end, unless that is an error.

        UploadError, from what is given as well, says why it is not taken.
        """
        path = checked_name(name)
        _check_size(size)
        partial = self.root / f"{_PARTIAL}{token_hex(8)}"
        held = self._expect(owner, partial.name, size)
        try:
            self.root.mkdir(mode=0o700, parents=True, exist_ok=True)
            with partial.open("xb") as file:

                def write(chunk: bytes) -> None:
                    self._grow(owner, held, len(chunk))
                    file.write(chunk)

                yield write
            self._keep(owner, path, partial)
        finally:
            partial.unlink(missing_ok=True)
            with self._lock:
                self._forget(owner, partial.name)

    def remove(self, owner: str, name: str, held: Held | None) -> None:
        """Delete a file and the folders that it leaves empty, unless it is not what `files` gave
        any more: what was sent since is another file, which nobody asked to remove."""
        top = self.folder(owner)
        file = top / prefix_of(owner) / name
        with self._lock:
            if self._files.get(owner[:12], {}).get(name) is not held:
                return
            file.unlink(missing_ok=True)
            self._forget(owner, name)
            # The first that still holds something ends it.
            with suppress(OSError):
                for folder in takewhile(top.__ne__, file.parents):
                    folder.rmdir()

    def _expect(self, owner: str, partial: str, size: int) -> Held:
        """The entry of a file that is coming. It counts as one, but for no bytes before they come:
        announcing them costs nothing."""
        with self._lock:
            if len(self._files.get(owner[:12], {})) >= MOST_FILES:
                raise UploadError(413, f"You have added {MOST_FILES} files. Remove one first.")
            self._check_room(owner, size)
            held = self._files[owner[:12]][partial] = Held(0)
        return held

    def _grow(self, owner: str, held: Held, size: int) -> None:
        with self._lock:
            self._check_room(owner, size)
            held.size += size
            self._bytes += size

    def _keep(self, owner: str, path: PurePosixPath, partial: Path) -> None:
        """Make a partial file the upload, in folders that are made only now: of an upload that
        breaks off, none stay."""
        top = self.folder(owner)
        final = top / prefix_of(owner) / path
        with self._lock:
            try:
                top.mkdir(mode=0o700, exist_ok=True)
                final.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
                partial.replace(final)
            except (FileExistsError, NotADirectoryError, IsADirectoryError) as error:
                raise UploadError(
                    409, f"{path} is both a file and a folder. Rename one of them."
                ) from error
            self._forget(owner, str(path))
            files = self._files[owner[:12]]
            files[str(path)] = files.pop(partial.name)

    def _forget(self, owner: str, name: str) -> None:
        """To be called with the lock held."""
        files = self._files[owner[:12]]
        held = files.pop(name, None)
        self._bytes -= held.size if held else 0
        if not files:
            del self._files[owner[:12]]

    def _check_room(self, owner: str, size: int) -> None:
        """To be called with the lock held."""
        own = sum(each.size for each in self._files.get(owner[:12], {}).values())
        if own + size > MOST_BYTES:
            raise UploadError(
                413, f"Your files may have {MOST_BYTES / 1e6:.0f} MB together. Remove one first."
            )
        if self._bytes + size > MOST_BYTES_OF_ALL:
            raise UploadError(507, "There is no room for more files on this server.")


def uploads_beside(index: Path) -> Uploads:
    """The uploads that belong to an index folder."""
    index = index.resolve()
    return Uploads(index.with_name(f"{index.name}.uploads"))


def _check_size(size: int) -> None:
    if not 0 < size <= LARGEST_FILE:
        most = f"{LARGEST_FILE / 1e6:.0f} MB"
        too_large = f"A file may have {most}; this one has {size:,} bytes. Split it."
        raise UploadError(413, too_large if size else "The file is empty.")


def _found(root: Path) -> Iterator[tuple[str, str, int]]:
    """The files that were taken: the first digits of their owner, their name and size."""
    for folder in root.glob(".*/"):
        owner = folder.name[1:]
        inner = folder / prefix_of(owner)
        for file in inner.rglob("*"):
            if file.is_file():
                yield owner, file.relative_to(inner).as_posix(), file.stat().st_size
