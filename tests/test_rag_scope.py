"""Which documents a question means, over a shelf of made-up ones."""

import re
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.errors import PinciteError
from index.kind import find_kinds, title_words
from rag.scope import Catalogue, Mentions, Source, chosen, restriction, scope_of, unascribed


def source(path: str, title: str, author: str | None = None, opening: str = "") -> Source:
    known = (path, title, opening)
    return Source(path, title, author, find_kinds(*known), title_words(*known))


SHELF = (
    source("essay.txt", "The Tides of Harwich: An Essay", "Anna Reed"),
    source("ward.txt", "Keeping the Light in Winter", "Tom Ward and Mary Holt"),
    source("pamphlet.md", "Who Lit the Lamp?", "J. P. Holt"),
    source("life.txt", "Cobb: A Biography", opening="Cobb\n"),
    source("papers/gazette-1887.txt", "The Harwich Gazette"),
    source("papers/courier-1887.txt", "The Lynn Courier"),
    source("lamp.txt", "Lamp"),
)
# Where words stand that are in the texts: Ward is much spoken of, the lamp in its own text.
MENTIONS = {
    "Ward": [("life.txt", number) for number in range(9)],
    "Lamp": [("lamp.txt", number) for number in range(9)],
}


def mentions(phrase: str) -> list[tuple[str, int]]:
    return MENTIONS.get(phrase, [])


def scope(question: str, *history: str, searched: str | None = None) -> set[str]:
    asked = [*history, question]
    standing = " ".join(asked) if searched is None else searched
    return set(restriction(asked, standing, Catalogue(SHELF), mentions))


@pytest.mark.parametrize(
    ("question", "documents"),
    [
        ("According to Reed, when did the tide turn?", {"essay.txt"}),
        ("According to the Courier, when did the tide turn?", {"papers/courier-1887.txt"}),
        ("When did the tide turn according to Anna Reed?", {"essay.txt"}),
        ("What does Reed say about the tide?", {"essay.txt"}),
        ("Whom does Dr. Reed refuse to blame?", {"essay.txt"}),
        ("Which tide does Reed single out?", {"essay.txt"}),
        ("What did Reed claim about the tide?", {"essay.txt"}),
        ("In Reed’s view, who lit the lamp?", {"essay.txt"}),
        ("Against whom, in Reed's own account, was it lit?", {"essay.txt"}),
        ("What is Reed's evidence for the tide?", {"essay.txt"}),
        ("What reasons are given by Reed?", {"essay.txt"}),
        ("Why was it lit, as Reed argues?", {"essay.txt"}),
        ("What does note 3 of Reed's essay say?", {"essay.txt"}),
        ("Does Mary Holt mention a lamp?", {"ward.txt"}),
        ("Does J. Holt mention a lamp?", {"pamphlet.md"}),
        ("Does Holt mention a lamp?", {"ward.txt", "pamphlet.md"}),
        ("How do Reed and Ward describe the lamp?", {"essay.txt", "ward.txt"}),
        ("What does Ward think of the lamp?", {"ward.txt"}),
        ("According to the pamphlet, who lit it?", {"pamphlet.md"}),
        ("What does the pamphlet give as its source?", {"pamphlet.md"}),
        ("What is the pamphlet's longer figure?", {"pamphlet.md"}),
        ("In the essay, who lit it?", {"essay.txt"}),
        ("Why does the biographer doubt it?", {"life.txt"}),
        (
            "What does the newspaper report?",
            {"papers/gazette-1887.txt", "papers/courier-1887.txt"},
        ),
        ("According to the Lynn paper, who drowned?", {"papers/courier-1887.txt"}),
        ("How does the biography Cobb: A Biography explain it?", {"life.txt"}),
        ("Who is blamed in “Keeping the Light in Winter”?", {"ward.txt"}),
        ("Who is blamed in Keeping the Light in Winter?", {"ward.txt"}),
        ("What is said in the pamphlet 'Who Lit the Lamp?'", {"pamphlet.md"}),
        ("What does the essay The Tides of Harwich say?", {"essay.txt"}),
        ("Who drowned in gazette-1887.txt?", {"papers/gazette-1887.txt"}),
        ("Who drowned in papers/gazette-1887.txt?", {"papers/gazette-1887.txt"}),
        ("Who drowned in the file courier-1887?", {"papers/courier-1887.txt"}),
    ],
)
def test_words_are_ascribed_to_a_source(question: str, documents: set[str]) -> None:
    assert scope(question) == documents


