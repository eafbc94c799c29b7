"""Which questions lean on what was said before; by simple rules.

A question without its subject finds nothing, and one completed without need finds a little less:
the rules err towards leaning only where a word points out of the question.
"""

import re

from rag.question.phrases import Kind, Phrase, phrases, tokens
from rag.question.words import (
    BARE_VERBS,
    BES,
    COLLECTIVES,
    DETERMINERS,
    FUNCTION,
    HAVES,
    INFLECTED,
    PREPOSITIONS,
    RELATIONAL,
    SUPPORTS,
    VERBS,
    WH,
)

FEWEST_WORDS = 4
_SENTENCE = re.compile(r"[^.?!]+(?:[.?!](?!\s)[^.?!]*)*[.?!]*")
_PRONOUNS = {"he", "she", "it", "they"}
# In characters: what is longer names what it is about.
LONGEST = 500

_WORD = re.compile(r"\w+")
_NAME = re.compile(
    r"(?<=[^.?!\s]\s)[A-Z]\w+|\b(?!(?:What|Who|Where|How|When|That|It|There|Let|Here)['’])"
    r"[A-Z]\w+['’]s\b"
)
OPENING = re.compile(
    r"\W*(?:and|but|or|so|then|also|what\s+about|how\s+about|why\s+not)\b", re.IGNORECASE
)

