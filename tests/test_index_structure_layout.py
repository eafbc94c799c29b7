"""Kinds of blocks by their layout, running heads and feet, breaks, and numbering that misleads."""

from __future__ import annotations

import pytest

from index.reading import heal
from index.structure import finish, plain_blocks
from index.title import find_title
from index.types import Block, BlockKind, Place, Span

CONTENTS, FURNITURE, HEADING = BlockKind.CONTENTS, BlockKind.FURNITURE, BlockKind.HEADING
ITEM, NOTE, PARAGRAPH = BlockKind.ITEM, BlockKind.NOTE, BlockKind.PARAGRAPH
QUOTATION, TABLE = BlockKind.QUOTATION, BlockKind.TABLE


def blocks_of(text: str) -> tuple[Block, ...]:
    return finish(text, plain_blocks(text)).blocks


def outline(text: str) -> list[tuple[BlockKind, str]]:
    """Each block's kind and what it says."""
    return [(b.kind, heal(text, b.span, b.holes).text) for b in blocks_of(text)]


def numbered(text: str) -> list[str | None]:
    """The paragraph number of each block but headings."""
    return [b.place.paragraph for b in blocks_of(text) if b.kind is not HEADING]


def title_of(text: str) -> str | None:
    return find_title(text, blocks_of(text))


# Lists


@pytest.mark.parametrize("bullet", ["-", "–", "—", "•", "*", "(a)"])
def test_lines_with_bullets_are_items_without_them(bullet: str) -> None:
    assert outline(f"It had:\n{bullet} salt\n{bullet} rope,\n  and tar\n{bullet} Oil.") == [
        (PARAGRAPH, "It had:"),
        (ITEM, "salt"),
        (ITEM, "rope, and tar"),
        (ITEM, "Oil."),
    ]


def test_a_dash_in_a_sentence_is_no_bullet() -> None:
    assert outline("It rained\n- it always did -\nand then it ended.") == [
        (PARAGRAPH, "It rained - it always did - and then it ended.")
    ]


def test_numbered_lines_that_number_no_paragraphs_are_items() -> None:
    text = "It had:\n1. Salt.\n2. Rope.\n\nSo it was.\n\nIt rained.\n\nIt snowed."
    assert outline(text)[:3] == [(PARAGRAPH, "It had:"), (ITEM, "1. Salt."), (ITEM, "2. Rope.")]
    assert numbered(text) == [None] * 6


def test_clauses_that_end_in_semicolons_are_items() -> None:
    text = "It was to:\n\nMake sure of salt;\n\nStop the rain;\n\nCreate a calm.\n\nIt did."
    assert [kind for kind, _ in outline(text)] == [PARAGRAPH, ITEM, ITEM, ITEM, PARAGRAPH]


def test_books_by_their_authors_are_items() -> None:
    entries = [
        "Roe, Ann. *Snow*. Marlin, 1998.",
        "Smith, B., and C. Day. *Ice*. 2003.",
        "Ward, E. 1991.",
    ]
    text = "It rained on all of us.\n\n" + "\n\n".join(entries) + "\n\nSo it was."
    assert [kind for kind, _ in outline(text)] == [PARAGRAPH, ITEM, ITEM, ITEM, PARAGRAPH]


def test_numbered_titles_that_follow_each_other_are_a_list() -> None:
    text = "It rained.\n\n1. Smith, Winter\n\n2. Roe, Snow\n\n3. Day, Ice" + "\n\nSo it was." * 4
    assert [kind for kind, _ in outline(text)][1:4] == [ITEM, ITEM, ITEM]


# Quotations and tables


def test_a_block_that_is_set_in_is_a_quotation() -> None:
    text = "He wrote this\nand that.\n\n    I saw it\n    and left.\n\nThen he went\naway."
    assert [kind for kind, _ in outline(text)] == [PARAGRAPH, QUOTATION, PARAGRAPH]


@pytest.mark.parametrize(
    "text",
    [
        "    It rained\nand snowed.\n\n    It hailed\nand froze.",
        "    It rained\n    and snowed.\n\n    It hailed\n    and froze.",
        "He wrote this\nand that.\n\n    It rained.",
    ],
    ids=["first lines", "everywhere", "one line"],
)
def test_other_indents_are_none(text: str) -> None:
    assert {kind for kind, _ in outline(text)} == {PARAGRAPH}


@pytest.mark.parametrize(
    "table",
    ["Coal\t102\nSteel\t34", "Year   Coal   Steel\n1937    102      34", "| a | b |\n| 1 | 2 |"],
)
def test_lines_in_columns_are_a_table(table: str) -> None:
    text = f"It rained.\n\n{table}\n\nIt snowed."
    assert [(b.kind, b.span.of(text)) for b in blocks_of(text)][1] == (TABLE, table)


