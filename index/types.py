"""The records that cross module boundaries.

All offsets are Unicode code points, end exclusive. Offsets called `span` point into a document's
canonical text; offsets called `reading` point into a passage's reading text.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """A non-empty range of a text: `text[start:end]`."""

    start: int
    end: int

    def __post_init__(self) -> None:
        if not 0 <= self.start < self.end:
            raise ValueError(f"a span needs 0 <= start < end, got {self.start}..{self.end}")

    def __len__(self) -> int:
        return self.end - self.start

    def of(self, text: str) -> str:
        """The slice of `text`; ValueError when the text is too short for it."""
        if self.end > len(text):
            raise ValueError(f"span {self.start}..{self.end} is outside a text of {len(text)}")
        return text[self.start : self.end]

    def shift(self, by: int) -> "Span":
        return Span(self.start + by, self.end + by)

    def overlaps(self, other: "Span") -> bool:
        return self.start < other.end and other.start < self.end

    def holds(self, other: "Span") -> bool:
        return self.start <= other.start and other.end <= self.end


def line_of(text: str, offset: int) -> int:
    """The line that an offset is on, from 1, as an editor counts: \\n, \\r\\n or \\r end one."""
    ends = [text.count(end, 0, offset) for end in ("\n", "\r", "\r\n")]
    return 1 + ends[0] + ends[1] - ends[2]


class BlockKind(StrEnum):
    """What a stretch of text is for. Furniture and contents are never quoted."""

    PARAGRAPH = "paragraph"
    HEADING = "heading"
    ITEM = "item"
    QUOTATION = "quotation"
    TABLE = "table"
    NOTE = "note"
    CONTENTS = "contents"
    FURNITURE = "furniture"


# What may be quoted. Headings name what is said and do not say it.
QUOTABLE = frozenset(BlockKind) - {BlockKind.HEADING, BlockKind.CONTENTS, BlockKind.FURNITURE}


class Place(NamedTuple):
    """Where a block or a quote stands, in the terms a person uses; unknown parts are None or empty.

    `page` is the printed label, `sheet` the page's position in a paged file, from 1. `note` is the
    note that this is part of; `cites` are the labels of the notes that it refers to. `line` is None
    in formats that have no lines of their own. `ordinal` counts the quotable blocks of a section,
    from 1, where there are neither lines nor sheets. `notes_of` is the heading that tells a note
    from others with its label.
    """

    section: tuple[str, ...] = ()
    paragraph: str | None = None
    page: str | None = None
    note: str | None = None
    line: int | None = 1
    sheet: int | None = None
    cites: tuple[str, ...] = ()
    ordinal: int | None = None
    notes_of: str | None = None

    @property
    def locator(self) -> str:
        """The most exact of: ¶58, n. 71, p. 12, else “Heading”, line 30, or para. 3 where there are
        no lines; with the page where notes stand at the foot of pages, or the heading where their
        numbers start again, and with the notes that are cited: ¶58, at n. 12."""
        return ", ".join(filter(None, [self._where, self._at]))

    @property
    def _where(self) -> str:
        if self.paragraph:
            return f"¶{self.paragraph}"
        page = self._page
        if self.note:
            notes_of = f"“{self.notes_of}”" if self.notes_of and not page else ""
            return ", ".join(filter(None, [page or notes_of, f"n. {self.note}"]))
        heading = f"“{self.section[-1]}”" if self.section and not page else ""
        # The lines of a paged file are its extractor's, and no person can count them.
        line = f"line {self.line}" if self.line and not self.sheet else ""
        ordinal = f"para. {self.ordinal}" if self.ordinal and not page else ""
        return ", ".join(filter(None, [page or heading, line or ordinal]))

    @property
    def _page(self) -> str:
        if self.sheet is None or self.page == str(self.sheet):
            return f"p. {self.page}" if self.page else ""
        return (
            f"p. {self.page} (page {self.sheet} of the file)" if self.page else f"p. {self.sheet}"
        )

    @property
    def _at(self) -> str:
        return f"at n. {', '.join(self.cites)}" if self.cites else ""


@dataclass(frozen=True, slots=True)
class Block:
    """A paragraph, heading, note or piece of furniture in canonical text.

    `holes` are the ranges inside `span` that are not part of what the block says: a page footer
    between its two halves, the marker of a note, a quotation mark of Markdown at a line's start.
    """

    kind: BlockKind
    span: Span
    place: Place
    holes: tuple[Span, ...] = ()


@dataclass(frozen=True, slots=True)
class Reference:
    """Where a text refers to a note, or names its source in parentheses.

    `at` is the marker (a hole of its block), or the whole parenthesis, which is part of what its
    block says. `label` is the note's number or sign, empty for a parenthesis. `notes` are the
    note's paragraphs in order, the first without its number; none when the note is missing; the
    parenthesis itself when it is one.
    """

    at: Span
    label: str
    notes: tuple[Span, ...]


@dataclass(frozen=True, slots=True)
class Speech:
    """A stretch of a text in the words, or with the claims, of somebody other than its author.

    `speakers` runs from the person whose words they are towards the author of the source, who is
    not named again; `UNKNOWN` stands for whoever cannot be told. `reported` is true where the
    author gives the sense in words of his own. Speeches may lie in one another: the inner one has
    the longer chain.
    """

    span: Span
    speakers: tuple[str, ...]
    reported: bool = False


@dataclass(frozen=True, slots=True)
class Sentence:
    """One sentence of a passage: where it stands in the document and in the passage's reading."""

    span: Span
    reading: Span
    place: Place


