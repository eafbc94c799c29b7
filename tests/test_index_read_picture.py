"""Pictures of a PDF's pages: the boxes hold the words of a range and no others."""

from __future__ import annotations

import hashlib
import io
from itertools import chain
from pathlib import Path

import pypdfium2
import pytest
from PIL import Image

from index import read
from index.errors import SourceError
from index.read import isolation
from index.read.pdf.drawing import LONGEST_SIDE, draw
from index.read.picture import Box, Marks, PagePicture, marks_of, page_picture, unpack
from index.types import Document, Span
from tests.files import Text, pdf

RAIN = Text(50, 700, "It rained all day and so did it all night.")
SNOW = Text(50, 688, "It snowed after that.")
# A paragraph that goes on over two pages with a footer and a header between.
BROKEN = [
    [
        Text(50, 700, "The river rose until it stood as high as the bridge, and then it regis-"),
        Text(50, 30, "Weather Office, page 1"),
    ],
    [
        Text(50, 780, "Weather Office, page 2"),
        Text(50, 700, "tered a fall of a foot in a night. It froze."),
    ],
    [Text(50, 780, "Weather Office, page 3"), Text(50, 700, "It thawed.")],
]


def document(data: bytes) -> Document:
    content = read.load(data, Path("rain.pdf"), "rain.pdf")
    assert content.sha256 == hashlib.sha256(data).hexdigest()
    return content


def find(source: Document, first: str, last: str = "") -> Span:
    start = source.text.index(first)
    end = source.text.index(last or first, start) + len(last or first)
    return Span(start, end)


def drawn(data: bytes, marks: Marks) -> PagePicture:
    return draw(data, marks.sheet, [(each.start, each.end) for each in marks.ranges], marks.words)


def boxed(data: bytes, sheet: int, picture: PagePicture) -> list[str]:
    """What PDFium finds in each box of a picture of an upright page."""
    page = pypdfium2.PdfDocument(data)[sheet - 1]
    (width, height), text = page.get_size(), page.get_textpage()
    found = [
        text.get_text_bounded(
            box.left * width,
            height * (1 - box.bottom),
            box.right * width,
            height * (1 - box.top),
        )
        for box in picture.boxes
    ]
    return [words.replace("\x02", "-").strip() for words in found]


def outlined(data: bytes, span: Span) -> list[tuple[int, list[str]]]:
    marks = marks_of(document(data), span)
    return [(each.sheet, boxed(data, each.sheet, drawn(data, each))) for each in marks]


def test_the_boxes_hold_the_words_of_a_sentence_line_by_line() -> None:
    data = pdf([[RAIN, SNOW]])
    span = find(document(data), "all night.", "snowed")
    assert outlined(data, span) == [(1, ["all night.", "It snowed"])]


def test_a_box_may_start_within_a_word() -> None:
    data = pdf([[RAIN]])
    source = document(data)
    whole, part = (
        drawn(data, *marks_of(source, find(source, words))).boxes[0] for words in ("rained", "ined")
    )
    assert whole.left < part.left < part.right == whole.right


def test_a_quote_on_two_pages_is_outlined_on_both_without_what_runs_between() -> None:
    data = pdf(BROKEN)
    span = find(document(data), "and then it", "night.")
    assert "page 1" in span.of(document(data).text)
    assert outlined(data, span) == [
        (1, ["and then it regis-"]),
        (2, ["tered a fall of a foot in a night."]),
    ]


def test_a_page_that_only_a_break_begins_is_known() -> None:
    lines = "The river rose until it stood as high as the bridge, and then it fell from"
    data = pdf([[Text(50, 700, lines)], [], [Text(50, 700, "the bridge to the mill.")]])
    source = document(data)
    (block,) = (block for block in source.blocks if block.kind == "paragraph")
    assert outlined(data, block.span) == [(1, [lines]), (3, ["the bridge to the mill."])]
    assert outlined(data, find(source, "fell from")) == [(1, ["fell from"])]


def test_a_note_marker_in_a_quote_is_outside_of_its_boxes() -> None:
    data = pdf([[Text(50, 700, "It rained."), Text(89, 704, "12", 6), Text(99, 700, "It snowed.")]])
    source = document(data)
    assert outlined(data, find(source, "rained.", "It snowed")) == [(1, ["rained.", "It snowed"])]


