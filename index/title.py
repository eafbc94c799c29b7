"""What a source is called, as its own first page says."""

from collections import Counter
from collections.abc import Sequence

from index.structure.furniture import running_title
from index.types import Block, BlockKind


def find_title(text: str, blocks: Sequence[Block]) -> str | None:
    """The first heading, when it stands at the top: before any paragraph; else the title that the
    feet of pages repeat."""
    for block in blocks:
        if block.kind is BlockKind.HEADING:
            return block.place.section[-1]
        if block.kind not in (BlockKind.FURNITURE, BlockKind.CONTENTS):
            break
    return _running(text, blocks)


def _running(text: str, blocks: Sequence[Block]) -> str | None:
    """The title before the page number at the foot of most pages."""
    feet = (block.span.of(text) for block in blocks if block.kind is BlockKind.FURNITURE)
    titles = Counter(title for foot in feet if (title := running_title(foot)))
    return titles.most_common(1)[0][0] if titles else None
