"""Whether a source is still the file that was indexed: its SHA-256, computed anew."""

import hashlib
from pathlib import Path

from index.errors import SourceError
from index.read import read_bytes
from index.types import Document
from rag.render import Record

_AGAIN = "quotes of it may no longer stand. Index its folder again"


def verified(document: Document, file: Path) -> Record:
    """`{"holds", "sha256", "told"}`: whether `file` has the bytes that the document was read from,
    their SHA-256 now (null where they cannot be read), and a sentence that says so.

    The canonical text need not be compared as well: it follows from the bytes, and the store
    checks its own hash of it whenever a document is read.
    """
    try:
        now = hashlib.sha256(read_bytes(file)).hexdigest()
    except SourceError as error:
        gone = isinstance(error.__cause__, FileNotFoundError | NotADirectoryError)
        told = f"{file} is no longer there" if gone else f"{file}: {error}"
        return {"holds": False, "sha256": None, "told": f"{told}; {_AGAIN}."}
    holds = now == document.sha256
    told = (
        f"Verified against {file} (SHA-256 {now})."
        if holds
        else f"{file} has changed since it was indexed; {_AGAIN}."
    )
    return {"holds": holds, "sha256": now, "told": told}