@dataclass(frozen=True, slots=True)
class Passage:
    """The unit that is embedded and retrieved.

    `reading` is the healed text, without note markers, hard wraps and page furniture; every
    sentence lies in it and maps to an exact canonical span.
    """

    reading: str
    sentences: tuple[Sentence, ...]

    def __post_init__(self) -> None:
        if not self.sentences:
            raise ValueError("a passage needs at least one sentence")

    @property
    def span(self) -> Span:
        """From the first sentence's start to the last one's end, in canonical text."""
        return Span(self.sentences[0].span.start, self.sentences[-1].span.end)

    def __iter__(self) -> Iterator[Sentence]:
        return iter(self.sentences)


@dataclass(frozen=True, slots=True)
class Document:
    """A source as it was read: its name, what it says, and proof of which bytes said it.

    `path` is relative to the folder that was indexed, with forward slashes. `sha256` is of the
    file's bytes. `text` is canonical. `encoding` is followed by “(detected)” where it is a guess.
    `author` is named by the title page, a byline or metadata.
    """

    path: str
    sha256: str
    title: str
    text: str
    encoding: str
    size: int
    blocks: tuple[Block, ...]
    author: str | None = None
    references: tuple[Reference, ...] = ()
    speeches: tuple[Speech, ...] = ()

    @property
    def encoding_is_guess(self) -> bool:
        """Whether the encoding was detected: nothing in the file vouches for it."""
        return self.encoding.endswith("(detected)")

    @property
    def voice(self) -> str:
        """Who speaks where nobody is quoted: the author, or the title where none is named."""
        return self.author or self.title


@dataclass(frozen=True, slots=True)
class Hit:
    """A passage that retrieval found.

    `score` orders hits of one search. `similarity` is the passage's late-interaction similarity to
    the question, -1 to 1, comparable between questions; `sentence_similarities` the same for each
    of its sentences. `cosine` is the similarity of the two embeddings. `hybrid` is what chose the
    passage before late interaction: cosine and BM25, each scaled to 0..1 over what was searched.
    """

    document: str
    passage: Passage
    score: float
    similarity: float
    cosine: float
    sentence_similarities: tuple[float, ...]
    title: str = ""
    hybrid: float = 0.0
