"""From sources and questions to a report: index, ask, judge."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import asdict
from importlib.metadata import version
from pathlib import Path
from typing import Any

from eval.asking.ask import Asker, ask_all
from eval.asking.fingerprint import fingerprint
from eval.asking.kept import Kept
from eval.asking.response import Response
from eval.asking.sources import Sources
from eval.cases import Case
from eval.cases.check import check_gold
from eval.figures.values import Result
from eval.judging import judge
from eval.report.types import Report
from index.database import DATABASE, undamaged
from index.errors import PinciteError
from index.snapshot import Library
from index.store import open_reading
from rag.assistant import open_library
from rag.config import Config
from rag.indexing import index_paths, print_summary
from rag.read import load_reader


def measure(
    cases: Sequence[Case],
    sources: Path,
    config: Config,
    answers: Path | None = None,
    report: Callable[[int], None] = lambda done: None,
) -> Report:
    """Bring the configured index up to date with the folder `sources`, and ask it every question.

    Responses are kept in the file `answers`, and those that it has from the same index, settings
    and version are not asked for again. `report` gets the number of questions done. PinciteError
    when the index holds other files by the names of the sources; files that cannot be indexed are
    told.
    """
    _check_index(config.index, sources)
    summary = index_paths([sources], config)
    if summary.failures:
        print_summary(summary)
    made_from = fingerprint(config)
    kept = Kept(answers, made_from)
    with closing(open_library(config)) as library:
        files = open_sources(library)
        asker = Asker(library, load_reader(config), config.refused_below)
        responses = ask_all(cases, asker, kept, report)
        made_with = {
            "pincite": version("pincite"),
            **_settings(library),
            "threshold": config.refused_below,
            "reader": config.reader.kind,
            "questions": len(cases),
            "sources": sources.name,
            "fingerprint": made_from,
        }
    texts = files.texts()
    pairs = zip(cases, responses, strict=True)
    results = tuple(judged(case, response, files, texts) for case, response in pairs)
    mismatches = tuple(check_gold(cases, texts, files.pages()))
    return Report(made_with, results, mismatches, texts, kept.dropped)


def _check_index(index: Path, sources: Path) -> None:
    """Stop where the index holds files of another folder by the names of the sources: those would
    be asked about, and the sources left out."""
    if not (index / DATABASE).is_file():
        return
    with undamaged(index), closing(open_reading(index)) as store:
        known = store.summaries()
    folder = sources.resolve()
    for each in known:
        if Path(each.root) != folder and (folder / each.path).is_file():
            raise PinciteError(
                f"the index {index} already holds a document named {each.path}, from {each.root}, "
                f"so that the one of {sources} would not be measured; name another --index"
            )


def open_sources(library: Library) -> Sources:
    """The files of an index, to be read anew."""
    with library.snapshot() as snapshot:
        return Sources({summary.path: summary.file for summary in snapshot.summaries()})


def judged(case: Case, response: Response, sources: Sources, texts: Mapping[str, str]) -> Result:
    """A response with what is right and what is not verbatim in it."""
    shown = list(_shown(response))
    faults = tuple(fault for quote in shown if (fault := sources.fault(quote)))
    return Result(case, response, judge(case, response, texts), len(shown), faults)


def _shown(response: Response) -> Iterator[Mapping[str, Any]]:
    """Every quote that an answer or the report shows, what the threshold held back included."""
    yield from response.record["quotes"]
    yield from response.record["nearest"]
    yield from response.withheld


def _settings(library: Library) -> dict[str, Any]:
    with library.snapshot() as snapshot:
        return asdict(snapshot.settings) if snapshot.settings else {}
