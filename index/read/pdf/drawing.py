"""The picture of a PDF's page, with the boxes of words on it.

The words are found by the extraction that made the canonical text: all rows of a page are in it, in
their order, so that a character is known by its number, white space not counted.
"""

import io
from collections.abc import Iterator, Sequence
from itertools import groupby

from pypdfium2 import PdfPage, PdfPosConv, PdfTextPage

from index.errors import SourceError
from index.read.pdf.pages import Row, opened, rows_of, turned_to
from index.read.picture import Box, PagePicture

# Twice the size in points reads well on any screen. A sheet may claim to be metres wide.
SCALE = 2.0
LONGEST_SIDE = 1800
# Quick to pack; a page of text takes a tenth of a second less, and a third more room.
COMPRESSION = 3


def draw(data: bytes, sheet: int, ranges: Sequence[tuple[int, int]], words: str) -> PagePicture:
    """The picture of a page, from 1, with the `ranges` of its characters in boxes.

    SourceError when these are not the `words`: it is another file than the one that was indexed.
    """
    with opened(data) as document, turned_to(document, sheet - 1) as (page, text):
        rows = rows_of(text)
        marked = {number for start, end in ranges for number in range(start, end)}
        if _words(rows, marked) != words:
            raise SourceError(f"page {sheet} of it does not have the words that were indexed")
        return _picture(page, list(_boxes(text, rows, marked)))


def _words(rows: Sequence[Row], marked: set[int]) -> str:
    characters = "".join(character for row in rows for character in row.text.split())
    return "".join(characters[at] for at in sorted(marked) if at < len(characters))


def _boxes(text: PdfTextPage, rows: Sequence[Row], marked: set[int]) -> Iterator[Box]:
    """The boxes around runs of marked characters, in points from the lower left corner."""
    at = 0
    for row in rows:
        numbers = [word.start + shift for word in row.words for shift in range(len(word.text))]
        for is_marked, run in groupby(enumerate(numbers, at), lambda pair: pair[0] in marked):
            if is_marked:
                yield _around([text.get_charbox(number, loose=True) for _, number in run])
        at += len(numbers)


def _around(boxes: Sequence[tuple[float, float, float, float]]) -> Box:
    lefts, bottoms, rights, tops = zip(*boxes, strict=True)
    return Box(min(lefts), max(tops), max(rights), min(bottoms))


def _picture(page: PdfPage, boxes: Sequence[Box]) -> PagePicture:
    scale = min(SCALE, LONGEST_SIDE / max(page.get_size()))
    bitmap = page.render(scale=scale)
    places = bitmap.get_posconv(page)
    packed = io.BytesIO()
    bitmap.to_pil().save(packed, "PNG", compress_level=COMPRESSION)
    return PagePicture(
        packed.getvalue(),
        bitmap.width,
        bitmap.height,
        tuple(_placed(box, places, bitmap.width, bitmap.height) for box in boxes),
    )


def _placed(box: Box, places: PdfPosConv, width: int, height: int) -> Box:
    """A box in fractions of the picture: the page may be turned or cropped."""
    corners = [places.to_bitmap(box.left, box.top), places.to_bitmap(box.right, box.bottom)]
    across = sorted(min(max(x / width, 0.0), 1.0) for x, _ in corners)
    down = sorted(min(max(y / height, 0.0), 1.0) for _, y in corners)
    return Box(across[0], down[0], across[1], down[1])
