"""The command: what it prints, writes and exits with, on tiny sources without a model."""

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

import eval.measure
import rag.assistant
import rag.indexing
from eval.command import evaluate
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


def test_it_prints_figures_and_leaves_no_index(folder: Path) -> None:
    done = invoke(folder)
    assert done.exit_code == 0
    assert "Passages and quotes" in done.stdout
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
    assert invoke(folder, "--index", str(index), "--json", "report.json").exit_code == 0
    answer = json.loads((folder / "report.json").read_text())["results"][0]["answer"]
    assert TEXT in answer["quotes"][0]["text"]


def test_json_names_what_it_was_made_with(folder: Path) -> None:
    assert invoke(folder, "--json", "report.json").exit_code == 0
    made_with = json.loads((folder / "report.json").read_text())["made_with"]
    assert made_with["model"] == "fake"
    assert made_with["threshold"] == 0
    assert made_with["questions"] == 2


def test_a_limit_draws_some(folder: Path) -> None:
    assert invoke(folder, "--limit", "1", "--seed", "3", "--json", "report.json").exit_code == 0
    assert len(json.loads((folder / "report.json").read_text())["results"]) == 1


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
    done = invoke(folder, "--json", "report.json")
    assert done.exit_code == 1
    assert "quotes are not verbatim" in done.stderr
    assert json.loads((folder / "report.json").read_text())["figures"]["quotes_verbatim"] == 0
