"""The speeches in a stretch of reading text: quoted, reported, and those within a quotation."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from index.speech.frames import Frame, attribution, frames, quoted_by
from index.speech.marks import Quotation
from index.speech.subjects import (
    NOBODY,
    OWN,
    Scene,
    Speakers,
    brings_in_unnamed,
    main_subject,
)
from index.speech.tokens import Sentence, Token, sentences
from index.speech.words import NAMING, PASSING_ON, WORDS_OF, Verb, word_set

# So many words are a sentence even when their first letter is small.
ENOUGH_WORDS = 12
# How far after a quotation, in tokens, its source may be named.
NEAR = 15
# Fewer are a term or a title; more are needed in mid-sentence.
FEWEST_WORDS = 4
FEWEST_INSIDE = 7

_WORD = re.compile(r"[^\W_]+(?:['’-][^\W_]+)*")
_BREAKS = word_set("and but while whereas though although yet")


@dataclass(frozen=True, slots=True)
class Found:
    """A speech in a reading text, `text[start:end]`, with the chain of its speakers."""

    start: int
    end: int
    speakers: Speakers
    reported: bool = False


@dataclass(frozen=True, slots=True)
class Ending:
    """What the last sentence of a stretch says about the words after it.

    `speakers` are whose words they would be, if any; `announces` when the sentence needs them: it
    ends with a colon, or not at all. `says` when somebody speaks in it.
    """

    speakers: Speakers | None
    announces: bool
    says: bool


NO_ENDING = Ending(None, announces=False, says=False)


def joined(speakers: Speakers, chain: Speakers) -> Speakers:
    """A longer chain; nobody passes on his own words."""
    return speakers + chain[speakers[-1:] == chain[:1] :]


class Stretch:
    """A reading text, or what is inside one quotation of it, read from start to end.

    `chain` are the speakers whose words it is already, towards the author but without him;
    `opening` are those of a quotation that begins it, where the block before tells.
    """

    def __init__(
        self, text: str, scene: Scene, chain: Speakers = (), opening: Speakers | None = None
    ) -> None:
        self.text = text
        self.scene = scene
        self.chain = chain
        self.opening = opening
        self.ending = NO_ENDING
        self.last_quoted: Speakers | None = None

    def read(self, start: int, end: int, quotations: Sequence[Quotation]) -> Iterator[Found]:
        carried: Speakers | None = None
        for sentence in sentences(self.text, start, end, quotations):
            found = frames(sentence, self.scene)
            yield from self._reported(sentence, found)
            for at, token in enumerate(sentence):
                if token.quotation:
                    whose = self._whose(sentence, at, found, carried)
                    yield from self._quoted(token.quotation, whose)
                    self.last_quoted = whose
            carried = _said_last(sentence, found)
            self._remember(sentence, found)
            self.opening = None

    def _reported(self, sentence: Sentence, found: Sequence[Frame]) -> Iterator[Found]:
        """What is said without marks: claims in the author's words, or words after a colon."""
        outer: tuple[Frame, Speakers] | None = None
        for number, frame in enumerate(found):
            if frame.speakers == OWN:
                continue
            if frame.content is None:
                yield from self._after_colon(sentence, frame)
                continue
            within = outer is not None and _is_within(sentence, frame, outer[0])
            speakers = joined(frame.speakers, outer[1]) if outer and within else frame.speakers
            end = _end_of_claim(sentence, found[number + 1 :], frame)
            start = min(frame.start, frame.content)
            yield self._found(sentence[start].start, sentence[end].end, speakers, reported=True)
            outer = (frame, speakers)

    def _after_colon(self, sentence: Sentence, frame: Frame) -> Iterator[Found]:
        rest = sentence[frame.end + 1 :]
        said = frame.kind is Verb.SAY and sentence[frame.end : frame.end + 1]
        if said and said[0].text == ":" and len(rest) >= FEWEST_WORDS and not rest[0].quotation:
            yield self._found(rest[0].start, rest[-1].end, frame.speakers)

    def _found(self, start: int, end: int, speakers: Speakers, *, reported: bool = False) -> Found:
        return Found(start, end, joined(speakers, self.chain), reported)

    def _whose(
        self, sentence: Sentence, at: int, found: Sequence[Frame], carried: Speakers | None
    ) -> Speakers | None:
        """Whose a quotation is; None when it is no speech."""
        quotation = sentence[at].quotation
        assert quotation is not None
        words = _WORD.findall(self.text, quotation.inner_start, quotation.inner_end)
        if _is_title(words, finished=quotation.is_finished(self.text)):
            return None
        named = self.opening if at == 0 else None
        if named is None:
            named = _said_after(sentence, at, found)
        if named is None:
            named = attribution(sentence, at, found, self.scene, len(words))
        if named is None and at == 0:
            named = carried
        if named is None and (after := quoted_by(sentence[at : at + NEAR], self.scene)):
            named = after
        if named in (None, NOBODY) and len(words) >= FEWEST_WORDS:
            named = self._cited(sentence, at) or named
        if named is None and self._is_sentence(sentence, at, words):
            return NOBODY
        return named

    def _cited(self, sentence: Sentence, at: int) -> Speakers:
        """Whose words the source after a quotation says they are, unless it contradicts."""
        cited = cited_speaker(sentence[at + 1 : at + NEAR], self.scene)
        subject = main_subject(sentence, at, self.scene)
        return cited if not subject or subject.speakers == cited else OWN

    def _is_sentence(self, sentence: Sentence, at: int, words: Sequence[str]) -> bool:
        quotation = sentence[at].quotation
        assert quotation is not None
        if at and sentence[at - 1].lower in NAMING:
            return False
        if len(words) >= ENOUGH_WORDS:
            return True
        before = sentence[at - 1].text if at else ":"
        following = sentence[at + 1].text if at + 1 < len(sentence) else "."
        finished = quotation.is_finished(self.text) or following in (".", "!", "?")
        enough = len(words) >= (FEWEST_WORDS if before in (",", ":") else FEWEST_INSIDE)
        return enough and finished and words[0][0].isupper()

    def _quoted(self, quotation: Quotation, speakers: Speakers | None) -> Iterator[Found]:
        if speakers is None:
            return
        if speakers != OWN:
            yield self._found(quotation.start, quotation.end, speakers)
        chain = joined(speakers, self.chain) if speakers else self.chain
        scene = Scene(self.scene.people, chain[0] if chain else self.scene.author)
        inner = Stretch(self.text, scene, chain)
        yield from inner.read(quotation.inner_start, quotation.inner_end, quotation.children)

    def _remember(self, sentence: Sentence, found: Sequence[Frame]) -> None:
        """Keep whom the next pronoun means, and what the sentence announces."""
        subject = main_subject(sentence, len(sentence), self.scene)
        whose = attribution(sentence, len(sentence), found, self.scene, ENOUGH_WORDS)
        if whose and len(whose) > 1 and _speaks_of_words(sentence, found):
            self.scene.name(whose)
        elif subject and subject.speakers not in (OWN, NOBODY):
            self.scene.name(subject.speakers)
        if brings_in_unnamed(sentence, subject):
            self.scene.name(NOBODY)
        last = sentence[-1]
        announces = last.text == ":" or last.is_word or last.text in (",", "—", "--")
        says = bool(found) or any(token.text in WORDS_OF for token in sentence)
        if whose is None and subject and not announces:
            whose = subject.speakers
        self.ending = Ending(whose, announces=announces, says=says)


