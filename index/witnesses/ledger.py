"""Which passages of an index are copies of each other, kept with the documents in its database."""

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from index.types import Passage, Span
from index.witnesses.align import Segment, align, apart, chains
from index.witnesses.copies import Region, Side, region
from index.witnesses.corpus import Corpus, Meeting
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
"""

_REGION = (
    "a.path, first_start, first_end, first_words, b.path, second_start, second_end, second_words,"
    " regions.shared"
)
_DOCUMENTS = " JOIN documents AS a ON a.id = first JOIN documents AS b ON b.id = second"


@dataclass(frozen=True, slots=True, order=True)
class Stretch:
    """Whole sentences of a document, and how many of their words take part in a match."""

    document: str
    span: Span
    words: int


@dataclass(frozen=True, slots=True)
class Match:
    """Two stretches that are copies of each other; `shared` words match, in order."""

    ours: Stretch
    theirs: Stretch
    shared: int

    @property
    def lost(self) -> int:
        """How many words of theirs ours has not."""
        return self.theirs.words - self.shared

    @property
    def flipped(self) -> "Match":
        return Match(self.theirs, self.ours, self.shared)


@dataclass(frozen=True, slots=True)
class Copy:
    """A sentence, what it is a copy of, and the copied region that both stand in.

    In `sentence` the words are those of the sentences, in `region` those from the first word that
    is shared to the last.
    """

    sentence: Match
    region: Match


class Ledger:
    """The copies in a database: writes take part in the transaction of whoever adds documents."""

    def __init__(self, database: sqlite3.Connection) -> None:
        self._db = database
        self._corpus: Corpus | None = None

    # -- what readers ask ------------------------------------------------------------------------

    def copies(self, path: str, span: Span) -> list[Copy]:
        """The copied sentences of a document in `span`, each with each of its copies."""
        rows = self._db.execute(
            'SELECT copies.start, copies."end", copies.words, other_start, other_end, other_words,'
            f" copies.shared, is_first, {_REGION} FROM copies JOIN regions ON regions.id = region"
            f"{_DOCUMENTS} JOIN documents AS own ON own.id = copies.document"
            ' WHERE own.path = ? AND copies.start < ? AND copies."end" > ?',
            (path, span.end, span.start),
        )
        return sorted((_copy(row) for row in rows), key=_place)

    def regions(self, path: str | None = None) -> list[Match]:
        """The copied regions of a document, or of all; in order of their place in the first."""
        where = "" if path is None else " WHERE ? IN (a.path, b.path)"
        rows = self._db.execute(
            f"SELECT {_REGION} FROM regions{_DOCUMENTS}{where}", () if path is None else (path,)
        )
        return sorted((_match(row) for row in rows), key=lambda match: (match.ours, match.theirs))

    # -- changes ---------------------------------------------------------------------------------

    def add(self, document: int, path: str, passages: Iterable[Passage]) -> None:
        """Take down what a new document says, and which of it is a copy of what."""
        wording = wording_of(passages)
        known = self._known()
        self._db.execute(
            "INSERT INTO wordings VALUES (?, ?, ?)", (document, *wording.to_bytes())
        )
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
            segments = [Segment(at.second, at.first, at.length) for at in segments]
        for found in regions_of(known[first], known[second], segments, alone=first == second):
            self._put(first, known[first], second, known[second], found)

    def _put(
        self, first: int, our: Wording, second: int, their: Wording, found: Region
    ) -> None:
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
        parting = apart(chain) if alone else 0
        if parting is None:
            continue
        moved = [at._replace(second=at.second - parting) for at in chain]
        ours = first.words[:parting] if alone else first.words
        matches = align(ours, second.words[parting:], moved)
        found = region(first, second, matches + (0, parting))
        if found is not None:
            yield found


def _row(wording: Wording, side: Side) -> tuple[int, int, int]:
    span = wording.span(side.first, side.last)
    return span.start, span.end, side.words


def _match(row: Sequence[Any]) -> Match:
    path, start, end, words, other, other_start, other_end, other_words, shared = row
    return Match(
        Stretch(path, Span(start, end), words),
        Stretch(other, Span(other_start, other_end), other_words),
        shared,
    )


def _copy(row: Sequence[Any]) -> Copy:
    start, end, words, other_start, other_end, other_words, shared, is_first, *found = row
    whole = _match(found) if is_first else _match(found).flipped
    sentence = Match(
        Stretch(whole.ours.document, Span(start, end), words),
        Stretch(whole.theirs.document, Span(other_start, other_end), other_words),
        shared,
    )
    return Copy(sentence, whole)


def _place(copy: Copy) -> tuple[Stretch, Stretch]:
    return copy.sentence.ours, copy.sentence.theirs
