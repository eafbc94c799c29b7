"""The question as it should be searched: completed from the conversation."""

import re
from collections.abc import Sequence
from itertools import islice

from rag.question.graft import graft
from rag.question.leans import LONGEST, OPENING, leans
from rag.question.resolve import resolve

# So many earlier questions count: who asks "why?" has not forgotten the last few.
REMEMBERED = 8


def standalone(question: str, history: Sequence[str]) -> str:
    """The question as it should be searched: completed from those before it, if it leans on them.

    `history` holds the earlier questions, oldest first. A question that stands alone comes back
    unchanged. Where no completion is sure, the questions before it are put in front, completed
    themselves, word for word else: retrieval can bear that. What is made is no longer than
    `LONGEST`.
    """
    if not history or not leans(question):
        return question
    said: list[str] = []
    for earlier in _remembered(history):
        said.append(_completed(earlier, said))
    return _completed(question, said)


def _remembered(history: Sequence[str]) -> list[str]:
    """The last few questions, and before them the last that stood alone if none of them does."""
    last = list(history[-REMEMBERED:])
    if any(not leans(each) for each in last):
        return last
    before = dict.fromkeys(reversed(history[:-REMEMBERED]))
    return [*islice((each for each in before if not leans(each)), 1), *last]


def complete(question: str, said: Sequence[str]) -> str | None:
    """The question with everything said that it leaves open, or None where that is not sure.

    `said` holds the earlier questions, oldest first, completed where they could be.
    """
    said = [each for each in said if len(each) <= LONGEST]
    if not said:
        return None
    opened = OPENING.match(question)
    rest = question[opened.end() :].lstrip(" ,") if opened else question
    resolved = resolve(rest, said)
    if (opened and resolved == rest) or leans(resolved):
        resolved = graft(question, said) or ""
    sure = resolved and len(resolved) <= LONGEST and not leans(resolved)
    return _capital(resolved) if sure else None


def _completed(question: str, said: Sequence[str]) -> str:
    if not said or not leans(question):
        return question
    return complete(question, said) or _in_front(question, said[-1])


def _in_front(question: str, earlier: str) -> str:
    whole = f"{earlier} {question}"
    return whole if len(whole) <= LONGEST else question


def _capital(text: str) -> str:
    return re.sub(r"\w", lambda first: first[0].upper(), text, count=1)
