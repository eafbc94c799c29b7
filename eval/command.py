"""The command `pincite eval` and what belongs to it. What is heavy is imported when it runs."""

import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click
from click.core import ParameterSource

from index.errors import PinciteError
from rag.config import Config
from rag.options import config_options
from rag.render import visible

if TYPE_CHECKING:
    from eval.cases import QuestionSet
    from eval.report import Report

PACKAGED = Path(__file__).parent
QUESTIONS = PACKAGED / "questions.jsonl"
ARCHIVE = PACKAGED / "archive"
WARNINGS_SHOWN = 10
# Names of what --report writes.
RECORD = "report.json"
PAGE = "report.html"
ANSWERS = "answers.jsonl"

_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
_FOLDER = click.Path(exists=True, file_okay=False, path_type=Path)
_questions = click.option(
    "--questions",
    type=click.Path(exists=True, path_type=Path),
    default=QUESTIONS,
    help="Question set: JSON Lines, SQuAD's .json, or a BEIR folder. [default: the packaged one]",
)
_sources = click.option(
    "--sources",
    type=_FOLDER,
    help="Folder of the documents asked about. [default: those of the set]",
)


@click.group(name="eval", invoke_without_command=True)
@_questions
@_sources
@click.option("--limit", type=click.IntRange(min=1), help="Ask so many questions, drawn at random.")
@click.option("--seed", type=int, default=0, show_default=True, help="What --limit draws by.")
@click.option(
    "--report",
    "report_folder",
    type=click.Path(file_okay=False, path_type=Path),
    help="Write report.json and report.html to this folder; a run that was stopped goes on there.",
)
@click.option("--misses", "show_misses", is_flag=True, help="List the questions missed.")
@config_options
@click.pass_context
def evaluate(  # noqa: PLR0913, PLR0917 - an option each
    context: click.Context,
    config: Config,
    questions: Path,
    sources: Path | None,
    limit: int | None,
    seed: int,
    report_folder: Path | None,
    show_misses: bool,
) -> None:
    """Measure answers on a question set.

    Prints retrieval, quote, citation and refusal figures, with time. The sources are indexed into
    a temporary folder, or into --index if that is given. Exits with status 1 if any quote is not
    verbatim.
    """
    if context.invoked_subcommand:
        return
    from eval.asking.ask import sample
    from eval.cases import load_set
    from eval.measure import measure

    asked = load_set(questions)
    cases = sample(asked.cases, limit, seed)
    if report_folder:
        report_folder.mkdir(parents=True, exist_ok=True)
    with ExitStack() as stack:
        folder = stack.enter_context(_index(config))
        texts = stack.enter_context(_sources_of(asked, questions, sources, folder))
        progress = stack.enter_context(_progress(len(cases)))
        answers = report_folder / ANSWERS if report_folder else None
        report = measure(cases, texts, replace(config, index=folder), answers, progress)
    _print(report, show_misses=show_misses)
    if report_folder:
        _write(report, report_folder)
    if not report.verbatim:
        sys.exit(1)


@evaluate.command()
@click.argument("before", type=_FILE)
@click.argument("after", type=_FILE)
@click.option(
    "--fail-on",
    "gates",
    multiple=True,
    metavar="FIGURE",
    help="Exit with status 1 if this figure is worse by more than chance. May be repeated.",
)
def compare(before: Path, after: Path, gates: tuple[str, ...]) -> None:
    """Compare two report.json of the same questions: differences with intervals, and what flipped.

    A difference is called one where p is below .05 in a randomisation test. Exits with status 1 as
    well if AFTER has quotes that are not verbatim, or lacks a figure of --fail-on for a question
    that BEFORE has it for.
    """
    from rich.console import Console

    from eval import compare as comparing
    from eval.figures import MEASURES

    known = [measure.name for measure in MEASURES]
    if unknown := set(gates) - set(known):
        raise click.UsageError(f"no figure {', '.join(sorted(unknown))}; known: {', '.join(known)}")
    comparison = comparing.compare(before, after)
    Console(markup=False, emoji=False).print(comparing.table(comparison.differences))
    for line in comparing.flips(comparison):
        click.echo(line)
    click.echo(
        f"{len(comparison.after)} questions compared, {comparison.left_out} in one report alone."
    )
    objections = list(comparing.objections(comparison, gates))
    for line in objections:
        click.secho(line, fg="red", err=True)
    if objections:
        sys.exit(1)


