"""Why a question is refused: what it presumes, and which reason tells most."""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations

from index.speech.words import KEPT_TITLES, TITLES, word_set
from rag.types import Reason

# The least similarity, on the curve of `rag.read.similarity.confidence`, of passages that are on
# the subject. Less than what it takes to answer: on two corpora of history 1 and 4 % of their own
# questions are below it, and 91 and 90 % of the others'. At .4 it would be 3 and 17, 97 and 97.
ON_SUBJECT = 0.1
# The least confidence in an answer to a question with a name or date that stands nowhere in what is
# searched: who asks for what X said of Y is not answered by what X said. Of 767 questions that
# SQuAD's articles answer 10 have one, mostly misspelt; of those about other articles a third have.
PRESUMING = 0.5
# In characters: the terms of a longer question are not told.
LONGEST = 1_000
# Of a question's names so many are held against each other.
MOST_TERMS = 6

# Terms of a question, each alone or with another: see `presumed`.
Terms = tuple[tuple[str, ...], ...]
# Where a phrase stands: document and number of each passage; numbers of neighbours are next.
Places = Callable[[str], Sequence[tuple[str, int]]]

_QUOTED = re.compile(r"[“\"]([^“”\"]{2,80})[”\"]")
_YEAR = re.compile(r"\b(?:1\d|20)\d\d\b")
_WORD_OR_MARK = re.compile(r"[^\W\d_][\w'’-]*|[^\w\s]|\d")
_SENTENCE_START = re.compile(r"(?:^|[.?!:]\s)\W*$")
_MONTHS = word_set(
    """
    January February March April May June July August September October November December
    """
)
_DAY = re.compile(
    rf"\b(?:(?P<day>\d\d?)(?:st|nd|rd|th)?\s+(?:of\s+)?(?P<month>{'|'.join(sorted(_MONTHS))})"
    rf"|(?P<month_first>{'|'.join(sorted(_MONTHS))})\s+(?P<day_after>\d\d?)(?:st|nd|rd|th)?)\b"
    r"(?:,?\s+\d{4}\b)?"
)
# "the Danish fleet" may be "the fleet of Denmark" in the sources.
_ADJECTIVE = re.compile(r"\w+(?:ian|ean|an|ish|ese|ic)\s+[a-z]")
# Capitalised words that are no names of somebody or something.
_NO_NAMES = _MONTHS | word_set(
    """
    I Monday Tuesday Wednesday Thursday Friday Saturday Sunday Who What When Where Why Which How
    Whose Whom Did Do Does Is Are Was Were Has Had Have Can Could Would Will Should And But Or The
    A An In On At By For From To Of With If As According
    """
)


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why there is no answer, and what the reason is about.

    `presumed` are combinations of words of the question that no passage has, each in the order of
    the question; one of a single word is nowhere at all. `elsewhere` are the documents that answer
    although they were not to be searched.
    """

    reason: Reason
    presumed: Terms = ()
    elsewhere: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Term:
    """A name, date or quoted term of a question, and the phrases that would be a mention of it."""

    text: str
    phrases: tuple[str, ...]


def grade(similarity: float, presumed: Terms, elsewhere: tuple[str, ...]) -> Refusal:
    """The reason that tells most: another source answers; nothing is on the subject; the question
    presumes something; else the passages are on the subject without answering."""
    if elsewhere:
        return Refusal(Reason.ELSEWHERE, elsewhere=elsewhere)
    if similarity < ON_SUBJECT:
        return Refusal(Reason.OFF_SUBJECT)
    if presumed:
        return Refusal(Reason.PRESUMES, presumed=presumed)
    return Refusal(Reason.NOT_ANSWERED)


def presumed(question: str, places: Places, known: frozenset[str] = frozenset()) -> Terms:
    """The terms of a question that no passage has; if each is somewhere, the pairs of them that
    no passage has together, nor with a neighbour.

    `known` are words, in lower case, that name the sources themselves: what a source is called
    need not stand in it.
    """
    if len(question) > LONGEST:
        return ()
    terms = [term for term in terms_of(question) if not _is_known(term, known)][:MOST_TERMS]
    found = {term.text: _places(term, places) for term in terms}
    missing = tuple((text,) for text, at in found.items() if not at)
    return missing or tuple(
        (first, second)
        for first, second in combinations(found, 2)
        if not _meet(found[first], found[second])
    )


def is_nowhere(terms: Terms) -> bool:
    """Whether one of the terms that `presumed` found is in no passage at all."""
    return any(len(each) == 1 for each in terms)


def terms_of(question: str) -> list[Term]:
    """The quoted terms, names and dates of a question, in their order, none twice.

    The first word of a sentence is capitalised whatever it is, so it is taken for no name.
    """
    quoted = [(match.start(1), _term(match[1])) for match in _QUOTED.finditer(question)]
    plain = _QUOTED.sub(_blank, question)
    days = [(match.start(), _day(match)) for match in _DAY.finditer(plain)]
    # A story tells its days and leaves the year to be understood.
    years = [(match.start(), _term(match[0])) for match in _YEAR.finditer(_DAY.sub(_blank, plain))]
    every = sorted([*quoted, *_names(plain), *days, *years], key=lambda found: found[0])
    return list({term.text: term for _, term in every}.values())


def _names(text: str) -> Iterator[tuple[int, Term]]:
    """Runs of capitalised words, but for titles, adjectives and words that open a sentence."""
    run: list[re.Match[str]] = []
    for match in _WORD_OR_MARK.finditer(text):
        if _can_be_name(match, text) and (run or not _ADJECTIVE.match(text, match.start())):
            run.append(match)
        elif run:
            yield _name(run)
            run = []
        if run and match[0].endswith(("'s", "’s")):
            yield _name(run)
            run = []
    if run:
        yield _name(run)


def _blank(match: re.Match[str]) -> str:
    return " " * len(match[0])


def _can_be_name(match: re.Match[str], text: str) -> bool:
    word = match[0]
    return (
        word[0].isupper()
        and len(word) > 1
        and word not in _NO_NAMES | TITLES | KEPT_TITLES
        and not _SENTENCE_START.search(text, 0, match.start())
    )


def _name(run: Sequence[re.Match[str]]) -> tuple[int, Term]:
    words = [re.sub(r"['’]s?$", "", match[0]) for match in run]
    return run[0].start(), Term(" ".join(words), (" ".join(words), words[-1]))


def _term(text: str) -> Term:
    return Term(text, (text,))


def _day(match: re.Match[str]) -> Term:
    day, month = match["day"] or match["day_after"], match["month"] or match["month_first"]
    ordinals = [f"{day}{ending}" for ending in ("", "st", "nd", "rd", "th")]
    orders = ("{day} {month}", "{month} {day}", "{day} of {month}")
    phrases = (order.format(day=each, month=month) for each in ordinals for order in orders)
    return Term(match[0], tuple(phrases))


def _is_known(term: Term, known: frozenset[str]) -> bool:
    return all(word in known for word in re.findall(r"[^\W_]+", term.text.lower()) if word != "s")


def _places(term: Term, places: Places) -> frozenset[tuple[str, int]]:
    """Where any of a term's phrases stands: of a name the whole, or the surname."""
    return frozenset(place for phrase in term.phrases for place in places(phrase))


def _meet(first: frozenset[tuple[str, int]], second: frozenset[tuple[str, int]]) -> bool:
    return any((path, number + step) in second for path, number in first for step in (-1, 0, 1))
