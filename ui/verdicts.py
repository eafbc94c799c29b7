"""What keeps a person's verdicts: whatever package registers for it, so that none is imported."""

from importlib.metadata import entry_points
from pathlib import Path
from typing import Protocol

from rag.render import Record

GROUP = "pincite.verdicts"


class Keep(Protocol):
    """Keeps a verdict on a quote's record, or on there being an answer at all (`quote` is None).

    Returns where, for a person to read. PinciteError for what the person can mend; ValueError when
    there is no such verdict.
    """

    def __call__(
        self, question: str, quote: Record | None, verdict: str, correction: str
    ) -> str: ...


def keeping_in(file: Path) -> Keep | None:
    """What keeps verdicts in a file, or None where nothing is installed for it.

    PinciteError when the file is not fit for it.
    """
    for entry in entry_points(group=GROUP):
        keep: Keep = entry.load()(file)
        return keep
    return None
