"""Who asks: each browser has a secret in a cookie, and what is kept for it goes by its hash.

Whoever reads what is stored learns no cookie from it. Where there are users, the secret stands for
one who has signed in, and everything but signing in is closed without it. Where there are none, it
is no password: it tells browsers apart that may all use this server.
"""

import hashlib
import re
import secrets
from collections.abc import Callable

from starlette.datastructures import MutableHeaders
from starlette.requests import HTTPConnection
from starlette.responses import JSONResponse, PlainTextResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ui.server.paths import CALLS, PAGE, PRINTED, SIGN_IN
from ui.server.site import Site

# Of randomness, in bytes; what `secrets.token_urlsafe` makes of so many has 43 characters.
SECRET = 32
YEAR = 365 * 24 * 60 * 60
SIGNED_OUT = "You are signed out. Reload the page to sign in."

_SECRET = re.compile(r"[A-Za-z0-9_-]{43}")


class Visitors:
    """Gives the page's visitors a cookie; tells what answers a request whose it is, as
    `request.state.owner`: None without a cookie."""

    def __init__(self, app: ASGIApp, site: Site) -> None:
        self._app = app
        self._site = site

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        secret = secret_in(scope, self._site)
        scope["state"]["owner"] = owner_of(secret) if secret else None

        async def send_cookie(message: Message) -> None:
            if message["type"] == "http.response.start" and scope["path"] == PAGE:
                # Again at every visit: the year begins anew.
                cookie = cookie_of(secret or secrets.token_urlsafe(SECRET), YEAR, self._site)
                MutableHeaders(scope=message).append("Set-Cookie", cookie)
            await send(message)

        await self._app(scope, receive, send_cookie)


class SignedIn:
    """Lets nobody but the signed in to anything but the page to sign in at."""

    def __init__(self, app: ASGIApp, site: Site, owner: Callable[[str], str | None]) -> None:
        self._app = app
        self._site = site
        self._owner = owner

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        secret = secret_in(scope, self._site)
        owner = self._owner(secret) if secret else None
        scope["state"]["owner"] = owner
        is_open = owner is not None or scope["path"] == SIGN_IN
        await (self._app if is_open else _turned_away(scope))(scope, receive, send)


def _turned_away(scope: Scope) -> Response:
    path = scope["path"]
    if path == PAGE or path.startswith(PRINTED):
        return RedirectResponse(SIGN_IN, 303)
    if path == CALLS:
        # With another status gradio's script would tell the page nothing.
        return JSONResponse({"error": SIGNED_OUT})
    return PlainTextResponse(SIGNED_OUT, 401)


def owner_of(secret: str) -> str:
    """The name that a browser's things go by: 64 hexadecimal digits."""
    return hashlib.sha256(secret.encode()).hexdigest()


def secret_in(scope: Scope, site: Site) -> str | None:
    """The cookie's value, if it is one that was given here."""
    value = HTTPConnection(scope).cookies.get(_cookie_name(site), "")
    return value if _SECRET.fullmatch(value) else None


def cookie_of(secret: str, seconds: int, site: Site) -> str:
    """A `Set-Cookie` header. Lax: whoever follows a link to this page is still known here, and
    nothing is changed by a link."""
    secure = "; Secure" if site.https else ""
    start = f"{_cookie_name(site)}={secret}; Max-Age={seconds}; Path=/"
    return f"{start}; HttpOnly; SameSite=Lax{secure}"


def _cookie_name(site: Site) -> str:
    # With this prefix browsers take it from this very host alone, over TLS.
    return "__Host-pincite" if site.https else "pincite"
