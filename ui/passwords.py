"""Who may sign in, and the hashes of their passwords: a file beside the index.

Argon2id, with the parameters that argon2-cffi takes from RFC 9106 for machines that have other
things to do: 64 MiB, a quarter of a second.
"""

import json
import os
import re
import unicodedata
from collections.abc import Iterable, Mapping
from pathlib import Path
from secrets import token_hex
from tempfile import NamedTemporaryFile
from typing import Any

from argon2 import PasswordHasher
from argon2.exceptions import VerifyMismatchError

from index.errors import PinciteError

FORMAT = 1
# NIST SP 800-63B-4 asks for 15 where a password is all there is, and for no rules beside length.
SHORTEST = 15
LONGEST = 1000

_NAME = re.compile(r"[a-z0-9](?:[a-z0-9._@-]{0,62}[a-z0-9])?", re.ASCII)
_HASHER = PasswordHasher()


def passwords_beside(index: Path) -> Path:
    """The file that belongs to an index folder."""
    index = index.resolve()
    return index.with_name(f"{index.name}.users.json")


def checked_user(name: str) -> str:
    """A user's name as it is kept, in small letters; PinciteError for one that will not do."""
    lower = name.strip().lower()
    if not _NAME.fullmatch(lower):
        raise PinciteError(
            f"{name!r} cannot be a user's name. Use letters a-z, digits and . _ - @ between them."
        )
    return lower


def set_password(file: Path, user: str, password: str) -> None:
    """Keep a user's password as its hash; PinciteError when it will not do or cannot be kept."""
    user = checked_user(user)
    if not SHORTEST <= len(password) <= LONGEST:
        raise PinciteError(
            f"a password needs {SHORTEST} to {LONGEST} characters. A few words that do not belong "
            "together are easy to remember."
        )
    _write(file, {**_read(file), user: _HASHER.hash(_normal(password))})


def hashes_of(file: Path, users: Iterable[str]) -> dict[str, str]:
    """The hashes of these users; PinciteError says whose there is none of."""
    kept = _read(file)
    names = [checked_user(user) for user in users]
    missing = next((name for name in names if name not in kept), None)
    if missing is not None:
        raise PinciteError(f"{missing} has no password yet. Set one: pincite password {missing}")
    return {name: kept[name] for name in names}


def unmatched() -> str:
    """A hash that no password matches: to take the same time where there is no user."""
    return _HASHER.hash(token_hex(32))


def matches(hashed: str, password: str) -> bool:
    """Whether a password is the one. Takes a quarter of a second either way."""
    try:
        return _HASHER.verify(hashed, _normal(password))
    except VerifyMismatchError:
        return False


def _normal(password: str) -> bytes:
    """The same bytes from every keyboard: a letter and its accent may come as one or two."""
    return unicodedata.normalize("NFKC", password).encode("utf-8", "replace")


def _read(file: Path) -> dict[str, str]:
    try:
        kept = json.loads(file.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except (OSError, ValueError) as error:
        raise PinciteError(_unusable(file, str(error))) from error
    if not _is_ours(kept):
        raise PinciteError(_unusable(file, f"it is not of format {FORMAT}"))
    users: dict[str, str] = kept["users"]
    return users


def _is_ours(kept: Any) -> bool:
    if not isinstance(kept, dict) or kept.get("format") != FORMAT:
        return False
    users = kept.get("users")
    return isinstance(users, dict) and all(isinstance(each, str) for each in users.values())


def _write(file: Path, users: Mapping[str, str]) -> None:
    """All at once, readable by nobody else: what was there stays until the new file is complete."""
    try:
        with NamedTemporaryFile("w", encoding="utf-8", dir=file.parent, delete=False) as partial:
            json.dump({"format": FORMAT, "users": dict(users)}, partial, indent=1)
            partial.flush()
            os.fsync(partial.fileno())
        Path(partial.name).replace(file)
    except OSError as error:
        raise PinciteError(_unusable(file, error.strerror or str(error))) from error


def _unusable(file: Path, reason: str) -> str:
    return (
        f"the passwords in {file} cannot be used ({reason}). See to the file, or delete it and set "
        "them anew: pincite password NAME"
    )
