"""What goes into the memory and comes out of it. Times are ISO 8601, in UTC."""

from dataclasses import dataclass
from enum import StrEnum

from rag.render import Record


class Verdict(StrEnum):
    """What a person can say of a quote, or (the last one) of there being an answer."""

    SUPPORTS = "supports"
    DOES_NOT_SUPPORT = "does-not-support"
    WRONG_PLACE = "wrong-place"
    WRONG_SPEAKER = "wrong-speaker"
    SHOULD_HAVE_REFUSED = "should-have-refused"

    @property
    def of_the_answer(self) -> bool:
        """Whether it is said of the answer as a whole, not of one of its quotes."""
        return self is Verdict.SHOULD_HAVE_REFUSED

    @property
    def corrects(self) -> str:
        """What it puts right, "locator" or "speaker"; empty where it puts nothing right."""
        return {Verdict.WRONG_PLACE: "locator", Verdict.WRONG_SPEAKER: "speaker"}.get(self, "")


@dataclass(frozen=True, slots=True)
class Remembered:
    """Under which ids an answer is kept from now on."""

    conversation: str
    answer: str


@dataclass(frozen=True, slots=True)
class Conversation:
    """A conversation in a list. `name` is its first question, shortened; `answers` how many it
    has."""

    id: str
    name: str
    created: str
    updated: str
    answers: int


@dataclass(frozen=True, slots=True)
class Given:
    """A verdict on quote `quote` (from 1) of an answer, or on the whole of it where that is None.

    `correction` is the right locator or speaker, and empty where nothing is put right.
    """

    quote: int | None
    verdict: Verdict
    correction: str
    given: str


@dataclass(frozen=True, slots=True)
class Kept:
    """An answer as it was given: `record` is what `rag.render.to_record` made of it then.

    `documents` are those that were ticked to be searched alone; none when all were searched.
    `ordinal` counts the conversation's answers from 1.
    """

    id: str
    conversation: str
    ordinal: int
    question: str
    documents: tuple[str, ...]
    record: Record
    asked: str
    verdicts: tuple[Given, ...]


@dataclass(frozen=True, slots=True)
class Transcript:
    """A conversation with its answers, oldest first; if it has very many, only the last of them."""

    conversation: Conversation
    answers: tuple[Kept, ...]

    @property
    def earlier(self) -> int:
        """How many answers came before those that are here."""
        return self.conversation.answers - len(self.answers)


@dataclass(frozen=True, slots=True)
class Judged:
    """A verdict with the answer that it is on."""

    answer: Kept
    given: Given

    @property
    def quote(self) -> Record | None:
        """The record of the quote that was judged; None where the whole answer was."""
        number = self.given.quote
        return None if number is None else self.answer.record["quotes"][number - 1]
