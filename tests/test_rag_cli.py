"""The command line: what it prints, where, and how it exits."""

import json
import os
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from itertools import cycle
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from index.embed import Embedder, load_embedder
from index.store import writing
from rag.cli import commands, main
from rag.export import FORMS
from rag.render import REASONS
from rag.types import Notice, Reason
from tests.fake_llm import Says, picks, served
from tests.fakes import FakeEmbedder

HARBOUR = """1. The harbour master lit the lamp at four o'clock.

2. The pilot slept in the cabin until the ship struck.

3. The mate went below to mend his coat before dinner.
"""
LETTER = "The cook kept a parrot in the galley for eleven years.\n"
LAMP = "The harbour master lit the lamp at four o'clock."
COMMANDS = [
    "ask",
    "batch",
    "check",
    "eval",
    "export",
    "index",
    "password",
    "repair",
    "serve",
    "show",
    "status",
    "verdicts",
    "witnesses",
]
# These work on a file of their own, and on no index.
APART = {"verdicts"}
HEAVY = [
    "faiss",
    "gradio",
    "numpy",
    "rich",
    "sentence_transformers",
    "sentencex",
    "tiktoken",
    "torch",
    "transformers",
]

Load = Callable[..., Embedder]


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A working folder with sources, and a threshold that lets every question be answered."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "200")
    Path("sources").mkdir()
    Path("sources/harbour.txt").write_text(HARBOUR, encoding="utf-8")
    Path("sources/letter.txt").write_text(LETTER, encoding="utf-8")
    Path("pincite.toml").write_text("threshold = 0.0\npassage_tokens = 16\n", encoding="utf-8")
    return tmp_path


@pytest.fixture(autouse=True)
def models(monkeypatch: pytest.MonkeyPatch) -> list[str | None]:
    """The names of the models that were loaded, each of which is a fake with its own weights."""
    loaded: list[str | None] = []

    def load(configured: str | None, *, allow_network: bool = False) -> Embedder:
        assert not allow_network
        loaded.append(configured)
        name = configured or "fake"
        return FakeEmbedder(name, sha256="0" * 64 if name == "fake" else "1" * 64)

    monkeypatch.setattr("rag.assistant.load_embedder", load)
    monkeypatch.setattr("rag.indexing.load_embedder", load)
    monkeypatch.setattr("rag.mending.load_embedder", load)
    return loaded


def run(*arguments: str, text: str | bytes | None = None, status: int = 0) -> Result:
    result = CliRunner().invoke(commands, arguments, input=text, catch_exceptions=False)
    assert result.exit_code == status, result.output
    return result


def refused(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], *arguments: str
) -> str:
    """What `pincite` says on standard error as it exits with status 1: one line, no trace."""
    capsys.readouterr()
    monkeypatch.setattr(sys, "argv", ["pincite", *arguments])
    with pytest.raises(SystemExit) as stopped:
        main()
    out, err = capsys.readouterr()
    assert (stopped.value.code, out) == (1, "")
    assert err.startswith("pincite: ")
    assert err.count("\n") == 1
    return err.removeprefix("pincite: ").rstrip("\n")


def pincite(
    *arguments: str, code: str = "from rag.cli import main; main()"
) -> tuple[int, str, str]:
    """Run a fresh process."""
    root = str(Path(__file__).parents[1])
    done = subprocess.run(
        [sys.executable, "-c", code, *arguments],
        capture_output=True,
        encoding="utf-8",
        env={**os.environ, "PYTHONPATH": root},
        check=False,
    )
    return done.returncode, done.stdout, done.stderr


# -- help ------------------------------------------------------------------------------------------


def test_help_names_every_command() -> None:
    listed = run("--help").output.split("Commands:\n")[1]
    assert [line.split()[0] for line in listed.splitlines()] == COMMANDS


@pytest.mark.parametrize("command", [each for each in COMMANDS if each not in APART])
def test_every_command_has_help_and_the_common_options(command: str) -> None:
    output = run(command, "--help").output
    assert output.startswith(f"Usage: commands {command} [OPTIONS]")
    for option in ("--index", "--model", "--config", "--allow-network"):
        assert option in output


