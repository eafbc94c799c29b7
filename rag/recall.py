"""Answers made anew from their records: what still holds, and what no longer does."""

from dataclasses import dataclass

from index.errors import PinciteError
from rag.prove import Find, Prover
from rag.records import check_answer
from rag.render import Record
from rag.types import Answer, Quote, Reason


@dataclass(frozen=True, slots=True)
class Lapsed:
    """What no longer holds: a citation, or with `problem` saying so a witness of one.

    `part` is `quotes` or `nearest`, `number` counts the part's citations in the record from 1.
    """

    part: str
    number: int
    citation: str
    problem: str


@dataclass(frozen=True, slots=True)
class Recalled:
    """An answer with what still holds of it.

    `numbers` and `nearest_numbers` are those that the answer's quotes and nearest passages had in
    the record: with the second of three lapsed, 1 and 3. `answer` is None where the record had
    quotes and none of them holds: what is left neither answers nor says why not.
    """

    answer: Answer | None
    lapsed: tuple[Lapsed, ...]
    numbers: tuple[int, ...]
    nearest_numbers: tuple[int, ...]


def recall(record: Record, find: Find) -> Recalled:
    """An answer from its record (`rag.render.to_record`), proven again by what `find` knows.

    A citation is kept whole, but for witnesses that have gone, or left out. PinciteError when the
    record is no answer of this format.
    """
    check_answer("the answer", record)
    prover = Prover(find)
    quotes, lapsed = _prove(prover, record, "quotes")
    nearest, lapsed_nearest = _prove(prover, record, "nearest")
    gone = bool(record["quotes"]) and not quotes
    return Recalled(
        None if gone else _answer(record, tuple(quotes.values()), tuple(nearest.values())),
        (*lapsed, *lapsed_nearest),
        tuple(quotes),
        tuple(nearest),
    )


def _prove(prover: Prover, record: Record, part: str) -> tuple[dict[int, Quote], list[Lapsed]]:
    """The quotes of a part that hold, by number, and what does not."""
    quotes: dict[int, Quote] = {}
    lapsed: list[Lapsed] = []
    for number, told in enumerate(record[part], start=1):
        if not isinstance(told, dict):
            raise PinciteError(f"the answer is damaged: {part} {number} is not a JSON object")
        proof = prover.prove(told)
        if proof.quote:
            quotes[number] = proof.quote
        citation = f"{told.get('document')}, {told.get('locator')}"
        lapsed += [Lapsed(part, number, citation, problem) for problem in proof.problems]
    return quotes, lapsed


def _answer(record: Record, quotes: tuple[Quote, ...], nearest: tuple[Quote, ...]) -> Answer:
    try:
        return Answer(
            question=_text(record["question"]),
            standalone=_text(record["standalone_question"]),
            quotes=quotes,
            nearest=nearest,
            confidence=float(record["confidence"]),
            reason=None if record["reason"] is None else Reason(record["reason"]),
            seconds=float(record["seconds"]),
            notices=_texts(record["notices"]),
            scope=_texts(record["scope"]),
            presumed=tuple(_texts(words) for words in record["presumed"]),
            elsewhere=_texts(record["elsewhere"]),
        )
    except (KeyError, TypeError, ValueError) as error:
        message = (
            f"the answer is damaged ({type(error).__name__}: {error}). Ask the question again."
        )
        raise PinciteError(message) from error


def _texts(values: object) -> tuple[str, ...]:
    if not isinstance(values, list):
        raise ValueError(f"{values!r} is no list of texts")
    return tuple(map(_text, values))


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise ValueError(f"{value!r} is no text")
    return value
