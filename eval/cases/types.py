"""A question with its gold: the record that every format becomes."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from index.types import Span

GOLD_MODES: Final = ("any", "all", "none")


@dataclass(frozen=True, slots=True)
class Gold:
    """A place that answers (or, as a trap, a damaged copy of one): a span, a page of a PDF, or,
    where neither is given, a whole document.

    `locator` and `stance` (whose words they are) are as a careful reader would give them; either
    may be empty. `grade` is how relevant the place is, 1 and up: the gain of nDCG.
    """

    doc: str
    span: Span | None
    page: int | None
    text: str
    locator: str
    stance: str
    grade: int = 1

    def is_at(self, other: "Gold") -> bool:
        """Whether both are the same place, whatever is said of it."""
        return (self.doc, self.span, self.page) == (other.doc, other.span, other.page)

    def overlaps(self, other: "Gold") -> bool:
        """Whether both are the same place, or have characters in common."""
        if self.doc == other.doc and self.span and other.span:
            return self.span.overlaps(other.span)
        return self.is_at(other)


@dataclass(frozen=True, slots=True)
class Case:
    """A question and what is known about its answer.

    `gold_mode` "any": one of `gold` is enough; "all": every one is needed. `alt` holds places that
    answer as well, `trap` a damaged copy that must not be quoted. `must_contain` are strings that
    a right quote from a document of the gold holds, if it does not overlap the gold itself; without
    any gold, a right quote from any document. `answers` are the right answers in words, `conflicts`
    places that say something else, and `about` is the document that a question without gold is
    about.
    """

    id: str
    question: str
    answerable: bool
    history: tuple[str, ...] = ()
    kind: str = ""
    gold: tuple[Gold, ...] = ()
    gold_mode: str = "any"
    must_contain: tuple[str, ...] = ()
    alt: tuple[Gold, ...] = ()
    trap: Gold | None = None
    also_in: tuple[str, ...] = ()
    answers: tuple[str, ...] = ()
    conflicts: tuple[Gold, ...] = ()
    about: str = ""
    rejected: tuple[Gold, ...] = ()

    @property
    def places(self) -> tuple[Gold, ...]:
        """Everything that answers: gold, then alternatives."""
        return (*self.gold, *self.alt)

    @property
    def measurable(self) -> bool:
        """Whether a quote can be right: there is an answer, and it is known where or in what
        words."""
        return self.answerable and bool(self.gold or self.must_contain)

    @property
    def needs_all(self) -> bool:
        """Whether every gold is needed, not one of them."""
        return self.answerable and bool(self.gold) and self.gold_mode == "all"

    def named_places(self) -> Iterator[tuple[str, Gold]]:
        """Every place of the case with the name it has in the file: `gold[0]`, `trap`."""
        for name, places in (
            ("gold", self.gold),
            ("alt", self.alt),
            ("rejected", self.rejected),
            ("conflicts", self.conflicts),
        ):
            for number, gold in enumerate(places):
                yield f"{name}[{number}]", gold
        if self.trap:
            yield "trap", self.trap
