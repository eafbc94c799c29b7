"""PDF: canonical text is the text layer, page by page. The only door to pypdfium2.

PDFium gives characters with their boxes; lines, paragraphs, headings, tables and running headers
are told by their geometry.
"""

import ctypes
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import groupby, pairwise
from statistics import median

import pypdfium2
import pypdfium2.raw as pdfium

from index.errors import SourceError
from index.read.build import Builder, row_groups
from index.read.content import Content
from index.read.metadata import author_of, title_of
from index.types import BlockKind, Place

# In ems: a gap this wide between two words is one between two cells of a table.
CELL_GAP = 1.5
# A file is a scan when no more than this share of its pages has text.
SCANNED = 0.1
# A raised number is this many times as large as the words around it, at most.
RAISED_SIZE = 0.85
# A heading is this many times as large as the running text, or bold where that is not.
HEADING_SIZE = 1.15
LONGEST_HEADING = 150
# Rows without numbers that a table may have between two rows with some: labels over several lines.
LABEL_ROWS = 3
# Running headers and footers stand within so many rows of the edge of so many pages.
EDGE_ROWS = 2
REPEATED = 3
LONGEST_RUNNING = 200
# How far back, in rows, a cell's row may have been begun: tables are not always drawn row by row.
ROWS_BACK = 12
LONGEST_CELL = 30
# A list of contents has at least so many entries.
FEWEST_ENTRIES = 4

# PDFium's sign for a hyphen at the end of a line; it leaves out the line's end.
_LINE_HYPHEN = "\x02"
_WORD = re.compile(rf"[^\s{_LINE_HYPHEN}]+{_LINE_HYPHEN}?")
_SUPERSCRIPTS = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")
_GLUED_NUMBER = re.compile(r"(?<=[^\W\d_]|[.;:!?)\]'\"’”])\d{1,3}(?:,\d{1,3}){0,3}$")
_MARKER = re.compile(r"\d{1,3}$")
_CURRENCY = re.compile(r"[$€£¥]$")
_NUMERIC = re.compile(r"[$€£¥(+–—-]*(?:\d[\d.,]*)?[)%*—–-]*(?:\(\w\))?$")
_BULLET = re.compile(r"[•●○■▪◦‣∙·§–—*-]$")
_HEADING_NUMBER = re.compile(r".{0,9}[\d.]$")
_SENTENCE_END = re.compile(r"[.!?;:]['\"’”)\]]*$")
_LEADERS = re.compile(r"(?:\.{4}|(?:\. ){4}).*\d$", re.DOTALL)
_PAGE_NUMBER = re.compile(r"(?:page\s*)?[-–—\[]?\s*(?:\d{1,4}|[ivxlc]{1,7})\s*[-–—\]]?$", re.I)
_SHORT_NUMBER = re.compile(r"(?<![\d.,])\d{1,4}(?![.,]?\d)")


@dataclass(frozen=True, slots=True)
class _Word:
    """A word and its box, in points from the lower left corner of the page."""

    text: str
    left: float
    bottom: float
    right: float
    top: float

    def goes_on(self, word: "_Word") -> bool:
        """Whether `word` is on the same line, further to the right."""
        shared = min(self.top, word.top) - max(self.bottom, word.bottom)
        height = min(self.top - self.bottom, word.top - word.bottom)
        return shared > 0.5 * height and word.left > self.right - 0.5 * height

    def is_raised(self, word: "_Word") -> bool:
        """Whether `word` is a small number above this one's line, right after it."""
        small = word.top - word.bottom < RAISED_SIZE * (self.top - self.bottom)
        near = word.left - self.right < 0.3 * (self.top - self.bottom)
        return small and near and word.bottom > self.bottom and bool(_MARKER.match(word.text))


@dataclass(slots=True)
class _Row:
    """The words on one line of a page; `size` is its em in points."""

    words: list[_Word]
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
            elif self._parts(before, word) and not _BULLET.match(cells[-1]):
                cells.append(word.text)
            else:
                cells[-1] += " " + word.text
        return cells

    def _parts(self, before: _Word, word: _Word) -> bool:
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

    def beside(self, other: "_Row") -> bool:
        """Whether `other` is on the same line, to the right."""
        shared = min(self.top, other.top) - max(self.bottom, other.bottom)
        return shared > 0.5 * min(self.size, other.size) and other.left >= self.right - 1


