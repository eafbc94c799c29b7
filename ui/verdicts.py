"""`pincite verdicts`: what people said of quotes, as eval cases.

Whatever package registers for it makes the cases, so that none is imported.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from importlib.metadata import entry_points
from pathlib import Path
from typing import Protocol

import click

from index.errors import PinciteError
from rag.config import Config
from rag.options import config_options
from rag.render import Record, visible
from rag.replace import replacing
from ui.memory import Judged, Verdict, every_verdict, memory_beside

GROUP = "pincite.verdicts"


class Convert(Protocol):
    """Makes eval cases of verdicts, in the order in which they were given.

    Each is the question as it was searched, the record of the quote (None where the verdict is on
    there being an answer), the verdict's name, and the right locator or speaker. Returns the cases
    as JSON Lines, and for each verdict that was left out why, for a person to read.
    """

    def __call__(
        self, verdicts: Iterable[tuple[str, Record | None, str, str]]
    ) -> tuple[str, Sequence[str]]: ...


@dataclass(frozen=True, slots=True)
class Cases:
    """Eval cases as JSON Lines, and a note, for a person to read, on each verdict left out."""

    text: str
    notes: tuple[str, ...]


def cases(judged: Sequence[Judged]) -> Cases:
    """The eval cases that verdicts make; PinciteError when nothing is installed that makes any.

    What a quote says is taken from its answer's record, which the gate proved when it was made;
    `pincite eval lint` names what its source no longer says.
    """
    notes = [_restricted(each) for each in judged if _says_too_much(each)]
    items = [_item(each) for each in judged if not _says_too_much(each)]
    text, left_out = _converter()(items)
    return Cases(text, (*notes, *left_out))


def _converter() -> Convert:
    for entry in entry_points(group=GROUP):
        convert: Convert = entry.load()
        return convert
    raise PinciteError(
        f"nothing is installed that makes eval cases ({GROUP}). Install Pincite again: make install"
    )


def _item(judged: Judged) -> tuple[str, Record | None, str, str]:
    given = judged.given
    return _question(judged), judged.quote, given.verdict.value, given.correction


def _question(judged: Judged) -> str:
    """The question as it was searched: a follow-up alone asks nothing."""
    question: str = judged.answer.record["standalone_question"]
    return question


def _says_too_much(judged: Judged) -> bool:
    """Whether a case would say that no source answers, where only some were searched: cases are
    asked of all sources."""
    return judged.given.verdict is Verdict.SHOULD_HAVE_REFUSED and bool(judged.answer.documents)


def _restricted(judged: Judged) -> str:
    asked = ", ".join(judged.answer.documents)
    return (
        f"“{_question(judged)}”, {judged.given.verdict}: searched were only {asked}, and a case is "
        "asked of all sources. Ask it of all, and judge that answer"
    )


@click.command()
@click.option(
    "--memory",
    type=click.Path(dir_okay=False, path_type=Path),
    help="The file of pincite serve --memory. [default: INDEX.memory.sqlite]",
)
@click.option(
    "--out",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Write them to this file. [default: print them]",
)
@click.option("--force", is_flag=True, help="Replace the file of --out if there is one.")
@config_options
def verdicts(config: Config, memory: Path | None, out: Path | None, force: bool) -> None:
    """Make eval cases (JSON Lines) of the verdicts that were given in the browser.

    Those that stand now, of all who have used this memory: one that was changed or taken back is
    not in the file that is written next. So the file is made anew each time, and never added to;
    pincite eval --questions reads it. What contradicts an earlier verdict is left out and named.
    """
    file = memory or memory_beside(config.index)
    if not file.exists():
        raise PinciteError(f"there is no memory {file}: judge citations in pincite serve")
    if out and out.exists():
        _check_replaceable(out, file, force=force)
    judged = every_verdict(file)
    if not judged:
        raise PinciteError(f"there are no verdicts in {file}: judge citations in pincite serve")
    made = cases(judged)
    for note in made.notes:
        click.echo(visible(f"left out: {note}"), err=True)
    if not made.text:
        raise PinciteError(f"none of the {len(judged)} verdicts in {file} makes a case")
    _write(made.text, out)
    told = f"{len(judged)} verdicts, {made.text.count(chr(10))} cases, {len(made.notes)} left out."
    click.echo(told, err=True)


def _check_replaceable(out: Path, memory: Path, *, force: bool) -> None:
    if out.samefile(memory):
        raise PinciteError(f"the cases would replace the memory: {out} is {memory}")
    if not force:
        raise PinciteError(f"{out} is there already: name another, or replace it with --force")


def _write(text: str, out: Path | None) -> None:
    if out is None:
        click.echo(text, nl=False)
        return
    try:
        with replacing(out) as file:
            file.write(text)
    except OSError as error:
        raise PinciteError(f"the cases {out} cannot be written: {error.strerror}") from error
