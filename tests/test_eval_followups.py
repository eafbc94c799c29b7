"""How completed questions are measured: on literal rows, without a model."""

import gzip
import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from eval.followups import METHODS, Row, added, load_rows, main, measure, same_words
from tests.fakes import FakeEmbedder

LAMP = ("Who lit the lamp at Skarn?",)


def record(**changes: Any) -> dict[str, Any]:
    return {
        "source": "trec_cast",
        "year": 2019,
        "history": list(LAMP),
        "question": "Why?",
        "rewrite": "Why was the lamp lit?",
        **changes,
    }


def written(folder: Path, *records: dict[str, Any]) -> Path:
    path = folder / "rewrite_lamps.jsonl.gz"
    with gzip.open(path, "wt") as lines:
        lines.writelines(json.dumps(each) + "\n" for each in records)
    return path


def test_rows_without_a_history_and_with_a_persona_are_left_out(tmp_path: Path) -> None:
    path = written(tmp_path, record(), record(history=[]), record(personal=True))
    assert load_rows(path) == [Row(LAMP, "Why?", "Why was the lamp lit?", held_out=False)]


@pytest.mark.parametrize(
    ("changes", "history", "held_out"),
    [
        ({"year": 2021, "history": ["A?", "An answer.", "B?", "Another."]}, ("A?", "B?"), True),
        ({"source": "trec_ikat", "history": ["A?", "An answer."]}, ("A?",), True),
        ({"year": 2020, "history": ["A?", "B?"]}, ("A?", "B?"), False),
    ],
)
def test_a_systems_turns_are_left_out(
    tmp_path: Path, changes: dict[str, Any], history: tuple[str, ...], held_out: bool
) -> None:
    (row,) = load_rows(written(tmp_path, record(**changes)))
    assert (row.history, row.held_out) == (history, held_out)


def test_a_conversation_is_held_out_whole(tmp_path: Path) -> None:
    first = record(source="mtrag_auto")
    later = record(source="mtrag_auto", history=[*LAMP, "Why?"], question="When?")
    one, other = load_rows(written(tmp_path, first, later))
    assert one.held_out is other.held_out


def test_case_and_punctuation_make_no_other_question() -> None:
    assert same_words("who  lit it", "Who lit it?")
    assert not same_words("Who lit it?", "Who lit the lamp?")
    assert added("Who lit it?", "Who lit the lamp at Skarn?") == {"lamp", "skarn"}


def test_figures() -> None:
    rows = [
        Row(LAMP, "Who lit it?", "Who lit the lamp at Skarn?", held_out=False),
        Row(LAMP, "Who paid the mate?", "Who paid the mate?", held_out=False),
    ]
    figures = measure(rows, lambda question, _: question.replace("it?", "the lamp?"))
    assert (figures.self_contained, figures.followups) == (1, 1)
    assert (figures.unchanged, figures.changed) == (1, 1)
    assert (figures.recall, figures.precision) == (0.5, 1)
    assert figures.f1 == pytest.approx(2 / 3)
    assert figures.cosine is None
    perfect = measure(rows, lambda question, _: rows[0].rewrite, FakeEmbedder())
    assert perfect.cosine == pytest.approx(1)
    assert perfect.unchanged == 0


def test_nothing_added_has_no_precision() -> None:
    rows = [Row(LAMP, "Who lit it?", "Who lit the lamp?", held_out=False)]
    figures = measure(rows, METHODS["alone"])
    assert (figures.unchanged, figures.recall, figures.precision) == (None, 0, None)


def test_the_command_prints_both_parts(tmp_path: Path) -> None:
    path = written(tmp_path, record(), record(year=2022, history=[*LAMP, "The mate."]))
    found = CliRunner().invoke(main, [str(path), "--no-cosine", "--show", "1"])
    assert found.exit_code == 0
    assert "held" in found.output
    assert "> Who lit the lamp at Skarn, and why?" in found.output
