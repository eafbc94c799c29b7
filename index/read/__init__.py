"""Files to documents: one loader per format, the only place where bytes become canonical text.

A new format is a module here with a `Loader` and its file endings in `LOADERS`.
"""

import hashlib
import os
import stat
from collections.abc import Callable, Mapping
from pathlib import Path

from index.author import find_author
from index.errors import SourceError, UnreadableError
from index.read import markdown, signature, text
from index.read.content import Content
from index.read.isolation import isolated
from index.speech import find_speeches
from index.structure import finish
from index.title import find_title
from index.types import Document

Loader = Callable[[bytes], Content]

LOADERS: Mapping[str, Loader] = {
    ".txt": text.load,
    ".text": text.load,
    ".md": markdown.load,
    ".markdown": markdown.load,
    ".pdf": isolated("index.read.pdf"),
    ".docx": isolated("index.read.docx"),
    ".epub": isolated("index.read.epub"),
    ".html": isolated("index.read.html"),
    ".htm": isolated("index.read.html"),
    ".xhtml": isolated("index.read.html"),
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
    content = loader(data)
    structure = finish(content.text, content.blocks)
    title = content.title or find_title(content.text, structure.blocks) or file.stem
    author = content.author or find_author(content.text, structure.blocks)
    return Document(
        path=path,
        sha256=hashlib.sha256(data).hexdigest(),
        title=title,
        text=content.text,
        encoding=content.encoding,
        size=len(data),
        blocks=structure.blocks,
        author=author,
        references=structure.references,
        speeches=find_speeches(content.text, structure.blocks, structure.references, author),
    )


def loader_for(file: Path) -> Loader:
    """The loader for a file's ending; SourceError when there is none."""
    try:
        return LOADERS[file.suffix.lower()]
    except KeyError:
        ending = f"files ending in {file.suffix}" if file.suffix else "files without an ending"
        raise SourceError(f"{ending} are not supported; known: {', '.join(LOADERS)}") from None
