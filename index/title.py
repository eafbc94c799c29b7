"""Who wrote a source and what it is called, as its own first page says."""

from collections.abc import Sequence

from index.types import Block, BlockKind


def find_title(text: str, blocks: Sequence[Block]) -> str | None:
    """The first heading, when it stands at the top: before any paragraph."""
    for block in blocks:
        if block.kind is BlockKind.HEADING:
            return block.place.section[-1]
        if block.kind is BlockKind.PARAGRAPH:
            return None
    return None


def find_author(text: str, blocks: Sequence[Block]) -> str | None:
    """The author that a byline or the title page names."""
    return None
