"""The ablation on tiny sources: answers kept, runs gone on with, tables."""

import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

import rag.assistant
from eval.ablation import main, run, to_markdown
from eval.asking.arms import Arm
from eval.benches import Bench
from eval.cases import Case, Gold
from eval.figures import Figure
from index.embed import Encoded
from index.snapshot import Library
from index.store import writing
from index.tokens import DEFAULT_ENCODING, load_encoding
from index.types import Hit, Span
from index.update import Updater, make_settings
from rag.assistant import Assistant
from rag.config import Config
from rag.read import SimilarityReader
from rag.types import Verdict
from tests.fakes import FakeEmbedder

HARBOUR = "1. The harbour master lit the lamp at four o'clock.\n\n2. The pilot slept.\n"
LAMP = Gold("harbour.txt", Span(3, 51), None, "", "", "")
ASKED = Case("q1", "When was the lamp lit?", answerable=True, gold=(LAMP,))
ABSENT = Case("q2", "Quantum chromodynamics?", answerable=False)


@pytest.fixture
def index(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    sources = tmp_path / "sources"
    sources.mkdir()
    (sources / "harbour.txt").write_text(HARBOUR)
    embedder, tokens = FakeEmbedder(), load_encoding(DEFAULT_ENCODING)
    with writing(tmp_path / "index") as store:
        store.prepare(make_settings(embedder, tokens, 16))
        Updater(store, embedder, tokens, 16).run([sources])
    monkeypatch.setattr(rag.assistant, "load_embedder", lambda *_, **__: embedder)
    return tmp_path / "index"


class Counting:
    """A reader that keeps what it was asked."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    def read(self, question: str, hits: list[Hit]) -> Verdict:
        self.asked.append(question)
        return SimilarityReader().read(question, hits)


class Labelling:
    """A reader that finds each sentence to disagree with the others."""

    def read(self, question: str, hits: list[Hit]) -> Verdict:
        claims = SimilarityReader().read(question, hits).claims
        letters = zip(claims, "ABCDEF", strict=False)
        return Verdict(tuple(replace(each, position=letter) for each, letter in letters), 1.0)


@pytest.fixture
def reader() -> Counting:
    return Counting()


def arm(name: str, reader: Any, threshold: float = 0.0, *, positions: bool = False) -> Arm:
    def make(library: Library) -> Assistant:
        return Assistant(library, reader, threshold)

    return Arm(name, make, positions)


def bench(index: Path, *cases: Case) -> Bench:
    return Bench("Tiny set", "passages", cases, index)


class TestRun:
    def test_each_arm_has_its_figures(self, index: Path, reader: Counting, tmp_path: Path) -> None:
        arms = [arm("none refused", reader), arm("+ all refused", reader, 1.1)]
        found = run(bench(index, ASKED, ABSENT), arms, Config(), tmp_path / "kept")
        assert found["none refused"]["right quote first"] == Figure(1, (1, 1), 1)
        assert found["+ all refused"]["right quote first"] == Figure(0, (0, 0), 1)
        assert found["+ all refused"]["unanswerable: refused"] == Figure(1, (1, 1), 1)
        assert sorted(path.name for path in (tmp_path / "kept").iterdir()) == [
            "tiny-set.all-refused.jsonl",
            "tiny-set.none-refused.jsonl",
        ]

    def test_only_what_is_left_is_asked(
        self, index: Path, reader: Counting, tmp_path: Path
    ) -> None:
        arms = [arm("one", reader)]
        run(bench(index, ASKED), arms, Config(), tmp_path / "kept")
        run(bench(index, ASKED, ABSENT), arms, Config(), tmp_path / "kept")
        assert reader.asked == [ASKED.question, ABSENT.question]
        first = run(bench(index, ASKED, ABSENT), arms, Config(), tmp_path / "kept")
        assert len(reader.asked) == 2
        assert first["one"]["AUROC, answerable or not"].n == 2

    def test_arms_share_a_search(
        self, index: Path, reader: Counting, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        searched: list[str] = []
        encode = FakeEmbedder.question

        def counted(embedder: FakeEmbedder, text: str) -> Encoded:
            searched.append(text)
            return encode(embedder, text)

        monkeypatch.setattr(FakeEmbedder, "question", counted)
        arms = [arm("one", reader), arm("two", reader)]
        run(bench(index, ASKED, ABSENT), arms, Config(), tmp_path / "kept")
        assert searched == [ASKED.question, ABSENT.question]
        assert len(reader.asked) == 4

    def test_positions_are_those_of_arms_that_look_for_them(
        self, index: Path, tmp_path: Path
    ) -> None:
        arms = [arm("without", Labelling()), arm("with", Labelling(), positions=True)]
        run(bench(index, ASKED), arms, Config(), tmp_path)
        labels = [
            [quote["position"] for quote in _kept(file)["record"]["quotes"]]
            for file in (tmp_path / "tiny-set.without.jsonl", tmp_path / "tiny-set.with.jsonl")
        ]
        assert labels == [[None, None], ["A", "B"]]


def _kept(file: Path) -> Any:
    """The first response of a file."""
    return json.loads(file.read_text().splitlines()[1])["response"]


def test_the_table_has_a_column_for_each_arm(tmp_path: Path) -> None:
    tiny = Bench("Tiny set", "off-topic", (), tmp_path)
    found = {"one": Figure(0.5, (0.25, 0.751), 8), "two": Figure(None, None, 0)}
    figures = {name: {"off-topic: refused": figure} for name, figure in found.items()}
    assert to_markdown([tiny], {"Tiny set": figures}).splitlines() == [
        "### Tiny set",
        "",
        "|  | n | one | two |",
        "| --- | ---: | ---: | ---: |",
        "| off-topic: refused | 8 | 50.0 (25.0–75.1) | – |",
    ]


def test_the_command_writes_both_files(index: Path, tmp_path: Path) -> None:
    case = {"id": "q2", "question": ABSENT.question, "answerable": False}
    (tmp_path / "set.jsonl").write_text(json.dumps(case) + "\n")
    (tmp_path / "benches.toml").write_text(
        '[[bench]]\nname = "Off"\nkind = "off-topic"\nquestions = "set.jsonl"\nindex = "index"\n'
    )
    paths = [str(tmp_path / name) for name in ("benches.toml", "table.md", "figures.json")]
    options = [paths[0], "--out", paths[1], "--json", paths[2], "--arm", "retrieval"]
    CliRunner().invoke(main, options, catch_exceptions=False)
    assert "| off-topic: refused | 1 | 0.0 (0.0–0.0) |" in (tmp_path / "table.md").read_text()
    (bench,) = json.loads((tmp_path / "figures.json").read_text())["benches"]
    assert bench["arms"]["retrieval"]["off-topic: refused"] == {
        "value": 0.0,
        "interval": [0.0, 0.0],
        "n": 1,
    }
    assert (tmp_path / "figures.answers" / "off.retrieval.jsonl").exists()


def test_what_a_user_can_mend_is_told_without_a_trace(tmp_path: Path) -> None:
    benches = tmp_path / "benches.toml"
    benches.write_text(
        '[[bench]]\nname = "No"\nkind = "off-topic"\nquestions = "no.jsonl"\nindex = "no"\n'
    )
    program = [sys.executable, "-m", "eval.ablation", benches]
    options = ["--out", tmp_path / "table.md", "--json", tmp_path / "figures.json"]
    done = subprocess.run(
        list(map(str, program + options)), check=False, capture_output=True, text=True
    )
    assert done.returncode == 1
    assert done.stderr.startswith("pincite: ")
    assert "Traceback" not in done.stderr
