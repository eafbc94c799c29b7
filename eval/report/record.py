"""A report as JSON, with all that comparing two of them takes."""

import json
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any, Final

from eval.figures import Figure
from eval.figures.retrieval import recall_curve
from eval.figures.statistics import Floats, reliability, risk_coverage
from eval.figures.table import without_nan
from eval.figures.values import Result, Values
from eval.report.types import Report

FORMAT: Final = 2
Record = dict[str, Any]


def to_record(report: Report) -> Record:
    """Figures overall and per kind, curves, and each question with its values and its answer."""
    return {
        "format": FORMAT,
        "made_with": dict(report.made_with),
        "verbatim": {"checked": report.checked, "faults": len(report.faults)},
        "figures": _figures(report.figures),
        "kinds": {kind: _figures(found) for kind, found in report.kinds.items()},
        "curves": curves(report),
        "gold_mismatches": list(report.gold_mismatches),
        "results": [
            _result(result, values)
            for result, values in zip(report.results, report.values, strict=True)
        ],
    }


def curves(report: Report) -> Record:
    """The risk-coverage curve, the bins of the reliability diagram that have questions, and recall
    by depth, before and after re-ranking."""
    if not report.results:
        return {"risk_coverage": [], "reliability": [], "recall": []}
    needs = [result.judgement.ranks for result in report.results]
    before = recall_curve(needs, lambda need: need.retrieved)
    after = recall_curve(needs, lambda need: need.reranked)
    risk = risk_coverage(*without_nan(report.columns, "confidence", "right"))
    bins = reliability(*without_nan(report.columns, "confidence", "answerable"))
    return {
        "risk_coverage": _points(("coverage", "risk"), risk),
        "reliability": [
            point for point in _points(("n", "confidence", "answerable"), bins) if point["n"]
        ],
        "recall": [
            {"k": k, "retrieved": early, "reranked": late}
            for k, (early, late) in enumerate(zip(before, after, strict=True), start=1)
        ],
    }


def _points(names: tuple[str, ...], columns: tuple[Floats, ...]) -> list[dict[str, float]]:
    rounded = (column.round(5).tolist() for column in columns)
    return [dict(zip(names, point, strict=True)) for point in zip(*rounded, strict=True)]


def _figures(found: Mapping[str, Figure]) -> Record:
    return {name: asdict(figure) for name, figure in found.items()}


def _result(result: Result, values: Values) -> Record:
    case, judgement = result.case, result.judgement
    return {
        "id": case.id,
        "question": case.question,
        "kind": case.kind,
        "answerable": case.answerable,
        "values": values,
        "ranks": [
            {**asdict(each), "lost_at": lost}
            for each, lost in zip(judgement.ranks, judgement.lost_at, strict=True)
        ],
        "faults": list(result.faults),
    }


def write_record(report: Report, file: Path) -> None:
    """Write the report as JSON."""
    text = json.dumps(to_record(report), ensure_ascii=False, indent=1, allow_nan=False)
    file.write_text(text + "\n", encoding="utf-8")
