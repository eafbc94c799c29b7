"""A damaged index is refused, or answers exactly as before: flipped bits, files cut off or gone.

With PINCITE_SOAK=1 many more places are damaged.
"""

from __future__ import annotations

import errno
import os
import random
import shutil
import sqlite3
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from functools import cache
from pathlib import Path

import pytest

from index import mark, soundness
from index.database import DATABASE
from index.embed import Embedder
from index.errors import DamagedError, IndexFolderError
from index.repair import repair
from index.snapshot import Library
from index.store import Settings, current_edition, open_reading, writing
from index.tokens import DEFAULT_ENCODING, Tokens, load_encoding
from index.types import Span
from index.update import Updater, make_settings
from tests.fakes import FakeEmbedder

SOAK = os.environ.get("PINCITE_SOAK") == "1"
FLIPS = 6000 if SOAK else 150
EVERYWHERE = Span(0, 10**6)
COPIED = "Nobody came to Furth before the year was over. It was the winter of the deep snow there."
SOURCES = {
    "a.md": f"# Snow\n\nIt snowed in Furth.[^1]\n\n{COPIED}\n\n[^1]: The mill burned.\n",
    "b.txt": f"1. Hale said: “It never rained in Marlin.”\n\n2. {COPIED} It rained.",
    "c.txt": "The mill burned in the winter. " * 30,
}
QUESTIONS = ["Where did it snow?", "Did the mill burn in winter?", "Who came to Furth?", "Marlin"]


@cache
def tokens() -> Tokens:
    return load_encoding(DEFAULT_ENCODING)


def load(settings: Settings) -> tuple[Embedder, Tokens]:
    """What repairs embed with."""
    return FakeEmbedder(), tokens()


def refuse(settings: Settings) -> tuple[Embedder, Tokens]:
    raise AssertionError("nothing had to be embedded")


