"""Answers as JSON records and as text. Every quote is checked once more on its way out."""

import json
from collections.abc import Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Any
from unicodedata import category

from index.types import Place
from index.witnesses.differences import Difference
from rag.types import Answer, Quote, QuotedNote, Reason, Witness, Words

FORMAT = 3

REASONS: Mapping[Reason, str] = {
    Reason.NO_SOURCES: "There are no sources in this index yet.",
    Reason.NO_QUESTION: "There is no question to answer.",
    Reason.TOO_LONG: "The question is too long for the embedding model. Ask a shorter one.",
    Reason.OFF_SUBJECT: "These sources have nothing on the subject.",
    Reason.NOT_ANSWERED: "These sources are on the subject, but do not answer the question.",
    Reason.PRESUMES: "The question presumes what no source says. No passage has:",
    Reason.ELSEWHERE: "Not answered in what was searched. These sources answer, but were left out:",
}
# Of the differences of a witness, so many are told in words.
MOST_DIFFERENCES = 3
NEAREST = "Nearest passages. They do not answer the question:"

# Control characters, line and paragraph separators, unpaired surrogates.
_CONTROLS = frozenset({"Cc", "Zl", "Zp", "Cs"})
_BIDIRECTIONAL = frozenset(
    "\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
)

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
        "presumed": [list(words) for words in answer.presumed],
        "elsewhere": list(answer.elsewhere),
        "scope": list(answer.scope),
        "confidence": round(answer.confidence, 4),
        "seconds": round(answer.seconds, 4),
        "notices": [str(notice) for notice in answer.notices],
        "quotes": _quotes(answer.quotes),
        "nearest": _quotes(answer.nearest),
    }


def to_json(answer: Answer, question_id: str | None = None) -> str:
    """The answer as one line of JSON that can be written as UTF-8."""
    line = json.dumps(to_record(answer, question_id), ensure_ascii=False)
    # An unpaired surrogate in the question; what Python makes of it is JSON's escape as well.
    return line.encode("utf-8", "backslashreplace").decode("utf-8")


def to_text(answer: Answer, titles: Mapping[str, str] = MappingProxyType({})) -> str:
    """The answer for a terminal: numbered quotes, each with its citation.

    `titles` are those of the documents, by path.
    """
    lines = [line for framed in framing(answer, titles) for line in (framed, "")]
    for number, quote in enumerate(answer.quotes or answer.nearest, start=1):
        mark = f"[{number}]" if answer.quotes else "  ·"
        lines += [f"{mark} {quote.display}", f"    — {citation(quote)}", *asides(quote), ""]
    return "\n".join(visible(line) for line in lines).rstrip()


def framing(answer: Answer, titles: Mapping[str, str]) -> Iterator[str]:
    """What is said before the quotes, in fixed words of the interface."""
    if answer.standalone != answer.question:
        yield f"Searched for: {answer.standalone}"
    yield from (f"Note: {notice}" for notice in answer.notices)
    if answer.scope:
        yield scope_text(answer, titles)
    if answer.reason:
        yield reason_text(answer, titles)
    if answer.nearest:
        yield NEAREST


def scope_text(answer: Answer, titles: Mapping[str, str]) -> str:
    """Which sources alone were searched, for a person; empty when all were."""
    return f"Searched only in: {_named(answer.scope, titles)}" if answer.scope else ""


def reason_text(answer: Answer, titles: Mapping[str, str]) -> str:
    """Why there are no quotes, in fixed words, with what that is about; empty when there are."""
    if answer.reason is None:
        return ""
    about = [" with ".join(f"“{word}”" for word in words) for words in answer.presumed]
    told = "; ".join(about) or _named(answer.elsewhere, titles)
    return f"{REASONS[answer.reason]} {told}".rstrip()


def _named(paths: Sequence[str], titles: Mapping[str, str]) -> str:
    """Titles of documents, with their paths where these say more."""
    return "; ".join(
        f"{title} ({path})" if (title := titles.get(path, path)) not in path else path
        for path in paths
    )


def asides(quote: Quote) -> Iterator[str]:
    """What a reader should know beside a quote: its position, notes, state and copies."""
    if quote.position:
        yield f"      Position {quote.position}"
    for remark in [*remarks(quote), *map(witness_text, quote.witnesses)]:
        yield f"      {remark}"


