"""Answers from a file, in another form: what `pincite export` does."""

from contextlib import closing
from functools import cache
from pathlib import Path

import click

from index.database import undamaged
from index.errors import PinciteError
from index.store import open_reading
from rag.check import Files
from rag.config import Config
from rag.export import export
from rag.recall import Lapsed, recall
from rag.records import load_answers


def export_answers(
    config: Config, answers: Path, form: str, out: Path | None, sources: Path | None
) -> None:
    """Write the answers of a file in one of `rag.export.FORMS`, to `out` or to the terminal.

    Every citation is proven against its file first; PinciteError names those that no longer hold,
    and nothing is written.
    """
    with undamaged(config.index), closing(open_reading(config.index)) as store:
        summaries = store.summaries()
    # An answer after the other asks for the same files.
    find = cache(Files(summaries, sources))
    recalled = [(name, recall(record, find)) for name, record in load_answers(answers)]
    wrong = [_told(name, each) for name, made in recalled for each in made.lapsed]
    if wrong:
        told = "; ".join(wrong)
        raise PinciteError(f"nothing is written, for these no longer hold; ask again: {told}")
    made = [each.answer for _, each in recalled if each.answer]
    text = export(made, form, {summary.path: summary.title for summary in summaries})
    if out is None:
        click.echo(text, nl=False)
    elif out.exists() and out.samefile(answers):
        raise PinciteError(f"the export would replace the answers: {out} is {answers}")
    else:
        out.write_text(text, encoding="utf-8", newline="\n")


def _told(name: str, lapsed: Lapsed) -> str:
    nearest = "nearest " if lapsed.part == "nearest" else ""
    return f"{name} [{nearest}{lapsed.number}] {lapsed.citation}: {lapsed.problem}"
