"""References in parentheses: “(Smith, Winter 126; Jones 2001, p. 12)”, “(13-14)”."""

import re
from collections.abc import Iterator, Sequence

from index.types import Block, BlockKind, Reference, Span

_REFERRING = frozenset({BlockKind.PARAGRAPH, BlockKind.ITEM, BlockKind.QUOTATION, BlockKind.TABLE})

# A parenthesis, with others or brackets in it one level deep.
_PARENTHESIS = re.compile(r"\(((?:[^()]|\([^()]{0,100}\)){1,400})\)")

_NUMBER = (
    r"(?:\d{1,4}(?:\s?[-–—]\s?\d{1,4})?(?:f{1,2}\.?)?|[ivxlc]{1,7}(?:\s?[-–—]\s?[ivxlc]{1,7})?)"
)
_NUMBERS = re.compile(rf"{_NUMBER}(?:,?\s{{1,3}}(?:and|&|passim|,)?\s{{0,3}}{_NUMBER}){{0,9}}\.?$")
_YEARS = re.compile(r"(?:1\d|20)\d\d(?:\s?[-–—]\s?(?:(?:1\d|20)\d\d|\d\d))?$")
_SIGNAL = re.compile(
    r"(?:see|cf\.?|(?:quoted|cited) (?:in|by|from)|also|ibid\.?|op\. cit\.)(?=[\s,;.]|$)",
    re.IGNORECASE,
)
# A part of the document itself.
_OWN_PART = re.compile(
    r"(?:fig(?:ure)?s?|tables?|plates?|maps?|charts?|diagrams?)\.?\s\d", re.IGNORECASE
)
_PINPOINT = re.compile(
    r"\b(?:pp?|nn?|vols?|ch|chap|art|sec|fol|nos?|fig|para)\.\s?\d|\bch(?:apter)?\s\d|\bpassim\b|[§¶]\s?\d",
    re.IGNORECASE,
)
_NAME = r"[A-Z][\w'’.-]*"
_NAMED = re.compile(rf"(?:{_NAME}|[\"“‘'*])")
# "Smith 12", "Smith, Winter 12-13", "“Winter” 12": names or a title, then a number.
_NAMED_NUMBER = re.compile(r"[^\d].*?[\w\"”’'*.],?\s(?P<number>\d{1,4}(?:\s?[-–]\s?\d{1,4})?)$")
_CALENDAR = frozenset(
    [
        *("January", "February", "March", "April", "May", "June", "July", "August", "September"),
        *("October", "November", "December", "Spring", "Summer", "Autumn", "Fall", "Winter"),
        *("and", "to", "early", "late", "century"),
    ]
)
_MARKED = re.compile(r"[,\"“‘*]")
_SMALL_WORD = re.compile(r"(?<![\w'’\"“.-])[a-z]{2,}\b(?!\.)")
_JOINING = re.compile(
    r"and|et|al|in|of|the|see|also|by|from|on|to|for|de|la|le|les|du|des|von|van|der|den|di|da|y|und"
    r"|emphasis|added|quoted|cited|passim|ibid|cf|notes?|citing|trans|eds?|vol|ch"
)

_SENTENCE_END_BEFORE = re.compile(r"(?<!\b[A-Z])[.!?…][\"'”’»)\]*]*\s+$")
_SENTENCE_END_AFTER = re.compile(r"[.;]?\s*$|[.;]\s")
_TITLE_BEFORE = re.compile(r"[*_]\s*$")
_LONGEST_PART = 8


def find_sources(text: str, blocks: Sequence[Block]) -> Iterator[Reference]:
    """The references in parentheses of a document; each is its own note."""
    for block in blocks:
        if block.kind not in _REFERRING:
            continue
        for match in _PARENTHESIS.finditer(text, block.span.start, block.span.end):
            span = Span(*match.span())
            before = text[max(block.span.start, span.start - 40) : span.start]
            after = text[span.end : min(block.span.end, span.end + 3)]
            if before and names_source(match[1], before, after):
                yield Reference(span, "", (span,))


def names_source(inner: str, before: str, after: str) -> bool:
    """Whether the words of a parenthesis name a source; `before` and `after` are its neighbours.

    Signals, pinpoints and “Name, Title 12” count anywhere; a bare name or number only where a
    sentence ends.
    """
    words = " ".join(inner.split())
    parts = [part.strip() for part in words.split(";")]
    if _NUMBERS.match(words):
        return not _YEARS.match(words) and _is_final(before, after)
    final = _is_final(before, after)
    signal = _SIGNAL.match(parts[0])
    first = parts[0][signal.end() :].lstrip(" ,.") if signal else parts[0]
    if not first or _OWN_PART.match(first) or _is_prose(first):
        return False
    if signal:
        return bool(_NAMED.match(first) or _PINPOINT.search(first))
    if any(_is_exact(part, final=final) for part in parts):
        # “*Title* (Place, 1989)” says where a book came out.
        return not (len(parts) == 1 and _YEARS.search(words) and _TITLE_BEFORE.search(before))
    return bool(_SENTENCE_END_BEFORE.search(before)) and all(map(_is_name, parts[:1]))


def _is_final(before: str, after: str) -> bool:
    """Whether a sentence ends right before a parenthesis, or with it."""
    return bool(_SENTENCE_END_BEFORE.search(before) or _SENTENCE_END_AFTER.match(after))


def _is_prose(words: str) -> bool:
    """Whether there are words in it that are neither names nor the small change of references."""
    small = [word for word in _SMALL_WORD.findall(words) if not _JOINING.fullmatch(word)]
    return len(small) > 1 or words.split(maxsplit=1)[0] in small


def _is_exact(part: str, *, final: bool) -> bool:
    """Whether a part names a source and a place in it, or a name and a year; “HPV 2” and “Box 2” do
    so only at the end of a sentence."""
    if _PINPOINT.match(part):
        return True
    if _is_dated(part) or not _NAMED.match(part):
        return False
    if _PINPOINT.search(part):
        return True
    match = _NAMED_NUMBER.match(part) if len(part) <= 120 else None
    if match is None:
        return False
    if _YEARS.match(match["number"]):
        return len(part.split()) <= 5
    return final or (not part.split(maxsplit=1)[0].isupper() and bool(_MARKED.search(part)))


def _is_name(part: str) -> bool:
    return bool(_NAMED.match(part)) and len(part.split()) <= _LONGEST_PART and not _is_dated(part)


def _is_dated(part: str) -> bool:
    """Whether a part is a date and nothing else."""
    words = re.findall(r"\w+", part)
    return all(word.isdecimal() or word in _CALENDAR for word in words)
