"""Follow-ups: what stands alone is left alone, what leans gets the questions before it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.question import LONGEST, asks_for_source, leans, standalone

EARLIER = "Who commanded the barque Corvane?"


@pytest.mark.parametrize(
    "question",
    [
        "Who lit the lamp?",
        "Who was the captain of the Corvane?",
        "Who was Harbin?",
        "What colour was Harbin's coat?",
        "How many lamps did the keeper trim that evening?",
        "What did the jury find on 4 March 1887?",
        # it, which stands for nothing
        "Is it true that the cook slept?",
        "Why is it said that the mate was asleep?",
        "It is said that the pilot drank; who said so?",
        "Has it been proved that the lamp was lit?",
        "Which lamp was it that went out?",
        "Was it the mate who lit the lamp?",
        "How long did it take to reach the reef?",
        "What time was it when the ship struck?",
        # there, which is no place
        "Was there a fire in the hold?",
        "How many men were there on board the Corvane?",
        "Are there any letters from the owners?",
        # that and those, which open a clause
        "Who said that the ship sank?",
        "Where is the order that closed the harbour?",
        "Did Captain Harbin know that the light was out?",
        "What is the name of the dog that swam ashore?",
        "What happened to those who were rescued?",
        "What share of those drowned were boys?",
        # pronouns for something named in the question
        "Where did the captain say that he had been?",
        "Did Anna Harbin keep her diary?",
        "When did Sweden lose its colonies?",
        "Why did the lifeboat capsize on her second attempt?",
        "Where did the old lens end up once it was removed?",
        "Why did the historians change their minds?",
        "What did the pilot say about his sleep?",
        "Who told the inquest that she had seen a light?",
        "Where there is smoke, is there always a fire aboard?",
        "Did Anders lose his way?",
    ],
)
def test_a_question_that_stands_alone_is_unchanged(question: str) -> None:
    assert standalone(question, [EARLIER]) == question


@pytest.mark.parametrize(
    "question",
    [
        "And who relieved him?",
        "and from whom had he taken over?",
        "“And the lamp?”",
        "But when was the reef charted?",
        "So who signed the log?",
        "Or the pilot?",
        "Then who steered the barque?",
        "What about the mate?",
        "How  about the second mate of the barque?",
        # fragments
        "Why?",
        "When?",
        "Which one?",
        "The mate?",
        "Harbin?",
        # pointing words
        "How did that compare?",
        "How did that compare with what was usually paid?",
        "What does that mean?",
        "Was that true?",
        "That night, who kept the watch?",
        "What happened after that?",
        "What happened there?",
        "Who was there?",
        "How many men were there?",
        "Who else signed the log?",
        "Why did this matter to the owners?",
        "Which of these was burnt?",
        "Who were those men?",
        # pronouns for something named before
        "Who was he?",
        "Why did he go?",
        "Was it insured?",
        "When was it built?",
        "How long did it take?",
        "How big was his crew?",
        "Who found it, and where?",
        "Where did they sleep?",
        "What did the sailors do after it broke?",
        "What did Harbin do after it broke?",
        # an object is hardly ever the subject of its own clause
        "Did the court believe him?",
        "Did Harbin believe her?",
        "What did the newspaper say about them?",
    ],
)
def test_a_question_that_leans_follows_the_one_before(question: str) -> None:
    assert standalone(question, [EARLIER]) == f"{EARLIER} {question}"


@given(st.text(max_size=40))
def test_without_history_every_question_is_unchanged(question: str) -> None:
    assert standalone(question, []) == question


@given(st.text(max_size=40), st.lists(st.text(max_size=40), max_size=6))
def test_the_question_itself_is_always_whole_and_last(question: str, history: list[str]) -> None:
    searched = standalone(question, history)
    assert searched.endswith(question)
    if not leans(question):
        assert searched == question


def test_only_the_question_before_counts() -> None:
    history = ["Who built the tower at Skarn?", EARLIER]
    assert standalone("Why did he go?", history) == f"{EARLIER} Why did he go?"


def test_a_chain_goes_back_to_what_it_is_about() -> None:
    history = ["Who built the tower at Skarn?", EARLIER, "And who relieved him?"]
    assert standalone("Why?", history) == f"{EARLIER} And who relieved him? Why?"


def test_a_chain_starts_anew_with_a_question_that_stands_alone() -> None:
    history = [EARLIER, "And who relieved him?", "Who built the tower at Skarn?"]
    assert standalone("When?", history) == "Who built the tower at Skarn? When?"


def test_a_long_chain_keeps_its_subject_and_its_end() -> None:
    history = [EARLIER, *[f"And number {n}?" for n in range(5000)]]
    assert FOLLOW_UPS == 2
    assert standalone("Why?", history) == f"{EARLIER} And number 4998? And number 4999? Why?"


def test_a_chain_without_a_subject_is_as_short() -> None:
    assert standalone("Why?", ["He?", "She?", "They?", "It?"]) == "He? They? It? Why?"


def test_the_longest_question_is_judged_at_once() -> None:
    name = "Harbin"
    question = f"Who saw {name}? " + "was it the he he " * 60_000
    assert len(question) > 10**6 > LONGEST
    assert standalone(question, [EARLIER]) == question
    assert standalone("Why?", [question]) == f"{question} Why?"


@pytest.mark.parametrize(
    "question",
    [
        "Which source does Reed give for the missing lamp?",
        "What evidence is there that the mate slept?",
        "Which work does the pamphlet cite for the number of drowned?",
        "From which book and page are these figures taken?",
        "Where was the keeper's letter printed?",
        "Whose authority supports the claim?",
        "What does footnote 7 say?",
        "Where was the picture of the barque taken from?",
    ],
)
def test_a_question_for_what_a_statement_rests_on(question: str) -> None:
    assert asks_for_source(question)


@pytest.mark.parametrize(
    "question",
    [
        "Who lit the lamp?",
        "Where was the barque built?",
        "What did the cook say of the captain?",
        "Which page carried the lamp?",
        "What work did the mate do?",
        "When did the jury rest?",
    ],
)
def test_a_question_for_something_else(question: str) -> None:
    assert not asks_for_source(question)
