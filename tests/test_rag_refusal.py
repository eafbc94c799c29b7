import pytest

from rag.refusal import ON_SUBJECT, Refusal, grade, presumed, terms_of
from rag.types import Reason

TEXT = {
    ("a", 1): "Anna Reed saw Cobb in 1887",
    ("a", 2): "The Danish fleet lay at Lynn on March 2",
    ("a", 3): "Nothing was seen",
    ("b", 4): "Holt wrote of a false light",
}


def places(phrase: str) -> list[tuple[str, int]]:
    return [place for place, text in TEXT.items() if phrase in text]


@pytest.mark.parametrize(
    ("similarity", "words", "elsewhere", "refusal"),
    [
        (0.0, (), (), Refusal(Reason.OFF_SUBJECT)),
        (0.0, (("Cobb",),), (), Refusal(Reason.OFF_SUBJECT)),
        (0.0, (("Cobb",),), ("a",), Refusal(Reason.ELSEWHERE, elsewhere=("a",))),
        (ON_SUBJECT, (), (), Refusal(Reason.NOT_ANSWERED)),
        (1.0, (("Cobb",),), (), Refusal(Reason.PRESUMES, presumed=(("Cobb",),))),
        (1.0, (("Cobb",),), ("a",), Refusal(Reason.ELSEWHERE, elsewhere=("a",))),
    ],
)
def test_the_reason_that_tells_most_is_given(
    similarity: float,
    words: tuple[tuple[str, ...], ...],
    elsewhere: tuple[str, ...],
    refusal: Refusal,
) -> None:
    assert grade(similarity, words, elsewhere) == refusal


@pytest.mark.parametrize(
    ("question", "terms"),
    [
        ("Who lit the lamp?", []),
        ("Where did Anna Reed meet Captain Cobb?", ["Anna Reed", "Cobb"]),
        ("Why was Reed's lamp lit at Lynn in 1887?", ["Reed", "Lynn", "1887"]),
        ("Reed met whom? Cobb, or Holt?", ["Holt"]),
        ("What happened on 2 March 1887?", ["2 March 1887"]),
        ("What happened on March 2nd, and in May 1888?", ["March 2nd", "1888"]),
        ("Who wrote of a “false light” at Lynn?", ["false light", "Lynn"]),
        ("Who led the Danish fleet and the Danish Party?", ["Danish Party"]),
        ("Did I meet Reed, or Reed's wife?", ["Reed"]),
        ("", []),
    ],
)
def test_terms_are_names_dates_and_quoted_words(question: str, terms: list[str]) -> None:
    assert [term.text for term in terms_of(question)] == terms


@pytest.mark.parametrize(
    ("question", "words"),
    [
        ("Where did Reed see Cobb in 1887?", ()),
        ("Where did Reed see Ward in 1887?", (("Ward",),)),
        ("Where did Reed see Ward in 1890?", (("Ward",), ("1890",))),
        ("Was Reed at Lynn?", ()),
        ("Was Holt at Lynn?", (("Holt", "Lynn"),)),
        ("Was Sarah Reed at Lynn?", ()),
        ("What fleet lay there on 2nd of March 1887?", ()),
        ("Who wrote of a “false light”?", ()),
        ("Who wrote of a “green light”?", (("green light",),)),
    ],
)
def test_what_no_passage_has_is_presumed(question: str, words: tuple[tuple[str, ...], ...]) -> None:
    assert presumed(question, places) == words


def test_the_name_of_a_source_need_not_stand_in_it() -> None:
    question = "What does Ward's Gazette say of Cobb?"
    assert presumed(question, places) == (("Ward",), ("Gazette",))
    assert presumed(question, places, frozenset({"ward", "gazette"})) == ()
