"""Where the blocks of Markdown are."""

from __future__ import annotations

import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from index.read.markdown import load
from index.reading import heal
from index.structure import finish
from index.types import Block, BlockKind, Place, Span

FURNITURE, HEADING, PARAGRAPH = BlockKind.FURNITURE, BlockKind.HEADING, BlockKind.PARAGRAPH
ITEM, QUOTATION, TABLE, NOTE = (
    BlockKind.ITEM,
    BlockKind.QUOTATION,
    BlockKind.TABLE,
    BlockKind.NOTE,
)


def blocks(text: str) -> tuple[Block, ...]:
    """The raw blocks: what Markdown itself says."""
    content = load(text.encode())
    assert (content.text, content.encoding) == (text, "utf-8")
    return content.blocks


def finished(text: str) -> tuple[Block, ...]:
    return finish(text, blocks(text)).blocks


def outline(text: str) -> list[tuple[BlockKind, str]]:
    return [(block.kind, said(text, block)) for block in blocks(text)]


def places(text: str) -> list[tuple[BlockKind, str, str]]:
    """The finished blocks: what they are, where they stand and what they say."""
    return [(b.kind, b.place.locator, said(text, b)) for b in finished(text)]


def said(text: str, block: Block) -> str:
    return heal(text, block.span, block.holes).text


def test_headings_and_paragraphs_have_exact_places() -> None:
    text = "# One\n\nIt *rained*\nall day.\n\n## Two ##\n\nIt snowed.\n"
    assert finished(text) == (
        Block(HEADING, Span(2, 5), Place(("One",), line=1)),
        Block(PARAGRAPH, Span(7, 27), Place(("One",), line=3)),
        Block(HEADING, Span(32, 35), Place(("One", "Two"), line=6)),
        Block(PARAGRAPH, Span(40, 50), Place(("One", "Two"), line=8)),
    )
    assert said(text, blocks(text)[1]) == "It rained all day."


def test_headings_are_nested_by_their_levels() -> None:
    text = "# A\n\n## B\n\n### C\n\n## D\n\n# E\n\n### F\n\nx"
    assert [block.place.section for block in finished(text)] == [
        ("A",),
        ("A", "B"),
        ("A", "B", "C"),
        ("A", "D"),
        ("E",),
        ("E", "F"),
        ("E", "F"),
    ]


def test_underlined_headings() -> None:
    text = "One\n===\n\nTwo\nLines\n---\n\nx"
    assert [(b.kind, b.span.of(text), b.place.section) for b in finished(text)] == [
        (HEADING, "One", ("One",)),
        (HEADING, "Two\nLines", ("One", "Two Lines")),
        (PARAGRAPH, "x", ("One", "Two Lines")),
    ]


@pytest.mark.parametrize(
    ("line", "title"),
    [
        ("# *One* #2", "One #2"),
        ("#   One   ###   ", "One"),
        ("  ## C # language", "C # language"),
        ("> # One", "One"),
        ("> > ## One ##", "One"),
        ("> One\n> ===", "One"),
        ("> One\n> Two\n> ---", "One Two"),
        ("One\r\n===", "One"),
        ("One\r===", "One"),
    ],
)
def test_the_marks_of_a_heading_are_not_its_words(line: str, title: str) -> None:
    assert outline(line) == [(HEADING, title)]
    assert finished(line)[0].place.section == (title,)


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_every_kind_of_line_end_is_one(end: str) -> None:
    text = end.join(["# One", "", "It rained", "all day.", "", "It snowed."])
    assert [(b.span.of(text), b.place.line) for b in blocks(text)] == [
        ("One", 1),
        (f"It rained{end}all day.", 3),
        ("It snowed.", 6),
    ]


