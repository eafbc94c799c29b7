"""A file that is written whole or not at all."""

import os
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

from index.errors import PinciteError


@contextmanager
def replacing(out: Path) -> Iterator[TextIO]:
    """A new UTF-8 file that takes the place of `out` when all went well, and is removed otherwise.

    What is stopped half way is so not taken for what is complete. Where `out` is a link, that is
    the file it points to. PinciteError when it is no regular file; OSError when it cannot be
    written.
    """
    target = Path(os.path.realpath(out))
    # A link is still one once resolved when it leads back to itself.
    if target.is_symlink() or (out.exists() and not out.is_file()):
        raise PinciteError(f"nothing can be written to {out}: it is not a regular file")
    # Not one of `tempfile`, which only its owner could read.
    partial = target.with_name(f"{target.name}.{secrets.token_hex(8)}.part")
    file = partial.open("x", encoding="utf-8", newline="\n")
    try:
        with file:
            yield file
        if target.exists():
            shutil.copymode(target, partial)
        partial.replace(target)
    finally:
        partial.unlink(missing_ok=True)
