"""Copies of the same words in several places."""

import re

_WORD = re.compile(r"\w+")


def split_words(text: str) -> list[str]:
    """The words of a text, without punctuation."""
    return _WORD.findall(text)