@pytest.mark.parametrize(
    "caption", ["Fig. 3", "Fig 1. A Ship of the Line", "TABLE II: Coal", "Map 2⁸⁷"]
)
def test_a_caption_belongs_to_its_figure(caption: str) -> None:
    text = f"The Winter\n\n{caption}\n\nIt rained."
    assert [block.kind for block in blocks_of(text)] == [HEADING, TABLE, PARAGRAPH]
    assert blocks_of(text)[2].place.section == ("The Winter",)


@pytest.mark.parametrize("text", ["Fig. 3 shows the ship.", "Table 2 is from Smith."])
def test_a_sentence_about_a_figure_is_no_caption(text: str) -> None:
    assert outline(text) == [(PARAGRAPH, text)]


def test_a_table_of_contents_is_none_of_figures() -> None:
    text = "The Winter\t1\nThe Spring\t12\nThe Summer\t12\n\nIt rained."
    assert [block.kind for block in blocks_of(text)] == [CONTENTS] * 3 + [PARAGRAPH]


# Headings


@pytest.mark.parametrize(
    "line",
    ["“Who Came?”", "The Man of the", "Roe, Marlin, 1937 12 1938 4", "He Left. She Came"],
)
def test_what_looks_like_a_title_but_is_none(line: str) -> None:
    assert HEADING not in [kind for kind, _ in outline(f"It rained.\n\n{line}\n\nIt snowed.")]


def test_short_lines_of_a_dialogue_are_no_headings() -> None:
    text = "Marlin: Who Came?\n\nWard: Nobody of note.\n\nMarlin: Who Else?\n\nWard: Not Even Roe"
    assert {kind for kind, _ in outline(text)} == {PARAGRAPH}


@pytest.mark.parametrize(
    "lines",
    [
        "Judge: Who was it?\n\nJudge: When?",
        "Judge: Who Was It?\n\nClerk: Why So?",
        "Judge: Who Was It?\n\nClerk said nothing.\n\nJudge: Silence",
    ],
)
def test_questions_and_names_that_come_again_are_dialogue(lines: str) -> None:
    assert {kind for kind, _ in outline(f"It rained.\n\n{lines}")} == {PARAGRAPH}


@pytest.mark.parametrize("title", ["Part One: The Flood", "The Rain: A Winter in May"])
def test_a_title_may_have_a_second_part_after_a_colon(title: str) -> None:
    text = f"{title}\n\nIt rained.\n\nPart Two: The Snow\n\nIt snowed."
    assert [words for kind, words in outline(text) if kind is HEADING] == [
        title,
        "Part Two: The Snow",
    ]


def test_the_title_of_a_text_may_ask() -> None:
    text = "Rain: What Was It?\n\nIt rained."
    assert outline(text)[0] == (HEADING, "Rain: What Was It?")


def test_headings_stand_under_those_in_capitals() -> None:
    text = "PART ONE\n\nThe Winter\n\nIt rained.\n\nPART TWO\n\nIt snowed."
    assert [b.place.section for b in blocks_of(text)] == [
        ("PART ONE",),
        ("PART ONE", "The Winter"),
        ("PART ONE", "The Winter"),
        ("PART TWO",),
        ("PART TWO",),
    ]


def test_links_at_the_end_of_a_page_are_headings() -> None:
    text = "It rained.\n\nTrials, Plots, Winter\n\nNotes, Books, Part Two"
    assert [kind for kind, _ in outline(text)] == [PARAGRAPH, HEADING, HEADING]


def test_the_section_goes_on_after_a_list_in_a_box() -> None:
    text = "The Ship\n\nSo.\n\n* * *\n\nSome Books\n\n- Snow.\n- Ice.\n\n* * *\n\nIt rained."
    sections = {
        text[b.span.start : b.span.end]: b.place.section
        for b in blocks_of(text)
        if b.kind is not FURNITURE
    }
    assert sections["Ice."] == ("Some Books",)
    assert sections["It rained."] == ("The Ship",)
    other = text.replace("- Snow.\n- Ice.", "It snowed.")
    assert blocks_of(other)[-1].place.section == ("Some Books",)


# Furniture


def test_a_footer_on_a_line_with_text_is_cut_off() -> None:
    text = "It rained.\n\nThe Snow Page 41  It snowed again.\n\nIt froze.  The Snow Page 42"
    assert [(b.kind, b.span.of(text), b.place.page) for b in blocks_of(text)] == [
        (PARAGRAPH, "It rained.", "41"),
        (FURNITURE, "The Snow Page 41", "41"),
        (PARAGRAPH, "It snowed again.", "42"),
        (PARAGRAPH, "It froze.", "42"),
        (FURNITURE, "The Snow Page 42", "42"),
    ]


