"""The clauses of a sentence that say who speaks: "X said", "according to X", "the words of X"."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from index.speech.subjects import (
    NOBODY,
    OWN,
    Scene,
    Speakers,
    Subject,
    main_subject,
    person_meant,
    subject_after,
    subject_before,
    unnamed_before,
)
from index.speech.tokens import Sentence
from index.speech.words import (
    ACCUSED,
    ADDRESSING,
    AUXILIARIES,
    CLAIMS_ONLY,
    DIRECTIVES,
    FINITE,
    OWN_PAST,
    PARTICIPLES,
    PASSING_ON,
    SPOKEN_SUBJECTS,
    VERBS,
    WORDS_OF,
    Verb,
    word_set,
)

_QUESTIONS = word_set("how why what whether if where when who")
# After these a participle is a noun: "it is worth saying that".
_NOUN_LIKE = frozenset({"worth", "of", "for", "about", "from", "without", "the", "a"})
_BE = word_set("was were is are been be")
_CLAUSE_MARKS = frozenset(",;:.")
# An addressee or a circumstance between the verb and its "that" is no longer than this.
WIDEST_GAP = 14
# What a nameless thing says begins within so many tokens of its verb.
NEAR_WORDS = 5
# And a quotation of so many words is its speaker's even when a clause stands between.
LONG_QUOTATION = 10


@dataclass(frozen=True, slots=True)
class Frame:
    """A clause that names a speaker, `sentence[start:end]` with its verb or noun at `verb`.

    `word` is the verb; `inverted` when its subject follows. `content` is where a clause with the
    speaker's claim begins, None when there is none.
    """

    speakers: Speakers
    start: int
    verb: int
    end: int
    word: str
    kind: Verb
    inverted: bool = False
    content: int | None = None


def frames(sentence: Sentence, scene: Scene) -> list[Frame]:
    """The frames of a sentence in order."""
    found = [*_verb_frames(sentence, scene), *_according(sentence, scene)]
    return sorted(found, key=lambda frame: frame.verb)


def _verb_frames(sentence: Sentence, scene: Scene) -> Iterator[Frame]:
    last: Subject | None = None
    for at, token in enumerate(sentence):
        kind = VERBS.get(token.text)
        if kind is None or (at and sentence[at - 1].lower == "to"):
            continue
        subject, inverted = _subject(sentence, at, scene, last)
        if subject is None or (kind in (Verb.THINK, Verb.STANCE) and _is_helped(sentence, at)):
            continue
        last = subject
        yield _frame(sentence, at, kind, subject, inverted=inverted)


def _is_helped(sentence: Sentence, at: int) -> bool:
    """Whether an auxiliary stands before a verb: "would believe" reports nothing."""
    return at > 0 and sentence[at - 1].lower in AUXILIARIES


def _subject(
    sentence: Sentence, at: int, scene: Scene, last: Subject | None
) -> tuple[Subject | None, bool]:
    word = sentence[at].text
    if _follows_quotation(sentence, at) and (after := subject_after(sentence, at + 1, scene)):
        return after, True
    if word in PARTICIPLES:
        return _of_participle(sentence, at, scene, last), False
    if _is_passive(sentence, at):
        return subject_after(sentence, at + 2, scene), True
    subject = subject_before(sentence, at, scene) or _unknown_before(sentence, at)
    if subject and not subject.assured and word + "s" in VERBS and word not in OWN_PAST:
        return None, False  # "the X state", "X's claim": a noun
    if subject is None and at and sentence[at - 1].text == ",":
        after = subject_after(sentence, at + 1, scene)
        closed = after and (after.end == len(sentence) or sentence[after.end].text in ",.;")
        return (after, True) if closed else (None, False)
    return subject, False


def _is_passive(sentence: Sentence, at: int) -> bool:
    """ "was told by X that"."""
    return (
        [token.text for token in sentence[at + 1 : at + 2]] == ["by"]
        and at > 0
        and sentence[at - 1].lower in _BE
        and any(token.text == "that" for token in sentence[at + 2 : at + WIDEST_GAP])
    )


def _unknown_before(sentence: Sentence, at: int) -> Subject | None:
    """Somebody or something without a name that says words: "the mayor explained that"."""
    word = sentence[at].text
    if VERBS[word] is not Verb.SAY or word in DIRECTIVES | CLAIMS_ONLY:
        return None  # "the evidence suggests"
    subject = unnamed_before(sentence, at)
    if subject is None:
        return None
    spoken = any(it.text == "that" or it.quotation for it in sentence[at + 1 : at + NEAR_WORDS])
    return subject if spoken or _follows_quotation(sentence, subject.start) else None


def _follows_quotation(sentence: Sentence, at: int) -> bool:
    before = at - 1
    if before >= 0 and sentence[before].text in (",", "--", "—"):
        before -= 1
    return before >= 0 and sentence[before].quotation is not None


def _of_participle(
    sentence: Sentence, at: int, scene: Scene, last: Subject | None
) -> Subject | None:
    """Who is "saying that": the sentence's subject, when words follow at once."""
    following = sentence[at + 1] if at + 1 < len(sentence) else None
    spoken = following and (following.quotation or following.text in ("that", ":", ","))
    if not spoken or not at or sentence[at - 1].lower in _NOUN_LIKE:
        return None
    if sentence[at - 1].lower in _BE:
        return subject_before(sentence, at - 1, scene)
    subject = last or main_subject(sentence, at, scene)
    return Subject(subject.speakers, at) if subject else None


