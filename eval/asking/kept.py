"""Responses kept in a file, in which a run that was stopped goes on."""

import json
from pathlib import Path
from typing import Any, Final

from eval.asking.response import Record, Response
from eval.cases import Case
from index.errors import PinciteError

FORMAT: Final = 1


class Kept:
    """The responses of a run, a line of a file each; without a file, none are kept.

    The first line has the fingerprint of what answered. A file with another one is begun anew, so
    that answers of two indexes, settings or versions are never mixed; `dropped` counts what it had.
    PinciteError when the file is damaged, or something else.
    """

    def __init__(self, file: Path | None, fingerprint: str) -> None:
        self._file = file
        head = {"format": FORMAT, "fingerprint": fingerprint}
        lines = _load(file) if file and file.exists() else []
        is_ours = lines[:1] == [head]
        self.dropped = 0 if is_ours else len(lines[1:])
        for number, line in enumerate(lines[1:] if is_ours else [], start=2):
            _check(f"{file}, line {number}", line)
        self._lines = {line["id"]: line for line in lines[1:] if is_ours}
        whole = "".join(map(_line, (head, *self._lines.values()))).encode()
        # Written anew only if need be: whoever is stopped while it is would lose what it has.
        if file and not (file.exists() and file.read_bytes() == whole):
            file.write_bytes(whole)

    def get(self, case: Case) -> Response | None:
        """The response to a question; None when it was not asked or has changed since."""
        line = self._lines.get(case.id)
        if line is None or _asked(case) != {name: line[name] for name in _asked(case)}:
            return None
        return Response.from_json(line["response"])

    def add(self, case: Case, response: Response) -> None:
        line = {**_asked(case), "response": response.to_json()}
        if self._file:
            with self._file.open("a", encoding="utf-8") as file:
                file.write(_line(line))
        self._lines[case.id] = line


def _asked(case: Case) -> Record:
    return {"id": case.id, "question": case.question, "history": list(case.history)}


def _line(values: Record) -> str:
    return json.dumps(values) + "\n"


def _check(where: str, line: Any) -> None:
    try:
        whole = isinstance(line["id"], str) and {"question", "history"} <= line.keys()
        whole = whole and isinstance(Response.from_json(line["response"]).record, dict)
    except (AttributeError, LookupError, TypeError, ValueError):
        whole = False
    if not whole:
        raise PinciteError(
            f"{where} is damaged: it is no answer as pincite eval keeps it. Delete the line, or "
            "the file, to ask again"
        )


def _load(file: Path) -> list[Record]:
    """The objects of a file; a line that was not finished is left out."""
    data = file.read_bytes()
    try:
        lines = [json.loads(line) for line in data[: data.rfind(b"\n") + 1].splitlines()]
    except (ValueError, RecursionError) as error:
        raise PinciteError(f"{file} is damaged: {error}. Delete it to ask again") from error
    if data and not (lines and isinstance(lines[0], dict) and "fingerprint" in lines[0]):
        raise PinciteError(f"{file} has no answers of pincite eval; name another folder")
    return lines
