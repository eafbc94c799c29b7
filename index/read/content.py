"""What every loader returns."""

from dataclasses import dataclass

from index.types import Block


@dataclass(frozen=True, slots=True)
class Content:
    """Canonical text, how its bytes were decoded, and its blocks in order."""

    text: str
    encoding: str
    blocks: tuple[Block, ...]