def _speaks_of_words(sentence: Sentence, found: Sequence[Frame]) -> bool:
    return any(frame.word in PASSING_ON for frame in found) and any(
        token.text in WORDS_OF for token in sentence
    )


def _is_within(sentence: Sentence, frame: Frame, outer: Frame) -> bool:
    """Whether a frame belongs to what another one reports, rather than standing beside it."""
    if outer.content is None or frame.start <= outer.content:
        return False
    return frame.start != frame.verb and not _breaks_off(sentence, frame)


def _breaks_off(sentence: Sentence, frame: Frame) -> bool:
    """Whether a new clause, and not a claim within a claim, starts with the frame."""
    before = [token.text for token in sentence[max(0, frame.start - 3) : frame.start]]
    return any(word in _BREAKS or word in ";:" or word == "," for word in before)


def _end_of_claim(sentence: Sentence, later: Sequence[Frame], frame: Frame) -> int:
    """The last token of a claim: the sentence's, or the one before another speaker's clause."""
    for other in later:
        apart = other.content is not None and other.start == max(other.start, frame.end + 1)
        if apart and other.speakers != frame.speakers and _breaks_off(sentence, other):
            return other.start - 1
    return len(sentence) - 1


def _said_after(sentence: Sentence, at: int, found: Sequence[Frame]) -> Speakers | None:
    """X of "...," said X / "...," X said; and of the words that go on after that."""
    for frame in found:
        begins_after = at < frame.start <= at + 2 and frame.kind is not Verb.STANCE
        between = all(token.text in ",-—--" for token in sentence[at + 1 : frame.start])
        follows = sentence[frame.end].text if frame.end < len(sentence) else "."
        alone = frame.inverted or frame.content is None
        if begins_after and between and alone and follows != ":":
            return frame.speakers
        if frame.inverted and frame.end <= at and _only_commas(sentence[frame.end : at]):
            return frame.speakers
    return None


def _only_commas(tokens: Sequence[Token]) -> bool:
    return len(tokens) <= 2 and all(token.text in (",", "and", ".", ":", ";") for token in tokens)


def _said_last(sentence: Sentence, found: Sequence[Frame]) -> Speakers | None:
    """Whose words a next sentence that is all quotation goes on with: `"...," said X. "...`."""
    if not found or sentence[0].quotation is None:
        return None
    return _said_after(sentence, 0, found)


def cited_speaker(tokens: Sequence[Token], scene: Scene) -> Speakers:
    """X of "(X, Title 12)" when that follows at once; a title alone names nobody."""
    at = next((n for n, token in enumerate(tokens[:3]) if token.text == "("), None)
    if at is None or any(token.is_word for token in tokens[:at]) or at + 2 >= len(tokens):
        return OWN
    named = scene.people.starting_at(tokens, at + 1) if tokens[at + 1].is_capital else None
    if not named or named[1] >= len(tokens):
        return OWN
    name, end = named
    follows = tokens[end].text
    known = scene.people.is_person(name) and (follows in ",;)" or follows[0].isdigit())
    return (name,) if known or follows == "," else OWN


def _is_title(words: Sequence[str], *, finished: bool) -> bool:
    """Whether words are written as the title of a work or the name of a thing."""
    long = [word for word in words if len(word) > 3 and word[0].isalpha()]
    return len(long) > 1 + finished and all(word[0].isupper() for word in long)
