"""Who wrote a source, as its own first page says."""

import re
from collections.abc import Iterator, Sequence

from index.reading import heal
from index.speech.words import BODIES, PARTICLES, THINGS, TITLES, word_set
from index.types import Block, BlockKind

# The title page is over after so many blocks, or at the first longer paragraph, in words; no block
# on it has so many characters.
LONGEST_TITLE_PAGE = 12
MOST_WORDS = 14
LONGEST_LINES = 2_000
# A name that stands alone under the title may be the subject's instead: the author's last name is
# hardly mentioned in the text that follows.
MOST_MENTIONS = 3
MENTIONS_WITHIN = 20_000
# The lines of the title page that such a name may stand on.
UNDER_TITLE = slice(1, 3)

_FRONT_MATTER = re.compile(r"\ufeff?---[^\S\n]*\n(.{0,4000}?)\n---[^\S\n]*\n", re.DOTALL)
_FIELD = re.compile(r"^authors?[^\S\n]*:[^\S\n]*(\S.*)$", re.MULTILINE | re.IGNORECASE)
_BYLINE = re.compile(
    r"(?:by|written by|authors?\s*:|(?:copyright\s*)?(?:©|\(c\))\s*(?:\d{4}[\s,–-]*)*(?:by\s)?)\s*"
    r"(\S.*)",
    re.IGNORECASE,
)
_JOINED = re.compile(r"\s*(?:,?\s+(?:and|&)\s+|;\s*)")
_WORD = re.compile(r"(?:[^\W\d_]\.)+-?|[^\W\d_][^\W\d_.'’-]*(?:['’-][^\W\d_]+)*|[JS]r\.|I{1,3}")
_NO_NAME = word_set(
    """
    the a an of and or in on at to from for our my his her its with without what how why who
    part chapter section volume book one two three four five six seven eight nine ten first
    second third preface introduction foreword contents notes abstract summary conclusion
    appendix index correspondent correspondents reporter reporters editor editors staff author
    authors anonymous publisher new edition press house road street
    """
)


def find_author(text: str, blocks: Sequence[Block]) -> str | None:
    """The author that front matter, a byline or the title page names; None when none does."""
    lines = list(_title_page(text, blocks))
    return (
        _in_front_matter(text)
        or next(filter(None, map(_in_byline, lines)), None)
        or _under_title(text, lines)
    )


def _in_front_matter(text: str) -> str | None:
    matter = _FRONT_MATTER.match(text)
    field = _FIELD.search(matter[1]) if matter else None
    return field[1].strip().strip("\"'[]").strip() or None if field else None


def _title_page(text: str, blocks: Sequence[Block]) -> Iterator[str]:
    """The lines before the text: headings and short paragraphs that are no sentences."""
    for block in blocks[:LONGEST_TITLE_PAGE]:
        if block.kind in (BlockKind.FURNITURE, BlockKind.CONTENTS):
            continue
        if len(block.span) > LONGEST_LINES:
            return
        reading = heal(text, block.span, block.holes).text
        if block.kind is not BlockKind.HEADING and len(reading.split()) > MOST_WORDS:
            return
        for line in block.span.of(text).splitlines():
            yield " ".join(line.strip(" \t*_#()\ufeff").split())


def _in_byline(line: str) -> str | None:
    byline = _BYLINE.fullmatch(line)
    return _author(byline[1]) if byline else None


def _author(words: str) -> str | None:
    """One name, or several joined; what follows a comma is an office or a degree."""
    names = [_name(part.split(",")[0].rstrip(". ")) for part in _JOINED.split(words)]
    return " and ".join(filter(None, names)) if all(names) else None


def _name(words: str) -> str | None:
    """The person's name that `words` are, in title case; None when they are something else."""
    parts = words.split()
    while parts and parts[0].rstrip(".") in TITLES:
        del parts[0]
    if not 2 <= len(parts) <= 5 or not all(map(_can_be_in_name, parts)):
        return None
    if parts[-1] in BODIES | THINGS or not parts[0][0].isupper() or not parts[-1][0].isupper():
        return None
    return " ".join(map(_title_case, parts) if words.isupper() else parts)


def _can_be_in_name(word: str) -> bool:
    if word.lower() in PARTICLES:
        return True
    return bool(_WORD.fullmatch(word)) and word[0].isupper() and word.lower() not in _NO_NAME


def _title_case(word: str) -> str:
    """ "O'NEIL-SMITH" as "O'Neil-Smith"; initials stay."""
    return "".join(part.capitalize() for part in re.split(r"(['’.-])", word))


def _under_title(text: str, lines: Sequence[str]) -> str | None:
    """A name on a line of its own right under the title."""
    for line in lines[UNDER_TITLE]:
        if name := author_alone(text, line):
            return name
    return None


def author_alone(text: str, line: str) -> str | None:
    """The author's name where a line on the title page is nothing else."""
    name = _name(line)
    return name if name and _is_unusual(text, name) else None


def _is_unusual(text: str, name: str) -> bool:
    """Whether no word of a name is a common word of the text, and the text is not about it."""
    beginning = text[:MENTIONS_WITHIN]
    words = [word for word in name.split() if word.lower() not in PARTICLES]
    common = any(re.search(rf"\b{re.escape(word.lower())}\b", beginning) for word in words)
    mentions = len(re.findall(rf"\b{re.escape(words[-1])}\b", beginning, re.IGNORECASE))
    return not common and mentions <= MOST_MENTIONS