@dataclass(frozen=True, slots=True)
class _Page:
    number: int
    label: str | None
    rows: list[_Row]

    @property
    def place(self) -> Place:
        return Place(line=None, page=self.label, sheet=self.number)


@dataclass(frozen=True, slots=True)
class _Style:
    """What most of the text is set in."""

    size: float
    bold: bool

    def heads(self, row: _Row) -> bool:
        return row.size >= HEADING_SIZE * self.size or (
            row.bold and not self.bold and row.size > 0.85 * self.size
        )


def load(data: bytes) -> Content:
    """The content of a PDF with a text layer; SourceError for scans, passwords and damage."""
    document = _open(data)
    try:
        pages = [_page(document, index) for index in range(len(document))]
        metadata = _metadata(document)
    finally:
        document.close()
    if sum(bool(page.rows) for page in pages) <= SCANNED * len(pages):
        raise SourceError(
            "a scan: its pages are pictures without a text layer; make one by OCR (ocrmypdf), then "
            "index the result"
        )
    _mark_furniture(pages)
    builder = Builder()
    _add_pages(builder, pages)
    makers = (metadata.get("Creator", ""), metadata.get("Producer", ""))
    return Content(
        builder.text,
        "pdf",
        tuple(builder.blocks),
        title=title_of(metadata.get("Title")),
        author=author_of(metadata.get("Author"), makers),
    )


def _open(data: bytes) -> pypdfium2.PdfDocument:
    try:
        return pypdfium2.PdfDocument(data)
    except pypdfium2.PdfiumError as error:
        if error.err_code == pdfium.FPDF_ERR_PASSWORD:
            reason = "encrypted: it opens with a password only; save it without one"
        else:
            reason = f"damaged: PDFium cannot open it ({error})"
        raise SourceError(reason) from error


def _metadata(document: pypdfium2.PdfDocument) -> dict[str, str]:
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


def _page(document: pypdfium2.PdfDocument, index: int) -> _Page:
    try:
        page = document[index]
        text = page.get_textpage()
    except pypdfium2.PdfiumError as error:
        raise SourceError(f"damaged: page {index + 1} cannot be read ({error})") from error
    rows = _rows(text)
    text.close()
    page.close()
    return _Page(index + 1, _label(document, index), rows)


# Characters to rows


def _rows(text: pypdfium2.PdfTextPage) -> list[_Row]:
    """The rows of a page in the order in which they were begun."""
    rows: list[_Row] = []
    for line in _lines(text):
        cell = len(line.text) <= LONGEST_CELL
        back = range(len(rows) - 1, max(-1, len(rows) - (ROWS_BACK if cell else 2)), -1)
        at = next((at for at in back if rows[at].beside(line)), None)
        if at is None:
            rows.append(line)
        else:
            rows[at] = _Row([*rows[at].words, *line.words], rows[at].bold and line.bold)
    return rows


def _lines(text: pypdfium2.PdfTextPage) -> Iterator[_Row]:
    """Runs of words side by side, in the order of the file."""
    line: list[_Word] = []
    bold = False
    for start, word in _words(text):
        if line and not line[-1].goes_on(word):
            yield _Row(line, bold)
            line = []
        if not line:
            bold = _is_bold(text, start)
        line.append(word)
    if line:
        yield _Row(line, bold)


def _words(text: pypdfium2.PdfTextPage) -> Iterator[tuple[int, _Word]]:
    """The words of a page, with the numbers of their first characters."""
    characters = "".join(_character(text, index) for index in range(text.count_chars()))
    for match in _WORD.finditer(characters):
        words = match[0].replace(_LINE_HYPHEN, "-")
        yield match.start(), _word(text, words, match.start(), match.end() - 1)


def _character(text: pypdfium2.PdfTextPage, index: int) -> str:
    code = pdfium.FPDFText_GetUnicode(text, index)
    if code < 0x20 and code != ord(_LINE_HYPHEN):
        return " "
    # Half of a surrogate pair is no character.
    return "\ufffd" if 0xD800 <= code <= 0xDFFF or code > 0x10FFFF else chr(code)


