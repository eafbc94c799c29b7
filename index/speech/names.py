"""Names of persons and bodies in a text: where they stand, and the fullest form that it gives."""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from itertools import pairwise

from index.speech.tokens import Sentence, Token
from index.speech.words import (
    BODIES,
    KEPT_TITLES,
    PARTICLES,
    PREPOSITIONS,
    PRONOUNS,
    THINGS,
    TITLES,
    VERBS,
    Verb,
    word_set,
)

_INITIAL = re.compile(r"[A-Z][a-z]?\.|[A-Z]$")
# A run of capitals that is longer is a heading, not a name.
LONGEST_NAME = 8
# Uses of a full name that make it the one meant by the last name alone.
FREQUENT = 3
# A last word with more forms than this is no last name.
MOST_FORMS = 20


class People:
    """What a document tells about the names in it: which words are names, and whose."""

    def __init__(self, sentences: Iterable[Sentence]) -> None:
        self._plain: Counter[str] = Counter()
        self._capital: Counter[str] = Counter()
        self._forms: dict[str, Counter[str]] = defaultdict(Counter)
        self._speaking: set[str] = set()
        self._bare_first: set[str] = set()
        openings = []
        for sentence in sentences:
            self._count(sentence)
            for start, end in _capital_runs(sentence):
                if end - start == 1 and sentence[start].bare not in self._forms:
                    self._bare_first.add(sentence[start].bare)
                if start:
                    self._learn(sentence, start, end)
                else:
                    openings.append(sentence[:end])
        # Only now is it known which words have a capital merely because they open a sentence.
        for opening in openings:
            self._learn(opening, 0, len(opening))

    def _count(self, sentence: Sentence) -> None:
        """Learn which words begin with a capital elsewhere than at a sentence's start."""
        for before, token in pairwise(sentence):
            if not token.is_word:
                continue
            if not token.is_capital:
                self._plain[token.bare.lower()] += 1
            elif before.text not in ".:?!…([*—":
                self._capital[token.bare.lower()] += 1
        self._hear(sentence)

    def _hear(self, sentence: Sentence) -> None:
        """Learn who speaks: "X said", "X openly said"."""
        for at, token in enumerate(sentence[:-1]):
            following = sentence[at + 1]
            if following.text.endswith("ly") and at + 2 < len(sentence):
                following = sentence[at + 2]
            if token.is_capital and VERBS.get(following.text) in _HEARD:
                self._speaking.add(token.text)

    def _learn(self, sentence: Sentence, start: int, end: int) -> None:
        """Take up a name of two words or more, by its last word."""
        words = sentence[self._first(sentence, start, end) : end]
        if 2 <= len(words) <= 4 and not any(word.bare in BODIES for word in words):
            self._forms[words[-1].bare].update([_joined(words)])

    def is_name(self, token: Token, *, opens: bool) -> bool:
        """Whether a capitalised word can be part of a name; `opens`: it begins its sentence."""
        if not token.is_capital:
            return False
        if token.is_initials:
            return True
        if len(token.bare) == 1:
            return False
        word = token.bare.lower()
        if word in PRONOUNS or word in PREPOSITIONS or word in _NEVER:
            return False
        if opens and word.endswith("ly"):
            return False
        return not opens or self._capital[word] > self._plain[word] or word not in self._plain

    def is_person(self, name: str) -> bool:
        """Whether the text gives more than one word of this name, or makes it speak."""
        return not is_body(name) and (
            " " in name or bool(self._forms.get(name)) or name in self._speaking
        )

    def ending_at(self, sentence: Sentence, end: int) -> tuple[str, int] | None:
        """The name whose last word is `sentence[end - 1]`, and where it starts."""
        start = end
        while start > 0 and end - start < LONGEST_NAME and self._joins(sentence, start - 1, end):
            start -= 1
        return self._named(sentence, start, end)

    def starting_at(self, sentence: Sentence, start: int) -> tuple[str, int] | None:
        """The name whose first word is `sentence[start]`, and where it ends."""
        end = start
        while end < len(sentence) and end - start < LONGEST_NAME:
            if not self._joins(sentence, end, len(sentence)):
                break
            end += 1
            if sentence[end - 1].is_possessive:
                break
        while end > start and not sentence[end - 1].is_capital:
            end -= 1
        named = self._named(sentence, start, end)
        return (named[0], end) if named else None

    def _joins(self, sentence: Sentence, at: int, end: int) -> bool:
        token = sentence[at]
        if token.text == "." and at and sentence[at - 1].text in _ABBREVIATED:
            return True
        if token.is_possessive and at < end - 1 and end < len(sentence):
            return False
        return self.is_name(token, opens=at == 0) or (
            token.text in PARTICLES and at > 0 and sentence[at - 1].is_capital
        )

    def _named(self, sentence: Sentence, start: int, end: int) -> tuple[str, int] | None:
        first = self._first(sentence, start, end)
        if first == end or not sentence[end - 1].is_capital or sentence[end - 1].is_initials:
            return None
        return self.full(_joined(sentence[first:end])), first

    def _first(self, sentence: Sentence, start: int, end: int) -> int:
        """Where the name itself begins in a run of capitals: after offices, titles and the like."""
        while start < end and not self.is_name(sentence[start], opens=start == 0):
            start += 1
        if start == end or sentence[end - 1].bare in BODIES:
            return start
        for at in range(end - 2, start - 1, -1):
            word = sentence[at]
            if word.text.rstrip(".") in KEPT_TITLES:
                return at
            if word.bare.rstrip(".") in _OFFICES or word.is_possessive:
                return at + 1
            if word.text == "." and sentence[at - 1].text not in KEPT_TITLES:
                return at + 1
        return start

    def full(self, name: str) -> str:
        """The fullest form of a name in the text, where all its forms can be one person's.

        A last name that is there before any fuller form may be somebody else's, whom the reader
        is taken to know; it is completed only where the fuller form is frequent.
        """
        words = name.split()
        if words[0] in KEPT_TITLES:
            return name
        counts = self._forms.get(words[-1], Counter())
        forms = [form for form in counts if _compatible(form, name)]
        if len(forms) > MOST_FORMS or not all(
            _compatible(form, other) for form in forms for other in forms
        ):
            return name
        if len(words) == 1 and words[0] in self._bare_first and counts.total() < FREQUENT:
            return name
        return max([*forms, name], key=lambda form: (not _INITIAL.match(form), len(form)))


