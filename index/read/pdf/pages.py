"""The pages of a PDF: its characters with their boxes, as words and rows. The only door to
pypdfium2."""

import ctypes
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import pairwise
from statistics import median

import pypdfium2
import pypdfium2.raw as pdfium

from index.errors import SourceError
from index.types import BlockKind, Place

# In ems: a gap this wide between two words is one between two cells of a table.
CELL_GAP = 1.5
# A raised number is this many times as large as the words around it, at most.
RAISED_SIZE = 0.85
# How far back, in rows, a cell's row may have been begun: tables are not always drawn row by row.
ROWS_BACK = 12
LONGEST_CELL = 30

# PDFium's sign for a hyphen at the end of a line; it leaves out the line's end.
_LINE_HYPHEN = "\x02"
_WORD = re.compile(rf"[^\s{_LINE_HYPHEN}]+{_LINE_HYPHEN}?")
_SUPERSCRIPTS = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")
_GLUED_NUMBER = re.compile(r"(?<=[^\W\d_]|[.;:!?)\]'\"’”])\d{1,3}(?:,\d{1,3}){0,3}$")
_MARKER = re.compile(r"\d{1,3}$")
_CURRENCY = re.compile(r"[$€£¥]$")
_NUMERIC = re.compile(r"[$€£¥(+–—-]*(?:\d[\d.,]*)?[)%*—–-]*(?:\(\w\))?$")
BULLET = re.compile(r"[•●○■▪◦‣∙·§–—*-]$")


@dataclass(frozen=True, slots=True)
class Word:
    """A word and its box, in points from the lower left corner of the page.

    `start` is the number of its first character on the page; the others follow.
    """

    start: int
    text: str
    left: float
    bottom: float
    right: float
    top: float

    def goes_on(self, word: "Word") -> bool:
        """Whether `word` is on the same line, further to the right."""
        shared = min(self.top, word.top) - max(self.bottom, word.bottom)
        height = min(self.top - self.bottom, word.top - word.bottom)
        return shared > 0.5 * height and word.left > self.right - 0.5 * height

    def is_raised(self, word: "Word") -> bool:
        """Whether `word` is a small number above this one's line, right after it."""
        small = word.top - word.bottom < RAISED_SIZE * (self.top - self.bottom)
        near = word.left - self.right < 0.3 * (self.top - self.bottom)
        return small and near and word.bottom > self.bottom and bool(_MARKER.match(word.text))


@dataclass(slots=True)
class Row:
    """The words on one line of a page; `size` is its em in points."""

    words: list[Word]
    bold: bool
    kind: BlockKind | None = None
    left: float = field(init=False)
    right: float = field(init=False)
    bottom: float = field(init=False)
    top: float = field(init=False)
    cells: list[str] = field(init=False)

    def __post_init__(self) -> None:
        self.words.sort(key=lambda word: word.left)
        self.left = self.words[0].left
        self.right = max(word.right for word in self.words)
        self.bottom = median(word.bottom for word in self.words)
        self.top = median(word.top for word in self.words)
        self.cells = self._cells()

    @property
    def size(self) -> float:
        return self.top - self.bottom

    @property
    def text(self) -> str:
        return "\t".join(self.cells)

    def _cells(self) -> list[str]:
        cells = [self.words[0].text]
        for before, word in pairwise(self.words):
            if before.is_raised(word):
                cells[-1] += word.text.translate(_SUPERSCRIPTS)
            elif self._parts(before, word) and not BULLET.match(cells[-1]):
                cells.append(word.text)
            else:
                cells[-1] += " " + word.text
        return cells

    def _parts(self, before: Word, word: Word) -> bool:
        """Whether a cell ends between two words; a currency sign goes with its number."""
        if _CURRENCY.match(before.text):
            return False
        gap = word.left - before.right
        if _CURRENCY.match(word.text):
            return gap > self.size or bool(_NUMERIC.match(before.text))
        return gap > CELL_GAP * self.size

    @property
    def is_tabular(self) -> bool:
        numeric = (all(map(_NUMERIC.match, cell.split())) for cell in self.cells[1:])
        return len(self.cells) > 2 or any(numeric)

    def beside(self, other: "Row") -> bool:
        """Whether `other` is on the same line, to the right."""
        shared = min(self.top, other.top) - max(self.bottom, other.bottom)
        return shared > 0.5 * min(self.size, other.size) and other.left >= self.right - 1


@dataclass(frozen=True, slots=True)
class Page:
    """A page of the file: its position from 1, its printed label, and its rows as they were
    begun."""

    number: int
    label: str | None
    rows: list[Row]

    @property
    def place(self) -> Place:
        return Place(line=None, page=self.label, sheet=self.number)