def _frame(sentence: Sentence, at: int, kind: Verb, subject: Subject, *, inverted: bool) -> Frame:
    start, end = (at, subject.end) if inverted else (min(subject.start, at), at + 1)
    word = sentence[at].text
    frame = Frame(subject.speakers, start, at, end, word, kind, inverted)
    return Frame(subject.speakers, start, at, end, word, kind, inverted, _content(sentence, frame))


def _content(sentence: Sentence, frame: Frame) -> int | None:
    """Where the claim that a frame reports begins."""
    at = frame.end
    if at >= len(sentence) or frame.kind is Verb.UTTER:
        return _aside(sentence, frame)
    if frame.kind is Verb.STANCE:
        return _stance(sentence, frame)
    if frame.kind is Verb.THINK and frame.speakers == NOBODY:
        return None
    if _clause_follows(sentence, at):
        return None if _is_directive(sentence, frame) else at
    if frame.kind is Verb.THINK:
        return at if sentence[at].text == "the" else None
    return _distant_clause(sentence, frame) or _aside(sentence, frame)


def _stance(sentence: Sentence, frame: Frame) -> int | None:
    takes_object = sentence[frame.end].is_word or sentence[frame.end].quotation
    if frame.word in ACCUSED and not _says_what_for(sentence, frame):
        return None
    return frame.end if takes_object and frame.speakers != NOBODY else None


def _says_what_for(sentence: Sentence, frame: Frame) -> bool:
    """ "blamed X for the fire", "accused X of theft"."""
    ahead = sentence[frame.end + 1 : frame.end + WIDEST_GAP]
    closed = next((n for n, token in enumerate(ahead) if token.text in _CLAUSE_MARKS), len(ahead))
    return any(token.text in ("for", "of") for token in ahead[:closed])


def _clause_follows(sentence: Sentence, at: int) -> bool:
    word = sentence[at].text
    if word == "out" and at + 1 < len(sentence):
        return _clause_follows(sentence, at + 1)
    if word == "that" or word in _QUESTIONS:
        return True
    following = sentence[at + 1].text if at + 1 < len(sentence) else ""
    if word.lower() in SPOKEN_SUBJECTS and following in FINITE:
        return True
    return sentence[at - 1].text in _SAID and _has_clause(sentence, at)


_SAID = word_set("say says said")
_DETERMINERS = word_set("the a an his her their its our my this these those")


def _has_clause(sentence: Sentence, at: int) -> bool:
    """Whether a clause without "that" begins at `at`: "said the mayor lied"."""
    if sentence[at].text not in _DETERMINERS:
        return False
    for token in sentence[at + 2 : at + NEAR_WORDS]:
        if token.text in FINITE or token.text in VERBS or token.text.endswith("ed"):
            return True
        if not token.text.islower():
            break
    return False


def _distant_clause(sentence: Sentence, frame: Frame) -> int | None:
    """The claim after an addressee or a circumstance: "told Smith that", "said in March that"."""
    first = sentence[frame.end].lower
    if frame.word not in ADDRESSING and first not in _CIRCUMSTANCE and not _to_be(sentence, frame):
        return None
    for at in range(frame.end, min(frame.end + WIDEST_GAP, len(sentence))):
        word = sentence[at].text
        if word in ("that", "how", "whether"):
            return at
        participle = word.endswith("ed") and frame.word not in ADDRESSING
        if word in _CLAUSE_MARKS or word in FINITE or word in VERBS or participle:
            break
    return frame.end if _to_be(sentence, frame) else None


