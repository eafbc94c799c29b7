"""How two witnesses of the same passage differ, word by word, and whether it changes the sense."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import StrEnum
from functools import lru_cache
from itertools import takewhile
from typing import NamedTuple

from index.types import Span

# A number with its separators, a word with its apostrophes, or a sign that counts or weighs.
_TOKEN = re.compile(r"\d+(?:[.,]\d+)*|[^\W\d_]+(?:['’][^\W\d_]+)*|[%‰°$£€]")
_THOUSANDS = re.compile(r",(?=\d{3}(?!\d))")
# Between two words: the end of a sentence, and white space somewhere behind it.
_STOP = re.compile(r"[.!?…:]")
_SPACE = re.compile(r"\s")

_NEGATION = re.compile(
    "not|no|never|none|nobody|nothing|nowhere|neither|nor|without|cannot|hardly|scarcely|"
    "barely|.*n't"
)
_LIMIT = re.compile(
    "but|except|excepting|only|merely|solely|unless|until|however|although|though|if|alone|"
    "almost|nearly|instead|rather|all|some|most|few|any|every|always|often|sometimes|seldom|"
    "may|might|could|should|would|must|before|after|against"
)
_NUMBER = re.compile(
    "zero|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|thirteen|fourteen|"
    "fifteen|sixteen|seventeen|eighteen|nineteen|twenty|thirty|forty|fifty|sixty|seventy|"
    "eighty|ninety|hundreds?|thousands?|millions?|billions?|dozens?|half|first|second|third|"
    "quarter|once|twice"
)


class Sense(StrEnum):
    """What kind of word it is that a difference loses, adds or changes."""

    NUMBER = "a number"
    NEGATION = "a negation"
    NAME = "a name"
    LIMIT = "a word that limits"


@dataclass(frozen=True, slots=True)
class Difference:
    """Words of one text in the place of words of another; one of the two may be none.

    `ours` and `theirs` are the character ranges in the two texts, None where there are no words.
    `senses` are the kinds of words, other on the two sides, that change the sense.
    """

    ours: Span | None
    theirs: Span | None
    our_words: str
    their_words: str
    senses: tuple[Sense, ...]

    @property
    def kind(self) -> str:
        """Seen from ours: “lost”, “added” or “changed”."""
        if self.ours is None:
            return "lost"
        return "added" if self.theirs is None else "changed"


class _Token(NamedTuple):
    """A word; `key` is what must be equal for two to be the same. `begins`: a sentence."""

    word: str
    key: str
    start: int
    end: int
    begins: bool

    @property
    def span(self) -> Span:
        return Span(self.start, self.end)

    @property
    def sense(self) -> tuple[Sense, str] | None:
        """What kind of word it is, if of one that matters, and what of it matters."""
        if _NUMBER.fullmatch(self.key) or not self.key[0].isalpha():
            return Sense.NUMBER, self.key
        if _NEGATION.fullmatch(self.key):
            return Sense.NEGATION, "not" if self.key.endswith(("not", "n't")) else self.key
        if _LIMIT.fullmatch(self.key):
            return Sense.LIMIT, self.key
        if self.word[0].isupper() and self.word != "I" and not self.begins:
            # British and American spelling alike: “Organisation” and “Organization”.
            return Sense.NAME, self.key.replace("z", "s")
        return None


class _Gap(NamedTuple):
    """What stands between two words that match: token ranges in either text."""

    start: int
    end: int
    their_start: int
    their_end: int


def differences(ours: str, theirs: str, within: Span | None = None) -> tuple[Difference, ...]:
    """How the words of two readings differ: all of them, or those `within` a range of ours.

    Give more of both texts than the sentence that matters, a sentence a line, and the sentence as
    `within`: where they only split sentences in other places, its words are found beyond its end.
    Case, the style of marks and dashes, hyphens and white space make no difference. Meant for
    sentences and paragraphs: time grows with the product of the lengths, or worse.
    """
    first, second = _tokens(ours), _tokens(theirs)
    found: list[Difference] = []
    for gap in _gaps(first, second):
        mine: Sequence[_Token] = first[gap.start : gap.end]
        other: Sequence[_Token] = second[gap.their_start : gap.their_end]
        if within is not None:
            mine, other = _inside(gap, first, second, within)
        if _letters(mine) != _letters(other):
            found.append(_difference(ours, mine, theirs, other))
    return tuple(found)


def change_sense(found: Iterable[Difference]) -> bool:
    """Whether any of the differences changes the sense."""
    return any(difference.senses for difference in found)


# One text is compared with each of its witnesses.
@lru_cache(maxsize=64)
def _tokens(text: str) -> tuple[_Token, ...]:
    tokens: list[_Token] = []
    for match in _TOKEN.finditer(text):
        word = match[0]
        key = _THOUSANDS.sub("", word.casefold().replace("’", "'"))
        begins = not tokens or _begins(tokens[-1], text[tokens[-1].end : match.start()])
        tokens.append(_Token(word, key, *match.span(), begins))
    return tuple(tokens)


def _begins(before: _Token, between: str) -> bool:
    """Whether a sentence begins after a word and what follows it; not after an initial.

    A line break begins one: there is none within a sentence of a reading text.
    """
    initial = len(before.word) == 1 and before.word.isupper()
    stop = _STOP.search(between)
    stopped = stop is not None and _SPACE.search(between, stop.end()) is not None
    return "\n" in between or (stopped and not initial)


def _gaps(first: Sequence[_Token], second: Sequence[_Token]) -> Iterator[_Gap]:
    """What lies between the words that match: long runs first (Ratcliff & Obershelp, as difflib
    has it), so that a word of theirs elsewhere does not tear a run apart."""
    keys, others = [token.key for token in first], [token.key for token in second]
    start = there = 0
    for block in SequenceMatcher(None, keys, others, autojunk=False).get_matching_blocks():
        if block.a > start or block.b > there:
            yield _Gap(start, block.a, there, block.b)
        start, there = block.a + block.size, block.b + block.size


def _inside(
    gap: _Gap, first: Sequence[_Token], second: Sequence[_Token], within: Span
) -> tuple[Sequence[_Token], Sequence[_Token]]:
    """The part of a gap that belongs to a range of ours.

    Words of theirs at the edge of the range belong to it as far as the sentence goes that they
    share with a word of it.
    """
    mine = [token for token in first[gap.start : gap.end] if token.span.overlaps(within)]
    other = second[gap.their_start : gap.their_end]
    before = gap.start > 0 and first[gap.start - 1].span.overlaps(within)
    after = gap.end < len(first) and first[gap.end].span.overlaps(within)
    if before and after:
        return mine, other
    if before:
        return mine, list(takewhile(lambda token: not token.begins, other))
    if after:
        return mine, _opening([*other, second[gap.their_end]])
    return mine, []


def _opening(tokens: Sequence[_Token]) -> Sequence[_Token]:
    """The words before the last one in its sentence."""
    begins = [number for number, token in enumerate(tokens) if token.begins]
    return tokens[begins[-1] if begins else 0 : -1]


def _letters(tokens: Iterable[_Token]) -> str:
    """The words without what parts them, but for numbers: “co-op” is “coop”, 1 2 is not 12."""
    return "".join(
        token.key.replace("'", "") if token.key[0].isalpha() else f" {token.key} "
        for token in tokens
    )


def _difference(
    ours: str, mine: Sequence[_Token], theirs: str, other: Sequence[_Token]
) -> Difference:
    here, there = _whole(mine), _whole(other)
    return Difference(
        here,
        there,
        here.of(ours) if here else "",
        there.of(theirs) if there else "",
        _senses(mine, other),
    )


def _whole(tokens: Sequence[_Token]) -> Span | None:
    return Span(tokens[0].start, tokens[-1].end) if tokens else None


def _senses(mine: Iterable[_Token], other: Iterable[_Token]) -> tuple[Sense, ...]:
    """The kinds of words that matter and are not the same on both sides."""
    here = Counter(token.sense for token in mine)
    there = Counter(token.sense for token in other)
    changed = {sense[0] for sense in {*(here - there), *(there - here)} if sense}
    return tuple(sense for sense in Sense if sense in changed)
