"""What every loader returns."""

from dataclasses import dataclass

from index.types import Block


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
