"""The process in which `index.read.isolation` reads one file.

python -m index.read.child MODULE SECONDS MEMORY takes the file on standard input and writes JSON:
what was found, or why nothing was.
"""

import gc
import json
import sys
from importlib import import_module

from index.errors import SourceError
from index.read.content import FOUND, REFUSED, pack


def main(module: str, seconds: str, memory: str) -> None:
    """Read a file on standard input as `module` does; write what it says or why it cannot."""
    _limit(int(seconds), int(memory))
    # What is made here is needed until the process ends.
    gc.disable()
    answer: tuple[str, object]
    try:
        answer = FOUND, pack(import_module(module).load(sys.stdin.buffer.read()))
    except SourceError as error:
        answer = REFUSED, str(error)
    sys.stdout.write(json.dumps(answer))


def _limit(seconds: int, memory: int) -> None:
    """Limit the processor time and the address space (bytes), where the platform can."""
    try:
        import resource
    except ImportError:  # Windows has no such limits; the clock remains.
        return
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds + 1))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


if __name__ == "__main__":
    main(*sys.argv[1:])
