"""`/sign-in`, a form that needs no script, and `/sign-out`."""

from collections.abc import Mapping
from functools import partial
from html import escape
from importlib.resources import files
from urllib.parse import parse_qs

from anyio import CapacityLimiter, to_thread
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route

from index.errors import PinciteError
from ui.server.accounts import LASTING, Accounts, WaitError, user_owner
from ui.server.addresses import address_of, network_of
from ui.server.bodies import BodyError, read_body
from ui.server.limits import Places
from ui.server.log import Told
from ui.server.paths import PAGE, SIGN_IN, SIGN_OUT
from ui.server.sessions import cookie_of, secret_in
from ui.server.site import Site

LARGEST_FORM = 10_000
# Who wait for their password to be looked at, in all and from one network.
MOST_WAITING = 20
MOST_WAITING_OF_ONE = 4
CROWDED = "Too many people are signing in just now. Try again in a moment."
INCOMPLETE = "Fill in both fields."

_STATIC = files("ui") / "static"


class SigningIn:
    """The page to sign in at, and what its form is sent to."""

    def __init__(self, accounts: Accounts, site: Site) -> None:
        self._accounts = accounts
        self._site = site
        self._waiting = Places(MOST_WAITING, MOST_WAITING_OF_ONE)
        # A hash takes 64 MiB.
        self._one = CapacityLimiter(1)

    def routes(self) -> list[Route]:
        return [
            Route(SIGN_IN, self.show, methods=["GET"]),
            Route(SIGN_IN, self.take, methods=["POST"]),
            Route(SIGN_OUT, self.leave, methods=["POST"]),
        ]

    async def show(self, request: Request) -> Response:
        """The form, or the way to the page for who is signed in."""
        return RedirectResponse(PAGE, 303) if request.state.owner else _form_page()

    async def take(self, request: Request) -> Response:
        """A name and a password: to the page, or the form again with what is wrong."""
        told: Told = request.state.told
        address = address_of(request, self._site)
        try:
            # Before there is a place for it: who sends half a form takes none from anybody.
            form = _parsed(await read_body(request, LARGEST_FORM))
        except BodyError as error:
            return _form_page(INCOMPLETE, error.status)
        with self._waiting.place(network_of(address)) as is_free:
            if not is_free:
                told.refusal("busy")
                return _form_page(CROWDED, 503)
            try:
                return await self._signed_in(form, address, request)
            except WaitError as error:
                told.refusal("locked")
                return _form_page(str(error), 429, {"Retry-After": str(error.seconds)})
            except PinciteError as error:
                told.refusal("wrong")
                return _form_page(str(error), 403)

    async def _signed_in(self, form: Mapping[str, str], address: str, request: Request) -> Response:
        user, password = form["user"], form["password"]
        sign_in = partial(self._accounts.sign_in, user, password, address)
        secret = await to_thread.run_sync(sign_in, limiter=self._one)
        request.state.owner = user_owner(user.strip().lower())
        cookie = cookie_of(secret, LASTING, self._site)
        return RedirectResponse(PAGE, 303, {"Set-Cookie": cookie})

    async def leave(self, request: Request) -> Response:
        """End the session; the page goes to the form then."""
        secret = secret_in(request.scope, self._site)
        if secret:
            self._accounts.sign_out(secret)
        return Response(status_code=204, headers={"Set-Cookie": cookie_of("", 0, self._site)})


def _parsed(body: bytes) -> dict[str, str]:
    """The fields of the form; BodyError when one is missing or empty."""
    try:
        fields = parse_qs(body.decode("ascii"), max_num_fields=4)
        return {name: fields[name][0] for name in ("user", "password")}
    except (ValueError, KeyError) as error:
        raise BodyError(400) from error


def _form_page(
    message: str = "", status: int = 200, headers: Mapping[str, str] | None = None
) -> Response:
    page = (_STATIC / "sign-in.html").read_text(encoding="utf-8")
    told = f'<p class="wrong" role="alert">{escape(message)}</p>' if message else ""
    return HTMLResponse(page.replace("<!-- message -->", told), status, headers)
