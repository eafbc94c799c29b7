"""The command `pincite eval`. What is heavy is imported when it runs."""

import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click
from click.core import ParameterSource

from rag.config import Config
from rag.options import config_options

if TYPE_CHECKING:
    from eval.report import Report

PACKAGED = Path(__file__).parent
QUESTIONS = PACKAGED / "questions.jsonl"
ARCHIVE = PACKAGED / "archive"
WARNINGS_SHOWN = 10


@click.command(name="eval")
@click.option(
    "--questions",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    default=QUESTIONS,
    help="Question set (JSON Lines). [default: the packaged one]",
)
@click.option(
    "--sources",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    default=ARCHIVE,
    help="Folder of the documents asked about. [default: the packaged archive]",
)
@click.option("--limit", type=click.IntRange(min=1), help="Ask so many questions, drawn at random.")
@click.option("--seed", type=int, default=0, show_default=True, help="What --limit draws by.")
@click.option(
    "--json",
    "json_file",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Write figures and answers to this file.",
)
@click.option("--misses", "show_misses", is_flag=True, help="List the questions missed.")
@config_options
def evaluate(  # noqa: PLR0913, PLR0917 - an option each
    config: Config,
    questions: Path,
    sources: Path,
    limit: int | None,
    seed: int,
    json_file: Path | None,
    show_misses: bool,
) -> None:
    """Measure answers on a question set.

    Prints retrieval, quote, citation and refusal figures, with time. The sources are indexed into
    a temporary folder, or into --index if that is given. Exits with status 1 if any quote is not
    verbatim.
    """
    from eval.cases import load_cases
    from eval.measure import measure
    from eval.report import write_json
    from eval.run import sample

    cases = sample(load_cases(questions), limit, seed)
    with _index(config) as folder, _progress(len(cases)) as progress:
        report = measure(cases, sources, replace(config, index=folder), progress)
    _print(report, show_misses=show_misses)
    if json_file:
        write_json(report, json_file)
    if not report.verbatim:
        sys.exit(1)


@contextmanager
def _index(config: Config) -> Iterator[Path]:
    """The folder of --index, else a temporary one. That of a configuration file is left alone: it
    holds the user's own sources."""
    from tempfile import TemporaryDirectory

    if click.get_current_context().get_parameter_source("index") is ParameterSource.COMMANDLINE:
        yield config.index
        return
    with TemporaryDirectory(prefix="pincite-eval-") as folder:
        yield Path(folder)


@contextmanager
def _progress(total: int) -> Iterator[Callable[[int], None]]:
    """A bar on standard error that appears with the first answer."""
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    from rag.indexing import console

    columns = (TextColumn("Asking"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    bar = Progress(*columns, console=console)
    task = bar.add_task("Asking", total=total)

    def report(done: int) -> None:
        bar.start()
        bar.update(task, completed=done)

    try:
        yield report
    finally:
        bar.stop()


def _print(report: "Report", *, show_misses: bool) -> None:
    """Figures on standard output; what is wrong on standard error."""
    from rich.console import Console

    from eval.report import misses, tables

    console = Console()
    for table in tables(report):
        console.print(table)
    if show_misses:
        for line in misses(report):
            click.echo(line)
    _warn(
        "places of the gold differ from the sources, so that figures are wrong",
        report.gold_mismatches,
    )
    faults = [f"{result.case.id}: {fault}" for result in report.results for fault in result.faults]
    _warn("quotes are not verbatim", faults)


def _warn(what: str, lines: Sequence[str]) -> None:
    if lines:
        click.secho(f"{len(lines)} {what}:", fg="red", err=True)
    for line in lines[:WARNINGS_SHOWN]:
        click.echo(f"  {line}", err=True)
    if len(lines) > WARNINGS_SHOWN:
        click.echo(f"  and {len(lines) - WARNINGS_SHOWN} more", err=True)
