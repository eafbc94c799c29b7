"""`POST /gradio_api/component_server/`: what gradio's script in the page sends for a service.

gradio's own route is never reached: it keeps a copy of the page for every session hash that
anybody makes up, has no bound on what waits, and prints a trace for a malformed request.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from rag.render import Record
from ui.server.bodies import BodyError, read_body
from ui.server.guard import LARGEST_REQUEST
from ui.server.limits import MOST_CALLS_OF_ONE, MOST_QUESTIONS_OF_ONE, Bounded, NoPlaceError
from ui.server.log import Told, describe_fault
from ui.server.paths import CALLS
from ui.server.services import Service

NO_COOKIE = (
    "This browser sent no cookie, so it cannot be told from others. Allow cookies for this page "
    "and reload it."
)
BUSY = "Too many questions are waiting just now. Try again in a moment."
MALFORMED = "The request is malformed. Reload the page."
UNKNOWN = "There is no such service. Reload the page."

# `Number.MAX_SAFE_INTEGER`.
LARGEST_NUMBER = 2**53 - 1


class _Counter:
    """A service, and how much of it is done at once."""

    def __init__(self, name: str, serve: Service) -> None:
        self._name = name
        self._serve = serve
        self._work = Bounded(MOST_QUESTIONS_OF_ONE if name == "ask" else MOST_CALLS_OF_ONE)

    async def answer(self, owner: str, fields: object, told: Told) -> Response:
        """What the service replies, or that there is no place left."""
        told.service(self._name, fields)
        try:
            record = await self._work.do(owner, partial(self._serve, owner, fields))
        except NoPlaceError:
            return _refused(told, "busy", BUSY)
        except ValueError as error:
            told.fault(describe_fault(error))
            return _refused(told, "malformed", MALFORMED, 400)
        told.reply(record)
        return _json(record)


@dataclass(frozen=True, slots=True)
class _Call:
    """A service by name, and what it is asked."""

    name: str
    fields: object


def call_route(services: Mapping[str, Service]) -> Route:
    """Answers what the page calls in the name of the request's owner.

    What a person should read comes as `{"error"}` with status 200, as gradio's script shows the
    page nothing else; what the page never sends is a 4xx.
    """
    counters = {name: _Counter(name, serve) for name, serve in services.items()}

    async def answer(request: Request) -> Response:
        owner: str | None = request.state.owner
        told: Told = request.state.told
        if owner is None:
            return _refused(told, "no cookie", NO_COOKIE)
        try:
            call = _parsed(await read_body(request, LARGEST_REQUEST))
        except BodyError as error:
            return _refused(told, "malformed", MALFORMED, error.status)
        counter = counters.get(call.name)
        if counter is None:
            return _refused(told, "unknown", UNKNOWN, 404)
        return await counter.answer(owner, call.fields, told)

    return Route(CALLS, answer, methods=["POST"])


def _parsed(body: bytes) -> _Call:
    """The service and its request; which component of the page calls does not matter, as there is
    one. BodyError for what is no such call."""
    try:
        sent = json.loads(body, parse_int=_checked_int, parse_constant=_refuse_constant)
    except (ValueError, RecursionError) as error:
        raise BodyError(400) from error
    if not isinstance(sent, dict) or not isinstance(sent.get("fn_name"), str):
        raise BodyError(400)
    return _Call(sent["fn_name"], sent.get("data"))


def _checked_int(digits: str) -> int:
    """A whole number that JavaScript has too: larger ones fit neither a column of SQLite's nor a
    length of Python's."""
    number = int(digits)
    if abs(number) > LARGEST_NUMBER:
        raise ValueError("the number is too large")
    return number


def _refuse_constant(name: str) -> Any:
    raise ValueError(f"{name} is no JSON")


def _refused(told: Told, why: str, message: str, status: int = 200) -> Response:
    told.refusal(why)
    return _json({"error": message}, status)


def _json(record: Record, status: int = 200) -> Response:
    # In ASCII: half a surrogate pair, which no UTF-8 holds, goes back as it came.
    body = json.dumps(record, allow_nan=False, separators=(",", ":"))
    return Response(body, status, media_type="application/json")
