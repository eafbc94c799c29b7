"""The server: our own ASGI app with gradio's in it, run by uvicorn."""

import logging
import signal
import socket
import threading
import webbrowser
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from functools import partial
from types import FrameType

import click
import uvicorn
from fastapi import FastAPI
from starlette.middleware import Middleware
from starlette.types import ASGIApp

from index.errors import PinciteError
from ui.server.accounts import Accounts
from ui.server.calls import call_route
from ui.server.ending import ToldWhenCutOff
from ui.server.guard import OwnPageOnly, ProtectiveHeaders
from ui.server.heads import NoIdlers
from ui.server.log import Logged, log_event
from ui.server.pace import Paced
from ui.server.page import mount_page
from ui.server.printed import print_route
from ui.server.receive import upload_route
from ui.server.services import Offers
from ui.server.sessions import SignedIn, Visitors
from ui.server.signing import SigningIn
from ui.server.site import Site
from ui.uploads import Uploads

# Seconds that what is in flight gets to finish, and those after which the process is ended by the
# system, whatever it does.
FINISHING = 3
STOPPING = 4.5
# Connections that are answered at once, idle ones included; more are turned away.
MOST_CONNECTIONS = 500


@dataclass(frozen=True, slots=True)
class Front:
    """What stands before the desk: where it is reached, and who is let in; everybody, without
    accounts, which only a server for this machine may do: ValueError for another."""

    site: Site = field(default_factory=Site)
    accounts: Accounts | None = None

    def __post_init__(self) -> None:
        if self.accounts is None and not self.site.is_of_this_machine:
            raise ValueError("a server for other machines needs accounts")


_ALONE = Front()


@dataclass(frozen=True, slots=True)
class Life:
    """What is called when requests are answered, and when no more are."""

    ready: Callable[[], object]
    stopping: Callable[[], object] = lambda: None


@dataclass(frozen=True, slots=True)
class Door:
    """A port that is open, and who may come in by it."""

    socket: socket.socket
    front: Front

    @property
    def address(self) -> str:
        """Where a browser on this machine finds it."""
        port: int = self.socket.getsockname()[1]
        return self.front.site.address(port)


def build_app(desk: Offers, uploads: Uploads | None = None, front: Front = _ALONE) -> FastAPI:
    """The interface as an app that is not yet served; see `mount_page` for where to call this.

    Files are taken if there is a place for them.
    """
    app = FastAPI(middleware=_before(front), openapi_url=None, docs_url=None, redoc_url=None)
    services = dict(desk.services())
    if front.accounts:
        services["account"] = front.accounts.account
        app.router.routes.extend(SigningIn(front.accounts, front.site).routes())
    app.router.routes.extend([call_route(services), print_route(desk.page)])
    if uploads:
        app.router.routes.append(upload_route(uploads))
    mount_page(app, services)
    return app


def _guarded_app(desk: Offers, uploads: Uploads | None, front: Front) -> ASGIApp:
    """The app, with the headers outside of what Starlette replies when something of ours fails."""
    return ProtectiveHeaders(build_app(desk, uploads, front))


def _before(front: Front) -> list[Middleware]:
    """What every request passes within the headers, from the outside in."""
    sessions = (
        Middleware(SignedIn, front.site, front.accounts.owner)
        if front.accounts
        else Middleware(Visitors, front.site)
    )
    guard = Middleware(OwnPageOnly, front.site)
    return [
        Middleware(Logged),
        Middleware(ToldWhenCutOff),
        guard,
        sessions,
        Middleware(Paced),
    ]


class _Server(uvicorn.Server):
    """uvicorn, which tells of its life, and ends in time."""

    def __init__(
        self,
        desk: Offers,
        uploads: Uploads | None,
        front: Front,
        life: Life,
    ) -> None:
        config = uvicorn.Config(
            partial(_guarded_app, desk, uploads, front),
            factory=True,
            http=NoIdlers,
            log_config=None,
            access_log=False,
            server_header=False,
            proxy_headers=False,
            ws="none",
            limit_concurrency=MOST_CONNECTIONS,
            timeout_graceful_shutdown=FINISHING,
        )
        # What is wrong with a request is in its reply; errors of ours are still shown.
        logging.getLogger("uvicorn.error").setLevel(logging.ERROR)
        super().__init__(config)
        self._life = life

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self._life.ready()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        self._life.stopping()
        await super().shutdown(sockets)

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        # A thread that answers a question cannot be cancelled; nothing is lost with it. A timer of
        # Python's would not outlive the start of the interpreter's end, which takes seconds itself.
        if not self.should_exit:
            signal.setitimer(signal.ITIMER_REAL, STOPPING)
        # What does not finish is cancelled, which uvicorn reports as if it were an error.
        logging.getLogger("uvicorn.error").setLevel(logging.CRITICAL)
        super().handle_exit(sig, frame)


@contextmanager
def serving(
    desk: Offers, port: int, uploads: Uploads | None = None, front: Front = _ALONE
) -> Iterator[str]:
    """Serve the interface while the context lasts; gives its address.

    PinciteError when the port cannot be had.
    """
    started = threading.Event()
    server = _Server(desk, uploads, front, Life(started.set))
    with listening(port, front) as door:
        thread = threading.Thread(target=server.run, args=[[door.socket]], name="server")
        thread.start()
        try:
            while not started.wait(0.05) and thread.is_alive():
                pass
            if not started.is_set():
                raise RuntimeError("the server did not start; its error stands above")
            yield door.address
        finally:
            server.should_exit = True
            thread.join()


def serve_until_interrupted(
    desk: Offers,
    uploads: Uploads,
    door: Door,
    life: Life,
    *,
    open_browser: bool,
) -> None:
    """Serve the interface at a port that `listening` opened, until Ctrl+C or SIGTERM; the process
    has to end soon after that, or is ended."""

    def tell() -> None:
        click.echo(f"Pincite is open at {door.address} (Ctrl+C stops it)")
        if open_browser:
            webbrowser.open(door.address)
        log_event("start")
        life.ready()

    # uvicorn raises the signal again when it has finished: then both end alike.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    with suppress(KeyboardInterrupt):
        _Server(desk, uploads, door.front, Life(tell, life.stopping)).run([door.socket])
    log_event("stop")


@contextmanager
def listening(port: int, front: Front = _ALONE) -> Iterator[Door]:
    """The port, open: who calls before there is an answer waits for it.

    PinciteError when it cannot be had.
    """
    site = front.site
    with socket.socket(socket.AF_INET6 if site.is_ipv6 else socket.AF_INET) as opened:
        opened.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            opened.bind((site.host, port))
            opened.listen()
        except OSError as error:
            reason = error.strerror or str(error)
            raise PinciteError(_no_port(port, site.host, reason)) from error
        yield Door(opened, front)


def _no_port(port: int, host: str, reason: str) -> str:
    return (
        f"port {port} on {host} cannot be used ({reason}). "
        f"Name another: pincite serve --port {port + 1}"
    )
