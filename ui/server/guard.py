"""The locks on the door of a server that holds private documents.

It answers only those who call it by a name that it was given: a web page elsewhere that makes its
own name resolve to this machine (DNS rebinding) is refused. It answers no other page that sends it
something or takes something from it; a link to it may be followed. And it tells the browser to load
nothing from, and send nothing to, any other machine, whatever gradio or a source may try.
"""

import re

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ui.server.paths import PRINTED, SIGN_IN, UPLOAD, is_public
from ui.server.site import Site

# gradio's own scripts are inline, and gr.HTML compiles its template with `Function`.
POLICY = "; ".join(
    [
        "default-src 'self'",
        "script-src 'self' 'unsafe-inline' 'unsafe-eval'",
        "style-src 'self' 'unsafe-inline'",
        "img-src 'self' data: blob:",
        "font-src 'self' data:",
        "connect-src 'self'",
        "object-src 'none'",
        "base-uri 'self'",
        "form-action 'self'",
        "frame-ancestors 'none'",
    ]
)
# Of pages without a script or a picture.
_INERT = "default-src 'none'; base-uri 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'"
PRINTED_POLICY = f"{_INERT}; form-action 'none'"
SIGN_IN_POLICY = f"{_INERT}; form-action 'self'"

_UNUSED = ("camera", "display-capture", "geolocation", "microphone", "midi", "payment", "usb")
HEADERS = {
    "Content-Security-Policy": POLICY,
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": ", ".join(f"{each}=()" for each in _UNUSED),
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}

# In bytes: a question with all that was asked before it, and more.
LARGEST_REQUEST = 1_000_000
_JSON = "application/json"
_FORM = "application/x-www-form-urlencoded"


class ProtectiveHeaders:
    """Adds the headers to every response."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = _headers(scope["path"]) if scope["type"] == "http" else {}

        async def send_guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).update(headers)
            await send(message)

        await self._app(scope, receive, send_guarded)


def _headers(path: str) -> dict[str, str]:
    headers = dict(HEADERS)
    if not is_public(path):
        headers["Cache-Control"] = "no-store"
    if path.startswith(PRINTED):
        headers["Content-Security-Policy"] = PRINTED_POLICY
    if path == SIGN_IN:
        headers["Content-Security-Policy"] = SIGN_IN_POLICY
        # With no-referrer a form is sent with the origin "null", as if it were from anywhere.
        headers["Referrer-Policy"] = "same-origin"
    return headers


class OwnPageOnly:
    """Refuses what another page sends, and what this one would not send."""

    def __init__(self, app: ASGIApp, site: Site) -> None:
        self._app = app
        self._site = site

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            scope = {**scope, "scheme": self._site.scheme}
        refused = scope["type"] in {"http", "websocket"} and _refusal(scope, self._site)
        await (refused or self._app)(scope, receive, send)


def _refusal(scope: Scope, site: Site) -> PlainTextResponse | None:
    """What a request is refused with; None if it may go on."""
    headers, method = Headers(scope=scope), scope.get("method", "")
    called = headers.getlist("host")
    if len(called) != 1 or not site.answers_to(called[0]):
        return PlainTextResponse("This server goes by another name", 400)
    if _is_from_elsewhere(headers, site.origin(called[0]), method):
        return PlainTextResponse("Forbidden", 403)
    if method in {"GET", "HEAD", "OPTIONS"} or scope["path"] == UPLOAD:
        return None
    return _refusal_of_body(headers, _FORM if scope["path"] == SIGN_IN else _JSON)


def _refusal_of_body(headers: Headers, wanted: str) -> PlainTextResponse | None:
    """What a body that is not of the wanted type, or too long, is refused with."""
    if headers.get("content-type", "").partition(";")[0].strip().lower() != wanted:
        return PlainTextResponse(f"Only {wanted} is taken here", 415)
    length = headers.get("content-length", "")
    # Of a number with thousands of digits Python makes none.
    if not (re.fullmatch("[0-9]{1,15}", length) and int(length) <= LARGEST_REQUEST):
        return PlainTextResponse(f"At most {LARGEST_REQUEST} bytes are taken here", 413)
    return None


def _is_from_elsewhere(headers: Headers, own: str, method: str) -> bool:
    """Whether the browser says that another page asks: by its origin, or, where there is none as
    for pictures and scripts, by `Sec-Fetch-Site`. Programs say neither, and are not tricked."""
    if any(origin.lower() != own for origin in headers.getlist("origin")):
        return True
    if headers.get("sec-fetch-site", "none") in {"same-origin", "none"}:
        return False
    is_link = headers.get("sec-fetch-mode") == "navigate"
    return not (method == "GET" and is_link and headers.get("sec-fetch-dest") == "document")
