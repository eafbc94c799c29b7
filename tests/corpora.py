"""Indexes of real texts with the real model: made once, for all tests and all their processes."""

import fcntl
from collections.abc import Sequence
from pathlib import Path

import pytest

from rag.config import Config
from rag.indexing import index_paths
from ui.browser import ARCHIVE

SHARED = Path(__file__).parents[2] / "shared"
SEEDS = SHARED / "seeds"
needs_shared = pytest.mark.skipif(
    not SHARED.is_dir(), reason="no shared corpora beside the checkout"
)


def index_once(session: Path, name: str, sources: Sequence[Path]) -> Path:
    """The folder of an index of `sources`, made by whoever asks first; nobody may change it."""
    folder = session / f"index-of-{name}"
    folder.mkdir(exist_ok=True)
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (folder / "done").exists():
            assert not index_paths(list(sources), Config(index=folder / "index")).failures
            (folder / "done").touch()
    return folder / "index"


@pytest.fixture(scope="session")
def session(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Path:
    """A folder that the processes of a run share."""
    mine = tmp_path_factory.getbasetemp()
    return mine if worker_id == "master" else mine.parent


@pytest.fixture(scope="session")
def archive_index(session: Path) -> Path:
    return index_once(session, "archive", [ARCHIVE])


@pytest.fixture(scope="session")
def seeds_index(session: Path) -> Path:
    return index_once(session, "seeds", [SEEDS])
