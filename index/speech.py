"""Who says it: quoted, announced and reported speech, with the chain of those who pass it on."""

from collections.abc import Sequence

from index.types import Block, Reference, Speech


def find_speeches(
    text: str, blocks: Sequence[Block], references: Sequence[Reference], author: str | None
) -> tuple[Speech, ...]:
    """The speeches of a document, in order of their starts; the outer before the inner."""
    return ()
