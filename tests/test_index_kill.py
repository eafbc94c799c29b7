"""An index survives SIGKILL at any moment.

A child process indexes a folder and says on a pipe what it has committed. It is killed again and
again, at random moments, while the folder changes and another process asks without a pause. After
each kill the index must hold what was committed, whole, and answer like an index that was made in
one go of the same documents; the reader may meet no error and no wrong answer. It is killed as
well, now and then.

PINCITE_SOAK=1 for 200 kills.
"""

from __future__ import annotations

import hashlib
import json
import os
import random
import signal
import sqlite3
import subprocess
import sys
import time
from collections import Counter
from contextlib import closing
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from index import read, soundness, vectors
from index.database import DATABASE
from index.errors import IndexFolderError
from index.snapshot import Library
from index.split import split
from index.store import open_reading, writing
from index.tokens import DEFAULT_ENCODING, Tokens, load_encoding
from index.update import make_budget, make_settings
from tests.fakes import FakeEmbedder
from tests.patience import PATIENCE
from tests.test_index_store import contents

SOAK = os.environ.get("PINCITE_SOAK") == "1"
KILLS = 200 if SOAK else 8
# The reader is killed with every so many kills of the writer.
READER_KILLED = 20 if SOAK else 4
FILES = 20
# So many of the files also say what another does.
COPIED = 0.4
PASSAGE_TOKENS = 40
WORDS = ["Marlin", "Furth", "rain", "snow", "mill", "winter", "never", "came", "burned", "the"]
QUESTIONS = ["Where did the mill burn?", "winter in Furth", "never Marlin"]

# Says "put PATH SHA256", "dropped PATH" and "finished" after the fact, and "started", "embedding"
# and "publishing" before it. Waits a little wherever a kill is likely to find something half done.
CHILD = f"""
import sys, time
from pathlib import Path
from index import read, update, vectors
from index.read import complete
from index.store import opening
from index.tokens import DEFAULT_ENCODING, load_encoding
from tests.fakes import FakeEmbedder

class SlowEmbedder(FakeEmbedder):
    def passages(self, texts):
        print("embedding", flush=True)
        time.sleep(0.005)
        return super().passages(texts)

class TellingStore(opening.WritableStore):
    def put(self, document, root, passages):
        super().put(document, root, passages)
        print("put", document.path, document.sha256, flush=True)

    def drop(self, path):
        super().drop(path)
        print("dropped", path, flush=True)

    def _put_passage(self, *of):
        super()._put_passage(*of)
        time.sleep(0.001)

def telling_publish(*of):
    print("publishing", flush=True)
    return publish(*of)

publish, vectors.publish = vectors.publish, telling_publish
# A process for each file would take most of the time, and what is killed is the writer.
read.completed = complete.load
opening.WritableStore = TellingStore
update.GATHER = 3
sources, index = map(Path, sys.argv[1:])
embedder, tokens = SlowEmbedder(), load_encoding(DEFAULT_ENCODING)
print("started", flush=True)
with opening.writing(index) as store:
    store.prepare(update.make_settings(embedder, tokens, {PASSAGE_TOKENS}))
    update.Updater(store, embedder, tokens, {PASSAGE_TOKENS}).run([sources])
print("finished", flush=True)
"""


@cache
def vocabulary() -> Tokens:
    return load_encoding(DEFAULT_ENCODING)


