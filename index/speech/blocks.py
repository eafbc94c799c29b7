"""Speech that runs over blocks: announced quotations without marks, dialogue, open quotations."""

import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence, Set
from dataclasses import dataclass
from itertools import pairwise

from index.reading import Reading, heal
from index.speech.frames import frames
from index.speech.marks import Quotation, quotations
from index.speech.names import People
from index.speech.quoted import NO_ENDING, Ending, Found, Stretch, cited_speaker, joined
from index.speech.subjects import NOBODY, OWN, Scene, Speakers
from index.speech.tokens import Sentence, sentences
from index.speech.words import ADDRESSED, LABELS, NAMELESS_LABELS
from index.types import Block, BlockKind, Reference, Span, Speech

_READ = frozenset(
    {BlockKind.PARAGRAPH, BlockKind.ITEM, BlockKind.QUOTATION, BlockKind.NOTE, BlockKind.TABLE}
)
_PROSE = frozenset({BlockKind.PARAGRAPH, BlockKind.QUOTATION})

_LABEL = re.compile(
    r"^[^\S\n]*[*_]{0,2}((?:[^\W\d_][\w.'’-]{0,30}[^\S\n]){0,3}[^\W\d_][\w.'’-]{0,30})[*_]{0,2}:"
    r"[*_]{0,2}\s+(?=\S)",
    re.MULTILINE,
)
# At the end of a block: a source in parentheses, no longer than this.
LONGEST_SOURCE = 200
_SOURCE = re.compile(rf"\([^()]{{1,{LONGEST_SOURCE}}}\)[.\s]*$")
_ELLIPSIS = re.compile(r"\S \. \. \. \S|\S \[?(?:\.\.\.|…)\]? \S")
_WORD = re.compile(r"[^\W\d_]+")
# Typists mix the two.
_OPENERS = frozenset("“„«‹‘\"'")
_SAME = {"“": '“"', '"': '“"'}


def find_speeches(
    text: str, blocks: Sequence[Block], references: Sequence[Reference], author: str | None
) -> tuple[Speech, ...]:
    """The speeches of a document, in order of their starts; the outer before the inner."""
    people = People(_all_sentences(text, blocks))
    labels = _Labels(text, blocks, people)
    walk = _Walk(text, people, author, labels, _left_open(text, blocks, labels))
    found = {speech for block in blocks for speech in _in_block(text, block, walk)}
    return tuple(
        sorted(found, key=lambda it: (it.span.start, -it.span.end, len(it.speakers), it.speakers))
    )


def _in_block(text: str, block: Block, walk: "_Walk") -> Iterator[Speech]:
    if block.kind in _READ or block.kind is BlockKind.HEADING:
        reading = heal(text, block.span, block.holes)
        for it in walk.read(block, reading):
            if it.start < it.end:
                span = reading.canonical(Span(it.start, it.end))
                yield Speech(span, it.speakers, it.reported)


def _left_open(text: str, blocks: Sequence[Block], labels: "_Labels") -> set[Span]:
    """The paragraphs in which a quotation may stay open to the end: the next one begins with a
    quotation mark or is a dialogue."""
    body = [block for block in blocks if block.kind in _READ - {BlockKind.NOTE}]
    return {
        first.span
        for first, second in pairwise(body)
        if text[second.span.start] in _OPENERS or labels.begin(text, second)
    }


def _all_sentences(text: str, blocks: Iterable[Block]) -> Iterator[Sentence]:
    """The sentences of a document as they stand: for its names, page breaks hardly matter."""
    for block in blocks:
        if block.kind in _READ:
            yield from sentences(text, block.span.start, block.span.end, ())


@dataclass(frozen=True, slots=True)
class _Line:
    """What one speaker says in a dialogue, `text[start:end]` of a block's reading; the label
    stands at `labelled`."""

    label: str
    labelled: int
    start: int
    end: int


class _Labels:
    """The labels of a document's lines that are speakers' in a dialogue.

    A label counts when a person is called so in the text, or when it alternates with another: both
    stand before several lines, or one does in a block where most lines have labels.
    """

    def __init__(self, text: str, blocks: Iterable[Block], people: People) -> None:
        self._people = people
        labels = Counter(
            match[1]
            for block in blocks
            if block.kind in _READ
            for match in _LABEL.finditer(block.span.of(text))
        )
        often = {label for label, times in labels.items() if times > 1 and _is_label(label)}
        self._often = often if len(often) > 1 else set()

    def begin(self, text: str, block: Block) -> bool:
        """Whether a block begins with a speaker's label."""
        return any(match.start() == 0 for match in self._spoken(text, block)[:1])

    def lines(self, text: str, block: Block, reading: Reading) -> list[_Line]:
        matches = self._spoken(text, block)
        ends = [*(match.start() for match in matches[1:]), len(block.span)]
        bounds = (
            (match[1], match.start(), match.end(), end)
            for match, end in zip(matches, ends, strict=False)
        )
        return [
            _Line(label, *(bisect_left(reading.origin, block.span.start + at) for at in places))
            for label, *places in bounds
        ]

    def _spoken(self, text: str, block: Block) -> list[re.Match[str]]:
        words = block.span.of(text)
        labelled = list(_LABEL.finditer(words))
        alternating = _alternate(words, labelled)
        return [
            match
            for match in labelled
            if match[1] in self._often
            or (_is_label(match[1]) and (alternating or self._people.is_person(match[1])))
        ]


