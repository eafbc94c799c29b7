"""What the memory has acknowledged survives SIGKILL, a full disk and other writers."""

import random
import signal
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path
from typing import IO

from rag.render import Record
from ui.memory import Memory

KILLS = 20
RECORD: Record = {"quotes": [{"display": "The lamp was lit. " * 300}]}

# Keeps answers to numbered questions, each with a verdict, and says so after the fact: "kept
# CONVERSATION NUMBER". Every third conversation is deleted again: "dropping" before, "dropped"
# after.
CHILD = """
import sys
from pathlib import Path
from ui.memory import Memory, Verdict
from tests.test_ui_memory_kill import RECORD

memory = Memory(Path(sys.argv[1]), patience=60)
first, last = int(sys.argv[2]), int(sys.argv[3])
conversation = None
for number in range(first, last):
    ids = memory.append("ann", conversation, str(number), [], RECORD)
    memory.judge("ann", ids.answer, 1, Verdict.SUPPORTS)
    print("kept", ids.conversation, number, flush=True)
    conversation = ids.conversation if number % 4 else None
    if number % 12 == 0:
        print("dropping", ids.conversation, flush=True)
        memory.delete("ann", ids.conversation)
        print("dropped", ids.conversation, flush=True)
"""


def start(file: Path, first: int, last: int) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", CHILD, str(file), str(first), str(last)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True)


def said(stream: IO[str] | None) -> list[list[str]]:
    """The lines that were said whole."""
    assert stream
    lines = stream.read().split("\n")[:-1]
    return [line.split() for line in lines]


class Acknowledged:
    """What children said that they kept."""

    def __init__(self) -> None:
        self.kept: dict[str, list[str]] = {}
        self.perhaps: set[str] = set()

    def note(self, lines: list[list[str]]) -> None:
        for what, conversation, *number in lines:
            match what:
                case "kept":
                    self.kept.setdefault(conversation, []).extend(number)
                case "dropping":
                    self.perhaps.add(conversation)
                case _:
                    self.perhaps.discard(conversation)
                    del self.kept[conversation]

    def check(self, file: Path) -> None:
        """All of it is there, each answer with its verdict, and the file is sound."""
        memory = Memory(file)
        listed = {each.id for each in memory.conversations("ann")}
        assert self.kept.keys() - self.perhaps <= listed
        for conversation in self.kept.keys() & listed:
            answers = memory.conversation("ann", conversation).answers
            questions = [each.question for each in answers]
            told = self.kept[conversation]
            # The one that was under way when the child was killed may be there as well.
            assert questions[: len(told)] == told
            assert len(questions) <= len(told) + 1
            assert [each.ordinal for each in answers] == list(range(1, len(answers) + 1))
            assert all(len(each.verdicts) == 1 for each in answers[: len(told)])
            assert all(each.record == RECORD for each in answers)
        with closing(sqlite3.connect(file)) as connection:
            assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
            assert connection.execute("PRAGMA foreign_key_check").fetchall() == []


def test_what_was_acknowledged_survives_kills(tmp_path: Path) -> None:
    file, chance, told = tmp_path / "memory.sqlite", random.Random(6), Acknowledged()
    for kill in range(KILLS):
        with start(file, kill * 10_000 + 1, (kill + 1) * 10_000) as child:
            assert child.stdout
            # After some lines, so that a slow machine kills no sooner; then at any moment.
            lines = [child.stdout.readline().split() for _ in range(chance.randrange(1, 40))]
            time.sleep(chance.uniform(0, 0.01))
            child.send_signal(signal.SIGKILL)
            told.note([*lines, *said(child.stdout)])
        assert child.returncode == -signal.SIGKILL
        told.check(file)
    assert len(told.kept) > 2 * KILLS


def test_processes_that_write_at_once_lose_nothing(tmp_path: Path) -> None:
    """They make the file at once as well."""
    file, told = tmp_path / "memory.sqlite", Acknowledged()
    children = [start(file, first + 1, first + 41) for first in (0, 1000, 2000)]
    for child in children:
        with child:
            told.note(said(child.stdout))
        assert child.returncode == 0
    told.check(file)
    assert sorted(int(each) for kept in told.kept.values() for each in kept) == [
        first + number
        for first in (0, 1000, 2000)
        for number in range(1, 41)
        # Deleted are the conversations of four that end with a multiple of twelve.
        if -(-(first + number) // 4) * 4 % 12
    ]


# A limit on the size of a file is to SQLite what a full disk is.
FULL = """
import resource, sys
from pathlib import Path
from index.errors import PinciteError
from ui.memory import Memory
from tests.test_ui_memory_kill import RECORD

memory = Memory(Path(sys.argv[1]))
resource.setrlimit(resource.RLIMIT_FSIZE, (200_000, 200_000))
try:
    for number in range(1000):
        ids = memory.append("ann", None, str(number), [], RECORD)
        print("kept", ids.conversation, number, flush=True)
except PinciteError as error:
    sys.exit(str(error))
"""


def test_a_full_disk_is_told_and_nothing_kept_is_lost(tmp_path: Path) -> None:
    file, told = tmp_path / "memory.sqlite", Acknowledged()
    command = [sys.executable, "-c", FULL, str(file)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.stderr.startswith("the answer was not kept: the memory ")
    assert done.returncode == 1
    for line in done.stdout.splitlines():
        _, conversation, number = line.split()
        told.kept[conversation] = [number]
    assert len(told.kept) > 3
    memory = Memory(file)
    assert {
        each.id: [answer.question for answer in memory.conversation("ann", each.id).answers]
        for each in memory.conversations("ann")
    } == told.kept
    memory.append("ann", None, "more", [], RECORD)
