"""The sources of answers for bibliographies: CSL-JSON and BibTeX."""

import hashlib
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import PurePosixPath

from index.errors import PinciteError
from index.types import Document
from rag.export import uri
from rag.export.found import Listed, flat
from rag.render import Record
from rag.types import Answer

# An initial is part of what somebody was given; what follows the last one is the family's.
_WITH_INITIALS = re.compile(r"(?P<given>(?:\S+ )*(?:[^\W\d_]\.-?)+) (?P<family>[^\s.]+)")
_SORTED = re.compile(r"(?P<family>[^,]+), (?P<given>[^,]+)")

# What TeX takes for itself, in commands that stand for it: `\{` would still count as a brace.
_TEX: Mapping[int, str] = str.maketrans(
    {
        "\\": r"{\textbackslash}",
        "{": r"{\textbraceleft}",
        "}": r"{\textbraceright}",
        "~": r"{\textasciitilde}",
        "^": r"{\textasciicircum}",
        **{mark: f"\\{mark}" for mark in "#$%&_"},
    }
)


def sources(answers: Sequence[Answer]) -> list[Document]:
    """The documents that are quoted, each once, in the order in which they come."""
    quotes = [quote for answer in answers for quote in answer.quotes]
    return list({quote.document.path: quote.document for quote in quotes}.values())


def key(document: Document) -> str:
    """What a source goes by: `furr-1c0a5de2`, of the file's name and the URI's hash."""
    name = re.sub(r"[^a-z0-9]+", "-", PurePosixPath(document.path).stem.lower()).strip("-")
    return f"{name or 'source'}-{hashlib.sha256(uri.of_source(document).encode()).hexdigest()[:8]}"


def authors(document: Document) -> list[Record]:
    """The authors as CSL names: in two parts only where it can be told which is the family's."""
    if document.author is None:
        return []
    names = flat(document.author).split(" and ")
    # "Smith and Sons" are one.
    apart = names if all(" " in name for name in names) else [flat(document.author)]
    return [_name(name) for name in apart]


def _name(name: str) -> Record:
    parts = _SORTED.fullmatch(name) or _WITH_INITIALS.fullmatch(name)
    return dict(parts.groupdict()) if parts else {"literal": name}


# -- CSL-JSON --------------------------------------------------------------------------------------


def write_csl(answers: Sequence[Answer]) -> str:
    """A list of items: https://docs.citationstyles.org/en/stable/specification.html"""
    items = [_csl(document) for document in sources(answers)]
    return json.dumps(items, ensure_ascii=False, indent=1) + "\n"


def _csl(document: Document) -> Record:
    named = authors(document)
    return {
        "id": key(document),
        "type": "document",
        "title": flat(document.title),
        **({"author": named} if named else {}),
        "URL": uri.of_source(document),
    }


def read_csl(items: Sequence[Record]) -> Iterator[Listed]:
    """The items of a list."""
    for item in items:
        yield Listed(str(item.get("id")), str(item.get("URL")), item, _csl)


# -- BibTeX ----------------------------------------------------------------------------------------


def write_bibtex(answers: Sequence[Answer]) -> str:
    """Entries of the type `misc` in UTF-8, which BibTeX's successors and LaTeX since 2018 read."""
    from bibtexparser.library import Library
    from bibtexparser.model import Entry, Field
    from bibtexparser.writer import write

    library = Library(
        [
            Entry("misc", key(document), [Field(*field) for field in _fields(document).items()])
            for document in sources(answers)
        ]
    )
    # The bare writer: `_fields` has escaped what has to be, and the braces are its own.
    return write(library)


def _fields(document: Document) -> dict[str, str]:
    """Fields with the braces around their values. A second pair keeps a title's capitals, and
    makes one name of an author who cannot be taken apart. A URL is verbatim."""
    names = " and ".join(map(_bibtex_name, authors(document)))
    return {
        **({"author": f"{{{names}}}"} if names else {}),
        "title": f"{{{{{flat(document.title).translate(_TEX)}}}}}",
        "url": f"{{{uri.of_source(document)}}}",
    }


def _bibtex_name(name: Record) -> str:
    if "literal" in name:
        return f"{{{name['literal'].translate(_TEX)}}}"
    return f"{name['family']}, {name['given']}".translate(_TEX)


def read_bibtex(text: str) -> Iterator[Listed]:
    """The entries of a file; PinciteError for what is no entry."""
    from bibtexparser.splitter import Splitter

    library = Splitter(text).split()
    for block in library.failed_blocks:
        raise PinciteError(f"this is no BibTeX: {block.error}")
    for entry in library.entries:
        fields = {each.key: flat(each.value) for each in entry.fields}
        url = fields.get("url", "").strip("{}")
        told = {"key": entry.key, "type": entry.entry_type, **fields}
        yield Listed(entry.key, url, told, _entry)


def _entry(document: Document) -> dict[str, str]:
    return {"key": key(document), "type": "misc", **_fields(document)}
