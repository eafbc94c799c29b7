"""Responses judged by hand-made gold: ranks at each stage, quotes, citations."""

from dataclasses import replace
from typing import Any

import pytest

from eval.asking.response import Response, Retrieved
from eval.cases import Case, Gold
from eval.judging import Judgement, Ranks, Stage, judge
from index.errors import PinciteError
from index.types import Span


def gold(start: int = 0, end: int = 10, doc: str = "a.txt", **more: Any) -> Gold:
    fields = {"page": None, "text": "", "locator": "", "stance": "", **more}
    return Gold(doc, Span(start, end), **fields)


FACT = Case("q1", "Who?", answerable=True, kind="fact", gold=(gold(),))
ALL = Case(
    "q2", "Both?", answerable=True, kind="multi", gold=(gold(), gold(20, 30)), gold_mode="all"
)
ABSENT = Case("q3", "What?", answerable=False, kind="absent")


def quote(start: int, end: int, doc: str = "a.txt", **more: Any) -> dict[str, Any]:
    plain = {"text": "x" * (end - start), "locator": "", "page": None, "speakers": ["A"]}
    return {"document": doc, "start": start, "end": end, **plain, **more}


def passage(
    start: int, end: int, rank: int, doc: str = "a.txt", pages: tuple[int, ...] = ()
) -> Retrieved:
    return Retrieved(doc, Span(start, end), pages, rank)


def judged(
    case: Case,
    *quotes: dict[str, Any],
    passages: tuple[Retrieved, ...] = (),
    withheld: tuple[dict[str, Any], ...] = (),
    texts: dict[str, str] | None = None,
) -> Judgement:
    record = {"abstained": not quotes, "quotes": list(quotes)}
    response = Response(record, retrieved=passages, withheld=withheld)
    return judge(case, response, texts or {})


class TestRanks:
    def test_each_stage_has_its_rank(self) -> None:
        passages = (passage(40, 90, 2), passage(0, 9, 1, "b.txt"), passage(9, 30, 7))
        found = judged(FACT, quote(50, 60), quote(0, 10), passages=passages)
        assert found.ranks == (Ranks(retrieved=3, reranked=3, chosen=2, shown=2),)
        assert found.passage_rank == 3

    def test_before_re_ranking_the_order_is_another(self) -> None:
        passages = (passage(0, 9, 2), passage(90, 99, 1))
        (found,) = judged(FACT, passages=passages).ranks
        assert (found.retrieved, found.reranked) == (2, 1)

    def test_of_what_is_needed_each_has_its_own(self) -> None:
        passages = (passage(20, 30, 1), passage(0, 10, 2))
        first, second = judged(ALL, quote(20, 30), passages=passages).ranks
        assert (first.reranked, first.shown) == (2, None)
        assert (second.reranked, second.shown) == (1, 1)

    def test_what_was_held_back_was_chosen(self) -> None:
        found = judged(FACT, withheld=(quote(0, 10),))
        assert (found.refused, found.quote_rank, found.chosen_rank) == (True, None, 1)
        assert (found.ranks[0].chosen, found.ranks[0].shown) == (1, None)

    def test_pages(self) -> None:
        case = replace(FACT, gold=(Gold("a.txt", None, 7, "", "", ""),))
        found = judged(case, quote(0, 9, page=7), passages=(passage(0, 9, 1, pages=(6, 7)),))
        assert (found.quote_rank, found.passage_rank) == (1, 1)
        missed = judged(case, quote(0, 9, page=8), passages=(passage(0, 9, 1, pages=(8,)),))
        assert missed.quote_rank is missed.passage_rank is None

    def test_whole_documents_are_ranked_by_their_best_passage(self) -> None:
        case = replace(
            FACT,
            gold=(Gold("b.txt", None, None, "", "", "", 2), Gold("c.txt", None, None, "", "", "")),
            gold_mode="all",
        )
        passages = (
            passage(0, 9, 4),
            passage(9, 19, 3),
            passage(0, 9, 2, "b.txt"),
            passage(0, 9, 1, "c.txt"),
        )
        first, second = judged(case, quote(3, 5, "b.txt"), passages=passages).ranks
        assert first == Ranks(retrieved=2, reranked=2, chosen=1, shown=1, grade=2)
        assert second == Ranks(retrieved=1, reranked=3, chosen=None, shown=None)

    def test_strings_tell_the_passage_where_there_are_no_offsets(self) -> None:
        texts = {"a.txt": "A brass pin. A gold pin.", "b.txt": "Gold."}
        passages = (passage(0, 12, 1), passage(13, 24, 2), passage(0, 5, 3, "b.txt"))
        anywhere = replace(FACT, gold=(), must_contain=("gold",))
        found = judged(anywhere, quote(0, 5, "b.txt", text="Gold."), passages=passages, texts=texts)
        assert (found.passage_rank, found.quote_rank) == (2, 1)
        inside = replace(anywhere, gold=(Gold("b.txt", None, None, "", "", ""),))
        found = judged(inside, quote(13, 24, text="A gold pin."), passages=passages, texts=texts)
        assert (found.passage_rank, found.quote_rank) == (2, None)

    @pytest.mark.parametrize("texts", [{}, {"a.txt": "Gold."}])
    def test_a_passage_whose_source_is_not_there_is_named(self, texts: dict[str, str]) -> None:
        anywhere = replace(FACT, gold=(), must_contain=("gold",))
        with pytest.raises(PinciteError, match=r"a\.txt has no 0\.\.12 any more.*Put it back"):
            judged(anywhere, passages=(passage(0, 12, 1),), texts=texts)

    @pytest.mark.parametrize(
        ("ranks", "stage"),
        [
            (Ranks(9, 9, 3, 3), None),
            (Ranks(1, 1, 2, None), Stage.THRESHOLD),
            (Ranks(1, 1, 4, 4), Stage.SELECTION),
            (Ranks(1, 5, None, None), Stage.SELECTION),
            (Ranks(1, 6, None, None), Stage.RERANKING),
            (Ranks(None, None, None, None), Stage.RETRIEVAL),
        ],
    )
    def test_the_stage_that_lost_it(self, ranks: Ranks, stage: Stage | None) -> None:
        assert Judgement(refused=False, ranks=(ranks,)).lost_at == (stage,)

    def test_where_all_are_needed_five_quotes_count(self) -> None:
        others = [quote(50 + at, 51 + at) for at in range(4)]
        found = judged(ALL, *others[:3], quote(0, 10), quote(20, 30))
        assert (found.needed, found.lost_at, found.lost_first) == (1, (None, None), None)
        found = judged(ALL, *others, quote(0, 10), quote(20, 30), passages=(passage(20, 30, 1),))
        assert found.needed == 0.5
        assert found.lost_at == (None, Stage.SELECTION)
        assert found.lost_first is Stage.SELECTION


