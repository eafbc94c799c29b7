"""Figures added up by hand, and how they are shown."""

import json
from dataclasses import replace
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from eval.cases import Case, Gold
from eval.judge import Judgement, judge
from eval.report import Report, figures, misses, seconds, tables, to_json, write_json
from eval.run import Result
from index.errors import PinciteError
from index.types import Hit, Passage, Place, Sentence, Span
from rag.types import Stages

NOTHING = Judgement(
    refused=True,
    passage_rank=None,
    quote_rank=None,
    precision=None,
    needed=None,
    sides=None,
    locator=None,
    trap=None,
)
ANSWERED = replace(NOTHING, refused=False, passage_rank=1, quote_rank=1, precision=1.0)


def gold(start: int = 0, end: int = 10, doc: str = "a.txt", locator: str = "") -> Gold:
    return Gold(doc, Span(start, end), None, "", locator, "")


FACT = Case("q1", "Who?", answerable=True, kind="fact", gold=(gold(),))
ALL = Case(
    "q2", "Both?", answerable=True, kind="multi", gold=(gold(), gold(20, 30)), gold_mode="all"
)
ABSENT = Case("q3", "What?", answerable=False, kind="absent")


def result(
    case: Case, judgement: Judgement, confidence: float = 0.5, seconds: float = 1, **more: Any
) -> Result:
    record = {"confidence": confidence, "seconds": seconds, "quotes": [], "nearest": []}
    return Result(case, record, judgement, more.get("checked", 0), more.get("faults", ()))


RESULTS = (
    result(FACT, ANSWERED, 0.9, 0.1, checked=5),
    result(FACT, replace(NOTHING, passage_rank=4), 0.4, 0.2, checked=3, faults=("wrong",)),
    result(
        ALL,
        replace(ANSWERED, passage_rank=2, quote_rank=3, precision=0.5, needed=0.5, sides=1.0),
        0.6,
        0.3,
    ),
    result(ABSENT, NOTHING, 0.5, 0.4),
    result(ABSENT, replace(NOTHING, refused=False), 0.3, 0.5),
)


class TestFigures:
    def test_by_hand(self) -> None:
        row = figures(RESULTS)
        assert row.questions == 5
        assert [row.passage_at_1, row.passage_at_5] == pytest.approx([1 / 3, 1])
        assert row.passage_mrr == pytest.approx((1 + 1 / 4 + 1 / 2) / 3)
        assert [row.quote_at_1, row.quote_at_3] == pytest.approx([1 / 3, 2 / 3])
        assert row.precision == 0.75
        assert (row.needed_at_5, row.sides) == (0.5, 1)
        assert [row.answered, row.refused] == pytest.approx([2 / 3, 0.5])
        # 0.9, 0.4, 0.6 against 0.5, 0.3: five of six pairs in order.
        assert row.auroc == pytest.approx(5 / 6)
        assert (row.seconds_p50, row.seconds_p95) == (0.3, 0.5)
        assert (row.quotes_verbatim, row.quotes_checked) == (7, 8)
        assert row.locator is row.trap_quoted is None

    def test_of_nothing(self) -> None:
        row = figures([])
        assert row.quote_at_1 is row.refused is row.auroc is row.seconds_p50 is None

    def test_a_question_without_gold_counts_as_answered_only(self) -> None:
        row = figures([result(replace(FACT, gold=()), ANSWERED)])
        assert row.answered == 1
        assert row.quote_at_1 is row.passage_at_1 is None


def quote(start: int, end: int, doc: str = "a.txt", **more: Any) -> dict[str, Any]:
    return {
        "document": doc,
        "start": start,
        "end": end,
        "text": "x" * (end - start),
        "locator": more.get("locator", ""),
        "page": None,
    }


def hit(start: int, end: int, doc: str = "a.txt", sheet: int | None = None) -> Hit:
    sentence = Sentence(Span(start, end), Span(0, end - start), Place(sheet=sheet))
    passage = Passage("x" * (end - start), (sentence,))
    return Hit(doc, passage, score=1, similarity=1, cosine=1, sentence_similarities=(1,))


def judged(case: Case, *quotes: dict[str, Any], hits: tuple[Hit, ...] = ()) -> Judgement:
    return judge(case, {"abstained": not quotes, "quotes": list(quotes)}, hits)


