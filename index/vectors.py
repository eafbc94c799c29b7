"""Nearest neighbours by inner product. The only door to faiss."""

import hashlib
import os
import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from index.database import Edition, sync_folder
from index.embed import Floats

if TYPE_CHECKING:
    import faiss

Ids = NDArray[np.int64]

_NAME = re.compile(r"vectors-\d{10}-[0-9a-f]{32}-[0-9a-f]{64}\.faiss")


@dataclass(frozen=True, slots=True)
class VectorIndex:
    """An exact index of unit vectors: inner product is cosine similarity."""

    _faiss: "faiss.Index"

    def __len__(self) -> int:
        return int(self._faiss.ntotal)

    def search(self, vector: Floats, count: int) -> tuple[Ids, Floats]:
        """The ids of the `count` nearest vectors and their similarities, best first."""
        import faiss

        # Two threads were 2-10 times slower than one for a single query.
        faiss.omp_set_num_threads(1)
        scores, ids = self._faiss.search(vector[None, :], min(count, len(self)))
        return ids[0], scores[0]

    def to_bytes(self) -> bytes:
        import faiss

        return bytes(faiss.serialize_index(self._faiss).tobytes())


def build(ids: Ids, vectors: Floats) -> VectorIndex:
    """The index of (n, d) `vectors` under their n `ids`."""
    import faiss

    index = faiss.IndexIDMap2(faiss.IndexFlatIP(vectors.shape[1]))
    if len(ids):
        index.add_with_ids(vectors, ids)
    return VectorIndex(index)


def from_bytes(data: bytes) -> VectorIndex:
    """The index that `to_bytes` wrote. Check the bytes first: faiss trusts them."""
    import faiss

    return VectorIndex(faiss.deserialize_index(np.frombuffer(data, dtype=np.uint8)))


def publish(folder: Path, edition: Edition, index: VectorIndex) -> Path:
    """Write the index derived from an edition so that it is there wholly or not at all.

    The name holds the edition and the SHA-256 of the content: a stale or damaged file is known by
    it (of 1,600 mutated files none crashed faiss, but 228 loaded and answered wrongly). The
    generation before stays for readers that open it now.
    """
    data = index.to_bytes()
    digest = hashlib.sha256(data).hexdigest()
    final = folder / f"vectors-{edition.generation:010d}-{edition.identity}-{digest}.faiss"
    temporary = folder / f"{final.name}.tmp"
    with temporary.open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    temporary.replace(final)
    sync_folder(folder)
    others = [path for path in _published(folder) if path != final]
    for old in [*others[:-1], *folder.glob("vectors-*.tmp")]:
        old.unlink()
    return final


def load(folder: Path, edition: Edition) -> VectorIndex | None:
    """The published index of an edition; None if it is missing, stale or damaged."""
    for path in published(folder, edition):
        data = read(path)
        if path.stem.endswith(hashlib.sha256(data).hexdigest()):
            return from_bytes(data)
    return None


def read(path: Path) -> bytes:
    """A file's bytes; none if a writer has just dropped it for a newer generation, or if it cannot
    be read: all that it says is in the database too."""
    try:
        return path.read_bytes()
    except OSError:
        return b""


def published(folder: Path, edition: Edition) -> list[Path]:
    """The files that say they are the index of an edition."""
    start = f"vectors-{edition.generation:010d}-{edition.identity}-"
    return [path for path in _published(folder) if path.name.startswith(start)]


def _published(folder: Path) -> list[Path]:
    """Published files, oldest generation first."""
    return sorted(path for path in folder.glob("vectors-*.faiss") if _NAME.fullmatch(path.name))
