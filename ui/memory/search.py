"""Which words a search finds, whatever their case."""

from collections.abc import Iterable
from unicodedata import normalize


def searchable(texts: Iterable[str]) -> str:
    """Texts as they are searched.

    No full-text index: one would keep words of what was deleted, and take a search for a formula.
    """
    return "\n".join(map(_folded, texts))


def sought(search: str) -> list[str]:
    """The words of a search; each has to stand somewhere, if only as a part of a word."""
    return [folded for word in search.split() if (folded := _folded(word))]


def _folded(text: str) -> str:
    """A text without what differs between cases and between ways to write the same: caseless
    matching as Unicode 3.13 has it, but in composed form. Without NUL, where SQLite's JSON ends."""
    return normalize("NFKC", normalize("NFKC", text).casefold()).replace("\0", "")
