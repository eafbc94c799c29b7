"""Which witness is the fullest and cleanest, and why."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from index.types import Span
from index.witnesses.differences import differences
from index.witnesses.standing import LEAST_DAMAGE, Witness, is_worse_copy
from tests.test_index_witnesses_ledger import OTHER, REPORT, indexed, without

EVERYTHING = Span(0, 10**6)


def test_the_witness_that_lost_less_is_the_better_from_either_side(tmp_path: Path) -> None:
    damaged = [
        without(REPORT[1], "In the spring of 1887"),
        without(REPORT[2], "which of the two"),
        REPORT[3],
        without(REPORT[4], "and the coroner heard eleven witnesses"),
    ]
    with indexed(tmp_path, a=damaged, b=REPORT) as store:
        document = store.document("a")
        assert document
        # A sentence that came through well, in a passage that did not.
        start = document.text.index(REPORT[3])
        good = Span(start, start + len(REPORT[3]))
        best, other = store.witnesses("a", good)
        assert (best.document, best.reading, best.differences) == ("b", REPORT[3], ())
        assert (other.document, other.span, other.reading) == ("a", good, REPORT[3])
        assert best.lost_around == 0 < other.lost_around
        assert [each.document for each in store.witnesses("b", best.span)] == ["b", "a"]


def test_a_merged_sentence_is_not_fuller_than_the_two_it_is_made_of(tmp_path: Path) -> None:
    merged = "The owners of the vessel asked for damages was ever proved against him."
    with indexed(tmp_path, a=[REPORT[4], merged, REPORT[8]], b=REPORT) as store:
        document = store.document("a")
        assert document
        start = document.text.index(merged)
        best, other = store.witnesses("a", Span(start, start + len(merged)))
        assert (best.document, best.reading) == ("b", "\n".join(REPORT[5:8]))
        assert (best.lost, best.changes_sense) == (0, True)
        assert (other.document, other.lost) == ("a", 34)


def test_of_equal_witnesses_that_in_the_longer_source_is_the_better(tmp_path: Path) -> None:
    with indexed(tmp_path, a=REPORT[2:4], b=REPORT[:6], c=REPORT[2:4]) as store:
        found = store.witnesses("a", EVERYTHING)
        assert [each.document for each in found] == ["b", "a", "c"]


def test_what_is_odd_counts_before_the_length(tmp_path: Path) -> None:
    odd = REPORT[2].replace("on board", "(on board")
    with indexed(tmp_path, a=[*OTHER, REPORT[1], odd, *OTHER], b=REPORT[1:3]) as store:
        best, other = store.witnesses("b", EVERYTHING)
        assert (best.document, other.oddities) == ("b", ("a bracket is not closed or not opened",))


def test_a_sentence_without_copies_has_no_witnesses(tmp_path: Path) -> None:
    with indexed(tmp_path, a=REPORT[:1]) as store:
        assert store.witnesses("a", Span(0, 5)) == []
        assert store.witnesses("a", Span(5000, 5001)) == store.witnesses("b", Span(0, 5)) == []


def test_lost_words_of_a_sentence_count_after_the_passage() -> None:
    first = Witness("b", Span(0, 9), "It rained.", (), 0.1, 5, (), 100)
    second = replace(first, document="a", lost_around=0.2, lost=0, length=900)
    third = replace(first, lost=4)
    assert sorted([second, first, third], key=lambda each: each.order) == [third, first, second]


# Whether the best witness may stand for another

BEST = Witness("b", Span(0, 9), "", (), 0.0, 0, (), 900)


def best_of(ours: str, theirs: str) -> Witness:
    """The best witness, which reads as `theirs` where the one asked about reads as `ours`."""
    return replace(BEST, reading=theirs, differences=differences(ours, theirs))


@pytest.mark.parametrize(
    ("ours", "theirs", "worse"),
    [
        ("The board paid half.", "The board paid half.", True),
        # Lost or misread words.
        ("The board paid half.", "The board of Furth paid half in 1887.", True),
        ("The board of Furth paid in 1887.", "The board paid.", True),
        ("The boord paid half.", "The board paid half.", True),
        ("The board did pay half.", "The board did not pay half.", True),
        # Other facts.
        ("The board of Furth paid half.", "The board of Marlin paid half.", False),
        ("The board paid 120 pounds.", "The board paid 480 pounds.", False),
    ],
)
def test_a_text_with_other_facts_is_no_worse_copy(ours: str, theirs: str, worse: bool) -> None:
    asked = replace(BEST, document="a", reading=ours)
    best = best_of(ours, theirs)
    assert is_worse_copy(asked, best) is worse
    # Where much around it is lost as well, it is a copy all the same.
    assert is_worse_copy(replace(asked, lost_around=LEAST_DAMAGE), best)
    # What the better one has lost as well is no damage of this one.
    damaged = replace(asked, lost_around=0.5), replace(best, lost_around=0.48)
    assert is_worse_copy(*damaged) is worse


def test_a_lone_sentence_stays_where_it_is_unless_it_lost_something() -> None:
    same, lost = best_of("All land.", "All land."), best_of("All land.", "Nearly all land.")
    alone = replace(BEST, document="a", alone=True)
    assert not is_worse_copy(alone, same)
    assert is_worse_copy(alone, lost)


def test_a_sentence_is_alone_where_its_neighbours_are_no_copies(tmp_path: Path) -> None:
    texts = {"a": [*OTHER[:1], REPORT[2], *OTHER[1:2]], "b": REPORT, "c": REPORT[1:3]}
    with indexed(tmp_path, **texts) as store:
        found = {
            path: next(each for each in store.witnesses(path, EVERYTHING) if each.document == path)
            for path in ("a", "c")
        }
        assert (found["a"].alone, found["c"].alone) == (True, False)


def test_a_damaged_passage_is_a_worse_copy_though_a_number_was_misread(tmp_path: Path) -> None:
    damaged = [
        without(REPORT[1], "laden with slate").replace("1887", "1837"),
        without(REPORT[2], "on board", "that night"),
        without(REPORT[3], "and steered by it"),
    ]
    misread = [REPORT[1].replace("1887", "1837"), *REPORT[2:4]]
    for number, (text, worse) in enumerate([(damaged, True), (misread, False)]):
        with indexed(tmp_path / str(number), a=text, b=REPORT) as store:
            best, asked = store.witnesses("a", Span(0, 5))
            assert (best.document, asked.document) == ("b", "a")
            assert is_worse_copy(asked, best) is worse
