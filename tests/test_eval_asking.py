"""Asking: small runs without a model, the archive and the shared corpora with it."""

import hashlib
import json
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from statistics import median
from typing import Any

import pytest

from eval.asking.ask import WARMING, Asker, ask_all, sample
from eval.asking.fingerprint import fingerprint
from eval.asking.kept import Kept
from eval.asking.response import Response, Retrieved
from eval.asking.sources import Sources, in_folder
from eval.cases import Case, Gold, load_cases
from eval.command import ARCHIVE, QUESTIONS
from eval.figures import Figure
from eval.figures.values import Result
from eval.judging import Stage, judge
from eval.measure import judged, measure, open_sources
from eval.report import Report
from index.errors import PinciteError
from index.snapshot import Library
from index.store import writing
from index.tokens import DEFAULT_ENCODING, load_encoding
from index.types import Hit, Span
from index.update import Updater, make_settings
from rag.config import Config, ReaderConfig
from rag.read import SimilarityReader
from rag.types import Stages, Verdict
from tests.corpora import SEEDS, SHARED, needs_shared
from tests.fakes import FakeEmbedder

HARBOUR = """1. The harbour master lit the lamp at four o'clock.

2. The pilot slept in the cabin until the ship struck.

3. The mate went below to mend his coat before dinner.
"""
LETTER = """The cook kept a parrot in the galley for eleven years.
"""


def gold(doc: str, source: str, text: str, locator: str = "") -> Gold:
    start = source.index(text)
    return Gold(doc, Span(start, start + len(text)), None, text, locator, "")


LAMP = gold("harbour.txt", HARBOUR, "The harbour master lit the lamp at four o'clock.", "¶1")
PARROT = gold("letter.txt", LETTER, "The cook kept a parrot in the galley for eleven years.")
CASES = [
    Case("q1", "When was the lamp lit by the harbour master?", answerable=True, gold=(LAMP,)),
    Case("q2", "What parrot had the cook in the galley?", answerable=True, gold=(PARROT,)),
    Case("q3", "Quantum chromodynamics?", answerable=False),
]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    sources = tmp_path / "sources"
    sources.mkdir()
    (sources / "harbour.txt").write_text(HARBOUR)
    (sources / "letter.txt").write_text(LETTER)
    return sources


@pytest.fixture
def library(folder: Path, tmp_path: Path) -> Iterator[Library]:
    embedder, tokens = FakeEmbedder(), load_encoding(DEFAULT_ENCODING)
    with writing(tmp_path / "index") as store:
        store.prepare(make_settings(embedder, tokens, 16))
        Updater(store, embedder, tokens, 16).run([folder])
    library = Library(tmp_path / "index", embedder)
    yield library
    library.close()


def asker(library: Library, threshold: float = 0.0) -> Asker:
    return Asker(library, SimilarityReader(), threshold)


def ask(library: Library, cases: list[Case] = CASES, threshold: float = 0.0) -> list[Result]:
    responses = ask_all(cases, asker(library, threshold), Kept(None, ""))
    sources = open_sources(library)
    pairs = zip(cases, responses, strict=True)
    return [judged(case, response, sources, sources.texts()) for case, response in pairs]