_CIRCUMSTANCE = word_set(
    """
    with to in at on from after before during again once then only later earlier recently
    """
)


def _to_be(sentence: Sentence, frame: Frame) -> bool:
    """ "declared X to be": a claim about X."""
    words = [token.text for token in sentence[frame.end : frame.end + 8]]
    return any(pair == ("to", "be") for pair in pairwise(words))


def _aside(sentence: Sentence, frame: Frame) -> int | None:
    """The claim around "as X says," or ", X said,": the whole clause."""
    before = sentence[frame.start - 1].lower if frame.start else ""
    after = sentence[frame.end].text if frame.end < len(sentence) else "."
    closed = after in ",.;—" or after == "--" or (after == "out" and frame.word.startswith("point"))
    if frame.kind is not Verb.SAY or not closed:
        return None
    if before == "as":
        return frame.start - 1
    if before == "," and not _follows_quotation(sentence, frame.start):
        return _clause_start(sentence, frame.start - 1)
    return None


def _clause_start(sentence: Sentence, comma: int) -> int:
    """Where the clause before a comma begins: at the comma before it, if that is not near."""
    for at in range(comma - 1, 8, -1):
        if sentence[at].text in (",", ";"):
            return at + 1
    return 0


def _is_directive(sentence: Sentence, frame: Frame) -> bool:
    ahead = sentence[frame.end : frame.end + WIDEST_GAP]
    return frame.word in DIRECTIVES and any(token.text == "should" for token in ahead)


def _according(sentence: Sentence, scene: Scene) -> Iterator[Frame]:
    """ "According to X, ..." and "in X's view, ..."."""
    for at, token in enumerate(sentence):
        if token.lower == "according" and [t.text for t in sentence[at + 1 : at + 2]] == ["to"]:
            subject = subject_after(sentence, at + 2, scene)
        elif token.text in ("view", "opinion", "words") and at > 1:
            subject = _in_the_view_of(sentence, at, scene)
        else:
            continue
        if subject:
            yield Frame(
                subject.speakers,
                at,
                at,
                max(at + 1, subject.end),
                token.lower,
                Verb.SAY,
                content=_around(sentence, at),
            )


def _in_the_view_of(sentence: Sentence, at: int, scene: Scene) -> Subject | None:
    owner = noun_speakers(sentence, at, scene)
    inside = any(token.lower == "in" for token in sentence[max(0, at - 5) : at])
    return Subject(owner, at) if owner and inside and owner != NOBODY else None


def _around(sentence: Sentence, at: int) -> int:
    """What "according to X" applies to: its clause when it comes first, else what is before it."""
    return 0 if at > 2 else at


def noun_speakers(sentence: Sentence, at: int, scene: Scene) -> Speakers:
    """Whose words a noun at `at` speaks of: "X's words", "his own words", "a remark by X"."""
    after = sentence[at + 1].text if at + 1 < len(sentence) else ""
    if after in ("of", "by", "from"):
        subject = subject_after(sentence, at + 2, scene)
        return subject.speakers if subject else OWN
    for before in range(at - 1, max(-1, at - 4), -1):
        token = sentence[before]
        if token.lower in ("his", "her"):
            return person_meant(sentence, before, scene)
        if token.is_possessive:
            named = scene.people.ending_at(sentence, before + 1)
            return scene.of(named[0]) if named else NOBODY
        if not token.text.isalpha():
            break
    return OWN


def attribution(
    sentence: Sentence, at: int, found: Sequence[Frame], scene: Scene, words: int
) -> Speakers | None:
    """Whose the quotation at `at`, `words` words long, is by what stands before it; None when
    nobody is said to speak. `at` may be the sentence's end: what follows is then the quotation."""
    before = [frame for frame in found if frame.end <= at and not frame.inverted]
    colon = at > 0 and sentence[at - 1].text == ":"
    if before and (_adjoins(sentence, before[-1], at) or _reports(before[-1], at)):
        return _passed_on(sentence, before[-1], at, scene)
    if colon:
        return _announced(sentence, at, before, scene)
    if before and words >= LONG_QUOTATION:
        return _passed_on(sentence, before[-1], at, scene)
    return None


