"""Check citations against the sources as they are now, whoever wrote them."""

from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath

import click

from index import read
from index.database import undamaged
from index.errors import PinciteError, SourceError
from index.store import DocumentSummary, open_reading
from index.types import Document
from rag.config import Config
from rag.export import FORMS, Found, recognise, uri
from rag.export.found import Cited, Listed
from rag.prove import Find, Prover, difference
from rag.records import parse_answers, read_text
from rag.render import visible
from rag.types import Witness


def check_answers(config: Config, answers: Path, sources: Path | None) -> bool:
    """Print what is wrong with the citations of a file, if anything; True if nothing is."""
    with undamaged(config.index), closing(open_reading(config.index)) as store:
        checker = Checker(Files(store.summaries(), sources))
    checked = list(checker.check(str(answers), read_text(answers)))
    wrong = [item for item in checked if item.problem]
    for item in wrong:
        click.echo(visible(f"{item.answer} [{item.number}] {item.citation}: {item.problem}"))
    click.echo(f"{len(checked)} citations checked, {len(wrong)} wrong.")
    return not wrong


@dataclass(frozen=True, slots=True)
class Checked:
    """One citation and what is wrong with it; `problem` is None when everything agrees."""

    answer: str
    number: int
    citation: str
    problem: str | None


class Files:
    """The sources as their files are now: where they were indexed, or under `sources`."""

    def __init__(self, summaries: Sequence[DocumentSummary], sources: Path | None = None) -> None:
        self._files = {summary.path: summary.file for summary in summaries}
        self._sources = sources

    def __call__(self, path: str) -> Document | str:
        """A document, or why it cannot be read."""
        file = self._files.get(path)
        if self._sources:
            if not _is_inside(path):
                return "that is no name of a document in the sources"
            file = self._sources / path
        if file is None:
            return "the document is not in the index; name its folder with --sources"
        try:
            return read.load(read.read_bytes(file), file, path)
        except SourceError as error:
            return f"{file}: {error}"


class Checker:
    """Compares the citations in files with the documents that `find` knows."""

    def __init__(self, find: Find) -> None:
        self._prover = Prover(find)

    def check(self, name: str, content: str) -> Iterator[Checked]:
        """Check every citation in what left, whichever form of `FORMS` it has.

        `name` is for messages: a file's. PinciteError for what has none of the forms, or no
        citation.
        """
        found = recognise(content)
        if found is not None:
            yield from self._check_found(name, found)
        elif _may_be_answers(content):
            yield from self._check_answers(name, content)
        else:
            raise PinciteError(
                f"there is no citation in {name}: neither answers in JSON, nor <pincite:…> as "
                f"{', '.join(FORMS)} have it"
            )

    def _check_answers(self, file: str, content: str) -> Iterator[Checked]:
        for name, record in parse_answers(file, content):
            for key in ("quotes", "nearest"):
                for number, quote in enumerate(record[key], start=1):
                    yield self._check_record(name, number, quote)

    def _check_record(self, name: str, number: int, quote: object) -> Checked:
        if not isinstance(quote, dict):
            return Checked(name, number, "?", "the citation is not a JSON object")
        problems = self._prover.prove(quote).problems
        citation = f"{quote.get('document')}, {quote.get('locator')}"
        return Checked(name, number, citation, "; ".join(problems) or None)

    def _check_found(self, file: str, found: Found) -> Iterator[Checked]:
        number = 0
        for number, each in enumerate(found, start=1):
            problem = self._wrong(each) if isinstance(each, Cited) else self._wrong_entry(each)
            yield Checked(file, number, each.name or "?", problem)
        if not number:
            raise PinciteError(f"there are no citations in {file}")

    def _wrong(self, cited: Cited) -> str | None:
        """What is wrong with a citation that has left; its parts are made anew and compared."""
        target = uri.parse(cited.uri)
        if target is None or target.span is None:
            return _no_citation(cited.uri)
        quote = self._prover.quote(target.record)
        if isinstance(quote, str):
            return quote
        places = [uri.parse(each) for each in cited.witnesses]
        copies = [place.record if place else None for place in places]
        witnesses = self._prover.witnesses(quote, copies)
        wrong = [each for each in witnesses if isinstance(each, str)]
        holding = tuple(each for each in witnesses if isinstance(each, Witness))
        told = difference(cited.told, cited.remake(replace(quote, witnesses=holding)))
        return "; ".join(filter(None, [*wrong, told])) or None

    def _wrong_entry(self, listed: Listed) -> str | None:
        target = uri.parse(listed.uri)
        if target is None or target.span is not None:
            return _no_citation(listed.uri)
        document = self._prover.source(target.record)
        if isinstance(document, str):
            return document
        return difference(listed.told, listed.remake(document))


def _no_citation(found: str) -> str:
    return f"{found!r} is no citation of Pincite's" if found else "it has no citation"


def _may_be_answers(content: str) -> bool:
    return not content.strip() or content.lstrip().startswith(("{", "["))


def _is_inside(path: str) -> bool:
    """Whether a document's name stays in the folder that it is looked for in."""
    parts = PurePosixPath(path)
    return path.isprintable() and not parts.is_absolute() and ".." not in parts.parts
