"""What a page carries besides its text: its number, running heads and feet, contents lines."""

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace
from itertools import pairwise

from index.structure.titles import is_title
from index.types import Block, BlockKind

# A longer line is text, whatever it ends with; patterns are tried on shorter ones only.
LONGEST_FURNITURE = 300

_PAGE = re.compile(r"\s*(?:[Pp]age|[Pp]\.|[-–—\[])\s*(\d{1,4})\s*[-–—\]]?\s*$")
_RUNNING_PAGE = re.compile(r"(.{1,80})\sPage\s(\d{1,4})\s*$")  # prose writes "page 41"
_SEPARATOR = re.compile(r"[\W_]+$")
_CONTENTS = re.compile(r".*\S\s*(?:\.{3,}|(?:\. ){3,}|\t)\s*(\d{1,4})\s*$")

# A footer on one line with the text before or after it, two spaces or a tab apart.
_FOOTER_BEFORE = re.compile(r"(?:(.{1,80}?)\s)?Page\s\d{1,4}(?=\t|\s{2,20}\S)")
_FOOTER_AFTER = re.compile(r"[.!?][\"'”’)]*(?:\t|\s{2,20})((?:(\S.{0,79})\s)?Page\s\d{1,4})$")
_LONGEST_FOOTER = 130

_DIGITS = re.compile(r"\d+")


def glued_footer(line: str) -> list[tuple[int, int]]:
    """The parts of a line: a page's footer and the text beside it, or the line as a whole."""
    before = _FOOTER_BEFORE.match(line)
    if before and (before[1] is None or is_title(before[1])):
        text = line[before.end() :]
        return [(0, before.end()), (len(line) - len(text.lstrip()), len(line))]
    tail = max(0, len(line) - _LONGEST_FOOTER)
    after = _FOOTER_AFTER.search(line, tail)
    if after and (after[2] is None or is_title(after[2])):
        return [(0, len(line[: after.start(1)].rstrip())), (after.start(1), len(line))]
    return [(0, len(line))]


def is_furniture(line: str) -> bool:
    """Whether a line is a page number, a running foot with one, or a separator."""
    return len(line) <= LONGEST_FURNITURE and bool(
        _PAGE.match(line) or _RUNNING_PAGE.match(line) or _SEPARATOR.match(line)
    )


def contents_page(line: str) -> int | None:
    """The page that a line of a table of contents refers to."""
    match = _CONTENTS.match(line) if len(line) <= LONGEST_FURNITURE else None
    return int(match[1]) if match else None


def footer_page(line: str) -> str | None:
    """The number of the page whose foot a line is."""
    if match := _PAGE.match(line):
        return match[1]
    match = _RUNNING_PAGE.match(line)
    return match[2] if match else None


def running_title(line: str) -> str | None:
    """The words that a running foot repeats on every page."""
    match = _RUNNING_PAGE.match(line)
    return match[1].strip() if match else None


def mark_running(text: str, blocks: Sequence[Block]) -> list[Block]:
    """Make furniture of what only pages repeat: page numbers that stand alone and count up, and
    titles that differ in such a number or stand beside one, three times or more."""
    out = list(blocks)
    for indexes in _alike(text, blocks).values():
        numbers = [_page_number(blocks[index].span.of(text)) for index in indexes]
        if len(indexes) >= 3 and _count_up(numbers):
            for index, number in zip(indexes, numbers, strict=True):
                alone = number if number == blocks[index].span.of(text) else None
                place = blocks[index].place._replace(page=alone)
                out[index] = replace(blocks[index], kind=BlockKind.FURNITURE, place=place)
    pages = sum(bool(block.place.page) for block in out)
    for indexes in _alike(text, blocks).values():
        beside = [index for index in indexes if _beside_page(out, index)]
        # A running head stands on most pages, or on every other one.
        if 3 * len(beside) >= max(9, pages):
            for index in beside:
                out[index] = replace(out[index], kind=BlockKind.FURNITURE)
    return out


def _alike(text: str, blocks: Sequence[Block]) -> dict[str, list[int]]:
    """The short blocks that say the same but for their numbers."""
    found: dict[str, list[int]] = defaultdict(list)
    for index, block in enumerate(blocks):
        words = block.span.of(text) if len(block.span) <= LONGEST_FURNITURE else ""
        bare = _DIGITS.sub("", words).strip()
        page = block.kind is BlockKind.PARAGRAPH and words.isdecimal() and len(words) <= 4
        # “Part 1” and “Part 2” number what follows them.
        if page or (block.kind is BlockKind.HEADING and (" " in bare or bare == words)):
            found[bare].append(index)
    return found


def _page_number(words: str) -> str | None:
    """The number at the start or the end of a running head."""
    match = re.match(r"(\d{1,4})(?:\s|$)", words) or re.search(r"\s(\d{1,4})$", words)
    return match[1] if match else None


def _count_up(numbers: Iterable[str | None]) -> bool:
    """Whether every number is a little larger than the one before it."""
    pages = [int(number) if number else 0 for number in numbers]
    return all(0 < after - before <= 5 for before, after in pairwise(pages))


def _beside_page(blocks: Sequence[Block], index: int) -> bool:
    around = (*blocks[max(index - 1, 0) : index], *blocks[index + 1 : index + 2])
    return any(block.kind is BlockKind.FURNITURE and block.place.page for block in around)