def _alternate(words: str, labelled: Sequence[re.Match[str]]) -> bool:
    """Whether a block's lines are spoken in turn: labels stand before most, and one comes again,
    each before a sentence."""
    labels = [match[1] for match in labelled if not words[match.end()].islower()]
    again = len(labels) > len(set(labels)) > 1
    in_turn = all(first != second for first, second in pairwise(labels))
    return again and in_turn and 2 * len(labels) > words.count("\n")


def _is_label(label: str) -> bool:
    words = label.split()
    return all(word[0].isupper() for word in words) and words[0].rstrip(".").lower() not in LABELS


class _Walk:
    """One pass over the blocks, with what each block says about the next."""

    def __init__(
        self,
        text: str,
        people: People,
        author: str | None,
        labels: _Labels,
        left_open: Set[Span],
    ) -> None:
        self.text = text
        self.left_open = left_open
        self.people = people
        self.labels = labels
        self.author = author
        self.scene = Scene(people, author)
        self.ending = NO_ENDING
        self.before: Block | None = None
        self.open_mark = ""
        self.open_speakers: Speakers = NOBODY
        self.goes_on: Speakers | None = None

    def read(self, block: Block, reading: Reading) -> Iterator[Found]:
        if block.kind is BlockKind.HEADING:
            self._start_anew()
        elif block.kind is BlockKind.NOTE:
            yield from self._note(reading.text)
        else:
            self.scene.next_block()
            yield from self._body(block, reading)
            self.before = block

    def _start_anew(self) -> None:
        self.scene = Scene(self.people, self.author)
        self.ending, self.before, self.open_mark, self.goes_on = NO_ENDING, None, "", None

    def _note(self, text: str) -> Iterator[Found]:
        stretch = Stretch(text, Scene(self.people, self.author))
        yield from stretch.read(0, len(text), quotations(text))

    def _body(self, block: Block, reading: Reading) -> Iterator[Found]:
        ending, self.ending = self.ending, NO_ENDING
        lines = self.labels.lines(self.text, block, reading)
        if lines:
            yield from self._dialogue(reading.text, lines)
            return
        runs_on = block.span in self.left_open
        marks = quotations(reading.text, self.open_mark, runs_on=runs_on)
        quoted = self._without_marks(block, reading.text, ending, marks)
        if quoted is not None:
            yield from self._quotation(reading.text, quoted, marks)
            return
        self.goes_on = None
        opening = self._opening(block, reading.text, ending, marks)
        stretch = Stretch(reading.text, self.scene, opening=opening)
        yield from stretch.read(0, len(reading.text), marks)
        self.ending = stretch.ending
        self._leave_open(marks, stretch)

    def _leave_open(self, marks: Sequence[Quotation], stretch: Stretch) -> None:
        """Remember a quotation that the block's end left open, for the next block."""
        unclosed = bool(marks) and not marks[-1].closed and marks[-1].end == len(stretch.text)
        if unclosed:
            self.open_speakers = stretch.last_quoted or NOBODY
        self.open_mark = (marks[-1].mark or self.open_mark) if unclosed else ""

    def _dialogue(self, text: str, lines: Sequence[_Line]) -> Iterator[Found]:
        before = lines[0].labelled
        marks = quotations(text[:before], self.open_mark, runs_on=True)
        self.open_mark = ""
        yield from Stretch(text, self.scene).read(0, before, marks)
        for line in lines:
            speakers = NOBODY if line.label.lower() in NAMELESS_LABELS else self._called(line.label)
            yield from self._whole(text, Span(line.start, line.end), speakers)

    def _called(self, label: str) -> Speakers:
        name = self.people.full(label)
        return OWN if name == self.author else (name,)

    def _quotation(
        self, text: str, speakers: Speakers, marks: Sequence[Quotation]
    ) -> Iterator[Found]:
        """A block that is a quotation as a whole; the source in parentheses is not part of it."""
        source = _source(text)
        words = Span(0, source.start() if source else len(text))
        if self._is_told(text, speakers, marks):
            yield from self._whole(text, words, speakers[1:], marks, told_of=speakers[:1])
        else:
            yield from self._whole(text, words, speakers, marks)

    def _is_told(self, text: str, speakers: Speakers, marks: Sequence[Quotation]) -> bool:
        """Whether whoever quotes the first of `speakers` tells what that one said, instead of
        giving the words: "[X] remarked that"."""
        if len(speakers) < 2 or _addresses(_outside(text, marks)):
            return False
        scene = Scene(self.people, speakers[1])
        scene.name(speakers[:1])
        return any(
            frame.speakers == speakers[:1]
            for sentence in sentences(text, 0, len(text), marks)
            for frame in frames(sentence, scene)
        )

    def _whole(
        self,
        text: str,
        words: Span,
        speakers: Speakers,
        marks: Sequence[Quotation] | None = None,
        told_of: Speakers = NOBODY,
    ) -> Iterator[Found]:
        start, end = words.start, words.start + len(words.of(text).rstrip())
        if speakers != OWN:
            yield Found(start, end, joined(speakers, ()))
        if marks is None:
            marks = [_shifted(mark, start) for mark in quotations(text[start:end])]
        scene = Scene(self.people, speakers[0] if speakers else self.author)
        scene.name(told_of)
        inner = Stretch(text, scene, speakers)
        yield from inner.read(start, end, [mark for mark in marks if mark.end <= end])

    def _without_marks(
        self, block: Block, text: str, ending: Ending, marks: Sequence[Quotation]
    ) -> Speakers | None:
        """Whose words a whole block is that has no marks of its own; None when it is the author's.

        The block of a format that has block quotations; the paragraph that a colon announces; one
        that speaks in the first or second person after its speaker was named, with its source; and
        one that gives its source and leaves something out, which authors do with others' words.
        """
        opens_with_mark = bool(marks) and marks[0].start == 0 and marks[0].mark != "‘"
        if block.kind is BlockKind.QUOTATION:
            self.goes_on = self.goes_on or ending.speakers or self._cited(text) or NOBODY
            return self.goes_on
        if opens_with_mark or block.kind not in _PROSE:
            return None
        if ending.announces and ending.says and ending.speakers and _is_prose(text):
            return ending.speakers
        if self._same_paragraph(block) and _source(text):
            if ending.says and ending.speakers and _addresses(text):
                return ending.speakers
            return self._cited(text) if _ELLIPSIS.search(text) else None
        return None

    def _same_paragraph(self, block: Block) -> bool:
        """Whether a block goes on under the paragraph number of the one before."""
        number = block.place.paragraph
        return bool(number and self.before and self.before.place.paragraph == number)

    def _cited(self, text: str) -> Speakers:
        source = _source(text)
        if not source:
            return OWN
        tokens = next(iter(sentences(text, source.start(), len(text), ())))
        return cited_speaker(tokens, self.scene)

    def _opening(
        self, block: Block, text: str, ending: Ending, marks: Sequence[Quotation]
    ) -> Speakers | None:
        """Whose words a block begins with that opens with a mark, as far as others tell."""
        if not marks or marks[0].start > 0:
            return None
        if self.open_mark and marks[0].mark in _SAME.get(self.open_mark, self.open_mark):
            return self.open_speakers
        if ending.announces:
            return ending.speakers
        whole = not text[marks[0].end :].strip(" .") or bool(_source(text[marks[0].end :]))
        if whole and ending.says and ending.speakers:
            return ending.speakers
        return None


def _shifted(quotation: Quotation, by: int) -> Quotation:
    return Quotation(
        quotation.start + by,
        quotation.end + by,
        quotation.mark,
        quotation.closed,
        [_shifted(child, by) for child in quotation.children],
    )


def _outside(text: str, marks: Sequence[Quotation]) -> str:
    """What stands outside quotation marks."""
    starts = (0, *(mark.end for mark in marks))
    ends = (*(mark.start for mark in marks), len(text))
    return " ".join(text[start:end] for start, end in zip(starts, ends, strict=True))


def _source(text: str) -> re.Match[str] | None:
    """The parenthesis that a block ends with."""
    return _SOURCE.search(text, max(0, len(text) - LONGEST_SOURCE - 8))


def _is_prose(text: str) -> bool:
    """Whether a block is sentences rather than an entry of a list."""
    return len(text.split()) >= 4 and not text[0].isdigit() and text.rstrip()[-1] in ".!?…)]”’\"'»"


def _addresses(text: str) -> bool:
    """Whether a text says "I", "we" or "you"."""
    return any(word.lower() in ADDRESSED for word in _WORD.findall(text))
