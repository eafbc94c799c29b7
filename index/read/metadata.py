"""Title and author as a file's metadata name them, unless a program put them there."""

import re
from collections.abc import Sequence

_NO_TITLE = re.compile(
    r"(?:untitled|unknown|no ?title|title|document|dokument|presentation)\s*\d*$|"
    r"microsoft (?:word|powerpoint|excel)\b|[^/\\]*\.(?:docx?|rtf|odt|pdf|indd|tex|dvi|html?|qxd)$",
    re.IGNORECASE,
)
_NO_AUTHOR = re.compile(
    r"(?:unknown|anonymous|author|user|admin(?:istrator)?|owner|default|none)\W*\d*$|"
    r"(?:microsoft|adobe|openoffice|libreoffice|calibre|pandoc|latex)\b",
    re.IGNORECASE,
)
_SITE = re.compile(r"://|\b[\w-]+\.[a-z]{2,4}\b|@")


def title_of(name: str | None) -> str | None:
    """The title, unless it is empty, a file name, a number or what a program writes for none."""
    title = " ".join((name or "").split())
    return title if _has_word(title) and not _NO_TITLE.match(title) else None


def author_of(name: str | None, makers: Sequence[str] = ()) -> str | None:
    """The author, unless it names no one, a site or the `makers`, the programs that wrote it."""
    author = " ".join((name or "").split())
    if not _has_word(author) or _NO_AUTHOR.match(author) or _SITE.search(author):
        return None
    brand = author.split()[0].casefold()
    return None if any(brand in maker.casefold().split() for maker in makers) else author


def _has_word(name: str) -> bool:
    return bool(re.search(r"[^\W\d_]{2}", name))
