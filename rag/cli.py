"""The command line. Commands of other packages join through the `pincite.commands` entry points."""

import sys
from collections.abc import Callable
from importlib.metadata import entry_points
from io import TextIOWrapper
from pathlib import Path
from typing import NoReturn

import click

from index.errors import PinciteError
from rag.config import Config
from rag.export import FORMS
from rag.options import config_options
from rag.render import visible

_EXISTING = click.Path(exists=True, path_type=Path)
_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
_sources = click.option(
    "--sources",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="Where the sources lie now. [default: where they were indexed]",
)


class _Commands(click.Group):
    """The commands defined here and those that other packages register."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted({*super().list_commands(ctx), *_registered()})

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        command = super().get_command(ctx, cmd_name)
        if command is None and cmd_name in _registered():
            (entry,) = entry_points(group="pincite.commands", name=cmd_name)
            command = entry.load()
        return command


def _registered() -> frozenset[str]:
    return frozenset(entry_points(group="pincite.commands").names)


@click.group(cls=_Commands)
@click.version_option(package_name="pincite")
def commands() -> None:
    """Answers questions about a folder of documents with verbatim, checkable quotes."""


@commands.command()
@click.argument("paths", nargs=-1, required=True, type=_EXISTING)
@click.option("--rebuild", is_flag=True, help="Empty the index first: for a new model or budget.")
@config_options
def index(config: Config, paths: tuple[Path, ...], rebuild: bool) -> None:
    """Index files and folders, or bring an index up to date with them."""
    from rag.indexing import index_paths, print_summary

    summary = index_paths(list(paths), config, rebuild=rebuild)
    print_summary(summary)
    if summary.failures:
        sys.exit(1)


@commands.command()
@click.option("--verify", is_flag=True, help="Check every row, what is derived, and the sources.")
@config_options
def status(config: Config, verify: bool) -> None:
    """Show what an index holds and whether it is sound."""
    from rag import status

    if verify:
        verified = status.verify(config.index)
        status.print_verification(config.index, verified)
        if verified.faults:
            sys.exit(1)
        return
    found = status.inspect(config.index)
    status.print_status(found)
    if found.problem:
        sys.exit(1)


@commands.command()
@config_options
def repair(config: Config) -> None:
    """Mend a damaged index with what is whole in it and with the sources."""
    from rag.mending import mend, print_repair

    done = mend(config)
    print_repair(config.index, done)
    if done.lost:
        sys.exit(1)


@commands.command()
@click.argument("target", metavar="DOC[:LOCATOR]")
@config_options
def show(config: Config, target: str) -> None:
    """Show a document's outline, or a place in it: structure, speakers, notes, copies.

    A LOCATOR is like ¶58, n. 71, p. 12, line 30, 1200-1350, or the words of a heading.
    """
    from rag import show

    show.show(config, target)


@commands.command()
@click.argument("document", required=False, metavar="[DOC]")
@config_options
def witnesses(config: Config, document: str | None) -> None:
    """List passages that stand in several places, with what differs in them."""
    from rag.groups import print_groups

    print_groups(config, document)


@commands.command()
@click.argument("question", required=False)
@click.option(
    "--in",
    "documents",
    multiple=True,
    metavar="NAME",
    help="Search this document alone: its path, or words of its title. May be repeated.",
)
@click.option("--json", "as_json", is_flag=True, help="Print the answer as JSON.")
@config_options
def ask(config: Config, question: str | None, documents: tuple[str, ...], as_json: bool) -> None:
    """Ask a question; without one, hold a conversation."""
    from rag.conversation import ask_once, converse

    if question is None:
        converse(config, documents, as_json=as_json)
    else:
        ask_once(config, question, documents, as_json=as_json)


@commands.command()
@click.argument("questions", type=_FILE)
@click.option(
    "--out", required=True, type=click.Path(dir_okay=False, path_type=Path), help="Answers file."
)
@config_options
def batch(config: Config, questions: Path, out: Path) -> None:
    """Answer a file of questions (JSON Lines), one answer a line."""
    from rag.batch import run_batch

    run_batch(config, questions, out)


@commands.command()
@click.argument("answers", type=_FILE)
@_sources
@config_options
def check(config: Config, answers: Path, sources: Path | None) -> None:
    """Check every citation in a file against the source files.

    The file is one of answers, or of what `pincite export` made of them, in any form.
    """
    from rag.check import check_answers

    if not check_answers(config, answers, sources):
        sys.exit(1)


@commands.command()
@click.argument("answers", type=_FILE)
@click.option("--as", "form", required=True, type=click.Choice(list(FORMS)), help="The form.")
@click.option(
    "--out", type=click.Path(dir_okay=False, path_type=Path), help="[default: the terminal]"
)
@_sources
@config_options
def export(
    config: Config, answers: Path, form: str, out: Path | None, sources: Path | None
) -> None:
    """Write answers in another form, if all of their citations hold."""
    from rag.export.command import export_answers

    export_answers(config, answers, form, out, sources)


def main() -> None:
    """Run the command line."""
    run_program(commands)


def run_program(program: Callable[[], object]) -> None:
    """Run a program; what a user can mend is printed as one message, without a trace."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            # A character that the terminal does not have is no reason to show none.
            stream.reconfigure(errors="backslashreplace")
    try:
        program()
    except PinciteError as error:
        _fail(str(error))
    except OSError as error:
        # The machine's word, not a fault of Pincite: a full disk, a folder that is closed to us.
        _fail(str(error))


def _fail(message: str) -> NoReturn:
    click.echo(f"pincite: {visible(message)}", err=True)
    sys.exit(1)