@pytest.mark.parametrize("text", ["See Page 41  for it.", "It rained on the Page 41  of it."])
def test_words_about_a_page_are_not_cut_off(text: str) -> None:
    assert [block.kind for block in blocks_of(text)] == [PARAGRAPH]


def test_numbers_that_stand_alone_and_count_up_are_pages() -> None:
    text = "It rained and\n\n11\n\nso on.\n\n12\n\nIt snowed.\n\n13\n\nIt froze."
    assert [(b.kind, b.place.page) for b in blocks_of(text)] == [
        (PARAGRAPH, "11"),
        (FURNITURE, "11"),
        (FURNITURE, "12"),
        (PARAGRAPH, "13"),
        (FURNITURE, "13"),
        (PARAGRAPH, None),
    ]


def test_numbers_that_do_not_count_up_are_no_pages() -> None:
    text = "It rained.\n\n1937\n\nIt froze.\n\n12\n\nIt snowed.\n\n13\n\nSo."
    assert FURNITURE not in [block.kind for block in blocks_of(text)]


def test_running_heads_are_furniture() -> None:
    pages = [f"It rained on day {day}.\n\n{day} The Long Winter" for day in range(11, 15)]
    kinds = [block.kind for block in blocks_of("\n\n".join(pages))]
    assert kinds == [PARAGRAPH, FURNITURE] * 4


def test_heads_beside_page_numbers_are_furniture_and_others_are_not() -> None:
    pages = [f"It rained on day {day}.\n\nPage {day}\n\nThe Long Winter" for day in range(1, 5)]
    text = "\n\n".join([*pages, "So.\n\nThe Snow\n\nSo.\n\nThe Snow\n\nSo.\n\nThe Snow\n\nSo."])
    kinds = [kind for kind, _ in outline(text)]
    assert kinds == [PARAGRAPH, FURNITURE, FURNITURE] * 4 + [PARAGRAPH] + [HEADING, PARAGRAPH] * 3


def test_numbered_chapters_are_no_running_heads() -> None:
    text = "\n\n".join(f"Chapter {number}\n\nIt rained." for number in range(1, 6))
    assert [kind for kind, _ in outline(text)] == [HEADING, PARAGRAPH] * 5


def test_what_stands_beside_a_few_of_many_page_numbers_is_no_running_head() -> None:
    pages = [f"It rained.\n\nPage {page}" for page in range(1, 16)]
    pages[3] += "\n\nNotes\n\n1. See One."
    pages[7] += "\n\nNotes\n\n1. See Two."
    pages[11] += "\n\nNotes\n\n1. See Three."
    kinds = [kind for kind, _ in outline("\n\n".join(pages))]
    assert (kinds.count(HEADING), kinds.count(NOTE)) == (3, 3)


# Titles of documents


def test_the_title_is_the_heading_at_the_top() -> None:
    assert title_of("THE LONG WINTER\nOF MARLIN\n\nIt rained.") == "THE LONG WINTER OF MARLIN"
    assert title_of("It rained.\n\nThe Long Winter\n\nSo.") is None
    assert title_of("  rained all day.\n\nSo.") is None


def test_the_title_may_be_at_the_foot_of_each_page() -> None:
    assert (
        title_of("It rained.\n\nSnow: A Life Page 3\n\nSo.\n\nSnow: A Life Page 4")
        == "Snow: A Life"
    )


# Breaks


def said(text: str) -> list[str]:
    return [words for kind, words in outline(text) if kind is not FURNITURE]


def test_a_compound_keeps_the_hyphen_it_has_elsewhere() -> None:
    assert said("A self-educated man was self-\neducated.") == [
        "A self-educated man was self-educated."
    ]
    assert said("It was a self-\n\nPage 3\n\nmade man, self-made.") == [
        "It was a self-made man, self-made."
    ]


def test_a_compound_keeps_its_hyphen_where_both_halves_are_words() -> None:
    assert said("The second class was a class, the second-\nclass one, the second.") == [
        "The second class was a class, the second-class one, the second."
    ]


@pytest.mark.parametrize(
    "text", ["They regis-\ntered it.", "It was to-\ngether, to be.", "A sec-\nond one, second."]
)
def test_other_words_are_joined(text: str) -> None:
    assert said(text) == [text.replace("-\n", "")]


def test_where_pages_cut_paragraphs_a_capital_may_follow() -> None:
    cut = "\n\n".join(
        ["It rained all day, and", "then it ended. Then it", "began, and it went on to"]
    )
    long = "He was made commissar of all the roads and bridges and the other works for"
    end = "It was near the end of\n\n‘80s, it was."
    text = f"{cut}\n\nsnow.\n\n{long} the\n\nPosts and Roads. So.\n\n{end}"
    assert said(text)[1:] == [
        f"{long} the Posts and Roads. So.",
        "It was near the end of ‘80s, it was.",
    ]
    assert len(said(f"{long} the\n\nPosts and Roads. So.")) == 2