def _word(text: pypdfium2.PdfTextPage, word: str, start: int, last: int) -> _Word:
    left, bottom, right, top = text.get_charbox(start, loose=True)
    end = text.get_charbox(last, loose=True) if last > start else (left, bottom, right, top)
    marker = _GLUED_NUMBER.search(word)
    if marker and end[3] - end[1] < RAISED_SIZE * (top - bottom) and end[1] > bottom:
        word = word[: marker.start()] + marker[0].translate(_SUPERSCRIPTS)
    return _Word(word, left, bottom, max(right, end[2]), top)


def _is_bold(text: pypdfium2.PdfTextPage, index: int) -> bool:
    name = ctypes.create_string_buffer(200)
    pdfium.FPDFText_GetFontInfo(text, index, name, len(name), None)
    return bool(re.search(rb"bold|black|heavy", name.value, re.IGNORECASE))


# Rows to blocks


def _mark_furniture(pages: Sequence[_Page]) -> None:
    """Mark what repeats at the edges of pages, but for the number of the page, and such alone."""
    seen: Counter[str] = Counter()
    for page in pages:
        seen.update({key for row in _edges(page) for key in _running(page, row)})
    for page in pages:
        for row in _edges(page):
            repeated = any(seen[key] >= REPEATED for key in _running(page, row))
            if repeated or _PAGE_NUMBER.match(row.text):
                row.kind = BlockKind.FURNITURE


def _edges(page: _Page) -> list[_Row]:
    """The rows nearest to the top and to the bottom."""
    rows = sorted(page.rows, key=lambda row: -row.top)
    return rows[:EDGE_ROWS] + rows[max(EDGE_ROWS, len(rows) - EDGE_ROWS) :]


def _running(page: _Page, row: _Row) -> set[str]:
    """What a row would say on every page if it runs: its words, and its words with one of the
    numbers that they hold counted from the page's own. Rows of tables may repeat as they are."""
    keys = set() if row.is_tabular else {row.text}
    for match in _SHORT_NUMBER.finditer(row.text[:LONGEST_RUNNING]):
        number = int(match[0]) - page.number
        keys.add(f"{row.text[: match.start()]}{number:+}{row.text[match.end() :]}")
    return keys


def _add_pages(builder: Builder, pages: Sequence[_Page]) -> None:
    for page, style in zip(pages, _styles(pages), strict=True):
        _mark_tables(page.rows)
        for row in page.rows:
            if row.kind is None:
                row.kind = _row_kind(row, style)
    levels = _levels(pages)
    for page in pages:
        builder.new_page()
        for rows in _groups(page.rows):
            _add(builder, rows, page.place, levels)


def _styles(pages: Sequence[_Page]) -> Iterator[_Style]:
    """What each page's running text is set in: as in the whole file, unless a full page has its
    own, larger or bold."""
    usual = _usual(_weights(pages))
    lengths = [sum(_weights([page]).values()) for page in pages]
    full = 0.5 * median(length for length in lengths if length)
    for page, length in zip(pages, lengths, strict=True):
        own = _usual(_weights([page])) if length and length >= full else usual
        yield _Style(max(usual.size, own.size), usual.bold or own.bold)


def _weights(pages: Sequence[_Page]) -> Counter[_Style]:
    """How many characters are set in each style."""
    weights: Counter[_Style] = Counter()
    for page in pages:
        for row in page.rows:
            weights[_Style(round(row.size, 1), row.bold)] += len(row.text)
    return weights


def _usual(weights: Counter[_Style]) -> _Style:
    return max(weights, key=lambda style: weights[style])


def _mark_tables(rows: Sequence[_Row]) -> None:
    """Mark rows with cells, and the labels between them; a run of rising numbers is contents."""
    tabular = [at for at, row in enumerate(rows) if row.kind is None and row.is_tabular]
    for at in tabular:
        rows[at].kind = BlockKind.TABLE
    for above, below in pairwise(tabular):
        between = rows[above + 1 : below]
        if len(between) <= LABEL_ROWS and all(map(_is_label, between)):
            for row in between:
                row.kind = BlockKind.TABLE
    for table in _runs(rows, BlockKind.TABLE):
        if _is_contents(table):
            for row in table:
                row.kind = BlockKind.CONTENTS


