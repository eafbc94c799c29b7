"""PDF: pages, rows, tables, headings and what repeats at the edges."""

from __future__ import annotations

import pytest

from index.errors import SourceError
from index.read.pdf import load
from index.types import BlockKind
from tests.files import Text, pdf

CONTENTS, FURNITURE, HEADING, ITEM, PARAGRAPH, TABLE = (
    BlockKind.CONTENTS,
    BlockKind.FURNITURE,
    BlockKind.HEADING,
    BlockKind.ITEM,
    BlockKind.PARAGRAPH,
    BlockKind.TABLE,
)
RAIN = Text(50, 700, "It rained all day and so did it all night.")


def outline(*pages: list[Text]) -> list[tuple[BlockKind, str]]:
    content = load(pdf(pages))
    return [(block.kind, block.span.of(content.text)) for block in content.blocks]


def refused(data: bytes) -> str:
    with pytest.raises(SourceError) as caught:
        load(data)
    return str(caught.value)


def test_pages_have_positions_and_printed_labels() -> None:
    labels = "/PageLabels << /Nums [0 << /S /r >> 1 << /S /D /St 7 >>] >>"
    content = load(pdf([[RAIN], [], [RAIN]], labels=labels))
    assert content.text == f"{RAIN.words}\n\f\n{RAIN.words}"
    assert content.encoding == "pdf"
    places = [block.place for block in content.blocks]
    assert [(place.sheet, place.page, place.line) for place in places] == [
        (1, "i", None),
        (3, "8", None),
    ]


def test_half_a_surrogate_pair_in_the_metadata_does_no_harm() -> None:
    labels = "/PageLabels << /Nums [0 << /P <FEFFD800> >>] >>"
    data = pdf([[RAIN]], info={"Title": "x"}, labels=labels)
    content = load(data.replace(b"(x)", b"<FEFFD80000410042>"))
    assert (content.title, content.blocks[0].place.page) == (None, None)


def test_a_page_without_a_label_has_none() -> None:
    assert load(pdf([[RAIN]])).blocks[0].place.page is None


def test_lines_are_one_paragraph_until_a_gap_or_a_short_line() -> None:
    lines = [
        Text(50, 700, "It rained all day and then it went on to rain all night, so that"),
        Text(50, 688, "nobody went out."),
        Text(50, 676, "The river rose until it stood as high as the bridge, and then it"),
        Text(50, 664, "sank again"),
        Text(50, 640, "It snowed after that for as long as anybody could remember it to."),
    ]
    assert outline(lines) == [
        (PARAGRAPH, f"{lines[0].words}\n{lines[1].words}"),
        (PARAGRAPH, f"{lines[2].words}\n{lines[3].words}"),
        (PARAGRAPH, lines[4].words),
    ]


def test_an_indent_after_a_full_stop_begins_a_paragraph() -> None:
    lines = [
        Text(50, 700, "It rained all day and then it went on to rain the whole night."),
        Text(65, 688, "The river rose until it stood as high as the bridge in town."),
    ]
    assert [words for _, words in outline(lines)] == [line.words for line in lines]


def test_large_and_bold_lines_are_headings_by_their_size() -> None:
    content = load(
        pdf(
            [
                [
                    Text(50, 760, "The Winter", 20),
                    Text(50, 720, "Its rain", bold=True),
                    RAIN,
                    Text(50, 680, "Its snow", bold=True),
                    Text(50, 660, "It snowed all day."),
                ]
            ]
        )
    )
    assert [(b.kind, b.span.of(content.text), b.place.section) for b in content.blocks] == [
        (HEADING, "The Winter", ()),
        (HEADING, "Its rain", ("The Winter",)),
        (PARAGRAPH, RAIN.words, ()),
        (HEADING, "Its snow", ("The Winter",)),
        (PARAGRAPH, "It snowed all day.", ()),
    ]


def test_a_full_page_in_large_or_bold_type_is_no_heading() -> None:
    def page(word: str, size: float = 10, *, bold: bool = False) -> list[Text]:
        words = f"It {word}ed all day and then it went on to {word} all night"
        return [Text(50, 700 - 2 * size * at, words, size, bold) for at in range(4)]

    pages = [page("rain"), page("snow", 14), page("hail"), page("storm", bold=True), page("freeze")]
    assert {kind for kind, _ in outline(*pages)} == {PARAGRAPH}


