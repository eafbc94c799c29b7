"""Follow-up questions made to stand alone, by a simple rule."""

import re
from collections.abc import Sequence

# A question that opens like this, or names nobody but by a pronoun, leans on the one before it.
_OPENING = re.compile(r"\W*(?:and|but|or|so|then|also|what about|how about|why not)\b", re.I)
_PRONOUN = re.compile(
    r"\b(?:he|him|his|she|her|hers|it|its|they|them|their|theirs|this|these|those|there|that)\b",
    re.I,
)
# "that" and "there" do not lean on anything in "that the ship sank", "was there".
_GRAMMAR = re.compile(
    r"\bthat\s+(?=(?:the|a|an|he|she|it|they|[A-Z])\b)|\b(?:is|was|are|were|be|been)\s+there\b"
    r"|\bit\s+(?:is|was)\s+\w+\s+(?:that|to)\b",
    re.I,
)
_NAME = re.compile(r"(?<=[^.?!\s]\s)[A-Z]\w+|\b\w+['’]s\b")
_WORD = re.compile(r"\w+")
FEWEST_WORDS = 4


def standalone(question: str, history: Sequence[str]) -> str:
    """The question as it should be searched: with the question before it, if it leans on that.

    `history` holds the earlier questions, oldest first. A question that stands alone comes back
    unchanged. One before it that leans on its own predecessor brings that along.
    """
    if not history or not leans(question):
        return question
    return f"{standalone(history[-1], history[:-1])} {question}"


def leans(question: str) -> bool:
    """Whether a question is elliptical: opens with "and", refers by a pronoun, or is a fragment."""
    if _OPENING.match(question) or len(_WORD.findall(question)) < FEWEST_WORDS:
        return True
    plain = _GRAMMAR.sub(" ", question)
    referring = _PRONOUN.search(plain)
    return referring is not None and not _NAME.search(plain[: referring.start()])
