"""One machine-readable citation, the same in every form that leaves Pincite.

`pincite:<document>?sha256=<hex>#char=<start>,<end>`: the document's path percent-encoded (RFC
3986), the file's hash, and a range of the canonical text in the position scheme of RFC 5147, which
counts characters from 0 and excludes the end. Without a fragment it names the whole source.
"""

import re
from dataclasses import dataclass
from urllib.parse import quote as percent_encoded
from urllib.parse import unquote

from index.types import Document, Span
from rag.render import Record
from rag.types import Quote, Witness

_URI = re.compile(
    r"pincite:(?P<path>[\w.~/%-]+)\?sha256=(?P<sha256>[0-9a-f]+)"
    r"(?:#char=(?P<start>\d{1,15}),(?P<end>\d{1,15}))?",
    re.ASCII,
)
# How Python keeps a file's name that is no UTF-8: half a surrogate pair a byte.
_ERRORS = "surrogatepass"


@dataclass(frozen=True, slots=True)
class Target:
    """What a citation points at: a source, or with `span` a range of its canonical text."""

    path: str
    sha256: str
    span: Span | None = None

    @property
    def record(self) -> Record:
        """The fields that name the same place in an answer's record."""
        place = {"start": self.span.start, "end": self.span.end} if self.span else {}
        return {"document": self.path, "sha256": self.sha256, **place}


def make(target: Target) -> str:
    """The URI of a source or of a range of it."""
    path = percent_encoded(target.path, safe="/", errors=_ERRORS)
    fragment = f"#char={target.span.start},{target.span.end}" if target.span else ""
    return f"pincite:{path}?sha256={target.sha256}{fragment}"


def parse(uri: str) -> Target | None:
    """What a URI points at; None unless it is written as `make` would.

    One spelling a place: whatever is changed in a citation changes what it names, or breaks it.
    """
    match = _URI.fullmatch(uri)
    if match is None:
        return None
    try:
        span = Span(int(match["start"]), int(match["end"])) if match["start"] else None
        target = Target(unquote(match["path"], errors=_ERRORS), match["sha256"], span)
    except ValueError:
        return None
    return target if make(target) == uri else None


def of_quote(quote: Quote) -> str:
    """The URI of a quote."""
    return make(Target(quote.document.path, quote.document.sha256, quote.span))


def of_witness(witness: Witness) -> str:
    """The URI of a witness."""
    return make(Target(witness.document, witness.sha256, witness.span))


def of_source(document: Document) -> str:
    """The URI of a whole source."""
    return make(Target(document.path, document.sha256))