@evaluate.command()
@click.argument("answer", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--to", "file", required=True, type=click.Path(dir_okay=False, path_type=Path))
@click.option(
    "--verdict",
    required=True,
    type=click.Choice(
        ["supports", "does-not-support", "wrong-place", "wrong-speaker", "should-have-refused"]
    ),
    help="What you find of the citation, or of there being an answer.",
)
@click.option("--citation", type=int, default=1, show_default=True, help="Which one, from 1.")
@click.option("--right", default="", help="The right locator or speaker, where that is wrong.")
def add(answer: Path, file: Path, verdict: str, citation: int, right: str) -> None:
    """Make a case of an ANSWER, as pincite ask --json prints it, and a verdict on it.

    The case is put into the file of --to, which pincite eval --questions reads.
    """
    from eval.grow.add import Verdict, add_case, to_case
    from rag.records import load_answers

    answers = [record for _, record in load_answers(answer)]
    if len(answers) != 1:
        raise PinciteError(f"{answer} has {len(answers)} answers; name a file with one")
    case = to_case(answers[0], Verdict(verdict), citation, right, str(answer))
    case = add_case(case, file)
    click.echo(f"{case.id} is in {file}: {case.question}")


@evaluate.command()
@click.argument("questions", type=click.Path(exists=True, path_type=Path), default=QUESTIONS)
@_sources
def lint(questions: Path, sources: Path | None) -> None:
    """Look for what is doubtful in a set of QUESTIONS; exits with status 1 if anything is.

    Gold that differs from its source, places that contradict each other, questions without what
    they need, duplicates, questions in the words of their gold, and unanswerable ones whose words
    stand together in a source.
    """
    from eval.asking.sources import Sources, in_folder
    from eval.cases import load_set
    from eval.grow.lint import lint as look

    asked = load_set(questions)
    if asked.documents is None:
        files = Sources(in_folder(_folder(questions, sources)))
        findings = look(asked.cases, files.texts(), files.pages())
    else:
        findings = look(asked.cases, asked.documents)
    for found in findings:
        click.echo(visible(f"{found.id}: {found.rule}: {found.about}"))
    click.echo(f"{len(asked.cases)} questions, {len(findings)} findings.")
    if findings:
        sys.exit(1)


# -- where things lie ------------------------------------------------------------------------------


@contextmanager
def _index(config: Config) -> Iterator[Path]:
    """The folder of --index, else a temporary one. That of a configuration file is left alone: it
    holds the user's own sources."""
    from tempfile import TemporaryDirectory

    if click.get_current_context().get_parameter_source("index") is ParameterSource.COMMANDLINE:
        yield config.index
        return
    with TemporaryDirectory(prefix="pincite-eval-") as folder:
        yield Path(folder, "index")


@contextmanager
def _sources_of(
    asked: "QuestionSet", questions: Path, sources: Path | None, index: Path
) -> Iterator[Path]:
    """The folder of the sources; those that a set brings are written beside the index."""
    if asked.documents is None:
        yield _folder(questions, sources)
        return
    if sources:
        raise click.UsageError(f"{questions} brings its own sources; leave --sources out")
    folder = index.with_name(f"{index.name}.sources")
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in asked.documents.items():
        # Not changed into the line ends of the platform: offsets count every character.
        (folder / name).write_text(text, encoding="utf-8", errors="replace", newline="")
    yield folder


def _folder(questions: Path, sources: Path | None) -> Path:
    if sources is None and questions != QUESTIONS:
        raise click.UsageError(f"name the folder of the documents of {questions} with --sources")
    return sources or ARCHIVE


# -- what is shown ---------------------------------------------------------------------------------


@contextmanager
def _progress(total: int) -> Iterator[Callable[[int], None]]:
    """A bar on standard error, with the time left, that appears with the first answer."""
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        TextColumn,
        TimeElapsedColumn,
        TimeRemainingColumn,
    )

    from rag.indexing import console

    times = (TimeElapsedColumn(), TextColumn("left"), TimeRemainingColumn())
    columns = (TextColumn("Asking"), BarColumn(), MofNCompleteColumn(), *times)
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

    from eval.report.tables import misses, tables

    console = Console(markup=False, emoji=False, highlight=False)
    for table in tables(report):
        console.print(table)
    if show_misses:
        for line in misses(report):
            click.echo(visible(line))
    if report.dropped:
        click.echo(
            f"{report.dropped} answers that were kept are of another index, settings or version; "
            "the questions were asked anew",
            err=True,
        )
    _warn(
        "places of the gold differ from the sources, so that figures are wrong",
        report.gold_mismatches,
    )
    _warn("quotes are not verbatim", report.faults)


def _warn(what: str, lines: Sequence[str]) -> None:
    if lines:
        click.secho(f"{len(lines)} {what}:", fg="red", err=True)
    for line in lines[:WARNINGS_SHOWN]:
        click.echo(f"  {line}", err=True)
    if len(lines) > WARNINGS_SHOWN:
        click.echo(f"  and {len(lines) - WARNINGS_SHOWN} more", err=True)


def _write(report: "Report", folder: Path) -> None:
    from eval.report.page import write_page
    from eval.report.record import write_record

    try:
        write_record(report, folder / RECORD)
        write_page(report, folder / PAGE)
    except OSError as error:
        raise PinciteError(f"the report {folder} cannot be written: {error.strerror}") from error
    click.echo(f"The report is {folder / PAGE}")
