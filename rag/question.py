"""What a question wants: follow-ups made to stand alone, questions for sources; by simple rules.

What a question lacks is in the questions before it, so those are put before it, word for word:
retrieval needs their words and nobody reads it as a sentence. The rule errs towards that, because
a question without its subject finds nothing, and one with words too many finds a little less.
"""

import re
from collections.abc import Sequence

FEWEST_WORDS = 4
# In characters: what is longer names what it is about.
LONGEST = 500
# The question that a chain of follow-ups is about, and so many of those that came after it.
FOLLOW_UPS = 2

_WORD = re.compile(r"\w+")
_NAME = re.compile(r"(?<=[^.?!\s]\s)[A-Z]\w+|\b[A-Z]\w+['’]s\b")
_OPENING = re.compile(
    r"\W*(?:and|but|or|so|then|also|what\s+about|how\s+about|why\s+not)\b", re.IGNORECASE
)

# "it", "there" and "that" which stand for nothing: "is it true that", "was it the mate who",
# "what time was it when", "did it take to", "there was", "were there any".
_EMPTY = re.compile(
    r"""
    \b(?:(?:is|was|be|been)\s+it|it\s+(?:is|was|has\s+been|had\s+been|been|be|[a-z]+s|seemed))\s+
        (?:(?:not|ever|also|really|still)\s+)?
        (?:said|told|thought|believed|claimed|alleged|reported|known|held|proved|agreed|argued
          |true|false|possible|impossible|likely|certain|clear|necessary|hard|difficult|easy|safe)?
        \s*\b(?:that|who|to|whether|when)\b
  | \b(?:is|was)\s+it\s+(?:the|an?|(?-i:[A-Z])\w+)\b(?=.*\b(?:who|that|which)\b)
  | \bit\s+(?:take|took|takes)\b(?=.+\bto\b)
  | \bthere\s+(?:is|are|was|were|be|been|has|have|had)\b
  | \b(?:is|are|was|were|be|been)\s+there\b(?!\W*$)
    """,
    re.IGNORECASE | re.VERBOSE,
)

# Words that point at something said before, whatever else is in the question. "that" does after
# an auxiliary verb or preposition, or as the last word; elsewhere it opens a clause. An object
# ("believe him") is hardly ever the subject of its own clause.
_POINTING = re.compile(
    r"""
    \b(?:this|these|else|latter|him|them|hers|theirs|there)\b
  | \bthose\b(?!\s+(?:who|whom|whose|that|which|of|in|on|with|from|\w+ed|\w+\s+by)\b)
  | \b(?:her|it|that)\b(?=\W*$|[,;])
  | (?:^\W*|\b(?:do|does|did|is|are|was|were|has|had|can|could|will|would|should|must|after|before
        |about|at|by|for|from|in|like|of|on|than|to|with|without|despite|since|until)\s+)that\b
    """,
    re.IGNORECASE | re.VERBOSE,
)

# Pronouns that may mean something named earlier in the same question, and what that may be:
# "the lamp" but not "the lamps" for "it", a name for all but "it".
_PRONOUN = re.compile(r"\b(?:he|she|it|they|his|her|its|their)\b", re.IGNORECASE)
_THING = re.compile(r"\b(?:the|an?|each|every)\s+(?!\w*[^\Ws]s\b)\w", re.IGNORECASE)
_THINGS = re.compile(r"\b(?:the|an?|each|every|all|some|many|two|three)\s+\w", re.IGNORECASE)

# Words of somebody who wants to know where a statement comes from.
_SOURCE = re.compile(
    r"""
    \b(?:cit(?:e|es|ed|ing|ations?)|end-?notes?|foot-?notes?|bibliograph\w*
      |(?:what|which|whose)\s+(?:sources?|references?|evidence|authority|grounds)
      |(?:what|which)\s+(?:\w+\s+)?(?:work|book|article|author|page|newspaper|journal|archive)s?
        \b.*\b(?:from|for|support\w*|rely|relies|relied|rests?|quoted|drawn|taken|given|used|names?)
      |(?:sources?|references?)\s+(?:is|are|was|were|does|do|did|has|have|for)
      |where\b.*\b(?:taken\s+from|(?:printed|published|reproduced|quoted)\b)
      |(?:taken|quoted|drawn)\s+from\W*$)
    """,
    re.IGNORECASE | re.VERBOSE,
)


def standalone(question: str, history: Sequence[str]) -> str:
    """The question as it should be searched: with those before it, if it leans on them.

    `history` holds the earlier questions, oldest first. A question that stands alone comes back
    unchanged. Else it follows the last one that did, and the latest of those in between.
    """
    chain = [question]
    for earlier in reversed(history):
        if not leans(chain[-1]):
            break
        chain.append(earlier)
    subject, *others = reversed(chain)
    return " ".join([subject, *others[-1 - FOLLOW_UPS :]])


def asks_for_source(question: str) -> bool:
    """Whether a question asks what a statement rests on: a note, a work, a page."""
    return bool(_SOURCE.search(question))


def leans(question: str) -> bool:
    """Whether a question is elliptical: opens with "and", is a fragment, or points outside."""
    if len(question) > LONGEST:
        return False
    if _OPENING.match(question):
        return True
    if len(_WORD.findall(question)) < FEWEST_WORDS and not _NAME.search(question):
        return True
    plain = _EMPTY.sub(" ", question)
    return bool(_POINTING.search(plain)) or any(
        not _is_named(pronoun[0].lower(), plain[: pronoun.start()])
        for pronoun in _PRONOUN.finditer(plain)
    )


def _is_named(pronoun: str, before: str) -> bool:
    """Whether the words before a pronoun may name what it stands for."""
    if pronoun != "it" and _NAME.search(before):
        return True
    return bool((_THINGS if pronoun in {"they", "their"} else _THING).search(before))
