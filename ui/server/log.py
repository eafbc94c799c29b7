"""The log: one JSON object a line, with who did what and how that went, and nothing of what it was
about.

Neither questions nor texts, names of files or of users are in it: an owner goes by the first 8
digits of his name (see `ui.server.sessions`). Questions are, if that is asked for.
"""

import json
import logging
import sys
import time
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from logging.handlers import WatchedFileHandler
from pathlib import Path

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from index.errors import PinciteError
from rag.render import Record
from ui.server.paths import CALLS, PAGE, PRINTED, SIGN_IN, SIGN_OUT, UPLOAD, is_public

STDERR = Path("-")
_LOG = logging.getLogger("pincite.log")
# Those that report what went wrong in a request.
_OTHERS = ("uvicorn.error", "asyncio")
_PLACES = {CALLS: "call", PAGE: "page", UPLOAD: "upload", SIGN_IN: "sign-in", SIGN_OUT: "sign-out"}


@dataclass(slots=True)
class Told:
    """What the log is told of one request."""

    questions: bool
    fields: Record = field(default_factory=dict)

    def service(self, name: str, request: object) -> None:
        self.fields["service"] = name
        if self.questions and name == "ask" and isinstance(request, dict):
            self.fields["question"] = request.get("question")

    def reply(self, record: Record) -> None:
        """How many of what there are in a reply, or that it is an error."""
        answer = record.get("answer")
        parts = record | (answer if isinstance(answer, dict) else {})
        counts = {name: len(part) for name, part in parts.items() if isinstance(part, list)}
        self.fields |= {"counts": counts} if counts else {}
        if "error" in record:
            self.refusal("error")

    def refusal(self, why: str) -> None:
        self.fields["refused"] = why

    def fault(self, described: Record) -> None:
        self.fields |= described


class Logged:
    """Logs every request but those for gradio's files; gives the routes `request.state.told`."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        state, told = scope.setdefault("state", {}), Told(_LOG.isEnabledFor(logging.DEBUG))
        state["told"] = told
        started, status = time.perf_counter(), 500

        async def send_watched(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self._app(scope, receive, send_watched)
        finally:
            if not is_public(scope["path"]):
                owner = (state.get("owner") or "")[:8] or None
                milliseconds = round((time.perf_counter() - started) * 1000, 1)
                log_event(
                    "request",
                    place=_place(scope["path"]),
                    owner=owner,
                    status=status,
                    ms=milliseconds,
                    **told.fields,
                )


def _place(path: str) -> str:
    """What was asked for, in our words: in a path there can be anything."""
    return "print" if path.startswith(PRINTED) else _PLACES.get(path, "nothing")


def log_event(event: str, **fields: object) -> None:
    """Write a line, if there is a log."""
    _LOG.info(event, extra={"fields": fields})


def describe_fault(error: BaseException) -> Record:
    """The kind of an error and where it was, without its message, which may quote a text."""
    frames = traceback.extract_tb(error.__traceback__)
    places = [f"{Path(each.filename).name}:{each.lineno} {each.name}" for each in frames]
    return {"error": type(error).__name__, "at": places[-5:]}


class _Lines(logging.Formatter):
    """Writes a record as JSON; of what others report, the kind and the place."""

    def format(self, record: logging.LogRecord) -> str:
        when = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")
        if record.name == _LOG.name:
            fields = {"event": record.msg, **record.__dict__["fields"]}
        else:
            error = record.exc_info[1] if record.exc_info else None
            fields = {"event": "fault", "logger": record.name}
            fields |= describe_fault(error) if error else {}
        return json.dumps({"time": when, **fields}, default=str)


@contextmanager
def logging_to(file: Path | None, *, questions: bool) -> Iterator[None]:
    """Write the log to a file, or to the terminal for "-", while the context lasts; none for None.

    The file may be moved away, by logrotate for instance: then there is a new one. PinciteError
    when it cannot be written.
    """
    _LOG.propagate = False
    if file is None:
        yield
        return
    handler = _handler(file)
    handler.setFormatter(_Lines())
    _LOG.setLevel(logging.DEBUG if questions else logging.INFO)
    for name in (_LOG.name, *_OTHERS):
        logging.getLogger(name).addHandler(handler)
    try:
        yield
    finally:
        for name in (_LOG.name, *_OTHERS):
            logging.getLogger(name).removeHandler(handler)
        handler.close()


def _handler(file: Path) -> logging.Handler:
    if file == STDERR:
        return logging.StreamHandler(sys.stderr)
    try:
        file.touch(mode=0o600)
        return WatchedFileHandler(file, encoding="utf-8")
    except OSError as error:
        raise PinciteError(
            f"the log {file} cannot be written ({error.strerror}). Name another: --log FILE"
        ) from error