def test_the_marks_of_a_quotation_are_holes() -> None:
    text = "He wrote:\n\n> It rained\n> > and\n>snowed.\n"
    assert [(b.span, b.holes) for b in blocks(text)] == [
        (Span(0, 9), ()),
        (Span(11, 22), (Span(11, 13),)),
        (Span(23, 39), (Span(23, 27), Span(31, 32))),
    ]
    assert [words for _, words in outline(text)] == ["He wrote:", "It rained", "and snowed."]


def test_what_is_quoted_is_a_quotation() -> None:
    text = "He wrote:\n\n> It rained.\n>\n> - It snowed.\n\nAnd so on."
    assert outline(text) == [
        (PARAGRAPH, "He wrote:"),
        (QUOTATION, "It rained."),
        (QUOTATION, "- It snowed."),
        (PARAGRAPH, "And so on."),
    ]


def test_the_items_of_a_list_are_blocks_of_their_own() -> None:
    text = "- It rained.\n- It snowed.\n  - It hailed.\n\n* And\n  more.\n"
    assert outline(text) == [
        (ITEM, "It rained."),
        (ITEM, "It snowed."),
        (ITEM, "It hailed."),
        (ITEM, "And more."),
    ]


def test_the_numbers_of_a_list_are_left_for_the_structure() -> None:
    assert outline("1. One.\n2. Two.\n\n   More.\n") == [
        (ITEM, "1. One."),
        (ITEM, "2. Two."),
        (ITEM, "More."),
    ]


def test_an_ordered_list_under_a_notes_heading_holds_the_notes() -> None:
    text = "# A\n\nIt rained.\n\n## Notes\n\n1. See One.\n2. See Two.\n\n## B\n\nx"
    assert places(text)[3:] == [
        (NOTE, "n. 1", "See One."),
        (NOTE, "n. 2", "See Two."),
        (HEADING, "“B”, line 10", "B"),
        (PARAGRAPH, "“B”, line 12", "x"),
    ]
    assert finished(text)[-1] == Block(PARAGRAPH, Span(58, 59), Place(("A", "B"), line=12))


def test_an_ordered_list_that_is_the_document_numbers_its_paragraphs() -> None:
    assert places("1. One.\n2. Two.\n\n   More.\n3. Three.\n") == [
        (PARAGRAPH, "¶1", "One."),
        (PARAGRAPH, "¶2", "Two."),
        (ITEM, "¶2", "More."),
        (PARAGRAPH, "¶3", "Three."),
    ]


def test_an_ordered_list_among_paragraphs_is_a_list() -> None:
    text = "It rained:\n\n1. One.\n2. Two.\n3. Three.\n\nSo it was.\n\nAnd on.\n\nAnd off."
    assert [kind for kind, _, _ in places(text)] == [
        *(PARAGRAPH, ITEM, ITEM, ITEM, PARAGRAPH, PARAGRAPH, PARAGRAPH)
    ]


def test_an_ordered_list_to_which_the_text_refers_holds_the_notes() -> None:
    text = "It rained.[1] It snowed.[2]\n\n---\n\n1. See One.\n2. See Two.\n"
    assert places(text) == [
        (PARAGRAPH, "line 1", "It rained. It snowed."),
        (FURNITURE, "line 3", "---"),
        (NOTE, "n. 1", "See One."),
        (NOTE, "n. 2", "See Two."),
    ]


def test_a_footnote_is_a_note_with_all_its_paragraphs() -> None:
    text = (
        "It rained[^1] all day.\n\n[^1]: See One,\n    and more.\n\n    - And Two.\n\nIt snowed.\n"
    )
    assert [(b.kind, b.span, b.place.note, b.place.line) for b in blocks(text)] == [
        (PARAGRAPH, Span(0, 22), None, 1),
        (NOTE, Span(30, 52), "1", 3),
        (NOTE, Span(60, 68), "1", 6),
        (PARAGRAPH, Span(70, 80), None, 8),
    ]
    assert [said(text, block) for block in finished(text)] == [
        "It rained all day.",
        "See One, and more.",
        "And Two.",
        "It snowed.",
    ]


