"""`GET /print/ANSWER`: an answer as a page of its own, which runs and loads nothing."""

from collections.abc import Callable

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, Response
from starlette.routing import Route

from index.errors import PinciteError
from ui.server.paths import PRINTED


def print_route(page: Callable[[str, str], str]) -> Route:
    """Shows what `page` makes of an owner and the id of an answer; 404 where it is not his."""

    async def show(request: Request) -> Response:
        owner: str | None = request.state.owner
        try:
            answer = request.path_params["answer"]
            return HTMLResponse(await run_in_threadpool(page, owner or "", answer))
        except PinciteError as error:
            return PlainTextResponse(str(error), status_code=404)

    return Route(f"{PRINTED}{{answer}}", show, methods=["GET"])
