"""Whether quotes that answer one question disagree: in a number, a date, a name, a yes or no.

Quotes that give the same answer are of one position. No position is the right one, and there are
labels only where there are two or more.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from string import ascii_uppercase

# Questions with one answer of this kind; others may have many answers that do not disagree.
_NUMBER = re.compile(
    r"\b(?:how\s+(?:many|much|old|long|large|big|far|often|high|tall|fast|deep|few|soon)"
    r"|(?:what|which)\s+(?:\w+\s+){0,2}?(?:number|share|percentage|proportion|part|fraction|total"
    r"|population|size|age|amount|year|date|day|month|century|decade|time)"
    r"|when|on\s+(?:what|which)|in\s+(?:what|which)\s+(?:year|month|century|decade))\b",
    re.IGNORECASE,
)
_NAME = re.compile(r"\b(?:who|whom|whose|where|what|which)\b", re.IGNORECASE)
_YES_NO = re.compile(
    r"\W*(?:did|does|do|was|were|is|are|has|have|had|can|could|would|will|should)\b", re.IGNORECASE
)
# Who asks for several things is not told of a disagreement when they come from several quotes.
_SEVERAL = re.compile(
    r"^\W*(?:list|name|trace|enumerate)\b|\b(?:who\s+were|(?:which|what)\s+(?!(?:is|was|has|does|sports)\b)\w+[^s\W]s\b"
    r"|what\s+are|what\s+were|which\s+(?:two|three|four|five|six))\b",
    re.IGNORECASE,
)

_NEGATION = re.compile(
    r"\b(?:not?|never|none|nobody|nothing|neither|nor|without|cannot|hardly|scarcely|\w+n['’]t"
    r"|den(?:y|ies|ied)|reject(?:s|ed)?|refut\w+|disput\w+|discount(?:s|ed)?|false(?:ly)?"
    r"|fabricat\w+|fictitious|invent(?:ed|ion)|myth|untrue|doubt(?:s|ed|ful)?|lack(?:s|ed)?)\b",
    re.IGNORECASE,
)

_DIGITS = re.compile(r"\d+(?:[.,]\d+)*")
_THOUSANDS = re.compile(r",(?=\d{3}(?!\d))")
_WORD = re.compile(r"[^\W_]+")
_SMALL = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen"
    " sixteen seventeen eighteen nineteen"
)
_TENS = "twenty thirty forty fifty sixty seventy eighty ninety"
_UNITS = {word: at for at, word in enumerate(_SMALL.split())}
_UNITS |= {word: 10 * at for at, word in enumerate(_TENS.split(), start=2)}
_SCALES = {"hundred": 100, "thousand": 1_000, "million": 1_000_000, "billion": 1_000_000_000}
_YEAR = "january february march april may june july august september october november december"
_MONTHS = {month: at for at, month in enumerate(_YEAR.split(), start=1)}
_LITTLE = (
    "a an and as at by for from had has have he her his in into is it its of on or she some that"
    " the their them they this to was were which who with s"
)
_EMPTY = frozenset(_LITTLE.split())


@dataclass(frozen=True, slots=True)
class Said:
    """What one quote says: the words that answer (empty where unknown), and the whole of it."""

    answer: str
    whole: str


_Agreement = Callable[[Said, Said], bool]


def positions(question: str, said: Sequence[Said]) -> list[str | None]:
    """A label for each: the same letter for those that agree with the first of them, in the order
    they come; None for what gives no answer, and for all where there is no disagreement."""
    labels: list[str | None] = [None] * len(said)
    agree = None if _SEVERAL.search(question) else _agreement(question)
    if agree is None:
        return labels
    groups: list[Said] = []
    for at in _known(said, agree):
        group = next((each for each in groups if agree(each, said[at])), said[at])
        if group is said[at]:
            groups.append(group)
        labels[at] = ascii_uppercase[groups.index(group)]
    return labels if len(groups) > 1 else [None] * len(said)


def _known(said: Sequence[Said], agree: _Agreement) -> list[int]:
    """Which of them take a position: where numbers are asked for, those that have one; else those
    whose answer is known, or all if the whole of each counts."""
    if agree is _same_polarity:
        return list(range(len(said)))
    numbered = [at for at, each in enumerate(said) if any(_values(each.answer).values())]
    if agree is _same_values and len(numbered) > 1:
        return numbered
    return [at for at, each in enumerate(said) if _words(each.answer)]


def same_answer(one: Said, other: Said) -> bool:
    """Whether both name the same words as the answer; not where one of them is unknown."""
    ours, theirs = _words(one.answer), _words(other.answer)
    return bool(ours and theirs) and (ours <= theirs or theirs <= ours)


def _agreement(question: str) -> _Agreement | None:
    if _YES_NO.match(question):
        return _same_polarity
    if _NUMBER.search(question):
        return _same_values
    return _same_names if _NAME.search(question) else None


def _same_polarity(one: Said, other: Said) -> bool:
    """Both affirm or both deny, by the parity of their negations."""
    return len(_NEGATION.findall(one.whole)) % 2 == len(_NEGATION.findall(other.whole)) % 2


def _same_values(one: Said, other: Said) -> bool:
    """No year, month or other number stands against another of its kind."""
    ours, theirs = _values(one.answer), _values(other.answer)
    both = [kind for kind in ours if ours[kind] and theirs[kind]]
    if both:
        return all(ours[kind] & theirs[kind] for kind in both)
    return bool(any(ours.values()) and any(theirs.values())) or _same_names(one, other)


def _same_names(one: Said, other: Said) -> bool:
    """Half of the words of the shorter answer are in the other."""
    ours, theirs = _words(one.answer), _words(other.answer)
    return 2 * len(ours & theirs) >= min(len(ours), len(theirs))


def _words(text: str) -> set[str]:
    return {word for word in _WORD.findall(text.lower()) if word not in _EMPTY}


def _values(text: str) -> dict[str, set[float]]:
    """The numbers of a text, by kind: "12,000" and "twelve thousand" are one."""
    lowered = text.lower()
    numbers = {float(_THOUSANDS.sub("", found).replace(",", ".")) for found in _plain(lowered)}
    numbers |= set(_spelled(_WORD.findall(lowered)))
    years = {number for number in numbers if 1000 <= number <= 2100 and number == int(number)}
    months = {float(_MONTHS[word]) for word in _WORD.findall(lowered) if word in _MONTHS}
    return {"year": years, "month": months, "other": numbers - years}


def _plain(text: str) -> list[str]:
    # A point or comma that ends a sentence is none of the number's; several points are a date.
    return [found for found in _DIGITS.findall(text) if _THOUSANDS.sub("", found).count(".") < 2]


def _spelled(words: Sequence[str]) -> Iterator[float]:
    """Numbers in words: units and tens are added, "hundred" and more multiply what they follow."""
    total = part = 0
    counting = False
    for word in (*words, ""):
        if word in _UNITS:
            part += _UNITS[word]
        elif word in _SCALES and counting:
            part = max(part, 1) * _SCALES[word]
            if _SCALES[word] > 100:
                total, part = total + part, 0
        elif word == "and" and counting:
            continue
        else:
            if counting:
                yield float(total + part)
            total = part = 0
            counting = False
            continue
        counting = True
