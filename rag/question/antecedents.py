"""What a pronoun stands for: the phrase of the conversation that agrees, latest question first."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from rag.question.phrases import PLACE_PREPOSITIONS, Kind, Phrase, phrases
from rag.question.words import BES, COLLECTIVES, DETERMINERS, HAVES, RELATIONAL, SUPPORTS

# So far back people remember what they talked about.
TURNS = 4
_TIME = re.compile(
    r"(?:time|year|day|night|evening|morning|afternoon|week|month|century|decade|hour|midnight"
    r"|noon|today|january|february|march|april|may|june|july|august|september|october|november"
    r"|december|monday|tuesday|wednesday|thursday|friday|saturday|sunday|spring|summer|autumn"
    r"|winter|way|kind|sort|lot|name|example|information|detail)s?$"
)
_OPEN = {
    "other",
    "different",
    "such",
    "most",
    "any",
    "some",
    "each",
    "every",
    "another",
    "both",
    "this",
    "that",
    "these",
    "those",
    "his",
    "her",
    "its",
    "their",
    "my",
    "your",
    "our",
    "no",
}
_ACTING = re.compile(
    r"\s+(?:say|said|think|thought|believe|want|choose|chose|decide|write|wrote|order|marry|kill|die"
    r"|confess|sign|publish|claim|go|went|refuse|agree|admit|testify|resign|argue|speak|tell|know)\b"
)
_WHO = re.compile(r"who\s+(?!else\b)(?P<did>\w.*?)\W*$", re.IGNORECASE)
_WHICH = re.compile(r"(?:which|what)\s+(?P<noun>.+)$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Antecedent:
    """Words to put for a pronoun; `clause` if they end with a clause ("the lamp that went out")."""

    text: str
    clause: bool = False


def person(said: Sequence[str], besides: str = "") -> Antecedent | None:
    """What "he" or "she" stands for: a name, a word for a person, or whom a "who" asked for."""
    for question in _latest(said):
        found = _agreeing(question, Kind.PERSON, Kind.PLURAL, besides)
        names = [phrase for phrase in found if phrase.named]
        who = _WHO.match(question)
        if who and not names:
            return Antecedent(f"the one who {who['did']}", clause=True)
        if best := _best(names or found):
            return Antecedent(best.text)
    return None


def thing(said: Sequence[str], besides: str = "") -> Antecedent | None:
    """What "it" stands for; `besides`: the question, whose own words it does not stand for."""
    for question in _latest(said):
        found = _agreeing(question, Kind.THING, Kind.PLURAL, besides)
        found = [phrase for phrase in found if not _is_acting(phrase, question)] or found
        best = _best([phrase for phrase in found if phrase.head not in RELATIONAL])
        if best:
            return _asked_for(best, question)
    return None


def several(said: Sequence[str], besides: str = "") -> Antecedent | None:
    """What "they" stands for: a plural, else a name of several people (a crew, a company)."""
    for question in _latest(said):
        best = _best(_agreeing(question, Kind.PLURAL, Kind(0), besides))
        others = _agreeing(question, Kind.THING, Kind.PLURAL, besides)
        best = best or _best([each for each in others if each.named or each.head in COLLECTIVES])
        if best:
            return _asked_for(best, question)
    return None


def place(said: Sequence[str], besides: str = "") -> Antecedent | None:
    """What "there" stands for: where something was, else a name that is no person's."""
    for question in _latest(said):
        named = [each for each in _usable(question, besides) if each.named]
        found = [each for each in named if each.kind & Kind.PLACE]
        found = found or [each for each in named if not each.kind & Kind.PERSON]
        found = found or _agreeing(question, Kind.PLACE, Kind(0), besides)
        if found:
            return Antecedent(found[-1].text)
    return None


def topic(said: Sequence[str], besides: str = "") -> Antecedent | None:
    """What the latest question is about, whatever it may be."""
    for question in _latest(said):
        found = [each for each in _usable(question, besides) if each.head not in RELATIONAL]
        if best := _best(found):
            return _asked_for(best, question)
    return None


def same_head(noun: str, said: Sequence[str]) -> Antecedent | None:
    """What "that battle" or "these lamps" stands for: a phrase about that, and more words."""
    for question in _latest(said):
        found = [each for each in _usable(question, "") if _says_more(each, noun)]
        if found:
            return Antecedent(min(found, key=lambda each: len(each.text)).text)
    return None


def _says_more(phrase: Phrase, noun: str) -> bool:
    words = re.findall(r"\w+", phrase.text.lower())
    return noun in words and len(words) > 1 + (words[0] in DETERMINERS)


def alternatives(said: Sequence[str]) -> list[str]:
    """The two that the latest question names side by side: "the pilot or the mate"."""
    for question in _latest(said)[:1]:
        found = phrases(question)
        for one, other in pairwise(found):
            if re.fullmatch(r"\s+(?:or|and)\s+", question[one.end : other.start]):
                return [one.text, other.text]
    return []


def _latest(said: Sequence[str]) -> list[str]:
    return list(reversed(said[-TURNS:]))


def _usable(question: str, besides: str) -> list[Phrase]:
    """The phrases of a question that can stand for something, times and pronouns left out."""
    return [
        phrase
        for phrase in phrases(question)
        if not _TIME.match(phrase.head)
        and phrase.text.partition(" ")[0].lower() not in _OPEN
        and phrase.bare.lower() not in besides.lower()
    ]


def _agreeing(question: str, kind: Kind, without: Kind, besides: str) -> list[Phrase]:
    found = _usable(question, besides)
    return [each for each in found if each.kind & kind and not each.kind & without]


def _is_acting(phrase: Phrase, question: str) -> bool:
    """Whether a name does what only people do, or looks like one of theirs ("Anna Reed")."""
    if not phrase.kind & Kind.PERSON:
        return False
    return " " in phrase.bare or bool(_ACTING.match(question, phrase.end))


def _best(found: Sequence[Phrase]) -> Phrase | None:
    """The most prominent phrase; of equals the first."""
    return max(found, key=_prominence, default=None)


def _prominence(phrase: Phrase) -> int:
    """Topics before subjects, these before objects, circumstances last."""
    if phrase.head in RELATIONAL:
        return 0  # what it belongs to is a phrase as well
    if phrase.before in {"about", "of"}:
        return 4
    if phrase.before in SUPPORTS | BES:
        return 3
    return 1 if phrase.before in PLACE_PREPOSITIONS | {"and"} else 2


def _asked_for(phrase: Phrase, question: str) -> Antecedent:
    """A phrase; one that was asked for ("which lamp went out") with what was said of it."""
    opening = _WHICH.match(question)
    if (
        phrase.before not in {"which", "what"}
        or not opening
        or phrase.start > opening.start("noun")
    ):
        return Antecedent(phrase.text)
    said = question[phrase.end :].strip(" ?.!")
    if len(said.split()) < 2:
        return Antecedent(f"the {phrase.bare}")
    return Antecedent(f"the {phrase.bare} that {_straight(said)}", clause=True)


def _straight(said: str) -> str:
    """The subject before its auxiliary, as in a clause: "did the pilot lose" turned round."""
    auxiliary, _, others = said.partition(" ")
    subject = next((each for each in phrases(said) if each.start == len(auxiliary) + 1), None)
    if auxiliary.lower() not in SUPPORTS | BES | HAVES or not subject:
        return said
    start = len(auxiliary) + 1
    return f"{subject.text} {auxiliary}{others[subject.end - start :]}"
