"""An answer as the page shows it."""

from collections.abc import Iterator, Mapping, Sequence
from types import MappingProxyType

from rag.render import (
    NEAREST,
    Record,
    attribution,
    citation,
    difference_text,
    reason_text,
    scope_text,
    to_record,
)
from rag.types import Answer, Quote
from ui.uploads import shown_path
from ui.view.words import plural

DISAGREEMENT = (
    "The quotes seem to give different answers. Each with who gives it; the order says nothing:"
)
SURENESS = (
    "The chance that these quotes hold the answer, estimated on questions whose answers are known. "
    "It says nothing of whether a source is right."
)
# From this estimated chance on, what the page calls it.
_DEGREES = ((0.7, "likely an answer"), (0.4, "perhaps an answer"), (0.0, "a long shot"))


# Of an answer whose sources have changed: what is in place of its quotes.
NOTHING_HOLDS = "None of its citations holds any more. Ask the question again."


def answer_view(
    answer: Answer,
    titles: Mapping[str, str] = MappingProxyType({}),
    numbers: Sequence[int] = (),
) -> Record:
    """The record of the answer, and the words around it: headings and citations.

    `positions` are the sides where the quotes disagree, each with who takes it; a quote that takes
    none is `unplaced`. `titles` are those of the documents, by path. `numbers` are those of the
    quotes, where some that came between have lapsed.
    """
    record = to_record(answer)
    quotes = _numbered(_cited(answer.quotes, record["quotes"]), numbers)
    return {
        **record,
        "searched_for": answer.standalone if answer.standalone != answer.question else None,
        "searched_in": scope_text(answer, titles) or None,
        "heading": reason_text(answer, titles) or _count(answer.quotes),
        "sureness": _sureness(answer),
        "nearest_heading": NEAREST if answer.nearest else None,
        "disagreement": DISAGREEMENT,
        "positions": _positions(answer.quotes, quotes, titles),
        "unplaced": [quote["number"] for quote in quotes if not quote["position"]],
        "quotes": quotes,
        "nearest": _cited(answer.nearest, record["nearest"]),
    }


def empty_view(question: str, heading: str) -> Record:
    """The view of an answer of which nothing can be shown, and why not."""
    return {
        "question": question,
        "abstained": False,
        "reason": None,
        "notices": [],
        "searched_for": None,
        "searched_in": None,
        "heading": heading,
        "sureness": None,
        "nearest_heading": None,
        "disagreement": DISAGREEMENT,
        "positions": [],
        "unplaced": [],
        "quotes": [],
        "nearest": [],
    }


def _numbered(quotes: list[Record], numbers: Sequence[int]) -> list[Record]:
    """The quotes with the numbers that they had, if these are given."""
    if not numbers:
        return quotes
    return [{**quote, "number": at} for quote, at in zip(quotes, numbers, strict=True)]


def _count(quotes: Sequence[Quote]) -> str:
    sources = len({quote.document.path for quote in quotes})
    return f"{plural(len(quotes), 'quote')} from {plural(sources, 'source')}, word for word"


def _sureness(answer: Answer) -> Record | None:
    """How likely the quotes answer; None where nothing is estimated: a language model chose."""
    if answer.abstained or answer.confidence >= 1:
        return None
    degree = next(name for least, name in _DEGREES if answer.confidence >= least)
    percent = round(100 * answer.confidence)
    return {"percent": percent, "told": f"{degree} ({percent} %)", "meaning": SURENESS}


def _positions(
    quotes: Sequence[Quote], records: Sequence[Record], titles: Mapping[str, str]
) -> list[Record]:
    """The sides by name. Copies of a passage are one quote's witnesses, so that they count once."""
    names = sorted({quote.position for quote in quotes if quote.position})
    return [
        {
            "name": name,
            "voices": list(dict.fromkeys(_voices(name, quotes, titles))),
            "numbers": [record["number"] for record in records if record["position"] == name],
        }
        for name in names
    ]


def _voices(name: str, quotes: Sequence[Quote], titles: Mapping[str, str]) -> Iterator[str]:
    for quote in quotes:
        if quote.position == name:
            who = attribution(quote.speakers, reported=quote.reported)
            title = titles.get(quote.document.path, quote.document.title)
            # Where no author is named, the title speaks.
            yield who if title in quote.speakers else f"{who} · {title}"


def _cited(quotes: Sequence[Quote], records: Sequence[Record]) -> list[Record]:
    return [
        {
            **record,
            "citation": shown_path(citation(quote)),
            "notes": [note for note in record["notes"] if note["marker"]],
            "section": _unless_said(record["section"], record["locator"]),
            "copies": _copies(quote),
            "witnesses": [
                {
                    **written,
                    "citation": f"{shown_path(witness.document)}, {witness.place.locator}",
                    "difference": difference_text(witness).strip(" ()"),
                }
                for witness, written in zip(quote.witnesses, record["witnesses"], strict=True)
            ],
        }
        for quote, record in zip(quotes, records, strict=True)
    ]


def _copies(quote: Quote) -> str:
    """How many copies of the passage there are elsewhere: `2 copies, one differs`."""
    copies = len(quote.witnesses)
    differ = sum(not witness.same for witness in quote.witnesses)
    told = "1 copy" if copies == 1 else f"{copies} copies"
    if not differ:
        return f"{told}, the same words"
    sense = any(witness.changes_sense for witness in quote.witnesses)
    return f"{told}, {_differ(copies, differ)}{' in sense' if sense else ''}"


def _differ(copies: int, differ: int) -> str:
    if copies == 1:
        return "which differs"
    return "one differs" if differ == 1 else f"{differ} differ"


def _unless_said(section: str | None, locator: str) -> str | None:
    """The section, unless the locator names it already."""
    return None if section and section in locator else section
