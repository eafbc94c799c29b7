"""Whoever asks too fast is told to wait, before anything is done for him."""

from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from ui.server.limits import Rate
from ui.server.log import Told
from ui.server.paths import CALLS, is_public

TOO_FAST = "Too many requests came from here. Wait some seconds and try again."


class Paced:
    """Keeps every owner to the rate. What no owner asks for costs nothing, but for signing in,
    which has limits of its own."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self._rate = Rate()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or is_public(scope["path"]) or self._allows(scope["state"]):
            await self._app(scope, receive, send)
            return
        # With another status gradio's script would tell the page nothing.
        status = 200 if scope["path"] == CALLS else 429
        await JSONResponse({"error": TOO_FAST}, status)(scope, receive, send)

    def _allows(self, state: dict[str, object]) -> bool:
        owner, told = state["owner"], state["told"]
        if not isinstance(owner, str) or self._rate.allows(owner):
            return True
        assert isinstance(told, Told)
        told.refusal("too fast")
        return False
