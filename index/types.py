"""The records that cross module boundaries.

All offsets are Unicode code points, end exclusive. Offsets called `span` point into a document's
canonical text; offsets called `reading` point into a passage's reading text.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

_LINE_BREAK = re.compile(r"\r\n?|\n")


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


def line_of(text: str, offset: int) -> int:
    """The line that an offset is on, from 1, as an editor counts: \\n, \\r\\n or \\r end one."""
    return 1 + len(_LINE_BREAK.findall(text, 0, offset))


class BlockKind(StrEnum):
    """What a stretch of text is for. Furniture and contents are never quoted."""

    PARAGRAPH = "paragraph"
    HEADING = "heading"
    NOTE = "note"
    CONTENTS = "contents"
    FURNITURE = "furniture"


class Place(NamedTuple):
    """Where a block stands, in the terms a person uses; unknown parts are None or empty."""

    section: tuple[str, ...] = ()
    paragraph: str | None = None
    page: str | None = None
    note: str | None = None
    line: int = 1

    @property
    def locator(self) -> str:
        """The most exact of: ¶58, n. 71, p. 12, else “Heading”, line 30; note and page together
        where notes stand at the foot of pages."""
        if self.paragraph:
            return f"¶{self.paragraph}"
        page = f"p. {self.page}" if self.page else ""
        note = f"n. {self.note}" if self.note else ""
        heading = f"“{self.section[-1]}”" if self.section and not page else ""
        if note:
            return f"{page}, {note}" if page else note
        return page or ", ".join(filter(None, [heading, f"line {self.line}"]))


@dataclass(frozen=True, slots=True)
class Block:
    """A paragraph, heading, note or piece of furniture in canonical text.

    `holes` are the ranges inside `span` that are not part of what the block says: a page footer
    between its two halves, a quotation mark of Markdown at a line's start.
    """

    kind: BlockKind
    span: Span
    place: Place
    holes: tuple[Span, ...] = ()


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
    file's bytes. `text` is canonical.
    """

    path: str
    sha256: str
    title: str
    text: str
    encoding: str
    size: int
    blocks: tuple[Block, ...]


@dataclass(frozen=True, slots=True)
class Hit:
    """A passage that retrieval found.

    `score` orders hits of one search. `similarity` is the passage's late-interaction similarity to
    the question, -1 to 1, comparable between questions; `sentence_similarities` the same for each
    of its sentences. `cosine` is the similarity of the two embeddings.
    """

    document: str
    passage: Passage
    score: float
    similarity: float
    cosine: float
    sentence_similarities: tuple[float, ...]
