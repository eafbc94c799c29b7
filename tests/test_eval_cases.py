"""Question sets: what is read, what is refused and why, and gold against its sources."""

import json
from pathlib import Path
from typing import Any

import pytest

from eval.asking.sources import Sources
from eval.cases import Case, Gold, load_cases
from eval.cases.check import check_gold
from eval.cases.jsonl import to_fields
from eval.command import ARCHIVE, QUESTIONS
from eval.judging.right import normalised
from index.errors import PinciteError
from index.types import Span

ASKED: dict[str, Any] = {"id": "q1", "question": "Who?", "answerable": True}
PLACE: dict[str, Any] = {"doc": "a.txt", "start": 4, "end": 7, "text": "cat"}


def write(folder: Path, *lines: dict[str, Any] | str) -> Path:
    file = folder / "set.jsonl"
    texts = (line if isinstance(line, str) else json.dumps(line) for line in lines)
    file.write_text("\n".join(texts) + "\n", encoding="utf-8")
    return file


def gold(doc: str = "a.txt", start: int = 4, end: int = 7, text: str = "cat") -> Gold:
    return Gold(doc, Span(start, end), None, text, "", "")


class TestLoading:
    def test_fields_that_are_missing_or_null_have_defaults(self, tmp_path: Path) -> None:
        (case,) = load_cases(write(tmp_path, {**ASKED, "trap": None, "history": None}))
        assert case == Case("q1", "Who?", answerable=True)

    def test_every_field_is_read_and_others_are_passed_over(self, tmp_path: Path) -> None:
        record = {
            **ASKED,
            "history": ["Before?"],
            "kind": "fact",
            "gold": [{**PLACE, "locator": "¶1", "stance": "the cat"}],
            "gold_mode": "all",
            "must_contain": ["cat"],
            "alt": [{"doc": "b.pdf", "page": 12}],
            "trap": PLACE,
            "also_in": ["c.txt"],
            "answers": ["a cat"],
            "conflicts": [PLACE],
            "about_doc": "a.txt",
            "rejected": [PLACE],
            "tags": ["x"],
        }
        (case,) = load_cases(write(tmp_path, record))
        assert case == Case(
            "q1",
            "Who?",
            answerable=True,
            history=("Before?",),
            kind="fact",
            gold=(Gold("a.txt", Span(4, 7), None, "cat", "¶1", "the cat"),),
            gold_mode="all",
            must_contain=("cat",),
            alt=(Gold("b.pdf", None, 12, "", "", ""),),
            trap=gold(),
            also_in=("c.txt",),
            answers=("a cat",),
            conflicts=(gold(),),
            about="a.txt",
            rejected=(gold(),),
        )
        assert load_cases(write(tmp_path, to_fields(case))) == [case]

    def test_required_strings_stand_in_for_offsets(self, tmp_path: Path) -> None:
        strings = {"must_contain": ["cat"]}
        anywhere, inside = load_cases(
            write(
                tmp_path,
                {**ASKED, **strings},
                {**ASKED, **strings, "id": "q2", "gold": [{"doc": "a.txt"}]},
            )
        )
        assert (anywhere.measurable, anywhere.gold) == (True, ())
        assert inside.gold == (Gold("a.txt", None, None, "", "", ""),)
        assert load_cases(write(tmp_path, to_fields(inside))) == [inside]

    def test_empty_lines_and_a_byte_order_mark_do_no_harm(self, tmp_path: Path) -> None:
        file = write(tmp_path, "\ufeff" + json.dumps(ASKED), "", {**ASKED, "id": "q2"})
        assert [case.id for case in load_cases(file)] == ["q1", "q2"]

    def test_a_line_separator_within_a_string_ends_no_line(self, tmp_path: Path) -> None:
        line = json.dumps({**ASKED, "question": "a\u2028b"}, ensure_ascii=False)
        assert load_cases(write(tmp_path, line))[0].question == "a\u2028b"

    @pytest.mark.parametrize(
        ("change", "message"),
        [
            ({"id": None}, "line 2: id is None; it has to be a string"),
            ({"id": "q1"}, "line 2: id is 'q1'; it has to be that no earlier line has"),
            ({"question": 3}, "line 2: question is 3; it has to be a string"),
            ({"question": " "}, "line 2: question is ' '; it has to be a string that is not empty"),
            ({"id": ""}, "line 2: id is ''; it has to be a string that is not empty"),
            ({"id": "\ud800"}, "id is '\\ud800'; it has to be a string, without half a surrogate"),
            ({"question": "\udfff"}, "it has to be a string, without half a surrogate pair"),
            ({"history": ["\udfff"]}, "a list of strings, without half a surrogate pair"),
            ({"answerable": "yes"}, "line 2: answerable is 'yes'; it has to be true or false"),
            ({"history": "Who?"}, "line 2: history is 'Who?'; it has to be a list of strings"),
            ({"gold": PLACE}, "it has to be a list of objects"),
            ({"gold_mode": "some"}, "gold_mode is 'some'; it has to be one of any, all, none"),
            ({"trap": []}, "line 2: trap is []; it has to be an object"),
            ({"gold": [{**PLACE, "doc": 1}]}, "line 2, gold[0]: doc is 1; it has to be a string"),
            ({"alt": [{**PLACE, "start": "4"}]}, "alt[0]: start is '4'; it has to be a whole num"),
            ({"alt": [{**PLACE, "end": True}]}, "alt[0]: end is True; it has to be a whole num"),
            ({"trap": {**PLACE, "end": 4}}, "trap: end is 4; it has to be more than start"),
            ({"gold": [{"doc": "a.txt"}]}, "gold[0]: start is missing"),
            ({"gold": [{"doc": "a.pdf", "page": [1]}]}, "page is [1]; it has to be a whole num"),
            ({"gold": [{**PLACE, "grade": 0}]}, "gold[0]: grade is 0; it has to be a whole num"),
        ],
    )
    def test_errors_name_file_line_and_field(
        self, tmp_path: Path, change: dict[str, Any], message: str
    ) -> None:
        file = write(tmp_path, ASKED, {**ASKED, "id": "q2", **change})
        with pytest.raises(PinciteError) as caught:
            load_cases(file)
        assert str(caught.value).startswith(f"{file}, line 2")
        assert message in str(caught.value)

    @pytest.mark.parametrize(
        ("line", "message"),
        [("{", "line 1 is not JSON"), ("[]", "line 1 is not a question"), ("", "no questions in")],
    )
    def test_what_holds_no_question_is_refused(
        self, tmp_path: Path, line: str, message: str
    ) -> None:
        with pytest.raises(PinciteError, match=message):
            load_cases(write(tmp_path, line))

    def test_a_file_that_cannot_be_read_is_named(self, tmp_path: Path) -> None:
        with pytest.raises(PinciteError, match=r"none\.jsonl cannot be read"):
            load_cases(tmp_path / "none.jsonl")

    @pytest.mark.parametrize(("encoding", "number"), [("latin-1", 2), ("utf-16", 1)])
    def test_another_encoding_is_named_with_its_line(
        self, tmp_path: Path, encoding: str, number: int
    ) -> None:
        asked = [json.dumps({**ASKED, "question": each}, ensure_ascii=False) for each in ("a", "é")]
        file = tmp_path / "set.jsonl"
        file.write_bytes("\n".join(asked).encode(encoding))
        with pytest.raises(PinciteError, match=rf"set\.jsonl, line {number} is not UTF-8 \(.*save"):
            load_cases(file)


