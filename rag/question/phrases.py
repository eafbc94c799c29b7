"""The noun phrases of a question and what pronoun may stand for each, without a tagger.

Words of the closed classes (`words`) bound the phrases; what is left is cut where a verb must be:
after the subject of an auxiliary, or at a known verb.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import Flag, auto

from rag.question.words import (
    ADJECTIVES,
    BARE_VERBS,
    BES,
    DETERMINERS,
    FUNCTION,
    HAVES,
    INFLECTED,
    NO_PERSON_NAMES,
    RELATIONAL,
    SUPPORTS,
    TITLES,
    VERBS,
    is_person,
    is_plural,
)

_TOKEN = re.compile(
    r"(?P<word>\d[\d,.]*\d|(?:[A-Z]\.)+(?=\s)|\w+n['’]t\b|\w+(?:[-&.]\w+)*)|['’]s?\b|\S"
)
_NO_NOUN = re.compile(r"\wly$|\w\w(?:est|ier)$")
_NOUNS = re.compile(
    r"(?:for|w|inter|gu|pri|t|requ|prot|harv|ch|qu|arr|cont|conqu|cr|n|p|v|inqu|beh|r)est$"
    r"|(?:bull|sold|cour|front|carr|cash|pre?m|bar|glac)ier$|(?:fami|al|assemb|bul|jel|bel)ly$"
)
_PARTICIPLE = re.compile(r"\w{2,}(?<!e)(?:ed|ing)$")
_NOT = {"can't": "can", "can’t": "can", "won't": "will", "won’t": "will"}
_BEGINNING = re.compile(r"(?:^|[.?!]\s{1,3})[\"“‘']?$")
_NAME_GOES_ON = re.compile(r"['’]s\b|\s+[A-Z]\w|\W*$")
_POSSESSIVES = {"'", "'s", "’", "’s"}
_BEFORE_VERBS = {"be", "not", "ever", "never", "still", "also"}
# After them comes a verb: "who built", "to see", "how do I save".
_VERB_FOLLOWS = {"", "what", "which", "who", "that", "it", "he", "she"}
_SUBJECTS = {"who", "to", "i", "we", "you", "he", "she", "it", "they", "not", "please"}
PLACE_PREPOSITIONS = {"in", "at", "near", "to", "from", "around", "into", "outside", "inside"}


class Kind(Flag):
    """What a phrase may be, as far as pronouns care; several where that is open."""

    PERSON = auto()
    THING = auto()
    PLURAL = auto()
    PLACE = auto()


@dataclass(frozen=True, slots=True)
class Token:
    """A word or mark of a question and where it stands.

    `word` is false for marks, `capital` for a capital that only begins a sentence.
    """

    text: str
    start: int
    end: int
    word: bool
    capital: bool

    @property
    def low(self) -> str:
        """In lower case, without "not": "did" for "Didn't"."""
        low = self.text.lower()
        return _NOT.get(low[-5:], low[:-3]) if low.endswith(("n't", "n’t")) else low


@dataclass(frozen=True, slots=True)
class Phrase:
    """A noun phrase: its words, where they stand, and the function word before it ("" if none)."""

    text: str
    start: int
    end: int
    kind: Kind
    named: bool
    before: str = ""

    @property
    def head(self) -> str:
        """The last word before "of", in lower case."""
        return re.split(r"\s+of\s+", self.text.lower())[0].rpartition(" ")[2]

    @property
    def bare(self) -> str:
        """The words without an article or the like in front."""
        first, _, others = self.text.partition(" ")
        return others if others and first.lower() in DETERMINERS else self.text


def tokens(text: str) -> list[Token]:
    """The words and marks of a text."""
    return [
        Token(found[0], found.start(), found.end(), bool(found["word"]), _is_capital(text, found))
        for found in _TOKEN.finditer(text)
    ]


def _is_capital(text: str, found: re.Match[str]) -> bool:
    """Whether a capital may be that of a name: "Harbin" and "Anna Reed" may, "Apart from" not."""
    if not found[0][0].isupper():
        return False
    if not _BEGINNING.search(text[max(0, found.start() - 4) : found.start()]):
        return True
    return found[0][1:].isupper() or bool(_NAME_GOES_ON.match(text, found.end()))


def phrases(text: str) -> list[Phrase]:
    """The noun phrases of a question in order; "A of B" comes as a whole, then as B.

    "A's B" comes as A and then as a whole.
    """
    parts = (part for run in _runs(tokens(text)) for part in _parts(*run))
    found = [phrase for part in parts if (phrase := _phrase(text, *part))]
    owners = [owner for phrase in found if (owner := _owner(text, phrase))]
    return sorted([*_with_of(text, found), *owners], key=lambda each: (each.start, each.end))


def _owner(text: str, phrase: Phrase) -> Phrase | None:
    """Whose something is: "the pilot" of "the pilot's coat"."""
    found = re.match(r"(.+?)['’]s?\s", phrase.text)
    before = "of" if phrase.head in RELATIONAL else ""
    return _phrase(text, before, tokens_at(found[1], phrase.start)) if found else None


def tokens_at(text: str, start: int) -> list[Token]:
    """The tokens of a part of a text that begins at `start`."""
    return [
        replace(token, start=token.start + start, end=token.end + start) for token in tokens(text)
    ]


def _runs(all_tokens: list[Token]) -> Iterator[tuple[str, list[Token], Token | None]]:
    """The runs of words between function words, with the function words before and after."""
    before, run = "", list[Token]()
    for at, token in enumerate(all_tokens):
        if _is_inner(token, at, all_tokens, run):
            run.append(token)
            continue
        yield before, run, token
        if any(each.low not in DETERMINERS for each in run) and token.low != "and":
            before = ""
        run = [token] if token.low in DETERMINERS else []
        named = at > 0 and all_tokens[at - 1].low in {"what", "who"} and token.low in BES
        going_on = run or (token.low == "and" and before in SUPPORTS)
        before = before if going_on else "about" if named else token.low
    yield before, run, None


def _is_inner(token: Token, at: int, all_tokens: list[Token], run: list[Token]) -> bool:
    """Whether a token goes on with a run or begins one."""
    if token.low in _POSSESSIVES:
        return bool(run)
    if not token.word or _is_adverb(token):
        return False
    if at == 0 or all_tokens[at - 1].text in {".", "?", "!"}:  # "Tell me": no name
        return token.low not in FUNCTION | VERBS
    return (token.capital and token.low != "i") or token.low not in FUNCTION


def _parts(before: str, run: list[Token], after: Token | None) -> Iterator[tuple[str, list[Token]]]:
    """The noun phrases of one run: its subject if an auxiliary is before it, cut at its verbs."""
    if run and run[-1].low in _POSSESSIVES:
        run = run[:-1]
    if run and _opens_with_verb(before, run[0]):
        run, before = run[1:], ""
    while run:
        cut = _cut(before, run, after)
        yield before, run[:cut]
        run = run[cut + 1 :]
        before = ""


def _opens_with_verb(before: str, first: Token) -> bool:
    """Whether a run opens with what its subject does: "who built", "what caused"."""
    if before in _SUBJECTS:
        return not first.capital and first.low not in DETERMINERS
    return before in {"what", "which"} and first.low in INFLECTED


def _cut(before: str, run: list[Token], after: Token | None) -> int:
    """Where a run's first noun phrase ends."""
    first = 1 if run[0].low in DETERMINERS else 0
    verb = next((at for at in range(first + 1, len(run)) if _is_verb(before, run, at)), len(run))
    if verb < len(run):
        return verb
    if before in SUPPORTS and len(run) > first + 1 and not _goes_on(after):
        return len(run) - 1
    if before in BES | HAVES and len(run) > first + 1:
        last = run[-1]
        said = _PARTICIPLE.match(last.low) or last.low in ADJECTIVES | INFLECTED
        return len(run) - 1 if said and not last.capital else len(run)
    return len(run)


