"""`GET /print/ANSWER`: an answer as a page of its own, which runs and loads nothing."""

from collections.abc import Callable
from functools import partial

from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, Response
from starlette.routing import Route

from index.errors import PinciteError
from ui.server.limits import Bounded, NoPlaceError
from ui.server.log import Told
from ui.server.paths import PRINTED

CROWDED = "Too many answers are being printed just now. Try again in a moment."


def print_route(page: Callable[[str, str], str]) -> Route:
    """Shows what `page` makes of an owner and the id of an answer; 404 where it is not his, 503
    where too many are asked for."""
    work = Bounded()

    async def show(request: Request) -> Response:
        owner: str = request.state.owner or ""
        told: Told = request.state.told
        answer = request.path_params["answer"]
        try:
            return HTMLResponse(await work.do(owner, partial(page, owner, answer)))
        except NoPlaceError:
            told.refusal("busy")
            return PlainTextResponse(CROWDED, status_code=503)
        except PinciteError as error:
            return PlainTextResponse(str(error), status_code=404)

    return Route(f"{PRINTED}{{answer}}", show, methods=["GET"])