_HEARD = (Verb.SAY, Verb.UTTER)
_OFFICES = BODIES | TITLES
_ABBREVIATED = word_set("Mr Mrs Dr St Prof Capt Col Gen Rev Hon Lt Sgt Maj Messrs")
_NEVER = word_set(
    """
    a an the and but or yet so not no if when while as although though because since whereas
    however moreover meanwhile perhaps thus therefore hence indeed here there now then also even
    only still once later both all some many most each every another other such what why how who
    whom whose which where his her their our my your its nor neither either my mine yes oh
    january february march april june july august september october november december monday
    tuesday wednesday thursday friday saturday sunday
    """
) | frozenset(verb for verb in VERBS if verb.endswith("ing"))


def is_office(name: str) -> bool:
    """Whether a name is only an office, "First Secretaries", or a thing, which nobody is called."""
    words = name.split()
    singular = (words[-1].removesuffix("s"), words[-1].removesuffix("ies") + "y")
    return words[-1] in THINGS or (
        all(word in _OFFICES for word in words[:-1])
        and any(word in TITLES for word in (words[-1], *singular))
    )


def is_body(name: str) -> bool:
    """Whether a name is that of a party, a court, a paper, or of a thing."""
    return name.rsplit(maxsplit=1)[-1] in BODIES | THINGS


def _capital_runs(sentence: Sentence) -> Iterable[tuple[int, int]]:
    """Where words with capitals stand together, titles' full stops included."""
    start = None
    for at, token in enumerate(sentence):
        inside = token.is_capital or (start is not None and _is_inside(sentence, at))
        if inside and start is None:
            start = at
        if start is not None and (not inside or token.is_possessive):
            yield start, at + inside
            start = None
    if start is not None:
        yield start, len(sentence)


def _is_inside(sentence: Sentence, at: int) -> bool:
    token = sentence[at]
    return token.text in PARTICLES or (token.text == "." and sentence[at - 1].text in _ABBREVIATED)


def _joined(words: Sequence[Token]) -> str:
    """The words as one name, a possessive ending dropped."""
    out = ""
    for word in words:
        glue = "" if word.text == "." or not out else " "
        out += glue + word.text
    return out[: len(out) - len(words[-1].text) + len(words[-1].bare)]


def _compatible(first: str, second: str) -> bool:
    """Whether two names can be one person's: the first names agree as far as they are given."""
    ours, theirs = first.split(), second.split()
    if ours[-1] != theirs[-1]:
        return False
    return all(_agree(a, b) for a, b in zip(ours[:-1], theirs[:-1], strict=False))


def _agree(first: str, second: str) -> bool:
    if first.endswith(".") or second.endswith("."):
        return first[0] == second[0]
    return first == second
