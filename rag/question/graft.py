"""Ellipses completed by grafting what is new onto the question before: "And in 1938?"."""

import re
from collections.abc import Sequence

from rag.question.leans import OPENING
from rag.question.phrases import Kind, Phrase, phrases
from rag.question.words import BES, HAVES, PREPOSITIONS, SUPPORTS, WH

_ASK_AGAIN = re.compile(
    r"(?:(?:by|for|from|to|with|since|until|till|in|at|of|on)\s+)?"
    r"(?:why|when|where|how|who|whom|whose|which|what)(?:\s+(?:not|much|many|often|long|far|so"
    r"|exactly|else|ones?|year|day|way))*$",
    re.IGNORECASE,
)
_AGAIN = re.compile(r",\s+and\s+(?:\w+\s+){0,2}\w+$")
_YES_NO = re.compile(r"(?:do|does|did|is|are|was|were|has|have|had|can|could|will|would)\b", re.I)
_YEAR = re.compile(r"\b(?:1\d{3}|20\d\d)\b")
_WHEN = re.compile(
    r"\b(?:(?:in|on|by|before|after|since|until|during|from|around)\s+)?(?:(?:early|late|mid)\s+)?"
    r"(?:\d{1,2}\s+)?(?:(?:January|February|March|April|May|June|July|August|September|October"
    r"|November|December)\s+)?(?:\d{1,2},\s+)?(?:1\d{3}|20\d\d)\b"
)
_AT = {"in", "at", "near", "around", "outside"}
_EDGES = " \t\n?.!,;:\"'“”‘’"


def graft(question: str, said: Sequence[str]) -> str | None:
    """The latest question with the new part in it, or None where its place is not sure."""
    base = said[-1].rstrip(_EDGES)
    rest = OPENING.sub("", question, count=1).strip(_EDGES)
    if not base:
        return None
    if _ASK_AGAIN.match(rest):
        return _again(rest, base)
    if _is_new_date(rest):
        return _date(rest, base)
    if rest.lower().split(" ")[0] in PREPOSITIONS:
        return _circumstance(rest, base)
    if OPENING.match(question) or question.rstrip().endswith("?"):
        return _other(rest, base)
    return None


def _again(rest: str, base: str) -> str:
    """The same once more with another "why" or "when"."""
    base = _AGAIN.sub("", base)
    word = rest[0].lower() + rest[1:]
    if _YES_NO.match(base) and word in {"why", "when", "where", "how"}:
        return f"{word.capitalize()} {base[0].lower()}{base[1:]}?"
    return f"{base}, and {word}?"


def _is_new_date(rest: str) -> bool:
    found = _WHEN.search(rest)
    return bool(found) and found[0] == rest if found else False


def _date(rest: str, base: str) -> str | None:
    """A date for a date, a year for a year; else at the end."""
    dates = list(_WHEN.finditer(base))
    if len(dates) > 1:
        return None
    if not dates:
        return f"{base} {rest if not _YEAR.fullmatch(rest) else f'in {rest}'}?"
    old = _YEAR.search(dates[0][0]) if _YEAR.fullmatch(rest) else None
    start = dates[0].start() + (old.start() if old else 0)
    return f"{base[:start]}{rest}{base[dates[0].end() :]}?"


def _circumstance(rest: str, base: str) -> str | None:
    """ "in Skarn" for another "in", else at the end."""
    preposition, _, noun = rest.partition(" ")
    new = _whole(noun, preposition.lower())
    if new is None:
        return None
    same = [each for each in phrases(base) if _stands_for(preposition.lower(), new, each)]
    if len(same) > 1:
        return None
    if same:
        start = same[0].start - len(same[0].before) - 1
        return f"{base[:start]}{rest}{base[same[0].end :]}?"
    return f"{base} {rest}?"


def _stands_for(preposition: str, new: Phrase, old: Phrase) -> bool:
    """Whether a circumstance takes the place of an old one: the same, or both are places."""
    places = preposition in _AT and old.before in _AT and new.named and old.named
    return bool(places or (old.before == preposition and old.kind & new.kind))


def _other(rest: str, base: str) -> str | None:
    """A name for a name, a person for a person, a thing for the only thing."""
    new = _whole(rest)
    if new is None:
        return None
    old = _replaced(new, _outermost(phrases(base)))
    if old is None or old.bare.lower() == new.bare.lower():
        return None
    return f"{base[: old.start]}{_fit(rest, old)}{base[old.end :]}?"


def _replaced(new: Phrase, among: Sequence[Phrase]) -> Phrase | None:
    """The phrase that a new one takes the place of, or None."""
    same = [each for each in among if each.named == new.named and _alike(each, new)]
    if len(same) > 1:
        same = [each for each in same if _shared(each, new)] or (
            [each for each in same if each.before in SUPPORTS] if new.named else same
        )
    if len(same) != 1 or (not new.named and len(among) > 1 and not _shared(same[0], new)):
        return same[0] if len(same) == 1 and new.kind & same[0].kind & Kind.PERSON else None
    return same[0]


def _alike(one: Phrase, other: Phrase) -> bool:
    kinds = Kind.PERSON | Kind.THING | Kind.PLACE
    return bool(one.kind & other.kind & kinds) and (
        one.named or (one.bare == one.text) == (other.bare == other.text)
    )


def _shared(one: Phrase, other: Phrase) -> bool:
    return one.head == other.head


def _outermost(found: Sequence[Phrase]) -> list[Phrase]:
    """The phrases that are not within another one."""
    return [
        each
        for each in found
        if not any(
            other != each and other.start <= each.start and each.end <= other.end for other in found
        )
    ]


def _whole(text: str, before: str = "about") -> Phrase | None:
    """The noun phrase that a fragment is; None if it is anything else."""
    # Within a sentence, so that a capital at the front counts as one.
    if text.lower().split(" ")[0] in SUPPORTS | BES | HAVES | WH:
        return None
    base = f"{before} "
    found = [each for each in phrases(base + text) if each.end == len(base + text)]
    whole = next((each for each in found if each.start == len(base)), None)
    return whole if text and whole else None


def _fit(rest: str, old: Phrase) -> str:
    """The new words, in lower case if they begin with an article."""
    return rest[0].lower() + rest[1:] if old.start and re.match(r"(?:The|An?) ", rest) else rest
