"""Which shingles are kept, and where they are found again."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from index.types import Passage, Place, Sentence, Span
from index.witnesses.shingles import (
    MOST_PLACES,
    MOST_REPEATS,
    SIZE,
    WINDOW,
    Shingles,
    ranks,
    select,
)
from index.witnesses.wording import Wording, Words, wording_of

NUMBERS = st.lists(st.integers(0, 2**31 - 1), max_size=40)


def words(numbers: list[int]) -> Words:
    return np.array(numbers, dtype=np.uint32)


@given(NUMBERS, NUMBERS, NUMBERS, st.lists(st.integers(0, 10**6), min_size=6, max_size=30))
def test_texts_that_share_six_words_in_a_row_keep_a_shingle_in_common(
    before: list[int], after: list[int], around: list[int], shared: list[int]
) -> None:
    assert len(shared) >= SIZE + WINDOW - 1
    _, first = select(words([*before, *shared, *after]))
    _, second = select(words([*around, *shared]))
    assert {*first.tolist()} & {*second.tolist()}


def test_what_is_kept_of_short_texts() -> None:
    assert [len(select(words([*range(count)]))[0]) for count in (0, 3, 4, 5)] == [0, 0, 1, 2]


def test_of_one_shingle_the_first_places_are_kept() -> None:
    kept, hashes = select(words([7] * 1000))
    assert len(kept) == len(hashes) == MOST_REPEATS
    assert len(set(hashes.tolist())) == 1
    assert kept[0] < WINDOW


@given(st.lists(st.lists(st.integers(0, 5), max_size=40), max_size=12), st.integers(0, 40))
def test_shingles_are_found_where_they_were_added(adds: list[list[int]], cut: int) -> None:
    shingles = Shingles()
    expected: dict[int, list[int]] = {}
    place = 0
    for hashes in adds:
        places = np.arange(place, place + len(hashes))
        shingles.add(words(hashes), places)
        for number in hashes:
            if not 10 <= place < cut:
                expected.setdefault(number, []).append(place)
            place += 1
    shingles.remove(10, cut)
    of, found = shingles.find(words([*range(6)]))
    got: dict[int, list[int]] = {}
    for number, at in sorted(zip(of.tolist(), found.tolist(), strict=True)):
        got.setdefault(number, []).append(at)
    assert got == {number: places[:MOST_PLACES] for number, places in expected.items()}


@given(st.lists(st.integers(0, 4)))
def test_ranks_count_equal_values_before(values: list[int]) -> None:
    expected = [values[:at].count(value) for at, value in enumerate(values)]
    assert ranks(np.array(values, dtype=np.int64)).tolist() == expected


def test_a_wording_comes_back_as_it_was_stored() -> None:
    reading = "In 1937 it rained. … Then Furth burned."
    spans = [Span(0, 18), Span(19, 20), Span(21, 39)]
    sentences = tuple(Sentence(span.shift(100), span, Place()) for span in spans)
    wording = wording_of([Passage(reading, sentences)])
    assert wording.sentences.tolist() == [[100, 118, 4], [121, 139, 7]]
    assert wording.lengths.tolist() == [4, 3]
    assert wording.names.tolist() == [False, True, False, False, False, True, False]
    stored = Wording.from_bytes(*wording.to_bytes())
    for name in Wording.__slots__:
        assert np.array_equal(getattr(stored, name), getattr(wording, name))
    assert (
        wording.words[0]
        == wording_of([Passage("it IN", (Sentence(Span(0, 5), Span(0, 5), Place()),))]).words[1]
    )
