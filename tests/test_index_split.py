"""Passages: budgets, exact spans, and what is kept apart."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.read import markdown, text
from index.read.content import Content
from index.reading import heal
from index.split import Budget, split
from index.structure import finish, plain_blocks
from index.tokens import DEFAULT_ENCODING, Tokens, load_encoding
from index.types import QUOTABLE, Block, BlockKind, Passage, Place, Span, line_of

Count = Callable[[str], int]


@cache
def tokens() -> Tokens:
    return load_encoding(DEFAULT_ENCODING)


def finished(text: str) -> tuple[Block, ...]:
    return finish(text, plain_blocks(text)).blocks


def count_words(words: str) -> int:
    return len(words.split())


def small(limit: int = 1000, *, pieces: int = 1000, enough: int = 0) -> Budget:
    """A budget whose tokens are words and whose pieces are characters but for spaces."""
    return Budget(count_words, limit, lambda words: len(words.replace(" ", "")), pieces, enough)


def readings(source: str, budget: Budget) -> list[str]:
    return [passage.reading for passage in split(source, finished(source), budget)]


# Tables


def rows(source: str) -> list[str]:
    block = Block(BlockKind.TABLE, Span(0, len(source)), Place())
    return [s.span.of(source) for p in split(source, [block], small()) for s in p]


def test_the_sentences_of_a_table_are_its_rows() -> None:
    source = "Rain\t1. May\t2. June\nNo. 5\t3-\n7\t4"
    assert rows(source) == ["Rain\t1. May\t2. June", "No. 5\t3-", "7\t4"]
    block = Block(BlockKind.TABLE, Span(0, len(source)), Place())
    assert [p.reading for p in split(source, [block], small())] == [
        "Rain 1. May 2. June No. 5 3- 7 4"
    ]


def test_labels_over_several_lines_go_with_their_row() -> None:
    source = "Year\t1\t2\nRain and\nsnow\t3\t4\nHail\t5\t6\nwithout frost\nIce\t7\t8\nSo"
    assert rows(source) == [
        "Year\t1\t2",
        "Rain and\nsnow\t3\t4",
        "Hail\t5\t6\nwithout frost",
        "Ice\t7\t8",
        "So",
    ]


def test_a_rule_goes_with_the_row_above() -> None:
    source = "| a | b |\r\n|---|---|\r\n| 1 | 2 |\r\n| . | . |"
    assert rows(source) == ["| a | b |\r\n|---|---|", "| 1 | 2 |\r\n| . | . |"]


def test_a_caption_has_sentences() -> None:
    assert rows("Fig. 1: It rained\nall day. It stopped.") == [
        "Fig. 1: It rained\nall day.",
        "It stopped.",
    ]


def test_a_long_row_obeys_the_limits() -> None:
    source = "Rain\t" + "\t".join(str(number) for number in range(400))
    found = rows(source)
    assert all(len(row) <= 600 for row in found)
    assert " ".join(found).split() == source.split()


# Exact passages


def test_a_short_document_is_one_passage() -> None:
    source = "It rained\nall day. It\nstopped.\n"
    passages = split(source, finished(source), small())
    assert [passage.reading for passage in passages] == ["It rained all day. It stopped."]
    sentences = passages[0].sentences
    assert [s.span for s in sentences] == [Span(0, 18), Span(19, 30)]
    assert [s.reading for s in sentences] == [Span(0, 18), Span(19, 30)]
    assert [s.place for s in sentences] == [Place(line=1), Place(line=2)]
    assert passages[0].span == Span(0, 30)


def test_nothing_to_quote_is_no_passage() -> None:
    source = "The Winter\n\n* * *\n\nPage 4"
    assert split(source, finished(source), small()) == []
    assert split("", (), small()) == []


def test_sentences_fill_a_passage_up_to_the_limit() -> None:
    # A sentence counts its words and one for the space after it: 3 + 3, then 3 more is too much.
    assert readings("It rained. It hailed. It snowed.", small(8)) == [
        "It rained. It hailed.",
        "It snowed.",
    ]
    assert len(readings("It rained. It hailed. It snowed.", small(9))) == 1


def test_the_pieces_of_the_model_are_a_limit_as_well() -> None:
    # Nine pieces each.
    source = "It rained. It hailed. It snowed."
    assert readings(source, small(pieces=17)) == ["It rained.", "It hailed.", "It snowed."]
    assert readings(source, small(pieces=18)) == ["It rained. It hailed.", "It snowed."]


def test_short_paragraphs_keep_each_other_company_until_there_is_enough() -> None:
    source = "1. It rained.\n\n2. It hailed.\n\n3. It snowed."
    assert len(readings(source, small(enough=0))) == 3
    assert readings(source, small(enough=3)) == ["It rained. It hailed.", "It snowed."]
    assert len(readings(source, small(enough=5))) == 1


def test_a_paragraph_is_not_cut_for_having_enough() -> None:
    assert len(readings("It rained. It hailed. It snowed.", small(enough=1))) == 1


def test_sections_are_kept_apart() -> None:
    source = "It rained.\n\nThe Winter\n\nIt snowed."
    passages = split(source, finished(source), small(enough=100))
    assert [(p.sentences[0].place.section, p.reading) for p in passages] == [
        ((), "It rained."),
        (("The Winter",), "It snowed."),
    ]


def test_notes_are_kept_apart_from_what_is_not_a_note() -> None:
    blocks = finished("It rained.\n\nNotes\n\nSee below.\n\n1. See One.\n\n2. See Two.")
    source = "It rained.\n\nNotes\n\nSee below.\n\n1. See One.\n\n2. See Two."
    passages = split(source, blocks, small(enough=100))
    assert [p.reading for p in passages] == ["It rained.", "See below.", "See One. See Two."]
    assert [s.place.note for s in passages[2]] == ["1", "2"]


def test_every_sentence_has_the_locator_of_its_own_block() -> None:
    source = "1. One. More.\n\n2. Two.\n\n3. Three."
    (passage,) = split(source, finished(source), small(enough=100))
    assert [(s.place.paragraph, s.place.line) for s in passage] == [
        ("1", 1),
        ("1", 1),
        ("2", 3),
        ("3", 5),
    ]


def test_a_sentence_over_a_page_break_spans_the_footer() -> None:
    source = "It rained. It was regis-\n\nPage 4\n\ntered. It snowed."
    (passage,) = split(source, finished(source), small())
    assert [s.reading.of(passage.reading) for s in passage] == [
        "It rained.",
        "It was registered.",
        "It snowed.",
    ]
    assert passage.sentences[1].span.of(source) == "It was regis-\n\nPage 4\n\ntered."


def test_a_sentence_that_is_too_long_is_halved_between_words() -> None:
    source = "one two three four five six"
    assert readings(source, small(4)) == ["one two three", "four five six"]
    assert readings(source, small(2)) == ["one", "two three", "four", "five six"]


def test_a_word_that_is_too_long_is_cut_up() -> None:
    assert readings("x" * 40, small(pieces=10)) == ["x" * 10] * 4


# Any text

WORDS = (
    st.sampled_from(["Marlin", "came.", "It", "rained", "not.", "“So", "said.”", "J.V."])
    | st.sampled_from(["1937", "x" * 30, "é½", "*it*", "so.¹²", "regis-\n", "tered"])
    | st.sampled_from(["—", "\u00ad", "漢字", "🙂🙂", "a\u0301"])
)
GAPS = (
    st.just(" ")
    | st.sampled_from(["\n", "\n\n", "\n\nPage 4\n\n", "\n\n# The Winter\n\n", "\n\n> ", "\r\n"])
    | st.sampled_from(["\n\n1. ", "\n\n2. ", "\n\n3. ", "\n\n## Notes\n\n", "\u00a0"])
)
TEXTS = st.lists(st.tuples(WORDS, GAPS), max_size=60).map(
    lambda pairs: "".join(word + gap for word, gap in pairs)
)
LOADERS = st.sampled_from([text.load, markdown.load])


def count_pieces(words: str) -> int:
    """Like a word-piece tokenizer: words and marks, long words in parts."""
    return sum((len(word) + 4) // 5 for word in re.findall(r"\w+|[^\w\s]", words))


@st.composite
def documents(draw: st.DrawFn) -> tuple[Content, Budget]:
    count: Count = draw(st.sampled_from([tokens().count, count_words]))
    limit = draw(st.integers(8, 60))
    budget = Budget(count, limit, count_pieces, draw(st.integers(4, 60)), limit // 2)
    return draw(LOADERS)(draw(TEXTS).encode()), budget


def passages_of(content: Content, budget: Budget) -> list[Passage]:
    return split(content.text, content.blocks, budget)


@given(documents())
def test_the_budget_is_never_exceeded(case: tuple[Content, Budget]) -> None:
    content, budget = case
    for passage in passages_of(content, budget):
        if len(passage.reading) > 1:
            assert budget.count(passage.reading) <= budget.limit
            assert budget.pieces(passage.reading) <= budget.piece_limit


@given(documents())
def test_every_sentence_maps_to_its_exact_words(case: tuple[Content, Budget]) -> None:
    content, budget = case
    for passage in passages_of(content, budget):
        assert passage.reading == " ".join(s.reading.of(passage.reading) for s in passage)
        for sentence in passage:
            words = sentence.reading.of(passage.reading)
            block = block_of(content.blocks, sentence.span)
            inside = [
                hole
                for hole in block.holes
                if sentence.span.start <= hole.start and hole.end <= sentence.span.end
            ]
            bare = heal(content.text, sentence.span, inside).text
            # A marker at the edge of a sentence has lost its neighbour, so it may be judged anew.
            assert bare.strip("*") == words.strip("*")
            assert sentence.place == block.place._replace(
                line=line_of(content.text, sentence.span.start)
            )


def block_of(blocks: tuple[Block, ...], span: Span) -> Block:
    """The quotable block that holds a span; a footnote, where one stands in a paragraph's hole."""
    holding = [
        block
        for block in blocks
        if block.kind in QUOTABLE and block.span.start <= span.start and span.end <= block.span.end
    ]
    return min(holding, key=lambda block: len(block.span))


@given(documents())
def test_every_quotable_word_is_in_one_sentence_in_order(case: tuple[Content, Budget]) -> None:
    content, budget = case
    expected = "".join(
        heal(content.text, block.span, block.holes).text
        for block in content.blocks
        if block.kind in QUOTABLE
    )
    found = "".join(passage.reading for passage in passages_of(content, budget))
    assert found.replace(" ", "") == expected.replace(" ", "")


@given(documents())
def test_sections_and_notes_are_never_mixed(case: tuple[Content, Budget]) -> None:
    content, budget = case
    for passage in passages_of(content, budget):
        assert len({s.place.section for s in passage}) == 1
        assert len({s.place.note is None for s in passage}) == 1


@pytest.mark.parametrize("limit", [1, 2, 3])
def test_a_budget_that_is_too_small_for_a_character_still_ends(limit: int) -> None:
    budget = Budget(tokens().count, limit, len, 1, 0)
    assert "".join(readings("🙂 ab.", budget)) == "🙂ab."
