"""Answers as JSON records and as text. Every quote is checked once more on its way out."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from index.types import Place
from rag.types import Answer, Quote, Reason, Witness

FORMAT = 1

REASONS: Mapping[Reason, str] = {
    Reason.NO_SOURCES: "There are no sources in this index yet.",
    Reason.NO_QUESTION: "There is no question to answer.",
    Reason.NOT_FOUND: "Not found in these sources.",
}
NEAREST = "Nearest passages. They do not answer the question:"

Record = dict[str, Any]


def to_record(answer: Answer, question_id: str | None = None) -> Record:
    """The answer as the JSON object that `pincite batch` writes, without line breaks between."""
    return {
        "format": FORMAT,
        **({"id": question_id} if question_id is not None else {}),
        "question": answer.question,
        "standalone_question": answer.standalone,
        "abstained": answer.abstained,
        "reason": answer.reason.value if answer.reason else None,
        "confidence": round(answer.confidence, 4),
        "seconds": round(answer.seconds, 4),
        "quotes": _quotes(answer.quotes),
        "nearest": _quotes(answer.nearest),
    }


def to_json(answer: Answer, question_id: str | None = None) -> str:
    """The answer as one line of JSON."""
    return json.dumps(to_record(answer, question_id), ensure_ascii=False)


def to_text(answer: Answer) -> str:
    """The answer for a terminal: numbered quotes, each with its citation."""
    lines: list[str] = []
    if answer.standalone != answer.question:
        lines += [f"Searched for: {answer.standalone}", ""]
    if answer.reason:
        lines += [REASONS[answer.reason], ""]
    if answer.nearest:
        lines += [NEAREST, ""]
    for number, quote in enumerate(answer.quotes or answer.nearest, start=1):
        mark = f"[{number}]" if answer.quotes else "  ·"
        lines += [f"{mark} {quote.display}", f"    — {citation(quote)}"]
        lines += [f"      also {_witness_text(witness)}" for witness in quote.witnesses]
        lines.append("")
    return "\n".join(lines).rstrip()


def citation(quote: Quote) -> str:
    """Source and pinpoint, for a person: `inquest.txt, ¶12`."""
    return f"{quote.document.path}, {quote.place.locator}"


def _witness_text(witness: Witness) -> str:
    difference = "" if witness.same else " (wording differs)"
    return f"{witness.document}, {witness.place.locator}{difference}"


def _quotes(quotes: Sequence[Quote]) -> list[Record]:
    return [_quote(number, quote) for number, quote in enumerate(quotes, start=1)]


def _quote(number: int, quote: Quote) -> Record:
    return {
        "number": number,
        "document": quote.document.path,
        "sha256": quote.document.sha256,
        "start": quote.span.start,
        "end": quote.span.end,
        "page": quote.place.page,
        "text": quote.text,
        "display": quote.display,
        "locator": quote.place.locator,
        "section": _section(quote.place),
        "speakers": [],
        "notes": [],
        "variant_of": None,
        "witnesses": [_witness(witness) for witness in quote.witnesses],
        "position": None,
    }


def _section(place: Place) -> str | None:
    return place.section[-1] if place.section else None


def _witness(witness: Witness) -> Record:
    return {
        "document": witness.document,
        "start": witness.span.start,
        "end": witness.span.end,
        "locator": witness.place.locator,
        "same": witness.same,
    }