def test_a_number_before_a_heading_may_stand_apart() -> None:
    lines = [Text(50, 720, "Item 9.", bold=True), Text(120, 720, "Rain", bold=True), RAIN]
    assert outline(lines)[0] == (HEADING, "Item 9.\tRain")
    lines = [Text(50, 720, "In millimetres", bold=True), Text(220, 720, "Rain", bold=True), RAIN]
    assert outline(lines)[0] == (PARAGRAPH, "In millimetres\tRain")


def test_a_table_keeps_each_label_with_its_numbers() -> None:
    table = [
        Text(50, 700, "Millimetres"),
        Text(300, 700, "2018"),
        Text(400, 700, "2019"),
        Text(50, 688, "Falls:"),
        Text(50, 676, "Rain"),
        Text(300, 676, "1,200"),
        Text(400, 676, "(30)%"),
    ]
    assert outline(table) == [
        (TABLE, "Millimetres\t2018\t2019\nFalls:\nRain\t1,200\t(30)%"),
    ]


def test_a_table_that_is_drawn_column_by_column() -> None:
    table = [
        Text(50, 700, "Rain"),
        Text(50, 688, "Snow"),
        Text(300, 700, "12"),
        Text(300, 688, "13"),
        Text(400, 700, "14"),
        Text(400, 688, "15"),
    ]
    assert outline(table) == [(TABLE, "Rain\t12\t14\nSnow\t13\t15")]


def test_a_currency_sign_goes_with_its_number() -> None:
    table = [
        Text(50, 700, "Cost"),
        Text(300, 700, "$"),
        Text(340, 700, "12"),
        Text(363, 700, "$"),
        Text(400, 700, "14"),
    ]
    assert outline(table) == [(TABLE, "Cost\t$ 12\t$ 14")]


def test_cells_with_currency_signs_may_stand_close() -> None:
    table = [
        Text(50, 700, "Cost"),
        *(Text(300, 700, "$"), Text(310, 700, "7,378"), Text(340, 700, "$"), Text(350, 700, "4")),
    ]
    assert outline(table) == [(TABLE, "Cost\t$ 7,378\t$ 4")]


def test_numbers_that_stand_close_are_a_cell() -> None:
    table = [Text(50, 700, "Cost"), Text(300, 700, "—"), Text(318, 700, "12,786")]
    assert outline(table) == [(TABLE, "Cost\t— 12,786")]


def test_a_long_table_is_cut_between_rows() -> None:
    rows = [
        text
        for at in range(40)
        for text in (
            Text(50, 780 - 12 * at, f"Rain in the year {at}"),
            Text(300, 780 - 12 * at, "7"),
        )
    ]
    found = [words for kind, words in outline(rows) if kind is TABLE]
    assert len(found) > 1
    assert "\n".join(found).split("\n") == [f"Rain in the year {at}\t7" for at in range(40)]


def test_columns_of_prose_are_read_one_after_the_other() -> None:
    left = [
        Text(50, 700 - 12 * at, f"This is line {at} of the left column, is it") for at in range(3)
    ]
    right = [
        Text(310, 700 - 12 * at, f"This is line {at} of the right column, is") for at in range(3)
    ]
    assert [words for _, words in outline([*left, *right])] == [
        "\n".join(text.words for text in left),
        "\n".join(text.words for text in right),
    ]


def test_rising_page_numbers_are_contents() -> None:
    lines = [
        text
        for at, title in enumerate(["Rain", "Snow", "Hail", "Wind"])
        for text in (Text(50, 700 - 12 * at, title), Text(400, 700 - 12 * at, str(3 + 9 * at)))
    ]
    assert outline(lines) == [(CONTENTS, "Rain\t3\nSnow\t12\nHail\t21\nWind\t30")]


