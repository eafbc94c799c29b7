"""Pictures of the pages of a PDF that a range of its text stands on, drawn in a child process."""

from base64 import b64decode, b64encode
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from index.locate import block_at
from index.read.isolation import read_apart
from index.types import Document, Span

_PAGE_BREAK = "\f"


class Box(NamedTuple):
    """A rectangle on a page, in fractions of its width and height from the upper left corner."""

    left: float
    top: float
    right: float
    bottom: float


@dataclass(frozen=True, slots=True)
class PagePicture:
    """A page as a PNG of `width` x `height` pixels, and where on it the marked words are: a box for
    each run of them on a line."""

    png: bytes
    width: int
    height: int
    boxes: tuple[Box, ...]

    def pack(self) -> list[object]:
        """The picture as JSON can hold it."""
        return [b64encode(self.png).decode("ascii"), self.width, self.height, self.boxes]


def unpack(packed: list[Any]) -> PagePicture:
    """The picture that `PagePicture.pack` packed; TypeError or ValueError for anything else."""
    png, width, height, boxes = packed
    return PagePicture(
        b64decode(png, validate=True), int(width), int(height), tuple(Box(*box) for box in boxes)
    )


@dataclass(frozen=True, slots=True)
class Marks:
    """The words of a range that stand on one page of a file: `sheet`, from 1.

    `ranges` count the characters of the page's text without white space; `words` are those
    characters, one range after the other, to prove that the page has them.
    """

    sheet: int
    ranges: tuple[Span, ...]
    words: str


def marks_of(document: Document, span: Span) -> tuple[Marks, ...]:
    """Which words of which pages a range of a PDF's text is, without the holes of its block: notes
    and what runs at the edges of pages are no part of it. None for another format."""
    if document.encoding != "pdf":
        return ()
    return tuple(_marks(document, page, said) for page, said in _by_page(document, span))


def page_picture(data: bytes, marks: Marks) -> PagePicture:
    """The page of a PDF that the words are on; SourceError when it has them not, or for damage."""
    ranges = [(each.start, each.end) for each in marks.ranges]
    arguments = (marks.sheet, ranges, marks.words)
    return read_apart("index.read.pdf.drawing", "draw", data, unpack, arguments)


def _by_page(document: Document, span: Span) -> Iterator[tuple[Span, list[Span]]]:
    """The pages of a range, as ranges of the text, each with what the range says on it."""
    said = list(_said(document, span))
    for page in _pages(document.text, span):
        inside = [
            Span(max(each.start, page.start), min(each.end, page.end))
            for each in said
            if each.overlaps(page)
        ]
        if inside := [each for each in inside if not each.of(document.text).isspace()]:
            yield page, inside


def _said(document: Document, span: Span) -> Iterator[Span]:
    block = block_at(document, span)
    at = span.start
    for hole in sorted(block.holes) if block else ():
        if hole.overlaps(span):
            if at < hole.start:
                yield Span(at, hole.start)
            at = max(at, hole.end)
    if at < span.end:
        yield Span(at, span.end)


def _pages(text: str, span: Span) -> Iterator[Span]:
    """The pages that a range has a part of: form feeds part them in a PDF's text."""
    start = text.rfind(_PAGE_BREAK, 0, span.start) + 1
    while 0 <= start < span.end:
        end = text.find(_PAGE_BREAK, start)
        yield Span(start, end if end > start else len(text))
        start = end + 1 if end >= 0 else -1


def _marks(document: Document, page: Span, said: Sequence[Span]) -> Marks:
    text = document.text
    words = [_letters(each.of(text)) for each in said]
    starts = [len(_letters(text[page.start : each.start])) for each in said]
    ranges = (Span(start, start + len(word)) for start, word in zip(starts, words, strict=True))
    return Marks(_sheet(document, said[-1]), tuple(ranges), "".join(words))


def _sheet(document: Document, said: Span) -> int:
    """The position in the file of the page that a range ends on. A paragraph that goes on over a
    page break keeps its first page, but the break is a block of the next, and starts where the
    page's words end."""
    end = said.start + len(said.of(document.text).rstrip())
    at = bisect_left(document.blocks, end, key=lambda block: block.span.start) - 1
    sheet = document.blocks[max(at, 0)].place.sheet
    assert sheet is not None, "every block of a PDF is on a sheet"
    return sheet


def _letters(text: str) -> str:
    return "".join(text.split())
