"""Which answers disagree."""

from hypothesis import given
from hypothesis import strategies as st

from rag.positions import Said, positions, same_answer


def labels(question: str, *answers: str) -> str:
    """The labels of answers, joined; empty where there are none."""
    found = positions(question, [Said(answer, answer) for answer in answers])
    return "".join(label or "" for label in found)


def test_other_numbers_disagree_and_the_same_in_words_do_not() -> None:
    asked = "How many men were aboard?"
    assert labels(asked, "over eleven thousand", "almost 12,000", "11,000 men") == "ABA"
    assert labels(asked, "six hundred and sixty-three", "663", "12.5") == "AAB"
    assert labels(asked, "663", "six hundred and sixty-three") == ""


def test_a_date_disagrees_in_what_both_name() -> None:
    asked = "When was the lamp lit?"
    assert labels(asked, "1902", "in May 1902", "1885") == "AAB"
    assert labels(asked, "May 1902", "June 1902") == "AB"
    assert labels(asked, "May 1902", "in May") == ""


def test_other_names_disagree() -> None:
    asked = "Who lit the lamp?"
    assert labels(asked, "Reed", "Anna Reed", "the mate") == "AAB"


def test_an_answer_that_is_not_known_disagrees_with_none() -> None:
    assert labels("Who lit the lamp?", "Reed", "") == ""
    said = [Said(answer, answer) for answer in ("Reed", "", "Bell")]
    assert positions("Who lit the lamp?", said) == ["A", None, "B"]


def test_where_a_number_is_asked_for_what_has_none_takes_no_position() -> None:
    said = [Said(answer, answer) for answer in ("Harwich", "1902", "1885")]
    assert positions("When was the lamp lit?", said) == [None, "A", "B"]
    assert labels("On which quay was the lamp lit?", "Harwich", "Lynn") == "AB"


def test_a_possessive_is_nothing_in_common() -> None:
    assert labels("What does the name mean?", "Wolf's stone", "Wulf's farm") == "AB"


def test_yes_and_no_disagree() -> None:
    said = [
        Said("", text) for text in ("It burned.", "It never burned.", "None doubted it burned.")
    ]
    assert positions("Did the lamp burn?", said) == ["A", "B", "A"]


def test_several_answers_to_a_question_for_several_are_no_disagreement() -> None:
    assert labels("Which ships were lost?", "the Anna", "the Belle") == ""
    assert labels("List the ships.", "the Anna", "the Belle") == ""


def test_reasons_are_not_told_apart() -> None:
    assert labels("Why was the lamp lit?", "to warn the ships", "because of the fog") == ""


def test_the_same_answer_is_more_or_less_of_the_same_words() -> None:
    assert same_answer(Said("Anna Reed", ""), Said("Reed", ""))
    assert not same_answer(Said("Anna Reed", ""), Said("Anna Bell", ""))
    assert not same_answer(Said("", ""), Said("", ""))


@given(st.text(), st.lists(st.builds(Said, st.text(), st.text()), max_size=6))
def test_labels_begin_with_a_and_are_two_at_least(question: str, said: list[Said]) -> None:
    found = positions(question, said)
    held = sorted({label for label in found if label})
    assert len(found) == len(said)
    assert held == [] or held == list("ABCDEF"[: len(held)])
    assert len(held) != 1
