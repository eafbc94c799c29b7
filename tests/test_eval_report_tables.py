"""Reports: as tables, as JSON, and what is told of a miss."""

import json
from dataclasses import replace
from io import StringIO
from pathlib import Path

import pytest
from rich.console import Console

from eval.asking.response import Response
from eval.cases import Case, Gold
from eval.figures.values import Result
from eval.judging import Judgement, Ranks
from eval.report import Report
from eval.report.record import curves, write_record
from eval.report.tables import misses, tables
from index.types import Span
from rag.types import Stages

GOLD = Gold("a.txt", Span(0, 9), None, "", "", "")
FACT = Case("q1", "Who?", answerable=True, kind="fact", gold=(GOLD,))
ALL = Case("q2", "Both?", answerable=True, kind="multi", gold=(GOLD, GOLD), gold_mode="all")
ABSENT = Case("q3", "What?", answerable=False, kind="absent")
SHOWN = Ranks(1, 1, 1, 1)
ANSWERED = Judgement(refused=False, ranks=(SHOWN,), quote_rank=1, chosen_rank=1, precision=1.0)
REFUSED = Judgement(refused=True)


def result(
    case: Case, judgement: Judgement, confidence: float = 0.5, seconds: float = 0.5
) -> Result:
    record = {"confidence": confidence, "seconds": seconds, "quotes": [], "nearest": []}
    return Result(case, Response(record, Stages(search=0.1234)), judgement)


HELD_BACK = Judgement(refused=True, ranks=(Ranks(4, 2, 1, None),), chosen_rank=1)
HALF = replace(ANSWERED, ranks=(SHOWN, Ranks(None, None, None, None)), needed=0.5, sides=1.0)
RESULTS = (
    replace(result(FACT, ANSWERED, 0.9), checked=5),
    replace(result(FACT, HELD_BACK, 0.4), checked=3, faults=("wrong",)),
    result(ALL, HALF, 0.6),
    result(ABSENT, REFUSED, 0.5),
    result(ABSENT, Judgement(refused=False), 0.3),
)


def printed(report: Report) -> str:
    console = Console(width=80, file=StringIO(), record=True)
    for table in tables(report):
        console.print(table)
    return console.export_text()


class TestTables:
    def test_figures_have_intervals_and_numbers(self) -> None:
        lines = [line.split() for line in printed(Report({}, RESULTS)).splitlines()]
        assert ["5", "questions"] in lines
        assert ["verbatim", "7/8"] in lines
        assert ["quote", "@1", "66.7", "0.0–100.0", "3"] in lines
        assert ["needed", "@5", "50.0", "50.0–50.0", "1"] in lines
        assert ["AUROC", "0.833", "0.333–1.000", "5"] in lines
        assert not any(line[:1] == ["locator"] and len(line) > 3 for line in lines)

    def test_a_row_for_each_kind_and_one_for_all(self) -> None:
        lines = [line.split() for line in printed(Report({}, RESULTS)).splitlines()]
        assert ["fact", "2", "50.0", "100.0", "75.0", "50.0", "50.0", "100.0"] in lines
        assert ["absent", "2", "–", "–", "–", "–", "–", "–", "50.0"] in lines
        assert ["all", "5", "50.0", "100.0", "–", "–", "–", "66.7", "50.0"] in lines

    def test_seconds_of_each_stage(self) -> None:
        lines = [line.split() for line in printed(Report({}, RESULTS)).splitlines()]
        assert ["search", "0.123", "0.123"] in lines
        assert ["answer", "0.500", "0.500"] in lines

    def test_nothing_is_cut_off_in_eighty_columns(self) -> None:
        kinds = [replace(case, kind="unanswerable") for case in (FACT, ABSENT)]
        results = [replace(result(kinds[0], ANSWERED), checked=30_000), *RESULTS]
        assert "…" not in printed(Report({}, tuple(results)))

    def test_one_kind_needs_no_row_of_its_own(self) -> None:
        assert "fact" not in printed(Report({}, RESULTS[:2]))


def test_misses_say_why_and_where() -> None:
    late = replace(ANSWERED, quote_rank=4, ranks=(Ranks(9, 8, 4, 4),))
    trapped = result(FACT, replace(ANSWERED, trap=True))
    # All that is needed is among five quotes, though nothing is among three.
    whole = replace(late, needed=1.0)
    first_alone = replace(whole, needed=0.5, ranks=(*whole.ranks, Ranks(None, None, None, None)))
    needing = [result(ALL, each) for each in (whole, first_alone)]
    report = Report({}, (*RESULTS, result(FACT, late), trapped, *needing))
    assert [line.split(" – ")[1] for line in misses(report)] == [
        "refused; lost at threshold",
        "50 % of what is needed quoted; lost at retrieval",
        "answered, though the sources do not",
        "not among the first three quotes; lost at re-ranking",
        "a damaged copy was quoted",
        "50 % of what is needed quoted; lost at retrieval",
    ]


class TestRecord:
    def test_it_holds_what_comparing_takes(self, tmp_path: Path) -> None:
        report = Report({"threshold": 0.5}, RESULTS, ("q1, gold[0]: ...",))
        write_record(report, tmp_path / "report.json")
        record = json.loads((tmp_path / "report.json").read_text(encoding="utf-8"))
        assert record["format"] == 2
        assert record["made_with"] == {"threshold": 0.5}
        assert record["verbatim"] == {"checked": 8, "faults": 1}
        assert record["figures"]["quote_at_3"] == {
            "value": pytest.approx(2 / 3),
            "interval": [0, 1],
            "n": 3,
        }
        assert list(record["kinds"]) == ["fact", "multi", "absent"]
        assert record["gold_mismatches"] == ["q1, gold[0]: ..."]
        second = record["results"][1]
        assert second["faults"] == ["wrong"]
        assert second["ranks"][0]["lost_at"] == "threshold"
        assert second["values"]["quote_at_1"] == 0
        assert second["values"]["needed_at_5"] is None

    def test_curves(self) -> None:
        found = curves(Report({}, RESULTS))
        assert found["risk_coverage"][0] == {"coverage": 0.2, "risk": 0}
        assert sum(each["n"] for each in found["reliability"]) == 5
        assert found["recall"][0] == {
            "k": 1,
            "retrieved": pytest.approx((1 + 0 + 0.5) / 3),
            "reranked": pytest.approx((1 + 0 + 0.5) / 3),
        }
        assert curves(Report({}, ())) == {"risk_coverage": [], "reliability": [], "recall": []}


def test_a_report_is_verbatim_without_faults_only() -> None:
    assert not Report({}, RESULTS).verbatim
    assert Report({}, RESULTS[:1]).verbatim
