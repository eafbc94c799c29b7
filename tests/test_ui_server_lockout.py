from ui.server.lockout import FORGOTTEN, LONGEST_WAIT, MOST_KEYS, Lockout


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def waits(lockout: Lockout, clock: Clock, count: int) -> list[float]:
    """What is to be waited after each of so many failures, each as soon as it may be."""
    found = []
    for _ in range(count):
        lockout.failed("ann")
        found.append(lockout.wait("ann"))
        clock.now += found[-1]
    return found


def test_each_failure_doubles_the_wait() -> None:
    clock = Clock()
    assert waits(Lockout(3, clock), clock, 6) == [0, 0, 1, 2, 4, 8]


def test_no_wait_is_longer_than_the_longest() -> None:
    clock = Clock()
    lockout = Lockout(1, clock)
    assert waits(lockout, clock, 2000)[-1] == LONGEST_WAIT


def test_a_wait_is_over_when_it_is_over() -> None:
    clock = Clock()
    lockout = Lockout(1, clock)
    lockout.failed("ann")
    lockout.failed("ann")
    clock.now = 1.5
    assert lockout.wait("ann") == 0.5
    assert lockout.wait("bob") == 0
    clock.now = 2.0
    assert lockout.wait("ann") == 0


def test_failures_are_forgotten_on_success_and_in_time() -> None:
    clock = Clock()
    lockout = Lockout(2, clock)
    lockout.failed("ann")
    lockout.forget("ann")
    lockout.failed("ann")
    assert lockout.wait("ann") == 0
    clock.now = FORGOTTEN
    lockout.failed("ann")
    assert lockout.wait("ann") == 0


def test_keys_that_anybody_makes_up_fill_no_memory() -> None:
    lockout = Lockout(1, Clock())
    for number in range(MOST_KEYS + 10):
        lockout.failed(str(number))
    assert len(lockout._failures) == MOST_KEYS
    assert lockout.wait("0") == 0
    assert lockout.wait(str(MOST_KEYS)) == 1
