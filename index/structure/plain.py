"""The raw blocks of a text without markup, told by its lines."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from statistics import median_low

from index.reading import heal
from index.structure.furniture import (
    contents_page,
    footer_page,
    is_furniture,
    mark_running,
)
from index.structure.lines import Line, chunks, lines
from index.structure.titles import is_banner, is_byline, is_title, label_of, speaker_labels
from index.types import Block, BlockKind, Place, Span

# Hard-wrapped prose is narrower than this; a longer line is a paragraph of its own.
WIDEST_WRAP = 100

# A block quotation is set in by as many characters more than the text around it.
QUOTATION_INDENT = 3

SENTENCE_END = re.compile(r"[.!?:;…]['\"”’»)\]*_⁰¹²³⁴-⁹]*\d{0,3}$")

_NUMBERED = re.compile(r"[\s\ufeff]*\d{1,4}[.)]?\s+(?=\S)")
_BULLET = re.compile(r"(?:[-–—•‣◦▪·*+]|\([a-z0-9]{1,3}\))\s+(?=\S)")
_ENTRY = re.compile(r"(\d{1,4})[.)]\s")
_CAPTION = re.compile(
    r"(?:fig(?:ure)?|table|plate|map|chart|diagram|illustration)\.?\s+[\dIVXLC]{1,6}"
    r"(?:[⁰¹²³⁴-⁹]*$|[.:]\s|\s?[–—]\s)",
    re.IGNORECASE,
)
_LONGEST_CAPTION = 200
# An entry of a list of books begins: "Surname, Given names", and has a year.
_BOOK_NAME = re.compile(r"[A-Z][\w'’-]+(?: [A-Z][\w'’-]+)?, [A-Z][\w'’.-]*")
_YEAR = re.compile(r"\b(?:1[5-9]|20)\d\d\b")


@dataclass(frozen=True, slots=True)
class _Page:
    """What the text as a whole says about its parts: how far its lines are set in as a rule, and
    the names that its dialogue begins with."""

    indent: int
    labels: frozenset[str]


def plain_blocks(text: str) -> tuple[Block, ...]:
    """The raw blocks of a text without markup, in order; furniture included, white space not.

    Hard-wrapped lines are one paragraph; in a text with long lines each line is one.
    """
    found = list(lines(text))
    parts = list(chunks(found))
    margins = [_margin(chunk) for chunk in parts if len(chunk) > 1]
    page = _Page(median_low(margins or [0]), speaker_labels(line.text for line in found))
    blocks = [block for chunk in parts for block in _chunk_blocks(chunk, page)]
    return tuple(_ranked(text, _listed(text, mark_running(text, blocks))))


def _margin(chunk: Sequence[Line]) -> int:
    """How far a chunk is set in, a deeper first line not counted."""
    return min(line.indent for line in chunk[1:] or chunk)


def _chunk_blocks(chunk: list[Line], page: _Page) -> Iterator[Block]:
    if _is_table(chunk):
        yield _block(BlockKind.TABLE, chunk)
        return
    if len(chunk) == 2 and is_title(chunk[0].text) and is_byline(chunk[1].text):
        yield from (_block(BlockKind.HEADING, [line]) for line in chunk)
        return
    for group in _paragraphs(chunk):
        kind = _kind(group, page, alone=len(chunk) == 1)
        if kind is BlockKind.ITEM and group[0].text[0] == "*" and len(group) == len(chunk):
            kind = BlockKind.PARAGRAPH  # a footnote rather than a list of one
        block = _block(kind, group)
        if kind is BlockKind.FURNITURE:
            block = replace(block, place=block.place._replace(page=footer_page(group[0].text)))
        yield _without_bullet(group[0].text, block) if kind is BlockKind.ITEM else block


def _block(kind: BlockKind, group: Sequence[Line]) -> Block:
    span = Span(group[0].span.start, group[-1].span.end)
    return Block(kind, span, Place(line=group[0].number))


def _without_bullet(first: str, block: Block) -> Block:
    bullet = _BULLET.match(first)
    start = block.span.start + (bullet.end() if bullet else 0)
    return replace(block, span=Span(start, block.span.end))


def _is_table(chunk: Sequence[Line]) -> bool:
    """Whether most lines are set in columns, and no table of contents, whose pages never fall."""
    if sum(line.columns for line in chunk) * 3 < 2 * len(chunk) or len(chunk) == 1:
        return False
    pages = [page for line in chunk if (page := contents_page(line.text)) is not None]
    return 2 * len(pages) < len(chunk) or pages != sorted(pages)


def _paragraphs(chunk: list[Line]) -> Iterator[list[Line]]:
    """Split a chunk into paragraphs: at furniture, at items, at titles in capitals, and at each
    line where they are too long to be wrapped."""
    wrapped = max(len(line.text) for line in chunk) <= WIDEST_WRAP
    group: list[Line] = []
    for line in chunk:
        if group and (not wrapped or _apart(group, line)):
            yield group
            group = []
        group.append(line)
    yield group


def _apart(group: Sequence[Line], line: Line) -> bool:
    last = group[-1]
    return (
        _stands_alone(line.text)
        or _stands_alone(last.text)
        or _starts_item(line, group)
        or is_banner(last.text) != is_banner(line.text)
    )


def _stands_alone(line: str) -> bool:
    return is_furniture(line) or contents_page(line) is not None


def _starts_item(line: Line, group: Sequence[Line]) -> bool:
    """Whether a line begins an item of a list: it has a number or a bullet, and a finished sentence
    or another item stands before it."""
    ended = SENTENCE_END.search(group[-1].text) or is_title(group[-1].text)
    if _NUMBERED.match(line.text):
        return bool(ended)
    return bool(_BULLET.match(line.text) and (ended or _BULLET.match(group[0].text)))


def _kind(group: Sequence[Line], page: _Page, *, alone: bool) -> BlockKind:
    first = group[0].text
    if is_furniture(first):
        return BlockKind.FURNITURE
    if contents_page(first) is not None:
        return BlockKind.CONTENTS
    if all(is_banner(line.text) for line in group) or (alone and _is_heading(first, page)):
        return BlockKind.HEADING
    return _kind_of_text(group, page)


def _kind_of_text(group: Sequence[Line], page: _Page) -> BlockKind:
    first = group[0].text
    if _CAPTION.match(first) and sum(len(line.text) for line in group) <= _LONGEST_CAPTION:
        return BlockKind.TABLE
    if _BULLET.match(first):
        return BlockKind.ITEM
    if len(group) > 1 and min(line.indent for line in group) >= page.indent + QUOTATION_INDENT:
        return BlockKind.QUOTATION
    return BlockKind.PARAGRAPH


def _is_heading(line: str, page: _Page) -> bool:
    return is_title(line) and label_of(line) not in page.labels and not _CAPTION.match(line)


def _listed(text: str, blocks: Sequence[Block]) -> list[Block]:
    """Make items of runs of paragraphs that are one list: clauses that end in semicolons, or books
    by their authors' surnames."""
    out = _entries(text, blocks)
    words = [block.span.of(text) if block.kind is BlockKind.PARAGRAPH else "" for block in blocks]
    for first, end in (*_runs([_is_book(entry) for entry in words], 3), *_clauses(words)):
        for index in range(first, end):
            out[index] = replace(blocks[index], kind=BlockKind.ITEM)
    return out


