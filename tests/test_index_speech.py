"""Who says it: every construction, on texts of a few sentences."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.speech import find_speeches, speakers_at
from index.structure import finish, plain_blocks
from index.types import UNKNOWN, Block, BlockKind, Document, Place, Span

AUTHOR = "Ann Author"


def document(text: str, author: str | None = AUTHOR) -> Document:
    blocks = finish(text, plain_blocks(text)).blocks
    return from_blocks(text, blocks, author)


def from_blocks(text: str, blocks: tuple[Block, ...], author: str | None = AUTHOR) -> Document:
    return Document(
        path="a.txt",
        sha256="0",
        title="A Title",
        text=text,
        encoding="utf-8",
        size=len(text),
        blocks=blocks,
        author=author,
        speeches=find_speeches(text, blocks, (), author),
    )


def chain(text: str, words: str, author: str | None = AUTHOR) -> tuple[str, ...]:
    """Whose `words` are in `text`, without the author of the source at the end."""
    start = text.index(words)
    speakers = speakers_at(document(text, author), Span(start, start + len(words)))
    assert speakers[-1] == (author or "A Title")
    return speakers[:-1]


def whole(text: str) -> tuple[str, ...]:
    return chain(text, text)


# Quotation marks


@pytest.mark.parametrize(
    "quoted",
    [
        "“It is cold in here.”",
        "‘It is cold in here.’",
        '"It is cold in here."',
        "'It is cold in here.'",
        "«It is cold in here.»",
        "„It is cold in here.“",
    ],
)
def test_a_verb_of_saying_before_any_quotation_marks_names_the_speaker(quoted: str) -> None:
    assert chain(f"Jane Reed said: {quoted}", quoted) == ("Jane Reed",)


@pytest.mark.parametrize(
    "text",
    [
        "“It is cold,” said Jane Reed.",
        "“It is cold,” Jane Reed said.",
        "“It is cold,” said the tall lawyer Jane Reed.",
        "“Is it cold?” asked Jane Reed.",
        "“It is cold,” Jane Reed added quietly.",
        "According to Jane Reed, “it is cold in the house.”",
        "Jane Reed noted that the latter “is cold”.",
        "Jane Reed, a lawyer in York in 1989-91, wrote: “It is cold.”",
        "Jane Reed, in her book *Cold Days*, wrote: “It is cold.”",
        "Jane Reed in her book *The Cold Days* wrote: “It is cold.”",
        "Jane Reed -- one of those who went -- said: “It is cold.”",
        "In those days Dr. Jane Reed told us, “It is cold.”",
        "The chairwoman, Jane Reed, said: “It is cold.”",
        "At night, Jane Reed, who was old, cried: “It is cold.”",
        "Jane Reed took her coat off and then said: “It is cold.”",
        "Looking out, Jane Reed replied: “It is cold.”",
        "It was there that the word was uttered by Jane Reed: “It is cold.”",
        "Jane Reed's words were these: “It is cold.”",
        "In the words of Jane Reed: “It is cold.”",
        "Jane Reed was blunt: “It is cold.”",
        "“It is cold in this old house.” (Jane Reed, Cold Days 12)",
    ],
)
def test_the_speaker_of_a_quotation_is_named_around_it(text: str) -> None:
    start, end = text.index("“"), text.index("”") + 1
    speakers = speakers_at(document(text), Span(start, end))
    assert speakers == ("Jane Reed", AUTHOR)


def test_a_quotation_goes_on_after_its_speaker() -> None:
    text = "“It is cold,” said Jane Reed, “and dark.” It rained. “It is late,” said Tom."
    assert chain(text, "and dark") == ("Jane Reed",)
    assert chain(text, "It is late") == ("Tom",)
    assert chain(text, "It rained.") == ()


def test_a_quotation_that_follows_at_once_is_by_the_same_speaker() -> None:
    text = "“It is cold,” said Jane Reed. “We should go home now.”"
    assert chain(text, "We should go home now.") == ("Jane Reed",)


def test_quotations_in_quotations_have_longer_chains() -> None:
    text = "Jane Reed said: “Tom Hill told me, ‘It is cold.’ I went home.”"
    assert chain(text, "It is cold.") == ("Tom Hill", "Jane Reed")
    assert chain(text, "I went home.") == ("Jane Reed",)


def test_whoever_passes_words_on_stands_between_speaker_and_author() -> None:
    text = "At the inn Jane Reed recalled the words of Tom Hill about this: “We won.”"
    assert whole(text) == ("Tom Hill", "Jane Reed")
    text = "Jane Reed, quoting Tom Hill, said: “We won.”"
    assert chain(text, "We won.") == ("Tom Hill", "Jane Reed")
    text = "Consider a remark by Tom Hill, as quoted by Jane Reed: “We won.”"
    assert chain(text, "We won.") == ("Tom Hill", "Jane Reed")


def test_a_pronoun_means_whoever_made_the_remark_that_was_quoted() -> None:
    text = "Jane Reed quoted a remark by Tom Hill made to a friend. He said:\n\n“We have won.”"
    assert chain(text, "We have won.") == ("Tom Hill", "Jane Reed")


def test_marks_that_are_opened_anew_carry_a_quotation_over_paragraphs() -> None:
    text = "Jane Reed said:\n\n“It is cold.\n\n“It is dark.\n\n“We go.”\n\nIt rained that day."
    assert chain(text, "It is cold.") == ("Jane Reed",)
    assert chain(text, "It is dark.") == ("Jane Reed",)
    assert chain(text, "We go.") == ("Jane Reed",)
    assert chain(text, "It rained that day.") == ()


def test_a_speech_stays_in_its_block() -> None:
    text = "Jane Reed said:\n\n“It is cold.\n\n“It is dark.”"
    spans = [speech.span.of(text) for speech in document(text).speeches]
    assert spans == ["“It is cold.", "“It is dark.”"]


def test_a_page_break_in_a_name_and_in_a_quotation_does_not_matter() -> None:
    text = "Then, after a while, Jane Re-\ned said: “It is ve-\nry cold in here.”"
    assert chain(text, "“It is ve-\nry cold in here.”") == ("Jane Reed",)


# What is no speech


@pytest.mark.parametrize(
    "text",
    [
        "Direct choice, called “cooptation,” was common.",
        "They joined the “Axis” and sank.",
        "The ‘former people’ of Reed’s time were poor.",
        "Jane Reed wrote “The Cold Days” in York.",
        "She read 'The Cold Night' in the dogs' house.",
        "The men of the ‘80s don’t know Jane Reed’s dogs’ names.",
        "Jane Reed was arrested.",
        "Jane Reed decided to go.",
        "Jane Reed established ‘peace in one town’ for good.",
        "The document shows that it was cold.",
        "It was said that it was cold.",
        "Jane Reed did not say that it was cold.",
        "Jane Reed believed that it was cold.",
        "According to the law, it is cold.",
        "The ice suggests that it was cold.",
        "I said that it was cold.",
        "Jane Reed blamed nobody.",
        "The bread was cut for a reason that nobody knew.",
    ],
)
def test_terms_titles_deeds_and_things_are_the_authors(text: str) -> None:
    assert whole(text) == ()


@pytest.mark.parametrize(
    "text",
    [
        "It was said there: “It is cold and dark today.”",
        "At the door someone shouted: ‘It is cold.’",
        "The textbook states that it is cold.",
        "A witness said that it was cold.",
        "The mayor explained that it was cold.",
        "The tall mayor of the town explained that it was cold.",
        "“It is cold,” the mayor told Reed.",
        "The protocol, signed by the council, stated that it was cold.",
        "The school manual Short Course of Village Lore claims that it was cold.",
        "The journal Southern Lore of Boats claims that it was cold.",
        "The authors of one textbook state that it is cold.",
        "“It is cold and dark in the whole house.”",
    ],
)
def test_an_unnamed_speaker_is_unknown(text: str) -> None:
    assert whole(text) == (UNKNOWN,)


def test_a_list_after_a_colon_is_no_speech() -> None:
    text = "Jane Reed named three:\n\n1. Bread\n\n2. Milk\n\n3. Salt"
    assert document(text).speeches == ()


# Block quotations without marks


@pytest.mark.parametrize(
    ("introduction", "speakers"),
    [
        ("Jane Reed writes:", ("Jane Reed",)),
        ("From this Jane Reed concludes:", ("Jane Reed",)),
        ("Jane Reed ends her book with these words:", ("Jane Reed",)),
        ("Jane Reed describes the house this way:", ("Jane Reed",)),
        ("I agree with Jane Reed when she writes:", ("Jane Reed",)),
        (
            "Take the following remark by Tom Hill, as quoted by Jane Reed:",
            ("Tom Hill", "Jane Reed"),
        ),
        ("Jane Reed came in. In her own words:", ("Jane Reed",)),
    ],
)
def test_a_paragraph_that_is_announced_is_its_speakers(
    introduction: str, speakers: tuple[str, ...]
) -> None:
    text = f"{introduction}\n\nIt is cold in the house. Nobody came. (12)\n\nIt rained all day."
    assert chain(text, "It is cold in the house. Nobody came.") == speakers
    assert chain(text, "It rained all day.") == ()


def test_an_announced_paragraph_has_speeches_of_its_own() -> None:
    text = "Jane Reed writes:\n\nTom Hill then said: “We won.” It was dark in there. (Cold 12)"
    assert chain(text, "We won.") == ("Tom Hill", "Jane Reed")
    assert chain(text, "It was dark in there.") == ("Jane Reed",)


def test_an_announced_paragraph_that_tells_of_the_speaker_is_the_quoters() -> None:
    text = (
        "Take the following remark by Tom Hill, as quoted by Jane Reed:\n\n"
        "In the hall [Hill] remarked that the bread was stale. It was late. "
        "Then he suddenly said: “We have one loaf.” (Cold 12)"
    )
    assert chain(text, "It was late.") == ("Jane Reed",)
    assert chain(text, "the bread was stale") == ("Tom Hill", "Jane Reed")
    assert chain(text, "We have one loaf.") == ("Tom Hill", "Jane Reed")


def test_a_paragraph_in_the_first_person_after_its_speaker_was_named() -> None:
    text = (
        "1. It rained.\n\n2. Tom Hill said that the vote was open.\n\n"
        "You think that we have lost. We have not lost. (13)\n\n3. It rained again.\n\n"
        "4. It was late."
    )
    assert chain(text, "You think that we have lost.") == ("Tom Hill",)
    assert chain(text, "It rained again.") == ()


def test_a_source_in_parentheses_names_the_speaker_of_a_block_quotation() -> None:
    text = "It is cold.\n\nSo. (Jane Reed, Cold 12)"
    blocks = (
        Block(BlockKind.PARAGRAPH, Span(0, 11), Place()),
        Block(BlockKind.QUOTATION, Span(13, len(text)), Place()),
    )
    assert from_blocks(text, blocks).speeches[0].speakers == ("Jane Reed",)
    assert from_blocks(text, blocks).speeches[0].span.of(text) == "So."


def test_a_block_quotation_that_nobody_announces_is_unknown() -> None:
    text = "It is cold.\n\nSo. (Cold 12)"
    blocks = (
        Block(BlockKind.PARAGRAPH, Span(0, 11), Place()),
        Block(BlockKind.QUOTATION, Span(13, len(text)), Place()),
    )
    assert [speech.speakers for speech in from_blocks(text, blocks).speeches] == [(UNKNOWN,)]


# Dialogue


def test_dialogue_lines_are_their_labels() -> None:
    text = (
        "Judge: Who was it that came?\n\nWitness: It was I.\n\n"
        "Judge: And why was that?\n\nWitness: It was hot."
    )
    assert chain(text, "Who was it that came?") == ("Judge",)
    assert chain(text, "It was hot.") == ("Witness",)


def test_lines_of_one_paragraph_are_a_dialogue_too() -> None:
    text = "Reed: Who was it?\nHill: It was I.\nReed: When was that?\nHill: At noon."
    assert chain(text, "It was I.") == ("Hill",)


def test_lines_in_turn_are_a_dialogue_of_people_who_are_named_nowhere_else() -> None:
    text = "Reed: Who sent you?\nHill: Nobody, I walked.\nReed: Then you are bold."
    for words, name in (("Who", "Reed"), ("Nobody", "Hill"), ("Then", "Reed")):
        assert chain(text, words) == (name,)


def test_entries_of_a_list_are_no_dialogue() -> None:
    assert document("Bread: ten loaves\nMilk: two pints\nBread: one more").speeches == ()


def test_a_question_and_its_answer_are_nobodys() -> None:
    text = "Q: Who was it?\n\nA: It was I.\n\nQ: And why?\n\nA: It was hot."
    assert chain(text, "It was I.") == (UNKNOWN,)


@pytest.mark.parametrize("label", ["Note", "Article 3", "1937", "Figure", "First"])
def test_a_label_that_is_nobody_starts_no_dialogue(label: str) -> None:
    text = f"{label}: It rained.\n\n{label}: It rained again.\n\nSource: The book."
    assert document(text).speeches == ()


# Reported speech


@pytest.mark.parametrize(
    "text",
    [
        "Jane Reed said that it was cold.",
        "Jane Reed told the children that it was cold.",
        "Jane Reed declared with a smile that it was cold.",
        "Jane Reed blamed the wind, saying that it was cold.",
        "Jane Reed blamed Tom Hill aloud for the fire, saying that",
        "Jane Reed accused Tom Hill of theft.",
        "Jane Reed thinks that it is cold.",
        "Jane Reed believes it is cold.",
        "Jane Reed established that it was cold.",
        "Jane Reed largely discounts the danger.",
        "Jane Reed asked whether it was cold.",
        "Jane Reed said the mayor lied.",
        "Tom Hill was told by Jane Reed that it was cold.",
        "Jane Reed explained why it was cold.",
        "According to Jane Reed, it was cold.",
        "As Jane Reed points out, it was cold.",
        "In her report Jane Reed stated that it was cold.",
        "The ship, said Jane Reed, was cold.",
        "Jane Reed, in a long report from York, argued that it was cold.",
    ],
)
def test_reported_speech_is_the_speakers(text: str) -> None:
    assert whole(text) == ("Jane Reed",)
    assert document(text).speeches[0].reported


def test_a_claim_is_completed_by_the_quotation_in_the_next_paragraph() -> None:
    text = "Jane Reed blamed Tom for the fire, saying that\n\n“he had left the lamp on.”"
    assert chain(text, "Jane Reed blamed Tom for the fire, saying that") == ("Jane Reed",)
    assert chain(text, "“he had left the lamp on.”") == ("Jane Reed",)


def test_speech_goes_on_only_where_it_says_so() -> None:
    text = "Jane Reed said that it was cold. It rained. She also said that it was dark."
    assert chain(text, "It rained.") == ()
    assert chain(text, "She also said that it was dark.") == ("Jane Reed",)


def test_claims_in_claims_have_longer_chains() -> None:
    text = "Jane Reed writes that Tom Hill claimed that it was cold."
    assert chain(text, "that it was cold") == ("Tom Hill", "Jane Reed")


def test_two_claims_side_by_side_are_two_peoples() -> None:
    text = "While Jane Reed stated that it was cold, Tom Hill claimed that it was warm."
    assert chain(text, "it was cold") == ("Jane Reed",)
    assert chain(text, "it was warm") == ("Tom Hill",)


# Pronouns and names


def test_a_pronoun_means_the_last_subject() -> None:
    text = "Jane Reed met Tom Hill in York. She said that it was cold."
    assert chain(text, "it was cold") == ("Jane Reed",)


def test_a_pronoun_reaches_back_one_paragraph_and_no_farther() -> None:
    near = "Jane Reed went out.\n\nShe said that it was cold."
    far = "Jane Reed went out.\n\nIt rained.\n\nShe said that it was cold."
    assert chain(near, "it was cold") == ("Jane Reed",)
    assert chain(far, "it was cold") == (UNKNOWN,)


def test_a_mark_that_never_closes_takes_its_sentence_only() -> None:
    text = "Tom Hill said: “It is cold. Then it rained."
    assert chain(text, "It is cold.") == ("Tom Hill",)
    assert chain(text, "Then it rained.") == ()


@pytest.mark.parametrize(
    "after",
    [" . . .\n\nIt rained.", ".\nReed: Who?\nHill: I.\nReed: Go.", ".\n\nReed: Who?\n\nHill: I."],
)
def test_a_mark_that_never_closes_takes_all_that_a_break_or_a_dialogue_ends(after: str) -> None:
    text = f'Jane Reed quotes Tom Hill: "Who are they? Six are cooks. One is a smith{after}'
    assert chain(text, "Six are cooks.") == ("Tom Hill", "Jane Reed")
    assert chain(text, "One is a smith") == ("Tom Hill", "Jane Reed")


@pytest.mark.parametrize("cited", ["Prof. Hill", "Tom Hill", "Tom Hill, Cold Days"])
def test_a_pronoun_does_not_mean_whoever_is_only_cited(cited: str) -> None:
    text = f"Tom Hill came.\n\nIt rained.\n\n{cited}, pp. 3-4. “Is it so cold?” he asked."
    assert chain(text, "Is it so cold?") == (UNKNOWN,)


def test_a_pronoun_may_mean_an_unnamed_person() -> None:
    text = "Tom Hill went out. I was woken by the boy. He said that it was cold."
    assert chain(text, "it was cold") == (UNKNOWN,)


def test_a_name_is_given_in_its_fullest_form() -> None:
    text = "We met Jane Reed. Reed said that it was cold."
    assert chain(text, "it was cold") == ("Jane Reed",)


def test_a_last_name_that_is_anothers_too_stays_as_it_is() -> None:
    text = "We met Jane Reed and John Reed. Reed said that it was cold."
    assert chain(text, "it was cold") == ("Reed",)


def test_a_last_name_known_before_is_not_the_relatives() -> None:
    text = "Reed said that it was cold. His son, young Peter Reed, came."
    assert chain(text, "it was cold") == ("Reed",)


@pytest.mark.parametrize(
    ("written", "name"),
    [
        ("The famous American historian Jane Reed", "Jane Reed"),
        ("Party Secretary Jane Reed", "Jane Reed"),
        ("Captain Reed", "Reed"),
        ("the Chief of the Harbour Staff, Captain Jane Reed,", "Jane Reed"),
        ("Father Reed", "Father Reed"),
        ("Mrs. Reed", "Mrs. Reed"),
        ("J.B. Reed", "J.B. Reed"),
        ("Jane van der Reed", "Jane van der Reed"),
        ("Jane Reed and Tom Hill", "Jane Reed and Tom Hill"),
    ],
)
def test_offices_are_stripped_and_what_belongs_to_a_name_is_kept(written: str, name: str) -> None:
    assert chain(f"Later {written} said that it was cold.", "it was cold") == (name,)


def test_the_authors_own_words_are_the_authors() -> None:
    assert whole("I said: “It is cold in the house today.”") == ()
    assert whole("Ann Author said that it was cold.") == ()


def test_nobody_stands_twice_in_a_row() -> None:
    text = "Jane Reed writes:\n\nI said then: “It is cold in here.” It was. (12)"
    assert chain(text, "It is cold in here.") == ("Jane Reed",)


def test_a_note_is_read_on_its_own() -> None:
    text = "Jane Reed went out. He said that it was cold."
    blocks = (
        Block(BlockKind.PARAGRAPH, Span(0, 19), Place()),
        Block(BlockKind.NOTE, Span(20, len(text)), Place(note="1")),
    )
    assert [speech.speakers for speech in from_blocks(text, blocks).speeches] == [(UNKNOWN,)]


def test_without_an_author_the_title_speaks() -> None:
    assert speakers_at(document("It rained.", None), Span(0, 10)) == ("A Title",)


def test_a_speech_after_a_footnote_in_its_paragraph_is_found() -> None:
    text = "Jane Reed said that it\nA note.\nwas cold."
    blocks = (
        Block(BlockKind.PARAGRAPH, Span(0, 40), Place(), holes=(Span(23, 30),)),
        Block(BlockKind.NOTE, Span(23, 30), Place(note="1")),
    )
    assert speakers_at(from_blocks(text, blocks), Span(31, 40)) == ("Jane Reed", AUTHOR)


# Any text


PIECES = [
    *("Jane Reed", "Hill", "he", "said", "writes", "that", "According to", "the words of", "it"),
    *(
        "“",
        "”",
        '"',
        "'",
        "‘",
        "’",
        "«",
        "»",
        ":",
        ",",
        ".",
        "(",
        ")",
        "[",
        "]",
        "--",
        "1.",
        "\n\n",
    ),
    *("Judge:", "Q:", "as quoted by", "who", "and", "must", "be", "(Reed, Cold 12)", "I", "*"),
]


@given(st.lists(st.sampled_from(PIECES), max_size=40).map(" ".join))
def test_speeches_lie_in_blocks_in_order_with_somebody_to_say_them(text: str) -> None:
    doc = document(text)
    blocks = [block.span for block in doc.blocks]
    starts = [(speech.span.start, -speech.span.end) for speech in doc.speeches]
    assert starts == sorted(starts)
    for speech in doc.speeches:
        assert speech.speakers
        assert all(speech.speakers)
        assert any(b.start <= speech.span.start and speech.span.end <= b.end for b in blocks)


@given(st.lists(st.sampled_from(PIECES), min_size=1, max_size=30).map(" ".join), st.data())
def test_every_range_has_somebody_who_speaks(text: str, data: st.DataObject) -> None:
    doc = document(text)
    start = data.draw(st.integers(0, len(text) - 1))
    end = data.draw(st.integers(start + 1, len(text)))
    speakers = speakers_at(doc, Span(start, end))
    assert speakers[-1] == AUTHOR
    assert all(a != b for a, b in pairwise(speakers))


@pytest.mark.parametrize(
    "piece",
    ["“", "”“", "‘a’ ", "A", "Aa ", ":", "A: b\n", "he said ", "Reed, ", "(", "(a) ", "“a "],
)
def test_hostile_text_is_read_to_its_end(piece: str) -> None:
    text = piece * (40_000 // len(piece))
    blocks = (Block(BlockKind.PARAGRAPH, Span(0, len(text)), Place()),)
    speeches = find_speeches(text, blocks, (), None)
    assert all(speech.span.end <= len(text) and speech.speakers for speech in speeches)