def update(index: Path, sources: Path) -> None:
    with writing(index) as store:
        store.prepare(make_settings(FakeEmbedder(), tokens(), 40))
        Updater(store, FakeEmbedder(), tokens(), 40).run([sources])


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of sources and their index, which nobody may change."""
    folder = tmp_path_factory.mktemp("sound")
    (folder / "sources").mkdir()
    for name, text in SOURCES.items():
        (folder / "sources" / name).write_text(text, encoding="utf-8")
    update(folder / "index", folder / "sources")
    return folder


@pytest.fixture
def index(sound: Path, tmp_path: Path) -> Path:
    return shutil.copytree(sound / "index", tmp_path / "index")


def said(folder: Path) -> dict[str, object]:
    """Everything that readers of an index may be told."""
    with closing(Library(folder, FakeEmbedder())) as library, library.snapshot() as snapshot:
        summaries = snapshot.summaries()
        paths = [summary.path for summary in summaries]
        return {
            "settings": snapshot.settings,
            "summaries": summaries,
            "documents": [snapshot.document(path) for path in SOURCES],
            "hits": [snapshot.search(question) for question in QUESTIONS],
            "in one": [snapshot.search(QUESTIONS[0], frozenset([path])) for path in paths],
            "openings": snapshot.openings(50),
            "mentions": [snapshot.mentions(phrase) for phrase in ("the mill", "deep snow")],
            "copies": [snapshot.copies(path, EVERYWHERE) for path in paths],
            "witnesses": [snapshot.witnesses(path, EVERYWHERE) for path in paths],
            "copied from": [snapshot.copied_from(path) for path in paths],
        }


def outcome(folder: Path, expected: dict[str, object]) -> str:
    """How a damaged index takes questions; what it may not be is "wrong"."""
    try:
        return "same" if said(folder) == expected else "wrong"
    except IndexFolderError:
        return "refused"


def flips(file: Path, count: int) -> Iterator[tuple[int, int]]:
    """Places in a file where something is written, and a bit of each."""
    chance = random.Random(58)
    places = [at for at, byte in enumerate(file.read_bytes()) if byte]
    for at in chance.sample(places, min(len(places), count)):
        yield at, 1 << chance.randrange(8)


def report(what: str, outcomes: Counter[str]) -> None:
    """For `make soak`, which shows it."""
    sys.stdout.write(f"\n{what}: {dict(outcomes)}\n")


def flip(file: Path, at: int, bit: int) -> None:
    with file.open("r+b") as opened:
        opened.seek(at)
        (byte,) = opened.read(1)
        opened.seek(at)
        opened.write(bytes([byte ^ bit]))


@pytest.mark.parametrize("name", [DATABASE, f"{DATABASE}-shm", mark.MARK, "*.faiss"])
def test_a_flipped_bit_is_refused_or_changes_nothing(name: str, sound: Path, index: Path) -> None:
    expected = said(sound / "index")
    (file,) = index.glob(name)
    outcomes: Counter[str] = Counter()
    for at, bit in flips(file, FLIPS if name == DATABASE else FLIPS // 5):
        flip(file, at, bit)
        found = outcome(index, expected)
        assert found != "wrong", (name, at, bit)
        outcomes[found] += 1
        shutil.rmtree(index)
        shutil.copytree(sound / "index", index)
    report(f"flipped bits in {name}", outcomes)
    # The others are made anew, or are only there for such checks.
    assert outcomes["refused"] > (FLIPS // 2 if name == DATABASE else -1)


@pytest.mark.parametrize("name", [DATABASE, f"{DATABASE}-shm", mark.MARK, "*.faiss"])
@pytest.mark.parametrize("part", [None, 0.0, 0.01, 0.5, 0.99])
def test_a_file_that_is_cut_off_or_gone(
    name: str, part: float | None, sound: Path, index: Path
) -> None:
    (file,) = index.glob(name)
    if part is None:
        file.unlink()
    else:
        os.truncate(file, int(file.stat().st_size * part))
    assert outcome(index, said(sound / "index")) == ("refused" if name == DATABASE else "same")


# A log that was not yet taken into the database: its writer was killed.


@pytest.fixture
def stopped(sound: Path, tmp_path: Path) -> Path:
    """The index as it lies after its writer was killed, with all documents but one in the log."""
    folder = tmp_path / "stopped"
    with writing(tmp_path / "index") as store:
        store.prepare(make_settings(FakeEmbedder(), tokens(), 40))
        Updater(store, FakeEmbedder(), tokens(), 40).run([sound / "sources" / "c.txt"])
    with writing(tmp_path / "index") as store:
        Updater(store, FakeEmbedder(), tokens(), 40).run([sound / "sources"])
        shutil.copytree(tmp_path / "index", folder)
    assert (folder / f"{DATABASE}-wal").stat().st_size > 50_000
    return folder


def test_a_log_that_lost_a_commit_is_refused(stopped: Path, tmp_path: Path) -> None:
    expected = said(stopped)
    outcomes: Counter[str] = Counter()
    for at, bit in flips(stopped / f"{DATABASE}-wal", FLIPS // 3):
        damaged = shutil.copytree(stopped, tmp_path / "damaged")
        flip(damaged / f"{DATABASE}-wal", at, bit)
        found = outcome(damaged, expected)
        assert found != "wrong", (at, bit)
        outcomes[found] += 1
        shutil.rmtree(damaged)
    report("flipped bits in a log", outcomes)
    assert outcomes["refused"] > sum(outcomes.values()) // 2


@pytest.mark.parametrize("part", [None, 0.0, 0.1, 0.5, 0.9])
def test_a_log_that_is_cut_off_is_refused(part: float | None, stopped: Path) -> None:
    log = stopped / f"{DATABASE}-wal"
    if part is None:
        log.unlink()
    else:
        os.truncate(log, int(log.stat().st_size * part))
    with pytest.raises(IndexFolderError, match=r"is damaged \(the last \d of its changes are lost"):
        said(stopped)
    with (
        pytest.raises(IndexFolderError, match="changes are lost"),
        writing(stopped),
    ):
        pass
    done = repair(stopped, refuse)
    assert done.faults[0].endswith("of its changes are lost")
    assert [done.kept, done.renewed, done.lost] == [current_documents(stopped), [], []]
    assert soundness.faults(stopped) == []


def current_documents(folder: Path) -> int:
    with closing(open_reading(folder)) as store:
        return len(store.summaries())


# What is found, and what is mended


def test_a_sound_index_has_no_faults(sound: Path) -> None:
    assert soundness.faults(sound / "index") == []


def test_a_repair_of_a_sound_index_changes_nothing(sound: Path, index: Path) -> None:
    before = current_edition(index)
    done = repair(index, refuse)
    assert (done.faults, done.kept, done.renewed, done.lost) == ([], 0, [], [])
    assert current_edition(index) == before


# What SQLite does not notice


def test_words_that_copies_are_found_by_are_sealed(index: Path, sound: Path) -> None:
    with closing(sqlite3.connect(index / DATABASE)) as database, database:
        database.execute("UPDATE wordings SET words = zeroblob(length(words)) WHERE document = 1")
    with pytest.raises(DamagedError, match="not as they were left"):
        update(index, sound / "sources")


@pytest.mark.parametrize("word", [b"encoding TEXT", b"passages INTEGER", b"EATE TABLE meta"])
def test_a_schema_that_is_no_text_is_damage_for_readers_and_writers(
    word: bytes, index: Path, sound: Path
) -> None:
    data = (index / DATABASE).read_bytes()
    damaged = bytes([data[data.index(word)] | 0x80])
    (index / DATABASE).write_bytes(data.replace(word, damaged + word[1:]))
    with pytest.raises(DamagedError):
        open_reading(index)
    with pytest.raises(DamagedError):
        update(index, sound / "sources")


def test_a_faiss_file_that_cannot_be_read_costs_nothing(
    index: Path, sound: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    read_bytes = Path.read_bytes

    def failing(file: Path) -> bytes:
        if file.parent == index and file.suffix == ".faiss":
            raise OSError(errno.EIO, "Input/output error", str(file))
        return read_bytes(file)

    expected = said(sound / "index")
    monkeypatch.setattr(Path, "read_bytes", failing)
    assert said(index) == expected
    (fault,) = soundness.faults(index)
    assert fault.endswith(".faiss is not what the stored vectors give")
    assert repair(index, refuse).lost == []
