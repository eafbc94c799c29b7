"""The process in which `index.read.isolated` reads one file: python -m index.read.child MODULE S.

Bytes come in on standard input; on standard output goes JSON: what was found, or why nothing was.
"""

import json
import sys
from importlib import import_module
from typing import Final

from index.errors import SourceError
from index.read.content import to_json

# Address space, in bytes.
MEMORY: Final = 1_000_000_000
FOUND: Final = "found"
REFUSED: Final = "refused"


def main(module: str, seconds: str) -> None:
    """Read a file on standard input as `module` does; write what it says or why it cannot."""
    _limit(int(seconds))
    try:
        answer = (FOUND, to_json(import_module(module).load(sys.stdin.buffer.read())))
    except SourceError as error:
        answer = (REFUSED, str(error))
    sys.stdout.write(json.dumps(answer))


def _limit(seconds: int) -> None:
    """Limit this process, where the platform can."""
    try:
        import resource
    except ImportError:  # Windows has no such limits; the clock remains.
        return
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds + 1))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


if __name__ == "__main__":
    main(*sys.argv[1:])
