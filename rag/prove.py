"""Prove written citations again: whatever follows from a source is taken from the source anew."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from index.types import Document, Span
from rag.compose import have_words_in_common, worded_differently
from rag.render import Record, quote_record, witness_record
from rag.types import POSITIONS, Claim, Quote, Witness, Words
from rag.verify import Gate

# Parts of a citation that are not compared with the source as they are.
APART = frozenset({"number", "witnesses"})

# A document by its path; else why it cannot be read, or None where it is just not there.
Find = Callable[[str], Document | str | None]


@dataclass(frozen=True, slots=True)
class Proof:
    """What holds of a citation: the quote with the witnesses that hold, and all that is wrong.

    `quote` is None when the citation itself does not hold.
    """

    quote: Quote | None
    problems: tuple[str, ...] = ()


class Prover:
    """Compares citations with the documents that `find` knows, each of them read once."""

    def __init__(self, find: Find) -> None:
        self._find = find
        self._documents: dict[str, Document | str] = {}

    def prove(self, record: Record) -> Proof:
        """A quote's record (`rag.render.quote_record`) against its source: the place, all that is
        shown there, and the witnesses."""
        quote = self.quote(record)
        if isinstance(quote, str):
            return Proof(None, (quote,))
        listed = record.get("witnesses")
        if not isinstance(listed, list):
            return Proof(None, ("it has no list of witnesses",))
        quote = replace(quote, position=_position(record), answer=_answer(record, quote))
        wrong = difference(record, quote_record(0, quote))
        proven = zip(listed, self.witnesses(quote, listed), strict=True)
        witnesses = [_as_told(told, witness) for told, witness in proven]
        problems = [
            f"witness {number}: {each}"
            for number, each in enumerate(witnesses, start=1)
            if isinstance(each, str)
        ]
        holding = tuple(each for each in witnesses if isinstance(each, Witness))
        return Proof(
            None if wrong else replace(quote, witnesses=holding),
            tuple(filter(None, [wrong, *problems])),
        )

    def quote(self, record: Record) -> Quote | str:
        """The quote that the source has where a record says, or what is wrong.

        The record has at least `document`, `sha256`, `start` and `end`; its `text`, if any, has to
        be the source's.
        """
        path, start, end = record.get("document"), record.get("start"), record.get("end")
        if not isinstance(path, str):
            return f"document is {path!r}, not a name"
        if type(start) is not int or type(end) is not int or not 0 <= start < end:
            return f"offsets {start!r}..{end!r} are no range"
        document = self._document(path)
        if isinstance(document, str):
            return document
        span = Span(start, end)
        problems = [_wrong_text(document, span, record), _wrong_file(document, record)]
        quote = Gate({path: document}.get).quote(Claim(path, span, 0.0))
        return (
            "; ".join(filter(None, problems))
            or quote
            or "no quote: it cuts a word, or lies in a heading, contents or page furniture"
        )

    def source(self, record: Record) -> Document | str:
        """The document that a record's `document` and `sha256` name, or what is wrong."""
        document = self._document(record["document"])
        if isinstance(document, str):
            return document
        return _wrong_file(document, record) or document

    def witnesses(self, quote: Quote, records: Sequence[object]) -> list[Witness | str]:
        """The witness at each place that a quote's records name, or what is wrong with it."""
        return [
            "it is listed already" if record in records[:number] else self._witness(quote, record)
            for number, record in enumerate(records)
        ]

    def _witness(self, quote: Quote, record: object) -> Witness | str:
        if not isinstance(record, dict):
            return "it is not a JSON object"
        copy = self.quote(record)
        if isinstance(copy, str):
            return copy
        if not have_words_in_common(quote.display, copy.display):
            return "it has not the words of the quote"
        worded = worded_differently(quote.display, copy.display)
        return Witness(copy.document.path, copy.document.sha256, copy.span, copy.place, worded)

    def _document(self, path: str) -> Document | str:
        """The source as it is now, or why there is none."""
        if path not in self._documents:
            self._documents[path] = self._find(path) or "the document is no longer in the index"
        return self._documents[path]


def difference(found: Mapping[str, object], right: Mapping[str, object]) -> str | None:
    """What a reader is shown has to follow from the source as well, not the exact text alone."""
    keys = [key for key in {**right, **found} if key not in APART]
    wrong = [key for key in keys if not _same(found, right, key)]
    return f"{', '.join(wrong)} not as in the source" if wrong else None


def _as_told(record: Record, witness: Witness | str) -> Witness | str:
    """A witness, unless its record says something else of it."""
    if isinstance(witness, str):
        return witness
    return difference(record, witness_record(witness)) or witness


def _same(found: Mapping[str, object], right: Mapping[str, object], key: str) -> bool:
    """Whether both have the same value under a key; to JSON, `1` is not `true`."""
    if key not in found or key not in right:
        return False
    return type(found[key]) is type(right[key]) and bool(found[key] == right[key])


def _answer(record: Record, quote: Quote) -> Words | None:
    """Where the words that a citation's answer has are in the quote, if they are."""
    answer = record.get("answer")
    words = answer.get("display") if isinstance(answer, dict) else None
    if not isinstance(words, str):
        return None
    claim = Claim(quote.document.path, quote.span, 0.0, words)
    found = Gate({quote.document.path: quote.document}.get).quote(claim)
    return found.answer if found else None


def _position(record: Record) -> str | None:
    """A citation's position, if it may have it: which quotes disagree does not follow from one."""
    position = record.get("position")
    return position if position in POSITIONS else None


def _wrong_text(document: Document, span: Span, record: Record) -> str | None:
    if span.end > len(document.text):
        return f"the offsets end at {span.end}, the text at {len(document.text)}"
    text = span.of(document.text)
    if "text" in record and text != record["text"]:
        return "the text differs from the source at these offsets"
    # The words would be the same, but no citation of ours is as wide.
    return "the offsets start or end with white space" if text != text.strip() else None


def _wrong_file(document: Document, record: Record) -> str | None:
    if record.get("sha256") != document.sha256:
        return "the file has changed since (SHA-256 differs)"
    return None
