"""Quotes as annotations of their sources: https://www.w3.org/TR/annotation-model/ as JSON-LD."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import replace
from uuid import NAMESPACE_URL, uuid5

from rag.export import uri
from rag.export.found import Cited
from rag.export.note import note
from rag.render import Record
from rag.types import POSITIONS, Answer, Quote

CONTEXT = "http://www.w3.org/ns/anno.jsonld"
# So much of the canonical text goes with a quote on either side, as in Hypothesis.
AROUND = 32


def write(answers: Sequence[Answer]) -> str:
    """A collection with one page, which has an annotation for every quote."""
    made = [annotation(quote, each.question) for each in answers for quote in each.quotes]
    label = "; ".join(each.question for each in answers)
    name = "\n".join([label, *(each["id"] for each in made)])
    page = {"id": _id(f"page\n{name}"), "type": "AnnotationPage", "startIndex": 0, "items": made}
    collection = {
        "@context": CONTEXT,
        "id": _id(name),
        "type": "AnnotationCollection",
        "label": label,
        "total": len(made),
        "first": page,
    }
    return json.dumps(collection, ensure_ascii=False, indent=1) + "\n"


def annotation(quote: Quote, question: str) -> Record:
    """A quote, found by its offsets (code points, as the model has it) or by its words.

    The question and the citation are its bodies, and the position where quotes disagree.
    """
    cited = uri.of_quote(quote)
    return {
        "id": _id(f"{cited}\n{question}"),
        "type": "Annotation",
        "motivation": "highlighting",
        "body": [
            _body("questioning", question),
            _body("describing", note(quote)),
            *([_body("classifying", f"Position {quote.position}")] if quote.position else []),
        ],
        "target": {
            "id": cited,
            "type": "SpecificResource",
            "source": uri.of_source(quote.document),
            "selector": [_words(quote), _place(quote)],
        },
    }


def _body(purpose: str, value: str) -> Record:
    return {"type": "TextualBody", "purpose": purpose, "format": "text/plain", "value": value}


def _words(quote: Quote) -> Record:
    text, span = quote.document.text, quote.span
    return {
        "type": "TextQuoteSelector",
        "exact": quote.text,
        "prefix": text[max(span.start - AROUND, 0) : span.start],
        "suffix": text[span.end : span.end + AROUND],
    }


def _place(quote: Quote) -> Record:
    return {"type": "TextPositionSelector", "start": quote.span.start, "end": quote.span.end}


def _id(name: str) -> str:
    """The same for the same: an annotation that is imported twice is still one."""
    return uuid5(NAMESPACE_URL, name.encode("utf-8", "replace").decode("utf-8")).urn


def read(collection: Record) -> Iterator[Cited]:
    """The annotations of a collection, of a page, or a single one."""
    page = collection.get("first", collection)
    items = page.get("items", [page]) if isinstance(page, dict) else [page]
    for item in items if isinstance(items, list) else [items]:
        yield _cited(item if isinstance(item, dict) else {})


def _cited(found: Record) -> Cited:
    target = found.get("target")
    cited = target.get("id") if isinstance(target, dict) else None
    question = _value(found, "questioning")
    label = _value(found, "classifying").removeprefix("Position ")
    position = label if label in POSITIONS else None
    return Cited(
        _value(found, "describing"),
        cited if isinstance(cited, str) else "",
        {key: value for key, value in found.items() if key != "@context"},
        lambda quote: annotation(replace(quote, position=position), question),
    )


def _value(found: Record, purpose: str) -> str:
    """The words of the body with a purpose; empty when there is none."""
    bodies = found.get("body")
    for body in bodies if isinstance(bodies, list) else []:
        if isinstance(body, dict) and body.get("purpose") == purpose:
            return str(body.get("value"))
    return ""
