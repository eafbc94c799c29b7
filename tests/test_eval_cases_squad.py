"""SQuAD files: what becomes of paragraphs and answers, and what is refused."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eval.cases import Case, Gold, load_set
from eval.cases.squad import file_name
from index.errors import PinciteError
from index.types import Span

FIRST = "The lamp was lit at four."
SECOND = "It went out at nine, é."


def answer(text: str, start: int) -> dict[str, Any]:
    return {"text": text, "answer_start": start}


def asked(number: str, *answers: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"id": number, "question": " When? ", "answers": list(answers), **more}


def squad(*paragraphs: tuple[str, list[dict[str, Any]]], title: str = "A lamp") -> dict[str, Any]:
    return {
        "title": title,
        "paragraphs": [{"context": context, "qas": qas} for context, qas in paragraphs],
    }


def write(folder: Path, *articles: dict[str, Any]) -> Path:
    file = folder / "dev.json"
    file.write_text(json.dumps({"version": "v2.0", "data": articles}), encoding="utf-8")
    return file


def test_paragraphs_are_joined_and_every_answer_is_gold(tmp_path: Path) -> None:
    lit = asked("q1", answer("four", 20), answer("at four", 17), answer("four", 20))
    out = asked("q2", answer("nine", 15), is_impossible=False)
    never = asked("q3", is_impossible=True, plausible_answers=[answer("nine", 15)])
    found = load_set(write(tmp_path, squad((FIRST, [lit]), (SECOND, [out, never]))))
    assert found.documents == {"A_lamp.txt": f"{FIRST}\n\n{SECOND}"}
    first, second, third = found.cases

    def gold(start: int, text: str) -> Gold:
        return Gold("A_lamp.txt", Span(start, start + len(text)), None, text, "", "")

    assert first == Case(
        "q1",
        "When?",
        answerable=True,
        gold=(gold(20, "four"), gold(17, "at four")),
        answers=("four", "at four"),
        about="A_lamp.txt",
    )
    assert second.gold == (gold(27 + 15, "nine"),)
    assert (third.answerable, third.gold, third.gold_mode) == (False, (), "none")
    for case in found.cases:
        for place in case.gold:
            assert place.span
            assert place.span.of(found.documents[place.doc]) == place.text


@pytest.mark.parametrize(
    ("qa", "message"),
    [
        (asked("q", answer("five", 20)), "answers[0]: text is 'five'; it has to be what its"),
        (asked("q"), "qas[0]: answers is []; it has to be a list with an answer"),
        ({"id": "q", "answers": []}, "qas[0]: answers is []"),
        ({**asked("q", answer("four", 20)), "question": 3}, "question is 3; it has to be a str"),
        (asked("q", {"text": "four"}), "answer_start is missing; it has to be a whole number"),
        (asked("q", is_impossible="no"), "is_impossible is 'no'; it has to be true or false"),
    ],
)
def test_errors_name_the_place_and_the_field(
    tmp_path: Path, qa: dict[str, Any], message: str
) -> None:
    file = write(tmp_path, squad((FIRST, [qa])))
    with pytest.raises(PinciteError) as caught:
        load_set(file)
    assert str(caught.value).startswith(f"{file}, data[0], paragraphs[0], qas[0]")
    assert message in str(caught.value)


def test_an_id_is_there_once_and_questions_are_needed(tmp_path: Path) -> None:
    twice = [asked("q", answer("four", 20)), asked("q", answer("lamp", 4))]
    with pytest.raises(PinciteError, match="that no earlier question has"):
        load_set(write(tmp_path, squad((FIRST, twice))))
    with pytest.raises(PinciteError, match="data has no questions"):
        load_set(write(tmp_path))
    (tmp_path / "bad.json").write_text("{\n1", encoding="utf-8")
    with pytest.raises(PinciteError, match=r"bad\.json is not JSON: .*line 2"):
        load_set(tmp_path / "bad.json")


def test_articles_of_one_title_are_two_files() -> None:
    taken: set[str] = set()
    names = [file_name(title, taken) for title in ("A/b: c", "a_b_c", "..", "É")]
    assert names == ["A_b_c.txt", "a_b_c_2.txt", "untitled.txt", "É.txt"]


@given(st.lists(st.text(max_size=4), max_size=6))
def test_names_are_apart_and_stay_in_the_folder(titles: list[str]) -> None:
    taken: set[str] = set()
    names = [file_name(title, taken) for title in titles]
    assert len({name.lower() for name in names}) == len(names)
    assert not any("/" in name or "\\" in name or name.startswith(".") for name in names)
