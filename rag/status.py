"""What an index holds and whether it is sound."""

import hashlib
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.table import Column, Table

from index import read, soundness, vectors
from index.database import undamaged
from index.errors import SourceError
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
        derived = vectors.load(folder, store.edition)
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


@dataclass(frozen=True, slots=True)
class Verification:
    """What is wrong with an index, and which of its sources are not as they were indexed.

    Changed sources are no fault of the index: its quotes are of what the files said then.
    """

    faults: list[str]
    sources: list[str]


def verify(folder: Path) -> Verification:
    """Check everything: each row, what is derived from them, and the source files."""
    found = soundness.faults(folder)
    if found:
        return Verification(found, [])
    with undamaged(folder), closing(open_reading(folder)) as store:
        changes = ((each.path, _change(each)) for each in store.summaries())
        return Verification([], [f"{path}: {change}" for path, change in changes if change])


def _change(summary: DocumentSummary) -> str | None:
    """What became of a source since it was indexed."""
    try:
        data = read.read_bytes(summary.file)
    except SourceError as error:
        return str(error)
    same = hashlib.sha256(data).hexdigest() == summary.sha256
    return None if same else "has changed since it was indexed"


def print_verification(folder: Path, found: Verification) -> None:
    """Show what was found, on standard output, with the next step."""
    console = Console(markup=False, emoji=False, highlight=False, soft_wrap=True)
    for fault in found.faults:
        console.print(visible(f"wrong: {fault}"))
    for source in found.sources:
        console.print(visible(f"source: {source}"))
    if found.faults:
        console.print(visible(f"Mend it: pincite repair --index {folder}"))
    elif found.sources:
        console.print(
            visible(f"The index is sound. Renew it: pincite index FOLDER --index {folder}")
        )
    else:
        console.print("Everything agrees: each row, what is derived, and the source files.")


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
