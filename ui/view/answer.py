"""An answer as the page shows it."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType

from rag.render import (
    NEAREST,
    Record,
    citation,
    difference_text,
    reason_text,
    scope_text,
    to_record,
)
from rag.types import Answer, Quote


def answer_view(answer: Answer, titles: Mapping[str, str] = MappingProxyType({})) -> Record:
    """The record of the answer, and the words around it: headings and citations.

    `titles` are those of the documents, by path.
    """
    record = to_record(answer)
    return {
        **record,
        "searched_for": answer.standalone if answer.standalone != answer.question else None,
        "searched_in": scope_text(answer, titles) or None,
        "heading": reason_text(answer, titles) or _count(answer.quotes),
        "nearest_heading": NEAREST if answer.nearest else None,
        "quotes": _cited(answer.quotes, record["quotes"]),
        "nearest": _cited(answer.nearest, record["nearest"]),
    }


def _count(quotes: Sequence[Quote]) -> str:
    sources = len({quote.document.path for quote in quotes})
    return f"{_plural(len(quotes), 'quote')} from {_plural(sources, 'source')}, word for word"


def _plural(count: int, noun: str) -> str:
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"


def _cited(quotes: Sequence[Quote], records: Sequence[Record]) -> list[Record]:
    return [
        {
            **record,
            "citation": citation(quote),
            "notes": [note for note in record["notes"] if note["marker"]],
            "section": _unless_said(record["section"], record["locator"]),
            "witnesses": [
                {
                    **written,
                    "citation": f"{witness.document}, {witness.place.locator}",
                    "difference": difference_text(witness).strip(" ()"),
                }
                for witness, written in zip(quote.witnesses, record["witnesses"], strict=True)
            ],
        }
        for quote, record in zip(quotes, records, strict=True)
    ]


def _unless_said(section: str | None, locator: str) -> str | None:
    """The section, unless the locator names it already."""
    return None if section and section in locator else section
