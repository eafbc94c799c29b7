"""A program run with every connection to another machine refused, and those that it tried.

Its home is the folder of the log."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

# In a network of its own, where no other machine can be reached, with every call noted that could
# reach one, of every child as well.
_TRACED = (
    "unshare",
    "--map-root-user",
    "--net",
    "strace",
    "--follow-forks",
    "--seccomp-bpf",
    "-qq",
)
_CALLS = "--trace=connect,sendto,sendmsg,sendmmsg"
# A name that is looked up may be asked of this machine, which asks others.
ELSEWHERE = re.compile(r"AF_INET6?\b(?:(?!.*(?:\"127\.|\"::1\"))|.*htons\(53\))")

# Without those programs: Python's own calls, in the process itself.
_HOOK = """
import os, sys
def refuse(event, given):
    if event in ("socket.connect", "socket.sendto", "socket.sendmsg") and given[1:]:
        host = given[1][0] if isinstance(given[1], tuple) else None
    elif event in ("socket.getaddrinfo", "socket.gethostbyname"):
        host = given[0]
    else:
        return
    if host not in (None, "127.0.0.1", "::1", "localhost"):
        with open(os.environ["PINCITE_ATTEMPTS"], "a") as log:
            print(event, given[1:] if "connect" in event else given, file=log)
        raise OSError(f"refused: {host}")
sys.addaudithook(refuse)
"""


def _traced(program: str, arguments: list[str], log: Path) -> subprocess.CompletedProcess[str]:
    command = [*_TRACED, _CALLS, f"--output={log}", sys.executable, "-c", program, *arguments]
    found = subprocess.run(
        command,
        capture_output=True,
        text=True,
        check=False,
        env=_environment() | {"HOME": str(log.parent)},
    )
    lines = log.read_text(encoding="utf-8", errors="replace").splitlines()
    log.write_text("".join(f"{line}\n" for line in lines if ELSEWHERE.search(line)))
    return found


def _hooked(program: str, arguments: list[str], log: Path) -> subprocess.CompletedProcess[str]:
    log.touch()
    return subprocess.run(
        [sys.executable, "-c", _HOOK + program, *arguments],
        capture_output=True,
        text=True,
        check=False,
        env=_environment() | {"HOME": str(log.parent), "PINCITE_ATTEMPTS": str(log)},
    )


def _environment() -> dict[str, str]:
    """Without what would keep a library from trying."""
    return {
        key: value for key, value in os.environ.items() if not key.startswith(("HF_", "TRANSF"))
    }


def can_trace() -> bool:
    """Whether this machine lets us make a network and trace processes in it."""
    if not all(map(shutil.which, ("unshare", "strace"))):
        return False
    return not subprocess.run(
        [*_TRACED, _CALLS, "--output=/dev/null", "true"], capture_output=True, check=False
    ).returncode


Run = Callable[[str, list[str], Path], subprocess.CompletedProcess[str]]
WAYS: dict[str, Run] = {"in a namespace, by strace": _traced, "by an audit hook": _hooked}
