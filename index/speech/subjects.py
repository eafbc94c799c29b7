"""Who a verb's subject is, and whom a pronoun means."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from index.speech.names import People, is_body, is_office
from index.speech.tokens import Sentence
from index.speech.words import (
    ADVERBS,
    AUXILIARIES,
    BODIES,
    DOCUMENTS,
    FINITE,
    FIRST_PERSON,
    HE,
    NEGATIONS,
    PERSONS,
    PREPOSITIONS,
    PRONOUNS,
    TITLES,
    VERBS,
    word_set,
)
from index.types import UNKNOWN

Speakers = tuple[str, ...]

# Nobody but the voice that is speaking already: "I said".
OWN: Speakers = ()
NOBODY: Speakers = (UNKNOWN,)

# How far back, in tokens, the subject of a verb is looked for.
FARTHEST = 60
# From a name to the page, in tokens.
LONGEST_REFERENCE = 12
# A noun phrase without a person has no more tokens.
LONGEST_PHRASE = 8

_OPENINGS = {")": "(", "]": "["}
_DASHES = word_set("— – -- ―")
_ARTICLES = word_set(
    """
    the a an his her their its our my
    """
)
_PERSON = frozenset(word for word in PERSONS if not word.endswith("s"))
_QUANTIFIERS = frozenset({"many", "some", "another", "other"})
_LINKS = word_set(
    "and or but who whom whose that which when while once then also here there this the a an"
)
_PAGES = word_set("p pp vol ch")
_BELONGING = word_set("by of with to from")
_OF = word_set("of to in from with at by on for about")


@dataclass(frozen=True, slots=True)
class Subject:
    """Who a subject names, and where it starts in its sentence, in tokens; where it ends when it
    follows its verb."""

    speakers: Speakers
    start: int
    end: int = 0
    assured: bool = True  # the verb agrees with it, so a base form ("they state") is a verb


@dataclass(slots=True)
class Scene:
    """What is known while a text is read on: the names in it and the last person it spoke of."""

    people: People
    author: str | None = None
    last: Speakers = NOBODY
    since: int = 0  # blocks since `last` was named
    read: tuple[Sentence, Subject | None] | None = None  # the last answer of `first_subject`

    def name(self, speakers: Speakers) -> None:
        self.last, self.since, self.read = speakers, 0, None

    def first_subject(self, sentence: Sentence) -> Subject | None:
        """The first person that a sentence is about; found once for each sentence."""
        if self.read is None or self.read[0] is not sentence:
            self.read = sentence, next(_candidates(sentence, self), None)
        return self.read[1]

    def next_block(self) -> None:
        """A pronoun means somebody of its own paragraph or of the one before."""
        self.since += 1
        if self.since > 1:
            self.last, self.read = NOBODY, None

    def of(self, name: str) -> Speakers:
        """The speakers that a name stands for: none when it is the author's own."""
        if name == self.author:
            return OWN
        return NOBODY if is_office(name) else (name,)


def subject_before(sentence: Sentence, verb: int, scene: Scene) -> Subject | None:
    """The subject of the verb at `verb`; None when it has none that can speak."""
    at, linked, helped = _before_adverbs(sentence, verb)
    if at < 0 or sentence[at].lower in NEGATIONS:
        return None
    found = main_subject(sentence, at + 1, scene) if linked else _ending_at(sentence, at, scene)
    if found is None:
        return None
    start = verb if linked else found.start
    return Subject(found.speakers, start, assured=found.assured or helped)


def _before_adverbs(sentence: Sentence, verb: int) -> tuple[int, bool, bool]:
    """Where the subject before a verb ends; whether an "and" links the verb to an earlier one; and
    whether an auxiliary helps it."""
    at, linked, helped = verb - 1, False, False
    while at >= 0:
        word = sentence[at].lower
        if word in ("and", "but"):
            linked = True
        elif word in AUXILIARIES:
            helped = True
        elif (
            word in NEGATIONS
            or not (word in ADVERBS or _is_adverb(word))
            or (linked and not word.islower())
        ):
            break
        at -= 1
    return at, linked, helped


def _is_adverb(word: str) -> bool:
    return len(word) > 4 and word.endswith("ly") and word not in ("family", "reply", "italy")


def _ending_at(sentence: Sentence, at: int, scene: Scene) -> Subject | None:
    """The subject whose last word, or whose apposition's last mark, is at `at`."""
    token = sentence[at]
    if token.text in _OPENINGS:
        return _before_bracket(sentence, at, scene)
    if token.text == "," or token.text in _DASHES:
        return _before_apposition(sentence, at, scene)
    if not token.is_word or token.is_possessive:
        return None
    if token.lower in ("who", "which"):
        before = at - 2 if at and sentence[at - 1].text == "," else at - 1
        named = scene.people.ending_at(sentence, before + 1) if before >= 0 else None
        return Subject(scene.of(named[0]), named[1], assured=False) if named else None
    return _word_at(sentence, at, scene)


