"""Whether a source is still the file that was indexed."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

from index.read import load
from rag.proof import verified

DATA = b"It rained."
SHA256 = hashlib.sha256(DATA).hexdigest()
AGAIN = "quotes of it may no longer stand. Index its folder again."


def test_a_file_is_verified_changed_or_gone(tmp_path: Path) -> None:
    file = tmp_path / "rain.txt"
    document = load(DATA, file, "rain.txt")
    gone = {"holds": False, "sha256": None, "told": f"{file} is no longer there; {AGAIN}"}
    assert verified(document, file) == gone
    file.write_bytes(DATA)
    assert verified(document, file) == {
        "holds": True,
        "sha256": SHA256,
        "told": f"Verified against {file} (SHA-256 {SHA256}).",
    }
    file.write_bytes(DATA + b" ")
    assert verified(document, file) == {
        "holds": False,
        "sha256": hashlib.sha256(DATA + b" ").hexdigest(),
        "told": f"{file} has changed since it was indexed; {AGAIN}",
    }


def test_what_cannot_be_read_is_not_verified(tmp_path: Path) -> None:
    document = load(DATA, Path("rain.txt"), "rain.txt")
    file = tmp_path / "rain.txt"
    os.mkfifo(file)
    told = f"{file}: not a regular file; {AGAIN}"
    assert verified(document, file) == {"holds": False, "sha256": None, "told": told}
    under = file / "rain.txt"
    assert verified(document, under)["told"] == f"{under} is no longer there; {AGAIN}"
