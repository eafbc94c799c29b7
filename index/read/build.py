"""Canonical text and its raw blocks, made together, for formats that are no text themselves."""

from collections.abc import Iterable, Iterator

from index.types import Block, BlockKind, Place, Span

# What stands between two blocks, and before the first block of a new page.
BETWEEN_BLOCKS = "\n\n"
BETWEEN_PAGES = "\n\f\n"

# A block that lies in several things is the last of these.
_STRENGTH = (
    BlockKind.PARAGRAPH,
    BlockKind.ITEM,
    BlockKind.QUOTATION,
    BlockKind.TABLE,
    BlockKind.NOTE,
    BlockKind.FURNITURE,
    BlockKind.CONTENTS,
)


def stronger(one: BlockKind, two: BlockKind) -> BlockKind:
    """What a block is that is both: an item of a note is part of the note."""
    return max(one, two, key=_STRENGTH.index)


class Builder:
    """Blocks are added in order; headings keep the path that those after them stand in."""

    def __init__(self) -> None:
        self._parts: list[str] = []
        self._length = 0
        self._headings: list[tuple[int, str]] = []
        self._between = ""
        self.blocks: list[Block] = []

    @property
    def text(self) -> str:
        return "".join(self._parts)

    def new_page(self) -> None:
        """What follows stands on another page of the file."""
        if self.blocks:
            self._between = BETWEEN_PAGES

    def add(self, kind: BlockKind, words: str, place: Place, *, skip: int = 0) -> None:
        """Append a block of trimmed, non-empty `words`; its first `skip` characters are written
        but are no part of it (a note's own number)."""
        self._write(self._between)
        span = Span(self._length + skip, self._length + len(words))
        self._write(words)
        self._between = BETWEEN_BLOCKS
        self.blocks.append(Block(kind, span, place))

    def add_heading(self, level: int, words: str, place: Place) -> None:
        """Append a heading; it stands in the last ones of smaller levels."""
        self._headings = [heading for heading in self._headings if heading[0] < level]
        section = tuple(title for _, title in self._headings)
        self._headings.append((level, " ".join(words.split())))
        self.add(BlockKind.HEADING, words, place._replace(section=section))

    def _write(self, text: str) -> None:
        self._parts.append(text)
        self._length += len(text)


def row_groups(rows: Iterable[str], longest: int = 600) -> Iterator[str]:
    """Rows of a table, a line each, in blocks of up to `longest` characters, so that a row's label
    and its numbers are quoted together."""
    group: list[str] = []
    length = 0
    for row in rows:
        if group and length + len(row) > longest:
            yield "\n".join(group)
            group, length = [], 0
        group.append(row)
        length += len(row) + 1
    if group:
        yield "\n".join(group)
