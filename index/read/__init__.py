"""Files to documents: one loader per format, the only place where bytes become canonical text.

A new format is a module here with a function `load`, bytes to `Content`, and its file endings in
`LOADERS`.
"""

import hashlib
import os
import stat
from collections.abc import Mapping
from pathlib import Path

from index.errors import SourceError, UnreadableError
from index.read import signature
from index.read.isolation import completed
from index.types import Document

# Each is run in a process of its own.
LOADERS: Mapping[str, str] = {
    ".txt": "index.read.text",
    ".text": "index.read.text",
    ".md": "index.read.markdown",
    ".markdown": "index.read.markdown",
    ".pdf": "index.read.pdf",
    ".docx": "index.read.docx",
    ".epub": "index.read.epub",
    ".html": "index.read.html",
    ".htm": "index.read.html",
    ".xhtml": "index.read.html",
}

# A book is about 1 MB of text; beyond this a file is more likely a mistake than a source.
LARGEST_FILE = 50_000_000


def read_bytes(file: Path) -> bytes:
    """The bytes of a source file; SourceError when it is no file that Pincite can take in."""
    try:
        status = file.stat()
        if not stat.S_ISREG(status.st_mode):
            raise SourceError("not a regular file")
        loader_for(file)
        if status.st_size > LARGEST_FILE:
            raise SourceError(
                f"{status.st_size / 1e6:.0f} MB, more than the {LARGEST_FILE / 1e6:.0f} MB that "
                "one source may have; split it"
            )
        data = file.read_bytes()
    except OSError as error:
        raise UnreadableError(f"cannot be read: {os.strerror(error.errno or 0)}") from error
    if not data.strip():
        raise SourceError("empty: there is nothing to quote")
    return data


def load(data: bytes, file: Path, path: str) -> Document:
    """The document that `data`, the bytes of `file`, says; `path` is the name it goes by."""
    loader = loader_for(file)
    signature.check(data, file)
    content = completed(data, loader)
    return Document(
        path=path,
        sha256=hashlib.sha256(data).hexdigest(),
        title=content.title or file.stem,
        text=content.text,
        encoding=content.encoding,
        size=len(data),
        blocks=content.blocks,
        author=content.author,
        references=content.references,
        speeches=content.speeches,
    )


def loader_for(file: Path) -> str:
    """The module of the loader for a file's ending; SourceError when there is none."""
    try:
        return LOADERS[file.suffix.lower()]
    except KeyError:
        ending = f"files ending in {file.suffix}" if file.suffix else "files without an ending"
        raise SourceError(f"{ending} are not supported; known: {', '.join(LOADERS)}") from None