class TestQuotes:
    def test_rank_and_precision(self) -> None:
        quotes = [quote(50, 60), quote(0, 10), quote(0, 10, "b.txt"), quote(2, 9)]
        found = judged(FACT, *quotes)
        assert (found.quote_rank, found.precision) == (2, 0.5)

    def test_alternatives_count_as_right_but_not_as_needed(self) -> None:
        found = judged(replace(ALL, alt=(gold(90, 99),)), quote(90, 99), quote(20, 30))
        assert (found.quote_rank, found.needed) == (1, 0.5)

    def test_needed_is_of_five_and_sides_are_documents(self) -> None:
        golds = (gold(), gold(20, 30), gold(0, 9, "b.txt"))
        others = [quote(50 + at, 51 + at) for at in range(4)]
        found = judged(replace(ALL, gold=golds), quote(0, 10), *others, quote(20, 30))
        assert found.needed == pytest.approx(1 / 3)
        assert found.sides == 0.5

    def test_strings_vouch_for_one_gold_but_not_for_all(self) -> None:
        held = quote(50, 60)
        assert judged(replace(FACT, must_contain=("xx",)), held).quote_rank == 1
        assert judged(replace(ALL, must_contain=("xx",)), held).quote_rank is None

    def test_a_quote_from_a_damaged_copy_or_a_rejected_place_counts(self) -> None:
        case = replace(FACT, trap=gold(0, 10, "copy.txt"))
        assert judged(case, quote(9, 20, "copy.txt")).trap is True
        assert judged(case, quote(0, 10)).trap is False
        assert judged(FACT, quote(0, 10)).trap is None
        rejecting = replace(FACT, gold=(), rejected=(gold(5, 9),))
        assert judged(rejecting, quote(0, 6)).trap is True
        assert judged(rejecting, quote(0, 5)).trap is False

    def test_quotes_for_what_has_no_answer_are_no_misses_of_gold(self) -> None:
        found = judged(ABSENT, quote(0, 10), passages=(passage(0, 10, 1),))
        assert found == Judgement(refused=False)


class TestCitations:
    def test_the_locator_is_that_of_the_first_right_quote(self) -> None:
        case = replace(FACT, gold=(gold(locator="¶3"),), alt=(gold(20, 30, locator="¶4"),))
        wrong = quote(50, 60, locator="¶3")
        assert judged(case, wrong, quote(20, 30, locator="¶4")).locator is True
        assert judged(case, wrong, quote(20, 30, locator="¶3")).locator is False
        assert judged(case, wrong).locator is None

    @pytest.mark.parametrize(
        ("stance", "speakers", "expected"),
        [
            ("Pyke, quoted by Hale", ["Abel Pyke", "Hale"], True),
            ("Pyke, quoted by Hale", ["Hale"], False),
            ("Hale (author)", ["Matthew Hale"], True),
            ("Hale (author)", ["Pyke", "Hale"], False),
            ("", ["Hale"], None),
        ],
    )
    def test_the_speaker(self, stance: str, speakers: list[str], expected: bool | None) -> None:
        case = replace(FACT, kind="attribution", gold=(gold(stance=stance),))
        assert judged(case, quote(0, 10, speakers=speakers)).speaker is expected
        assert judged(replace(case, kind="fact"), quote(0, 10, speakers=speakers)).speaker is None
        assert judged(case, quote(50, 60, speakers=speakers)).speaker is None
