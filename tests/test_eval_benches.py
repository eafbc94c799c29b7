"""The sets of the ablation and their figures, by hand."""

import json
from pathlib import Path
from typing import Any

import pytest

from eval.asking.response import Response
from eval.benches import KINDS, figures, held_out, load_benches, off_topic
from eval.cases import Case, Gold
from eval.figures import Figure
from eval.figures.values import Result
from eval.judging import judge
from index.errors import PinciteError
from index.types import Span


def gold(start: int, end: int, doc: str = "right.txt") -> Gold:
    return Gold(doc, Span(start, end), None, "", "", "")


def quote(start: int, end: int, doc: str = "right.txt", **more: Any) -> dict[str, Any]:
    text = "x" * (end - start)
    plain: dict[str, Any] = {
        "text": text,
        "locator": "",
        "page": None,
        "position": None,
        "speakers": [],
    }
    return {"document": doc, "start": start, "end": end, **plain, **more}


def asked(case: Case, *quotes: dict[str, Any], confidence: float = 0.5) -> Result:
    record = {"abstained": not quotes, "quotes": list(quotes), "confidence": confidence}
    response = Response({**record, "seconds": 0.1})
    return Result(case, response, judge(case, response))


FACT = Case("q1", "Who?", answerable=True, gold=(gold(0, 90),))
ABSENT = Case("q2", "What?", answerable=False, gold_mode="none")
BOTH = Case(
    "q3",
    "How many?",
    answerable=True,
    kind="conflict",
    gold=(gold(0, 9), gold(0, 9, "other.txt")),
    gold_mode="all",
)
PLANTED = Case(
    "q4",
    "When?",
    answerable=True,
    gold=(gold(0, 9), gold(0, 9, "other.txt")),
    answers=("1856", "Paris", "paris"),
    conflicts=(gold(20, 24, "wrong.txt"),),
)


class TestDocuments:
    def test_by_hand(self) -> None:
        found = figures(
            "documents",
            [
                asked(FACT, quote(0, 90), confidence=0.9),
                asked(FACT, quote(200, 210), quote(10, 80), confidence=0.3),
                asked(BOTH, quote(0, 9), quote(20, 30), confidence=0.6),
                asked(ABSENT, confidence=0.4),
                asked(ABSENT, quote(0, 5), confidence=0.1),
            ],
        )
        assert {name: (figure.value, figure.n) for name, figure in found.items()} == {
            "right quote first": (pytest.approx(2 / 3), 3),
            "right quote among three": (1, 3),
            "sides of disagreements quoted": (0.5, 1),
            "needed quotes among five": (0.5, 1),
            "AUROC, answerable or not": (pytest.approx(5 / 6), 5),
            "answerable: answered": (1, 3),
            "unanswerable: refused": (0.5, 2),
            "characters of the first quote": (pytest.approx((90 + 10 + 9 + 5) / 4), 4),
        }
        assert found["right quote first"].interval == (0.0, 1.0)
        assert found["right quote among three"].interval == (1.0, 1.0)

    def test_a_refusal_is_a_miss(self) -> None:
        found = figures("passages", [asked(FACT)])
        assert found["right quote first"].value == found["answerable: answered"].value == 0

    def test_sides_are_those_of_disagreements(self) -> None:
        multi = Case("q", "?", answerable=True, kind="multi", gold=BOTH.gold, gold_mode="all")
        found = figures("documents", [asked(multi, quote(0, 9))])
        assert found["sides of disagreements quoted"] == Figure(None, None, 0)
        assert found["needed quotes among five"].value == 0.5

    @pytest.mark.parametrize("kind", KINDS)
    def test_nothing_is_measured_of_nothing(self, kind: str) -> None:
        assert set(figures(kind, [])) == {measure.name for measure in KINDS[kind]}
        assert all(figure == Figure(None, None, 0) for figure in figures(kind, []).values())


