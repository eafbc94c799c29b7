"""What an index holds and whether it is sound."""

from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.table import Column, Table

from index import vectors
from index.snapshot import undamaged
from index.store import Census, DocumentSummary, Settings, open_reading
from rag.render import visible


@dataclass(frozen=True, slots=True)
class Status:
    """An index as it is. `size` is in bytes; `problem` and `notice` say what is amiss, if anything.

    A problem needs the user; a notice mends itself.
    """

    folder: Path
    documents: list[DocumentSummary]
    passages: int
    census: Census
    settings: Settings | None
    size: int
    changed: str | None
    problem: str | None
    notice: str | None


def inspect(folder: Path) -> Status:
    """Open an index and look through all of it."""
    with undamaged(folder), closing(open_reading(folder)) as store:
        derived = vectors.load(folder, store.generation)
        sound = derived is not None and len(derived) == store.count_passages()
        return Status(
            folder=folder,
            documents=store.summaries(),
            passages=store.count_passages(),
            census=store.census(),
            settings=store.settings,
            size=sum(file.stat().st_size for file in folder.iterdir() if file.is_file()),
            changed=store.changed,
            problem=store.check_sound(),
            notice=None if sound else "missing or stale; made anew from the database at each start",
        )


def print_status(status: Status) -> None:
    """Show a status on standard output."""
    table = Table(title=f"Index {status.folder}", show_header=False)
    for name, value in _rows(status):
        table.add_row(name, value)
    documents = Table(
        Column("document", overflow="fold"),
        "title",
        "author",
        "encoding",
        "passages",
        "bytes",
        title="Documents",
    )
    for document in status.documents:
        named = (document.path, document.title, document.author or "–", document.encoding)
        documents.add_row(*map(visible, named), str(document.passages), str(document.size))
    Console(markup=False, emoji=False, highlight=False).print(table, documents)


def _rows(status: Status) -> list[tuple[str, str]]:
    settings, census = status.settings, status.census
    model = f"{settings.model} ({settings.model_sha256[:12]})" if settings else "none yet"
    encoding = f"{settings.encoding}, {settings.passage_tokens} a passage" if settings else "none"
    return [
        ("documents", str(len(status.documents))),
        ("passages", str(status.passages)),
        ("notes", f"{census.markers} markers, {census.linked} of them linked to their notes"),
        ("speech", f"{census.speeches} stretches in other people's words"),
        ("witnesses", f"{census.copied} sentences with copies, {census.groups} groups of passages"),
        ("model", model),
        ("tokens", encoding),
        ("size", f"{status.size / 1e6:.1f} MB"),
        ("last change", status.changed or "never"),
        ("database", status.problem or "sound"),
        ("FAISS index", status.notice or "sound"),
    ]
