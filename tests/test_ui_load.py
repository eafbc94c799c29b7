"""Many people ask at once while a folder is indexed again and again: nobody gets an error, or what
is another's, and every quote is what its source says. The long form is for `make soak`."""

import json
import os
import random
import signal
import statistics
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from secrets import token_urlsafe
from typing import Any

import pytest

from index import read
from index.errors import StoppedError
from index.types import Document, Span
from rag.config import Config
from rag.indexing import index_paths
from tests.corpora import SEEDS
from tests.patience import PATIENCE
from ui.browser import ARCHIVE, free_port
from ui.server.calls import BUSY
from ui.server.paths import CALLS

pytestmark = pytest.mark.model

SOAK = os.environ.get("PINCITE_SOAK") == "1"
USERS, SECONDS = (50, 300) if SOAK else (6, 12)
# However slow the machine is, each user asks at least so often.
LEAST = 2
# Of the archive, in the quick form: files whose text is their bytes.
QUICK = ("inquest-1887.txt", "saltreath-advertiser-1887.txt", "hartnoll-pamphlet-1961.md")
QUESTIONS = (
    "How many men were drowned?",
    "Was the pilot drunk?",
    "When did the ship strike?",
    "Who kept the light?",
    "What did the mate see?",
    "What is the boiling point of ethanol?",
)
SEED_QUESTIONS = (
    "How many people were executed in 1937 and 1938?",
    "Why did Stalin want contested elections?",
    "What did Zhukov find in the archives?",
)
# Memory may grow by so much between the first third of the time and the last.
GROWTH = 1.2
STOPPED = str(StoppedError())
MAIN = "from rag.cli import main; main()"


@dataclass
class Record:
    """What the users of a server saw, together."""

    seconds: list[float] = field(default_factory=list)
    busy: int = 0
    stopped: int = 0
    wrong: list[str] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)


class User:
    """One browser: a cookie of its own, and one conversation after the other."""

    def __init__(
        self, address: str, sources: dict[str, Document], expected: dict[str, object]
    ) -> None:
        self._address = address
        self._sources = sources
        self._expected = expected
        self._cookie = f"pincite={token_urlsafe(32)}"
        self.asked: list[str] = []

    def call(self, service: str, fields: dict[str, object]) -> Any:
        body = json.dumps({"data": fields, "fn_name": service}).encode()
        headers = {"Content-Type": "application/json", "Cookie": self._cookie}
        url = f"{self._address}{CALLS}"
        with opener().open(urllib.request.Request(url, body, headers), timeout=300) as reply:
            return json.load(reply)

    def answer(self, question: str) -> dict[str, Any]:
        """The answer to a question that is asked when nobody else asks."""
        answer: dict[str, Any] = self.call("ask", {"question": question})["answer"]
        self.asked.append(question)
        return answer

    def ask(self, question: str, record: Record) -> None:
        started = time.perf_counter()
        reply = self.call("ask", {"question": question})
        seconds = time.perf_counter() - started
        told = reply.get("error")
        problem = None if told in {BUSY, STOPPED} else self._problem(question, reply)
        with record.lock:
            if told in {BUSY, STOPPED}:
                record.busy += told == BUSY
                record.stopped += told == STOPPED
                return
            record.seconds.append(seconds)
            if problem:
                record.wrong.append(problem)
        self.asked.append(question)

    def _problem(self, question: str, reply: Any) -> str | None:
        """What is wrong with a reply, if anything: each quote is compared with the file."""
        if "error" in reply:
            return str(reply["error"])
        answer = reply["answer"]
        if answer["question"] != question:
            return f"{question!r} was answered as {answer['question']!r}"
        if essence(answer) != self._expected[question]:
            return f"{question!r} had another answer when nobody else asked"
        for quote in [*answer["quotes"], *answer["nearest"]]:
            source = self._sources.get(quote["document"])
            if source is None or source.sha256 != quote["sha256"]:
                return f"{quote['document']} is no source"
            if Span(quote["start"], quote["end"]).of(source.text) != quote["text"]:
                return f"{quote['document']} has other words at {quote['start']}"
        return None

    def mixed_up(self) -> str | None:
        """Whether what was kept for this user is not what he asked."""
        kept = self.call("list_conversations", {"search": ""})["conversations"]
        names = sorted(each["name"] for each in kept)
        return None if names == sorted(self.asked) else f"{names} are kept for {self.asked}"


def essence(answer: dict[str, Any]) -> object:
    """What tells an answer from that to another question."""
    return answer["reason"], [(each["document"], each["start"]) for each in answer["quotes"]]


def opener() -> urllib.request.OpenerDirector:
    return urllib.request.build_opener(urllib.request.ProxyHandler({}))