def test_help_imports_nothing_heavy() -> None:
    code = (
        "import sys\n"
        "from rag.cli import main\n"
        "try: main()\n"
        "except SystemExit: pass\n"
        f"print(*sorted(set({HEAVY}) & set(sys.modules)), file=sys.stderr)"
    )
    status, out, err = pincite("--help", code=code)
    assert (status, err) == (0, "\n")
    assert out.startswith("Usage: ")


def test_the_version_is_that_of_the_package() -> None:
    assert run("--version").output.startswith("commands, version 0.")


@pytest.mark.parametrize(
    "arguments",
    [
        ["nothing"],
        ["index"],
        ["index", "lost"],
        ["batch", "lost.jsonl", "--out", "x"],
        ["batch", "pincite.toml"],
        ["check", "lost.jsonl"],
        ["check", "pincite.toml", "--sources", "lost"],
        ["ask", "--index", "pincite.toml"],
        ["ask", "Who?", "Why?"],
    ],
)
def test_wrong_usage_exits_with_2(arguments: list[str]) -> None:
    assert "Error: " in run(*arguments, status=2).stderr


# -- one after the other ---------------------------------------------------------------------------


def test_index_status_ask_batch_check() -> None:
    indexed = run("index", "sources")
    assert indexed.stdout == ""
    assert "added" in indexed.stderr
    assert Path(".pincite/pincite.sqlite").is_file()

    status = run("status").stdout
    for word in ("harbour.txt", "letter.txt", "fake (000000000000)", "pincite-16k, 16 a passage"):
        assert word in status
    assert status.count("sound") == 2

    answered = run("ask", "When did the harbour master light the lamp?").stdout
    assert answered.startswith(f"[1] {LAMP}\n    — harbour.txt, ¶1\n")

    (line,) = run(
        "ask", "--json", "When did the harbour master light the lamp?"
    ).stdout.splitlines()
    assert json.loads(line)["quotes"][0]["text"] == LAMP
    Path("answer.json").write_text(line, encoding="utf-8")
    assert run("check", "answer.json").stdout.endswith(" citations checked, 0 wrong.\n")

    Path("questions.jsonl").write_text(
        '{"id": "a", "question": "Who kept a parrot in the galley?"}\n'
        '{"id": "b", "question": "And the pilot?", "history": ["Who slept in the cabin?"]}\n'
    )
    batch = run("batch", "questions.jsonl", "--out", "answers.jsonl")
    assert batch.stdout == ""
    assert "2 answers written to answers.jsonl" in batch.stderr
    records = [json.loads(line) for line in Path("answers.jsonl").read_text().splitlines()]
    assert [record["id"] for record in records] == ["a", "b"]
    assert records[0]["quotes"][0]["text"] == LETTER.strip()
    assert records[1]["standalone_question"] == "Who slept in the cabin? And the pilot?"

    cited = sum(len(record["quotes"]) for record in records)
    assert run("check", "answers.jsonl").stdout == f"{cited} citations checked, 0 wrong.\n"
    assert run("check", "answers.jsonl", "--sources", "sources").stdout.startswith(str(cited))


def test_what_is_exported_can_be_checked_in_every_form() -> None:
    run("index", "sources")
    Path("answer.json").write_text(
        run("ask", "--json", "When did the harbour master light the lamp?").stdout, encoding="utf-8"
    )
    for name, form in FORMS.items():
        out = f"answer.{form.ending}"
        assert run("export", "answer.json", "--as", name, "--out", f"of-{out}").stdout == ""
        printed = run("export", "answer.json", "--as", name).stdout
        assert printed == Path(f"of-{out}").read_text(encoding="utf-8")
        assert run("check", f"of-{out}").stdout.endswith(" citations checked, 0 wrong.\n")
    assert "The harbour master lit" in printed
    Path("of-answer.html").write_text(printed.replace("master lit", "master put"), encoding="utf-8")
    assert "text not as in the source" in run("check", "of-answer.html", status=1).stdout


