"""Citations as a person writes them: a note in the manner of Chicago, and the lines under it."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from index.types import UNKNOWN, Document
from rag.export import uri
from rag.export.found import Cited, flat, said
from rag.render import attribution, remarks, witness_text
from rag.types import Answer, Quote

# A URI of ours in angle brackets, as RFC 3986 (appendix C) has it in text; one with a slip in it as
# well, so that it is taken for a citation that is wrong and not for none.
_CITED = re.compile(r"<([^<>\s]*(?:pincite:|\?sha256=|#char=)[^<>\s]*)>")
# Said of words whose speaker cannot be told.
NOBODY_KNOWN = "unknown speaker"
# After these a title needs no comma.
_STOPS = ("?", "!", ".", "…")


@dataclass(frozen=True, slots=True)
class Line:
    """A line under a quote, and the citation that it ends with where it names a place."""

    text: str
    uri: str | None = None


def note(quote: Quote) -> str:
    """`Zhukov, quoted in Grover Furr, “Title,” furr.txt, ¶58, at n. 12.`

    What is not known is left out, but for a speaker, whom nobody should take for the author.
    """
    *others, _ = [NOBODY_KNOWN if name == UNKNOWN else name for name in quote.speakers]
    source = f"{source_note(quote.document)}, {quote.place.locator}."
    if not others:
        return flat(source)
    way = "reported" if quote.reported and len(others) == 1 else "quoted"
    return flat(f"{attribution(others, reported=quote.reported)}, {way} in {source}")


def source_note(document: Document) -> str:
    """Author, title and path; the title is left out where the path says it."""
    title, end = document.title, "" if document.title.endswith(_STOPS) else ","
    named = f"“{title}{end}” " if title and title not in document.path else ""
    author = f"{document.author}, " if document.author else ""
    return f"{author}{named}{document.path}"


def lines(quote: Quote) -> tuple[Line, ...]:
    """All that stands under a quote: its note, what it refers to, its state, and its copies."""
    return (
        Line(note(quote), uri.of_quote(quote)),
        *(Line(flat(remark)) for remark in remarks(quote)),
        *(Line(flat(witness_text(each)), uri.of_witness(each)) for each in quote.witnesses),
    )


def cited(quote: Quote) -> str:
    """A quote to be pasted: its words in quotation marks, the note, and the URI."""
    return f"{_citation(quote, quote.display)} <{uri.of_quote(quote)}>"


def _citation(quote: Quote, words: str) -> str:
    return f"“{_inert(words)}” {_inert(note(quote))}"


def _inert(text: str) -> str:
    """A text on one line in which nothing passes for a URI of ours."""
    line = flat(text)
    return line.replace("<", r"\x3c") if is_cited(line) else line


def write(answers: Sequence[Answer]) -> str:
    """The citations of all quotes, a paragraph each."""
    return "\n".join(f"{cited(quote)}\n" for answer in answers for quote in answer.quotes)


def is_cited(text: str) -> bool:
    """Whether a text has a citation, right or wrong."""
    return _CITED.search(text) is not None


def read(text: str) -> Iterator[Cited]:
    """The citations in a text; each ends with its URI. Words of others may stand before them."""
    start = 0
    for match in _CITED.finditer(text):
        yield _cited(text[start : match.start()], match[1])
        start = match.end()


def _cited(words: str, place: str) -> Cited:
    found = flat(words)

    def remake(quote: Quote) -> dict[str, object]:
        right = [_citation(quote, each) for each in (quote.display, quote.text)]
        holds = any(_ends_with(found, each) for each in right)
        return {"citation": found if holds else right[0]}

    return Cited(found, place, {"citation": found}, remake)


def _ends_with(found: str, citation: str) -> bool:
    """Whether a text ends with a citation, and no more of it than that is in quotation marks."""
    before = found.removesuffix(citation)
    return before != found and before.count("“") == before.count("”")


def cited_by_lines(text: str | None, under: Sequence[Line], **parts: str | None) -> Cited:
    """A citation as it was found: the words of the quote, where there are any, and the lines under
    it; `parts` are others that repeat the URI."""
    first, *rest = under or [Line("")]
    words = {} if text is None else {"text": flat(text)}
    told = {**words, "note": flat(first.text), "remarks": [flat(line.text) for line in rest]}

    def remake(quote: Quote) -> dict[str, object]:
        right, *others = lines(quote)
        return {
            **{key: said(quote, found) for key, found in words.items()},
            "note": right.text,
            "remarks": [line.text for line in others],
            **dict.fromkeys(parts, right.uri),
        }

    witnesses = tuple(line.uri for line in rest if line.uri is not None)
    return Cited(flat(first.text), first.uri or "", {**told, **parts}, remake, witnesses)
