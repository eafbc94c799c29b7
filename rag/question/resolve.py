"""Pronouns, and nouns without their complement, filled in from the conversation."""

import re
from collections.abc import Callable, Sequence

from rag.question.antecedents import (
    Antecedent,
    alternatives,
    person,
    place,
    same_head,
    several,
    thing,
    topic,
)
from rag.question.leans import CHOICE, MORE, ONE, lacks_of, without_empty
from rag.question.phrases import phrases
from rag.question.words import FUNCTION, VERBS, is_plural

Find = Callable[[Sequence[str], str], Antecedent | None]

# A possessive cannot carry more words than this before its "'s".
_LONGEST_OWNER = 5
_GROUPS: Sequence[tuple[re.Pattern[str], Find]] = (
    (re.compile(r"\b(?:he|him|his)\b", re.IGNORECASE), person),
    (re.compile(r"\b(?:she|her|hers)\b", re.IGNORECASE), person),
    (re.compile(r"\b(?:it|its)\b", re.IGNORECASE), thing),
    (re.compile(r"\b(?:they|them|their|theirs)\b", re.IGNORECASE), several),
)
_OWNING = {"his", "its", "their"}
_POINTED = re.compile(r"\b(?:this|that|these|those)\s+(?P<noun>[\w-]+)", re.IGNORECASE)
_THIS = re.compile(r"\b(?:this|these)\b", re.IGNORECASE)
_THERE = re.compile(
    r"\b(?:(?P<before>from|to|in|near|around|go|went|get|got|come|came|travel)\s+)?there\b(?!\s+was)",
    re.IGNORECASE,
)
_MOVING = {"go", "went", "get", "got", "come", "came", "travel"}
_END = re.compile(r"\W*$")


def resolve(question: str, said: Sequence[str]) -> str:
    """The question with every pronoun replaced that is sure; `said`: earlier questions, whole.

    Of several pronouns for the same the first is enough. Two for different people need two
    names, which are not told apart: then neither is replaced.
    """
    for step in (_more, _choice, _pointed, _one, _pronouns, _this, _there, _of):
        question = step(question, said)
    return question


def _more(question: str, said: Sequence[str]) -> str:
    """ "Tell me more" about what was spoken of."""
    meant = topic(said) if MORE.match(question) else None
    return f"Tell me more about {meant.text}." if meant else question


def _choice(question: str, said: Sequence[str]) -> str:
    """ "the first one" or "the latter" of two."""
    found, named = CHOICE.search(question), alternatives(said)
    if not found or not named:
        return question
    first = (found["which"] or found["other"]).lower() in {"first", "former"}
    return _with(question, found.start(), found.end(), named[0] if first else named[1])


def _pronouns(question: str, said: Sequence[str]) -> str:
    used = list[str]()
    result = question
    for pattern, find in _GROUPS:
        found = pattern.search(without_empty(result))
        if not found:
            continue
        meant = find(said, question)
        if meant is None or meant.text in used:
            return question
        used.append(meant.text)
        result = _put(result, found, meant)
    return result


def _put(question: str, found: re.Match[str], meant: Antecedent) -> str:
    """The question with a pronoun replaced, as an owner where it is one."""
    if not _owns(question, found):
        return _with(question, found.start(), found.end(), meant.text)
    if not meant.clause and len(meant.text.split()) <= _LONGEST_OWNER:
        owner = f"{meant.text}’" if meant.text.endswith("s") else f"{meant.text}’s"
        return _with(question, found.start(), found.end(), owner)
    owned = next((each for each in phrases(question) if each.start == found.start()), None)
    if owned is None:
        return question
    text = f"the {owned.bare} of {meant.text}"
    return _with(question, owned.start, owned.end, text)


def _owns(question: str, found: re.Match[str]) -> bool:
    pronoun = found[0].lower()
    after = re.match(r"\s+([\w-]+)", question[found.end() :])
    return pronoun in _OWNING or (
        pronoun == "her" and after is not None and after[1].lower() not in FUNCTION
    )


def _with(question: str, start: int, end: int, text: str) -> str:
    """The question with a part replaced; a capital stands where the question begins."""
    if re.match(r"(?:The|An?)\b", text) and start:
        text = text[0].lower() + text[1:]
    if not question[:start].strip():
        text = text[:1].upper() + text[1:]
    return question[:start] + text + question[end:]


def _pointed(question: str, said: Sequence[str]) -> str:
    """ "that battle" is one that was named."""
    for found in _POINTED.finditer(question):
        noun = found["noun"].lower()
        meant = same_head(noun, said) if noun not in FUNCTION | VERBS else None
        if meant:
            return _with(question, found.start(), found.end(), meant.text)
    return question


def _this(question: str, said: Sequence[str]) -> str:
    """ "this" by itself."""
    found = _THIS.search(question)
    after = re.match(r"\W*([\w-]*)", question[found.end() :]) if found else None
    if not found or not after or (after[1] and after[1].lower() not in FUNCTION | VERBS):
        return question
    meant = several(said, question) if found[0].lower() == "these" else thing(said, question)
    return _with(question, found.start(), found.end(), meant.text) if meant else question


def _there(question: str, said: Sequence[str]) -> str:
    found = _THERE.search(without_empty(question))
    meant = place(said, question) if found else None
    if not found or not meant:
        return question
    before = (found["before"] or "").lower()
    preposition = "to" if before in _MOVING else "in"
    text = meant.text if before and before not in _MOVING else f"{preposition} {meant.text}"
    return _with(question, found.end() - len("there"), found.end(), text)


def _one(question: str, said: Sequence[str]) -> str:
    """ "a new one" is a new lamp if lamps were spoken of."""
    found = ONE.search(question)
    meant = topic(said, question) if found else None
    if not found or not meant or meant.clause:
        return question
    noun = re.sub(r"^(?:the|an?|some|any|many)\s+", "", meant.text, flags=re.IGNORECASE)
    plural = is_plural(noun.rpartition(" ")[2].lower())
    if found["one"].lower() == "ones" and not plural:
        return question
    if found["one"].lower() == "one" and plural:
        noun = noun.removesuffix("s")
    return _with(question, found.start("one"), found.end("one"), noun)


def _of(question: str, said: Sequence[str]) -> str:
    """ "What are the symptoms?" are those of what was spoken of."""
    meant = topic(said, question) if lacks_of(question) else None
    if not meant:
        return question
    at = _END.search(question)
    end = at.start() if at else len(question)
    return f"{question[:end]} of {meant.text}{question[end:]}"
