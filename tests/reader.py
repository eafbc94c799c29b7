"""A process that asks an index all the time, while others write to it and are killed.

`python -m tests.reader INDEX` asks until its standard input ends, through a library that stays open
and through new ones, and checks each answer against the texts themselves. After each round it says
what it found so far, as JSON; what was wrong stands on lines of its own.
"""

from __future__ import annotations

import hashlib
import json
import re
import sys
import threading
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import numpy as np

from index.errors import IndexFolderError
from index.search import CANDIDATES
from index.snapshot import Library, Snapshot
from index.store import open_reading
from index.types import Document, Hit
from tests.fakes import FakeEmbedder

QUESTIONS = ["Where did the mill burn?", "winter in Furth", "never Marlin"]
EMBEDDER = FakeEmbedder()
_WORD = re.compile(r"\w+")


def main() -> None:
    folder = Path(sys.argv[1])
    stopped = threading.Event()
    threading.Thread(target=stop_at_the_end, args=[stopped], daemon=True).start()
    counts = {"reads": 0, "generations": 0, "wrong": 0, "errors": 0}
    newest = -1
    with closing(Library(folder, EMBEDDER)) as staying:
        while not stopped.is_set():
            try:
                with closing(Library(folder, EMBEDDER)) as fresh:
                    for library in (staying, fresh):
                        faults = list(ask(library))
                        counts["wrong"] += bool(faults)
                        counts["reads"] += 1
                        for fault in faults:
                            say(f"wrong: {fault}")
                with closing(open_reading(folder)) as store:
                    generation = store.generation
            except IndexFolderError as error:
                counts["errors"] += 1
                say(f"error: {error}")
                continue
            counts["wrong"] += generation < newest
            counts["generations"] += generation > newest
            newest = max(newest, generation)
            say(json.dumps(counts))


def stop_at_the_end(stopped: threading.Event) -> None:
    sys.stdin.read()
    stopped.set()


def say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def ask(library: Library) -> Iterator[str]:
    """What is wrong with one snapshot's answers."""
    with library.snapshot() as snapshot:
        summaries = snapshot.summaries()
        passages = sum(summary.passages for summary in summaries)
        for summary in summaries:
            document = snapshot.document(summary.path)
            text = document.text.encode() if document else b""
            if hashlib.sha256(text).hexdigest() != summary.sha256:
                yield f"{summary.path} is not what was indexed"
        for question in QUESTIONS:
            hits = snapshot.search(question)
            if len(hits) != min(passages, CANDIDATES):
                yield f"{len(hits)} hits among {passages} passages"
            for hit in hits:
                if not is_true(hit, question, snapshot):
                    yield f"{hit.document} at {hit.passage.span} does not answer {question} so"


def is_true(hit: Hit, question: str, snapshot: Snapshot) -> bool:
    """Whether a passage stands in its text, and is as similar as its words say."""
    document = snapshot.document(hit.document)
    (encoded,) = EMBEDDER.passages([hit.passage.reading])
    cosine = float(np.dot(EMBEDDER.question(question).vector, encoded.vector))
    return document is not None and stands(hit, document) and abs(cosine - hit.cosine) < 1e-5


def stands(hit: Hit, document: Document) -> bool:
    return all(
        _WORD.findall(sentence.span.of(document.text))
        == _WORD.findall(sentence.reading.of(hit.passage.reading))
        for sentence in hit.passage
    )


if __name__ == "__main__":
    main()