def test_what_no_longer_holds_is_not_exported(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    run("index", "sources")
    answer = run("ask", "--json", "When did the harbour master light the lamp?").stdout
    Path("answer.json").write_text(answer, encoding="utf-8")
    out = ["export", "answer.json", "--as", "note", "--out"]
    assert refused(monkeypatch, capsys, *out, "answer.json") == (
        "the export would replace the answers: answer.json is answer.json"
    )
    Path("sources/harbour.txt").write_text(HARBOUR.replace("mate", "cook"), encoding="utf-8")
    assert refused(monkeypatch, capsys, *out, "note.txt") == (
        "nothing is written, for these no longer hold; ask again: "
        "line 1 [1] harbour.txt, ¶1: the file has changed since (SHA-256 differs)"
    )
    assert not Path("note.txt").exists()


def with_reader(url: str) -> None:
    """Configure a language model."""
    Path("pincite.toml").write_text(
        "threshold = 0.0\npassage_tokens = 16\n"
        f'[reader]\nkind = "openai"\nurl = "{url}"\nmodel = "some-model"\ntimeout = 60\n'
    )


def test_a_language_model_chooses_what_is_quoted() -> None:
    run("index", "sources")
    with served(picks("parrot")) as server:
        with_reader(server.url)
        assert run("ask", "Who lit the lamp?").stdout.startswith(f"[1] {LETTER}    — letter.txt")
        Path("questions.jsonl").write_text('{"id": "a", "question": "Who lit the lamp?"}\n')
        run("batch", "questions.jsonl", "--out", "answers.jsonl")
        assert len(server.seen) == 2
        server.behave = Says("PWNED")
        (line,) = run("ask", "--json", "Who lit the lamp?").stdout.splitlines()
        assert "PWNED" not in line
        assert run("ask", "Who lit the lamp?").stdout.startswith(
            f"Note: {Notice.MODEL_MALFORMED.value}\n\n[1] {LAMP}\n"
        )
    (record,) = map(json.loads, Path("answers.jsonl").read_text().splitlines())
    assert [quote["text"] for quote in record["quotes"]] == [LETTER.strip()]
    assert (record["confidence"], record["notices"]) == (1.0, [])
    assert json.loads(line)["notices"] == [Notice.MODEL_MALFORMED.value]
    Path("answer.json").write_text(line, encoding="utf-8")
    for answers in ("answers.jsonl", "answer.json"):
        assert run("check", answers).stdout.endswith(" citations checked, 0 wrong.\n")


def test_a_language_model_elsewhere_has_to_be_allowed(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    run("index", "sources")
    with_reader("https://models.example/v1")
    said = refused(monkeypatch, capsys, "ask", "Who lit the lamp?")
    assert said.startswith("reader.url is https://models.example/v1, on another machine: ")
    assert said.endswith("set allow_network = true or add --allow-network")


def test_check_exits_with_1_when_something_is_wrong() -> None:
    run("index", "sources")
    answer = run("ask", "--json", "Who lit the lamp?").stdout
    Path("answer.json").write_text(answer.replace("four", "five"), encoding="utf-8")
    found = run("check", "answer.json", status=1).stdout.splitlines()
    assert found[0].startswith("line 1 [1] harbour.txt, ¶1: the text differs from the source")
    Path("answer.json").write_text(answer, encoding="utf-8")
    Path("sources/harbour.txt").write_text(HARBOUR.replace("mate", "cook"), encoding="utf-8")
    assert "SHA-256 differs" in run("check", "answer.json", status=1).stdout


def test_an_index_is_brought_up_to_date() -> None:
    def counts(*arguments: str) -> list[str]:
        table = run("index", "sources", *arguments).stderr
        row = next(line for line in table.splitlines() if line.startswith("│"))
        return [cell.strip() for cell in row.strip("│").split("│")]

    # added, replaced, unchanged, removed, passages, failed
    assert counts() == ["2", "0", "0", "0", "4", "0"]
    Path("sources/letter.txt").write_text("The cook kept no parrot.\n")
    assert counts() == ["0", "1", "1", "0", "1", "0"]
    Path("sources/letter.txt").unlink()
    assert counts() == ["0", "0", "1", "1", "0", "0"]
    assert counts("--rebuild") == ["1", "0", "0", "0", "3", "0"]


def test_a_file_that_cannot_be_indexed_does_not_stop_the_others() -> None:
    Path("sources/[bold]:ship:.xyz").write_bytes(b"PK")
    Path("sources/empty.txt").write_text("\n")
    result = run("index", "sources", status=1)
    name = Path("sources").resolve()
    assert f"{name}/[bold]:ship:.xyz: files ending in .xyz are not supported" in result.stderr
    assert f"{name}/empty.txt: empty: there is nothing to quote" in result.stderr
    assert run("ask", "Who kept a parrot?").stdout.startswith(f"[1] {LETTER}")


def test_status_shows_titles_as_they_are() -> None:
    Path("sources/log.md").write_text("# [/b]The :ship:\x1b[31m Log\u202e\n\nThe mate slept.\n")
    run("index", "sources")
    status = run("status").stdout
    assert "[/b]The :ship:\\x1b[31m Log\\u202e" in status
    assert "\x1b" not in status


def test_status_of_an_empty_index() -> None:
    Path("sources/harbour.txt").unlink()
    Path("sources/letter.txt").unlink()
    run("index", "sources")
    rows = [line.strip("│ ").split("│") for line in run("status").stdout.splitlines()]
    shown = {row[0].strip(): row[1].strip() for row in rows if len(row) == 2}
    assert (shown["documents"], shown["passages"]) == ("0", "0")
    assert run("ask", "Who slept?").stdout == "There are no sources in this index yet.\n"


def test_a_missing_faiss_index_is_a_notice_only() -> None:
    run("index", "sources")
    for path in Path(".pincite").glob("*.faiss"):
        path.unlink()
    assert "missing or stale; made anew" in run("status").stdout
    assert run("ask", "Who kept a parrot?").stdout.startswith(f"[1] {LETTER}")


# -- models ----------------------------------------------------------------------------------------


def test_the_model_of_an_index_is_used_again(models: list[str | None]) -> None:
    run("index", "sources", "--model", "mine")
    run("index", "sources")
    run("ask", "Who slept?")
    assert models == ["mine", "mine", "mine"]
    run("index", "sources", "--rebuild")
    run("ask", "Who slept?")
    assert models[3:] == [None, "fake"]


def test_another_model_is_refused(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    run("index", "sources")
    message = refused(monkeypatch, capsys, "ask", "Who slept?", "--model", "other")
    assert message.startswith("the index .pincite was made with the model fake (weights 0000")
    assert message.endswith("pincite index FOLDER --index .pincite --rebuild")
    message = refused(monkeypatch, capsys, "index", "sources", "--model", "other")
    assert "model is 'fake' in the index, 'other' now" in message
    assert run("ask", "Who kept a parrot?").stdout.startswith(f"[1] {LETTER}")


def test_a_model_that_is_not_there_leaves_the_index_alone(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    run("index", "sources")
    monkeypatch.setattr("rag.indexing.load_embedder", load_embedder)
    lost = "no/such/model/here"
    arguments = ("index", "sources", "--rebuild", "--model", lost)
    assert lost in refused(monkeypatch, capsys, *arguments)
    assert run("ask", "Who kept a parrot?").stdout.startswith(f"[1] {LETTER}")


# -- refusals --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "arguments",
    [
        ["ask", "Who?"],
        ["ask"],
        ["status"],
        ["batch", "q.jsonl", "--out", "a"],
        ["check", "q.jsonl"],
    ],
)
def test_without_an_index_the_next_command_is_named(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], arguments: list[str]
) -> None:
    Path("q.jsonl").write_text('{"question": "Who?"}\n')
    assert refused(monkeypatch, capsys, *arguments) == (
        "there is no index in .pincite. Make one: pincite index FOLDER --index .pincite"
    )
    assert not Path(".pincite").exists()
    assert not Path("a").exists()


def test_an_index_that_is_being_written_is_refused(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], models: list[str | None]
) -> None:
    with writing(Path(".pincite")):
        message = refused(monkeypatch, capsys, "index", "sources")
    assert message.startswith("another process is writing to the index .pincite")
    assert models == []


def test_a_damaged_index_is_refused(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    Path(".pincite").mkdir()
    Path(".pincite/pincite.sqlite").write_bytes(b"no database" * 999)
    for arguments in (["ask", "Who?"], ["status"], ["index", "sources"]):
        message = refused(monkeypatch, capsys, *arguments)
        assert message.startswith("the index .pincite ")
        assert "(file is not a database)" in message


def test_an_index_that_is_damaged_anywhere_shows_no_trace(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    run("index", "sources")
    answer = run("ask", "--json", "Who lit the lamp?").stdout
    Path("answer.json").write_text(answer, encoding="utf-8")
    database = Path(".pincite/pincite.sqlite")
    data = database.read_bytes()
    refusals = 0
    fills = cycle([b"\0", b"a", b"\xff"])
    for at, fill in zip(range(100, len(data), 3000), fills, strict=False):
        database.write_bytes(data[:at] + fill * 50 + data[at + 50 :])
        for arguments in (["status"], ["ask", "Who lit the lamp?"], ["check", "answer.json"]):
            monkeypatch.setattr(sys, "argv", ["pincite", *arguments])
            with pytest.raises(SystemExit) as stopped:
                main()
            out, err = capsys.readouterr()
            if err.startswith("pincite: "):
                assert (stopped.value.code, out, err.count("\n")) == (1, "", 1)
                refusals += 1
            else:
                assert out
    assert refusals > 10


def test_a_database_whose_contents_make_no_sense_is_refused(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    run("index", "sources")
    with closing(sqlite3.connect(".pincite/pincite.sqlite")) as database, database:
        database.execute("UPDATE meta SET value = '{' WHERE key = 'settings'")
        database.execute("DELETE FROM meta WHERE key = 'seal'")
    for arguments in (["status"], ["ask", "Who?"]):
        message = refused(monkeypatch, capsys, *arguments)
        assert message.startswith("the index .pincite is damaged (JSONDecodeError: Expecting")


def test_an_index_where_none_can_be_is_refused(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    Path("my.toml").write_text('index = "pincite.toml"')
    message = refused(monkeypatch, capsys, "index", "sources", "--config", "my.toml")
    assert "pincite.toml" in message
    message = refused(monkeypatch, capsys, "index", "sources", "--index", "pincite.toml/index")
    assert "pincite.toml/index" in message
    assert Path("pincite.toml").is_file()


def test_a_full_disk_is_told_without_a_trace(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail(*arguments: object, **named: object) -> None:
        raise OSError(28, "No space left on device")

    run("index", "sources")
    monkeypatch.setattr("rag.conversation.to_text", fail)
    assert refused(monkeypatch, capsys, "ask", "Who?") == "[Errno 28] No space left on device"


def test_a_wrong_configuration_is_refused(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    Path("pincite.toml").write_text("treshold = 1")
    message = refused(monkeypatch, capsys, "status")
    assert message.startswith("pincite.toml: there is no setting 'treshold'")
    message = refused(monkeypatch, capsys, "status", "--config", "lost\x1b[2J.toml")
    assert message.startswith("the configuration lost\\x1b[2J.toml cannot be read: No such file")


def test_malformed_questions_are_refused_before_anything_is_written(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    run("index", "sources")
    Path("q.jsonl").write_text('{"question": "Who?"}\n{"question": 7}\n')
    message = refused(monkeypatch, capsys, "batch", "q.jsonl", "--out", "a.jsonl")
    assert message == "q.jsonl, line 2: an object with a string `question` is expected"
    assert not Path("a.jsonl").exists()


def test_an_option_comes_before_the_configuration() -> None:
    run("index", "sources", "--index", "elsewhere")
    assert not Path(".pincite").exists()
    Path("pincite.toml").write_text('index = "elsewhere"\nthreshold = 0.0\n')
    assert run("ask", "Who kept a parrot?").stdout.startswith(f"[1] {LETTER}")
    Path("strict.toml").write_text('index = "elsewhere"\nthreshold = 1.0\n')
    refusal = run("ask", "Who kept a parrot?", "--config", "strict.toml").stdout
    assert refusal.startswith(f"{REASONS[Reason.NOT_ANSWERED]}\n\nNearest passages.")


@contextmanager
def interrupted(monkeypatch: pytest.MonkeyPatch, name: str) -> Iterator[None]:
    def interrupt(*arguments: object, **named: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(name, interrupt)
        yield


@pytest.mark.parametrize(
    ("name", "arguments"),
    [
        ("index.update.Updater.run", ["index", "sources"]),
        ("rag.assistant.Assistant.ask", ["ask", "Who?"]),
        ("rag.assistant.Assistant.ask", ["batch", "q.jsonl", "--out", "a.jsonl"]),
    ],
)
def test_an_interrupted_command_says_no_more_than_that(
    monkeypatch: pytest.MonkeyPatch, name: str, arguments: list[str]
) -> None:
    run("index", "sources")
    Path("q.jsonl").write_text('{"question": "Who?"}\n')
    with interrupted(monkeypatch, name):
        result = run(*arguments, status=1)
    assert result.stderr.endswith("Aborted!\n")
    assert "Traceback" not in result.output
    assert not Path("a.jsonl").exists()
    run("ask", "Who kept a parrot?")


# -- conversation ----------------------------------------------------------------------------------


def test_a_conversation_is_read_line_by_line_and_remembered() -> None:
    run("index", "sources")
    text = "Who slept in the cabin?\n\n  And the pilot?  \nWhich parrot did the cook keep?\nWhy?"
    lines = run("ask", "--json", text=text).stdout.splitlines()
    assert [json.loads(line)["standalone_question"] for line in lines] == [
        "Who slept in the cabin?",
        "Who slept in the cabin? And the pilot?",
        "Which parrot did the cook keep?",
        "Which parrot did the cook keep, and why?",
    ]


def test_a_conversation_goes_on_after_a_line_that_means_harm() -> None:
    run("index", "sources")
    harm = ["lamp " * 200_000, "x" * 1_000_000, "\x1b[2J\x00 lamp"]
    lines = run("ask", "--json", text="\n".join([*harm, "Who kept a parrot?"])).stdout.splitlines()
    reasons = [json.loads(line)["reason"] for line in lines]
    assert reasons[:2] == ["too_long", "too_long"]
    assert (len(reasons), reasons[3]) == (4, None)


def test_a_conversation_as_text() -> None:
    run("index", "sources")
    Path("pincite.toml").write_text("threshold = 1.0")
    assert run("ask", text="?\nWhere is the lamp?\n").stdout.startswith(
        f"{REASONS[Reason.NO_QUESTION]}\n\n{REASONS[Reason.NOT_ANSWERED]}\n\nNearest passages."
    )
    assert run("ask", text="").stdout == ""


def test_documents_that_alone_are_searched() -> None:
    run("index", "sources")
    asked = ["ask", "Who kept a parrot?", "--in", "harbour.txt", "--in", "letter"]
    assert json.loads(run(*asked, "--json").stdout)["scope"] == ["harbour.txt", "letter.txt"]
    text = run("ask", "--in", "letter.txt", text="Who kept a parrot?\n").stdout
    assert text.startswith(f"Searched only in: letter.txt\n\n[1] {LETTER}")


def test_a_document_that_is_not_there_is_named(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    run("index", "sources")
    message = refused(monkeypatch, capsys, "ask", "Who?", "--in", "lost.txt")
    assert message == (
        "no document is called 'lost.txt'. The documents are: harbour.txt, letter.txt"
    )


def test_a_line_that_is_not_utf_8_is_a_question_too() -> None:
    run("index", "sources")
    (line,) = run("ask", "--json", text=b"Who kept a parrot \xff?\n").stdout.splitlines()
    record = json.loads(line)
    assert record["question"] == "Who kept a parrot \udcff?"
    assert record["quotes"][0]["text"] == LETTER.strip()
    assert run("ask", text=b"Who kept a parrot \xff?\n").stdout.startswith(
        "Searched for: Who kept a parrot ??\n"
    )


# -- a process of its own --------------------------------------------------------------------------


def test_a_refusal_in_a_process_is_one_line_without_a_trace() -> None:
    status, out, err = pincite("ask", "Who \udcff?", "--index", "lost\udcff\x1b")
    assert (status, out) == (1, "")
    assert err == (
        "pincite: there is no index in lost\\udcff\\x1b. Make one: pincite index FOLDER --index "
        "lost\\udcff\\x1b\n"
    )


@pytest.mark.parametrize("encoding", ["ascii", "latin-1"])
def test_what_a_terminal_cannot_show_is_escaped(
    monkeypatch: pytest.MonkeyPatch, encoding: str
) -> None:
    Path("sources/\u0161.txt").write_text("# \u0160koda\n\nThe mate slept.\n", encoding="utf-8")
    run("index", "sources")
    monkeypatch.setenv("PYTHONIOENCODING", encoding)
    status, out, err = pincite("status")
    assert (status, err) == (0, "")
    assert "\\u0161.txt" in out
    assert "\\u0160koda" in out


@pytest.mark.model
def test_the_real_command_line_from_files_to_checked_answers() -> None:
    Path("pincite.toml").unlink()
    status, out, err = pincite("index", "sources")
    assert (status, out) == (0, ""), err
    Path("q.jsonl").write_text('{"id": "q", "question": "What bird did the ship\'s cook own?"}\n')
    status, out, err = pincite("batch", "q.jsonl", "--out", "a.jsonl")
    assert (status, out) == (0, ""), err
    record = json.loads(Path("a.jsonl").read_text())
    assert record["quotes"][0]["text"] == LETTER.strip()
    assert pincite("check", "a.jsonl")[:2] == (0, "1 citations checked, 0 wrong.\n")


# Verifying and mending


def test_verify_says_that_everything_agrees() -> None:
    run("index", "sources")
    agreed = "Everything agrees: each row, what is derived, and the source files.\n"
    assert run("status", "--verify").stdout == agreed
    assert run("repair").stdout == "Nothing was wrong.\n"


def test_verify_tells_changed_sources_apart_from_faults() -> None:
    run("index", "sources")
    Path("sources/harbour.txt").write_text("It rained.", encoding="utf-8")
    Path("sources/letter.txt").unlink()
    assert run("status", "--verify").stdout == (
        "source: harbour.txt: has changed since it was indexed\n"
        "source: letter.txt: cannot be read: No such file or directory\n"
        "The index is sound. Renew it: pincite index FOLDER --index .pincite\n"
    )


def test_a_damaged_index_is_named_and_mended() -> None:
    run("index", "sources")
    with closing(sqlite3.connect(".pincite/pincite.sqlite")) as database, database:
        database.execute("UPDATE documents SET text = upper(text)")
    Path("sources/letter.txt").unlink()
    faults = (
        "wrong: its tables are not as they were left\n"
        "wrong: harbour.txt: the text of harbour.txt has changed\n"
        "wrong: letter.txt: the text of letter.txt has changed\n"
    )
    found = run("status", "--verify", status=1).stdout
    assert found == f"{faults}Mend it: pincite repair --index .pincite\n"
    assert run("repair", status=1).stdout == (
        f"{faults}made anew: harbour.txt\n"
        "lost: letter.txt (cannot be read: No such file or directory)\n"
        "0 documents were whole; what is derived from them was made anew.\n"
        "What may be missing comes back with: pincite index FOLDER --index .pincite\n"
    )
    assert "wrong" not in run("status", "--verify").stdout
    assert run("ask", "Who lit the lamp?").stdout.startswith("[1] ")