def remarks(quote: Quote) -> Iterator[str]:
    """What the notes say that a quote refers to, and its state."""
    for note in quote.notes:
        if note.marker:
            yield f"n. {note.marker}: {note.display}"
    if quote.oddities:
        yield f"perhaps damaged: {', '.join(quote.oddities)}"


def witness_text(witness: Witness) -> str:
    """Where a quote's words stand as well, and how they differ there."""
    return f"also {witness.document}, {witness.place.locator}{difference_text(witness)}"


def visible(text: str) -> str:
    """One line of `text` for a terminal: what would move the cursor, change colours or reverse the
    order of what is shown is escaped."""
    return "".join(_escaped(c) if _controls(c) else c for c in text)


def _controls(character: str) -> bool:
    return category(character) in _CONTROLS or character in _BIDIRECTIONAL


def _escaped(character: str) -> str:
    return character.encode("unicode_escape").decode("ascii")


def citation(quote: Quote) -> str:
    """Source, pinpoint and whose words, for a person: `inquest.txt, ¶12 · the mate, quoted by
    Anna Reed`."""
    place = f"{quote.document.path}, {quote.place.locator}"
    told = len(quote.speakers) > 1 or quote.document.author
    return f"{place} · {attribution(quote.speakers, reported=quote.reported)}" if told else place


def attribution(speakers: Sequence[str], *, reported: bool) -> str:
    """A chain of speakers in words: `the mate, reported by the captain, quoted by Anna Reed`."""
    first, *others = speakers
    ways = ["reported" if reported else "quoted", *["quoted"] * len(others)]
    return first + "".join(f", {way} by {who}" for way, who in zip(ways, others, strict=False))


def difference_text(witness: Witness) -> str:
    """How a witness's wording differs, in brackets; empty when it does not."""
    if witness.same:
        return ""
    named = [_difference(each) for each in witness.differences[:MOST_DIFFERENCES]]
    more = ["…"] if len(witness.differences) > MOST_DIFFERENCES else []
    warning = ", which changes the sense" if witness.changes_sense else ""
    return f" (wording differs{warning}: {'; '.join([*named, *more])})"


def _difference(difference: Difference) -> str:
    ours, theirs = difference.our_words, difference.their_words
    if not theirs:
        return f"lacks “{ours}”"
    return f"has “{theirs}” for “{ours}”" if ours else f"adds “{theirs}”"


def _quotes(quotes: Sequence[Quote]) -> list[Record]:
    return [quote_record(number, quote) for number, quote in enumerate(quotes, start=1)]


def quote_record(number: int, quote: Quote) -> Record:
    """A quote as the JSON object that stands in an answer's."""
    return {
        "number": number,
        "document": quote.document.path,
        "sha256": quote.document.sha256,
        "start": quote.span.start,
        "end": quote.span.end,
        "page": quote.place.sheet,
        "page_label": quote.place.page,
        "text": quote.text,
        "display": quote.display,
        "locator": quote.place.locator,
        "section": _section(quote.place),
        "speakers": list(quote.speakers),
        "reported": quote.reported,
        "notes": [_note_record(note) for note in quote.notes],
        "oddities": list(quote.oddities),
        "witnesses": [witness_record(witness) for witness in quote.witnesses],
        "position": quote.position,
        "answer": _words_record(quote.answer),
    }


def _words_record(words: Words | None) -> Record | None:
    if words is None:
        return None
    return {"start": words.span.start, "end": words.span.end, "display": words.display}


def _section(place: Place) -> str | None:
    return place.section[-1] if place.section else None


def _note_record(note: QuotedNote) -> Record:
    return {
        "marker": note.marker,
        "start": note.span.start,
        "end": note.span.end,
        "text": note.text,
        "display": note.display,
    }


def witness_record(witness: Witness) -> Record:
    """A witness as the JSON object that stands in a quote's."""
    return {
        "document": witness.document,
        "sha256": witness.sha256,
        "start": witness.span.start,
        "end": witness.span.end,
        "locator": witness.place.locator,
        "same": witness.same,
        "changes_sense": witness.changes_sense,
        "differences": [
            {
                "ours": each.our_words,
                "theirs": each.their_words,
                "changes": [sense.value for sense in each.senses],
            }
            for each in witness.differences
        ],
    }