def _word_at(sentence: Sentence, at: int, scene: Scene) -> Subject | None:
    word = sentence[at].lower
    if word in ("i", "we"):
        return Subject(OWN, at)
    if word in HE:
        return Subject(person_meant(sentence, at, scene), at, assured=False)
    if word == "they":
        return Subject(NOBODY, at)
    return _named_at(sentence, at, scene) or _unnamed_at(sentence, at, scene)


def _before_bracket(sentence: Sentence, at: int, scene: Scene) -> Subject | None:
    """Skip a parenthesis; a name alone in brackets is the subject."""
    opening = _OPENINGS[sentence[at].text]
    for start in range(at - 1, max(-1, at - FARTHEST), -1):
        if sentence[start].text == opening:
            inside = _named_at(sentence, at - 1, scene) if opening == "[" else None
            if inside and inside.start == start + 1:
                return Subject(inside.speakers, start, assured=False)
            return _ending_at(sentence, start - 1, scene) if start else None
    return None


def _before_apposition(sentence: Sentence, at: int, scene: Scene) -> Subject | None:
    """The name before "X, chairman of Y in 1990, said" or "X -- one of those -- said"; or the
    apposition itself: "The chairman, X, said"."""
    marks = (",",) if sentence[at].text == "," else _DASHES
    for start in range(at - 1, max(0, at - FARTHEST), -1):
        if sentence[start].text not in marks:
            continue
        if named := _person_between(sentence, start + 1, at, scene):
            return named
        if found := _word_or_pronoun(sentence, start - 1, scene):
            return _whose_work(sentence, found, scene) or found
    return None


def _person_between(sentence: Sentence, start: int, end: int, scene: Scene) -> Subject | None:
    """The person whose name, perhaps with an office before it, fills the whole apposition."""
    before = sentence[start - 2]
    if end - start > 6 or not all(t.is_capital or t.text == "." for t in sentence[start:end]):
        return None
    titled = sentence[start].bare.rstrip(".") in TITLES  # "the Chief of the Staff, Captain X,"
    if before.is_capital and before.bare not in BODIES | TITLES and not titled:
        return None
    named = scene.people.ending_at(sentence, end)
    if not named or is_body(named[0]):
        return None
    return Subject(scene.of(named[0]), named[1], assured=False)


def _whose_work(sentence: Sentence, found: Subject, scene: Scene) -> Subject | None:
    """X of "X, Title, 12, says", where the title looks like a name."""
    if found.start < 2 or sentence[found.start - 1].text != ",":
        return None
    named = scene.people.ending_at(sentence, found.start - 1)
    return Subject(scene.of(named[0]), 0, assured=False) if named and named[1] == 0 else None


def _word_or_pronoun(sentence: Sentence, at: int, scene: Scene) -> Subject | None:
    token = sentence[at]
    if token.is_capital and not token.is_possessive:
        found = _named_at(sentence, at, scene)
        near = sentence[max(0, found.start - 4) : found.start] if found else ()
        return None if any(word.lower in _BELONGING for word in near) else found
    if token.lower in PERSONS:
        return _unnamed_at(sentence, at, scene)
    return None


def _named_at(sentence: Sentence, at: int, scene: Scene) -> Subject | None:
    """The name that ends at `at`, unless it only belongs to another noun: "the army of X"."""
    if at < 0 or sentence[at].is_possessive:
        return None
    named = scene.people.ending_at(sentence, at + 1)
    if not named:
        return None
    name, start = named
    before = sentence[start - 1].lower if start else ""
    if before == "and" and start > 1:
        first = _named_at(sentence, start - 2, scene)
        if first and first.speakers not in (OWN, NOBODY):
            return Subject((f"{first.speakers[0]} and {name}",), first.start)
    if _is_governed(sentence, start):
        return _unnamed_at(sentence, at, scene)
    return Subject(scene.of(name), start, assured=False)


def _is_governed(sentence: Sentence, start: int) -> bool:
    """Whether the name at `start` belongs to what is before it: "of X", "in his book X"."""
    before = [token.lower for token in sentence[max(0, start - 4) : start]]
    if before and before[-1] in _ARTICLES:
        before.pop()
    if not before or before[-1] in _OF:
        return bool(before)
    # At the front, "In his book X said", the book's phrase is over before the name.
    return before[-1] in DOCUMENTS and any(
        sentence[at].lower in _OF and at > 0 and sentence[at - 1].text != ","
        for at in range(max(0, start - 4), start)
    )


