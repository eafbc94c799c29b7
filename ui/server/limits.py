"""How much may be asked at once, and how fast. For one thread, the server's."""

import time
from collections import Counter, OrderedDict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar

from anyio import CapacityLimiter, to_thread

# Of each service: calls that are answered or wait, of all owners and of one.
MOST_CALLS = 64
MOST_CALLS_OF_ONE = 8
# Questions are answered one after the other: others' wait for all of these.
MOST_QUESTIONS_OF_ONE = 2
# Calls a second that one owner may make for long, and at once. The page makes some ten.
RATE = 30.0
BURST = 300
MOST_OWNERS = 10_000

Result = TypeVar("Result")


class NoPlaceError(Exception):
    """There is no place left just now."""


class Places:
    """So many places, and of those so many for one owner."""

    def __init__(self, most: int, most_of_one: int) -> None:
        self._most = most
        self._most_of_one = most_of_one
        self._taken: Counter[str] = Counter()

    @contextmanager
    def place(self, owner: str) -> Iterator[bool]:
        """Take a place while the context lasts; gives whether there was one."""
        is_free = self._taken.total() < self._most and self._taken[owner] < self._most_of_one
        self._taken[owner] += is_free
        try:
            yield is_free
        finally:
            self._taken[owner] -= is_free
            if not self._taken[owner]:
                del self._taken[owner]


class Bounded:
    """One kind of work in threads of its own, so that much of it keeps nothing else waiting."""

    def __init__(self, most_of_one: int = MOST_CALLS_OF_ONE) -> None:
        self._places = Places(MOST_CALLS, most_of_one)
        self._threads = CapacityLimiter(MOST_CALLS)

    async def do(self, owner: str, act: Callable[[], Result]) -> Result:
        """What the act gives; NoPlaceError where too many wait, or too many of this owner."""
        with self._places.place(owner) as is_free:
            if not is_free:
                raise NoPlaceError
            return await to_thread.run_sync(act, limiter=self._threads)


class Rate:
    """A token bucket for each owner; of those, the ones that asked last are remembered."""

    def __init__(
        self,
        rate: float = RATE,
        burst: int = BURST,
        clock: Callable[[], float] = time.monotonic,
        most: int = MOST_OWNERS,
    ) -> None:
        self._rate = rate
        self._burst = burst
        self._clock = clock
        self._most = most
        self._tokens: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def allows(self, owner: str) -> bool:
        """Whether the owner may ask once more now."""
        now = self._clock()
        tokens, since = self._tokens.pop(owner, (float(self._burst), now))
        tokens = min(self._burst, tokens + (now - since) * self._rate)
        is_allowed = tokens >= 1
        self._tokens[owner] = (tokens - is_allowed, now)
        if len(self._tokens) > self._most:
            self._tokens.popitem(last=False)
        return is_allowed