@pytest.mark.parametrize(
    "question",
    [
        "Did Reed meet Ward?",
        "When was Reed arrested?",
        "Who was Anna Reed?",
        "Where is Reed Street, and what does Reed Street say?",
        "What does John Reed say?",
        "What does Cobb say about the lamp?",
        "According to Cobb, who lit the lamp?",
        "According to Reed and Cobb, who lit the lamp?",
        "According to the book Lost Harbours, who drowned?",
        "In Reed's book Lost Harbours, who drowned?",
        "According to the report, who drowned?",
        "According to the pamphlet that Cobb wrote, who drowned?",
        "According to the pamphlet by Cobb, who drowned?",
        "According to the pamphlet on whales, who drowned?",
        "According to the Danish pamphlet, who drowned?",
        "Who wrote the pamphlet?",
        "Who found the lamp in the pamphlet shop?",
        "What did Ward say at the inquest?",
        "What was Ward's evidence at the inquest?",
        "What do sources other than Reed say?",
        "Who disagrees with Reed's account?",
        "Unlike the pamphlet, who blames Ward?",
        "What is in the Lamp?",
        "When did Keeping the light in winter become hard?",
        "Was the Harwich Gazette read in Lynn?",
        "In which essay is the lamp described?",
        "Who lit the lamp?",
        "reed says",
        "",
        "?",
    ],
)
def test_a_subject_is_no_source(question: str) -> None:
    assert scope(question) == set()


@pytest.mark.parametrize(
    ("question", "asked"),
    [
        ("According to Reed, when did the tide turn?", "When did the tide turn?"),
        ("When did the tide turn according to Anna Reed?", "When did the tide turn?"),
        ("Who, in Reed’s own view, lit it?", "Who lit it?"),
        ("What does Reed say about the tide?", "What is said about the tide?"),
        ("Whom does Reed say that Cobb met?", "Whom Cobb met?"),
        ("What reasons does Reed give for it?", "What reasons is given for it?"),
        ("Which tide does Reed single out?", None),
        ("Does Reed mention Cobb?", None),
        ("According to Reed and the Lynn Courier, who lit it?", "Who lit it?"),
        ("In Reed's view, what does the Lynn Courier say?", None),
        ("According to Reed?", None),
        ("When did the tide turn?", None),
    ],
)
def test_what_is_asked_of_a_source_leaves_out_its_name(question: str, asked: str | None) -> None:
    assert unascribed(question, Catalogue(SHELF), mentions) == (asked or question)


def test_all_documents_are_no_restriction() -> None:
    only = Catalogue(SHELF[:1])
    assert scope_of("What does Reed say?", only, mentions) == frozenset()


@pytest.mark.parametrize(
    ("question", "history", "documents"),
    [
        ("And why?", ["What does Reed say of the tide?"], {"essay.txt"}),
        ("And Ward?", ["What does Reed say of the tide?"], {"ward.txt"}),
        ("And in the pamphlet?", ["What does Reed say of the tide?"], {"pamphlet.md"}),
        ("And according to Ward?", ["What does Reed say of the tide?"], {"ward.txt"}),
        ("And did he know Ward well?", ["What does Reed say of the tide?"], set()),
        ("And why?", ["Who lit the lamp?", "What does Reed say?", "And Ward?"], {"ward.txt"}),
        ("And why?", ["Who lit the lamp?"], set()),
    ],
)
def test_a_follow_up_keeps_to_the_source_that_was_named_last(
    question: str, history: list[str], documents: set[str]
) -> None:
    assert scope(question, *history) == documents


def test_a_question_that_stands_alone_leaves_the_earlier_ones_alone() -> None:
    question = "Who lit the lamp?"
    assert scope(question, "What does Reed say of it?", searched=question) == set()


