"""Errors that a user can act on."""

from pathlib import Path


class PinciteError(Exception):
    """Something the user can mend. The message names the value at fault and the next step.

    Commands print the message and exit with status 1, as they do for an OSError that nothing knew
    better (a full disk); nothing else is caught at the top.
    """


class SourceError(PinciteError):
    """One source file cannot be read. The message is the reason; the caller knows the file."""


class UnreadableError(SourceError):
    """A source file that is there but closed to us, so that nobody knows whether it has changed."""


class IndexFolderError(PinciteError):
    """The index folder is missing, damaged, locked, or was made by another version or model."""


class BusyError(IndexFolderError):
    """Another process, or another thread of this one, is writing to the index: wait and retry."""


class StoppedError(PinciteError):
    """No question is taken any more, as the process is about to end."""

    def __init__(self) -> None:
        super().__init__("Pincite is being stopped. Ask again when it runs again.")


class DamagedError(IndexFolderError):
    """The index is not what was written. `reason` says what was found, in a few words."""

    def __init__(self, folder: Path, reason: str) -> None:
        super().__init__(
            f"the index {folder} is damaged ({reason}). Mend it: pincite repair --index {folder}. "
            "The sources are not touched."
        )
        self.reason = reason


class ModelError(PinciteError):
    """The embedding model cannot be found, is not the one expected, or is not the index's."""
