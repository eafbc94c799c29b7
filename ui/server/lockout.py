"""Passwords are tried ever more slowly: by user, and by address."""

import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass

# Seconds: the first wait is one, each is twice the one before, none is longer.
LONGEST_WAIT = 900.0
# Seconds without a failure after which all is forgotten.
FORGOTTEN = 3600.0
MOST_KEYS = 10_000


@dataclass(frozen=True, slots=True)
class _Failures:
    count: int
    last: float


class Lockout:
    """Counts failures by key, of which `free` cost no wait. May hold some 10,000 keys: the one that
    failed longest ago is forgotten first."""

    def __init__(self, free: int, clock: Callable[[], float] = time.monotonic) -> None:
        self._free = free
        self._clock = clock
        self._failures: OrderedDict[str, _Failures] = OrderedDict()

    def wait(self, key: str) -> float:
        """Seconds until the next try is looked at; 0 for now."""
        failures = self._failures.get(key)
        if failures is None or failures.count < self._free:
            return 0.0
        # No power of a count that somebody else makes.
        doublings = min(failures.count - self._free, 20)
        until = failures.last + min(2.0**doublings, LONGEST_WAIT)
        return max(0.0, until - self._clock())

    def failed(self, key: str) -> None:
        now, failures = self._clock(), self._failures.pop(key, None)
        is_recent = failures is not None and now - failures.last < FORGOTTEN
        count = failures.count if failures and is_recent else 0
        self._failures[key] = _Failures(count + 1, now)
        if len(self._failures) > MOST_KEYS:
            self._failures.popitem(last=False)

    def forget(self, key: str) -> None:
        self._failures.pop(key, None)
