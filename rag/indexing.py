"""Indexing with what a person wants to see of it."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.table import Table

from index import update
from index.embed import Embedder, load_embedder
from index.store import writing
from index.tokens import load_encoding
from rag.assistant import Assistant, open_assistant
from rag.config import Config
from rag.render import visible

console = Console(stderr=True)


def index_paths(paths: list[Path], config: Config, *, rebuild: bool = False) -> update.Summary:
    """Bring the configured index up to date with `paths`, with a progress bar."""
    with writing(config.index) as store:
        known = None if rebuild or store.settings is None else store.settings.model
        embedder = load_embedder(config.model or known, allow_network=config.allow_network)
        tokens = load_encoding(config.encoding, allow_network=config.allow_network)
        if rebuild:
            # A model that cannot be loaded must not cost an index that works.
            embedder.count("")
            store.clear()
        store.prepare(update.make_settings(embedder, tokens, config.passage_tokens))
        with _bar() as report:
            updater = update.Updater(store, embedder, tokens, config.passage_tokens, report)
            return updater.run(paths)


def take_in(
    folder: Path, config: Config, embedder: Embedder, report: Callable[[update.Progress], None]
) -> update.Summary:
    """Bring an index that is being asked up to date with a folder, by the settings it was made
    with. BusyError while another process writes to it."""
    with writing(config.index) as store:
        known = store.settings
        encoding, size = config.encoding, config.passage_tokens
        if known:
            encoding, size = known.encoding, known.passage_tokens
        tokens = load_encoding(encoding, allow_network=config.allow_network)
        store.prepare(update.make_settings(embedder, tokens, size))
        return update.Updater(store, embedder, tokens, size, report).run([folder])


def drop(path: str, config: Config) -> None:
    """Take a document out of an index. BusyError while another process writes to it."""
    with writing(config.index) as store:
        store.drop(path)
        update.publish(store)


def print_summary(summary: update.Summary) -> None:
    """Show what a run did and which files failed, on standard error."""
    table = Table(title="Indexed")
    columns = ("added", "replaced", "unchanged", "removed", "passages")
    for column in (*columns, "failed"):
        table.add_column(column, justify="right")
    counts = [str(getattr(summary, column)) for column in columns]
    table.add_row(*counts, str(len(summary.failures)))
    console.print(table)
    for guess in summary.guesses:
        _say(f"{guess.file}: read as {guess.encoding}; see whether its letters are right", "yellow")
    for failure in summary.failures:
        _say(f"{failure.file}: {failure.reason}", "red")


def _say(line: str, style: str) -> None:
    console.print(visible(line), markup=False, emoji=False, style=style, soft_wrap=True)


def open_warm(config: Config) -> Assistant:
    """The assistant with its model loaded, and a sign of life while that takes seconds."""
    with console.status("Loading the embedding model"):
        assistant = open_assistant(config)
        assistant.warm()
    return assistant


@contextmanager
def _bar() -> Iterator[Callable[[update.Progress], None]]:
    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.completed}/{task.total} documents, {task.fields[passages]} passages"),
        TextColumn("{task.fields[rate]}/s"),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=console) as bar:
        task = bar.add_task("Indexing", total=None, passages=0, rate="0")

        def report(progress: update.Progress) -> None:
            elapsed = bar.tasks[0].elapsed or 0
            bar.update(
                task,
                completed=progress.documents,
                total=progress.total,
                passages=progress.passages,
                rate=f"{progress.passages / elapsed:.0f}" if elapsed else "0",
            )

        yield report