class TestJudge:
    def test_ranks_and_precision(self) -> None:
        quotes = [quote(50, 60), quote(0, 10), quote(0, 10, "b.txt"), quote(2, 9)]
        hits = (hit(40, 90), hit(0, 9, "b.txt"), hit(9, 30))
        judgement = judged(FACT, *quotes, hits=hits)
        assert (judgement.quote_rank, judgement.passage_rank) == (2, 3)
        assert judgement.precision == 0.5

    def test_alternatives_count_as_right_but_not_as_needed(self) -> None:
        case = replace(ALL, alt=(gold(90, 99),))
        judgement = judged(case, quote(90, 99), quote(20, 30))
        assert judgement.quote_rank == 1
        assert judgement.needed == 0.5

    def test_needed_is_of_five_and_sides_are_documents(self) -> None:
        golds = (gold(), gold(20, 30), gold(0, 9, "b.txt"))
        others = [quote(50 + at, 51 + at) for at in range(4)]
        judgement = judged(replace(ALL, gold=golds), quote(0, 10), *others, quote(20, 30))
        assert judgement.needed == pytest.approx(1 / 3)
        assert judgement.sides == 0.5

    def test_strings_vouch_for_one_gold_but_not_for_all(self) -> None:
        held = quote(50, 60)
        assert judged(replace(FACT, must_contain=("xx",)), held).quote_rank == 1
        assert judged(replace(ALL, must_contain=("xx",)), held).quote_rank is None

    def test_the_locator_is_that_of_the_first_right_quote(self) -> None:
        case = replace(FACT, gold=(gold(locator="¶3"),), alt=(gold(20, 30, locator="¶4"),))
        wrong = quote(50, 60, locator="¶3")
        assert judged(case, wrong, quote(20, 30, locator="¶4")).locator is True
        assert judged(case, wrong, quote(20, 30, locator="¶3")).locator is False
        assert judged(case, wrong).locator is None

    def test_a_quote_from_a_damaged_copy_counts(self) -> None:
        case = replace(FACT, trap=gold(0, 10, "copy.txt"))
        assert judged(case, quote(9, 20, "copy.txt")).trap is True
        assert judged(case, quote(0, 10)).trap is False
        assert judged(FACT, quote(0, 10)).trap is None

    def test_pages(self) -> None:
        case = replace(FACT, gold=(Gold("a.txt", None, 7, "", "", ""),))
        found = judged(case, quote(0, 9) | {"page": 7}, hits=(hit(0, 9, sheet=7),))
        assert (found.quote_rank, found.passage_rank) == (1, 1)
        missed = judged(case, quote(0, 9) | {"page": 8}, hits=(hit(0, 9, sheet=8),))
        assert missed.quote_rank is missed.passage_rank is None

    def test_quotes_for_what_has_no_answer_are_no_misses_of_gold(self) -> None:
        judgement = judged(ABSENT, quote(0, 10), hits=(hit(0, 10),))
        assert judgement == replace(NOTHING, refused=False)


def printed(report: Report) -> str:
    console = Console(width=80, file=StringIO(), record=True)
    for table in tables(report):
        console.print(table)
    return console.export_text()


class TestTables:
    def test_a_row_for_each_kind_and_one_for_all(self) -> None:
        lines = [line.split() for line in printed(Report({}, RESULTS)).splitlines()]
        assert ["fact", "2", "50.0", "100.0", "50.0", "50.0", "–", "–", "100.0"] in lines
        assert ["multi", "1", "0.0", "100.0", "0.0", "100.0", "50.0", "100.0", "50.0"] in lines
        assert ["absent", "–", "–", "50.0", "–", "–", "0.400", "0.500", "0/0"] in lines
        assert ["all", "–", "66.7", "50.0", "–", "83.3", "0.300", "0.500", "7/8"] in lines

    def test_nothing_is_cut_off_in_eighty_columns(self) -> None:
        kinds = [replace(case, kind="unanswerable") for case in (FACT, ABSENT)]
        results = [result(kinds[0], ANSWERED, checked=30_000), *RESULTS]
        assert "…" not in printed(Report({}, tuple(results)))

    def test_one_kind_needs_no_row_of_its_own(self) -> None:
        assert "fact" not in printed(Report({}, RESULTS[:2]))


def test_misses_say_why() -> None:
    late = replace(ANSWERED, quote_rank=4, passage_rank=None)
    trapped = result(FACT, replace(ANSWERED, trap=True))
    report = Report({}, (*RESULTS, result(FACT, late), trapped))
    assert [line.split(" – ")[1] for line in misses(report)] == [
        "refused",
        "50 % of what is needed quoted",
        "answered, though the sources do not",
        "not among the first three quotes; its passage was not found",
        "a damaged copy was quoted",
    ]


class TestJson:
    def test_it_holds_figures_results_and_version(self, tmp_path: Path) -> None:
        report = Report({"threshold": 0.5}, RESULTS, ("q1, gold[0]: ...",))
        write_json(report, tmp_path / "report.json")
        record = json.loads((tmp_path / "report.json").read_text(encoding="utf-8"))
        assert record == json.loads(to_json(report))
        assert record["format"] == 1
        assert record["made_with"] == {"threshold": 0.5}
        assert record["figures"]["questions"] == 5
        assert list(record["kinds"]) == ["fact", "multi", "absent"]
        assert record["gold_mismatches"] == ["q1, gold[0]: ..."]
        assert record["results"][1]["faults"] == ["wrong"]
        assert record["results"][2]["judgement"]["needed"] == 0.5

    def test_a_file_that_cannot_be_written_is_named(self, tmp_path: Path) -> None:
        with pytest.raises(PinciteError, match="cannot be written"):
            write_json(Report({}, RESULTS), tmp_path / "none" / "report.json")


def test_a_report_is_verbatim_without_faults_only() -> None:
    assert not Report({}, RESULTS).verbatim
    assert Report({}, RESULTS[:1]).verbatim


class TestSeconds:
    def test_percentiles_of_each_stage_and_the_answer(self) -> None:
        first = replace(RESULTS[0], stages=Stages(0.01, 0.1, 0.3, 0.05, 0.0))
        second = replace(RESULTS[0], stages=Stages(0.02, 0.2, 0.1, 0.01, 0.4))
        found = seconds([replace(first, record={"seconds": 0.05}), second])
        assert found == {
            "scope": {"p50": 0.01, "p95": 0.02},
            "refuse": {"p50": 0.0, "p95": 0.4},
            "search": {"p50": 0.1, "p95": 0.2},
            "read": {"p50": 0.1, "p95": 0.3},
            "compose": {"p50": 0.01, "p95": 0.05},
            "answer": {"p50": 0.05, "p95": 0.1},
        }

    def test_they_are_shown_and_written(self) -> None:
        report = Report({}, (replace(RESULTS[0], stages=Stages(0.0, 0.1234, 0.3, 0.05)),))
        lines = [line.split() for line in printed(report).splitlines()]
        assert ["search", "0.123", "0.123"] in lines
        assert ["compose", "0.050", "0.050"] in lines
        assert json.loads(to_json(report))["seconds"]["read"] == {"p50": 0.3, "p95": 0.3}