@dataclass
class Archive:
    """A folder of sources that changes, and what the child has committed of it."""

    sources: Path
    index: Path
    random: random.Random
    texts: dict[str, str] = field(default_factory=dict)  # all there ever were, by SHA-256
    files: dict[str, str] = field(default_factory=dict)
    # The files of the runs from the last but this that acknowledged something.
    unheard: list[dict[str, str]] = field(default_factory=list)
    said: set[str] = field(default_factory=set)  # which the child spoke of in this run
    committed: dict[str, str] = field(default_factory=dict)
    most_copied: int = 0
    acknowledged: int = 0

    def change(self) -> None:
        """Write some files anew and remove some."""
        for number in self.random.sample(range(FILES), FILES // 2):
            self._write(f"{number}.txt")
        for name in self.random.sample(sorted(self.files), 2):
            (self.sources / name).unlink()
            del self.files[name]
        self.unheard.append(dict(self.files))

    def _write(self, name: str) -> None:
        paragraphs = [
            f"{' '.join(self.random.choices(WORDS, k=self.random.randrange(3, 30)))}."
            for _ in range(self.random.randrange(1, 4))
        ]
        if self.files and self.random.random() < COPIED:
            # What another file says, less a word.
            words = self.files[self.random.choice(sorted(self.files))].split(" ")
            del words[self.random.randrange(len(words))]
            paragraphs = [" ".join(words)]
        text = "\n\n".join(paragraphs)
        (self.sources / name).write_text(text, encoding="utf-8")
        self.texts[hashlib.sha256(text.encode()).hexdigest()] = text
        self.files[name] = text

    def note(self, lines: list[str]) -> None:
        """Take down what the child said."""
        self.said = {line.split()[1] for line in lines if line.startswith(("put", "dropped"))}
        self.acknowledged += len(self.said)
        for line in lines:
            what, *about = line.split()
            if what == "put":
                self.committed[about[0]] = self.texts[about[1]]
            elif what == "dropped":
                del self.committed[about[0]]


def start(archive: Archive) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", CHILD, str(archive.sources), str(archive.index)],
        cwd=Path(__file__).parents[1],
        stdout=subprocess.PIPE,
        text=True,
    )


def run_and_kill(archive: Archive, lines: int, seconds: float) -> list[str]:
    """Kill the child some time after it said so many lines; all that it said."""
    with start(archive) as child:
        assert child.stdout
        said = [child.stdout.readline() for _ in range(lines)]
        time.sleep(seconds)
        child.send_signal(signal.SIGKILL)
        said += child.stdout.readlines()
    return [line for line in said if line.endswith("\n")]


class Reader:
    """The process that asks, started anew when it was killed. It writes to a file: a pipe that
    nobody empties would stop it."""

    def __init__(self, index: Path) -> None:
        self._index = index
        self._logs: list[Path] = []
        self._start()

    def _start(self) -> None:
        self._logs.append(self._index.with_name(f"reader-{len(self._logs)}"))
        with self._logs[-1].open("w") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "tests.reader", str(self._index)],
                cwd=Path(__file__).parents[1],
                stdin=subprocess.PIPE,
                stdout=log,
                text=True,
            )

    def kill(self) -> None:
        """Kill it while it asks."""
        self._process.send_signal(signal.SIGKILL)
        self._process.communicate(timeout=PATIENCE)
        self._start()

    def stop(self) -> Counter[str]:
        """What all of them found."""
        self._process.communicate(timeout=PATIENCE)
        assert self._process.returncode == 0
        found: Counter[str] = Counter()
        for log in self._logs:
            lines = [line for line in log.read_text().splitlines(keepends=True) if line[-1] == "\n"]
            counts = [line for line in lines if line.startswith("{")]
            assert counts == lines, set(lines) - set(counts)
            found += Counter(json.loads(counts[-1])) if counts else Counter()
        return found


def is_there(folder: Path) -> bool:
    """Whether there is an index; a child that was killed early enough has made none."""
    try:
        open_reading(folder).close()
    except IndexFolderError as error:
        if "there is no index" not in str(error):
            raise
        return False
    return True


def held(archive: Archive) -> dict[str, str]:
    """The documents in the index."""
    with closing(open_reading(archive.index)) as store:
        documents = [store.document(summary.path) for summary in store.summaries()]
    return {document.path: document.text for document in documents if document}


def check_nothing_is_lost(archive: Archive) -> None:
    """The index holds what was said to be committed.

    The child may have been killed after one more commit, before it could say so. Where it had not
    even told SQLite's other processes, that commit shows when the last of them has ended, which may
    be some runs later, until another commit takes its place in the log.
    """
    found = held(archive)
    names = {*found, *archive.committed}
    differ = {name for name in names if found.get(name) != archive.committed.get(name)}
    assert len(differ) <= 2
    assert not differ & archive.said
    for name in differ:
        assert found.get(name) in {files.get(name) for files in archive.unheard}
    archive.committed = found
    if archive.said:
        # Its commits took the place of any that was unheard of before it.
        del archive.unheard[:-1]


