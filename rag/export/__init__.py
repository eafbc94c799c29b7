"""Answers to be taken away, in forms that `pincite check` takes back. Text in, text out."""

import json
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from index.errors import PinciteError
from rag.export import annotations, bibliography, markdown, note, page
from rag.export.found import Cited, Listed
from rag.render import to_json
from rag.types import Answer

_BIBTEX = re.compile(r"\s*@\w+\s*\{")

Found = Iterable[Cited | Listed]


@dataclass(frozen=True, slots=True)
class Form:
    """A form that answers leave in.

    `ending` is that of a file's name, without the dot. `write` takes the titles of documents by
    path as well. `quoted`: it holds nothing but quotes and their sources, and so nothing of answers
    that have none.
    """

    name: str
    media_type: str
    ending: str
    write: Callable[[Sequence[Answer], Mapping[str, str]], str]
    quoted: bool = True


def _json(answers: Sequence[Answer], _: Mapping[str, str]) -> str:
    return "".join(f"{to_json(answer)}\n" for answer in answers)


FORMS: Mapping[str, Form] = MappingProxyType(
    {
        form.name: form
        for form in (
            Form("note", "text/plain", "txt", lambda answers, _: note.write(answers)),
            Form("markdown", "text/markdown", "md", markdown.write, quoted=False),
            Form("json", "application/jsonl", "jsonl", _json, quoted=False),
            Form(
                "annotations",
                "application/ld+json",
                "jsonld",
                lambda answers, _: annotations.write(answers),
            ),
            Form(
                "csl",
                "application/vnd.citationstyles.csl+json",
                "csl.json",
                lambda answers, _: bibliography.write_csl(answers),
            ),
            Form(
                "bibtex",
                "application/x-bibtex",
                "bib",
                lambda answers, _: bibliography.write_bibtex(answers),
            ),
            Form("page", "text/html", "html", page.write, quoted=False),
        )
    }
)


def export(
    answers: Sequence[Answer],
    form: str,
    titles: Mapping[str, str] = MappingProxyType({}),
) -> str:
    """Answers in one of `FORMS`, to be written as UTF-8.

    `titles` are those of the documents, by path. PinciteError for a form that is none, and for one
    of quotes alone where there are none.
    """
    if form not in FORMS:
        raise PinciteError(f"{form!r} is no form; choose one of {', '.join(FORMS)}")
    if FORMS[form].quoted and not any(answer.quotes for answer in answers):
        others = ", ".join(each.name for each in FORMS.values() if not each.quoted)
        raise PinciteError(
            f"there is no quote to write as {form}; a refusal can be had as {others}"
        )
    text = FORMS[form].write(answers, titles)
    # An unpaired surrogate in a question; what Python makes of it is JSON's escape as well.
    return text.encode("utf-8", "backslashreplace").decode("utf-8")


def recognise(content: str) -> Found | None:
    """The citations in what left in any form but JSON, which `rag.records` reads; None for that
    and for what is no form at all."""
    if page.is_page(content):
        return page.read(content)
    if _BIBTEX.match(content):
        return bibliography.read_bibtex(content)
    if content.lstrip().startswith(("{", "[")) and not markdown.is_markdown(content):
        return _in_json(content)
    if markdown.is_markdown(content):
        return markdown.read(content)
    return note.read(content) if note.is_cited(content) else None


def _in_json(content: str) -> Found | None:
    """The citations of annotations, or of a list of CSL's items."""
    try:
        value = json.loads(content)
    except (ValueError, RecursionError):
        return None
    if isinstance(value, dict) and "@context" in value:
        return annotations.read(value)
    if isinstance(value, list) and value and all(isinstance(item, dict) for item in value):
        return bibliography.read_csl(value)
    return None