def _is_adverb(token: Token) -> bool:
    low = token.low
    return low.endswith("ly") and not token.capital and not _NOUNS.search(low) and len(low) > 4


def _is_verb(before: str, run: list[Token], at: int) -> bool:
    """Whether the word at `at` ends a phrase, as a verb does."""
    token, last = run[at], run[at - 1].low
    definite = run[0].low in DETERMINERS
    if token.capital or last in _POSSESSIVES or (definite and at < 2) or last.endswith("ly"):
        return False
    if token.low in BARE_VERBS:
        return before in SUPPORTS or (not definite and is_plural(last) and before != "about")
    if token.low in INFLECTED and token.low.endswith(("s", "ing")):
        return not definite and before in _VERB_FOLLOWS | ({*BES, *HAVES} - {"are", "have"})
    if token.low in INFLECTED:
        return True
    return at + 1 < len(run) and bool(re.match(r"\w{3,}ed$", token.low))


def _goes_on(after: Token | None) -> bool:
    """Whether the verb is still to come: "could the men be", "did the men ever"."""
    return after is not None and after.low in SUPPORTS | BES | HAVES | _BEFORE_VERBS


def _phrase(text: str, before: str, run: list[Token]) -> Phrase | None:
    words = [token for token in run if token.word and token.low not in DETERMINERS]
    if not words or not _is_noun(words[-1]) or (len(words) == 1 and _is_said(before, run)):
        return None
    if (
        len(run) == 1
        and run[0].low.endswith("ing")
        and re.match(r"\s+(?:an?|the|my|your)\s", text[run[0].end :])
    ):
        return None  # "about buying a house"
    start, end = run[0].start, run[-1].end
    kind, named = _kind(words, run, before)
    return Phrase(text[start:end], start, end, kind, named, before)


