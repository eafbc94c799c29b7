"""Rows to blocks: paragraphs, headings, tables and what repeats at the edges of pages."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby, pairwise
from statistics import median

from index.read.build import Builder, row_groups
from index.read.pdf.pages import BULLET, Page, Row
from index.types import BlockKind, Place

# A heading is this many times as large as the running text, or bold where that is not.
HEADING_SIZE = 1.15
LONGEST_HEADING = 150
# Rows without numbers that a table may have between two rows with some: labels over several lines.
LABEL_ROWS = 3
# Running headers and footers stand within so many rows of the edge of so many pages.
EDGE_ROWS = 2
REPEATED = 3
LONGEST_RUNNING = 200
# A list of contents has at least so many entries.
FEWEST_ENTRIES = 4

_HEADING_NUMBER = re.compile(r".{0,9}[\d.]$")
_SENTENCE_END = re.compile(r"[.!?;:]['\"’”)\]]*$")
_LEADERS = re.compile(r"(?:\.{4}|(?:\. ){4}).*\d$", re.DOTALL)
_PAGE_NUMBER = re.compile(r"(?:page\s*)?[-–—\[]?\s*(?:\d{1,4}|[ivxlc]{1,7})\s*[-–—\]]?$", re.I)
_SHORT_NUMBER = re.compile(r"(?<![\d.,])\d{1,4}(?![.,]?\d)")


@dataclass(frozen=True, slots=True)
class _Style:
    """What most of the text is set in."""

    size: float
    bold: bool

    def heads(self, row: Row) -> bool:
        return row.size >= HEADING_SIZE * self.size or (
            row.bold and not self.bold and row.size > 0.85 * self.size
        )


def mark_furniture(pages: Sequence[Page]) -> None:
    """Mark what repeats at the edges of pages, but for the number of the page, and such alone."""
    seen: Counter[str] = Counter()
    for page in pages:
        seen.update({key for row in _edges(page) for key in _running(page, row)})
    for page in pages:
        for row in _edges(page):
            repeated = any(seen[key] >= REPEATED for key in _running(page, row))
            if repeated or _PAGE_NUMBER.match(row.text):
                row.kind = BlockKind.FURNITURE


def _edges(page: Page) -> list[Row]:
    """The rows nearest to the top and to the bottom."""
    rows = sorted(page.rows, key=lambda row: -row.top)
    return rows[:EDGE_ROWS] + rows[max(EDGE_ROWS, len(rows) - EDGE_ROWS) :]


def _running(page: Page, row: Row) -> set[str]:
    """What a row would say on every page if it runs: its words, and its words with one of the
    numbers that they hold counted from the page's own. Rows of tables may repeat as they are."""
    keys = set() if row.is_tabular else {row.text}
    for match in _SHORT_NUMBER.finditer(row.text[:LONGEST_RUNNING]):
        number = int(match[0]) - page.number
        keys.add(f"{row.text[: match.start()]}{number:+}{row.text[match.end() :]}")
    return keys


def add_pages(builder: Builder, pages: Sequence[Page]) -> None:
    """Write the blocks of all pages. Every row of a page is written, in the order of its rows."""
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


def _styles(pages: Sequence[Page]) -> Iterator[_Style]:
    """What each page's running text is set in: as in the whole file, unless a full page has its
    own, larger or bold."""
    usual = _usual(_weights(pages))
    lengths = [sum(_weights([page]).values()) for page in pages]
    full = 0.5 * median(length for length in lengths if length)
    for page, length in zip(pages, lengths, strict=True):
        own = _usual(_weights([page])) if length and length >= full else usual
        yield _Style(max(usual.size, own.size), usual.bold or own.bold)


def _weights(pages: Sequence[Page]) -> Counter[_Style]:
    """How many characters are set in each style."""
    weights: Counter[_Style] = Counter()
    for page in pages:
        for row in page.rows:
            weights[_Style(round(row.size, 1), row.bold)] += len(row.text)
    return weights


def _usual(weights: Counter[_Style]) -> _Style:
    return max(weights, key=lambda style: weights[style])


def _mark_tables(rows: Sequence[Row]) -> None:
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


def _is_label(row: Row) -> bool:
    return row.kind is None and not re.search(r"[.!?]$", row.text)


def _runs(rows: Sequence[Row], kind: BlockKind) -> Iterator[list[Row]]:
    for found, run in groupby(rows, key=lambda row: row.kind):
        if found is kind:
            yield list(run)


def _is_contents(table: Sequence[Row]) -> bool:
    """Whether the rows end in page numbers that never fall."""
    numbers = [int(row.cells[-1]) for row in table if re.fullmatch(r"\d{1,4}", row.cells[-1])]
    return (
        len(numbers) >= max(FEWEST_ENTRIES, len(table) / 2)
        and len(set(numbers)) > len(numbers) / 2
        and all(one <= two for one, two in pairwise(numbers))
        and all(len(row.cells) <= 3 for row in table)
    )


def _row_kind(row: Row, style: _Style) -> BlockKind:
    if _LEADERS.search(row.text):
        return BlockKind.CONTENTS
    if style.heads(row) and _may_head(row):
        return BlockKind.HEADING
    return BlockKind.PARAGRAPH


def _may_head(row: Row) -> bool:
    """Whether a row says what a heading can say: words, in one cell or after a number."""
    is_short = len(row.text) <= LONGEST_HEADING
    has_words = re.search(r"[^\W\d_]", row.text) and not re.search(r"[.,;]$", row.text)
    in_one = len(row.cells) == 1 or (len(row.cells) == 2 and _HEADING_NUMBER.match(row.cells[0]))
    return bool(is_short and has_words and in_one)


def _levels(pages: Sequence[Page]) -> dict[tuple[float, bool], int]:
    """The level of each style of heading: the largest is the first."""
    styles = {
        _heading_style(row) for page in pages for row in page.rows if row.kind is BlockKind.HEADING
    }
    return {style: level for level, style in enumerate(sorted(styles, reverse=True), start=1)}


def _heading_style(row: Row) -> tuple[float, bool]:
    return round(row.size), row.bold


def _groups(rows: Sequence[Row]) -> Iterator[list[Row]]:
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


def _leading(rows: Sequence[Row]) -> float:
    """The usual distance between the baselines of a page's rows, in points."""
    steps = [one.bottom - two.bottom for one, two in pairwise(rows) if one.bottom > two.bottom]
    return min(median(steps), 2 * median(row.size for row in rows)) if steps else 0


def _parted(group: Sequence[Row], before: Row, row: Row, leading: float, margin: float) -> bool:
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
    return bool(BULLET.match(row.words[0].text)) or (ended and (indented or short))


def _add(
    builder: Builder, rows: Sequence[Row], place: Place, levels: dict[tuple[float, bool], int]
) -> None:
    kind = rows[0].kind
    assert kind is not None, "every row has been given its kind"
    lines = [row.text for row in rows]
    if kind is BlockKind.HEADING:
        builder.add_heading(levels[_heading_style(rows[0])], "\n".join(lines), place)
        return
    if kind is BlockKind.PARAGRAPH and BULLET.match(rows[0].words[0].text):
        kind = BlockKind.ITEM
    for words in row_groups(lines) if kind is BlockKind.TABLE else ["\n".join(lines)]:
        builder.add(kind, words, place)
