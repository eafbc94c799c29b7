"""Who asks: each browser has a secret in a cookie, and what is kept for it goes by its hash.

Whoever reads what is stored learns no cookie from it. The cookie is no password: it tells browsers
apart that may all use this server.
"""

import hashlib
import re
import secrets
from collections.abc import Mapping

from starlette.datastructures import MutableHeaders
from starlette.requests import HTTPConnection
from starlette.types import ASGIApp, Message, Receive, Scope, Send

COOKIE = "pincite"
# Of randomness, in bytes; what `secrets.token_urlsafe` makes of so many has 43 characters.
SECRET = 32
YEAR = 365 * 24 * 60 * 60

_SECRET = re.compile(r"[A-Za-z0-9_-]{43}")


class Sessions:
    """Gives the page's visitors a cookie; tells what answers a request whose it is, as
    `request.state.owner`: None without a cookie."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        secret = _secret(HTTPConnection(scope).cookies)
        scope.setdefault("state", {})["owner"] = owner_of(secret) if secret else None

        async def send_cookie(message: Message) -> None:
            if message["type"] == "http.response.start" and scope["path"] == "/":
                # Again at every visit: the year begins anew.
                cookie = _cookie(secret or secrets.token_urlsafe(SECRET))
                MutableHeaders(scope=message).append("Set-Cookie", cookie)
            await send(message)

        await self._app(scope, receive, send_cookie)


def owner_of(secret: str) -> str:
    """The name that a browser's things go by: 64 hexadecimal digits."""
    return hashlib.sha256(secret.encode()).hexdigest()


def _secret(cookies: Mapping[str, str]) -> str | None:
    """The cookie's value, if it is one that was given here."""
    value = cookies.get(COOKIE, "")
    return value if _SECRET.fullmatch(value) else None


def _cookie(secret: str) -> str:
    # Lax: whoever follows a link to this page from elsewhere keeps what is theirs. With Strict no
    # cookie would come along, and a new one would take its place.
    return f"{COOKIE}={secret}; Max-Age={YEAR}; Path=/; HttpOnly; SameSite=Lax"