@contextmanager
def serving(index: Path) -> Iterator[tuple[str, "subprocess.Popen[bytes]"]]:
    """A server in a process of its own, once the model is loaded."""
    port = free_port()
    command = [sys.executable, "-c", MAIN, "serve", "--index", str(index), "--port", str(port)]
    server = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    try:
        yield f"http://127.0.0.1:{port}", server
    finally:
        server.kill()
        server.wait()


def wait_for(address: str, server: "subprocess.Popen[bytes]") -> None:
    """Return when the server answers."""
    for _ in range(600):
        assert server.poll() is None
        with suppress(OSError), opener().open(address):
            return
        time.sleep(0.2)
    raise AssertionError("the server does not answer")


def until(end: float, act: Callable[[], None], least: int = 1) -> threading.Thread:
    """A thread that acts again and again until a time, and at least so many times."""

    def run() -> None:
        done = 0
        while done < least or time.monotonic() < end:
            act()
            done += 1

    thread = threading.Thread(target=run)
    thread.start()
    return thread


def resident(server: "subprocess.Popen[bytes]") -> float:
    """The server's memory, in MB."""
    pages = Path(f"/proc/{server.pid}/statm").read_text().split()[1]
    return int(pages) * os.sysconf("SC_PAGE_SIZE") / 1e6


def stop(server: "subprocess.Popen[bytes]", ask: Callable[[], None]) -> tuple[int, float]:
    """Stop the server while it is asked; how it ended, and after how many seconds."""

    def ask_last() -> None:
        with suppress(OSError):  # where the kernel had to end the server
            ask()

    last = until(0.0, ask_last)
    time.sleep(0.05)
    server.send_signal(signal.SIGTERM)
    began = time.monotonic()
    code = server.wait(timeout=PATIENCE)
    ending = time.monotonic() - began
    last.join()
    return code, ending


@pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="memory is read from /proc")
def test_many_ask_at_once_while_a_folder_is_indexed(tmp_path: Path) -> None:
    folder, index = tmp_path / "growing", tmp_path / "index"
    folder.mkdir()
    (folder / "ballast.txt").write_text("The stone ballast was put ashore.\n")
    stable = [ARCHIVE] if SOAK else [ARCHIVE / name for name in QUICK]
    with_seeds = SOAK and SEEDS.is_dir()
    paths = [*stable, *([SEEDS] if with_seeds else [])]
    assert not index_paths([*paths, folder], Config(index=index)).failures
    files = [each for path in paths for each in (path.iterdir() if path.is_dir() else [path])]
    sources = {file.name: read.load(read.read_bytes(file), file, file.name) for file in files}
    questions = [*QUESTIONS, *(SEED_QUESTIONS if with_seeds else ())]
    record, memory, runs = Record(), [], [0]

    def reindex() -> None:
        runs[0] += 1
        # No question is about this: what is answered stays the same.
        (folder / "ballast.txt").write_text(f"Stone ballast was put ashore {runs[0]} times.\n")
        command = [sys.executable, "-c", MAIN, "index", str(folder), "--index", str(index)]
        subprocess.run(command, check=True, stderr=subprocess.DEVNULL)

    with serving(index) as (address, server):
        wait_for(address, server)
        expected: dict[str, object] = {}
        users = [User(address, sources, expected) for _ in range(USERS)]
        expected |= {each: essence(users[0].answer(each)) for each in questions}
        # Of the questions that are asked one is refused; no two others have the same answer.
        assert len({repr(each) for each in expected.values()}) == len(questions)
        end = time.monotonic() + SECONDS
        asking = [
            until(end, lambda user=user: user.ask(random.choice(questions), record), LEAST)  # type: ignore[misc]
            for user in users
        ]
        indexing = until(end, reindex)
        while time.monotonic() < end:
            memory.append(resident(server))
            time.sleep(SECONDS / 60)
        for thread in [*asking, indexing]:
            thread.join()
        record.wrong += filter(None, (user.mixed_up() for user in users))
        assert not record.stopped
        code, ending = stop(server, lambda: users[0].ask(questions[0], record))

    third = len(memory) // 3
    growth = statistics.median(memory[-third:]) / statistics.median(memory[:third])
    p95 = sorted(record.seconds)[int(0.95 * len(record.seconds))]
    sys.stdout.write(
        f"{USERS} users, {SECONDS} s: {len(record.seconds)} answers, {record.busy} told to wait, "
        f"p50 {statistics.median(record.seconds):.1f} s, p95 {p95:.1f} s, {runs[0]} times indexed, "
        f"memory x {growth:.2f} ({memory[-1]:.0f} MB), ended in {ending:.1f} s\n"
    )
    assert not record.wrong
    assert len(record.seconds) + record.busy > LEAST * USERS
    assert record.seconds
    assert runs[0] > 0
    assert growth < GROWTH
    # What does not end in time is ended by the kernel: on a machine that is busy with other things.
    assert code in {0, -signal.SIGALRM}
    assert ending < 5 or not SOAK
