"""From sources and questions to a report: index, ask, judge."""

from collections.abc import Callable, Sequence
from dataclasses import asdict
from importlib.metadata import version
from pathlib import Path

from eval.cases import Case, check_gold
from eval.report import Report
from eval.run import open_sources, run
from rag.assistant import assistant_for, open_library
from rag.config import Config
from rag.indexing import index_paths, print_summary


def measure(
    cases: Sequence[Case],
    sources: Path,
    config: Config,
    report: Callable[[int], None] = lambda done: None,
) -> Report:
    """Bring the configured index up to date with the folder `sources`, and ask it every question.

    `report` gets the number of questions done.
    """
    summary = index_paths([sources], config)
    if summary.failures:
        print_summary(summary)
    library = open_library(config)
    try:
        assistant = assistant_for(library, config)
        mismatches = check_gold(cases, open_sources(assistant).texts())
        results = run(cases, assistant, library, report)
        with library.snapshot() as snapshot:
            settings = snapshot.settings
    finally:
        library.close()
    made_with = {
        "pincite": version("pincite"),
        **(asdict(settings) if settings else {}),
        "threshold": config.threshold,
        "questions": len(cases),
        "sources": sources.name,
    }
    return Report(made_with, tuple(results), tuple(mismatches))
