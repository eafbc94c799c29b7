"""The server: our own ASGI app with gradio's in it, run by uvicorn, on this machine only."""

import os
import signal
import socket
import threading
import webbrowser
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import partial
from types import FrameType

import click
import uvicorn
from fastapi import FastAPI

from index.errors import PinciteError
from ui.server.guard import guards
from ui.server.page import mount_page
from ui.server.printed import print_route
from ui.server.receive import upload_route
from ui.server.services import Offers
from ui.uploads import Uploads

HOST = "127.0.0.1"
# Seconds that what is in flight gets to finish, and those after which the process ends whatever
# does not.
FINISHING = 3
STOPPING = 4.5


def build_app(desk: Offers, uploads: Uploads | None = None) -> FastAPI:
    """The interface as an app that is not yet served; see `mount_page` for where to call this.

    Files are taken if there is a place for them.
    """
    app = FastAPI(middleware=guards(), openapi_url=None, docs_url=None, redoc_url=None)
    # Before gradio's, which take whatever is left.
    app.router.routes.append(print_route(desk.page))
    if uploads:
        app.router.routes.append(upload_route(uploads))
    mount_page(app, desk.services())
    return app


class _Server(uvicorn.Server):
    """uvicorn, which calls `ready` when requests are answered, and ends in time."""

    def __init__(self, desk: Offers, uploads: Uploads | None, ready: Callable[[], object]) -> None:
        config = uvicorn.Config(
            partial(build_app, desk, uploads),
            factory=True,
            log_config=None,
            access_log=False,
            server_header=False,
            proxy_headers=False,
            ws="none",
            timeout_graceful_shutdown=FINISHING,
        )
        super().__init__(config)
        self._ready = ready

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self._ready()

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        # A thread that answers a question cannot be cancelled; nothing is lost with it.
        last = threading.Timer(STOPPING, os._exit, [1])
        last.daemon = True
        last.start()
        super().handle_exit(sig, frame)


@contextmanager
def serving(desk: Offers, port: int, uploads: Uploads | None = None) -> Iterator[str]:
    """Serve the interface on 127.0.0.1 while the context lasts; gives its address.

    PinciteError when the port cannot be had.
    """
    started = threading.Event()
    server = _Server(desk, uploads, started.set)
    with listening(port) as door:
        thread = threading.Thread(target=server.run, args=[[door]], name="server")
        thread.start()
        try:
            while not started.wait(0.05) and thread.is_alive():
                pass
            if not started.is_set():
                raise RuntimeError("the server did not start; its error stands above")
            yield f"http://{HOST}:{port}"
        finally:
            server.should_exit = True
            thread.join()


def serve_until_interrupted(
    desk: Offers,
    uploads: Uploads,
    door: socket.socket,
    *,
    open_browser: bool,
    ready: Callable[[], object],
) -> None:
    """Serve the interface at a port that `listening` opened, until Ctrl+C or SIGTERM.

    `ready` is called as soon as the page can be had.
    """
    address = f"http://{HOST}:{door.getsockname()[1]}"

    def tell() -> None:
        click.echo(f"Pincite is open at {address} (Ctrl+C stops it)")
        if open_browser:
            webbrowser.open(address)
        ready()

    # uvicorn raises the signal again when it has finished: then both end alike.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    with suppress(KeyboardInterrupt):
        _Server(desk, uploads, tell).run([door])


@contextmanager
def listening(port: int) -> Iterator[socket.socket]:
    """The port, open: who calls before there is an answer waits for it.

    PinciteError when it cannot be had.
    """
    with socket.socket() as door:
        door.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            door.bind((HOST, port))
            door.listen()
        except OSError as error:
            raise PinciteError(_no_port(port, error.strerror or str(error))) from error
        yield door


def _no_port(port: int, reason: str) -> str:
    return (
        f"port {port} on {HOST} cannot be used ({reason}). "
        f"Name another: pincite serve --port {port + 1}"
    )
