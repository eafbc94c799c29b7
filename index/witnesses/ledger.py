"""Which passages of an index are copies of each other, kept with the documents in its database."""

import sqlite3
from collections.abc import Callable, Container, Iterable, Iterator, Sequence
from typing import Any

import numpy as np

from index.types import Passage, Span
from index.witnesses.align import Segment, align, apart, chains
from index.witnesses.copies import Region, Side, regions
from index.witnesses.corpus import Corpus, Meeting
from index.witnesses.match import Copy, Match, Stretch
from index.witnesses.standing import Excerpt, Witness, ranked
from index.witnesses.wording import Wording, wording_of

SCHEMA = """
CREATE TABLE wordings (
    document INTEGER PRIMARY KEY REFERENCES documents ON DELETE CASCADE,
    words BLOB NOT NULL, sentences BLOB NOT NULL
) STRICT;
CREATE TABLE regions (
    id INTEGER PRIMARY KEY,
    first INTEGER NOT NULL REFERENCES documents ON DELETE CASCADE,
    first_start INTEGER NOT NULL, first_end INTEGER NOT NULL, first_words INTEGER NOT NULL,
    second INTEGER NOT NULL REFERENCES documents ON DELETE CASCADE,
    second_start INTEGER NOT NULL, second_end INTEGER NOT NULL, second_words INTEGER NOT NULL,
    shared INTEGER NOT NULL
) STRICT;
CREATE INDEX regions_of_first ON regions (first);
CREATE INDEX regions_of_second ON regions (second);
CREATE TABLE copies (
    region INTEGER NOT NULL REFERENCES regions ON DELETE CASCADE,
    document INTEGER NOT NULL REFERENCES documents ON DELETE CASCADE, is_first INTEGER NOT NULL,
    start INTEGER NOT NULL, "end" INTEGER NOT NULL, words INTEGER NOT NULL,
    other_start INTEGER NOT NULL, other_end INTEGER NOT NULL, other_words INTEGER NOT NULL,
    shared INTEGER NOT NULL, PRIMARY KEY (document, start, region, is_first)
) STRICT, WITHOUT ROWID;
CREATE INDEX copies_of_region ON copies (region);
CREATE VIEW matches AS
    SELECT regions.id AS region, a.path AS first_path, first_start, first_end, first_words,
        b.path AS second_path, second_start, second_end, second_words, regions.shared AS shared
    FROM regions JOIN documents AS a ON a.id = first JOIN documents AS b ON b.id = second;
"""

# So many characters before and after a sentence are looked at, to find words beyond its ends.
AROUND = 600


