"""Verdicts as eval cases: what `pincite verdicts` writes."""

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from eval.cases import load_cases
from eval.command import evaluate
from eval.grow import add
from index.errors import PinciteError
from index.types import Span
from rag.cli import commands
from rag.render import Record, to_record
from rag.types import Answer, Claim
from rag.verify import Gate
from tests.recorder import DOCUMENT
from ui.memory import Memory, Verdict
from ui.verdicts import cases

SOURCE = "1. The harbour master lit the lamp at four o'clock.\n2. Nobody saw the pilot there.\n"
LIT = {
    "document": "harbour.txt",
    "start": 3,
    "end": 51,
    "text": "The harbour master lit the lamp at four o'clock.",
    "display": "The harbour master lit the lamp at four o'clock.",
    "locator": "¶1",
    "speakers": ["Reed"],
}
SEEN = {
    **LIT,
    "start": 55,
    "end": 82,
    "text": "Nobody saw the pilot there.",
    "display": "Nobody saw the pilot there.",
    "locator": "¶2",
}


def answer(searched: str, *quotes: Record) -> Record:
    return {"standalone_question": searched, "quotes": list(quotes)}


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "memory.sqlite"


@pytest.fixture
def memory(file: Path) -> Memory:
    return Memory(file)


def judge(
    memory: Memory, searched: str, *verdicts: tuple[int | None, Verdict, str], **more: Any
) -> str:
    asked = {"owner": "ann", "conversation": None, "question": "And then?", "documents": [], **more}
    ids = memory.append(**asked, record=answer(searched, LIT, SEEN))
    for quote, verdict, correction in verdicts:
        memory.judge(asked["owner"], ids.answer, quote, verdict, correction)
    return ids.answer


def run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(commands, ["verdicts", *map(str, arguments)])


def message(result: Result) -> str:
    assert isinstance(result.exception, PinciteError)
    return str(result.exception)


WHEN = "When was the light kindled?"
SUPPORTS = (1, Verdict.SUPPORTS, "")


def test_the_names_are_those_of_eval() -> None:
    assert [each.value for each in Verdict] == [each.value for each in add.Verdict]


def test_what_was_searched_is_asked_and_the_record_says_what_was_quoted(
    memory: Memory, file: Path, tmp_path: Path
) -> None:
    judge(memory, WHEN, SUPPORTS, (2, Verdict.DOES_NOT_SUPPORT, ""))
    judge(memory, WHEN, (1, Verdict.WRONG_PLACE, "¶3"), owner="ben")
    judge(memory, "Who drowned?", (None, Verdict.SHOULD_HAVE_REFUSED, ""))
    done = run("--memory", file, "--out", tmp_path / "mine.jsonl")
    assert (done.exit_code, done.output) == (0, "4 verdicts, 2 cases, 0 left out.\n")
    when, who = load_cases(tmp_path / "mine.jsonl")
    (gold,), (rejected,) = when.gold, when.rejected
    assert (when.question, gold.text, gold.locator, gold.stance) == (
        WHEN,
        LIT["text"],
        "¶3",
        "Reed (author)",
    )
    assert (rejected.text, rejected.locator) == (SEEN["text"], "¶2")
    assert (who.question, who.answerable) == ("Who drowned?", False)


def test_what_the_gate_made_becomes_gold_as_it_was(memory: Memory) -> None:
    claim = Claim(DOCUMENT.path, Span(0, len(DOCUMENT.text.split("\n")[0])), 1.0)
    quote = Gate({DOCUMENT.path: DOCUMENT}.get).quote(claim)
    assert quote
    made = Answer("Who?", "Who spoke?", (quote,), (), 0.9, None, 0.1)
    ids = memory.append("ann", None, "Who?", [], to_record(made))
    memory.judge("ann", ids.answer, 1, Verdict.SUPPORTS)
    (line,) = cases(memory.verdicts("ann")).text.splitlines()
    (gold,) = json.loads(line)["gold"]
    assert gold == {
        "doc": "report.txt",
        "start": quote.span.start,
        "end": quote.span.end,
        "text": quote.text,
        "locator": "line 1",
        "stance": "Report (author)",
    }


