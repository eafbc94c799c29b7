"""Questions to begin with."""

from pathlib import Path

import pytest

from index import read
from index.types import Document
from rag.examples import SHOWN, TRIED, candidates, examples
from rag.types import Answer, Reason

FILLER = "The sea was heavy and the wind stood in the west all night long. " * 8
LOG = f"""# The Log

by Anna Reed

## Contents

{FILLER}

## 1. THE FATAL HOUR

{FILLER}{FILLER}

## Who held the helm?

{FILLER}

## Lamps

{FILLER}

## Notes to the log

{FILLER}

## A short one here

Nothing.

## Meeting of 3 December 1887

{FILLER}
"""
LETTER = f"""# A Letter

"I saw no light," said Hosea Trigg. "There was none." {FILLER}

"It was lit," said Matthew Hale. Hosea Trigg said: "It was not lit at all."
"""


def document(name: str, text: str) -> Document:
    return read.load(text.encode(), Path(name), name)


@pytest.fixture(scope="module")
def documents() -> list[Document]:
    return [document("letter.md", LETTER), document("log.md", LOG)]


def answered(question: str, *, is_found: bool) -> Answer:
    reason = None if is_found else Reason.NOT_ANSWERED
    quotes: tuple[object, ...] = ("a quote",) if is_found else ()
    return Answer(question, question, quotes, (), 1.0, reason, 0.0)  # type: ignore[arg-type]  # any will do


def test_headings_that_say_something_come_by_how_much_is_under_them(
    documents: list[Document],
) -> None:
    on_headings = [each for each in candidates(documents[1:]) if not each.startswith("What does")]
    assert on_headings == ["What is said about the Fatal Hour?", "Who held the helm?"]


def test_speakers_come_by_how_often_they_are_heard(documents: list[Document]) -> None:
    assert list(candidates(documents[:1])) == [
        "What does Hosea Trigg say?",
        "What does Matthew Hale say?",
    ]


def test_headings_and_speakers_take_turns(documents: list[Document]) -> None:
    assert list(candidates(documents))[:3] == [
        "What is said about the Fatal Hour?",
        "What does Hosea Trigg say?",
        "Who held the helm?",
    ]


def test_no_question_comes_twice(documents: list[Document]) -> None:
    twice = [*documents, document("copy.md", LOG)]
    found = list(candidates(twice))
    assert len(found) == len(set(found)) == len(list(candidates(documents)))


def test_only_what_is_answered_is_shown(documents: list[Document]) -> None:
    found = examples(lambda q: answered(q, is_found="Trigg" in q or "helm" in q), documents)
    assert found == ["What does Hosea Trigg say?", "Who held the helm?"]


def test_no_more_are_asked_than_needed() -> None:
    asked: list[str] = []

    def ask(question: str, *, is_found: bool) -> Answer:
        asked.append(question)
        return answered(question, is_found=is_found)

    many = "".join(
        f"## On matter {'abcdefghijklmnop'[at]} of note\n\n{FILLER}\n\n" for at in range(16)
    )
    sources = [document("many.md", f"# Many\n\n{many}")]
    assert len(examples(lambda q: ask(q, is_found=True), sources)) == len(asked) == SHOWN
    asked.clear()
    assert examples(lambda q: ask(q, is_found=False), sources) == []
    assert len(asked) == TRIED


def test_without_sources_there_are_none() -> None:
    assert examples(lambda q: answered(q, is_found=True), []) == []


def test_a_source_without_headings_has_none_on_any() -> None:
    assert list(candidates([document("plain.txt", FILLER)])) == []
