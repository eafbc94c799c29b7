"""The gate: the only place where a claim becomes a quote."""

from bisect import bisect_left
from collections.abc import Callable, Iterator
from unicodedata import category

from index.locate import block_at, place_at, references_at
from index.reading import Reading, heal, read_around
from index.speech import speakers_at, speech_at
from index.types import BlockKind, Document, Span
from index.witnesses.oddities import oddities
from rag.types import LONGEST_QUOTE, POSITIONS, Claim, Quote, QuotedNote, Words

# Items, captions and notes need not be sentences.
_PROSE = frozenset({BlockKind.PARAGRAPH, BlockKind.QUOTATION})

_JOINTS = "'’-‐‑"
_POINTS = ".,:"


class Gate:
    """Turns claims into quotes of the documents that `find` knows; drops what it cannot prove."""

    def __init__(self, find: Callable[[str], Document | None]) -> None:
        self._find = find
        self._documents: dict[str, Document | None] = {}

    def quote(self, claim: Claim) -> Quote | None:
        """The quote that a claim stands for, or None when it is not one.

        The range must lie in one quotable block of a document that is in the index, be no longer
        than a quote may be, cut no word and no hole in two, and say something once healed. Text,
        display and place are taken from the document, whatever the claim's author believed them
        to be; a position that is no known label is left out.
        """
        document = self._document(claim.document)
        if document is None or len(claim.span) > LONGEST_QUOTE:
            return None
        block = block_at(document, claim.span)
        if block is None or any(_is_cut(hole, claim.span) for hole in block.holes):
            return None
        reading = read_around(document.text, block, claim.span)
        start = bisect_left(reading.origin, claim.span.start)
        end = bisect_left(reading.origin, claim.span.end)
        display = reading.within(claim.span).text
        if _cuts_word(reading.text, start) or _cuts_word(reading.text, end):
            return None
        if not any(character.isalnum() for character in display):
            return None
        speech = speech_at(document, claim.span)
        return Quote(
            document=document,
            span=claim.span,
            place=place_at(document, claim.span),
            display=display,
            speakers=speakers_at(document, claim.span),
            reported=speech is not None and speech.reported,
            notes=tuple(_notes(document, claim.span)),
            oddities=oddities(display) if block.kind in _PROSE else (),
            position=claim.position if claim.position in POSITIONS else None,
            answer=_answer(reading, start, end, claim.words),
        )

    def _document(self, path: str) -> Document | None:
        if path not in self._documents:
            self._documents[path] = self._find(path)
        return self._documents[path]


def _answer(reading: Reading, start: int, end: int, words: str) -> Words | None:
    """Where a range of the reading has `words`, if it has them."""
    at = reading.text.find(words, start, end) if words.strip() else -1
    if at < 0:
        return None
    last = at + len(words) - 1
    return Words(Span(reading.origin[at], reading.origin[last] + 1), words)


def _is_cut(hole: Span, span: Span) -> bool:
    return hole.overlaps(span) and not span.holds(hole)


def _cuts_word(text: str, at: int) -> bool:
    """Whether a word or number goes on across `at`: "no|te", "could|n't", "non-|payment", "1|,500".

    In reading text, so that a hyphen at a line's end joins and a note number does not.
    """
    if not 0 < at < len(text):
        return False
    if _is_mark(text[at]) or (_in_word(text[at - 1]) and _in_word(text[at])):
        return True
    return _joins(text, at - 1) or _joins(text, at)


def _joins(text: str, at: int) -> bool:
    """Whether an apostrophe, hyphen, or point in a number makes one word of its two sides."""
    before, after = text[max(at - 1, 0) : at], text[at + 1 : at + 2]
    if text[at] in _JOINTS:
        return _in_word(before) and _in_word(after)
    return text[at] in _POINTS and before.isdecimal() and after.isdecimal()


def _in_word(character: str) -> bool:
    return character.isalnum() or _is_mark(character)


def _is_mark(character: str) -> bool:
    """Whether it belongs to the letter before it: an accent, a vowel sign."""
    return character != "" and category(character).startswith("M")


def _notes(document: Document, span: Span) -> Iterator[QuotedNote]:
    """What the notes say that a range refers to, paragraph by paragraph."""
    for reference in references_at(document, span):
        for note in reference.notes:
            block = block_at(document, note)
            holes = block.holes if block else ()
            reading = heal(document.text, note, holes)
            yield QuotedNote(reference.label, note, note.of(document.text), reading.text)