def test_the_lint_finds_nothing(memory: Memory, file: Path, tmp_path: Path) -> None:
    (tmp_path / "sources").mkdir()
    (tmp_path / "sources" / "harbour.txt").write_text(SOURCE)
    judge(memory, WHEN, SUPPORTS, (2, Verdict.DOES_NOT_SUPPORT, ""))
    judge(memory, "Was it dark?", (1, Verdict.WRONG_SPEAKER, "the master"))
    judge(memory, "Who drowned?", (None, Verdict.SHOULD_HAVE_REFUSED, ""))
    out = tmp_path / "mine.jsonl"
    run("--memory", file, "--out", out)
    lint = ["lint", str(out), "--sources", str(tmp_path / "sources")]
    done = CliRunner().invoke(evaluate, lint, catch_exceptions=False)
    assert (done.exit_code, done.stdout) == (0, "3 questions, 0 findings.\n")


def test_what_contradicts_is_left_out_and_named(memory: Memory, file: Path) -> None:
    judge(memory, WHEN, SUPPORTS, (None, Verdict.SHOULD_HAVE_REFUSED, ""))
    judge(memory, "Who?", SUPPORTS)
    done = run("--memory", file)
    assert done.exit_code == 0
    assert [json.loads(line)["question"] for line in done.stdout.splitlines()] == [WHEN, "Who?"]
    told, counted = done.stderr.splitlines()
    assert told.startswith(f"left out: “{WHEN}”, should-have-refused: it contradicts an earlier")
    assert counted == "3 verdicts, 2 cases, 1 left out."


def test_that_some_sources_do_not_answer_is_no_case(memory: Memory) -> None:
    ticked = ["a.txt", "b.txt"]
    judge(memory, WHEN, SUPPORTS, (None, Verdict.SHOULD_HAVE_REFUSED, ""), documents=ticked)
    made = cases(memory.verdicts("ann"))
    assert [json.loads(line)["answerable"] for line in made.text.splitlines()] == [True]
    (note,) = made.notes
    assert note.startswith(f"“{WHEN}”, should-have-refused: searched were only a.txt, b.txt")


def test_a_verdict_that_was_taken_back_is_in_no_file_that_follows(
    memory: Memory, file: Path, tmp_path: Path
) -> None:
    out = tmp_path / "mine.jsonl"
    first = judge(memory, WHEN, SUPPORTS)
    judge(memory, "Who?", SUPPORTS)
    run("--memory", file, "--out", out)
    memory.take_back("ann", first, 1)
    before = out.read_bytes()
    assert "is there already: name another, or replace it with --force" in message(
        run("--memory", file, "--out", out)
    )
    assert out.read_bytes() == before
    assert run("--memory", file, "--out", out, "--force").exit_code == 0
    assert [case.question for case in load_cases(out)] == ["Who?"]
    assert sorted(each.name for each in tmp_path.iterdir()) == ["memory.sqlite", "mine.jsonl"]


def test_the_memory_is_not_replaced(memory: Memory, file: Path) -> None:
    judge(memory, WHEN, SUPPORTS)
    before = file.read_bytes()
    done = run("--memory", file, "--out", file.parent / "." / file.name, "--force")
    assert "the cases would replace the memory" in message(done)
    assert file.read_bytes() == before


def test_where_there_is_nothing_to_write_that_is_told(memory: Memory, file: Path) -> None:
    out = file.with_name("mine.jsonl")
    assert "there are no verdicts in " in message(run("--memory", file, "--out", out))
    judge(memory, WHEN, (None, Verdict.SHOULD_HAVE_REFUSED, ""), documents=["a.txt"])
    assert "none of the 1 verdicts in " in message(run("--memory", file, "--out", out))
    assert not out.exists()


def test_a_file_that_cannot_be_written_is_told(memory: Memory, file: Path) -> None:
    judge(memory, WHEN, SUPPORTS)
    out = file.parent / "none" / "mine.jsonl"
    assert "mine.jsonl cannot be written: No such file" in message(
        run("--memory", file, "--out", out)
    )


def test_a_file_of_something_else_is_no_memory(tmp_path: Path) -> None:
    (tmp_path / "cases.jsonl").write_text("{}")
    assert "is damaged, or is none" in message(run("--memory", tmp_path / "cases.jsonl"))


def test_without_what_makes_cases_that_is_told(
    memory: Memory, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ui.verdicts.GROUP", "pincite.none")
    judge(memory, WHEN, SUPPORTS)
    with pytest.raises(PinciteError, match=r"nothing is installed that makes eval cases"):
        cases(memory.verdicts("ann"))
