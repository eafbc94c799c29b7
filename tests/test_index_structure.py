"""Blocks and locators of plain text."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.reading import heal
from index.structure import LONGEST_HEADING, WIDEST_WRAP, finish, plain_blocks
from index.types import Block, BlockKind, Place, Span

CONTENTS, FURNITURE, HEADING = BlockKind.CONTENTS, BlockKind.FURNITURE, BlockKind.HEADING
ITEM, NOTE, PARAGRAPH = BlockKind.ITEM, BlockKind.NOTE, BlockKind.PARAGRAPH
QUOTATION, TABLE = BlockKind.QUOTATION, BlockKind.TABLE

# A line too long to be hard-wrapped prose.
LONG = "This line is so long that it cannot be wrapped " + "and it goes on " * 5 + "to its end."
assert len(LONG) > WIDEST_WRAP


def blocks_of(text: str) -> tuple[Block, ...]:
    return finish(text, plain_blocks(text)).blocks


def outline(text: str) -> list[tuple[BlockKind, str]]:
    """Each block's kind and what it says."""
    return [(block.kind, said(text, block)) for block in blocks_of(text)]


def located(text: str) -> list[tuple[str, str]]:
    """Each paragraph's, item's and note's locator and first words."""
    quotable = [b for b in blocks_of(text) if b.kind in (PARAGRAPH, ITEM, NOTE)]
    return [(b.place.locator, " ".join(said(text, b).split()[:2])) for b in quotable]


def said(text: str, block: Block) -> str:
    return heal(text, block.span, block.holes).text


# Paragraphs and headings


def test_a_block_says_where_it_is() -> None:
    text = "The First Part\n\n  It rained.\n\n\nIt snowed\nall day."
    assert blocks_of(text) == (
        Block(HEADING, Span(0, 14), Place(("The First Part",), line=1)),
        Block(PARAGRAPH, Span(18, 28), Place(("The First Part",), line=3)),
        Block(PARAGRAPH, Span(31, 49), Place(("The First Part",), line=6)),
    )


def test_nothing_has_no_blocks() -> None:
    assert blocks_of("") == ()
    assert blocks_of(" \n\u00a0\r\n\x0c") == ()


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_every_kind_of_line_end_is_one(end: str) -> None:
    text = end.join(["Part One", "", "It rained", "all day.", "", "Then it stopped."])
    assert [(b.kind, b.span.of(text), b.place.line) for b in blocks_of(text)] == [
        (HEADING, "Part One", 1),
        (PARAGRAPH, f"It rained{end}all day.", 3),
        (PARAGRAPH, "Then it stopped.", 6),
    ]


def test_a_form_feed_on_a_line_of_its_own_parts_paragraphs() -> None:
    assert outline("It rained.\n\x0c\nIt snowed.") == [
        (PARAGRAPH, "It rained."),
        (PARAGRAPH, "It snowed."),
    ]


def test_a_form_feed_before_a_line_is_no_part_of_it() -> None:
    assert blocks_of("It rained.\n\n\x0cIt snowed.")[1].span == Span(13, 23)


def test_hard_wrapped_lines_are_one_paragraph() -> None:
    assert outline("It rained\nall day. It\nstopped.") == [
        (PARAGRAPH, "It rained all day. It stopped.")
    ]


def test_where_lines_are_long_each_is_a_paragraph() -> None:
    assert outline(f"{LONG}\nIt rained.\n{LONG}") == [
        (PARAGRAPH, LONG),
        (PARAGRAPH, "It rained."),
        (PARAGRAPH, LONG),
    ]


@pytest.mark.parametrize(
    "title",
    [
        "The First Winter",
        "WINTER",
        "1937: The Year of Fear",
        "Who Came to Marlin?",
        "II. The Winter of Marlin",
        "3. Winter Comes",
        "A Winter in the Hills of the North",
    ],
)
def test_a_short_line_in_capitals_that_stands_alone_is_a_heading(title: str) -> None:
    assert outline(f"It rained.\n\n{title}\n\nIt snowed.")[1] == (HEADING, title)