def check_it_is_sound(archive: Archive) -> None:
    with closing(open_reading(archive.index)) as store:
        assert store.check_sound() is None
    with closing(sqlite3.connect(archive.index / DATABASE)) as database:
        assert database.execute("PRAGMA foreign_key_check").fetchall() == []
        # Compares the words with the passages that they are of.
        check = "INSERT INTO passages_words (passages_words, rank) VALUES ('integrity-check', 1)"
        database.execute(check)
        database.rollback()


def check_it_is_like_new(archive: Archive, fresh: Path) -> None:
    """It holds and answers exactly what an index made in one go of its documents does."""
    embedder, tokens = FakeEmbedder(), vocabulary()
    budget = make_budget(embedder, tokens, PASSAGE_TOKENS)
    with writing(fresh) as store:
        store.prepare(make_settings(embedder, tokens, PASSAGE_TOKENS))
        for path, text in archive.committed.items():
            document = read.load(text.encode(), Path(path), path)
            passages = split(document.text, document.blocks, budget)
            encoded = embedder.passages([passage.reading for passage in passages])
            root = str(archive.sources.resolve())
            store.put(document, root, list(zip(passages, encoded, strict=True)))
    with closing(open_reading(archive.index)) as ours, closing(open_reading(fresh)) as theirs:
        assert contents(ours) == contents(theirs)
        archive.most_copied = max(archive.most_copied, len(ours.copied()))
    assert answers(archive.index) == answers(fresh)


def answers(folder: Path) -> list[list[tuple[object, ...]]]:
    with (
        closing(Library(folder, FakeEmbedder())) as library,
        library.snapshot() as snapshot,
    ):
        # Equal but for the last bits, which depend on the order that products are added in.
        return [
            sorted(
                (hit.document, hit.passage.span, round(hit.score, 4), round(hit.cosine, 4))
                for hit in snapshot.search(question)
            )
            for question in QUESTIONS
        ]


def test_kills_lose_nothing(tmp_path: Path) -> None:
    began = time.monotonic()
    archive = Archive(tmp_path / "sources", tmp_path / "index", random.Random(58))
    archive.sources.mkdir()
    moments = random.Random(71)
    sizes: list[int] = []
    midway = 0
    reader: Reader | None = None
    for number in range(KILLS):
        archive.change()
        # The first kills find the child while it makes the index.
        lines = 1 if number < 2 else moments.randrange(2, 20)
        said = run_and_kill(archive, lines, moments.uniform(0, 0.03))
        archive.note([line.strip() for line in said])
        committed = any(line.startswith(("put", "dropped")) for line in said)
        midway += committed and "finished\n" not in said
        if archive.committed or is_there(archive.index):
            check_nothing_is_lost(archive)
            check_it_is_sound(archive)
            check_it_is_like_new(archive, tmp_path / f"fresh-{number}")
            reader = reader or Reader(archive.index)
        if reader and number % READER_KILLED == READER_KILLED - 1:
            reader.kill()
        sizes.append(len(archive.committed))
    assert reader is not None
    # Progress was made, and kills found the child in the middle of its work.
    assert sizes[-1] > 5
    assert archive.most_copied > 2
    assert midway >= KILLS // 4

    archive.change()
    with start(archive) as child:
        output, _ = child.communicate(timeout=PATIENCE)
    assert child.returncode == 0
    archive.note(output.splitlines())
    time.sleep(1)  # the reader, which may just have started, asks the last edition too
    found = reader.stop()
    assert found["reads"] > 0
    assert found["generations"] > 0
    assert (found["wrong"], found["errors"]) == (0, 0)
    assert archive.committed == held(archive) == archive.files
    check_it_is_sound(archive)
    check_it_is_like_new(archive, tmp_path / "fresh")
    with closing(open_reading(archive.index)) as store:
        derived = vectors.load(archive.index, store.edition)
        assert derived is not None
        assert len(derived) == store.count_passages()
    assert soundness.faults(archive.index) == []
    assert list(archive.index.glob("*.tmp")) == []
    seconds = time.monotonic() - began
    told = f"{KILLS} kills ({midway} midway), {archive.acknowledged} changes acknowledged"
    sys.stdout.write(f"\n{told}, none lost, reader {dict(found)}, {seconds:.0f} s\n")
