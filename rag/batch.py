"""Many questions from a file, their answers to another."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from rich.progress import track

from index.errors import PinciteError
from rag.assistant import Assistant
from rag.config import Config
from rag.indexing import console, open_warm
from rag.render import to_json
from rag.replace import replacing
from rag.types import Answer


@dataclass(frozen=True, slots=True)
class Asked:
    """A line of a question file. `history` is the conversation before it, oldest first; with
    `documents`, these alone are searched."""

    id: str
    question: str
    history: tuple[str, ...]
    documents: tuple[str, ...] = ()


def load_questions(file: Path) -> list[Asked]:
    """The questions of a JSON Lines file; PinciteError names the line and field at fault."""
    try:
        lines = file.read_text(encoding="utf-8").split("\n")
    except (OSError, UnicodeDecodeError) as error:
        raise PinciteError(f"the questions {file} cannot be read: {error}") from error
    found = [_asked(f"{file}, line {n}", line) for n, line in enumerate(lines, 1) if line.strip()]
    if not found:
        raise PinciteError(f"there are no questions in {file}")
    return found


def run_batch(config: Config, questions: Path, out: Path) -> None:
    """Answer the questions in a file, with a progress bar; the model is loaded once."""
    asked = load_questions(questions)
    if out.exists() and out.samefile(questions):
        raise PinciteError(f"the answers would replace their questions: {out} is {questions}")
    assistant = open_warm(config)
    answer_all(assistant, track(asked, "Answering", console=console), out)
    console.print(
        f"{len(asked)} answers written to {out}", markup=False, emoji=False, soft_wrap=True
    )


def answer_all(assistant: Assistant, questions: Iterable[Asked], out: Path) -> None:
    """Write the answer to each question as a line of `out`.

    The file appears under its name when all are answered.
    """
    try:
        with replacing(out) as file:
            for asked in questions:
                answer = _ask(assistant, asked)
                file.write(to_json(answer, asked.id) + "\n")
    except OSError as error:
        raise PinciteError(f"the answers {out} cannot be written: {error.strerror}") from error


def _ask(assistant: Assistant, asked: Asked) -> Answer:
    try:
        return assistant.ask(asked.question, asked.history, asked.documents)
    except PinciteError as error:
        raise PinciteError(f"question {asked.id}: {error}") from error


def _asked(name: str, line: str) -> Asked:
    try:
        record = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise PinciteError(f"{name} is not JSON: {error}") from error
    if not isinstance(record, dict) or not isinstance(record.get("question"), str):
        raise PinciteError(f"{name}: an object with a string `question` is expected")
    question_id = record.get("id")
    return Asked(
        name if question_id is None else str(question_id),
        record["question"],
        _texts(name, record, "history", "questions"),
        _texts(name, record, "documents", "documents"),
    )


def _texts(name: str, record: dict[str, object], key: str, things: str) -> tuple[str, ...]:
    """A list of texts that may be left out."""
    texts = record.get(key) or []
    if not isinstance(texts, list) or not all(isinstance(item, str) for item in texts):
        raise PinciteError(f"{name}: `{key}` has to be a list of {things}")
    return tuple(texts)
