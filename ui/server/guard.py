"""The locks on the door of a server that holds private documents.

It answers only those who call it by its local name: a web page elsewhere that makes its own name
resolve to 127.0.0.1 (DNS rebinding) is refused. It answers no other page that sends it something.
What is sent to gradio is a small JSON object: never a file, which would fill memory or disk. And it
tells the browser to load nothing from, and send nothing to, any other machine, whatever gradio or a
source may try.
"""

from starlette.datastructures import Headers, MutableHeaders
from starlette.middleware import Middleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ui.server.sessions import Sessions

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
# Where answers are printed: pages without a script, a picture or a form.
PRINTED = "/print/"
PRINTED_POLICY = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'"
HEADERS = {
    "Content-Security-Policy": POLICY,
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}

# Our own route for files; gradio has others.
UPLOAD = "/upload"
# In bytes: a question with all that was asked before it, and more.
LARGEST_REQUEST = 1_000_000


class LocalOnlyHeaders:
    """Adds the headers to every response."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        printed = scope["type"] == "http" and scope["path"].startswith(PRINTED)
        headers = HEADERS | ({"Content-Security-Policy": PRINTED_POLICY} if printed else {})

        async def send_guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).update(headers)
            await send(message)

        await self._app(scope, receive, send_guarded)


class OwnPageOnly:
    """Refuses what another page sends, and what this one would not send."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        refused = scope["type"] in {"http", "websocket"} and _refusal(scope)
        await (refused or self._app)(scope, receive, send)


def _refusal(scope: Scope) -> PlainTextResponse | None:
    """What a request is refused with; None if it may go on."""
    headers = Headers(scope=scope)
    if _is_from_elsewhere(headers) or _is_to_gradios_upload(scope["path"]):
        return PlainTextResponse("Forbidden", 403)
    if scope.get("method") in {"GET", "HEAD", "OPTIONS"} or scope["path"] == UPLOAD:
        return None
    if headers.get("content-type", "").partition(";")[0].strip().lower() != "application/json":
        return PlainTextResponse("Only JSON is taken here", 415)
    length = headers.get("content-length", "")
    if not (length.isascii() and length.isdigit() and int(length) <= LARGEST_REQUEST):
        return PlainTextResponse(f"At most {LARGEST_REQUEST} bytes are taken here", 413)
    return None


def _is_from_elsewhere(headers: Headers) -> bool:
    """Whether an origin is named that is not this server under the name it is called by.

    TrustedHostMiddleware has seen to it that the name is local."""
    own = f"http://{headers.get('host', '')}".lower()
    return any(origin.lower() != own for origin in headers.getlist("origin"))


def _is_to_gradios_upload(path: str) -> bool:
    return path != UPLOAD and path.rstrip("/").endswith("/upload")


def guards() -> list[Middleware]:
    """For `FastAPI(middleware=...)`: the locks, and behind them who asks."""
    return [
        Middleware(TrustedHostMiddleware, allowed_hosts=["127.0.0.1", "localhost"]),
        Middleware(LocalOnlyHeaders),
        Middleware(OwnPageOnly),
        Middleware(Sessions),
    ]
