"""Zip archives from strangers: sizes are checked before anything is inflated."""

import io
import lzma
import zipfile
import zlib
from collections.abc import Mapping

from index.errors import SourceError

# All parts together, inflated; a novel with pictures has a tenth of it.
LARGEST_INFLATED = 200_000_000

# What zipfile raises for damaged, encrypted and exotic archives.
_DAMAGE = (
    zipfile.BadZipFile,
    zlib.error,
    lzma.LZMAError,
    EOFError,
    NotImplementedError,
    RuntimeError,
    OSError,
    ValueError,
)


class Archive:
    """The parts of a zip file, by name; SourceError for one that is damaged or a bomb."""

    def __init__(self, data: bytes) -> None:
        try:
            self._zip = zipfile.ZipFile(io.BytesIO(data))
        except _DAMAGE as error:
            raise SourceError(f"damaged: its zip archive cannot be opened ({error})") from error
        self._parts: Mapping[str, zipfile.ZipInfo] = {
            info.filename: info for info in self._zip.infolist()
        }
        size = sum(info.file_size for info in self._zip.infolist())
        if size > LARGEST_INFLATED:
            raise SourceError(
                f"a zip archive that grows to {size / 1e6:.0f} MB, more than the "
                f"{LARGEST_INFLATED / 1e6:.0f} MB that one source may have"
            )

    def __contains__(self, name: str) -> bool:
        return name in self._parts

    def names(self) -> list[str]:
        return list(self._parts)

    def read(self, name: str) -> bytes:
        """A part's bytes; never more than its declared size."""
        if name not in self._parts:
            raise SourceError(f"damaged: {name} is missing in it")
        try:
            return self._zip.read(self._parts[name])
        except _DAMAGE as error:
            raise SourceError(f"damaged: {name} cannot be inflated ({error})") from error