@pytest.mark.parametrize(
    "line",
    [
        "It snowed",
        "He came to Marlin in winter",
        "Marlin came.",
        "Marlin Said:",
        "“Marlin Came.”",
        "winter in Marlin",
        "1937",
        "Marlin " * (LONGEST_HEADING // 7 + 1),
    ],
)
def test_a_sentence_that_stands_alone_is_no_heading(line: str) -> None:
    assert HEADING not in [kind for kind, _ in outline(f"It rained.\n\n{line}\n\nIt snowed.")]


def test_a_heading_in_capitals_needs_no_empty_line_after_it() -> None:
    assert outline(f"THE WINTER\n{LONG}") == [(HEADING, "THE WINTER"), (PARAGRAPH, LONG)]
    assert outline(f"The Winter\n{LONG}") == [(PARAGRAPH, "The Winter"), (PARAGRAPH, LONG)]


def test_a_heading_heals_and_its_section_lasts_until_the_next() -> None:
    text = "It was.\n\nPart  *One*\n\nIt is.\n\nPart Two\n\nIt will be."
    assert [block.place.section for block in blocks_of(text)] == [
        (),
        ("Part One",),
        ("Part One",),
        ("Part Two",),
        ("Part Two",),
    ]


# Furniture and contents


@pytest.mark.parametrize("line", ["* * *", "-----", "_____", "***", "§ §", "\u200b"])
def test_a_line_without_letters_and_figures_is_furniture(line: str) -> None:
    text = f"It rained.\n{line}\nIt snowed."
    assert [(b.kind, b.span.of(text)) for b in blocks_of(text)] == [
        (PARAGRAPH, "It rained."),
        (FURNITURE, line),
        (PARAGRAPH, "It snowed."),
    ]


@pytest.mark.parametrize(
    "line",
    ["Winter .......... 12", "Winter . . . . 12", "Winter\t12", "1. Winter ... 12"],
)
def test_a_line_of_a_table_of_contents(line: str) -> None:
    text = f"{line}\n{line}\n\nIt rained."
    kinds = [block.kind for block in blocks_of(text)]
    assert kinds == [CONTENTS, CONTENTS, PARAGRAPH]


def test_an_ellipsis_in_a_sentence_is_no_table_of_contents() -> None:
    assert outline("He waited ... and 12 came.") == [(PARAGRAPH, "He waited ... and 12 came.")]


@pytest.mark.parametrize(
    ("footer", "page"),
    [
        ("Page 41", "41"),
        ("page 41", "41"),
        ("p. 41", "41"),
        ("- 41 -", "41"),
        ("– 41 –", "41"),
        ("— 41", "41"),
        ("[41]", "41"),
        ("\u00a0 Page 41 ", "41"),
        ("A History of Winter Page 41", "41"),
    ],
)
def test_a_footer_gives_its_page_to_what_stands_before_it(footer: str, page: str) -> None:
    text = f"It rained.\n\nIt hailed.\n\n{footer}\n\nIt snowed."
    assert [(b.kind, b.place.page) for b in blocks_of(text)] == [
        (PARAGRAPH, page),
        (PARAGRAPH, page),
        (FURNITURE, page),
        (PARAGRAPH, None),
    ]


@pytest.mark.parametrize(
    "line", ["41", "Page 41 says so.", "see the report on page 41", "- 41 men", "- 19370 -"]
)
def test_words_about_a_page_are_no_footer(line: str) -> None:
    assert outline(f"It rained,\n{line}\nand it snowed.") == [
        (PARAGRAPH, f"It rained, {line} and it snowed.")
    ]


def test_pages_are_counted_backwards_from_each_footer() -> None:
    text = "One.\n\nPage 1\n\nTwo.\n\nThree.\n\nPage 2\n\nFour."
    assert located(text) == [
        ("p. 1, line 1", "One."),
        ("p. 2, line 5", "Two."),
        ("p. 2, line 7", "Three."),
        ("line 11", "Four."),
    ]


# Paragraphs that a page break cut in two


def test_a_paragraph_is_joined_over_a_footer() -> None:
    text = "It rained and was regis-\n\nPage 41\n\ntered by all.\n\nIt snowed.\n\nPage 42"
    blocks = blocks_of(text)
    assert blocks == (
        Block(PARAGRAPH, Span(0, 48), Place(page="41"), (Span(26, 33),)),
        Block(FURNITURE, Span(26, 33), Place(page="41", line=3)),
        Block(PARAGRAPH, Span(50, 60), Place(page="42", line=7)),
        Block(FURNITURE, Span(62, 69), Place(page="42", line=9)),
    )
    assert said(text, blocks[0]) == "It rained and was registered by all."


def test_a_paragraph_over_three_pages_has_each_footer_as_a_hole_once() -> None:
    text = "It rained\n\nPage 1\n\nand rained\n\n* * *\n\nPage 2\n\nand snowed."
    blocks = blocks_of(text)
    assert [b.kind for b in blocks] == [PARAGRAPH, FURNITURE, FURNITURE, FURNITURE]
    assert [hole.of(text) for hole in blocks[0].holes] == ["Page 1", "* * *", "Page 2"]
    assert said(text, blocks[0]) == "It rained and rained and snowed."


def test_a_paragraph_is_joined_over_the_notes_at_the_foot_of_its_page() -> None:
    text = "It rained¹ and was regis-\n\n1. See One.\n\nPage 41\n\ntered."
    blocks = blocks_of(text)
    assert [(b.kind, b.place.locator, said(text, b)) for b in blocks] == [
        (PARAGRAPH, "p. 41, line 1", "It rained and was registered."),
        (NOTE, "p. 41, n. 1", "See One."),
        (FURNITURE, "p. 41, line 5", "Page 41"),
    ]
    assert [hole.of(text) for hole in blocks[0].holes] == ["¹", "1. See One.", "Page 41"]


def test_a_paragraph_is_joined_where_only_an_empty_line_cuts_it() -> None:
    text = "It rained and\n\nthen it snowed."
    assert blocks_of(text) == (Block(PARAGRAPH, Span(0, 30), Place()),)


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("It rained.", "then it snowed."),
        ("It rained.”", "then it snowed."),
        ("It rained.71", "then it snowed."),
        ("It rained:", "then it snowed."),
        ("It rained", "Then it snowed."),
        ("It rained", "1. then it snowed."),
    ],
)
def test_a_finished_paragraph_is_not_joined(first: str, second: str) -> None:
    assert outline(f"{first}\n\n{second}") == [(PARAGRAPH, first), (PARAGRAPH, second)]


