"""Markers of notes, the notes they point to, and sources in parentheses."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.reading import heal
from index.structure import Structure, finish, plain_blocks
from index.types import Block, BlockKind, Place, Reference, Span


def structure_of(text: str) -> Structure:
    return finish(text, plain_blocks(text))


def linked(text: str) -> list[tuple[str, list[str]]]:
    """The label of each marker with the notes that it points to."""
    return [
        (reference.label, [note.of(text) for note in reference.notes])
        for reference in structure_of(text).references
        if reference.label
    ]


def labels(text: str) -> list[str]:
    return [label for label, _ in linked(text)]


def sources(text: str) -> list[str]:
    """The parentheses that name a source."""
    return [r.at.of(text) for r in structure_of(text).references if not r.label]


def readings(text: str) -> list[str]:
    return [heal(text, block.span, block.holes).text for block in structure_of(text).blocks]


# Markers


@pytest.mark.parametrize(
    ("marked", "bare"),
    [
        ("It rained.¹ He left.", "It rained. He left."),
        ("It “rained.”¹²", "It “rained.”"),
        ("It rained,⁷ then.", "It rained, then."),
        ("It rained¹,²,¹² then.", "It rained then."),
        ("Marlin⁵ came.", "Marlin came."),
        ("It rained.[^1] So.[^note-2]", "It rained. So."),
    ],
)
def test_a_marker_is_left_out_of_what_is_read_and_kept_in_the_text(marked: str, bare: str) -> None:
    structure = structure_of(marked)
    (block,) = structure.blocks
    assert heal(marked, block.span, block.holes).text == bare
    assert block.span == Span(0, len(marked))
    assert [r.at for r in structure.references] == list(block.holes)
    assert all(reference.notes == () for reference in structure.references)


@pytest.mark.parametrize(
    "text",
    [
        "It was 12 km² of land.",
        "So 5 m³ and E = mc².",
        "So 10⁶ of 10¹² or 10⁻⁶.",
        "So 55 miles² of it.",
        "So x²y and x².",
        "A word ¹ alone.",
        "So [1] and [sic] a[2].",
        "It cost $1.5 in version 2.1 of No. 24, at 10.30, or 10,800 by 25.10.1917.",
        "So it was.5 He left.",
        "The year 1932.32 more.",
    ],
)
def test_numbers_and_powers_stay(text: str) -> None:
    assert structure_of(text).references == ()
    assert readings(text) == [text]


GLUED = """\
He saw the police.24 It rained.25 In 1935 it was double that of 1932.26 From the town,27 and so on.
Someone said: ‘That leaves him alive.’28 It was dire in the country-side.29 See No. 30. It cost 3.5
or 10,800 at p.31 and so on.30"""

UNGLUED = (
    "He saw the police. It rained. In 1935 it was double that of 1932. From the town, and so on. "
    "Someone said: ‘That leaves him alive.’ It was dire in the country-side. See No. 30. It cost "
    "3.5 or 10,800 at p.31 and so on."
)


def test_glued_numbers_that_count_up_are_markers() -> None:
    assert labels(GLUED) == ["24", "25", "26", "27", "28", "29", "30"]
    assert readings(GLUED) == [UNGLUED]


def test_numbers_of_a_table_are_its_own() -> None:
    rows = "Rain (mm).1\t4\nSnow (mm).2\t5\nHail (mm).3\t6\nDew (mm).4\t7"
    table = Block(BlockKind.TABLE, Span(0, len(rows)), Place())
    assert finish(rows, [table]).references == ()
    assert labels(rows.replace("\t", " ")) == ["1", "2", "3", "4"]


def test_glued_numbers_may_miss_one_and_start_again() -> None:
    text = "One.7 Two.8 Three.10 Four.11\n\nThe Winter\n\nFive.1 Six.2 Seven.3 Eight."
    assert labels(text) == ["7", "8", "10", "11", "1", "2", "3"]


def test_glued_numbers_that_do_not_count_up_are_none() -> None:
    assert labels("Write to him.90 Then her.12 Then them.55 Then us.3 So.") == []


def test_a_raised_number_after_a_number_counts_if_it_fits() -> None:
    assert labels("It rained.⁸⁶ It is shown in Fig 1⁸⁷ and so.⁸⁸ So 10⁸ and 3⁴.") == [
        "86",
        "87",
        "88",
    ]


def test_bracketed_numbers_that_count_up_are_markers() -> None:
    assert labels("It rained.[1] So [2] it was [sic]. Then.[3] In [1937] he left.") == [
        "1",
        "2",
        "3",
    ]
    assert readings("It rained.[1] So [2] it was. Then [3].") == ["It rained. So it was. Then."]


# Notes


def test_a_marker_points_to_its_note_and_the_block_keeps_both_apart() -> None:
    text = "It rained.¹ It hailed.²\n\nNotes\n\n1. See One.\n2. See Two."
    structure = structure_of(text)
    assert structure.references == (
        Reference(Span(10, 11), "1", (Span(35, 43),)),
        Reference(Span(22, 23), "2", (Span(47, 55),)),
    )
    assert structure.blocks[0].holes == (Span(10, 11), Span(22, 23))


@pytest.mark.parametrize("number", ["1. {}", "1 {}", "1) {}", "[1] {}", "¹ {}", "¹{}", "[^1]: {}"])
def test_notes_may_be_numbered_in_any_way(number: str) -> None:
    text = "It rained.¹\n\nNotes\n\n" + number.format("See One.")
    assert linked(text) == [("1", ["See One."])]


def test_a_note_may_have_several_paragraphs() -> None:
    text = (
        "It rained.¹ It hailed.²\n\nNotes\n\n1. See One.\n\nIt has more to say [so (he said)].\n\n"
        "“And more.”\n\n2. See Two."
    )
    assert linked(text) == [
        ("1", ["See One.", "It has more to say [so (he said)].", "“And more.”"]),
        ("2", ["See Two."]),
    ]


def test_a_note_that_a_page_cut_is_one() -> None:
    text = "It rained.¹ So.²\n\nNotes\n\n1. Marlin, “The Winter,” in\n\nLeaves, 505.\n\n2. See Two."
    assert [heal(text, n, ()).text for r in structure_of(text).references for n in r.notes] == [
        "Marlin, “The Winter,” in Leaves, 505.",
        "See Two.",
    ]


def test_a_missing_note_leaves_its_marker_without_one() -> None:
    text = "It rained.¹ It hailed.² It snowed.³\n\nNotes\n\n1. See One.\n\n3. See Three."
    assert linked(text) == [("1", ["See One."]), ("2", []), ("3", ["See Three."])]


def test_notes_that_start_again_belong_to_the_chapter_before_them() -> None:
    text = (
        "One\n\nIt rained.¹ It hailed.²\n\nNotes\n\n1. A one.\n\n2. A two.\n\n"
        "Two\n\nIt snowed.¹ It froze.²\n\nNotes\n\n1. B one.\n\n2. B two."
    )
    assert linked(text.replace("One\n", "Part One\n").replace("Two\n", "Part Two\n")) == [
        ("1", ["A one."]),
        ("2", ["A two."]),
        ("1", ["B one."]),
        ("2", ["B two."]),
    ]


def test_notes_at_the_end_belong_to_the_chapter_that_their_heading_repeats() -> None:
    text = (
        "First Part\n\nIt rained.¹\n\nSecond Part\n\nIt snowed.¹ So.²\n\nNOTES\n\n"
        "Second Part\n\n1. B one.\n\n2. B two.\n\nFirst Part\n\n1. A one."
    )
    assert linked(text) == [("1", ["A one."]), ("1", ["B one."]), ("2", ["B two."])]


def test_notes_at_the_end_without_chapters_come_in_turn() -> None:
    text = (
        "First Part\n\nIt rained.¹ So.²\n\nSecond Part\n\nIt snowed.¹\n\nNOTES\n\n"
        "1. A one.\n\n2. A two.\n\n1. B one."
    )
    assert linked(text) == [("1", ["A one."]), ("2", ["A two."]), ("1", ["B one."])]


def test_numbered_paragraphs_at_the_end_that_markers_refer_to_are_notes() -> None:
    text = "It rained.[1] It hailed.[2]\n\nSo it was.\n\n1. See One.\n\n2. See Two."
    assert linked(text) == [("1", ["See One."]), ("2", ["See Two."])]


def test_footnotes_of_each_page_start_again() -> None:
    text = "It rained.¹\n\n1 See One.\n\nPage 3\n\nIt snowed.¹\n\n1 See Two.\n\nPage 4"
    assert linked(text) == [("1", ["See One."]), ("1", ["See Two."])]


def test_signs_mark_footnotes() -> None:
    text = "It *really* rained.* It hailed.†\n\n* See One.\n\n† See Two.\n\nPage 3"
    assert linked(text) == [("*", ["See One."]), ("†", ["See Two."])]


def test_emphasis_is_no_footnote() -> None:
    text = "It *really* rained.\n\n* *So* it was.\n\nPage 3"
    assert structure_of(text).references == ()


def test_the_notes_that_a_loader_set_are_kept() -> None:
    text = "It rained.[^a] So.[^b]\n\nSee One."
    blocks = (
        Block(BlockKind.PARAGRAPH, Span(0, 22), Place()),
        Block(BlockKind.NOTE, Span(24, 32), Place(note="a")),
    )
    assert finish(text, blocks).references == (
        Reference(Span(10, 14), "a", (Span(24, 32),)),
        Reference(Span(18, 22), "b", ()),
    )


def test_a_heading_is_named_without_its_marker() -> None:
    structure = structure_of("The Long Winter¹\n\nIt rained.")
    assert [block.place.section for block in structure.blocks] == [("The Long Winter",)] * 2
    assert structure.references == (Reference(Span(15, 16), "1", ()),)


# Sources in parentheses


@pytest.mark.parametrize(
    "source",
    [
        "(Marlin, “Winter” 126; Roe, Snow 435)",
        '(Marlin, "Winter" 126)',
        "(Snow 211)",
        "(13-14)",
        "(352)",
        "(pp. 3–4)",
        "(see Smith 2001, p. 12)",
        "(Smith 2001)",
        "(Smith and Roe, 2001)",
        "(Smith et al. 2001, 12)",
        "(Smith)",
        "(cf. Roe, Snow 223)",
        "(Smith, [ed.] Snow 12)",
        "(Order No. 7; Roe, “Snow” 126-9)",
        "(Smith, Ch. X; cf. Roe 125, on the weight of snow in the hills)",
    ],
)
def test_a_parenthesis_after_a_sentence_may_name_its_source(source: str) -> None:
    text = f"It rained. {source} It snowed."
    span = Span(11, 11 + len(source))
    assert structure_of(text).references == (Reference(span, "", (span,)),)
    assert readings(text) == [text]
    assert sources(f"It rained. {source}") == [source]


@pytest.mark.parametrize("source", ["(Marlin, “Winter” 126)", "(see Roe, p. 12)", "(Smith 2001)"])
def test_it_may_stand_inside_a_sentence(source: str) -> None:
    assert sources(f"It rained, as he says {source}, and it snowed.") == [source]


@pytest.mark.parametrize(
    "aside",
    [
        "(which was never built)",
        "(1918-1921)",
        "(1937)",
        "(1)",
        "(Bolshevik)",
        "(the “Axis”)",
        "(category 1)",
        "(the Roe family, of Marlin)",
        "(January 1934)",
        "(b. 1879)",
        "(Roe, Marlin and others)",
        "(NKVD)",
        "(80 per cent)",
        "(HPV 31, 33)",
        "(Box 2)",
        "(IL-17, also called Roe)",
        "(Spring and Autumn 2012)",
    ],
)
def test_other_parentheses_are_none(aside: str) -> None:
    assert sources(f"It rained {aside} for a long time.") == []


def test_where_a_book_came_out_is_no_source() -> None:
    assert sources("He wrote *Winter* (Marlin, 1989).") == []


# Any text

PIECES = (
    st.sampled_from(["It rained", ".", "¹", "²", "12", ".3 ", "[1]", "[^1]", "\n\n", "2. ", "* "])
    | st.sampled_from(["Notes\n\n", "1. See One.\n\n", "*", "†", "(Roe 12)", "(", ")", " "])
    | st.sampled_from(["Page 4\n\n", "-\n", "self-", "\n", "”", ","])
)


@given(st.lists(PIECES, max_size=40).map("".join))
def test_markers_are_holes_and_notes_are_blocks(text: str) -> None:
    structure = structure_of(text)
    holes = {hole for block in structure.blocks for hole in block.holes}
    notes = {block.span for block in structure.blocks if block.kind is BlockKind.NOTE}
    starts = [reference.at.start for reference in structure.references]
    assert starts == sorted(starts)
    for reference in structure.references:
        if reference.label:
            assert reference.at in holes
            assert set(reference.notes) <= notes
        else:
            assert reference.notes == (reference.at,)
            assert reference.at not in holes


@pytest.mark.parametrize(
    "hostile",
    [
        "(" * 200_000,
        "a1 " * 70_000,
        "so.1 " * 20_000,
        "[1] " * 50_000,
        ". (a " * 40_000,
        "²" * 200_000,
    ],
    ids=["open", "words", "glued", "brackets", "asides", "raised"],
)
def test_a_hostile_line_is_one_block(hostile: str) -> None:
    (block,) = structure_of(hostile).blocks
    assert block.span.of(hostile) == hostile.strip()


def test_glued_markers_that_start_again_with_the_notes_are_markers() -> None:
    text = (
        "CHAPTER ONE\n\nThe village stood under the hills.1 It burned down in 1801.2 So.\n\n"
        "CHAPTER TWO\n\nThe bridge was built by the board.1 It broke in the flood of spring.2\n\n"
        "CHAPTER THREE\n\nNobody came.1\n\n"
        "NOTES\n\nCHAPTER ONE\n\n1. Weir, 4.\n\n2. Weir, 9.\n\n"
        "CHAPTER TWO\n\n1. Hill, 3.\n\n2. Hill, 8.\n\nCHAPTER THREE\n\n1. Roe, 7."
    )
    assert linked(text) == [
        ("1", ["Weir, 4."]),
        ("2", ["Weir, 9."]),
        ("1", ["Hill, 3."]),
        ("2", ["Hill, 8."]),
        ("1", ["Roe, 7."]),
    ]


def test_glued_numbers_without_notes_are_no_markers() -> None:
    assert labels("It came to the site.1 It stood in 1801.2 So.") == []


@pytest.mark.parametrize("part", ["(see Fig. 2.1)", "(Table 3)", "(see Figure 4)", "(fig. 2)"])
def test_parts_of_the_document_itself_are_no_sources(part: str) -> None:
    assert sources(f"It rained {part}. So. It froze. {part}") == []
