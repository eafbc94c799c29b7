"""The folder of an index: one that may not be written to, a full disk, a clock that goes back."""

from __future__ import annotations

import os
import resource
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path

import pytest

from index import soundness
from index.database import DATABASE, connect_reading
from index.errors import IndexFolderError
from index.store import changes, open_reading, writing
from tests.test_index_damage import SOURCES, current_documents, said, tokens, update

NOBODY = 65534
COMPANIONS = (f"{DATABASE}-wal", f"{DATABASE}-shm")


@pytest.fixture
def work() -> Iterator[Path]:
    """A folder that everybody may enter, with sources and their index."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o755)
        (folder / "sources").mkdir()
        for path, text in SOURCES.items():
            (folder / "sources" / path).write_text(text, encoding="utf-8")
        tokens()
        update(folder / "index", folder / "sources")
        said(folder / "index")  # loads what nobody else may load
        yield folder


@contextmanager
def no_permission(folder: Path) -> Iterator[None]:
    """Nobody may write in a folder; root, whom permissions do not bind, is somebody else for it."""
    folder.chmod(0o555)
    is_root = os.geteuid() == 0
    if is_root:
        os.seteuid(NOBODY)
    try:
        yield
    finally:
        if is_root:
            os.seteuid(0)
        folder.chmod(0o755)


# Read-only


def test_an_index_that_may_not_be_written_to_answers(work: Path) -> None:
    expected = said(work / "index")
    before = {file.name: file.read_bytes() for file in (work / "index").iterdir()}
    with no_permission(work / "index"):
        assert said(work / "index") == expected
    assert {file.name: file.read_bytes() for file in (work / "index").iterdir()} == before


def test_a_reader_without_permission_sees_what_is_written_meanwhile(work: Path) -> None:
    with writing(work / "index") as written:
        with no_permission(work / "index"):
            reader = open_reading(work / "index")
        written.drop("a.md")
        with no_permission(work / "index"), closing(open_reading(work / "index")) as newer:
            assert len(newer.summaries()) == 2
        with closing(reader):
            assert len(reader.summaries()) == 3


@pytest.mark.parametrize("companions", [COMPANIONS, COMPANIONS[1:]])
def test_without_its_companions_it_is_refused_with_the_next_step(
    companions: tuple[str, ...], work: Path
) -> None:
    for name in companions:
        (work / "index" / name).unlink()
    with (
        no_permission(work / "index"),
        pytest.raises(IndexFolderError) as caught,
        closing(open_reading(work / "index")),
    ):
        pass
    assert f"{DATABASE}-wal and {DATABASE}-shm" in str(caught.value)
    assert f"pincite status --index {work}/index" in str(caught.value)
    open_reading(work / "index").close()  # which is what the message asks for
    with no_permission(work / "index"):
        open_reading(work / "index").close()


def test_it_cannot_be_written_to(work: Path) -> None:
    with (
        no_permission(work / "index"),
        pytest.raises((IndexFolderError, PermissionError)),
        writing(work / "index"),
    ):
        pass
    assert soundness.faults(work / "index") == []


def test_a_reader_never_takes_the_log_into_the_database(work: Path) -> None:
    with writing(work / "index") as written, closing(open_reading(work / "index")) as reader:
        written.drop("a.md")
        shutil.copytree(work / "index", work / "killed")
        assert len(reader.summaries()) == 3
    log, database = (work / "killed" / name for name in (COMPANIONS[0], DATABASE))
    before = log.read_bytes(), database.read_bytes()
    assert before[0]
    assert current_documents(work / "killed") == 2
    with (
        closing(connect_reading(work / "killed")) as connection,
        suppress(Exception),
    ):
        connection.execute("COMMIT")
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    assert (log.read_bytes(), database.read_bytes()) == before


def test_a_writer_leaves_an_empty_log(work: Path) -> None:
    assert (work / "index" / COMPANIONS[0]).stat().st_size == 0
    assert (work / "index" / COMPANIONS[1]).exists()


# A full disk


MANY = 30


def write_many(work: Path) -> Path:
    """Sources that have nothing in common, with more in them than a small disk holds."""
    for number in range(MANY):
        words = " ".join(f"w{number}x{at % 40}" for at in range(400))
        (work / "sources" / f"{number}.txt").write_text(f"{words}.", encoding="utf-8")
    return work / "sources"


@contextmanager
def small_files(size: int) -> Iterator[None]:
    """No file of this process may grow beyond so many bytes."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


@pytest.mark.parametrize("size", [10_000, 300_000])
def test_a_file_that_cannot_grow_costs_nothing_that_was_committed(
    size: int, tmp_path: Path, work: Path
) -> None:
    folder = write_many(work)
    with (
        small_files(size),
        pytest.raises((IndexFolderError, OSError), match=r"(?i)disk|full|large|I/O"),
    ):
        update(tmp_path / "index", folder)
    with suppress(IndexFolderError):  # it may have been too small for an empty index
        assert soundness.faults(tmp_path / "index") == []
    update(tmp_path / "index", folder)
    assert current_documents(tmp_path / "index") == MANY + 3
    assert soundness.faults(tmp_path / "index") == []


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of one megabyte, where this process may mount one."""
    folder = tmp_path / "disk"
    folder.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", str(folder)]
    mounted = shutil.which("mount") and subprocess.run(command, capture_output=True, check=False)
    if not mounted or mounted.returncode:
        pytest.skip("this process may not mount a disk")
    yield folder
    subprocess.run(["umount", str(folder)], check=True)


def test_a_full_disk_costs_nothing_that_was_committed(small_disk: Path, work: Path) -> None:
    folder = write_many(work)
    with pytest.raises((IndexFolderError, OSError), match=r"full|No space left"):
        update(small_disk / "index", folder)
    held = current_documents(small_disk / "index")
    assert held > 3  # progress was made
    assert soundness.faults(small_disk / "index") == []
    subprocess.run(["mount", "-o", "remount,size=16m", str(small_disk)], check=True)
    update(small_disk / "index", folder)
    assert current_documents(small_disk / "index") == MANY + 3
    assert soundness.faults(small_disk / "index") == []


def test_a_full_disk_is_told_where_one_document_is_too_large(small_disk: Path, work: Path) -> None:
    """SQLite writes to the log in the middle of a transaction then, and ends it itself."""
    subprocess.run(["mount", "-o", "remount,size=3m", str(small_disk)], check=True)
    update(small_disk / "index", work / "sources")
    words = " ".join(f"w{number % 5000}x" for number in range(150_000))
    (work / "sources" / "large.txt").write_text(words, encoding="utf-8")
    with pytest.raises((IndexFolderError, OSError), match=r"is full|No space left"):
        update(small_disk / "index", work / "sources")
    assert soundness.faults(small_disk / "index") == []


# The clock


def test_a_clock_that_goes_back_changes_nothing(
    work: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Past(datetime):
        @classmethod
        def now(cls, tz: object = None) -> Past:
            return cls(1999, 12, 31, tzinfo=UTC)

    with closing(open_reading(work / "index")) as before:
        generation = before.generation
    monkeypatch.setattr(changes, "datetime", Past)
    for file in (work / "index").iterdir():
        os.utime(file, (2**31, 2**31))
    (work / "sources" / "d.txt").write_text("It rained.", encoding="utf-8")
    update(work / "index", work / "sources")
    with closing(open_reading(work / "index")) as after:
        assert (after.generation, after.changed) == (generation + 1, "1999-12-31T00:00:00+00:00")
        assert len(after.summaries()) == 4
    assert soundness.faults(work / "index") == []
