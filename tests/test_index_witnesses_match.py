"""Groups of places that are copies of each other."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from index.types import Span
from index.witnesses.match import Match, Stretch, groups


def match(first: tuple[str, int, int], second: tuple[str, int, int]) -> Match:
    (ours, start, end), (theirs, there, to) = first, second
    words = min(end - start, to - there)
    return Match(
        Stretch(ours, Span(start, end), words), Stretch(theirs, Span(there, to), words), words
    )


def test_five_reprints_are_one_group() -> None:
    reprints = [match(("a", 0, 100), (name, 5, 105)) for name in "bcde"]
    (group,) = groups(reprints)
    assert group.places == (("a", Span(0, 100)), *((name, Span(5, 105)) for name in "bcde"))
    assert group.matches == tuple(reprints)


def test_copies_of_other_places_are_other_groups() -> None:
    first = match(("a", 0, 100), ("b", 0, 100))
    second = match(("a", 200, 300), ("b", 200, 300))
    assert [group.matches for group in groups([second, first])] == [(first,), (second,)]


def test_places_that_share_half_of_the_longer_are_one() -> None:
    long = match(("a", 0, 100), ("b", 0, 100))
    most = match(("a", 30, 80), ("c", 0, 50))
    notice = match(("a", 80, 100), ("d", 0, 20))
    assert [group.matches for group in groups([long, most, notice])] == [(long, most), (notice,)]
    assert groups([long, most])[0].places == (
        ("a", Span(0, 100)),
        ("b", Span(0, 100)),
        ("c", Span(0, 50)),
    )


def test_lost_is_what_the_other_has() -> None:
    found = Match(Stretch("a", Span(0, 9), 8), Stretch("b", Span(0, 9), 10), 8)
    assert (round(found.lost, 9), found.flipped.lost) == (0.2, 0)


SPANS = st.tuples(st.integers(0, 30), st.integers(1, 20)).map(lambda at: Span(at[0], sum(at)))
MATCHES = st.builds(
    lambda a, one, b, two: Match(Stretch(a, one, 1), Stretch(b, two, 1), 1),
    st.sampled_from("abc"),
    SPANS,
    st.sampled_from("abc"),
    SPANS,
)


@given(st.lists(MATCHES, max_size=8))
def test_every_match_is_in_one_group_in_any_order(matches: list[Match]) -> None:
    found = groups(matches)
    assert sorted(member for group in found for member in group.matches) == sorted(matches)
    assert groups(matches[::-1]) == found
    for group in found:
        for member in group.matches:
            for stretch in (member.ours, member.theirs):
                assert any(
                    name == stretch.document and span.start <= stretch.span.start < span.end
                    for name, span in group.places
                )
