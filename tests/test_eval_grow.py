"""Cases from use, and the lint."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from eval.cases import Case, Gold, load_cases
from eval.cases.jsonl import to_fields
from eval.command import evaluate
from eval.grow.add import Verdict, add_case, to_case
from eval.grow.convert import to_lines
from eval.grow.lint import Finding, content_words, lint
from index.errors import PinciteError
from index.types import Span
from rag.render import FORMAT


def quote(start: int, end: int, *speakers: str) -> dict[str, Any]:
    plain = {"document": "a.txt", "text": "x" * (end - start), "locator": "¶1"}
    return {**plain, "start": start, "end": end, "speakers": list(speakers) or ["Hale"]}


ANSWER: dict[str, Any] = {
    "format": FORMAT,
    "question": "And then?",
    "standalone_question": "Who lit the lamp then?",
    "abstained": False,
    "quotes": [quote(0, 9), quote(20, 30, "Pyke", "Hale")],
    "nearest": [],
}
FIRST = Gold("a.txt", Span(0, 9), None, "x" * 9, "¶1", "Hale (author)")
SECOND = Gold("a.txt", Span(20, 30), None, "x" * 10, "¶1", "Pyke, quoted by Hale")


class TestToCase:
    def test_a_citation_that_supports_is_gold(self) -> None:
        case = to_case(ANSWER, Verdict.SUPPORTS, 2)
        assert (case.question, case.answerable, case.kind) == (
            "Who lit the lamp then?",
            True,
            "use",
        )
        assert (case.gold, case.rejected) == ((SECOND,), ())

    def test_one_that_does_not_is_rejected(self) -> None:
        case = to_case(ANSWER, Verdict.DOES_NOT_SUPPORT)
        assert (case.gold, case.rejected, case.measurable) == ((), (FIRST,), False)

    def test_a_wrong_place_or_speaker_is_put_right(self) -> None:
        place = to_case(ANSWER, Verdict.WRONG_PLACE, 1, "¶2")
        assert place.gold == (replace(FIRST, locator="¶2", stance=""),)
        speaker = to_case(ANSWER, Verdict.WRONG_SPEAKER, 1, "Morris, quoted by Hale")
        assert speaker.gold == (replace(FIRST, locator="", stance="Morris, quoted by Hale"),)
        assert speaker.kind == "attribution"

    def test_what_should_have_been_refused_has_no_answer(self) -> None:
        case = to_case(ANSWER, Verdict.SHOULD_HAVE_REFUSED)
        assert (case.answerable, case.gold, case.gold_mode) == (False, (), "none")

    @pytest.mark.parametrize(
        ("answer", "verdict", "number", "message"),
        [
            (ANSWER, Verdict.SUPPORTS, 3, "no citation 3: the answer has 2"),
            (ANSWER, Verdict.SUPPORTS, 0, "no citation 0"),
            (ANSWER, Verdict.WRONG_PLACE, 1, "where the locator is wrong, the right one has"),
            (ANSWER, Verdict.WRONG_SPEAKER, 1, "where the speaker is wrong"),
            ({**ANSWER, "standalone_question": " "}, Verdict.SUPPORTS, 1, "standalone_question is"),
            (
                {**ANSWER, "standalone_question": "Who\ud800?"},
                Verdict.SHOULD_HAVE_REFUSED,
                1,
                "the answer: standalone_question is .* without half a surrogate pair",
            ),
        ],
    )
    def test_what_cannot_be_is_refused(
        self, answer: dict[str, Any], verdict: Verdict, number: int, message: str
    ) -> None:
        with pytest.raises(PinciteError, match=message):
            to_case(answer, verdict, number, "  ")

    @pytest.mark.parametrize(
        ("change", "message"),
        [
            ({"start": None, "end": None}, "start is None; it has to be a whole number"),
            ({"start": "0"}, "start is '0'; it has to be a whole number"),
            ({"end": True}, "end is True; it has to be a whole number"),
            ({"end": 9.5}, "end is 9.5; it has to be a whole number"),
            ({"start": 9}, "end is 9; it has to be more than start"),
            ({"text": 3}, "text is 3; it has to be a string"),
            ({"text": "\udfff"}, "text is .*without half a surrogate"),
            ({"locator": ["¶1"]}, r"locator is \['¶1'\]; it has to be a string"),
            ({"document": " "}, "document is ' '; it has to be a string that is not empty"),
            ({"speakers": "Hale"}, "speakers is 'Hale'; it has to be a list of strings"),
            ({"speakers": [1]}, r"speakers is \[1\]; it has to be a list of strings"),
            ({"speakers": []}, r"speakers is \[\]; it has to be a list with the author"),
        ],
    )
    def test_a_citation_that_no_set_could_hold_is_refused(
        self, change: dict[str, Any], message: str
    ) -> None:
        answer = {**ANSWER, "quotes": [{**ANSWER["quotes"][0], **change}]}
        with pytest.raises(PinciteError, match=rf"^a\.json, citation 1: {message}"):
            to_case(answer, Verdict.SUPPORTS, where="a.json")

    def test_a_citation_that_is_no_object_is_refused(self) -> None:
        with pytest.raises(PinciteError, match=r"citation 1 is \[\]; it has to be an object"):
            to_case({**ANSWER, "quotes": [[]]}, Verdict.SUPPORTS)


class TestAddCase:
    def test_verdicts_on_one_question_are_one_case(self, tmp_path: Path) -> None:
        file = tmp_path / "use.jsonl"
        add_case(to_case(ANSWER, Verdict.SUPPORTS, 1), file)
        added = add_case(to_case(ANSWER, Verdict.DOES_NOT_SUPPORT, 2), file)
        assert load_cases(file) == [added]
        assert (added.gold, added.rejected) == ((FIRST,), (SECOND,))
        assert add_case(to_case(ANSWER, Verdict.SUPPORTS, 1), file) == added

    def test_corrections_of_one_citation_add_up(self, tmp_path: Path) -> None:
        file = tmp_path / "use.jsonl"
        add_case(to_case(ANSWER, Verdict.SUPPORTS), file)
        add_case(to_case(ANSWER, Verdict.WRONG_PLACE, 1, "¶2"), file)
        added = add_case(to_case(ANSWER, Verdict.WRONG_SPEAKER, 1, "Morris"), file)
        assert added.gold == (replace(FIRST, locator="¶2", stance="Morris"),)

    # As a person may write it: escapes, spaces, defaults, fields of their own, any line ends.
    MINE = (
        b'{"id":  "mine", "question": "Wh\\u00f3?", "answerable": true, "trap": null, "x": [1.50]}'
    )

    def test_other_lines_stay_as_they_are(self, tmp_path: Path) -> None:
        file = tmp_path / "use.jsonl"
        file.write_bytes(
            b"\xef\xbb\xbf" + self.MINE + b"\r\n \xc2\xa0\n" + self.MINE.replace(b"ne", b"n2")
        )
        before = file.read_bytes()
        added = add_case(to_case(ANSWER, Verdict.SUPPORTS), file)
        once = file.read_bytes()
        assert once.startswith(before + b'\n{"id": "use-')
        assert [case.id for case in load_cases(file)] == ["mine", "min2", added.id]
        added = add_case(to_case(ANSWER, Verdict.DOES_NOT_SUPPORT, 2), file)
        assert file.read_bytes().startswith(before + b'\n{"id": "use-')
        assert load_cases(file)[-1] == added
        assert [path.name for path in tmp_path.iterdir()] == ["use.jsonl"]

    def test_fields_of_others_stay_on_the_line_that_is_changed(self, tmp_path: Path) -> None:
        file = tmp_path / "use.jsonl"
        case = to_case(ANSWER, Verdict.SUPPORTS)
        place = {"doc": "a.txt", "start": 0, "end": 9, "grade": 2, "why": "\ud800"}
        page = [{"doc": "a.txt", "page": 1}, {"doc": "a.txt", "page": 2, "why": "so"}]
        theirs = {"by": "Ann", "history": [], "id": case.id, "question": case.question}
        fields = {**theirs, "answerable": True, "gold": [*page, place]}
        text = "\ufeff" + json.dumps(fields)
        file.write_bytes(text.encode() + b"\r\n" + self.MINE)
        added = add_case(case, file)
        line, rest = file.read_bytes().split(b"\n")
        assert (line[:3], line[-1:], rest) == (b"\xef\xbb\xbf", b"\r", self.MINE)
        values = json.loads(line.decode("utf-8-sig"))
        assert list(values)[:4] == ["by", "history", "id", "question"]
        assert values["gold"] == [*page, {**place, **to_fields(added)["gold"][2]}]
        assert added.gold[2] == replace(FIRST, grade=2)
        assert load_cases(file)[0] == added

    def test_what_adds_nothing_changes_nothing(self, tmp_path: Path) -> None:
        file = tmp_path / "use.jsonl"
        case = to_case(ANSWER, Verdict.SUPPORTS)
        add_case(case, file)
        spaced = file.read_bytes().replace(b": ", b":")
        file.write_bytes(spaced)
        assert add_case(case, file) == case
        assert file.read_bytes() == spaced

    @pytest.mark.parametrize("second", [Verdict.SHOULD_HAVE_REFUSED, Verdict.DOES_NOT_SUPPORT])
    def test_a_contradiction_is_refused(self, tmp_path: Path, second: Verdict) -> None:
        file = tmp_path / "use.jsonl"
        added = add_case(to_case(ANSWER, Verdict.SUPPORTS), file)
        with pytest.raises(PinciteError, match="contradicts one that the file has as use-"):
            add_case(to_case(ANSWER, second), file)
        assert load_cases(file) == [added]

    def test_places_that_overlap_contradict_each_other(self, tmp_path: Path) -> None:
        file = tmp_path / "use.jsonl"
        add_case(to_case(ANSWER, Verdict.SUPPORTS), file)

        def rejecting(**change: Any) -> Case:
            answer = {**ANSWER, "quotes": [{**quote(8, 30), **change}]}
            return to_case(answer, Verdict.DOES_NOT_SUPPORT)

        with pytest.raises(PinciteError, match="contradicts one that the file has"):
            add_case(rejecting(), file)
        add_case(rejecting(start=9), file)
        add_case(rejecting(document="b.txt"), file)
        with pytest.raises(PinciteError, match="contradicts one that the file has"):
            add_case(to_case(ANSWER, Verdict.SUPPORTS, 2), file)


class TestToLines:
    """The adapter of the interface."""

    QUESTION = "Who lit the lamp then?"
    ONE, TWO = ANSWER["quotes"]

    def cases(self, text: str, folder: Path) -> list[Case]:
        (folder / "use.jsonl").write_text(text, encoding="utf-8")
        return load_cases(folder / "use.jsonl")

    def test_verdicts_are_the_cases_that_the_command_makes(self, tmp_path: Path) -> None:
        text, left_out = to_lines(
            [
                (self.QUESTION, self.ONE, "supports", ""),
                ("Wer läutete?", None, "should-have-refused", ""),
                (self.QUESTION, self.TWO, "wrong-speaker", " Morris "),
            ]
        )
        add_case(to_case(ANSWER, Verdict.SUPPORTS), tmp_path / "other.jsonl")
        case = add_case(
            to_case(ANSWER, Verdict.WRONG_SPEAKER, 2, "Morris"), tmp_path / "other.jsonl"
        )
        first, second = self.cases(text, tmp_path)
        assert (first, left_out) == (case, [])
        assert first.gold == (FIRST, replace(SECOND, locator="", stance="Morris"))
        assert (second.question, second.answerable) == ("Wer läutete?", False)
        assert text.encode().count("läutete".encode()) == 1

    def test_what_contradicts_an_earlier_one_is_named_and_hinders_no_other(
        self, tmp_path: Path
    ) -> None:
        text, left_out = to_lines(
            [
                (self.QUESTION, self.ONE, "supports", ""),
                (self.QUESTION, quote(8, 30), "does-not-support", ""),
                (self.QUESTION, None, "should-have-refused", ""),
                (self.QUESTION, self.TWO, "does-not-support", ""),
            ]
        )
        (case,) = self.cases(text, tmp_path)
        assert (case.gold, case.rejected) == ((FIRST,), (SECOND,))
        contradicts = "it contradicts an earlier verdict. Take one of the two back"
        assert left_out == [
            f"“{self.QUESTION}”, does-not-support of a.txt, ¶1: {contradicts}",
            f"“{self.QUESTION}”, should-have-refused: {contradicts}",
        ]

    @pytest.mark.parametrize(
        ("judged", "message"),
        [
            ((QUESTION, ONE, "wrong-place", " "), "where the locator is wrong, the right one"),
            ((QUESTION, None, "supports", ""), "there is no citation 1"),
            ((QUESTION, {**ONE, "start": "0"}, "supports", ""), "start is '0'; it has to be"),
            ((" ", None, "should-have-refused", ""), "standalone_question is ' '"),
        ],
    )
    def test_what_no_case_can_hold_is_named(self, judged: Any, message: str) -> None:
        text, (note,) = to_lines([judged])
        assert text == ""
        assert message in note

    def test_there_are_no_other_verdicts(self) -> None:
        with pytest.raises(ValueError, match="'wrong' is not a valid Verdict"):
            to_lines([(self.QUESTION, None, "wrong", "")])


TEXTS = {
    "a.txt": "The keeper lit the great lamp at four.\n\nNobody paid the pilot of the brig.\n",
    "b.txt": "The pilot drank. He owned a brig and had paid for it in gold.\n",
}


def gold(words: str, doc: str = "a.txt") -> Gold:
    start = TEXTS[doc].index(words)
    return Gold(doc, Span(start, start + len(words)), None, words, "", "")


def asked(number: int, question: str, *golds: Gold, **more: Any) -> Case:
    return Case(f"q{number}", question, answerable=bool(golds or more), gold=golds, **more)


class TestLint:
    def test_gold_that_does_not_match(self) -> None:
        moved = replace(gold("four"), text="five")
        (found,) = lint([asked(1, "When?", moved)], TEXTS)
        assert (found.id, found.rule) == ("q1", "gold differs from its source")
        assert found.about == "gold[0]: a.txt has 'four' at 33..37, not 'five'"

    def test_pages_that_are_not_there(self) -> None:
        paged = asked(1, "When?", Gold("a.txt", None, 2, "", "", ""))
        assert lint([paged], TEXTS, {"a.txt": 2}) == []
        (found,) = lint([paged], TEXTS, {"a.txt": 1})
        assert found.about == "gold[0]: a.txt has no text after page 1, and page 2 is named"

    def test_questions_without_what_they_need(self) -> None:
        bare = Case("q1", "When?", answerable=True)
        rich = Case("q2", "Who?", answerable=False, gold=(gold("four"),))
        told = Case("q3", "Why?", answerable=False, must_contain=("gold",))
        assert lint([bare, rich, told], TEXTS) == [
            Finding("q1", "answerable without gold or strings", "no quote can be right"),
            Finding("q2", "unanswerable with an answer", "a.txt"),
            Finding("q3", "unanswerable with an answer", "gold"),
        ]

    def test_places_named_twice_or_as_right_and_as_wrong(self) -> None:
        lamp, pilot = gold("lit the great lamp"), gold("Nobody paid the pilot")
        cases = [
            asked(1, "When?", lamp, replace(lamp, locator="¶1")),
            asked(2, "What?", lamp, rejected=(pilot, gold("lamp at four"))),
            asked(3, "Who?", alt=(pilot,), must_contain=("pilot",), trap=pilot),
            asked(4, "Why?", lamp, pilot, gold("gold", "b.txt"), rejected=(gold("brig"),)),
            asked(5, "Where?", *(Gold("a.txt", None, page, "", "", "") for page in (1, 2))),
        ]
        assert lint(cases, TEXTS, {"a.txt": 2}) == [
            Finding("q1", "the same gold twice", "a.txt at 11..29"),
            Finding("q2", "both gold and trap or rejected", "a.txt at 11..29"),
            Finding("q3", "both gold and trap or rejected", "a.txt at 40..61"),
        ]

    def test_strings_that_say_nothing(self) -> None:
        (found,) = lint([asked(1, "When?", must_contain=("four", "“-”"))], TEXTS)
        assert found == Finding("q1", "a required string is empty", "four; “-”")

    def test_strings_that_are_nowhere(self) -> None:
        cases = [
            asked(1, "When?", must_contain=("at four",)),
            asked(2, "When?!", must_contain=("at nine",)),
            asked(3, "Who else?", gold("four"), must_contain=("gold",)),
        ]
        assert [(each.id, each.about) for each in lint(cases, TEXTS)] == [
            ("q2", "at nine"),
            ("q3", "gold"),
        ]

    def test_strings_of_several_places_may_be_in_several_sources(self) -> None:
        both = asked(1, "When?", gold("four"), gold("gold", "b.txt"), gold_mode="all")
        assert lint([replace(both, must_contain=("four", "gold"))], TEXTS) == []
        (found,) = lint([replace(both, must_contain=("four", "nine"))], TEXTS)
        assert found.about == "nine"

    def test_duplicates_ask_the_same_after_the_same(self) -> None:
        cases = [
            asked(1, "When was the lamp lit?", gold("four")),
            asked(2, "When had the LAMP been lit?", gold("four")),
            asked(3, "The lamp: when lit?", gold("four"), history=("Who?",)),
            asked(4, "When?", gold("four")),
            asked(5, "Who?", gold("four")),
        ]
        assert lint(cases, TEXTS) == [Finding("q2", "duplicate", "asks what q1 asks")]

    def test_questions_in_the_words_of_their_gold(self) -> None:
        cases = [
            # A short gold counts with its sentence.
            asked(1, "When had the keeper lit the great lamp?", gold("four")),
            asked(2, "At what hour was the light kindled?", gold("four")),
            asked(3, "Which keeper?", gold("four")),
        ]
        (found,) = lint(cases, TEXTS)
        assert (found.id, found.rule) == ("q1", "copies the words of its gold")
        assert found.about == "100% of its words stand at a.txt"

    def test_unanswerable_questions_whose_words_stand_together(self) -> None:
        cases = [
            asked(1, "Who paid the pilot of the brig?"),
            asked(2, "Who paid the keeper of the brig?"),
            asked(3, "Who paid the pilot of the brig again?", gold("four")),
        ]
        (found,) = [each for each in lint(cases, TEXTS) if each.rule == "perhaps answerable"]
        assert found.id == "q1"
        assert found.about == "all its words stand in a.txt: Nobody paid the pilot of the brig. …"

    def test_content_words(self) -> None:
        assert content_words("When was the Lamp lit?") == {"lamp", "lit"}


class TestCommands:
    def invoke(self, *options: str) -> Any:
        return CliRunner().invoke(evaluate, list(options), catch_exceptions=False)

    def test_add_writes_a_case_that_lint_reads(self, tmp_path: Path) -> None:
        answer, file = tmp_path / "answer.json", tmp_path / "use.jsonl"
        answer.write_text(json.dumps(ANSWER))
        done = self.invoke(
            "add", str(answer), "--verdict", "supports", "--citation", "2", "--to", str(file)
        )
        assert done.exit_code == 0
        assert load_cases(file)[0].gold == (SECOND,)
        (tmp_path / "docs").mkdir()
        (tmp_path / "docs" / "a.txt").write_text("x" * 40)
        done = self.invoke("lint", str(file), "--sources", str(tmp_path / "docs"))
        assert (done.exit_code, done.stdout) == (0, "1 questions, 0 findings.\n")
        (tmp_path / "docs" / "a.txt").write_text("y" * 40)
        done = self.invoke("lint", str(file), "--sources", str(tmp_path / "docs"))
        assert done.exit_code == 1
        assert "gold differs from its source" in done.stdout

    def test_one_answer_is_wanted(self, tmp_path: Path) -> None:
        answers = tmp_path / "answers.jsonl"
        answers.write_text((json.dumps(ANSWER) + "\n") * 2)
        with pytest.raises(PinciteError, match="has 2 answers; name a file with one"):
            self.invoke(
                "add", str(answers), "--verdict", "supports", "--to", str(tmp_path / "use.jsonl")
            )

    def test_sources_have_to_be_named(self, tmp_path: Path) -> None:
        add_case(to_case(ANSWER, Verdict.SUPPORTS), tmp_path / "use.jsonl")
        done = self.invoke("lint", str(tmp_path / "use.jsonl"))
        assert done.exit_code == 2
        assert "name the folder of the documents of" in done.stderr
