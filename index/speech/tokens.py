"""Reading text as tokens, with each quotation one token, and as sentences of tokens."""

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple

from index.speech.marks import Quotation
from index.speech.words import ABBREVIATIONS, VERBS

_TOKEN = re.compile(
    r"""
      (?:[A-Z][a-z]?\.-?){1,5}(?=\s?[A-Z][^\W\d_])  # initials of a name
    | [^\W\d_]+(?:['’‐-][^\W\d_]+)*                 # a word
    | \d+(?:[.,:–-]\d+)*
    | \.{2,} | -{2,} | ([^\w\s])\1{4,}
    | \S
    """,
    re.VERBOSE,
)
_ENDS = frozenset(".!?…")
_OPENING = frozenset("([")
_CLOSING = frozenset(")]’”'\"»")
# In tokens; a table or a text without full stops is cut, so that rules that look over a whole
# sentence take linear time.
LONGEST_SENTENCE = 200
# In tokens; a longer one is not looked back over.
LONGEST_PARENTHESIS = 60
_POSSESSIVE = re.compile(r"['’]s$")


class Token(NamedTuple):
    """A word, number, mark or whole quotation of a reading text, `text[start:end]`."""

    text: str
    start: int
    end: int
    quotation: Quotation | None = None

    @property
    def lower(self) -> str:
        return self.text.lower()

    @property
    def bare(self) -> str:
        """The word without a possessive ending."""
        return _POSSESSIVE.sub("", self.text)

    @property
    def is_possessive(self) -> bool:
        return len(self.bare) < len(self.text)

    @property
    def is_word(self) -> bool:
        return self.text[0].isalpha()

    @property
    def is_capital(self) -> bool:
        return self.text[0].isupper()

    @property
    def is_initials(self) -> bool:
        return self.is_capital and self.text[-1] in ".-"


Sentence = Sequence[Token]


def sentences(
    text: str, start: int, end: int, quotations: Sequence[Quotation]
) -> Iterator[list[Token]]:
    """The sentences of `text[start:end]`, whose outermost quotations are given in order."""
    tokens = list(_tokens(text, start, end, quotations))
    first = 0
    for number in range(len(tokens) - 1):
        too_long = number - first >= LONGEST_SENTENCE
        if too_long or _ends_sentence(text, tokens, first, number):
            yield tokens[first : number + 1]
            first = number + 1
    if tokens:
        yield tokens[first:]


def _tokens(text: str, start: int, end: int, quotations: Sequence[Quotation]) -> Iterator[Token]:
    for quotation in quotations:
        yield from _plain(text, start, quotation.start)
        yield Token("“", quotation.start, quotation.end, quotation)
        start = quotation.end
    yield from _plain(text, start, end)


def _plain(text: str, start: int, end: int) -> Iterator[Token]:
    for match in _TOKEN.finditer(text, start, end):
        yield Token(match[0], match.start(), match.end())


def _ends_sentence(text: str, tokens: Sequence[Token], first: int, number: int) -> bool:
    """Whether the sentence that starts at `first` ends with the token at `number`."""
    token, following = tokens[number], tokens[number + 1]
    if following.text in _CLOSING or following.text[0] in _ENDS:
        return False
    if token.quotation:
        return _finished(text, token) and _opens(following) and not _is_said(tokens, number + 1)
    if token.text in _CLOSING:
        return _opens(following) and _closes_sentence(text, tokens, first, number)
    if token.text[0] not in _ENDS or following.start == token.end:
        return False
    before = tokens[number - 1] if number > first else None
    abbreviated = token.text == "." and before and before.end == token.start and _short(before)
    return _opens(following) and not abbreviated


def _finished(text: str, token: Token) -> bool:
    return token.quotation is not None and token.quotation.is_finished(text)


def _short(word: Token) -> bool:
    """Whether a word before a full stop is an abbreviation or an initial."""
    return word.lower in ABBREVIATIONS or (len(word.text) == 1 and word.is_capital)


def _opens(token: Token) -> bool:
    """Whether a sentence can begin here."""
    return bool(token.quotation) or not (token.text[0].islower() or token.text[0] in ",;:)]")


def _is_said(tokens: Sequence[Token], number: int) -> bool:
    """Whether "X said." or a source in parentheses follows a quotation."""
    if tokens[number].text == "(":
        return True
    ahead = tokens[number : number + 5]
    return any(
        verb.text in VERBS and (after.text in ".,:;" or after.text.endswith("ly"))
        for verb, after in pairwise(ahead)
    )


def _closes_sentence(text: str, tokens: Sequence[Token], first: int, number: int) -> bool:
    """Whether a closing bracket ends a sentence: a full stop stands inside, or before the whole."""
    if tokens[number - 1].text[0] in _ENDS or tokens[first].text in _OPENING:
        return True
    for at in range(number, max(first, number - LONGEST_PARENTHESIS), -1):
        if tokens[at].text in _OPENING:
            return _finished(text, tokens[at - 1])
    return False
