"""Users: signed in by a password, known by a secret in a cookie until they sign out."""

import hashlib
import secrets
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from math import ceil

from index.errors import PinciteError
from rag.render import Record
from ui.passwords import matches, unmatched
from ui.server.addresses import network_of
from ui.server.lockout import Lockout
from ui.server.sessions import SECRET, owner_of

# Seconds that a session lasts, and how many a user may have: the oldest ends first.
LASTING = 12 * 60 * 60
MOST_SESSIONS = 20

# Tries that cost no wait. Behind one address there may be many people.
FREE_OF_USER = 5
FREE_OF_ADDRESS = 20
# Names that nobody has share so many counts, nobody knows which: they lock like others, and fill no
# memory.
_STRANGERS = 4096

WRONG = "This name and password do not go together."


class WaitError(PinciteError):
    """Too many tries; `seconds` until the next is looked at."""

    def __init__(self, seconds: float) -> None:
        self.seconds = ceil(seconds)
        super().__init__(f"Too many tries. Try again in {self.seconds} s.")


@dataclass(frozen=True, slots=True)
class _Session:
    user: str
    ends: float


class Accounts:
    """The users with their hashes and sessions. The sessions are in memory: they end with the
    server. May be used from several threads; passwords are tried one at a time."""

    def __init__(
        self, hashes: Mapping[str, str], clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._hashes = dict(hashes)
        self._clock = clock
        self._users = Lockout(FREE_OF_USER, clock)
        self._addresses = Lockout(FREE_OF_ADDRESS, clock)
        self._sessions: OrderedDict[str, _Session] = OrderedDict()
        self._unmatched = unmatched()
        self._salt = secrets.token_bytes()
        self._trying = threading.Lock()
        self._lock = threading.Lock()

    def sign_in(self, user: str, password: str, address: str) -> str:
        """The secret of a new session; PinciteError says that the password is wrong, WaitError that
        it was not even looked at."""
        user = user.strip().lower()
        keys = self._key(user), network_of(address)
        with self._trying:
            wait = max(self._users.wait(keys[0]), self._addresses.wait(keys[1]))
            if wait:
                raise WaitError(wait)
            if not matches(self._hashes.get(user, self._unmatched), password):
                self._users.failed(keys[0])
                self._addresses.failed(keys[1])
                raise PinciteError(WRONG)
            self._users.forget(keys[0])
            return self._begin(user)

    def sign_out(self, secret: str) -> None:
        with self._lock:
            self._sessions.pop(owner_of(secret), None)

    def owner(self, secret: str) -> str | None:
        """Whose session it is, if it lasts."""
        with self._lock:
            session = self._sessions.get(owner_of(secret))
        return user_owner(session.user) if session and session.ends > self._clock() else None

    def account(self, owner: str, request: object) -> Record:
        """`{"user"}`: the name that an owner signed in by. The request is empty."""
        names = {user_owner(user): user for user in self._hashes}
        return {"user": names[owner]}

    def _begin(self, user: str) -> str:
        """A new secret each time: one that was planted before is worth nothing."""
        secret, now = secrets.token_urlsafe(SECRET), self._clock()
        with self._lock:
            own = [key for key, each in self._sessions.items() if each.user == user]
            over = [key for key, each in self._sessions.items() if each.ends <= now]
            for key in {*over, *own[: 1 - MOST_SESSIONS]}:
                del self._sessions[key]
            self._sessions[owner_of(secret)] = _Session(user, now + LASTING)
        return secret

    def _key(self, user: str) -> str:
        if user in self._hashes:
            return user
        digest = hashlib.sha256(self._salt + user.encode("utf-8", "replace")).digest()
        return f"?{int.from_bytes(digest[:4]) % _STRANGERS}"


def user_owner(user: str) -> str:
    """The name that a user's things go by, from whichever browser: 64 hexadecimal digits."""
    # No cookie's value has a space, so that none has this hash.
    return hashlib.sha256(f"user {user}".encode()).hexdigest()
