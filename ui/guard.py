"""Three locks on the door of a server that holds private documents.

It answers only those who call it by its local name: a web page elsewhere that makes its own name
resolve to 127.0.0.1 (DNS rebinding) is refused. It answers no other page that sends it something,
and takes no files from anyone: it has no use for them, and they would fill the disk. And it tells
the browser to load nothing from, and send nothing to, any other machine, whatever gradio or a
source may try.
"""

from starlette.datastructures import Headers, MutableHeaders
from starlette.middleware import Middleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

# gradio's own scripts are inline, and gr.HTML compiles its template with `Function`.
POLICY = "; ".join(
    [
        "default-src 'self'",
        "script-src 'self' 'unsafe-inline' 'unsafe-eval'",
        "style-src 'self' 'unsafe-inline'",
        "img-src 'self' data:",
        "font-src 'self' data:",
        "object-src 'none'",
        "base-uri 'self'",
        "form-action 'none'",
        "frame-ancestors 'none'",
    ]
)
HEADERS = {
    "Content-Security-Policy": POLICY,
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}


class LocalOnlyHeaders:
    """Adds the headers to every response."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def send_guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).update(HEADERS)
            await send(message)

        await self._app(scope, receive, send_guarded)


class OwnPageOnly:
    """Refuses what another page sends, and every upload."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        asked = scope["type"] in {"http", "websocket"}
        if asked and (_is_from_elsewhere(scope) or _is_upload(scope)):
            await PlainTextResponse("Forbidden", status_code=403)(scope, receive, send)
        else:
            await self._app(scope, receive, send)


def _is_from_elsewhere(scope: Scope) -> bool:
    """Whether an origin is named that is not this server under the name it is called by.

    TrustedHostMiddleware has seen to it that the name is local."""
    headers = Headers(scope=scope)
    own = f"http://{headers.get('host', '')}".lower()
    return any(origin.lower() != own for origin in headers.getlist("origin"))


def _is_upload(scope: Scope) -> bool:
    path: str = scope["path"]
    return scope.get("method") == "POST" and path.rstrip("/").endswith("/upload")


def guards() -> list[Middleware]:
    """For `FastAPI(middleware=...)`."""
    return [
        Middleware(TrustedHostMiddleware, allowed_hosts=["127.0.0.1", "localhost"]),
        Middleware(LocalOnlyHeaders),
        Middleware(OwnPageOnly),
    ]
