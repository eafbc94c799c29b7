"""Titles, as the first page of a source names them."""

from index.structure import finish, plain_blocks
from index.title import find_title

PROSE = "It rained all day in the town, and nobody came to the house until the evening of that day."


def test_the_title_is_the_heading_at_the_top() -> None:
    text = f"The Long Rain\n\n{PROSE}"
    assert find_title(text, finish(text, plain_blocks(text)).blocks) == "The Long Rain"
    assert find_title(PROSE, finish(PROSE, plain_blocks(PROSE)).blocks) is None
