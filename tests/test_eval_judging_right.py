"""What counts as a right quote, by hand and for any spans."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eval.cases import Gold
from eval.judging.right import Quoted, answers, normalised, shared, states
from index.types import Span


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

    def test_a_whole_document_is_answered_from_it_in_the_words_if_any(self) -> None:
        place = Gold("a.txt", None, None, "", "", "")
        assert answers(quote(0, 9), place)
        assert answers(quote(0, 9, "a brass pin"), place, ["Brass"])
        assert not answers(quote(0, 9, "a gold pin"), place, ["Brass"])
        assert not answers(quote(0, 9), Gold("b.txt", None, None, "", "", ""))

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
