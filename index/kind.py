"""What sort of text a source is, as its title, file name and first page say."""

import re
from collections.abc import Iterator
from pathlib import PurePosixPath

# How much of a text is looked at, in characters: the title page and the first paragraphs.
OPENING = 4_000
# The title page is over at the first line of more words.
MOST_WORDS = 14

# A word that a source may call itself by, and the kind that it stands for. Words that are more
# often the subject of a source than its sort ("speech", "interview", "treaty") are left out.
KINDS = {
    word: kind
    for kind, words in {
        "article": "article articles",
        "biography": "biography biographies",
        "book": "book monograph",
        "diary": "diary diaries",
        "essay": "essay essays",
        "leaflet": "leaflet leaflets flyer",
        "letters": "letters letterbook correspondence",
        "memoir": "memoir memoirs autobiography recollections reminiscences",
        "newspaper": "newspaper gazette courier advertiser herald tribune weekly",
        "pamphlet": "pamphlet pamphlets booklet brochure tract",
        "paper": "paper",
        "report": "report reports",
        "study": "study",
        "thesis": "thesis dissertation",
    }.items()
    for word in words.split()
}
# Sold by itself, whatever else it is: a book or a pamphlet.
SEPARATE = "separate"

_WORD = re.compile(r"[^\W_]+")
_LETTER_BOOK = re.compile(r"letter[\s_-]book", re.IGNORECASE)
_OF_ITSELF = re.compile(rf"\b(?:this|the present)\s+({'|'.join(KINDS)})\b", re.IGNORECASE)
_ISBN = re.compile(r"\bISBN\b")


def find_kinds(path: str, title: str, opening: str) -> frozenset[str]:
    """The kinds that a source is of, by its own account; often none.

    `opening` is the beginning of its text: the title page is searched for a name of a kind, the
    rest for "this essay".
    """
    named = title_words(path, title, opening)
    kinds = {KINDS[word] for word in named if word in KINDS}
    kinds |= {KINDS[match[1].lower()] for match in _OF_ITSELF.finditer(opening)}
    return frozenset(kinds | ({SEPARATE} if _ISBN.search(opening) else set()))


def title_words(path: str, title: str, opening: str) -> frozenset[str]:
    """The words of file name, title and title page, in lower case."""
    name = PurePosixPath(path).stem
    return frozenset(word for line in (name, title, *_title_page(opening)) for word in _words(line))


def _title_page(opening: str) -> Iterator[str]:
    for line in opening[:OPENING].splitlines():
        if len(line.split()) > MOST_WORDS:
            return
        yield line


def _words(line: str) -> list[str]:
    return _WORD.findall(_LETTER_BOOK.sub("letterbook", line).lower())
