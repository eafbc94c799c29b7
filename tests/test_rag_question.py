"""Follow-ups: what stands alone is left alone, what leans is completed from the conversation."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.question import LONGEST, asks_for_source, chain, complete, leans, standalone

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
def test_a_question_that_leans_is_not_searched_by_itself(question: str) -> None:
    assert leans(question)
    assert standalone(question, [EARLIER]) != question


@pytest.mark.parametrize(
    "question",
    [
        "What is taurine?",
        "Describe the reef.",
        "Worker node",
        "Thanks, that is all.",
        "What is a fog signal and why is it loud?",
        "How do companies pay their clerks?",
        "Which lamp went out, and who trimmed it?",
        "Which of the dead did not drown, and what killed him?",
        "Can I move the lamp? If so, how do I do that?",
    ],
)
def test_a_question_that_names_what_it_means_stands_alone(question: str) -> None:
    assert not leans(question)
    assert standalone(question, ["What did Harbin say about the bell?"]) == question


COMPLETED = [
    # he, she, it, they
    ("Why did Harbin sell the boat?", "Did he confess?", "Did Harbin confess?"),
    ("When was Anna Reed born?", "Where did she live?", "Where did Anna Reed live?"),
    (
        "At what time did the pilot leave the deck?",
        "And why did he go?",
        "Why did the pilot go?",
    ),
    (EARLIER, "Was it insured?", "Was the barque Corvane insured?"),
    ("Who owned the Corvane?", "What was its tonnage?", "What was the Corvane’s tonnage?"),
    ("How do sharks sleep?", "What do they eat?", "What do sharks eat?"),
    ("What did the jury decide?", "Did they agree?", "Did the jury agree?"),
    ("What did the press say about Harbin?", "Who paid him?", "Who paid Harbin?"),
    # whom or what the question asked for
    (EARLIER, "Who was he?", "Who was the one who commanded the barque Corvane?"),
    (
        EARLIER,
        "And how big was his crew?",
        "How big was the crew of the one who commanded the barque Corvane?",
    ),
    ("Which lamp went out?", "Who trimmed it?", "Who trimmed the lamp that went out?"),
    # there, that treaty, one of several
    ("Who built the tower at Skarn?", "What happened there?", "What happened in Skarn?"),
    ("Who built the tower at Skarn?", "Who went there?", "Who went to Skarn?"),
    (
        "What were the terms of the Treaty of Furth?",
        "Why was that treaty broken?",
        "Why was the Treaty of Furth broken?",
    ),
    (
        "Was the pilot or the mate on deck?",
        "What did the second one say?",
        "What did the mate say?",
    ),
    ("Was the pilot or the mate on deck?", "What did the former say?", "What did the pilot say?"),
    (
        "How do lighthouse lamps work?",
        "How much does a new one cost?",
        "How much does a new lighthouse lamp cost?",
    ),
    # of what
    (
        "Tell me about the Treaty of Furth.",
        "What were the consequences?",
        "What were the consequences of the Treaty of Furth?",
    ),
    ("Who owned the Corvane?", "Tell me more.", "Tell me more about the Corvane."),
    # grafted
    (
        "How many men were drowned at Skarn in 1887?",
        "And in 1888?",
        "How many men were drowned at Skarn in 1888?",
    ),
    (
        "How many men were drowned at Skarn in 1887?",
        "And on 5 May 1890?",
        "How many men were drowned at Skarn on 5 May 1890?",
    ),
    (
        "How many men were drowned at Skarn?",
        "What about 1888?",
        "How many men were drowned at Skarn in 1888?",
    ),
    (
        "How many men were drowned at Skarn?",
        "And in Marlin?",
        "How many men were drowned in Marlin?",
    ),
    (
        "What did Harbin say about the lamp?",
        "What about Anna Reed?",
        "What did Anna Reed say about the lamp?",
    ),
    (
        "What did the captain say about the lamp?",
        "And the mate?",
        "What did the mate say about the lamp?",
    ),
    ("Did the cook sleep?", "Why?", "Why did the cook sleep?"),
    ("Who lit the lamp?", "And when?", "Who lit the lamp, and when?"),
]


@pytest.mark.parametrize(("earlier", "question", "whole"), COMPLETED)
def test_a_question_is_completed(earlier: str, question: str, whole: str) -> None:
    assert standalone(question, [earlier]) == whole
    assert standalone(whole, [EARLIER]) == whole


@pytest.mark.parametrize(
    ("earlier", "question"),
    [
        (EARLIER, "And the mate?"),
        (EARLIER, "But when was the reef charted?"),
        (EARLIER, "Did Harbin believe her after that?"),
        ("What did Harbin say about the lamp?", "And the bell?"),
        ("Did the cook sleep?", "Why not?"),
        ("Who lit the lamp?", "Who else was on the reef?"),
    ],
)
def test_where_no_completion_is_sure_the_question_before_is_put_in_front(
    earlier: str, question: str
) -> None:
    assert complete(question, [earlier]) is None
    assert standalone(question, [earlier]) == f"{earlier} {question}"


@given(st.text(max_size=40))
def test_without_history_every_question_is_unchanged(question: str) -> None:
    assert standalone(question, []) == question


# Words that the rules look for, so that random questions reach them.
WORDS = """
What Who Why is was did the a of and about one ones he her it they there that this in to first
latter lamp lamps Harbin Reed Skarn 1887 symptoms said lit ? . , 's And What's
"""
ASKED = st.lists(st.sampled_from(WORDS.split()), max_size=9).map(" ".join)


@given(ASKED | st.text(max_size=40), st.lists(ASKED | st.text(max_size=40), max_size=4))
def test_what_is_searched(question: str, history: list[str]) -> None:
    searched = standalone(question, history)
    if not leans(question):
        assert searched == question
    assert len(searched) <= LONGEST
    if searched != question:
        assert complete(question, history) or searched.endswith(question) or leans(question)
    if not leans(searched):
        assert standalone(searched, history) == searched


@given(ASKED, st.lists(ASKED, max_size=4))
def test_a_completion_does_not_lean(question: str, history: list[str]) -> None:
    whole = complete(question, history)
    assert whole is None or not leans(whole)


def test_the_latest_question_counts_first() -> None:
    history = ["Who was Anna Reed?", "What did Harbin say about the lamp?"]
    assert standalone("Why did he go?", history) == "Why did Harbin go?"


def test_a_chain_is_completed_link_by_link() -> None:
    history = ["Who owned the Corvane?", "When was it built?", "And where?"]
    assert standalone("Was it insured?", history) == "Was the Corvane insured?"


def test_a_chain_starts_anew_with_a_question_that_stands_alone() -> None:
    history = [EARLIER, "And who relieved him?", "Did the keeper sleep?"]
    assert standalone("When?", history) == "When did the keeper sleep?"


def test_a_long_chain_is_as_short() -> None:
    history = [EARLIER, *["And why?"] * 5000]
    assert standalone("And when?", history) == "Who commanded the barque Corvane, and when?"


def test_the_longest_question_is_judged_at_once() -> None:
    question = "Who saw Harbin? " + "was it the he he " * 60_000
    assert len(question) > 10**6 > LONGEST
    assert standalone(question, [EARLIER]) == question
    assert standalone("Why?", [question]) == "Why?"


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


def test_of_ten_thousand_turns_few_are_looked_at(monkeypatch: pytest.MonkeyPatch) -> None:
    looked_at: list[str] = []

    def noted(question: str) -> bool:
        looked_at.append(question)
        return leans(question)

    monkeypatch.setattr(chain, "leans", noted)
    assert standalone("And when?", [EARLIER] * 10_000 + ["Why?"] * 10_000) != "And when?"
    assert len(looked_at) < 100
