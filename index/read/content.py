"""What every loader returns, and the form in which it travels between processes."""

import json
from dataclasses import dataclass
from typing import Any

from index.types import Block, BlockKind, Place, Span


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


def to_json(content: Content) -> str:
    """The content as JSON; a block is [kind, start, end, place, [[start, end] of each hole]]."""
    blocks = [
        [
            block.kind,
            block.span.start,
            block.span.end,
            block.place,
            [[hole.start, hole.end] for hole in block.holes],
        ]
        for block in content.blocks
    ]
    return json.dumps([content.text, content.encoding, blocks, content.title, content.author])


def from_json(line: str | bytes) -> Content:
    """The content that `to_json` wrote; ValueError for anything else."""
    try:
        text, encoding, blocks, title, author = json.loads(line)
        return Content(text, encoding, tuple(_block(*block) for block in blocks), title, author)
    except TypeError as error:
        raise ValueError(f"not the content of a file: {error}") from error


def _block(kind: str, start: int, end: int, place: list[Any], holes: list[list[int]]) -> Block:
    section, paragraph, page, note, line, sheet, cites = place
    return Block(
        BlockKind(kind),
        Span(start, end),
        Place(tuple(section), paragraph, page, note, line, sheet, tuple(cites)),
        tuple(Span(*hole) for hole in holes),
    )