class Ledger:
    """The copies in a database: writes take part in the transaction of whoever adds documents.

    `check` is called with the number of each passage whose words are shown.
    """

    def __init__(
        self, database: sqlite3.Connection, check: Callable[[int], object] = lambda number: None
    ) -> None:
        self._db = database
        self._check = check
        self._corpus: Corpus | None = None

    # -- what readers ask ------------------------------------------------------------------------

    def copies(self, path: str, span: Span) -> list[Copy]:
        """The copied sentences of a document in `span`, each with each of its copies."""
        rows = self._db.execute(
            'SELECT copies.start, copies."end", copies.words, other_start, other_end, other_words,'
            " copies.shared, is_first, matches.* FROM copies JOIN matches USING (region)"
            " JOIN documents ON documents.id = document"
            ' WHERE path = ? AND copies.start < ? AND copies."end" > ?',
            (path, span.end, span.start),
        )
        return _once(_copy(row) for row in rows)

    def witnesses(
        self, path: str, span: Span, without: Container[str] = frozenset()
    ) -> list[Witness]:
        """The sentences of a document in `span` with all their copies, the best first.

        The document itself is one of them; none where nothing is a copy. The documents in `without`
        count for nothing, also not in what the others are compared by.
        """
        copies = _joined(
            copy
            for copy in self.copies(path, span)
            if copy.sentences.theirs.document not in without
        )
        asked = self._excerpt(path, span) if copies else None
        if asked is None:
            return []
        others = [(self._excerpt(at.document, at.span), copy) for at, copy in copies]
        return ranked(asked, [(excerpt, copy) for excerpt, copy in others if excerpt])

    def _excerpt(self, path: str, span: Span) -> Excerpt | None:
        """The sentences in a range of a document, and those near them."""
        rows = self._db.execute(
            'SELECT substr(reading, reading_start + 1, reading_end - reading_start), start, "end",'
            " length(text), passage FROM sentences JOIN passages ON passages.id = passage"
            " JOIN documents ON documents.id = document"
            ' WHERE path = ? AND start < ? AND "end" > ? ORDER BY start',
            (path, span.end + AROUND, span.start - AROUND),
        ).fetchall()
        for number in {row[4] for row in rows}:
            self._check(number)
        inner: list[tuple[Span, Span]] = []
        at = 0
        for reading, start, end, *_ in rows:
            if Span(start, end).overlaps(span):
                inner.append((Span(at, at + len(reading)), Span(start, end)))
            at += len(reading) + 1
        if not inner:
            return None
        whole = Span(inner[0][1].start, inner[-1][1].end)
        text = "\n".join(row[0] for row in rows)
        return Excerpt(path, whole, text, tuple(place for place, _ in inner), rows[0][3])

    def regions(self, path: str | None = None) -> list[Match]:
        """The copied regions of a document, or of all; in order of their place in the first."""
        rows = self._db.execute(
            "SELECT * FROM matches WHERE ?1 IS NULL OR ?1 IN (first_path, second_path)", (path,)
        )
        return sorted(_match(row) for row in rows)

    def copied_from(self, path: str) -> list[str]:
        """The documents of which at least half is a copy of a document's words, by path."""
        spans: dict[str, list[Span]] = {}
        for match in self.regions(path):
            theirs = match.theirs if match.ours.document == path else match.ours
            if theirs.document != path:
                spans.setdefault(theirs.document, []).append(theirs.span)
        return sorted(
            other for other, found in spans.items() if 2 * _covered(found) >= self._length(other)
        )

    def _length(self, path: str) -> int:
        (length,) = self._db.execute(
            "SELECT length(text) FROM documents WHERE path = ?", (path,)
        ).fetchone()
        return int(length)

    # -- changes ---------------------------------------------------------------------------------

    def add(self, document: int, path: str, passages: Iterable[Passage]) -> None:
        """Take down what a new document says, and which of it is a copy of what."""
        wording = wording_of(passages)
        known = self._known()
        self._db.execute("INSERT INTO wordings VALUES (?, ?, ?)", (document, *wording.to_bytes()))
        known.add(document, path, wording)
        for meeting in known.meetings(document):
            self._compare(known, meeting, document)

    def remove(self, document: int) -> None:
        """Forget a document; its rows go with it."""
        if self._corpus is not None:
            self._corpus.remove(document)

    def forget(self) -> None:
        """Forget everything in memory: the database may hold something else."""
        self._corpus = None

    def _known(self) -> Corpus:
        if self._corpus is None:
            self._corpus = Corpus()
            rows = self._db.execute(
                "SELECT document, path, words, sentences FROM wordings"
                " JOIN documents ON documents.id = document ORDER BY document"
            )
            for document, path, numbers, sentences in rows:
                self._corpus.add(document, path, Wording.from_bytes(numbers, sentences))
        return self._corpus

    def _compare(self, known: Corpus, meeting: Meeting, document: int) -> None:
        """Align a new document with one where it shares words.

        Of two documents the one whose path comes first is always the first, so that the order in
        which they were added makes no difference.
        """
        first, second = meeting.other, document
        segments = meeting.segments
        if known.path(first) > known.path(second):
            first, second = second, first
            segments = [at._replace(first=at.second, second=at.first) for at in segments]
        for found in regions_of(known[first], known[second], segments, alone=first == second):
            self._put(first, known[first], second, known[second], found)

    def _put(self, first: int, our: Wording, second: int, their: Wording, found: Region) -> None:
        ours, theirs = _row(our, found.whole.first), _row(their, found.whole.second)
        region = self._db.execute(
            "INSERT INTO regions VALUES (NULL, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (first, *ours, second, *theirs, found.whole.shared),
        ).lastrowid
        rows = [
            (region, first, 1, *_row(our, pair.first), *_row(their, pair.second), pair.shared)
            for pair in found.ours
        ] + [
            (region, second, 0, *_row(their, pair.second), *_row(our, pair.first), pair.shared)
            for pair in found.theirs
        ]
        self._db.executemany("INSERT INTO copies VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", rows)