@contextmanager
def opened(data: bytes) -> Iterator[pypdfium2.PdfDocument]:
    """A PDF to read from; SourceError for one that is locked or damaged."""
    document = _open(data)
    try:
        yield document
    finally:
        document.close()


def _open(data: bytes) -> pypdfium2.PdfDocument:
    try:
        return pypdfium2.PdfDocument(data)
    except pypdfium2.PdfiumError as error:
        if error.err_code == pdfium.FPDF_ERR_PASSWORD:
            reason = "encrypted: it opens with a password only; save it without one"
        else:
            reason = f"damaged: PDFium cannot open it ({error})"
        raise SourceError(reason) from error


def metadata_of(document: pypdfium2.PdfDocument) -> dict[str, str]:
    """What a PDF says about itself; nothing where that cannot be decoded."""
    try:
        return dict(document.get_metadata_dict())
    except UnicodeDecodeError:  # Half of a surrogate pair: not worth the file.
        return {}


def _label(document: pypdfium2.PdfDocument, index: int) -> str | None:
    """The printed label of a page, if the file gives any."""
    try:
        return document.get_page_label(index).strip() or None
    except UnicodeDecodeError:
        return None


def read_page(document: pypdfium2.PdfDocument, index: int) -> Page:
    """The rows of a page, by its index from 0; SourceError when it is damaged."""
    with turned_to(document, index) as (_, text):
        return Page(index + 1, _label(document, index), rows_of(text))


@contextmanager
def turned_to(
    document: pypdfium2.PdfDocument, index: int
) -> Iterator[tuple[pypdfium2.PdfPage, pypdfium2.PdfTextPage]]:
    """A page and its characters, by its index from 0; SourceError when it is damaged."""
    try:
        page = document[index]
        text = page.get_textpage()
    except pypdfium2.PdfiumError as error:
        raise SourceError(f"damaged: page {index + 1} cannot be read ({error})") from error
    try:
        yield page, text
    finally:
        text.close()
        page.close()


# Characters to rows


def rows_of(text: pypdfium2.PdfTextPage) -> list[Row]:
    """The rows of a page in the order in which they were begun."""
    rows: list[Row] = []
    for line in _lines(text):
        cell = len(line.text) <= LONGEST_CELL
        back = range(len(rows) - 1, max(-1, len(rows) - (ROWS_BACK if cell else 2)), -1)
        at = next((at for at in back if rows[at].beside(line)), None)
        if at is None:
            rows.append(line)
        else:
            rows[at] = Row([*rows[at].words, *line.words], rows[at].bold and line.bold)
    return rows


def _lines(text: pypdfium2.PdfTextPage) -> Iterator[Row]:
    """Runs of words side by side, in the order of the file."""
    line: list[Word] = []
    bold = False
    for word in _words(text):
        if line and not line[-1].goes_on(word):
            yield Row(line, bold)
            line = []
        if not line:
            bold = _is_bold(text, word.start)
        line.append(word)
    if line:
        yield Row(line, bold)


def _words(text: pypdfium2.PdfTextPage) -> Iterator[Word]:
    """The words of a page, in the order of the file."""
    characters = "".join(_character(text, index) for index in range(text.count_chars()))
    for match in _WORD.finditer(characters):
        words = match[0].replace(_LINE_HYPHEN, "-")
        yield _word(text, words, match.start(), match.end() - 1)


def _character(text: pypdfium2.PdfTextPage, index: int) -> str:
    code = pdfium.FPDFText_GetUnicode(text, index)
    if code < 0x20 and code != ord(_LINE_HYPHEN):
        return " "
    # Half of a surrogate pair is no character.
    return "\ufffd" if 0xD800 <= code <= 0xDFFF or code > 0x10FFFF else chr(code)


def _word(text: pypdfium2.PdfTextPage, word: str, start: int, last: int) -> Word:
    left, bottom, right, top = text.get_charbox(start, loose=True)
    end = text.get_charbox(last, loose=True) if last > start else (left, bottom, right, top)
    marker = _GLUED_NUMBER.search(word)
    if marker and end[3] - end[1] < RAISED_SIZE * (top - bottom) and end[1] > bottom:
        word = word[: marker.start()] + marker[0].translate(_SUPERSCRIPTS)
    return Word(start, word, left, bottom, max(right, end[2]), top)


def _is_bold(text: pypdfium2.PdfTextPage, index: int) -> bool:
    name = ctypes.create_string_buffer(200)
    pdfium.FPDFText_GetFontInfo(text, index, name, len(name), None)
    return bool(re.search(rb"bold|black|heavy", name.value, re.IGNORECASE))