# It asks nothing.
_COURTESY = re.compile(
    r"\W*(?:(?:thanks?|thank\s+you|ok(?:ay)?|great|good|perfect|fine|yes|no|please|(?:good)?bye|hi|hello"
    r"|hey|cheers|very|so|much|that(?:['’]s|\s+is)|will|be|all|it|for|your|help|the)\b\W*)+$",
    re.IGNORECASE,
)
# A thing asked for: "What is taurine?", "Describe the reef."
_ASKED = re.compile(
    r"\W*(?:(?:what|who)(?:['’]s|\s+(?:is|are|was|were))|describe|define|explain)\b", re.IGNORECASE
)
# Nothing but "What are the" or "Tell me about the" comes before the bare noun of a question that
# does not say of what, and nothing after it.
_BARE = re.compile(
    r"""
    \W*(?:(?:what|which|who|how)(?:['’]s|\s+(?:is|are|was|were|about))
      |(?:can\s+you\s+)?(?:(?:tell|show)\s+me(?:\s+more)?\s+about|give\s+me|describe|explain|list)
      |are\s+there(?:\s+any)?)
    \s+(?:(?:the|some|any|a|an)\s+)?(?:(?:of|the|main|major|other|key|possible|potential|different
        |common|most|biggest|important|best|known|long|short|term|side|health|famous|typical)\s+)*
    (?P<noun>[\w-]+)(?:\s+(?:and|or)\s+[\w-]+)?\W*$
    """,
    re.IGNORECASE | re.VERBOSE,
)
_AFTER_ONE = (BARE_VERBS | INFLECTED | BES | HAVES | SUPPORTS | PREPOSITIONS | {"and", "or"}) - {
    "of",
    "to",
}
_AFTER = "|".join(sorted(_AFTER_ONE))
# A noun named before, as one of several: "the second one", "a new one", "which ones".
ONE = re.compile(
    r"\b(?:(?:which|what)|(?:the|an?|any|some|this|that|these|those|other)(?:\s+(?P<kind>[\w-]+))?)"
    r"\s+(?P<one>ones?)(?=\W*$|[,;]|\s+(?:" + _AFTER + r")\b)",
    re.IGNORECASE,
)
# "Tell me more", "Explain": of what was spoken of.
MORE = re.compile(
    r"\W*(?:(?:please|can\s+you|could\s+you)\s+)?(?:tell\s+me\s+(?:some\s+|a\s+bit\s+)?more|go\s+on"
    r"|explain|elaborate|say\s+more|more\s+details?|describe\s+(?:it|that))(?:\s+please)?\W*$",
    re.IGNORECASE,
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
  | \b(?:hi|hello|hey)\s+there\b
  | \bthat(?:['’]s|\s+(?:is|was|sounds|seems))\s+(?:(?:very|so|really|quite|all|a|an)\s+)*(?:bad
      |fine|good|great|helpful|interesting|lot|ok|okay|nice|perfect|right|sad|shame|strange|surprising|true
      |useful|wonderful|terrible|all)\b(?=\s*[.!,;])
    """,
    re.IGNORECASE | re.VERBOSE,
)

# Words that point at something said before, whatever else is in the question. "that" does after
# an auxiliary verb or preposition, or as the last word; elsewhere, and before a subject, it opens a
# clause.
_POINTING = re.compile(
    r"""
    \b(?:else|hers|theirs|there)\b
  | \bthat\b(?=\W*$|[,;])
  | (?:^\W*|^\W*(?:is|was|are|were)\s+)that\b
  | \b(?:do|does|did|is|are|was|were|has|had|can|could|will|would|should|must|after|before
        |about|at|by|for|from|in|like|of|on|than|to|with|without|despite|since|until)
    \s+that\b(?!\s+(?:the|an?|he|she|it|they|there|his|her|their|its)\b)
    """,
    re.IGNORECASE | re.VERBOSE,
)
# One of two that were named.
CHOICE = re.compile(
    r"\bthe\s+(?:(?P<which>first|second|last)\s+one|(?P<other>former|latter))"
    r"(?=\W*$|[,;]|['’]s|\s+(?:" + _AFTER + r")\b)",
    re.IGNORECASE,
)
_DEMONSTRATIVE = re.compile(
    r"\b(?:this|these)\b|\bthose\b(?!\s+(?:who|whom|whose|that|which|of|in|on|with|from|\w+ed"
    r"|\w+\s+by)\b)",
    re.IGNORECASE,
)
_ASKED_WHOM = re.compile(r"\W*(?:who|which\s+of)\b", re.IGNORECASE)
# With so much in the question already, "this voyage" is most likely the one it speaks of.
_ENOUGH = 2
# An object ("believe him") is hardly ever the subject of its own clause: something has to come
# between the two.
_OBJECT = re.compile(r"\b(?:him|them|(?:her|it)(?=\W*$|[,;]|\s+(?:and|or|but)\b))\b", re.IGNORECASE)
_AND = re.compile(r"\b(?:and|but)\b|,", re.IGNORECASE)
_BETWEEN = re.compile(
    r"\b(?:and|but|or|if|when|while|after|before|because|that|who|whom|which|where|being|having"
    r"|of\s+\w+ing|by\s+\w+ing)\b|,",
    re.IGNORECASE,
)

# Pronouns that may mean something named earlier in the same question.
_PRONOUN = re.compile(r"\b(?:he|she|it|they|his|her|its|their)\b", re.IGNORECASE)
_THING = re.compile(
    r"\b(?:the|an?|each|every|any|some|my|your)\s+(?!\w*[^\Ws]s\b)\w", re.IGNORECASE
)


# "feijoada and its meaning", "If you eat meat, is it": what comes before the conjunction or the
# comma and is no function word names what the pronoun stands for.
_JOINED = re.compile(
    r"\b(?:is|are|was|were|about|of|for|if|when|because)\s+(?P<noun>[^,;?.]+?)"
    r"(?:,|\s+(?:and|but|or))\s+(?:[\w']+\s+){0,4}$",
    re.IGNORECASE,
)


def leans(question: str) -> bool:
    """Whether a question is elliptical: opens with "and", is a fragment, or points outside."""
    if len(question) > LONGEST or _COURTESY.match(question):
        return False
    if (
        OPENING.match(question)
        or MORE.match(question)
        or _is_fragment(question)
        or lacks_of(question)
    ):
        return True
    for sentence in _SENTENCE.findall(without_empty(question)):
        if _points(sentence):
            return True
        if phrases(sentence):  # the next sentence may point at that
            return False
    return False


def _points(plain: str) -> bool:
    """Whether a sentence has a word that stands for something outside it."""
    return (
        bool(_POINTING.search(plain) or ONE.search(plain) or CHOICE.search(plain))
        or any(_is_new(found, plain) for found in _DEMONSTRATIVE.finditer(plain))
        or any(not _is_far(found, plain) for found in _OBJECT.finditer(plain))
        or any(
            not _is_named(found[0].lower(), plain[: found.start()])
            for found in _PRONOUN.finditer(plain)
        )
    )


def _is_new(found: re.Match[str], plain: str) -> bool:
    """Whether "this" or "those" speak of something that the question has not."""
    after = re.match(r"\s+([\w-]+)", plain[found.end() :])
    noun = bool(after) and after[1].lower() not in FUNCTION | VERBS if after else False
    before = plain[: found.start()]
    return len(phrases(before)) < _ENOUGH or not (noun or _AND.search(before))


def _is_far(found: re.Match[str], plain: str) -> bool:
    """Whether what an object stands for may come before it in another clause."""
    before = plain[: found.start()]
    pronoun = found[0].lower()
    wanted = {"them": Kind.PLURAL, "it": Kind.THING}.get(pronoun, Kind.PERSON)
    ends = [
        each.end
        for each in phrases(before)
        if each.kind & wanted
        and each.before != "and"  # it goes on
        and not (pronoun == "it" and each.kind & Kind.PLURAL)
    ]
    if wanted is Kind.PERSON and (asked := _ASKED_WHOM.match(before)):
        ends.append(asked.end())
    return any(_BETWEEN.search(before, end) for end in ends)


def without_empty(question: str) -> str:
    """The question with spaces for every "it", "there" and "that" which stand for nothing."""
    return _EMPTY.sub(lambda found: " " * len(found[0]), question)


def lacks_of(question: str) -> bool:
    """Whether a question asks for the symptoms, the history, the types without saying of what."""
    found = _BARE.match(question)
    return bool(found) and found["noun"].lower() in RELATIONAL if found else False


def _is_fragment(question: str) -> bool:
    """Whether a question has too few words; a keyword without a question mark is none."""
    if len(_WORD.findall(question)) >= FEWEST_WORDS or _NAME.search(question):
        return False
    if _ASKED.match(question) and phrases(question):
        return False
    words = [token.low for token in tokens(question) if token.word]
    asks = bool(words) and words[0] in WH | DETERMINERS | PREPOSITIONS | _PRONOUNS
    return asks or question.rstrip(" \"'”’").endswith("?")


def _is_named(pronoun: str, before: str) -> bool:
    """Whether the words before a pronoun may name what it stands for."""
    if pronoun != "it" and _NAME.search(before):
        return True
    if pronoun in {"it", "its"} and any(
        each.kind & Kind.THING and not each.kind & Kind.PLURAL and _AND.search(before, each.end)
        for each in phrases(before)
    ):
        return True
    joined = _JOINED.search(before)
    if joined and any(token.low not in FUNCTION for token in tokens(joined["noun"])):
        return True
    found = [each for each in phrases(before) if each.head not in RELATIONAL]
    if pronoun in {"they", "their"}:
        others = Kind.PLURAL | Kind.PERSON
        return any(
            (each.kind & others or each.head in COLLECTIVES) and each.before not in WH
            for each in found
        )
    if pronoun in {"it", "its"}:
        found = [each for each in found if each.bare != each.text or each.named]
        return any(each.kind & Kind.THING and not _several(each) for each in found)
    return bool(_THING.search(before))


def _several(phrase: Phrase) -> bool:
    """Whether a phrase can be no "it": a plural, or a name that is likely a person's."""
    return bool(phrase.kind & (Kind.PLURAL | Kind.PERSON))
