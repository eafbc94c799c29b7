from contextlib import ExitStack

from ui.server.limits import Places, Rate


def test_there_are_so_many_places_in_all_and_for_one() -> None:
    places = Places(3, 2)
    with ExitStack() as stack:
        owners = ("ann", "ann", "ann", "bob", "eve")
        taken = [stack.enter_context(places.place(owner)) for owner in owners]
        assert taken == [True, True, False, True, False]
    with places.place("eve") as is_free:
        assert is_free
    assert not places._taken


def test_a_place_is_free_again_after_an_error() -> None:
    places = Places(1, 1)
    for _ in range(3):
        try:
            with places.place("ann") as is_free:
                assert is_free
                raise KeyError
        except KeyError:
            continue


def test_a_burst_is_allowed_and_then_the_rate() -> None:
    now = 0.0
    rate = Rate(rate=2, burst=3, clock=lambda: now)
    assert [rate.allows("ann") for _ in range(4)] == [True, True, True, False]
    assert rate.allows("bob")
    now = 0.4
    assert not rate.allows("ann")
    now = 1.0
    assert [rate.allows("ann") for _ in range(3)] == [True, True, False]


def test_owners_that_anybody_makes_up_fill_no_memory() -> None:
    rate = Rate(most=5)
    for number in range(100):
        assert rate.allows(str(number))
    assert len(rate._tokens) == 5