def test_leaders_are_contents() -> None:
    assert outline([Text(50, 700, "Rain ............ 12"), Text(50, 500, "It rained.")]) == [
        (CONTENTS, "Rain ............ 12"),
        (PARAGRAPH, "It rained."),
    ]


def test_what_repeats_at_the_edges_of_pages_is_furniture() -> None:
    pages = [
        [
            Text(50, 780, "The Winter"),
            Text(50, 700, f"It rained for {word} days."),
            Text(50, 600, "It rained again."),
            Text(50, 500, f"And {word} days again."),
            Text(50, 30, f"Weather Office, page {number}"),
        ]
        for number, word in enumerate(["two", "six", "ten"], start=1)
    ]
    assert outline(*pages)[:5] == [
        (FURNITURE, "The Winter"),
        (PARAGRAPH, "It rained for two days."),
        (PARAGRAPH, "It rained again."),
        (PARAGRAPH, "And two days again."),
        (FURNITURE, "Weather Office, page 1"),
    ]


def test_numbers_that_do_not_count_pages_are_not_furniture() -> None:
    pages = [
        [
            Text(50, 780, f"Chapter {number}"),
            Text(50, 700, "It rained."),
            Text(50, 300, "And so on."),
        ]
        for number in (1, 5, 7)
    ]
    assert (PARAGRAPH, "Chapter 1") in outline(*pages)


def test_a_page_number_alone_is_furniture() -> None:
    assert outline([RAIN, Text(300, 30, "- 12 -")]) == [
        (PARAGRAPH, RAIN.words),
        (FURNITURE, "- 12 -"),
    ]


def test_bullets_begin_items() -> None:
    lines = [
        Text(50, 700, "\u2022"),
        Text(70, 700, "rain that fell day after day until the river stood as high as"),
        Text(70, 688, "the bridge"),
        Text(50, 676, "\u2022"),
        Text(70, 676, "snow"),
    ]
    assert outline(lines) == [
        (ITEM, f"\u2022 {lines[1].words}\nthe bridge"),
        (ITEM, "\u2022 snow"),
    ]


def test_raised_numbers_are_superscripts() -> None:
    text = [Text(50, 700, "It rained."), Text(89, 704, "12", 6), Text(99, 700, "It snowed.")]
    assert outline(text) == [(PARAGRAPH, "It rained.¹² It snowed.")]


def test_a_hyphen_at_the_end_of_a_line_is_kept_for_the_healing() -> None:
    lines = [
        Text(50, 700, "It rained and was regis-"),
        Text(50, 688, "tered by the weather office."),
    ]
    assert outline(lines) == [(PARAGRAPH, "It rained and was regis-\ntered by the weather office.")]


@pytest.mark.parametrize(
    ("info", "title", "author"),
    [
        ({"Title": "The Winter", "Author": "Ann Lee"}, "The Winter", "Ann Lee"),
        ({"Title": "untitled", "Author": "user"}, None, None),
        ({"Title": "Microsoft Word - rain.doc", "Author": "Adobe"}, None, None),
        ({"Title": "rain.indd", "Author": ""}, None, None),
        ({"Title": "0001-16", "Author": "rain.com"}, None, None),
        ({"Author": "Quill Systems", "Producer": "Quill 4"}, None, None),
    ],
)
def test_metadata_count_where_they_say_something(
    info: dict[str, str], title: str | None, author: str | None
) -> None:
    content = load(pdf([[RAIN]], info=info))
    assert (content.title, content.author) == (title, author)


@pytest.mark.parametrize("pages", [[[]], [[RAIN], *[[]] * 9]])
def test_a_scan(pages: list[list[Text]]) -> None:
    assert refused(pdf(pages)).startswith("a scan: its pages are pictures without a text layer")


def test_a_password() -> None:
    key = "/Filter /Standard /V 1 /R 2 /P -4"
    locked = f"/Encrypt << {key} /O <{'ab' * 32}> /U <{'cd' * 32}> >> /ID [<00><00>]"
    assert refused(pdf([[RAIN]], trailer=locked)).startswith("encrypted: it opens with a password")


def test_a_damaged_file() -> None:
    assert refused(b"%PDF-1.4\n").startswith("damaged: PDFium cannot open it")