class TestGold:
    def test_gold_that_is_the_slice_agrees(self) -> None:
        case = Case("q1", "Who?", answerable=True, gold=(gold(),), alt=(gold(text=""),))
        assert check_gold([case], {"a.txt": "The cat sat."}) == []

    def test_each_mismatch_names_question_and_place(self) -> None:
        case = Case(
            "q1",
            "Who?",
            answerable=True,
            gold=(gold(), gold("b.txt")),
            alt=(gold(start=5, end=8),),
            trap=gold(text="dog"),
            conflicts=(gold(text="cow"),),
            rejected=(gold(start=10, end=90, text=""),),
        )
        assert check_gold([case], {"a.txt": "The cat sat."}) == [
            "q1, gold[1]: there is no source b.txt",
            "q1, alt[0]: a.txt has 'at ' at 5..8, not 'cat'",
            "q1, rejected[0]: a.txt has 12 characters, and 10..90 is outside",
            "q1, conflicts[0]: a.txt has 'cat' at 4..7, not 'cow'",
            "q1, trap: a.txt has 'cat' at 4..7, not 'dog'",
        ]

    def test_the_packaged_set_agrees_with_the_packaged_archive(self) -> None:
        cases = load_cases(QUESTIONS)
        texts = Sources({file.name: file for file in ARCHIVE.iterdir()}).texts()
        assert check_gold(cases, texts) == []
        assert all(case.measurable == case.answerable for case in cases)

    def test_the_strings_of_the_packaged_set_are_in_its_gold(self) -> None:
        for case in load_cases(QUESTIONS):
            words = normalised(" ".join(place.text for place in case.gold))
            assert all(normalised(string) in words for string in case.must_contain), case.id