def _entries(text: str, blocks: Sequence[Block]) -> list[Block]:
    """Make paragraphs of headings that are numbered and follow each other: entries of a list."""
    numbers = [
        int(match[1])
        if block.kind is BlockKind.HEADING and (match := _ENTRY.match(block.span.of(text)))
        else None
        for block in blocks
    ]
    out = list(blocks)
    for index, (number, following) in enumerate(pairwise(numbers)):
        if number is not None and following == number + 1:
            for at in (index, index + 1):
                out[at] = replace(blocks[at], kind=BlockKind.PARAGRAPH)
    return out


def _is_book(words: str) -> bool:
    return len(words) <= 400 and bool(_BOOK_NAME.match(words) and _YEAR.search(words))


def _clauses(words: Sequence[str]) -> Iterator[tuple[int, int]]:
    """Runs of paragraphs that end in semicolons, with the last one, which does not."""
    for first, end in _runs([entry.endswith(";") for entry in words], 2):
        introduced = first > 0 and words[first - 1].endswith(":")
        if introduced:
            yield first, end + (end < len(words) and words[end] != "")


def _runs(flags: Sequence[bool], shortest: int) -> Iterator[tuple[int, int]]:
    """Where at least `shortest` flags in a row are set: the first and the one after the last."""
    first = 0
    for index, flag in enumerate((*flags, False)):
        if flag:
            continue
        if index - first >= shortest:
            yield first, index
        first = index + 1


def _ranked(text: str, blocks: Sequence[Block]) -> Iterator[Block]:
    """Put headings under the last one in capitals before them."""
    above: tuple[str, ...] = ()
    for block in blocks:
        if block.kind is not BlockKind.HEADING:
            yield block
            continue
        words = heal(text, block.span).text
        if words.isupper():
            above = (words,)
            yield block
        else:
            yield replace(block, place=block.place._replace(section=above))
