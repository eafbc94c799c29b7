"""From sources and questions to a report: index, ask, judge."""

from collections.abc import Callable, Sequence
from importlib.metadata import version
from pathlib import Path

from eval.cases import Case, check_gold
from eval.report import Report
from eval.run import open_sources, run
from index.library import Library
from rag.assistant import Assistant, open_embedder
from rag.config import Config
from rag.indexing import index_paths, print_summary
from rag.read import SimilarityReader


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
    embedder = open_embedder(config)
    library = Library(config.index, embedder)
    try:
        assistant = Assistant(library, SimilarityReader(), config.threshold)
        mismatches = check_gold(cases, open_sources(assistant).texts())
        results = run(cases, assistant, library, report)
    finally:
        library.close()
    made_with = {
        "pincite": version("pincite"),
        "model": embedder.name,
        "model_sha256": embedder.sha256,
        "encoding": config.encoding,
        "passage_tokens": config.passage_tokens,
        "threshold": config.threshold,
        "questions": len(cases),
        "sources": sources.name,
    }
    return Report(made_with, tuple(results), tuple(mismatches))