class TestDisagreements:
    def values(self, *quotes: dict[str, Any]) -> list[float | None]:
        found = figures("disagreements", [asked(PLANTED, *quotes)])
        return [figure.value for figure in found.values()][:4]

    def test_answers_are_found_word_for_word_in_documents_that_are_right(self) -> None:
        assert self.values(quote(0, 9, text="in 1856.")) == [0.5, 0, 0, 0]
        assert self.values(quote(0, 9, text="in 1856."), quote(50, 60, "other.txt", text="PARIS"))[
            :2
        ] == [1, 1]
        assert self.values(quote(0, 9, text="in 18560"))[:2] == [0, 0]
        assert self.values(quote(0, 9, "wrong.txt", text="in 1856."))[:2] == [0, 0]

    def test_a_planted_answer_may_have_a_position(self) -> None:
        wrong = quote(0, 21, "wrong.txt")
        assert self.values(wrong)[2:] == [1, 1]
        assert self.values(wrong | {"position": "B"})[2:] == [1, 0]
        assert self.values(quote(0, 20, "wrong.txt"))[2:] == [0, 0]
        assert self.values()[2:] == [0, 0]

    def test_right_answers_are_added_up_over_questions(self) -> None:
        one = Case("q5", "Where?", answerable=True, gold=(gold(0, 9),), answers=("Rome",))
        found = figures(
            "disagreements",
            [asked(PLANTED), asked(one, quote(0, 9, text="Rome")), asked(ABSENT)],
        )
        assert found["right answers quoted"].value == pytest.approx(1 / 3)
        assert found["right answers quoted"].n == 2
        assert found["every right answer quoted"].value == 0.5
        assert found["planted wrong answer quoted"].n == 1


def test_held_out_questions_are_told_by_gold_or_subject() -> None:
    of_gold = Case("a", "?", answerable=True, gold=(gold(0, 9, "Rhine.txt"),))
    about = Case("b", "?", answerable=False, about="Force.txt")
    others = [FACT, ABSENT, Case("c", "?", answerable=False, about="Warsaw.txt")]
    assert held_out([of_gold, *others, about]) == [of_gold, about]


def test_off_topic_questions_have_no_answer() -> None:
    case = off_topic(FACT)
    assert (case.answerable, case.gold, case.id) == (False, (), "q1")
    found = figures("off-topic", [asked(case), asked(case, quote(0, 9))])
    assert found["off-topic: refused"].value == 0.5


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    lines = [
        {"id": str(n), "question": "?", "answerable": bool(n % 2), "about_doc": "Rhine.txt"}
        for n in range(20)
    ]
    text = "".join(json.dumps(line) + "\n" for line in [*lines, lines[0] | {"id": "x"}])
    (tmp_path / "set.jsonl").write_text(text.replace("Rhine.txt", "Warsaw.txt", 1))
    return tmp_path


BENCH = '[[bench]]\nname = "Set"\nkind = "passages"\nquestions = "set.jsonl"\nindex = "idx"\n'


class TestLoading:
    def load(self, folder: Path, text: str) -> Any:
        (folder / "benches.toml").write_text(text)
        return load_benches(folder / "benches.toml")

    def test_paths_are_relative_to_the_file(self, folder: Path) -> None:
        (bench,) = self.load(folder, BENCH)
        assert (bench.name, bench.kind, bench.index) == ("Set", "passages", folder / "idx")
        assert len(bench.cases) == 21

    def test_questions_are_chosen_and_drawn(self, folder: Path) -> None:
        (bench,) = self.load(folder, BENCH + "held_out = true\n")
        assert len(bench.cases) == 20
        drawn = [self.load(folder, f"{BENCH}limit = 5\nseed = {seed}\n")[0] for seed in (1, 1, 2)]
        assert len(drawn[0].cases) == 5
        assert drawn[0] == drawn[1] != drawn[2]

    def test_those_off_topic_have_no_answer(self, folder: Path) -> None:
        (bench,) = self.load(folder, BENCH.replace("passages", "off-topic"))
        assert not any(case.answerable for case in bench.cases)

    @pytest.mark.parametrize(
        ("text", "message"),
        [
            ("", "has no \\[\\[bench\\]\\]"),
            ("bench = 1", "has no \\[\\[bench\\]\\]"),
            ("[", "cannot be read"),
            (BENCH + BENCH, "two benches have the same name"),
            (BENCH + "limit = true\n", "bench 1: limit is True; expected: int"),
            (BENCH + "colour = 1\n", "colour is 1; expected: one of name, kind"),
            ("[[bench]]\nname = 'a'\n", "kind is None; expected: str"),
            (BENCH.replace("passages", "pages"), "kind is 'pages'; it is one of documents"),
        ],
    )
    def test_what_is_wrong_is_named(self, folder: Path, text: str, message: str) -> None:
        with pytest.raises(PinciteError, match=message):
            self.load(folder, text)
