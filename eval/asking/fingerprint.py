"""What an answer depends on, as one string: the index, the settings, and Pincite's own code."""

import hashlib
import json
from collections.abc import Iterator
from contextlib import closing
from dataclasses import asdict
from importlib.resources import files
from pathlib import Path

from index.database import undamaged
from index.model import file_sha256
from index.store import open_reading
from rag.config import Config, ReaderConfig
from rag.read.trained import PACKAGED

# The packages that answers are made by.
_CODE = ("index", "rag", "eval.asking")


def fingerprint(config: Config, name: str = "") -> str:
    """The SHA-256 of all that answers from the configured index depend on.

    Of the index that is what went into it, not its folder, so that one that was made anew from the
    same sources is the same. `name` tells apart what the settings do not.
    """
    with undamaged(config.index), closing(open_reading(config.index)) as store:
        documents = [(each.path, each.sha256) for each in store.summaries()]
        settings = asdict(store.settings) if store.settings else None
    parts = {
        "name": name,
        "documents": documents,
        "settings": settings,
        "threshold": config.refused_below,
        "reader": asdict(config.reader),
        "model": list(_weights(config.reader)),
        "code": list(_code()),
    }
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()


def _weights(reader: ReaderConfig) -> Iterator[str]:
    """The hashes of a reader's model, where it is a folder: the packaged one, or one's own."""
    folder = Path(reader.model).expanduser() if reader.model else PACKAGED
    if reader.kind in {"trained", "cross-encoder"} and folder.is_dir():
        yield from (file_sha256(file) for file in sorted(folder.iterdir()) if file.is_file())


def _code() -> Iterator[tuple[str, str]]:
    for package in _CODE:
        folder = Path(str(files(package)))
        for file in sorted(folder.rglob("*.py")):
            yield f"{package}/{file.relative_to(folder)}", file_sha256(file)