def _is_label(row: _Row) -> bool:
    return row.kind is None and not re.search(r"[.!?]$", row.text)


def _runs(rows: Sequence[_Row], kind: BlockKind) -> Iterator[list[_Row]]:
    for found, run in groupby(rows, key=lambda row: row.kind):
        if found is kind:
            yield list(run)


def _is_contents(table: Sequence[_Row]) -> bool:
    """Whether the rows end in page numbers that never fall."""
    numbers = [int(row.cells[-1]) for row in table if re.fullmatch(r"\d{1,4}", row.cells[-1])]
    return (
        len(numbers) >= max(FEWEST_ENTRIES, len(table) / 2)
        and len(set(numbers)) > len(numbers) / 2
        and all(one <= two for one, two in pairwise(numbers))
        and all(len(row.cells) <= 3 for row in table)
    )


def _row_kind(row: _Row, style: _Style) -> BlockKind:
    if _LEADERS.search(row.text):
        return BlockKind.CONTENTS
    if style.heads(row) and _may_head(row):
        return BlockKind.HEADING
    return BlockKind.PARAGRAPH


def _may_head(row: _Row) -> bool:
    """Whether a row says what a heading can say: words, in one cell or after a number."""
    is_short = len(row.text) <= LONGEST_HEADING
    has_words = re.search(r"[^\W\d_]", row.text) and not re.search(r"[.,;]$", row.text)
    in_one = len(row.cells) == 1 or (len(row.cells) == 2 and _HEADING_NUMBER.match(row.cells[0]))
    return bool(is_short and has_words and in_one)


def _levels(pages: Sequence[_Page]) -> dict[tuple[float, bool], int]:
    """The level of each style of heading: the largest is the first."""
    styles = {
        _heading_style(row) for page in pages for row in page.rows if row.kind is BlockKind.HEADING
    }
    return {style: level for level, style in enumerate(sorted(styles, reverse=True), start=1)}


def _heading_style(row: _Row) -> tuple[float, bool]:
    return round(row.size), row.bold


def _groups(rows: Sequence[_Row]) -> Iterator[list[_Row]]:
    """The rows of each block."""
    if not rows:
        return
    leading = _leading(rows)
    margin = max(row.right for row in rows)
    group = [rows[0]]
    for before, row in pairwise(rows):
        if _parted(group, before, row, leading, margin):
            yield group
            group = []
        group.append(row)
    yield group


def _leading(rows: Sequence[_Row]) -> float:
    """The usual distance between the baselines of a page's rows, in points."""
    steps = [one.bottom - two.bottom for one, two in pairwise(rows) if one.bottom > two.bottom]
    return min(median(steps), 2 * median(row.size for row in rows)) if steps else 0


def _parted(group: Sequence[_Row], before: _Row, row: _Row, leading: float, margin: float) -> bool:
    """Whether a new block starts at `row`."""
    if before.kind is not row.kind or row.kind is BlockKind.FURNITURE:
        return True
    if row.kind in (BlockKind.TABLE, BlockKind.CONTENTS):
        return False
    step = before.bottom - row.bottom
    if (
        step < 0
        or step > leading + 0.35 * row.size
        or _heading_style(before) != _heading_style(row)
    ):
        return True
    if row.kind is BlockKind.HEADING:
        return len(group) > 2
    ended = bool(_SENTENCE_END.search(before.text))
    indented = row.left > min(member.left for member in group[-2:]) + 0.8 * row.size
    short = before.right < margin - 0.2 * (margin - before.left)
    return bool(_BULLET.match(row.words[0].text)) or (ended and (indented or short))


def _add(
    builder: Builder, rows: Sequence[_Row], place: Place, levels: dict[tuple[float, bool], int]
) -> None:
    kind = rows[0].kind
    assert kind is not None, "every row has been given its kind"
    lines = [row.text for row in rows]
    if kind is BlockKind.HEADING:
        builder.add_heading(levels[_heading_style(rows[0])], "\n".join(lines), place)
        return
    if kind is BlockKind.PARAGRAPH and _BULLET.match(rows[0].words[0].text):
        kind = BlockKind.ITEM
    for words in row_groups(lines) if kind is BlockKind.TABLE else ["\n".join(lines)]:
        builder.add(kind, words, place)