def test_a_heading_is_never_joined_to_what_follows() -> None:
    assert outline("It rained\n\nThe Winter\n\nthen it snowed.") == [
        (PARAGRAPH, "It rained"),
        (HEADING, "The Winter"),
        (PARAGRAPH, "then it snowed."),
    ]


# Numbered paragraphs


def test_numbered_paragraphs_lose_their_number_and_are_cited_by_it() -> None:
    text = "1. One here.\n\n2. Two here.\n\n3. Three here."
    assert blocks_of(text) == (
        Block(PARAGRAPH, Span(3, 12), Place(paragraph="1", line=1)),
        Block(PARAGRAPH, Span(17, 26), Place(paragraph="2", line=3)),
        Block(PARAGRAPH, Span(31, 42), Place(paragraph="3", line=5)),
    )


@pytest.mark.parametrize("indent", ["", "  ", "\u00a0\u00a0\u00a0", "\t", "\ufeff"])
@pytest.mark.parametrize("after", [". ", ") ", ".\u00a0\u00a0", ".\t"])
def test_numbers_may_be_indented_and_set_off_in_any_way(indent: str, after: str) -> None:
    lines = [f"{indent}{number}{after}Word {number}." for number in (7, 8, 9)]
    text = "\n\n".join(lines)
    assert located(text) == [("¶7", "Word 7."), ("¶8", "Word 8."), ("¶9", "Word 9.")]


def test_an_unnumbered_paragraph_inherits_the_number_before_it() -> None:
    text = "Zero.\n\n1. One.\n\nMore.\n\n2. Two.\n\n3. Three.\n\nThe Winter\n\nFour."
    assert located(text) == [
        ("line 1", "Zero."),
        ("¶1", "One."),
        ("¶1", "More."),
        ("¶2", "Two."),
        ("¶3", "Three."),
        ("“The Winter”, line 13", "Four."),
    ]


