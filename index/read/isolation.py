"""Files are strangers': each is read in a process of its own.

PDFium and libxml2 are large C libraries, and what is told by rules, from the blocks to who speaks,
has some text that it is slow with. A child process has limits of time and memory and may write
nothing into a file; it takes the bytes on its standard input and answers with JSON, so whatever a
file does to its reader is one file's error, and the run goes on.
"""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Final, TypeVar

from index.errors import SourceError
from index.read.content import REFUSED, Content, unpack

# Address space of a child, in bytes: the largest text there may be takes half of it.
MEMORY = 2_000_000_000
# Processor time of a child, in seconds: a small hostile file is given up in less than 10, and a
# large honest book has time enough. Prose takes up to 7 a MB, most of it for who speaks; the
# densest list of numbers takes 24.
SECONDS = 5
SECONDS_PER_MB = 30
# Where processor time is not limited, or nothing is computed, the clock decides, so many times
# later: a machine that is busy with something else gives a child a fraction of its time.
PATIENCE = 10

Found = TypeVar("Found")

_ROOT = Path(__file__).resolve().parents[2]
# Nothing else of the environment is a reader's business.
_ENVIRONMENT: Final = ("PATH", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "SYSTEMROOT", "LANG")
CHILD: Final = "index.read.child"
# The signal that ends a child for its processor time; Windows has none.
_OUT_OF_TIME: Final = getattr(signal, "SIGXCPU", 0)


def completed(data: bytes, loader: str) -> Content:
    """What the loader of a module makes of a file's bytes, and all that follows from that; see
    `index.read.complete`."""
    return read_apart("index.read.complete", "load", data, unpack, [loader])


def read_apart(
    module: str,
    function: str,
    data: bytes,
    unpacked: Callable[[Any], Found],
    arguments: Sequence[object] = (),
) -> Found:
    """What a function of `module` makes of a file's bytes in a child process.

    It is given the bytes and the `arguments`, which JSON can hold, and returns something whose
    `pack()` makes JSON; `unpacked` makes the same of that, and raises TypeError or ValueError for
    anything else. SourceError says what the file did instead.
    """
    line = json.dumps(arguments).encode() + b"\n"
    return _answer(_run(module, function, line + data), unpacked)


def _run(module: str, function: str, data: bytes) -> bytes:
    seconds = round(SECONDS + SECONDS_PER_MB * len(data) / 1e6)
    patience = round(PATIENCE * seconds)
    environment = {name: os.environ[name] for name in _ENVIRONMENT if name in os.environ}
    # -P and -s keep the working folder and the user's packages out.
    limits = [str(seconds), str(MEMORY)]
    command = [sys.executable, "-P", "-s", "-m", CHILD, module, function, *limits]
    try:
        child = subprocess.run(  # noqa: S603  (our own interpreter and module)
            command,
            input=data,
            capture_output=True,
            timeout=patience,
            env={**environment, "PYTHONPATH": str(_ROOT), "PYTHONDONTWRITEBYTECODE": "1"},
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise _too_slow(patience) from error
    if child.returncode == 0:
        return child.stdout
    raise _failure(child.returncode, child.stderr, seconds)


def _failure(code: int, errors: bytes, seconds: int) -> SourceError:
    """What the end of a child says about its file."""
    last = errors.decode("utf-8", "replace").strip().rpartition("\n")[2]
    if code and code == -_OUT_OF_TIME:
        return _too_slow(seconds)
    if "MemoryError" in last or "bad_alloc" in last:
        return SourceError(f"damaged or hostile: it takes more than {MEMORY / 1e9:g} GB to read")
    if code < 0:
        return SourceError(
            f"damaged or hostile: its reader crashed (signal {-code}) or needed more than "
            f"{MEMORY / 1e9:g} GB"
        )
    return SourceError(f"damaged: it cannot be read ({last})")


def _too_slow(seconds: int) -> SourceError:
    return SourceError(f"damaged, hostile or too complex: it cannot be read in {seconds} seconds")


def _answer(line: bytes, unpacked: Callable[[Any], Found]) -> Found:
    try:
        kind, answer = json.loads(line)
        found = None if kind == REFUSED else unpacked(answer)
    except (TypeError, ValueError) as error:
        raise SourceError(f"damaged or hostile: its reader gave no answer ({error})") from error
    if found is None:
        raise SourceError(answer)
    return found
