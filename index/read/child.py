"""The process in which `index.read.isolation` reads one file.

python -m index.read.child MODULE FUNCTION SECONDS MEMORY takes a line and the file on standard
input and writes JSON: what the function of the module makes of the file, or why nothing. The line
is a JSON list of the arguments that the function takes after the file.
"""

import gc
import json
import sys
from importlib import import_module

from index.errors import SourceError
from index.read.content import FOUND, REFUSED


def main(module: str, function: str, seconds: str, memory: str) -> None:
    """Read a file on standard input; write what it says, packed, or why it cannot be read."""
    _limit(int(seconds), int(memory))
    # What is made here is needed until the process ends.
    gc.disable()
    answer: tuple[str, object]
    try:
        read = getattr(import_module(module), function)
        arguments = json.loads(sys.stdin.buffer.readline())
        answer = FOUND, read(sys.stdin.buffer.read(), *arguments).pack()
    except SourceError as error:
        answer = REFUSED, str(error)
    sys.stdout.write(json.dumps(answer))


def _limit(seconds: int, memory: int) -> None:
    """Limit the processor time and the address space (bytes), where the platform can, and let
    nothing be written into a file: an archive is read in memory or not at all."""
    try:
        import resource
    except ImportError:  # Windows has no such limits; the clock remains.
        return
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds + 1))
    for forbidden in (resource.RLIMIT_FSIZE, resource.RLIMIT_CORE):
        resource.setrlimit(forbidden, (0, 0))


if __name__ == "__main__":
    main(*sys.argv[1:])