def test_two_numbers_are_no_numbering() -> None:
    assert located("1. One.\n\n2. Two.\n\nThree.") == [
        ("line 1", "1. One."),
        ("line 3", "2. Two."),
        ("line 5", "Three."),
    ]


def test_a_list_inside_numbered_paragraphs_keeps_its_numbers() -> None:
    body = ["1. One.", "2. Two.", "3. Three:", "1. first", "2. second", "4. Four.", "5. Five."]
    assert located("\n\n".join(body)) == [
        ("¶1", "One."),
        ("¶2", "Two."),
        ("¶3", "Three:"),
        ("¶3", "1. first"),
        ("¶3", "2. second"),
        ("¶4", "Four."),
        ("¶5", "Five."),
    ]


def test_numbering_may_begin_again() -> None:
    body = ["1. One.", "2. Two.", "3. Three.", "Part Two", "1. Four.", "2. Five.", "3. Six."]
    assert [locator for locator, _ in located("\n\n".join(body))] == ["¶1", "¶2", "¶3"] * 2


def test_a_year_is_no_paragraph_number() -> None:
    text = "1. One.\n\n1937. Two.\n\n2. Three.\n\n1938: Four.\n\n3. Five."
    assert located(text) == [
        ("¶1", "One."),
        ("¶1", "1937. Two."),
        ("¶2", "Three."),
        ("¶2", "1938: Four."),
        ("¶3", "Five."),
    ]


def test_numbered_lines_of_wrapped_text_are_items_of_their_own() -> None:
    text = "1. One goes on\n   here.\n2. Two goes on\n   here.\n3. Three."
    assert outline(text) == [
        (PARAGRAPH, "One goes on here."),
        (PARAGRAPH, "Two goes on here."),
        (PARAGRAPH, "Three."),
    ]


def test_a_wrapped_line_that_starts_with_a_number_is_no_item() -> None:
    assert outline("It was in the year\n1937 that he came.\nHe left.") == [
        (PARAGRAPH, "It was in the year 1937 that he came. He left.")
    ]


def test_a_numbered_paragraph_over_a_page_break() -> None:
    text = "1. One.\n\n2. Two goes\n\nPage 9\n\non here.\n\n3. Three."
    assert [(b.place.locator, said(text, b)) for b in blocks_of(text)] == [
        ("¶1", "One."),
        ("¶2", "Two goes on here."),
        ("p. 9, line 5", "Page 9"),
        ("¶3", "Three."),
    ]


# Notes


@pytest.mark.parametrize(
    "title", ["Notes", "NOTES", "Endnotes", "End Notes", "Footnotes:", "Notes and References"]
)
def test_the_numbered_paragraphs_of_a_notes_section_are_notes(title: str) -> None:
    text = f"It rained.\n\n{title.rstrip(':')}\n\n1. See One.\n\nAlso Two.\n\n2. Three.\n\n9. Four."
    heading = title.rstrip(":")
    assert [(b.kind, b.place.note, said(text, b)) for b in blocks_of(text)] == [
        (PARAGRAPH, None, "It rained."),
        (HEADING, None, heading),
        (NOTE, "1", "See One."),
        (NOTE, "1", "Also Two."),
        (NOTE, "2", "Three."),
        (NOTE, "9", "Four."),
    ]


def test_the_notes_end_at_the_next_heading() -> None:
    text = "Notes\n\n1. One.\n\nThe Winter\n\n1. Two.\n\nIt snowed."
    assert located(text) == [
        ("n. 1", "One."),
        ("“The Winter”, line 7", "1. Two."),
        ("“The Winter”, line 9", "It snowed."),
    ]


def test_numbered_paragraphs_and_notes_do_not_disturb_each_other() -> None:
    body = "\n\n".join(f"{number}. Word {number}." for number in range(1, 5))
    notes = "\n\n".join(f"{number}. See {number}." for number in range(1, 3))
    assert located(f"{body}\n\nNotes\n\n{notes}") == [
        ("¶1", "Word 1."),
        ("¶2", "Word 2."),
        ("¶3", "Word 3."),
        ("¶4", "Word 4."),
        ("n. 1", "See 1."),
        ("n. 2", "See 2."),
    ]


