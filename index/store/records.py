"""What an index folder tells of itself and of its documents."""

from dataclasses import dataclass, replace
from pathlib import Path
from typing import NamedTuple

from index.embed import Floats
from index.types import Passage


@dataclass(frozen=True, slots=True)
class Settings:
    """What an index was made with. Vectors of another model or passages of another size would not
    compare, so an index opened with other settings is refused."""

    model: str
    model_sha256: str
    encoding: str
    passage_tokens: int

    def agrees_with(self, other: "Settings") -> bool:
        """Whether they are the same but perhaps for the name that the same weights go by."""
        return replace(self, model=other.model) == other


@dataclass(frozen=True, slots=True)
class StoredPassage:
    """A passage with what retrieval needs: token sign bits and where each sentence's tokens are.

    `tokens`: (n, d) of -1 and +1, as float32. `token_spans`: per sentence, (start, end) rows.
    """

    id: int
    document: str
    title: str
    passage: Passage
    tokens: Floats
    token_spans: tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class DocumentSummary:
    """A document without its text.

    `pages` counts the sheets of a paged file up to the last with text, or the printed page numbers
    that were found in a text; None where there are no pages, or a single number that may be none.
    """

    path: str
    root: str
    sha256: str
    title: str
    encoding: str
    size: int
    passages: int
    author: str | None = None
    pages: int | None = None

    @property
    def file(self) -> Path:
        """Where the source lay when it was indexed."""
        return Path(self.root) / self.path


class Origin(NamedTuple):
    """Which document a row says it is, and what file it was read from."""

    number: int
    path: str
    root: str
    sha256: str

    @property
    def file(self) -> Path:
        return Path(self.root) / self.path


class Census(NamedTuple):
    """Counts over an index: markers of notes and those linked to their notes, stretches of speech,
    sentences that have copies, and groups of passages that are copies of each other."""

    markers: int
    linked: int
    speeches: int
    copied: int
    groups: int