def _unnamed_at(sentence: Sentence, at: int, scene: Scene) -> Subject | None:
    """A person without a name, or a text, whose noun phrase ends at `at`."""
    head = at
    for start in range(at, max(-1, at - 12), -1):
        token = sentence[start]
        if token.lower in FINITE:
            return None
        if not (token.is_word or token.text[0].isdigit() or token.quotation):
            break
        if token.lower in _OF and start:
            head = start - 1
    entitled = sentence[_before_capitals(sentence, head)].text in DOCUMENTS
    if head < at and sentence[head].is_capital and not entitled:
        named = _named_at(sentence, head, scene)
        if named:
            return named
    return _head(sentence, head, scene)


def unnamed_before(sentence: Sentence, verb: int) -> Subject | None:
    """The noun phrase with an article before a verb, of whatever noun; one in commas may stand
    between: "The protocol, signed by all, stated"."""
    at, _, _ = _before_adverbs(sentence, verb)
    if at > 0 and sentence[at].text == ",":
        commas = (n for n in range(at - 1, 0, -1) if sentence[n].text == ",")
        at = next(commas, 0) - 1
    for start in range(at, max(-1, at - LONGEST_PHRASE), -1):
        token = sentence[start]
        before = sentence[start - 1].lower if start else ""
        if token.lower in ("the", "a", "an") and before != "of":
            found = start < at and before not in PREPOSITIONS
            return Subject(NOBODY, start, assured=False) if found else None
        if not token.text.islower() or token.text in FINITE or token.text in _OF - {"of"}:
            return None
    return None


def _before_capitals(sentence: Sentence, head: int) -> int:
    """The word before the words with capitals that end at `head`; `head` where there are none."""
    while head and sentence[head].is_capital and sentence[head - 1].is_word:
        head -= 1
    return head


def _head(sentence: Sentence, head: int, scene: Scene) -> Subject | None:
    head = _before_capitals(sentence, head)  # "the manual Title of Work says"
    word = sentence[head].lower
    if word in DOCUMENTS and (owner := _owner(sentence, head, scene)):
        return owner
    if not (word in PERSONS or word in DOCUMENTS or word.endswith(("ists", "ians"))):
        return None
    start = head
    while start and sentence[start - 1].is_word and sentence[start - 1].lower not in _OF:
        start -= 1
        if sentence[start].lower in _ARTICLES:
            break
    return Subject(NOBODY, start, assured=word.endswith("s") or word == "people")


def _owner(sentence: Sentence, head: int, scene: Scene) -> Subject | None:
    """Whose document it is: "X's last report"."""
    for at in range(head - 1, max(-1, head - 4), -1):
        if sentence[at].is_possessive:
            named = scene.people.ending_at(sentence, at + 1)
            return Subject(scene.of(named[0]), named[1], assured=False) if named else None
    return None


def subject_after(sentence: Sentence, start: int, scene: Scene) -> Subject | None:
    """The subject that begins at `start`: "said he", "said the old captain, John Smith"."""
    if start >= len(sentence):
        return None
    word = sentence[start].lower
    if word in FIRST_PERSON:
        return Subject(OWN, start, start + 1)
    if word in HE:
        return Subject(person_meant(sentence, start, scene), start, start + 1)
    return None if word in PRONOUNS else _phrase_after(sentence, start, scene)


def _phrase_after(sentence: Sentence, start: int, scene: Scene) -> Subject | None:
    """The person of the noun phrase at `start`: its name, else that there is none."""
    vague: Subject | None = None
    for at in range(start, min(start + 6, len(sentence))):
        token = sentence[at]
        if not token.is_word:
            break
        if token.lower in _QUANTIFIERS or _describes(sentence, at, scene):
            continue
        if token.is_capital and (named := scene.people.starting_at(sentence, at)):
            subject = Subject(scene.of(named[0]), start, named[1])
            if not is_body(named[0]) and not is_office(named[0]):
                return subject
            vague = vague or (None if is_office(named[0]) else subject)
        elif token.lower in PERSONS or token.lower in DOCUMENTS:
            vague = vague or Subject(NOBODY, start, at + 1)
        elif token.lower in PREPOSITIONS:
            break
    return vague


def _describes(sentence: Sentence, at: int, scene: Scene) -> bool:
    """Whether a word with a capital is but an adjective: "the Mongolian custom"."""
    token = sentence[at]
    if not token.is_capital or token.is_possessive or scene.people.is_person(token.text):
        return False
    after = sentence[at + 1].text if at + 1 < len(sentence) else ""
    noun = after.isalpha() and after.islower() and not _is_adverb(after)
    known = after in VERBS or after in PREPOSITIONS or after in FINITE or after in _LINKS
    return noun and not known