def _is_noun(word: Token) -> bool:
    if word.capital:
        return True
    if _NO_NOUN.search(word.low) and not _NOUNS.search(word.low):
        return False
    return word.low not in ADJECTIVES and not word.text.isdigit()


def _is_said(before: str, run: list[Token]) -> bool:
    """Whether a single word is what is said of something: "were arrested", "how big"."""
    word = run[0]
    participle = bool(_PARTICIPLE.match(word.low)) or word.low in INFLECTED
    said = before in BES | HAVES or not word.low.endswith("ing")
    return len(run) == 1 and not word.capital and (before == "how" or (said and participle))


def _kind(words: list[Token], run: list[Token], before: str) -> tuple[Kind, bool]:
    """What a phrase may be, and whether it is a name."""
    if not words[-1].capital:
        return _common(words[-1].low, before), False
    lower = [word for word in words if not word.capital]
    if lower:  # "the pilot Harbin", "the barque Corvane"
        return _common(lower[-1].low, before), True
    return _proper(words, run, before), True


def _common(noun: str, before: str) -> Kind:
    person = is_person(noun)
    kind = Kind.PERSON if person else Kind.THING
    if not person and before in PLACE_PREPOSITIONS:
        kind |= Kind.PLACE
    return kind | Kind.PLURAL if is_plural(noun) else kind


def _proper(words: list[Token], run: list[Token], before: str) -> Kind:
    lows = [word.low for word in words]
    definite = run[0].low == "the"
    if lows[0].rstrip(".") in TITLES and len(lows) > 1:
        return Kind.PERSON
    if definite and is_plural(lows[-1]):
        return Kind.PLURAL | Kind.THING
    if definite and re.match(r"\w+(?:ish|ese|ench|utch)$", lows[-1]):
        return Kind.PLURAL | Kind.PERSON
    place = Kind.PLACE if before in PLACE_PREPOSITIONS else Kind.THING
    impersonal = any(NO_PERSON_NAMES.match(low) for low in lows) or words[-1].text.isupper()
    if definite or impersonal or before in PLACE_PREPOSITIONS - {"to", "from"}:
        return Kind.THING | place
    return Kind.PERSON | Kind.THING | place


def _with_of(text: str, found: list[Phrase]) -> Iterator[Phrase]:
    """The phrases, those joined by "of" (or by "and", as one plural) as a whole as well."""
    for at, one in enumerate(found):
        joined = at + 1 < len(found) and text[one.end : found[at + 1].start].strip() == "and"
        phrase = replace(one, before="and") if joined else one
        whole = phrase
        for other in found[at + 1 :]:
            between = text[whole.end : other.start]
            if re.fullmatch(r"\s+of\s+", between):
                whole = replace(whole, text=text[phrase.start : other.end], end=other.end)
            elif re.fullmatch(r"\s+and\s+", between) and whole == phrase:
                both = text[phrase.start : other.end]
                kind = (phrase.kind & other.kind) | Kind.PLURAL
                yield replace(one, text=both, end=other.end, kind=kind)
                break
            else:
                break
        if whole == phrase or phrase.head not in RELATIONAL or phrase.kind & Kind.PLURAL:
            yield whole