class TestAsk:
    def test_quotes_are_judged_and_verified(self, library: Library) -> None:
        lamp, parrot, nothing = ask(library)
        assert lamp.response.record["id"] == "q1"
        assert lamp.judgement.passage_rank == lamp.judgement.quote_rank == 1
        assert lamp.judgement.locator is True
        assert parrot.judgement.quote_rank == 1
        assert parrot.judgement.locator is None
        assert nothing.judgement.quote_rank is nothing.judgement.precision is None
        assert all(result.checked and not result.faults for result in (lamp, parrot, nothing))

    def test_a_source_tampered_with_is_detected(self, library: Library, folder: Path) -> None:
        (folder / "harbour.txt").write_text(HARBOUR.replace("four", "five"))
        lamp, *_ = ask(library)
        assert "harbour.txt has changed since it was indexed (its SHA-256 differs)" in lamp.faults

    def test_a_source_that_is_gone_is_detected(self, library: Library, folder: Path) -> None:
        (folder / "letter.txt").unlink()
        _, parrot, _ = ask(library)
        assert any("letter.txt cannot be read" in fault for fault in parrot.faults)

    def test_what_was_held_back_is_verified_as_well(self, library: Library, folder: Path) -> None:
        (held,) = ask(library, CASES[:1], threshold=1.0)
        response, sources = held.response, open_sources(library)
        assert held.checked == len(response.withheld) + len(response.record["nearest"])
        withheld = tuple({**quote, "display": "No."} for quote in response.withheld)
        tampered = judged(CASES[0], replace(response, withheld=withheld), sources, {})
        assert len(tampered.faults) == len(withheld) > 0
        assert tampered.faults[0].startswith("display not as harbour.txt has it")

    def test_history_reaches_the_assistant(self, library: Library) -> None:
        case = Case("q", "And then?", answerable=True, history=("Who lit the lamp?",))
        (result,) = ask(library, [case])
        searched = result.response.record["standalone_question"]
        assert searched == "Who lit the lamp? And then?"

    def test_what_the_threshold_holds_back_is_known(self, library: Library) -> None:
        shown, held = ask(library, CASES[:1]), ask(library, CASES[:1], threshold=1.0)
        assert held[0].response.record["quotes"] == []
        assert [quote["text"] for quote in held[0].response.withheld] == [
            quote["text"] for quote in shown[0].response.record["quotes"]
        ]
        assert (held[0].judgement.quote_rank, held[0].judgement.chosen_rank) == (None, 1)
        assert held[0].judgement.lost_at == (Stage.THRESHOLD,)
        assert shown[0].response.withheld == ()

    def test_what_was_held_back_is_not_read_again(self, library: Library) -> None:
        read: list[str] = []

        class Counting:
            def read(self, question: str, hits: Sequence[Hit]) -> Verdict:
                read.append(question)
                return SimilarityReader().read(question, hits)

        Asker(library, Counting(), threshold=1.0).ask(CASES[0])
        assert read == [CASES[0].question]

    def test_what_asks_nothing_retrieves_nothing(self, library: Library) -> None:
        response = asker(library).ask(Case("q", "?", answerable=True))
        assert (response.retrieved, response.record["reason"]) == ((), "no_question")

    def test_loading_is_not_in_the_time_of_the_first_question(
        self, library: Library, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        read: list[str] = []
        clock = [0.0]
        monkeypatch.setattr(time, "perf_counter", lambda: clock[0])

        class Loading:
            def read(self, question: str, hits: Sequence[Hit]) -> Verdict:
                if not read:
                    clock[0] += 100
                read.append(question)
                return SimilarityReader().read(question, hits)

        loading = Asker(library, Loading(), threshold=0.0)
        first, _ = ask_all(CASES[:2], loading, Kept(None, ""))
        assert first.record["seconds"] == 0
        assert read == [WARMING, CASES[0].question, CASES[1].question]

    def test_progress_counts_questions(self, library: Library) -> None:
        done: list[int] = []
        ask_all(CASES, asker(library), Kept(None, ""), done.append)
        assert done == [1, 2, 3]


RESPONSE = Response(
    {"id": "q1", "quotes": [], "confidence": 0.5},
    Stages(search=0.25),
    (Retrieved("a.pdf", Span(3, 9), (1, 2), 4), Retrieved("b.txt", Span(0, 2), (), 1)),
    ({"text": "x"},),
)


class TestKept:
    @pytest.fixture
    def file(self, tmp_path: Path) -> Path:
        file = tmp_path / "answers.jsonl"
        Kept(file, "one").add(CASES[0], RESPONSE)
        return file

    def test_a_response_is_found_again(self, file: Path) -> None:
        kept = Kept(file, "one")
        assert kept.get(CASES[0]) == RESPONSE
        assert kept.get(CASES[1]) is None

    @pytest.mark.parametrize("change", [{"question": "Who?"}, {"history": ("Before?",)}])
    def test_a_question_that_has_changed_is_asked_again(
        self, file: Path, change: dict[str, Any]
    ) -> None:
        assert Kept(file, "one").get(replace(CASES[0], **change)) is None

    def test_answers_with_another_fingerprint_are_never_mixed_in(self, file: Path) -> None:
        other = Kept(file, "two")
        assert (other.get(CASES[0]), other.dropped) == (None, 1)
        other.add(CASES[1], RESPONSE)
        again = Kept(file, "two")
        assert (again.get(CASES[0]), again.get(CASES[1]), again.dropped) == (None, RESPONSE, 0)

    def test_a_line_that_was_not_finished_is_cut_off(self, file: Path) -> None:
        with file.open("a") as lines:
            lines.write('{"id": "q2", "que')
        Kept(file, "one").add(CASES[1], RESPONSE)
        ids = [json.loads(line).get("id") for line in file.read_text().splitlines()]
        assert ids == [None, "q1", "q2"]

    def test_a_damaged_file_is_named(self, file: Path) -> None:
        file.write_text("{\n")
        with pytest.raises(PinciteError, match=r"answers\.jsonl is damaged.*Delete it"):
            Kept(file, "one")

    @pytest.mark.parametrize(
        "change",
        [
            lambda line: {},
            lambda line: [],
            lambda line: {**line, "id": ["q1"]},
            lambda line: {name: line[name] for name in ("id", "question", "history")},
            lambda line: {name: line[name] for name in ("id", "response")},
            lambda line: {**line, "response": []},
            lambda line: {**line, "response": {**line["response"], "record": None}},
            lambda line: {**line, "response": {**line["response"], "stages": {"colour": 1}}},
            lambda line: {**line, "response": {**line["response"], "retrieved": [["a", 9, 3, 1]]}},
        ],
    )
    def test_a_line_that_is_no_answer_is_named(
        self, file: Path, change: Callable[[Any], object]
    ) -> None:
        head, line = file.read_text().splitlines()
        damaged = f"{head}\n{line}\n{json.dumps(change(json.loads(line)))}\n"
        file.write_text(damaged)
        with pytest.raises(PinciteError, match=r"answers\.jsonl, line 3 is damaged: .*Delete the"):
            Kept(file, "one")
        assert file.read_text() == damaged

    @pytest.mark.parametrize("text", ['{"id": "q1"}\n', "[]\n", "notes"])
    def test_a_file_of_somebody_else_is_left_alone(self, tmp_path: Path, text: str) -> None:
        file = tmp_path / "answers.jsonl"
        file.write_text(text)
        with pytest.raises(PinciteError, match="no answers of pincite eval; name another folder"):
            Kept(file, "one")
        assert file.read_text() == text

    def test_only_what_is_not_kept_is_asked(self, library: Library, tmp_path: Path) -> None:
        file = tmp_path / "answers.jsonl"
        first = ask_all(CASES[:2], asker(library), Kept(file, ""))
        library.close()
        kept = Kept(file, "")
        assert ask_all(CASES[:2], asker(library), kept) == first


class TestFingerprint:
    def test_it_is_of_sources_settings_and_names(self, library: Library, tmp_path: Path) -> None:
        config = Config(index=tmp_path / "index")
        reader = ReaderConfig("trained", str(tmp_path / "reader"))
        found = [
            fingerprint(config),
            fingerprint(config, "arm"),
            fingerprint(replace(config, threshold=0.1)),
            fingerprint(replace(config, reader=reader)),
        ]
        assert len({*found, fingerprint(config)}) == 4

    def test_a_reader_of_other_weights_is_another(self, library: Library, tmp_path: Path) -> None:
        folder = tmp_path / "reader"
        folder.mkdir()
        reader = ReaderConfig("trained", str(folder))
        config = Config(index=tmp_path / "index", reader=reader)
        (folder / "reader.onnx").write_bytes(b"1")
        before = fingerprint(config)
        (folder / "reader.onnx").write_bytes(b"2")
        assert fingerprint(config) != before

    def test_other_packaged_weights_are_another(
        self, library: Library, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("eval.asking.fingerprint.PACKAGED", tmp_path / "reader")
        (tmp_path / "reader").mkdir()
        manifest = tmp_path / "reader" / "manifest.json"
        trained, none = (
            Config(index=tmp_path / "index", reader=reader)
            for reader in (ReaderConfig("trained"), ReaderConfig("none"))
        )
        manifest.write_text("1")
        before = fingerprint(trained), fingerprint(none)
        manifest.write_text("2")
        assert fingerprint(trained) != before[0]
        assert fingerprint(none) == before[1]

    def test_other_sources_are_another(
        self, library: Library, folder: Path, tmp_path: Path
    ) -> None:
        before = fingerprint(Config(index=tmp_path / "index"))
        (folder / "letter.txt").write_text(LETTER + "\nIt spoke.\n")
        embedder, tokens = FakeEmbedder(), load_encoding(DEFAULT_ENCODING)
        with writing(tmp_path / "index") as store:
            Updater(store, embedder, tokens, 16).run([folder])
        assert fingerprint(Config(index=tmp_path / "index")) != before


class TestSources:
    def quoted(self, folder: Path, **changes: Any) -> dict[str, Any]:
        digest = hashlib.sha256((folder / "letter.txt").read_bytes()).hexdigest()
        quote = {"document": "letter.txt", "sha256": digest, "start": 4, "end": 8, "text": "cook"}
        place = {"locator": "line 1", "section": None, "page": None, "page_label": None}
        odd = ["it begins in lower case"]
        said = {"speakers": ["letter"], "reported": False, "notes": [], "oddities": odd}
        return {**quote, "display": "cook", **place, **said, **changes}

    def fault(self, folder: Path, **changes: Any) -> str | None:
        sources = Sources({"letter.txt": folder / "letter.txt"})
        return sources.fault(self.quoted(folder, **changes))

    def test_a_verbatim_quote_has_no_fault(self, folder: Path) -> None:
        assert self.fault(folder) is None

    @pytest.mark.parametrize(
        ("changes", "message"),
        [
            ({"text": "Cook"}, "the text is not what letter.txt has at 4..8"),
            ({"start": 5}, "the text is not what letter.txt has at 5..8"),
            ({"start": 9}, "9..8 is no range"),
            ({"end": 800}, "4..800 is no range"),
            ({"start": -4, "end": -1}, "-4..-1 is no range"),
            ({"sha256": "0" * 64}, "SHA-256 differs"),
            ({"document": "other.txt"}, "there is no source other.txt"),
            ({"display": "Cook"}, "display not as letter.txt has it at 4..8"),
            (
                {"locator": "¶7", "speakers": ["Ann"]},
                "locator, speakers not as letter.txt has it at 4..8",
            ),
            ({"reported": None}, "reported not as"),
            ({"end": 7, "text": "coo"}, "letter.txt has no quote at 4..7"),
        ],
    )
    def test_every_difference_is_a_fault(
        self, folder: Path, changes: dict[str, Any], message: str
    ) -> None:
        assert message in (self.fault(folder, **changes) or "")

    def test_what_is_shown_may_not_be_left_out(self, folder: Path) -> None:
        quote = self.quoted(folder)
        del quote["display"]
        sources = Sources({"letter.txt": folder / "letter.txt"})
        assert sources.fault(quote) == "display not as letter.txt has it at 4..8"

    def test_carriage_returns_count_as_characters(self, folder: Path) -> None:
        (folder / "letter.txt").write_bytes(b"The\r\ncook\r\n")
        assert self.fault(folder, start=5, end=9, locator="line 2") is None


def test_the_files_of_a_folder_go_by_their_paths(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    for name in ("a/b.txt", ".hidden", "c.txt"):
        (tmp_path / name).write_text("x")
    assert list(in_folder(tmp_path)) == ["a/b.txt", "c.txt"]


class TestSample:
    def test_it_keeps_order_and_repeats_by_seed(self) -> None:
        cases = [replace(CASES[0], id=str(number)) for number in range(50)]
        drawn = [int(case.id) for case in sample(cases, 10, 1)]
        assert len(drawn) == 10
        assert drawn == sorted(set(drawn))
        assert drawn == [int(case.id) for case in sample(cases, 10, 1)]
        assert drawn != [int(case.id) for case in sample(cases, 10, 2)]

    @pytest.mark.parametrize("limit", [None, 3, 4])
    def test_no_limit_means_all(self, limit: int | None) -> None:
        assert sample(CASES, limit, 0) == CASES


# -- with the real model -------------------------------------------------------------------------


def measured(index: Path, questions: Path, sources: Path, limit: int) -> Report:
    """A run that refuses nothing, so that every question is a test of what is quoted."""
    cases = sample(load_cases(questions), limit, 0)
    return measure(cases, sources, Config(index=index, threshold=0.0))


@pytest.fixture(scope="module")
def archive(archive_index: Path) -> Report:
    """Of a part of the questions: `make gate` asks all of them."""
    return measured(archive_index, QUESTIONS, ARCHIVE, limit=24)


@pytest.fixture(scope="module")
def seeds(seeds_index: Path) -> Report:
    return measured(seeds_index, SHARED / "questions" / "seeds-dev.jsonl", SEEDS, limit=12)


@pytest.mark.model
class TestArchive:
    def test_every_quote_is_verbatim(self, archive: Report) -> None:
        assert archive.verbatim
        assert archive.checked > 100

    def test_the_gold_agrees_with_the_sources(self, archive: Report) -> None:
        assert archive.gold_mismatches == ()

    def test_figures_keep_their_floors(self, archive: Report) -> None:
        """What falls below these is broken, not unlucky."""
        found = archive.figures
        assert (found["recall_at_5"].value or 0) > 0.4
        assert (found["quote_at_3"].value or 0) > 0.25
        assert (found["locator"].value or 0) > 0.85


# -- agreement with a scorer that shares no code with this one -----------------------------------


@pytest.mark.model
@pytest.mark.shared
@needs_shared
class TestAgreement:
    def test_on_the_archive(self, archive: Report, tmp_path: Path) -> None:
        check_agreement(archive, QUESTIONS, ARCHIVE, tmp_path)

    def test_on_the_seeds(self, seeds: Report, tmp_path: Path) -> None:
        assert seeds.verbatim
        questions = SHARED / "questions" / "seeds-dev.jsonl"
        check_agreement(seeds, questions, SEEDS, tmp_path)


def check_agreement(report: Report, questions: Path, sources: Path, folder: Path) -> None:
    """Our figures are those of the scorer, with all answers and with the unsure half refused."""
    middle = median(result.response.record["confidence"] for result in report.results)
    unsure = tuple(refused(result, middle) for result in report.results)
    for found in (report, Report({}, unsure)):
        theirs = score(found, questions, sources, folder)
        assert ours(found.figures) == pytest.approx(pick(theirs, ours(found.figures)), abs=1e-4)
        for kind, figures in found.kinds.items():
            expected = {"hit3": "quote_at_3", "rec5": "needed_at_5", "sides": "sides"}
            for name, field in expected.items():
                value = theirs["kinds"][kind][name]
                assert figures[field].value == pytest.approx(value, abs=1e-4)


def refused(result: Result, middle: float) -> Result:
    """The result as it would be had the answer been refused for less confidence than `middle`."""
    record = result.response.record
    if record["confidence"] >= middle:
        return result
    response = Response({**record, "abstained": True, "quotes": []})
    return replace(result, response=response, judgement=judge(result.case, response))


def score(report: Report, questions: Path, sources: Path, folder: Path) -> dict[str, Any]:
    answers = folder / "answers.jsonl"
    records = (result.response.record for result in report.results)
    answers.write_text("".join(json.dumps(record) + "\n" for record in records))
    program = [
        sys.executable,
        *map(str, (SHARED / "score.py", questions, answers, sources)),
        "--json",
    ]
    done = subprocess.run(program, check=True, capture_output=True, text=True)
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def ours(found: dict[str, Figure]) -> dict[str, float | None]:
    """Our figures under the scorer's names."""
    names = {
        "hit1": "quote_at_1",
        "hit3": "quote_at_3",
        "hit5": "quote_at_5",
        "quote_precision": "precision",
        "all_recall5": "needed_at_5",
        "answerable_answered": "answered",
        "unanswerable_refused": "refused",
        "balanced_abstention": "balanced_accuracy",
        "trap_quoted": "trap_quoted",
        "auroc": "auroc",
    }
    return {theirs: found[name].value for theirs, name in names.items()}


def pick(record: dict[str, Any], names: dict[str, Any]) -> dict[str, Any]:
    return {name: record[name] for name in names}
