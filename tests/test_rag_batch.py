"""Files of questions, files of answers."""

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from index.errors import PinciteError
from index.snapshot import Library
from index.store import writing
from index.tokens import DEFAULT_ENCODING, load_encoding
from index.update import Updater, make_settings
from rag.assistant import Assistant
from rag.batch import Asked, answer_all, load_questions, run_batch
from rag.config import Config
from rag.read import SimilarityReader
from tests.fakes import FakeEmbedder

LOG = "The mate slept in the hold.\n\nThe cook kept a grey parrot.\n"


@pytest.fixture
def assistant(tmp_path: Path) -> Iterator[Assistant]:
    (tmp_path / "log.txt").write_text(LOG)
    embedder, tokens = FakeEmbedder(), load_encoding(DEFAULT_ENCODING)
    with writing(tmp_path / "index") as store:
        store.prepare(make_settings(embedder, tokens, 16))
        Updater(store, embedder, tokens, 16).run([tmp_path / "log.txt"])
    library = Library(tmp_path / "index", embedder)
    yield Assistant(library, SimilarityReader(), 0.0)
    library.close()


def loaded(tmp_path: Path, text: str) -> list[Asked]:
    file = tmp_path / "questions.jsonl"
    file.write_text(text, encoding="utf-8")
    return load_questions(file)


def records(file: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in file.read_bytes().decode("utf-8").splitlines()]


# -- questions -------------------------------------------------------------------------------------


def test_questions_are_read_in_order(tmp_path: Path) -> None:
    text = (
        '{"id": "b", "question": "Who slept?", "gold": [], "kind": "fact"}\n'
        "\n"
        '{"id": 7, "question": "And \\u00fcber whom?", "history": ["Who slept?", "Where?"]}\r\n'
        '{"question": "", "documents": ["log.txt"]}\n'
        '{"id": null, "question": "Who?", "history": null}'
    )
    name = f"{tmp_path / 'questions.jsonl'}, line "
    assert loaded(tmp_path, text) == [
        Asked("b", "Who slept?", ()),
        Asked("7", "And über whom?", ("Who slept?", "Where?")),
        Asked(f"{name}4", "", (), ("log.txt",)),
        Asked(f"{name}5", "Who?", ()),
    ]


def test_line_breaks_of_unicode_are_part_of_a_question(tmp_path: Path) -> None:
    (asked,) = loaded(tmp_path, '{"id": "q", "question": "Who\u2028slept\x85?"}')
    assert asked.question == "Who\u2028slept\x85?"


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ('{"question": "Who?"', " is not JSON: "),
        ("Who slept?", " is not JSON: Expecting value"),
        ("[" * 100_000, " is not JSON: "),
        ('["Who slept?"]', ": an object with a string `question` is expected"),
        ('{"id": "q"}', ": an object with a string `question` is expected"),
        ('{"question": 7}', ": an object with a string `question` is expected"),
        ('{"question": null}', ": an object with a string `question` is expected"),
        ('{"question": "Who?", "history": "Why?"}', ": `history` has to be a list of questions"),
        ('{"question": "Who?", "history": ["Why?", 7]}', ": `history` has to be a list of"),
        ('{"question": "Who?", "history": {"a": 1}}', ": `history` has to be a list of"),
    ],
)
def test_a_malformed_line_is_named(tmp_path: Path, line: str, message: str) -> None:
    good = '{"question": "Who?"}'
    with pytest.raises(PinciteError) as error:
        loaded(tmp_path, f"{good}\n\n{line}\n{good}")
    assert str(error.value).startswith(f"{tmp_path / 'questions.jsonl'}, line 3{message}")


@pytest.mark.parametrize("text", ["", "\n \n"])
def test_a_file_without_questions_is_refused(tmp_path: Path, text: str) -> None:
    with pytest.raises(PinciteError, match=r"there are no questions in .*questions\.jsonl"):
        loaded(tmp_path, text)


def test_a_file_that_cannot_be_read_is_refused(tmp_path: Path) -> None:
    for file in (tmp_path / "lost.jsonl", tmp_path):
        with pytest.raises(PinciteError, match=rf"the questions {file} cannot be read"):
            load_questions(file)
    (tmp_path / "latin.jsonl").write_bytes(b'{"question": "Caf\xe9?"}')
    with pytest.raises(PinciteError, match="cannot be read: 'utf-8' codec"):
        load_questions(tmp_path / "latin.jsonl")


# -- answers ---------------------------------------------------------------------------------------


def test_answers_are_written_in_order_with_their_ids(assistant: Assistant, tmp_path: Path) -> None:
    out = tmp_path / "answers.jsonl"
    asked = [
        Asked("b", "Who kept a grey parrot?", ()),
        Asked("a", "And who slept?", ("Who was in the hold?",)),
        Asked("a", "?", ()),
        Asked("\ud800", "Who \udcff slept?", ()),
    ]
    answer_all(assistant, asked, out)
    found = records(out)
    assert [(each["id"], each["question"]) for each in found] == [
        ("b", "Who kept a grey parrot?"),
        ("a", "And who slept?"),
        ("a", "?"),
        ("\ud800", "Who \udcff slept?"),
    ]
    assert found[0]["quotes"][0]["text"] == "The cook kept a grey parrot."
    assert found[1]["standalone_question"] == "Who was in the hold? And who slept?"
    assert [each["reason"] for each in found] == [None, None, "no_question", None]
    assert sorted(path.name for path in tmp_path.glob("answers*")) == ["answers.jsonl"]


