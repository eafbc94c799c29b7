import pytest

from index.errors import PinciteError
from tests.served import ANN as SECRET
from ui.passwords import matches
from ui.server import accounts as module
from ui.server.accounts import (
    FREE_OF_ADDRESS,
    FREE_OF_USER,
    LASTING,
    MOST_SESSIONS,
    WRONG,
    Accounts,
    WaitError,
    user_owner,
)
from ui.server.sessions import owner_of

HERE, THERE = "192.0.2.1", "192.0.2.2"


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def accounts(monkeypatch: pytest.MonkeyPatch, clock: Clock) -> Accounts:
    """Of Ann and Bob; a hash is the password here, and takes no time."""
    monkeypatch.setattr(module, "matches", lambda hashed, password: hashed == password)
    monkeypatch.setattr(module, "unmatched", lambda: "nobody's")
    return Accounts({"ann": "ann's", "bob": "bob's"}, clock)


def fail(accounts: Accounts, user: str, address: str, times: int) -> None:
    for _ in range(times):
        with pytest.raises(PinciteError, match=WRONG):
            accounts.sign_in(user, "wrong", address)


def test_who_is_signed_in_goes_by_his_name_from_every_browser(accounts: Accounts) -> None:
    first = accounts.sign_in("ann", "ann's", HERE)
    second = accounts.sign_in(" Ann ", "ann's", THERE)
    assert first != second
    owner = user_owner("ann")
    assert (accounts.owner(first), accounts.owner(second)) == (owner, owner)
    assert user_owner("bob") != owner
    assert accounts.account(owner, {}) == {"user": "ann"}
    assert len(owner) == 64


def test_a_secret_that_was_not_given_is_nobodys(accounts: Accounts) -> None:
    accounts.sign_in("ann", "ann's", HERE)
    assert accounts.owner(SECRET) is None
    assert accounts.owner(user_owner("ann")) is None


def test_no_secret_is_kept(accounts: Accounts) -> None:
    secret = accounts.sign_in("ann", "ann's", HERE)
    assert list(accounts._sessions) == [owner_of(secret)]


def test_a_session_ends(accounts: Accounts, clock: Clock) -> None:
    first, second = (accounts.sign_in("ann", "ann's", HERE) for _ in range(2))
    accounts.sign_out(first)
    assert accounts.owner(first) is None
    clock.now = LASTING - 1
    assert accounts.owner(second)
    clock.now = LASTING
    assert accounts.owner(second) is None
    accounts.sign_in("bob", "bob's", HERE)
    assert len(accounts._sessions) == 1


def test_a_user_has_so_many_sessions_and_ends_no_others(accounts: Accounts) -> None:
    other = accounts.sign_in("bob", "bob's", HERE)
    secrets = [accounts.sign_in("ann", "ann's", HERE) for _ in range(MOST_SESSIONS + 2)]
    lasting = [accounts.owner(each) is not None for each in secrets]
    assert lasting == [False, False, *[True] * MOST_SESSIONS]
    assert accounts.owner(other)


def test_a_user_is_locked_from_every_address_and_others_are_not(
    accounts: Accounts, clock: Clock
) -> None:
    fail(accounts, "ann", HERE, FREE_OF_USER)
    with pytest.raises(WaitError) as waiting:
        accounts.sign_in("ann", "ann's", THERE)
    assert waiting.value.seconds == 1
    assert accounts.sign_in("bob", "bob's", HERE)
    clock.now = 1
    fail(accounts, "ann", HERE, 1)
    clock.now = 2
    with pytest.raises(WaitError):
        accounts.sign_in("ann", "ann's", HERE)
    clock.now = 3
    assert accounts.sign_in("ann", "ann's", HERE)
    fail(accounts, "ann", THERE, FREE_OF_USER)


def test_an_address_is_locked_for_every_user(accounts: Accounts) -> None:
    for number in range(FREE_OF_ADDRESS):
        fail(accounts, f"nobody{number}", HERE, 1)
    with pytest.raises(WaitError):
        accounts.sign_in("ann", "ann's", HERE)
    assert accounts.sign_in("ann", "ann's", THERE)


def test_an_own_success_does_not_free_an_address(accounts: Accounts) -> None:
    for number in range(FREE_OF_ADDRESS):
        fail(accounts, f"nobody{number}", HERE, 1)
        if number < FREE_OF_ADDRESS - 1:
            accounts.sign_in("bob", "bob's", HERE)
    with pytest.raises(WaitError):
        accounts.sign_in("bob", "bob's", HERE)


def test_one_customer_has_one_network(accounts: Accounts) -> None:
    for number in range(FREE_OF_ADDRESS):
        fail(accounts, f"nobody{number}", f"2001:db8::{number:x}", 1)
    with pytest.raises(WaitError):
        accounts.sign_in("ann", "ann's", "2001:db8::ffff")
    assert accounts.sign_in("ann", "ann's", "2001:db8:1::")


def test_who_comes_by_ipv4_to_a_server_of_ipv6_is_not_taken_for_others(accounts: Accounts) -> None:
    for number in range(FREE_OF_ADDRESS):
        fail(accounts, f"nobody{number}", f"::ffff:{HERE}", 1)
    with pytest.raises(WaitError):
        accounts.sign_in("ann", "ann's", HERE)
    assert accounts.sign_in("ann", "ann's", f"::ffff:{THERE}")


def test_whether_there_is_a_user_is_not_told(accounts: Accounts) -> None:
    for user in ("ann", "nobody", "", "\ud800"):
        fail(accounts, user, "", 1)
    fail(accounts, "nobody", THERE, FREE_OF_USER - 1)
    with pytest.raises(WaitError):
        accounts.sign_in("nobody", "wrong", THERE)


def test_which_names_that_nobody_has_lock_together_cannot_be_reckoned() -> None:
    names = [f"nobody{number}" for number in range(9)]
    first, second = (Accounts({}) for _ in range(2))
    assert [first._key(each) for each in names] == [first._key(each) for each in names]
    assert [first._key(each) for each in names] != [second._key(each) for each in names]


def test_names_that_nobody_has_fill_no_memory(accounts: Accounts, clock: Clock) -> None:
    for number in range(9000):
        clock.now += 1000
        fail(accounts, f"nobody{number}", f"10.0.{number % 250}.1", 1)
    assert len(accounts._users._failures) <= module._STRANGERS


def test_a_hash_is_looked_at_where_there_is_no_user(monkeypatch: pytest.MonkeyPatch) -> None:
    looked: list[str] = []

    def look(hashed: str, password: str) -> bool:
        looked.append(hashed)
        return matches(hashed, password)

    monkeypatch.setattr(module, "matches", look)
    fail(Accounts({}), "nobody", HERE, 1)
    assert looked[0].startswith("$argon2id$v=19$m=65536,t=3,p=4$")
