"""The command: what it prints, writes and exits with, on tiny sources without a model."""

import json
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

import eval.measure
import rag.assistant
import rag.indexing
from eval.asking.ask import Asker
from eval.asking.response import Response
from eval.cases import Case
from eval.command import evaluate
from eval.grow.convert import to_lines
from index.errors import PinciteError
from index.store import open_reading
from index.update import Summary
from rag.config import Config
from tests.fakes import FakeEmbedder

SOURCE = "1. The harbour master lit the lamp at four o'clock.\n"
TEXT = "The harbour master lit the lamp at four o'clock."
ASKED: dict[str, Any] = {
    "id": "q1",
    "question": "When was the lamp lit?",
    "kind": "fact",
    "answerable": True,
    "gold": [{"doc": "harbour.txt", "start": 3, "end": 51, "text": TEXT, "locator": "¶1"}],
}
ABSENT: dict[str, Any] = {
    "id": "q2",
    "question": "Who?",
    "kind": "unanswerable",
    "answerable": False,
}


@pytest.fixture(autouse=True)
def _without_a_model(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def fake(*_: object, **__: object) -> FakeEmbedder:
        return FakeEmbedder()

    monkeypatch.setattr(rag.indexing, "load_embedder", fake)
    monkeypatch.setattr(rag.assistant, "load_embedder", fake)
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    sources = tmp_path / "sources"
    sources.mkdir()
    (sources / "harbour.txt").write_text(SOURCE)
    (tmp_path / "set.jsonl").write_text(json.dumps(ASKED) + "\n" + json.dumps(ABSENT) + "\n")
    (tmp_path / "pincite.toml").write_text('threshold = 0.0\nindex = "mine"\n')
    return tmp_path


def invoke(folder: Path, *options: str) -> Result:
    paths = ["--questions", str(folder / "set.jsonl"), "--sources", str(folder / "sources")]
    return CliRunner().invoke(evaluate, [*paths, *options], catch_exceptions=False)


def report_of(folder: Path) -> Any:
    return json.loads((folder / "out" / "report.json").read_text())


def test_it_prints_figures_and_leaves_no_index(folder: Path) -> None:
    done = invoke(folder)
    assert done.exit_code == 0
    assert "2 questions" in done.stdout
    assert "Asking" not in done.stdout
    assert sorted(path.name for path in folder.iterdir()) == [
        "pincite.toml",
        "set.jsonl",
        "sources",
    ]


def test_a_given_index_is_kept_and_brought_up_to_date(folder: Path) -> None:
    index = folder / "kept"
    assert invoke(folder, "--index", str(index)).exit_code == 0
    (folder / "sources" / "harbour.txt").write_text(SOURCE + "\n2. It went out at nine.\n")
    assert invoke(folder, "--index", str(index), "--report", "out").exit_code == 0
    assert report_of(folder)["figures"]["quote_at_1"]["value"] == 1


def test_an_index_of_other_files_by_the_same_names_is_refused(folder: Path) -> None:
    other = folder / "other"
    other.mkdir()
    (other / "harbour.txt").write_text(SOURCE.replace("four", "five"))
    (other / "more.txt").write_text("The pilot slept below until the ship struck.\n")
    index = folder / "kept"
    assert invoke(folder, "--index", str(index)).exit_code == 0
    with pytest.raises(PinciteError, match=r"holds a document named harbour\.txt, from .*sources,"):
        invoke(folder, "--index", str(index), "--sources", str(other))
    with closing(open_reading(index)) as store:
        assert [each.path for each in store.summaries()] == ["harbour.txt"]
    (other / "harbour.txt").unlink()
    assert invoke(folder, "--index", str(index), "--sources", str(other)).exit_code == 0


def test_files_that_hold_no_sentence_do_not_stop_the_run(folder: Path) -> None:
    (folder / "sources" / "lines.txt").write_text("* * *\n")
    done = invoke(folder)
    assert done.exit_code == 0
    assert "2 questions" in done.stdout


def test_the_report_names_what_it_was_made_with(folder: Path) -> None:
    done = invoke(folder, "--report", "out")
    assert done.exit_code == 0
    assert "The report is out/report.html" in done.stdout
    assert "When was the lamp lit?" not in (folder / "out" / "report.html").read_text()
    made_with = report_of(folder)["made_with"]
    assert made_with["model"] == "fake"
    assert made_with["threshold"] == 0
    assert made_with["questions"] == 2


def test_what_was_judged_in_the_interface_is_measured(folder: Path) -> None:
    quote = {**ASKED["gold"][0], "document": "harbour.txt", "speakers": ["harbour.txt"]}
    judged = [
        ("When was the lamp lit?", quote, "supports", ""),
        ("Who?", None, "should-have-refused", ""),
    ]
    (folder / "set.jsonl").write_text(to_lines(judged)[0])
    done = invoke(folder, "--report", "out")
    assert done.exit_code == 0
    assert "differ from the sources" not in done.stderr
    figures = report_of(folder)["figures"]
    assert (figures["quote_at_1"]["value"], figures["quote_at_1"]["n"]) == (1, 1)
    assert figures["refused"]["n"] == 1


def test_a_limit_draws_some(folder: Path) -> None:
    assert invoke(folder, "--limit", "1", "--seed", "3", "--report", "out").exit_code == 0
    assert len(report_of(folder)["results"]) == 1


def test_a_run_goes_on_where_it_was_stopped(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []
    ask = Asker.ask

    def counted(asker: Asker, case: Case) -> Response:
        asked.append(case.id)
        return ask(asker, case)

    monkeypatch.setattr(Asker, "ask", counted)
    first = invoke(folder, "--report", "out")
    lines = (folder / "out" / "answers.jsonl").read_text().splitlines(keepends=True)
    (folder / "out" / "answers.jsonl").write_text("".join(lines[:-1]))
    again = invoke(folder, "--report", "out")
    assert asked == ["q1", "q2", "q2"]
    assert first.stdout.splitlines()[:8] == again.stdout.splitlines()[:8]
    (folder / "pincite.toml").write_text("threshold = 1.0\n")
    assert (
        "2 answers that were kept are of another index" in invoke(folder, "--report", "out").stderr
    )
    assert asked == ["q1", "q2", "q2", "q1", "q2"]


def test_sources_have_to_be_named_for_a_set_of_ones_own(folder: Path) -> None:
    done = CliRunner().invoke(evaluate, ["--questions", str(folder / "set.jsonl")])
    assert done.exit_code == 2
    assert "name the folder of the documents of" in done.stderr


def test_a_set_may_bring_its_sources(folder: Path) -> None:
    answers = [{"text": "four o'clock", "answer_start": 35}]
    paragraph = {
        "context": TEXT,
        "qas": [{"id": "s1", "question": ASKED["question"], "answers": answers}],
    }
    file = folder / "squad.json"
    file.write_text(json.dumps({"data": [{"title": "Lamps", "paragraphs": [paragraph]}]}))
    options = ["--questions", str(file), "--index", str(folder / "idx"), "--report", "out"]
    done = CliRunner().invoke(evaluate, options, catch_exceptions=False)
    assert done.exit_code == 0
    assert (folder / "idx.sources" / "Lamps.txt").read_text() == TEXT
    assert report_of(folder)["figures"]["quote_at_1"]["value"] == 1
    assert not report_of(folder)["gold_mismatches"]
    more = [*options, "--sources", str(folder / "sources")]
    assert "brings its own sources" in CliRunner().invoke(evaluate, more).stderr


def test_misses_are_listed(folder: Path) -> None:
    done = invoke(folder, "--misses")
    assert "q2 (unanswerable) Who? – answered, though the sources do not" in done.stdout


def test_gold_that_differs_is_reported(folder: Path) -> None:
    wrong = {**ASKED, "gold": [{"doc": "harbour.txt", "start": 4, "end": 51, "text": TEXT}]}
    (folder / "set.jsonl").write_text(json.dumps(wrong))
    done = invoke(folder)
    assert done.exit_code == 0
    assert "q1, gold[0]: harbour.txt has" in done.stderr


def test_a_quote_that_is_not_verbatim_fails_the_run(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    honest = rag.indexing.index_paths

    def tampered(paths: list[Path], config: Config) -> Summary:
        summary = honest(paths, config)
        (folder / "sources" / "harbour.txt").write_text(SOURCE.replace("four", "five"))
        return summary

    monkeypatch.setattr(eval.measure, "index_paths", tampered)
    done = invoke(folder, "--report", "out")
    assert done.exit_code == 1
    assert "quotes are not verbatim" in done.stderr
    verbatim = report_of(folder)["verbatim"]
    assert verbatim["faults"] == verbatim["checked"] > 0
