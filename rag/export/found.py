"""Citations as they were found in a file: untrusted, until each is made anew from its source."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from index.types import Document
from rag.render import visible
from rag.types import Quote

# HTML has no way to write them.
_NO_CHARACTER = re.compile("[\ufffe\uffff]")

Told = Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Cited:
    """A citation of a quote.

    `name` is what it goes by, `uri` what it points at. `told` is all that it says, part by part;
    `remake` has the same parts as they follow from the quote that the source has there. `witnesses`
    are the URIs of the copies that it names.
    """

    name: str
    uri: str
    told: Told
    remake: Callable[[Quote], Told]
    witnesses: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Listed:
    """An entry of a bibliography, which points at a whole source; else as a `Cited`."""

    name: str
    uri: str
    told: Told
    remake: Callable[[Document], Told]


def flat(text: str) -> str:
    """A text on one line, as a person would compare it: white space, and what Unicode has for no
    character at all, is one space; what moves the cursor, or reverses the order of what is shown,
    is escaped."""
    return visible(" ".join(_NO_CHARACTER.sub(" ", text).split()))


def said(quote: Quote, found: str) -> str:
    """`found` if those are a quote's words, in the reading or the canonical text; else the words
    that it has."""
    right = (flat(quote.display), flat(quote.text))
    return found if found in right else right[0]
