"""Whoever is still waiting when the server ends is told why he gets nothing."""

from asyncio import CancelledError

from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from index.errors import StoppedError
from ui.server.log import Told
from ui.server.paths import CALLS


class ToldWhenCutOff:
    """Answers for what uvicorn cancels at its end, to which it would reply with a bare 500."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        is_begun = False

        async def send_watched(message: Message) -> None:
            nonlocal is_begun
            is_begun = True
            await send(message)

        try:
            await self._app(scope, receive, send_watched)
        except CancelledError:
            if scope["type"] != "http" or is_begun:
                raise
            told: Told = scope["state"]["told"]
            told.refusal("stopping")
            # With another status gradio's script would tell the page nothing.
            status = 200 if scope["path"] == CALLS else 503
            await JSONResponse({"error": str(StoppedError())}, status)(scope, receive, send)
