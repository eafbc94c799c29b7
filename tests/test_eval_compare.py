"""Two reports compared: differences by hand, the test against exact counting, gates."""

import itertools
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner

from eval.command import evaluate
from eval.compare import compare, difference, losses
from eval.figures import MEASURES, Columns
from eval.figures.measures import Measure
from index.errors import PinciteError

QUOTE = next(measure for measure in MEASURES if measure.name == "quote_at_3")
TRAP = next(measure for measure in MEASURES if measure.name == "trap_quoted")
EVERY = {column for measure in MEASURES for column in measure.columns}


def column(measure: Measure, *flags: float | None) -> Columns:
    values = np.array([np.nan if flag is None else flag for flag in flags], dtype=float)
    return {measure.columns[0]: values, "answerable": np.ones(len(flags))}


def question(number: int, right: int, *, answerable: bool = True, **more: Any) -> dict[str, Any]:
    values = dict.fromkeys(EVERY)
    name = "quote_at_3" if answerable else "refused"
    values |= {"answerable": answerable, "confidence": 0.5, name: right}
    plain = {"id": f"q{number}", "question": "Who?", "kind": "fact", "answerable": answerable}
    return {**plain, "values": values, **more}


def write(file: Path, *results: dict[str, Any]) -> Path:
    file.write_text(json.dumps({"format": 2, "results": list(results)}))
    return file


class TestDifference:
    def test_by_hand(self) -> None:
        before, after = column(QUOTE, 0, 1, 0, None), column(QUOTE, 1, 1, 0, 1)
        found = difference(QUOTE, before, after)
        assert found
        assert found.n == 3
        assert found.before == pytest.approx(1 / 3)
        assert found.change == pytest.approx(1 / 3)
        assert found.interval == (0.0, 1.0)
        assert found.p == 1
        assert not found.is_significant

    def test_the_chance_is_that_of_counting_every_swap(self) -> None:
        before, after = (0, 0, 0, 1, 0, 0, 0, 0), (1, 1, 1, 0, 1, 1, 1, 0)
        found = difference(QUOTE, column(QUOTE, *before), column(QUOTE, *after))
        assert found
        changes = np.array(after) - np.array(before)
        swapped = [
            np.dot(signs, changes) for signs in itertools.product((-1, 1), repeat=len(changes))
        ]
        expected = np.mean([abs(total) >= abs(changes.sum()) for total in swapped])
        assert found.p == pytest.approx(expected)

    def test_what_is_more_may_be_worse(self) -> None:
        n = 12
        zeros, ones = [0.0] * n, [1.0] * n
        worse = difference(TRAP, column(TRAP, *zeros), column(TRAP, *ones))
        assert worse
        assert worse.is_loss
        better = difference(QUOTE, column(QUOTE, *zeros), column(QUOTE, *ones))
        assert better
        assert better.is_significant
        assert not better.is_loss
        assert losses([worse, better], ["trap_quoted", "quote_at_3"]) == ["trap_quoted"]
        assert losses([worse], ["quote_at_3"]) == []

    def test_it_is_the_same_each_time(self) -> None:
        random = np.random.default_rng(5)
        pair = [column(QUOTE, *random.integers(0, 2, 40)) for _ in range(2)]
        assert difference(QUOTE, *pair) == difference(QUOTE, *pair)

    def test_nothing_in_common_is_no_difference(self) -> None:
        assert difference(QUOTE, column(QUOTE, None, 1), column(QUOTE, 1, None)) is None
        found = difference(QUOTE, column(QUOTE, 0), column(QUOTE, 1))
        assert found
        assert found.p == 1


class TestCompare:
    def test_questions_are_matched_by_what_they_are(self, tmp_path: Path) -> None:
        before = write(tmp_path / "a.json", question(1, 0), question(2, 1), question(3, 1))
        after = write(
            tmp_path / "b.json",
            question(3, 0),
            question(1, 1),
            question(2, 1, question="Who else?"),
            question(4, 0, answerable=False),
        )
        found = compare(before, after)
        assert [each["id"] for each in found.after] == ["q1", "q3"]
        assert found.left_out == 3
        assert [(each["id"], now) for each, now in found.flipped()] == [("q1", True), ("q3", False)]

    def test_a_refusal_flips_as_well(self, tmp_path: Path) -> None:
        before = write(tmp_path / "a.json", question(1, 1, answerable=False))
        after = write(tmp_path / "b.json", question(1, 0, answerable=False))
        assert [now for _, now in compare(before, after).flipped()] == [False]

    @pytest.mark.parametrize(
        ("text", "message"),
        [
            ("{", "cannot be read"),
            ('{"format": 1}', "has format 1, not 2"),
            ('{"format": 2}', "results is no list"),
            ('{"format": 2, "results": [{"id": 3}]}', r"results\[0\]: id is 3; expected: str"),
            ('{"format": 2, "results": []}', "no question in common"),
        ],
    )
    def test_what_is_no_report_is_named(self, tmp_path: Path, text: str, message: str) -> None:
        good = write(tmp_path / "a.json", question(1, 0))
        (tmp_path / "b.json").write_text(text)
        with pytest.raises(PinciteError, match=message):
            compare(good, tmp_path / "b.json")

    def test_a_value_that_is_none_is_named(self, tmp_path: Path) -> None:
        wrong = question(1, 0)
        wrong["values"]["quote_at_3"] = "yes"
        file = write(tmp_path / "a.json", wrong)
        with pytest.raises(PinciteError, match="values: quote_at_3 is 'yes'; expected: a number"):
            compare(file, file)


class TestCommand:
    def invoke(self, *options: str) -> Any:
        return CliRunner().invoke(evaluate, ["compare", *options], catch_exceptions=False)

    def test_a_loss_fails_if_it_is_asked_for(self, tmp_path: Path) -> None:
        before = write(tmp_path / "a.json", *(question(n, 1) for n in range(12)))
        after = write(tmp_path / "b.json", *(question(n, int(n < 2)) for n in range(12)))
        files = [str(before), str(after)]
        done = self.invoke(*files)
        assert done.exit_code == 0
        assert "no longer right: q2 (fact) Who?" in done.stdout
        assert "12 questions compared, 0 in one report alone." in done.stdout
        done = self.invoke(*files, "--fail-on", "quote_at_3", "--fail-on", "refused")
        assert done.exit_code == 1
        assert "worse by more than chance: quote_at_3" in done.stderr
        assert self.invoke(*files[::-1], "--fail-on", "quote_at_3").exit_code == 0

    def test_a_figure_that_is_none_is_named(self, tmp_path: Path) -> None:
        file = str(write(tmp_path / "a.json", question(1, 1)))
        done = self.invoke(file, file, "--fail-on", "colour")
        assert done.exit_code == 2
        assert "no figure colour; known: recall_at_1" in done.stderr