def test_a_row_of_a_table_that_is_drawn_column_by_column() -> None:
    cells = [(50, "Rain", "Snow"), (300, "12", "13"), (400, "14", "15")]
    table = [[Text(x, 700, one), Text(x, 688, two)] for x, one, two in cells]
    data = pdf([[*chain(*table)]])
    assert outlined(data, find(document(data), "Snow", "15")) == [(1, ["Snow1315"])]


def darkest(picture: PagePicture) -> int:
    """The darkest shade within the only box of a picture, 0 for black."""
    (box,) = picture.boxes
    image = Image.open(io.BytesIO(picture.png)).convert("L")
    inside = image.crop(
        (
            box.left * picture.width,
            box.top * picture.height,
            box.right * picture.width,
            box.bottom * picture.height,
        )
    )
    return min(inside.tobytes())


def test_the_picture_is_a_png_with_ink_in_its_box() -> None:
    data = pdf([[RAIN, SNOW]])
    (marks,) = marks_of(document(data), find(document(data), SNOW.words))
    picture = page_picture(data, marks)
    assert picture.png.startswith(b"\x89PNG")
    assert Image.open(io.BytesIO(picture.png)).size == (1200, 1600)
    assert (picture.width, picture.height) == (1200, 1600)
    (box,) = picture.boxes
    assert (box.left, box.top) == pytest.approx((50 / 600, 1 - 697 / 800), abs=0.01)
    assert darkest(picture) < 100


@pytest.mark.parametrize("turn", [90, 180, 270])
def test_a_turned_page_has_its_boxes_turned(turn: int) -> None:
    upright = pdf([[SNOW]])
    turned = upright.replace(b"/MediaBox", b"/Rotate %d /MediaBox" % turn)
    (marks,) = marks_of(document(turned), Span(0, 9))
    picture = drawn(turned, marks)
    (box,) = picture.boxes
    assert (box.right - box.left < box.bottom - box.top) is (turn != 180)
    assert [box] != [*drawn(upright, marks).boxes]
    assert darkest(picture) < 100


def test_a_cropped_page_has_its_boxes_moved() -> None:
    data = pdf([[SNOW]]).replace(b"/MediaBox", b"/CropBox [40 600 240 800] /MediaBox")
    (marks,) = marks_of(document(data), Span(0, 9))
    picture = drawn(data, marks)
    (box,) = picture.boxes
    assert (picture.width, picture.height) == (400, 400)
    assert (box.left, box.bottom) == pytest.approx((10 / 200, 114 / 200), abs=0.01)
    assert darkest(picture) < 100


def test_a_sheet_that_claims_to_be_huge_is_drawn_small() -> None:
    data = pdf([[SNOW]]).replace(b"[0 0 600 800]", b"[0 0 900000 99]")
    (marks,) = marks_of(document(data.replace(b"900000 99", b"600 800")), Span(0, 9))
    picture = draw(data, 1, [], "")
    assert (picture.width, picture.height) == (LONGEST_SIDE, 1)
    assert marks.words == "Itsnowed"


def test_another_file_is_no_picture_of_the_quote() -> None:
    (marks,) = marks_of(document(pdf([[SNOW]])), Span(0, 9))
    long = Marks(1, (Span(0, 9),), "x" * 1_000_000)
    for other, wanted in ((RAIN, marks), (Text(50, 700, "It"), marks), (SNOW, long)):
        with pytest.raises(SourceError, match="does not have the words that were indexed"):
            page_picture(pdf([[other]]), wanted)
    with pytest.raises(SourceError, match="damaged: PDFium cannot open it"):
        page_picture(b"%PDF-1.4\n", marks)
    with pytest.raises(SourceError, match="damaged: page 7 cannot be read"):
        page_picture(pdf([[SNOW]]), Marks(7, (Span(0, 1),), "I"))


def test_a_page_that_grows_without_end_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(isolation, "MEMORY", 250_000_000)
    (marks,) = marks_of(document(pdf([[SNOW]])), Span(0, 9))
    with pytest.raises(SourceError, match=r"needed more than 0\.25 GB"):
        page_picture(pdf([[SNOW]], padding=300_000_000), marks)


def test_what_is_no_pdf_has_no_marks() -> None:
    source = read.load(b"It rained.", Path("rain.txt"), "rain.txt")
    assert marks_of(source, Span(0, 9)) == ()


def test_a_picture_survives_the_journey() -> None:
    picture = PagePicture(b"\x89PNG", 3, 4, (Box(0.0, 0.25, 0.5, 1.0),))
    assert unpack(picture.pack()) == picture
    with pytest.raises(ValueError, match="Only base64"):
        unpack(["%", 3, 4, []])