def main_subject(sentence: Sentence, end: int, scene: Scene) -> Subject | None:
    """The first person before `end` that the sentence is about, by name or by pronoun."""
    subject = scene.first_subject(sentence)
    return subject if subject and subject.start < end else None


def _candidates(sentence: Sentence, scene: Scene) -> Iterator[Subject]:
    at = 0
    while at < len(sentence):
        token = sentence[at]
        named = None
        if token.lower in HE:
            yield Subject(scene.last, at, assured=False)
        elif token.lower == "i":
            yield Subject(OWN, at)
        elif token.is_capital:
            named = scene.people.starting_at(sentence, at)
        if named and _is_subject(sentence, at, named[1], named[0], scene):
            yield Subject(_in_company(sentence, named, scene), at, assured=False)
        at = named[1] if named else at + 1


def _in_company(sentence: Sentence, named: tuple[str, int], scene: Scene) -> Speakers:
    """The speakers of "X" or "X and Y"; of "X, Y and Z" nobody is named."""
    name, end = named
    link = sentence[end].text if end < len(sentence) else ""
    if link not in (",", "and") or end + 1 >= len(sentence):
        return scene.of(name)
    second = scene.people.starting_at(sentence, end + 1) if sentence[end + 1].is_capital else None
    if not second or not scene.people.is_person(second[0]):
        return scene.of(name)
    if link == "and":
        return (f"{name} and {second[0]}",)
    follows = sentence[second[1] : second[1] + 2]
    lists = len(follows) > 1 and (
        follows[0].text == "and" or (follows[0].text == "," and follows[1].is_capital)
    )
    return NOBODY if lists else scene.of(name)


def _is_subject(sentence: Sentence, start: int, end: int, name: str, scene: Scene) -> bool:
    """Whether a person's name stands where a subject can: after no preposition, owning nothing."""
    return (
        scene.people.is_person(name)
        and not _is_cited(sentence, end)
        and not (start and sentence[start - 1].lower in ("the", "a", "an"))
        and not sentence[end - 1].is_possessive
        and not _depends(sentence, start)
    )


def _is_cited(sentence: Sentence, end: int) -> bool:
    """Whether the name that ends at `end` begins a reference: "X, Title, pp. 3-4"."""
    if [token.text for token in sentence[end : end + 1]] != [","]:
        return False
    ahead = [token for token in sentence[end : end + LONGEST_REFERENCE] if token.text != "."]
    return any(
        page.lower in _PAGES and number.text[0].isdigit() for page, number in pairwise(ahead)
    )


def _depends(sentence: Sentence, start: int) -> bool:
    """Whether a preposition governs the name at `start`: "to X", "to the new X", but not "In the
    end X"."""
    before = [token.lower for token in sentence[max(0, start - 3) : start]][::-1]
    for distance, word in enumerate(before):
        if word in PREPOSITIONS:
            at = start - 1 - distance
            opens = at == 0 or sentence[at - 1].text == ","
            return distance < 2 or not opens
        if word not in _ARTICLES and not (distance == 0 and before[1:2] and before[1] in _ARTICLES):
            return False
    return False


def brings_in_unnamed(sentence: Sentence, subject: Subject | None) -> bool:
    """Whether a sentence without a named subject speaks of "the boy" first, whom a pronoun may
    mean afterwards."""
    if subject and sentence[subject.start].lower not in (*HE, "i"):
        return False
    end = subject.start if subject and subject.speakers else len(sentence)
    return any(
        article.lower in ("the", "a", "an") and noun.lower in _PERSON
        for article, noun in pairwise(sentence[:end])
    )


def person_meant(sentence: Sentence, at: int, scene: Scene) -> Speakers:
    """Whom the "he" at `at` means: the subject before it in the sentence, or else whoever is named
    there, or else the last subject."""
    subject = main_subject(sentence, at, scene)
    if subject and subject.speakers:
        return _alone(subject.speakers)
    return _named_before(sentence, at, scene) or _alone(scene.last)


def _alone(speakers: Speakers) -> Speakers:
    """A pronoun for one person does not mean two."""
    return NOBODY if " and " in speakers[0] else speakers


def _named_before(sentence: Sentence, at: int, scene: Scene) -> Speakers:
    for end in range(at, max(0, at - 12), -1):
        token = sentence[end - 1]
        if _is_cited(sentence, end) or not token.is_capital:
            continue
        if named := scene.people.ending_at(sentence, end):
            return scene.of(named[0]) if scene.people.is_person(named[0]) else OWN
    return OWN