_LIGHT = word_set(
    """
    , : - -- — that simply only thus out as follows following the this way it also in and on
    further to him her them us me openly
    """
)


def _adjoins(sentence: Sentence, frame: Frame, at: int) -> bool:
    """Whether nothing of weight stands between a frame and a quotation."""
    if frame.kind is Verb.STANCE or (frame.word in CLAIMS_ONLY and frame.content is None):
        return False
    between = sentence[frame.end : at]
    if between and between[-1].text == "the":
        return False
    if between and between[-1].text in (",", ":") and frame.content is None:
        return len(between) <= 8
    return len(between) <= 6 and all(token.text in _LIGHT for token in between)


def _reports(frame: Frame, at: int) -> bool:
    return frame.content is not None and frame.kind is not Verb.STANCE and frame.content < at


def _announced(
    sentence: Sentence, at: int, before: Sequence[Frame], scene: Scene
) -> Speakers | None:
    """Who is announced by a colon: whose "words" or "remark" it is, else who did the saying."""
    for noun in range(at - 1, -1, -1):
        if sentence[noun].text in WORDS_OF:
            named = noun_speakers(sentence, noun, scene)
            if named:
                return _through(sentence, named, at, scene, before)
    if before:
        return _through(sentence, before[-1].speakers, at, scene, before)
    passive = _by(sentence, at, scene)
    if passive:
        return passive
    subject = main_subject(sentence, at, scene)
    return subject.speakers if subject else None


def _passed_on(sentence: Sentence, frame: Frame, at: int, scene: Scene) -> Speakers:
    """The frame's speaker, or whoever's words it passes on: "X recalled the words of Y: ..."."""
    if frame.word in PASSING_ON:
        for noun in range(frame.end, min(at, len(sentence))):
            if sentence[noun].text in WORDS_OF:
                named = noun_speakers(sentence, noun, scene)
                if named and named != frame.speakers:
                    return (*named, *frame.speakers)
    return _through(sentence, frame.speakers, at, scene, ())


def _through(
    sentence: Sentence, named: Speakers, at: int, scene: Scene, before: Sequence[Frame]
) -> Speakers:
    """`named` with whoever passes the words on: "as quoted by Y", or X who quotes them."""
    quoter = quoted_by(sentence, scene)
    if quoter and quoter[0] not in named:
        return (*named, *quoter)
    quoted = _person_quoted(sentence, at, scene)
    if quoted and quoted[0] not in named:
        return (*quoted, *named)
    passing = [f for f in before if f.word in PASSING_ON and f.speakers not in (OWN, named)]
    return (*named, *passing[-1].speakers) if passing else named


_QUOTED = frozenset({"quoted", "cited", "reported", "recalled"})


def quoted_by(sentence: Sentence, scene: Scene) -> Speakers:
    """Y of "as quoted by Y", "cited by Y"."""
    for at in range(len(sentence) - 2):
        if sentence[at].text in _QUOTED and sentence[at + 1].text == "by":
            subject = subject_after(sentence, at + 2, scene)
            return subject.speakers if subject else OWN
    return OWN


_QUOTING = word_set("quote quotes quoted quoting cites cited citing")


def _person_quoted(sentence: Sentence, end: int, scene: Scene) -> Speakers:
    """Y of "quotes Y:" and "quoting Y," before `end`."""
    for at in range(end - 2, -1, -1):
        if sentence[at].text not in _QUOTING:
            continue
        if sentence[at + 1].text in ("him", "her"):
            return scene.last
        subject = subject_after(sentence, at + 1, scene)
        if subject and subject.end <= end and not sentence[subject.end - 1].is_possessive:
            return OWN if subject.speakers == NOBODY else subject.speakers
    return OWN


def _by(sentence: Sentence, at: int, scene: Scene) -> Speakers:
    """X of "the protest was uttered by X:"."""
    for verb in range(at - 2, -1, -1):
        if sentence[verb + 1].text == "by" and (
            sentence[verb].text in VERBS or sentence[verb].text in ("made", "given", "voiced")
        ):
            subject = subject_after(sentence, verb + 2, scene)
            return subject.speakers if subject else OWN
    return OWN
