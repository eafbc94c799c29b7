"""What a question becomes. An `Answer` has no free text: a quote is a range of a document."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from math import inf
from string import ascii_uppercase
from typing import Protocol, runtime_checkable

from index.types import Document, Hit, Place, Span
from index.witnesses.differences import Difference, change_sense

LONGEST_QUOTE = 600
MOST_QUOTES = 6
# The labels of quotes that disagree.
POSITIONS = tuple(ascii_uppercase)


@dataclass(frozen=True, slots=True)
class Claim:
    """A reader's untrusted proposal that a range of a document answers. Higher scores first.

    `words` are those of the range's reading that answer, where the reader knows them. `position`
    is its label for claims that agree, where it groups them.
    """

    document: str
    span: Span
    score: float
    words: str = ""
    position: str | None = None


class Notice(StrEnum):
    """All that a reader can tell the user about how the passages were read.

    The list is closed, so that no word of a server or a model can get into an answer.
    """

    MODEL_UNREACHABLE = "The language model could not be reached; the built-in reader chose."
    MODEL_TIMED_OUT = "The language model took too long; the built-in reader chose."
    MODEL_FAILED = "The language model's server reported an error; the built-in reader chose."
    MODEL_TOO_LONG = "The language model's reply was too long; the built-in reader chose."
    MODEL_DECLINED = "The language model declined to choose; the built-in reader chose."
    MODEL_CUT_OFF = "The language model's reply was cut off; the built-in reader chose."
    MODEL_FILTERED = "A filter held the language model's reply back; the built-in reader chose."
    MODEL_MALFORMED = (
        "The language model's reply was not in the form asked for; the built-in reader chose."
    )
    MODEL_STRAYED = (
        "The language model named sentences it had not been shown; the built-in reader chose."
    )
    MODEL_QUESTION = "The question is too long for the language model; the built-in reader chose."


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a reader makes of the retrieved passages.

    `confidence` (0 to 1) is that the passages hold an answer at all. A claim that is more than
    `margin` below the best one is not offered as an answer. `repeat` is what a claim loses for each
    better one that is of the same document or gives the same answer. `notice` is a fixed sentence
    for the user about how they were read, where there is something to say: one of `Notice`.
    `supposes_subject`: the confidence is that of passages that are on the subject of the question,
    and still to be multiplied by the probability of that.
    """

    claims: tuple[Claim, ...]
    confidence: float
    notice: str | None = None
    margin: float = inf
    repeat: float = 0.0
    supposes_subject: bool = False


class Reader(Protocol):
    """The seam for whatever picks the sentences that answer."""

    def read(self, question: str, hits: Sequence[Hit]) -> Verdict: ...


@runtime_checkable
class Warmed(Protocol):
    """A reader that has something to load before its first answer."""

    def warm(self) -> None: ...


@dataclass(frozen=True, slots=True)
class Witness:
    """Another place that holds a quote's words.

    `differences` are what is worded differently there, in order; none where nothing is.
    """

    document: str
    sha256: str
    span: Span
    place: Place
    differences: tuple[Difference, ...] = ()

    @property
    def same(self) -> bool:
        return not self.differences

    @property
    def changes_sense(self) -> bool:
        """Whether a number, a name or a negation is among the differences."""
        return change_sense(self.differences)


@dataclass(frozen=True, slots=True)
class QuotedNote:
    """A paragraph of a note that a quote refers to: a verbatim range of the same document.

    `marker` is the note's number or sign, empty for a source that is named in parentheses.
    """

    marker: str
    span: Span
    text: str
    display: str


@dataclass(frozen=True, slots=True)
class Words:
    """The very words of a quote that answer: a canonical range inside it, and how they read."""

    span: Span
    display: str


@dataclass(frozen=True, slots=True)
class Quote:
    """A verbatim range of a source. Only `rag.verify.Gate` makes one.

    All but `witnesses`, `position` and `answer` follows from document and span alone. `display` is
    the reading text of the range. `speakers` runs from the person whose words they are to the
    author of the source; `reported` says that the sense is given and not the words. `oddities` are
    signs of damage. `position` is one of `POSITIONS`, where the answer's quotes disagree. `answer`
    are the words to look at first.
    """

    document: Document
    span: Span
    place: Place
    display: str
    speakers: tuple[str, ...]
    reported: bool = False
    notes: tuple[QuotedNote, ...] = ()
    oddities: tuple[str, ...] = ()
    witnesses: tuple[Witness, ...] = ()
    position: str | None = None
    answer: Words | None = None

    def __post_init__(self) -> None:
        if self.position is not None and self.position not in POSITIONS:
            raise ValueError(f"{self.position!r} is no position")
        if len(self.span) > LONGEST_QUOTE:
            raise ValueError(f"a quote of {len(self.span)} characters; at most {LONGEST_QUOTE}")
        self.span.of(self.document.text)

    @property
    def text(self) -> str:
        """The canonical slice: `document.text[start:end]`."""
        return self.span.of(self.document.text)


class Reason(StrEnum):
    """Why an answer has no quotes."""

    NO_SOURCES = "no_sources"
    NO_QUESTION = "no_question"
    TOO_LONG = "too_long"
    OFF_SUBJECT = "off_subject"
    NOT_ANSWERED = "not_answered"
    PRESUMES = "presumes"
    ELSEWHERE = "elsewhere"


class Stage(StrEnum):
    """What is being done for a question, in this order; a part of it may be done again."""

    LOADING = "loading"
    WAITING = "waiting"
    SEARCHING = "searching"
    READING = "reading"
    COMPOSING = "composing"


@dataclass(frozen=True, slots=True)
class Stages:
    """Seconds that the stages of an answer took; 0 for those that it did not come to.

    `scope`: finding out which documents are asked of. `search`: retrieval and late interaction.
    `read`: the reader. `compose`: from claims to quotes, the gate included. `refuse`: finding out
    why there is no answer, and the nearest passages.
    """

    scope: float = 0.0
    search: float = 0.0
    read: float = 0.0
    compose: float = 0.0
    refuse: float = 0.0


@dataclass(frozen=True, slots=True)
class Answer:
    """The quotes that answer a question, best first; none when `reason` says why.

    `standalone` is the question that was searched. `nearest` are passages that do *not* answer,
    offered when nothing does. `seconds` is the time it took, `stages` what of it went where.
    `notices`, of `Notice`, say what the user should know of how the passages were read. `scope` are
    the documents that were searched, by path; none when all were. `presumed` and `elsewhere` say
    what `PRESUMES` and `ELSEWHERE` are about: see `rag.refusal.Refusal`.
    """

    question: str
    standalone: str
    quotes: tuple[Quote, ...]
    nearest: tuple[Quote, ...]
    confidence: float
    reason: Reason | None
    seconds: float
    notices: tuple[str, ...] = ()
    scope: tuple[str, ...] = ()
    presumed: tuple[tuple[str, ...], ...] = ()
    elsewhere: tuple[str, ...] = ()
    stages: Stages = Stages()

    def __post_init__(self) -> None:
        if unknown := set(self.notices) - set(Notice):
            raise ValueError(f"{unknown} are no notices")
        if bool(self.quotes) == (self.reason is not None):
            raise ValueError("an answer has either quotes or a reason for having none")
        if bool(self.presumed) != (self.reason is Reason.PRESUMES):
            raise ValueError("words that are presumed go with the reason PRESUMES")
        if bool(self.elsewhere) != (self.reason is Reason.ELSEWHERE):
            raise ValueError("documents that answer elsewhere go with the reason ELSEWHERE")

    @property
    def abstained(self) -> bool:
        return self.reason is not None
