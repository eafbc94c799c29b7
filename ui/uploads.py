"""Files that people add from the browser: where they lie, what they are called, who sees them.

The documents of an owner are called `upload-` and 12 digits of his name (see
`ui.server.sessions`), then what he called them. By that alone it is told whose they are, so a
folder of that name among the indexed sources is seen by nobody, rather than an upload by everybody.
The files lie beside the index, which can be deleted at any time, in a hidden folder for each owner,
which `pincite index` passes over.
"""

import re
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
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


@dataclass(frozen=True, slots=True)
class Uploads:
    """The folder of all uploads: `root`, an absolute path. `_expected` are the bytes that each
    owner is just sending. All but `folder` is for one thread, the server's."""

    root: Path
    _expected: dict[str, int] = field(default_factory=dict)

    def folder(self, owner: str) -> Path:
        """What is indexed for an owner: it has one subfolder, which his documents' names begin
        with."""
        return self.root / f".{owner[:12]}"

    @contextmanager
    def taking(self, owner: str, name: str, size: int) -> Iterator[Path]:
        """A file to write `size` bytes to; becomes the upload at the end, unless that is an error.

        UploadError says why it is not taken.
        """
        path = checked_name(name)
        self._check_room(owner, size)
        final = self.folder(owner) / prefix_of(owner) / path
        partial = self.folder(owner) / f".partial-{token_hex(8)}"
        self._expected[owner] = self._expected.get(owner, 0) + size
        try:
            self._make_folder(owner, final.parent)
            yield partial
            partial.replace(final)
        except (FileExistsError, NotADirectoryError, IsADirectoryError) as error:
            raise UploadError(
                409, f"{path} is both a file and a folder. Rename one of them."
            ) from error
        finally:
            partial.unlink(missing_ok=True)
            self._expected[owner] -= size
            if not self._expected[owner]:
                del self._expected[owner]

    def _make_folder(self, owner: str, folder: Path) -> None:
        for private in (self.root, self.folder(owner)):
            private.mkdir(mode=0o700, parents=True, exist_ok=True)
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)

    def _check_room(self, owner: str, size: int) -> None:
        if not 0 < size <= LARGEST_FILE:
            most = f"{LARGEST_FILE / 1e6:.0f} MB"
            too_large = f"A file may have {most}; this one has {size:,} bytes. Split it."
            raise UploadError(413, too_large if size else "The file is empty.")
        own = _sizes(self.folder(owner))
        if len(own) >= MOST_FILES:
            raise UploadError(413, f"You have added {MOST_FILES} files. Remove one first.")
        if sum(own) + self._expected.get(owner, 0) + size > MOST_BYTES:
            raise UploadError(
                413, f"Your files may have {MOST_BYTES / 1e6:.0f} MB together. Remove one first."
            )
        if sum(_sizes(self.root)) + sum(self._expected.values()) + size > MOST_BYTES_OF_ALL:
            raise UploadError(507, "There is no room for more files on this server.")


def uploads_beside(index: Path) -> Uploads:
    """The uploads that belong to an index folder."""
    index = index.resolve()
    return Uploads(index.with_name(f"{index.name}.uploads"))


def _sizes(folder: Path) -> list[int]:
    """The sizes of all files that were taken, in bytes."""
    return [
        each.stat().st_size
        for each in folder.rglob("*")
        if each.is_file() and not each.name.startswith(".partial-")
    ]
