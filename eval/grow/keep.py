"""Keeps the verdicts that are given in the interface, which finds this by the entry point
`pincite.verdicts`."""

from pathlib import Path
from threading import Lock
from typing import Any

from eval.grow.add import Verdict, add_case, known_cases, to_case
from index.errors import PinciteError


class Keeper:
    """Puts verdicts as cases into one file. May be used from several threads.

    PinciteError at once when the file could not be added to: whoever has judged a page of quotes
    should not learn only then that nothing can be kept.
    """

    def __init__(self, file: Path) -> None:
        self._file = file
        self._one_at_a_time = Lock()
        if not file.parent.is_dir():
            raise PinciteError(f"there is no folder {file.parent} to keep verdicts in")
        try:
            known_cases(file)
        except PinciteError as error:
            raise PinciteError(
                f"{error}. Verdicts are kept there; mend it, or name another: "
                "pincite serve --cases FILE"
            ) from error

    def __call__(
        self, question: str, quote: dict[str, Any] | None, verdict: str, correction: str
    ) -> str:
        """Keep a verdict on a quote's record, or on there being an answer; returns the file's name.

        PinciteError when the verdict contradicts another, lacks its correction or cannot be
        written; ValueError when there is no such verdict.
        """
        quotes = [] if quote is None else [quote]
        answer = {"standalone_question": question, "quotes": quotes}
        case = to_case(answer, Verdict(verdict), 1, correction)
        try:
            with self._one_at_a_time:
                add_case(case, self._file)
        except OSError as error:
            raise PinciteError(f"{self._file} cannot be written: {error.strerror}") from error
        return str(self._file)
