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


def write(file: Path, *results: dict[str, Any], faults: int = 0) -> Path:
    verbatim = {"checked": 9, "faults": faults}
    file.write_text(json.dumps({"format": 2, "verbatim": verbatim, "results": list(results)}))
    return file


def with_values(result: dict[str, Any], **values: Any) -> dict[str, Any]:
    return {**result, "values": {**result["values"], **values}}


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
            ('{"format": 2, "results": []}', "verbatim: faults is None; expected: a number"),
            (
                '{"format": 2, "results": [], "verbatim": {"faults": -1}}',
                "verbatim: faults is -1; expected: a number",
            ),
            (
                '{"format": 2, "results": [], "verbatim": {"faults": 0}}',
                "no question in common",
            ),
            ("[" * 100_000, "cannot be read"),
        ],
    )
    def test_what_is_no_report_is_named(self, tmp_path: Path, text: str, message: str) -> None:
        good = write(tmp_path / "a.json", question(1, 0))
        (tmp_path / "b.json").write_text(text)
        with pytest.raises(PinciteError, match=message):
            compare(good, tmp_path / "b.json")

    @pytest.mark.parametrize(
        ("name", "value", "message"),
        [
            ("quote_at_3", "yes", "quote_at_3 is 'yes'; expected: a number from 0 to 1, or null"),
            ("quote_at_3", float("nan"), "quote_at_3 is nan; expected"),
            ("auroc", 1, None),
            ("confidence", -3, "confidence is -3; expected: a number from 0 to 1"),
            ("seconds_answer", 10**400, "seconds_answer is 10000.*…; expected: a number from 0 to"),
            ("seconds_answer", float("inf"), "seconds_answer is inf; expected"),
            ("characters", 1194.0, None),
            ("answerable", 0, "answerable is 0; expected: True, as the question has it"),
            ("answerable", None, "answerable is None; expected: True"),
        ],
    )
    def test_a_value_that_is_none_is_named(
        self, tmp_path: Path, name: str, value: Any, message: str | None
    ) -> None:
        file = write(tmp_path / "a.json", with_values(question(1, 0), **{name: value}))
        if message is None:
            assert compare(file, file).left_out == 0
            return
        with pytest.raises(PinciteError, match=rf"a\.json, results\[0\], values: {message}"):
            compare(file, file)

    def test_a_question_that_is_there_twice_is_refused(self, tmp_path: Path) -> None:
        file = write(tmp_path / "a.json", question(1, 0), question(1, 1))
        with pytest.raises(PinciteError, match=r"a\.json: results has a question twice"):
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

    def gated(self, tmp_path: Path, *after: dict[str, Any], figure: str, **more: Any) -> Any:
        before = [with_values(question(n, 1), locator=1, seconds_answer=1) for n in range(12)]
        files = write(tmp_path / "a.json", *before), write(tmp_path / "b.json", *after, **more)
        return self.invoke(*map(str, files), "--fail-on", figure)

    def test_a_figure_of_fewer_questions_fails(self, tmp_path: Path) -> None:
        every = [question(n, 1) for n in range(12)]
        assert self.gated(tmp_path, *every, figure="quote_at_3").exit_code == 0
        done = self.gated(tmp_path, *every[2:], figure="quote_at_3")
        assert done.exit_code == 1
        assert (
            "quote_at_3 cannot be gated on: the second report lacks it for 2 questions of the "
            "first (q0, q1); ask both" in done.stderr
        )
        without = [with_values(each, quote_at_3=None) for each in every[:7]]
        done = self.gated(tmp_path, *without, *every[7:], figure="quote_at_3")
        assert done.exit_code == 1
        assert "lacks it for 7 questions of the first (q0, q1, q2, q3, q4, …)" in done.stderr

    def test_a_figure_that_neither_report_has_fails(self, tmp_path: Path) -> None:
        every = [question(n, 1) for n in range(12)]
        done = self.gated(tmp_path, *every, figure="refused")
        assert done.exit_code == 1
        assert "refused cannot be gated on: no question has it in both reports" in done.stderr

    def test_a_figure_of_what_was_quoted_may_be_of_a_few_less(self, tmp_path: Path) -> None:
        every = [with_values(question(n, 1), locator=1) for n in range(12)]
        few = [with_values(each, locator=None) for each in every]
        assert self.gated(tmp_path, *few[:2], *every[2:], figure="locator").exit_code == 0
        done = self.gated(tmp_path, *few[:9], *every[9:], figure="locator")
        assert done.exit_code == 1
        assert "has it for fewer questions, by more than chance" in done.stderr
        done = self.gated(tmp_path, *few, figure="locator")
        assert done.exit_code == 1
        assert "no question has it in both reports" in done.stderr
        done = self.gated(tmp_path, *every[1:], figure="locator")
        assert done.exit_code == 1
        assert "lacks it for 1 questions of the first (q0)" in done.stderr

    def test_quotes_that_are_not_verbatim_fail(self, tmp_path: Path) -> None:
        every = [question(n, 1) for n in range(12)]
        done = self.gated(tmp_path, *every, figure="quote_at_3", faults=2)
        assert done.exit_code == 1
        assert "quotes of the second report that are not verbatim: 2" in done.stderr
