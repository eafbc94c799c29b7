"""What every loader returns, and the form in which it travels between processes."""

from dataclasses import dataclass
from typing import Any, Final

from index.types import Block, BlockKind, Place, Span

# What a process that reads a file answers with: the content, or why there is none.
FOUND: Final = "found"
REFUSED: Final = "refused"


@dataclass(frozen=True, slots=True)
class Content:
    """Canonical text, how its bytes were decoded, and its raw blocks in order.

    Raw blocks carry what the format itself knows: kinds, headings, pages. `index.structure` adds
    the rest. `title` and `author` are the format's metadata, if it has any.
    """

    text: str
    encoding: str
    blocks: tuple[Block, ...]
    title: str | None = None
    author: str | None = None

    def pack(self) -> list[object]:
        """The content as JSON can hold it; a block is [kind, start, end, place, its holes]."""
        blocks = [
            [
                block.kind,
                block.span.start,
                block.span.end,
                block.place,
                [[hole.start, hole.end] for hole in block.holes],
            ]
            for block in self.blocks
        ]
        return [self.text, self.encoding, blocks, self.title, self.author]


def unpack(packed: list[Any]) -> Content:
    """The content that `Content.pack` packed; TypeError or ValueError for anything else."""
    text, encoding, blocks, title, author = packed
    content = Content(text, encoding, tuple(_block(*block) for block in blocks), title, author)
    if any(block.span.end > len(text) for block in content.blocks):
        raise ValueError("a block lies outside of the text")
    return content


def _block(kind: str, start: int, end: int, place: list[Any], holes: list[list[int]]) -> Block:
    section, paragraph, page, note, line, sheet, cites, *finished = place
    return Block(
        BlockKind(kind),
        Span(start, end),
        Place(tuple(section), paragraph, page, note, line, sheet, tuple(cites), *finished),
        tuple(Span(*hole) for hole in holes),
    )