def test_a_follow_up_that_was_rewritten_keeps_its_source() -> None:
    searched = "Why does Reed say that the tide turned?"
    assert scope("And why?", "What does Reed say of it?", searched=searched) == {"essay.txt"}


WORDS = [
    *("Reed", "Ward", "Holt", "Anna", "lamp", "tide", "Harwich", "essay", "pamphlet", "the", "of"),
    *("in", "who", "when", "did", "was", "lit", "met", "keeper", "Lynn", "Gazette", "biography"),
    *("Cobb", "light", "winter", "and"),
]
ASCRIBING = ["does", "say", "to", "According", "'s", "view", ",", "“", "”", "?", "x.txt"]
PIECES = st.sampled_from([*WORDS, *ASCRIBING, *(each.path for each in SHELF)])


@given(st.lists(st.sampled_from(WORDS), max_size=12).map(" ".join))
def test_names_without_a_phrase_of_attribution_restrict_nothing(question: str) -> None:
    # A title of a work and a place in it ("in the essay") are such phrases.
    if not re.search(r"\bin\b|essay|pamphlet|biography|Gazette", question):
        assert scope(f"Who {question} lit?") == set()


@given(st.text(max_size=60) | st.lists(PIECES).map(" ".join))
def test_a_scope_is_of_documents_that_are_there(question: str) -> None:
    assert scope(question) < {each.path for each in SHELF}


# -- what a user names -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "documents"),
    [
        ("essay.txt", {"essay.txt"}),
        ("papers/gazette-1887.txt", {"papers/gazette-1887.txt"}),
        ("Gazette-1887.txt", {"papers/gazette-1887.txt"}),
        ("gazette-1887", {"papers/gazette-1887.txt"}),
        ("the tides of harwich", {"essay.txt"}),
        ("Lynn Courier", {"papers/courier-1887.txt"}),
        ("lamp", {"lamp.txt"}),
    ],
)
def test_a_user_names_a_document(name: str, documents: set[str]) -> None:
    assert chosen([name], SHELF) == documents


def test_several_names_are_several_documents() -> None:
    assert chosen(["essay.txt", "ward.txt"], SHELF) == {"essay.txt", "ward.txt"}
    assert chosen([], SHELF) == frozenset()


def test_a_title_that_several_documents_have_is_all_of_them() -> None:
    again = replace(SHELF[0], path="copy.txt")
    assert chosen(["Tides of Harwich"], [*SHELF, again]) == {"essay.txt", "copy.txt"}


def test_a_name_that_is_none_names_the_documents() -> None:
    message = r"no document is called 'Lost'. The documents are: essay.txt, ward.txt, "
    with pytest.raises(PinciteError, match=message):
        chosen(["Lost"], SHELF)
    with pytest.raises(PinciteError, match=r"The documents are: none$"):
        chosen(["?"], [])
    with pytest.raises(PinciteError, match=r" and 5 more$"):
        chosen(["Lost"], [replace(SHELF[0], path=f"{number}.txt") for number in range(25)])


def test_a_name_of_a_megabyte_is_named_in_part() -> None:
    with pytest.raises(PinciteError) as caught:
        chosen(["x" * 1_000_000], SHELF)
    assert str(caught.value).startswith(f"no document is called '{'x' * 200}…'. The documents are")


def test_a_question_that_was_asked_ten_thousand_times_is_looked_at_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    looked_at: list[str] = []

    def noted(question: str, catalogue: Catalogue, mentions: Mentions) -> frozenset[str]:
        looked_at.append(question)
        return scope_of(question, catalogue, mentions)

    monkeypatch.setattr("rag.scope.scope_of", noted)
    questions = [*["Who lit it?"] * 10_000, "And why?"]
    assert restriction(questions, "Who lit it? And why?", Catalogue(SHELF), mentions) == set()
    assert len(looked_at) < 10


def test_a_name_that_is_in_several_titles_is_asked_for_again() -> None:
    with pytest.raises(PinciteError, match=r"in several titles. Name one of: essay.txt, papers/"):
        chosen(["Harwich"], SHELF)