def regions_of(
    first: Wording, second: Wording, segments: Sequence[Segment], *, alone: bool
) -> Iterator[Region]:
    """The copied regions of two texts that share `segments`; `alone`: they are one text."""
    for chain in chains(segments):
        if len(chain) == 1 and not chain[0].enough:
            continue
        parting = apart(chain) if alone else 0
        if parting is None:
            continue
        moved = [at._replace(second=at.second - parting) for at in chain]
        ours = first.words[:parting] if alone else first.words
        matches = align(ours, second.words[parting:], moved)
        yield from regions(first, second, matches + np.array([0, parting]))


def _covered(spans: Iterable[Span]) -> int:
    """How many characters lie in at least one of the spans."""
    covered, end = 0, 0
    for span in sorted(spans):
        covered += max(0, span.end - max(span.start, end))
        end = max(end, span.end)
    return covered


def _row(wording: Wording, side: Side) -> tuple[int, int, int]:
    span = wording.span(side.first, side.last)
    return span.start, span.end, side.words


def _match(row: Sequence[Any]) -> Match:
    _, path, start, end, words, other, other_start, other_end, other_words, shared = row
    return Match(
        Stretch(path, Span(start, end), words),
        Stretch(other, Span(other_start, other_end), other_words),
        shared,
    )


def _copy(row: Sequence[Any]) -> Copy:
    start, end, words, other_start, other_end, other_words, shared, is_first, *found = row
    whole = _match(found) if is_first else _match(found).flipped
    sentences = Match(
        Stretch(whole.ours.document, Span(start, end), words),
        Stretch(whole.theirs.document, Span(other_start, other_end), other_words),
        shared,
    )
    return Copy(sentences, whole)


def _once(copies: Iterable[Copy]) -> list[Copy]:
    """Without the lesser of two copies in one place, which overlapping regions give; in order."""
    found: dict[Stretch, list[Copy]] = {}
    for copy in sorted(copies, key=lambda copy: -copy.sentences.shared):
        others = found.setdefault(copy.sentences.ours, [])
        if not any(_same_place(copy.sentences.theirs, other.sentences.theirs) for other in others):
            others.append(copy)
    return sorted((copy for each in found.values() for copy in each), key=lambda at: at.sentences)


def _same_place(first: Stretch, second: Stretch) -> bool:
    return first.document == second.document and first.span.overlaps(second.span)


def _joined(copies: Iterable[Copy]) -> list[tuple[Stretch, Copy]]:
    """The copies of neighbouring sentences in one region as one; and where that is."""
    found: dict[Match, list[Copy]] = {}
    for copy in copies:
        found.setdefault(copy.region, []).append(copy)
    joined = []
    for same in found.values():
        theirs = [copy.sentences.theirs for copy in same]
        span = Span(min(at.span.start for at in theirs), max(at.span.end for at in theirs))
        words = sum(at.words for at in theirs)
        joined.append((Stretch(theirs[0].document, span, words), same[0]))
    return joined
