"""Measures: hand-computed results, and the identities that hold for any data."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eval.cases import Gold
from eval.metrics import (
    Quoted,
    answers,
    auroc,
    bootstrap,
    first_rank,
    locator_right,
    mean,
    normalised,
    percentile,
    reciprocal_rank,
    share,
    shared,
    states,
    within,
)
from index.types import Span

SCORES = st.lists(st.integers(-5, 5).map(float), min_size=1, max_size=12)


def quote(start: int, end: int, text: str | None = None, page: int | None = None) -> Quoted:
    words = text if text is not None else "x" * (end - start)
    return Quoted("a.txt", Span(start, end), words, "¶1", page)


def gold(start: int, end: int, doc: str = "a.txt") -> Gold:
    return Gold(doc, Span(start, end), None, "", "", "")


class TestAnswers:
    @pytest.mark.parametrize(
        ("quoted", "place", "expected"),
        [
            # Half of the shorter, which is the quote, and 0.3 of the gold.
            (quote(0, 60), gold(30, 130), True),
            (quote(0, 58), gold(30, 130), False),
            (quote(0, 62), gold(30, 130), True),
            (quote(1, 60), gold(31, 131), False),
            # Half of the shorter, which is the gold.
            (quote(0, 250), gold(200, 300), True),
            (quote(0, 249), gold(200, 300), False),
            # A short gold that lies whole within the quote, and one that does not overlap.
            (quote(0, 500), gold(100, 104), True),
            (quote(0, 102), gold(100, 104), True),
            (quote(0, 101), gold(100, 104), False),
            (quote(0, 100), gold(100, 104), False),
            (quote(0, 60), gold(0, 60, "b.txt"), False),
            # The longest that may count, and one longer.
            (quote(0, 600), gold(0, 600), True),
            (quote(0, 601), gold(0, 601), False),
        ],
    )
    def test_overlap(self, quoted: Quoted, place: Gold, expected: bool) -> None:
        assert answers(quoted, place) is expected

    def test_all_strings_in_the_same_document_answer_without_overlap(self) -> None:
        quoted = quote(0, 30, "It was the “brass-\n  pin”, he *said*.")
        assert answers(quoted, gold(500, 600), ["Brass-pin", "he said"])
        assert not answers(quoted, gold(500, 600), ["brass-pin", "gold pin"])
        assert not answers(quoted, gold(500, 600), [])
        assert not answers(quoted, gold(500, 600, "b.txt"), ["he said"])

    def test_a_page_is_answered_from_that_page(self) -> None:
        place = Gold("a.txt", None, 12, "", "", "")
        assert answers(quote(0, 9, page=12), place)
        assert not answers(quote(0, 9, page=13), place, ["x"])
        assert not answers(quote(0, 9), place)

    @given(st.integers(0, 50), st.integers(1, 600))
    def test_the_gold_itself_answers(self, start: int, length: int) -> None:
        assert answers(quote(start, start + length), gold(start, start + length))

    @given(st.integers(0, 9), st.integers(1, 9), st.integers(0, 9), st.integers(1, 9))
    def test_shared_counts_offsets_in_both(self, a: int, b: int, c: int, d: int) -> None:
        first, second = Span(a, a + b), Span(c, c + d)
        both = set(range(first.start, first.end)) & set(range(second.start, second.end))
        assert shared(first, second) == shared(second, first) == len(both)


class TestNormalised:
    @pytest.mark.parametrize(
        ("text", "expected"),
        [
            ("The  Net-\n loft", "the netloft"),
            ("the net-loft", "the netloft"),
            ("‘Brothers’ Gift’", "brothers gift"),
            ("*Ad*vertiser\n£3.50", "advertiser £3.50"),
            ("20 – 30", "20 – 30"),
        ],
    )
    def test_examples(self, text: str, expected: str) -> None:
        assert normalised(text) == expected

    @given(st.text(max_size=30))
    def test_twice_is_once(self, text: str) -> None:
        assert normalised(normalised(text)) == normalised(text)


@pytest.mark.parametrize(
    ("wanted", "shown", "expected"),
    [
        ("¶58", "¶58", True),
        ("¶58", "¶5", False),
        ("¶58", "p. 58", False),
        ("¶¶58–59", "¶58", True),
        ("¶58–59", "¶59", True),
        ("endnote 93", "n. 93", True),
        ("p. 38, n. 1", "p. 38, n. 1", True),
        ("p. 38, n. 1", "p. 38", False),
        ("p. 38", "p. 38, n. 1", True),
        ("pp. 42-43", "p. 43", True),
        ("web p. 41, para. 15, at n. 42", "p. 41", False),
        ("web p. 41, para. 15, at n. 42", "p. 41, line 7, at n. 41, 42", True),
        ("¶5", "¶6, at n. 5", False),
        ("¶6", "¶6, at n. 5", True),
        ("line 75", "line 75", None),
        ("“The light”", "“The light”, line 30", None),
        ("", "¶1", None),
    ],
)
def test_locator(wanted: str, shown: str, expected: bool | None) -> None:
    assert locator_right(wanted, shown) is expected


class TestOneQuestion:
    def test_rank_and_what_follows_from_it(self) -> None:
        rank = first_rank([False, False, True, True])
        assert rank == 3
        assert [within(rank, k) for k in (1, 2, 3, 5)] == [False, False, True, True]
        assert reciprocal_rank(rank) == pytest.approx(1 / 3)

    def test_nothing_found(self) -> None:
        assert first_rank([False]) is first_rank([]) is None
        assert not within(None, 100)
        assert reciprocal_rank(None) == 0

    def test_share(self) -> None:
        assert share([True, False, False, True]) == 0.5
        assert share([]) is None


class TestMany:
    def test_mean_leaves_out_what_does_not_apply(self) -> None:
        assert mean([1, None, 0.5, True, False]) == 0.625
        assert mean([None]) is mean([]) is None

    @pytest.mark.parametrize(
        ("percent", "expected"), [(0, 1), (5, 1), (30, 2), (40, 2), (50, 3), (95, 5), (100, 5)]
    )
    def test_percentile(self, percent: float, expected: float) -> None:
        assert percentile([5, 3, 1, 2, 4], percent) == expected

    def test_percentile_of_nothing(self) -> None:
        assert percentile([], 50) is None

    def test_auroc_by_hand(self) -> None:
        # Of the six pairs four are in order and one is tied.
        assert auroc([0.9, 0.5, 0.4], [0.5, 0.1]) == pytest.approx(4.5 / 6)
        assert auroc([1.0], []) is auroc([], [1.0]) is None

    @given(SCORES, SCORES)
    def test_auroc_is_the_share_of_pairs_in_order(
        self, positives: list[float], negatives: list[float]
    ) -> None:
        pairs = [(p, n) for p in positives for n in negatives]
        won = sum((p > n) + 0.5 * (p == n) for p, n in pairs)
        assert auroc(positives, negatives) == pytest.approx(won / len(pairs))

    @given(SCORES, SCORES)
    def test_auroc_turns_round_with_signs_and_sides(
        self, positives: list[float], negatives: list[float]
    ) -> None:
        area = auroc(positives, negatives)
        assert area is not None
        assert auroc(negatives, positives) == pytest.approx(1 - area)
        assert auroc([-p for p in positives], [-n for n in negatives]) == pytest.approx(1 - area)


class TestBootstrap:
    def test_the_interval_of_a_mean(self) -> None:
        assert bootstrap(mean, [0, 0, 0, 1]) == (0, 0.75)
        # Of the 3,125 draws of five, 56 add up to more than 21 and 126 to more than 20.
        assert bootstrap(mean, [1, 2, 3, 4, 5], resamples=10_000) == (1.8, 4.2)

    def test_it_is_the_same_each_time(self) -> None:
        assert bootstrap(mean, [0, 1, 5]) == bootstrap(mean, [0, 1, 5])

    def test_without_spread_there_is_none(self) -> None:
        assert bootstrap(mean, [0.5, 0.5, 0.5]) == (0.5, 0.5)

    def test_each_sample_keeps_its_size(self) -> None:
        sizes: set[tuple[int, int]] = set()

        def area(positives: list[float], negatives: list[float]) -> float | None:
            sizes.add((len(positives), len(negatives)))
            return auroc(positives, negatives)

        assert bootstrap(area, [0.9, 0.2], [0.5, 0.4, 0.1]) == (0.0, 1.0)
        assert sizes == {(2, 3)}

    def test_of_nothing(self) -> None:
        assert bootstrap(mean, []) is None
        assert bootstrap(auroc, [1.0], []) is None

    @given(SCORES)
    def test_it_lies_within_the_values(self, values: list[float]) -> None:
        found = bootstrap(mean, values, resamples=50)
        assert found is not None
        assert min(values) - 1e-9 <= found[0] <= found[1] <= max(values) + 1e-9


@pytest.mark.parametrize(
    ("text", "answer", "expected"),
    [
        ("In 1856, it is said.", "1856", True),
        ("In 18560.", "1856", False),
        ("The “Wolf’s\n Stone”.", "wolf's stone", True),
        ("for £3.50 each", "£3.50", True),
        ("anything", "*", False),
    ],
)
def test_whether_an_answer_is_stated(text: str, answer: str, expected: bool) -> None:
    assert states(text, answer) is expected