def test_an_announced_quotation_stays_apart() -> None:
    cut = "It rained and\n\nthen it\n\nended, and so\n\nit was.\n\n"
    assert said(cut + "He said to all of them that Marlin\n\n“never came.”")[1:] == [
        "He said to all of them that Marlin",
        "“never came.”",
    ]


# Numbering


def test_a_list_as_long_as_the_number_of_its_paragraph_does_not_take_over() -> None:
    body = [
        "1. One.",
        "2. Two.",
        "3. Three:",
        "1. salt",
        "2. rope",
        "3. tar",
        "4. Four.",
        "5. Five.",
    ]
    assert numbered("\n\n".join(body)) == ["1", "2", "3", "3", "3", "3", "4", "5"]


def test_a_list_inside_one_as_long_is_no_numbering() -> None:
    body = ["1. One.", "2. Two:", "1. Salt.", "2. Rope.", "3. Tar.", "3. Three."]
    assert numbered("\n\n".join(body)) == ["1", "2", "2", "2", "2", "3"]


def test_numbered_paragraphs_in_small_letters_stay_apart() -> None:
    assert numbered("1. salt\n\n2. rope\n\n3. tar") == ["1", "2", "3"]


def test_an_odd_indent_a_quotation_and_a_rest_change_no_number() -> None:
    text = (
        "     8. One.\n\n     9. He writes:\n\nI saw it. (Roe 12)\n\nNor do I.\n\n"
        "    10. Three.\n\n\u00a0 \u00a0 11. Four."
    )
    assert numbered(text) == ["8", "9", "9", "9", "10", "11"]


def test_a_numbered_paragraph_above_a_footer_is_no_footnote() -> None:
    body = [f"{n}. It rained, he says.[{n}] It is so." for n in range(1, 6)]
    text = "\n\n".join([*body[:2], "Page 1", *body[2:4], "Page 2", body[4]])
    assert [b.place.paragraph for b in blocks_of(text) if b.kind is not FURNITURE] == list("12345")
    assert NOTE not in [block.kind for block in blocks_of(text)]


def test_many_short_lists_are_lists() -> None:
    text = "1. Salt.\n\n2. Rope.\n\nSo it was.\n\n" * 2_000
    blocks = blocks_of(text)
    assert len(blocks) == 6_000


def test_the_line_of_a_numbered_paragraph_is_that_of_its_words() -> None:
    blocks = (
        Block(PARAGRAPH, Span(0, 8), Place(line=1)),
        Block(PARAGRAPH, Span(9, 16), Place(line=3)),
    )
    text = "1.\n One.\n2. Two.\n3. Three."
    third = Block(PARAGRAPH, Span(17, 26), Place(line=4))
    assert [b.place.line for b in finish(text, (*blocks, third)).blocks] == [2, 3, 4]


@pytest.mark.parametrize("byline", ["By Anna Reed", "by A. M. Reed-Hill", "BY ANNA REED"])
def test_a_byline_opens_no_section(byline: str) -> None:
    text = f"The Long Rain\n\n{byline}\n\nIt rained all day in the town."
    *_, paragraph = finish(text, plain_blocks(text)).blocks
    assert paragraph.place.section == ("The Long Rain",)


def test_a_title_that_begins_with_by_opens_one() -> None:
    text = "The Long Rain\n\nBy the River\n\nIt rained all day in the town."
    *_, paragraph = finish(text, plain_blocks(text)).blocks
    assert paragraph.place.section[-1] == "By the River"


@pytest.mark.parametrize(
    "top",
    [
        "The Winter of Salt\n\nHelen Marsh",
        "The Winter of Salt\nby Helen Marsh",
        "The Winter of Salt\n\nby Helen Marsh",
        "THE WINTER OF SALT\n\nHELEN MARSH",
    ],
)
def test_the_author_under_the_title_opens_no_section(top: str) -> None:
    text = f"{top}\n\nIt rained all day."
    title, byline, body = finish(text, plain_blocks(text)).blocks
    assert (title.kind, byline.kind, body.kind) == (
        BlockKind.HEADING,
        BlockKind.HEADING,
        BlockKind.PARAGRAPH,
    )
    assert body.place.section == (top.splitlines()[0],)
    assert byline.span.of(text).casefold().endswith("helen marsh")


@pytest.mark.parametrize("under", ["Helen Marsh", "The Bridge"])
def test_a_heading_that_is_no_author_opens_a_section(under: str) -> None:
    text = f"The Winter\n\n{under}\n\nIt rained. Marsh came. Marsh saw. Marsh won. Marsh left."
    assert finish(text, plain_blocks(text)).blocks[-1].place.section == (under,)