def test_a_note_may_stand_in_a_quotation_or_right_under_a_paragraph() -> None:
    text = "> It rained.[^a]\n>\n> [^a]: See One.\n\nIt snowed.[^b]\n[^b]: See Two.\n"
    assert [(b.kind, b.place.note, said(text, b)) for b in finished(text)] == [
        (QUOTATION, None, "It rained."),
        (NOTE, "a", "See One."),
        (PARAGRAPH, None, "It snowed."),
        (NOTE, "b", "See Two."),
    ]


def test_a_table_is_one_block() -> None:
    text = "It is:\n\n| a | b |\n|---|---|\n| 1 | 2 |\n\nIt was."
    assert [(b.kind, b.span, b.place.line) for b in blocks(text)] == [
        (PARAGRAPH, Span(0, 6), 1),
        (TABLE, Span(8, 37), 3),
        (PARAGRAPH, Span(39, 46), 7),
    ]


def test_code_is_a_paragraph_and_nothing_in_it_is_markup() -> None:
    text = "It is:\n\n```sh\n# no heading\n> no quote\n```\n\n    # indented\n"
    found = blocks(text)
    assert [(b.kind, b.span, b.place.section, b.place.line, b.holes) for b in found] == [
        (PARAGRAPH, Span(0, 6), (), 1, ()),
        (PARAGRAPH, Span(8, 41), (), 3, ()),
        (PARAGRAPH, Span(47, 57), (), 8, ()),
    ]


def test_code_in_a_quotation_loses_the_marks_of_the_quotation_only() -> None:
    assert outline("> ```\n> > said\n> ```") == [(QUOTATION, "``` > said ```")]


def test_rules_and_html_are_furniture() -> None:
    text = "It rained.\n\n---\n\n<!-- no -->\n\nIt snowed."
    assert [(b.kind, b.span.of(text)) for b in blocks(text)] == [
        (PARAGRAPH, "It rained."),
        (FURNITURE, "---"),
        (FURNITURE, "<!-- no -->"),
        (PARAGRAPH, "It snowed."),
    ]


def test_what_stands_between_the_tags_of_html_is_text() -> None:
    text = "<div>\n<b>It</b> rained.<script>no()</script>\n</div>"
    assert outline(text) == [(PARAGRAPH, "It rained.")]


def test_front_matter_is_furniture_and_keeps_its_lines() -> None:
    text = "---\ntitle: Notes\n---\n# Rain\n\nIt rained."
    assert [(b.kind, b.span.of(text), b.place.line) for b in blocks(text)] == [
        (FURNITURE, "---\ntitle: Notes\n---", 1),
        (HEADING, "Rain", 4),
        (PARAGRAPH, "It rained.", 6),
    ]


def test_deep_lists_are_read() -> None:
    text = "".join("  " * level + f"- It rained on day {level}.\n\n" for level in range(40))
    assert len(blocks(text)) == 40


def test_a_paragraph_is_joined_over_a_rule_like_in_plain_text() -> None:
    text = "It rained and was regis-\n\n---\n\ntered."
    assert [(block.kind, said(text, block)) for block in finished(text)] == [
        (PARAGRAPH, "It rained and was registered."),
        (FURNITURE, "---"),
    ]


def test_references_and_byte_order_marks_do_no_harm() -> None:
    text = "\ufeffIt [rained][a].[^2]\n\n[a]: http://example.org\n"
    assert [(block.kind, said(text, block)) for block in finished(text)] == [
        (PARAGRAPH, "It [rained][a]."),
        (FURNITURE, "[a]: http://example.org"),
    ]
    assert blocks(text)[0].span == Span(0, 20)