@pytest.mark.parametrize("marker", ["²", "[2]", "[^2]"])
@pytest.mark.parametrize("number", ["2", "2.", "2)"])
def test_a_numbered_line_above_a_footer_is_a_note_if_its_page_refers_to_it(
    marker: str, number: str
) -> None:
    text = f"It rained.{marker}\n\nSo.\n\n{number} See One.\n\nPage 4\n\nIt snowed."
    assert located(text)[2] == ("p. 4, n. 2", "See One.")


@pytest.mark.parametrize("before", ["It rained.", "It rained.²¹", "It rained.[21]", "It ²"])
def test_a_numbered_line_that_its_page_does_not_refer_to_is_no_note(before: str) -> None:
    text = f"It hailed.²\n\n- 3 -\n\n{before}\n\n2 See One.\n\n- 4 -\n\nIt snowed."
    assert located(text)[2] == ("p. 4, line 7", "2 See")


# Any text

LINES = (
    st.sampled_from(["", "", "", "It rained.", "it snowed and", "regis-", "tered", LONG])
    | st.sampled_from(["it was so.¹", "It was²", "so[3]"])
    | st.sampled_from(["The Winter", "NOTES", "Page 4", "- 5 -", "* * *", "Winter .... 12"])
    | st.sampled_from(["1. One.", "2. two", "3) Three", "\u00a0 4. Four", "1937: Fear", "71"])
    | st.sampled_from(["\x0c", "\x0cThen.", "\u200b", "  “He said", "²", "A Book Page 6"])
)
TEXTS = st.lists(st.tuples(LINES, st.sampled_from(["\n", "\n", "\r\n", "\r"])), max_size=40).map(
    lambda pairs: "".join(line + end for line, end in pairs)
)


@given(st.one_of(TEXTS, st.text(max_size=100)))
def test_blocks_are_ordered_inside_the_text_and_overlap_only_their_holes(text: str) -> None:
    at = 0
    holes: tuple[Span, ...] = ()
    for block in blocks_of(text):
        assert block.span.of(text).strip() == block.span.of(text)
        ends = [at, *(edge for hole in block.holes for edge in (hole.start, hole.end))]
        if any(hole.start <= block.span.start and block.span.end <= hole.end for hole in holes):
            continue
        assert [*ends, block.span.end] == sorted([*ends, block.span.end])
        assert all(block.span.start <= hole.start for hole in block.holes)
        at, holes = block.span.end, block.holes


@given(st.one_of(TEXTS, st.text(max_size=100)))
def test_every_letter_lies_in_one_block(text: str) -> None:
    covered = [0] * len(text)
    for block in blocks_of(text):
        for at in range(block.span.start, block.span.end):
            covered[at] += not any(hole.start <= at < hole.end for hole in block.holes)
    letters = [at for at, char in enumerate(text) if char.isalpha()]
    assert all(covered[at] == 1 for at in letters)


@given(TEXTS)
def test_every_block_knows_its_line_and_every_heading_its_section(text: str) -> None:
    for block in blocks_of(text):
        before = text[: block.span.start].replace("\r\n", "\n").replace("\r", "\n")
        assert block.place.line == 1 + before.count("\n")
        if block.kind is HEADING:
            assert block.place.section[-1] == said(text, block)


def test_a_list_in_a_text_without_numbers_is_no_numbering() -> None:
    items = "1. Salt.\n\n2. Rope.\n\n3. Tar.\n\n"
    text = items + "\n\n".join(f"It rained on day {day}." for day in "ABCD")
    assert {block.place.paragraph for block in blocks_of(text)} == {None}


def test_nothing_after_the_last_number_goes_by_it() -> None:
    text = "1. One.\n\n2. Two.\n\n3. Three.\n\nIt rained."
    assert [block.place.locator for block in blocks_of(text)] == ["¶1", "¶2", "¶3", "line 7"]


@pytest.mark.parametrize("line", ["." * 20_000, "\t" * 20_000 + "x", ". " * 20_000])
def test_a_long_line_is_no_furniture(line: str) -> None:
    assert [block.kind for block in blocks_of("It rained.\n\n" + line + "1")] == [
        PARAGRAPH,
        PARAGRAPH,
    ]