def test_lines_that_mean_harm_are_answered_or_refused(assistant: Assistant, tmp_path: Path) -> None:
    hostile: list[dict[str, Any]] = [
        {"question": "sleep " * 170_000},
        {"question": "x" * 1_000_000},
        {"question": "\x00\x1b[2J \u202e\ud800 Who slept?"},
        {"question": "And he?", "history": ["Who slept?"] * 10_000},
        {"question": "And he?", "history": ["\ud800\x00" * 500_000]},
    ]
    out = tmp_path / "answers.jsonl"
    asked = loaded(tmp_path, "\n".join(map(json.dumps, hostile)))
    answer_all(assistant, asked, out)
    found = records(out)
    assert [each["question"] for each in found] == [each["question"] for each in hostile]
    assert [each["reason"] for each in found[:2]] == ["too_long", "too_long"]
    assert all(each["abstained"] is (each["reason"] is not None) for each in found)


def test_earlier_answers_are_replaced(assistant: Assistant, tmp_path: Path) -> None:
    out = tmp_path / "answers.jsonl"
    out.write_text("old")
    answer_all(assistant, [Asked("q", "Who slept?", ())], out)
    assert [each["id"] for each in records(out)] == ["q"]


@pytest.mark.parametrize("error", [KeyboardInterrupt, PinciteError])
def test_a_run_that_is_stopped_leaves_what_was_there(
    assistant: Assistant, tmp_path: Path, error: type[BaseException]
) -> None:
    def stopped() -> Iterator[Asked]:
        yield Asked("q", "Who slept?", ())
        raise error

    out = tmp_path / "answers.jsonl"
    with pytest.raises(error):
        answer_all(assistant, stopped(), out)
    assert not out.exists()
    out.write_text("old")
    with pytest.raises(error):
        answer_all(assistant, stopped(), out)
    assert out.read_text() == "old"
    assert list(tmp_path.glob("answers*")) == [out]


def test_answers_are_written_to_what_a_link_points_to(assistant: Assistant, tmp_path: Path) -> None:
    (tmp_path / "there").mkdir()
    link, target = tmp_path / "answers.jsonl", tmp_path / "there" / "real.jsonl"
    link.symlink_to(target)
    for question_id in ("new", "again"):
        answer_all(assistant, [Asked(question_id, "Who slept?", ())], link)
        assert link.is_symlink()
        assert [each["id"] for each in records(target)] == [question_id]
        target.chmod(0o600)
    assert list(target.parent.iterdir()) == [target]


def test_a_link_to_itself_or_to_no_file_is_refused(assistant: Assistant, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "device").symlink_to(tmp_path / "pipe")
    (tmp_path / "loop").symlink_to(tmp_path / "loop")
    for name in ("device", "loop"):
        with pytest.raises(PinciteError, match=rf"{name}: it is not a regular file"):
            answer_all(assistant, [Asked("q", "Who slept?", ())], tmp_path / name)
        assert (tmp_path / name).is_symlink()
    assert (tmp_path / "pipe").is_fifo()


def test_permissions_and_files_of_others_are_kept(assistant: Assistant, tmp_path: Path) -> None:
    out, other = tmp_path / "answers.jsonl", tmp_path / "answers.jsonl.part"
    out.write_text("old")
    out.chmod(0o640)
    other.write_text("mine")
    answer_all(assistant, [Asked("q", "Who slept?", ())], out)
    assert out.stat().st_mode & 0o777 == 0o640
    assert other.read_text() == "mine"
    assert sorted(tmp_path.glob("answers*")) == [out, other]


@pytest.mark.parametrize("how", ["same", "symlink", "hard link"])
def test_answers_do_not_replace_their_questions(tmp_path: Path, how: str) -> None:
    questions = out = tmp_path / "questions.jsonl"
    questions.write_text('{"question": "Who slept?"}')
    if how == "symlink":
        out = tmp_path / "out"
        out.symlink_to(questions)
    elif how == "hard link":
        out = tmp_path / "out"
        out.hardlink_to(questions)
    with pytest.raises(PinciteError, match="the answers would replace their questions: "):
        run_batch(Config(index=tmp_path / "index"), questions, out)
    assert questions.read_text() == '{"question": "Who slept?"}'


def test_answers_that_cannot_be_written_are_named(assistant: Assistant, tmp_path: Path) -> None:
    asked = [Asked("q", "Who slept?", ())]
    out = tmp_path / "lost" / "answers.jsonl"
    with pytest.raises(PinciteError, match=rf"the answers {out} cannot be written: No such file"):
        answer_all(assistant, asked, out)


def test_only_a_file_is_replaced_by_answers(assistant: Assistant, tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    os.mkfifo(tmp_path / "pipe")
    for name in ("folder", "pipe"):
        with pytest.raises(PinciteError, match=rf"{name}: it is not a regular file"):
            answer_all(assistant, [Asked("q", "Who slept?", ())], tmp_path / name)
    assert (tmp_path / "folder").is_dir()
    assert (tmp_path / "pipe").is_fifo()