def test_lines_of_which_the_parser_makes_nothing_are_furniture() -> None:
    text = "It rained.\r\rIt snowed.\r\r[a]: /b\r[a]: /c\r\r[^n]:\r"
    assert [(b.kind, b.span.of(text), b.place.line) for b in blocks(text)] == [
        (PARAGRAPH, "It rained.", 1),
        (PARAGRAPH, "It snowed.", 3),
        (FURNITURE, "[a]: /b\r[a]: /c\r\r[^n]:", 5),
    ]


def test_what_is_nested_too_deeply_is_furniture() -> None:
    assert outline("> " * 200 + "It rained.")[0][0] is FURNITURE


LINES = (
    st.sampled_from(["", "", "", "It rained.", "it snowed and", "regis-", "tered", "# One"])
    | st.sampled_from(["## Two ##", "=====", "---", "> said", "> > said", ">", "- item", "#"])
    | st.sampled_from(["  - item", "1. One.", "2. Two.", "10) Ten", "```", "~~~", "    code"])
    | st.sampled_from(["| a | b |", "|---|---|", "<p>no</p>", "Page 4", "## Notes", "\ufeff", "\t"])
    | st.sampled_from(["[^1]: See One.", "[^x]:", "> [^2]: See Two.", "[1]: /one", "Rain.[^1]"])
)
TEXTS = st.lists(st.tuples(LINES, st.sampled_from(["\n", "\n", "\r\n", "\r"])), max_size=30).map(
    lambda pairs: "".join(line + end for line, end in pairs)
)


@example("---\n---\n")
@given(st.one_of(TEXTS, st.text(max_size=100).filter(lambda text: "\x00" not in text)))
def test_blocks_are_in_order_and_apart(text: str) -> None:
    at = 0
    for block in blocks(text):
        assert at <= block.span.start
        assert block.span.of(text).strip() == block.span.of(text)
        assert list(block.holes) == sorted(set(block.holes))
        assert all(
            block.span.start <= hole.start < hole.end <= block.span.end for hole in block.holes
        )
        at = block.span.end


@given(TEXTS)
def test_every_word_lies_in_one_block(text: str) -> None:
    """But for labels of notes, which are no words."""
    covered = [0] * len(text)
    for block in blocks(text):
        for at in range(block.span.start, block.span.end):
            covered[at] += not any(hole.start <= at < hole.end for hole in block.holes)
    words = (match for match in re.finditer(r"<[^<>]*>|\[\^.\]:|([^\W\d_])", text) if match[1])
    assert all(covered[match.start()] == 1 for match in words)


def test_contents_and_the_number_of_a_page_are_no_text() -> None:
    text = "It rained.\n\nCONTENTS\nPart 1 . . . . 3\nPart 2 . . . . 9\n\nPage 41\n\n- 12\n"
    assert [block.kind for block in blocks(text)] == [
        PARAGRAPH,
        BlockKind.CONTENTS,
        FURNITURE,
        ITEM,
    ]
    assert finished(text)[0].place.page == "41"


@pytest.mark.parametrize("quoted", ["", "> "])
def test_the_rule_under_the_head_of_a_table_is_left_out(quoted: str) -> None:
    text = f"{quoted}| a | b |\n{quoted}|:--|---|\n{quoted}| 1 | 2 |\n"
    assert outline(text) == [(TABLE, "| a | b | | 1 | 2 |")]


def test_a_long_rule_that_is_none_is_read_in_time() -> None:
    text = f"| a | b |\n|---|---|\n| {'-' * 200_000}x | 2 |\n"
    assert [block.kind for block in blocks(text)] == [TABLE]


def test_a_byline_is_not_text_and_opens_no_section() -> None:
    found = finished("# The Winter\n\nHelen Marsh\n\nby Anna Weir\n\nIt rained.")
    assert [block.kind for block in found] == [HEADING, PARAGRAPH, HEADING, PARAGRAPH]
    assert found[-1].place.section == ("The Winter",)
    assert finished("by Anna Weir\n\nIt rained.")[0].kind is PARAGRAPH
