"""The page and its server. The only door to gradio.

The page is one `gr.HTML` with a constant template; its script builds everything else from JSON by
`textContent`. Not used, as measured on gradio 6.31: a template with `{{value}}` or `${value}` (it
is compiled with `Function`, so text from a source would run), `gr.Chatbot` (strips aria and data
attributes, loads remote images), `css=` of `launch` (rewrites the rules), gradio's events (they go
through a queue, and tell a failure by a toast only).
"""

import asyncio
import os
import socket
import threading
import webbrowser
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from importlib.resources import files
from typing import TYPE_CHECKING

import click

from index.errors import PinciteError
from rag.render import Record
from ui.desk import Asked, Desk
from ui.guard import guards
from ui.verdicts import Keep

if TYPE_CHECKING:
    import gradio

HOST = "127.0.0.1"
TITLE = "Pincite"
_STATIC = files("ui") / "static"
_SANS = ("-apple-system", "Segoe UI", "Roboto", "Helvetica Neue", "Arial", "sans-serif")


def build_app(assistant: Asked, keep: Keep | None = None) -> "gradio.Blocks":
    """The interface as a gradio app that is not yet served."""
    desk = Desk(assistant, keep)

    # gradio marks a server function by an attribute, which a bound method cannot have.
    def list_sources(request: object) -> Record:
        return desk.list_sources(request)

    def ask(request: object) -> Record:
        return desk.ask(request)

    def read_source(request: object) -> Record:
        return desk.read_source(request)

    def judge(request: object) -> Record:
        return desk.judge(request)

    keep_gradio_private()
    import gradio

    blocks: gradio.Blocks = gradio.Blocks(title=TITLE, analytics_enabled=False, fill_width=True)
    with blocks:
        gradio.HTML(
            html_template=_static("room.html"),
            head=f"<style>{_static('room.css')}</style>",
            js_on_load=_static("room.js"),
            apply_default_css=False,
            # The page asks for verdicts only if there is a `judge`.
            server_functions=[list_sources, ask, read_source, *([judge] if keep else [])],
        )
    return blocks


@contextmanager
def serving(assistant: Asked, port: int, keep: Keep | None = None) -> Iterator[str]:
    """Serve the interface on 127.0.0.1 while the context lasts; gives its address.

    Verdicts are asked for if there is something to keep them. PinciteError when the port cannot be
    had.
    """
    check_port(port)
    with ThreadPoolExecutor(1) as thread:
        blocks = thread.submit(asyncio.run, _open(assistant, port, keep)).result()
    try:
        yield f"http://{HOST}:{port}"
    finally:
        blocks.close(verbose=False)


async def _open(assistant: Asked, port: int, keep: Keep | None) -> "gradio.Blocks":
    """The app, served. In a running event loop: without one gradio 6.31 makes several for its
    locks, and closes none."""
    keep_gradio_private()
    import gradio

    blocks = build_app(assistant, keep)
    try:
        blocks.launch(
            server_name=HOST,
            server_port=port,
            share=False,
            quiet=True,
            inbrowser=False,
            inline=False,
            prevent_thread_lock=True,
            run_history=False,
            footer_links=[],
            enable_monitoring=False,
            mcp_server=False,
            ssr_mode=False,
            pwa=False,
            num_workers=0,
            favicon_path=str(_STATIC / "favicon.svg"),
            # Names of fonts that are there or not; gradio's themes would bring fonts along.
            theme=gradio.themes.Base(font=_SANS, font_mono=("monospace",)),
            app_kwargs={"middleware": guards()},
        )
    except OSError as error:
        raise PinciteError(_no_port(port, str(error))) from error
    return blocks


def serve_until_interrupted(
    assistant: Asked, port: int, keep: Keep | None, *, open_browser: bool
) -> None:
    """Serve the interface until Ctrl+C."""
    with serving(assistant, port, keep) as address:
        click.echo(f"Pincite is open at {address} (Ctrl+C stops it)")
        if open_browser:
            webbrowser.open(address)
        with suppress(KeyboardInterrupt):
            threading.Event().wait()


def check_port(port: int) -> None:
    """PinciteError when the port cannot be had, before anything slow is done."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError as error:
            raise PinciteError(_no_port(port, error.strerror or str(error))) from error


def keep_gradio_private() -> None:
    """Switch off what gradio would tell others; to be called before it is imported."""
    os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"
    os.environ["HF_HUB_DISABLE_TELEMETRY"] = "1"
    # gradio calls its own server while it starts; a proxy set for the web must not be asked.
    for name in ("NO_PROXY", "no_proxy"):
        direct = os.environ.get(name, "").split(",")
        os.environ[name] = ",".join(filter(None, {**dict.fromkeys(direct), HOST: None}))


def _static(name: str) -> str:
    return (_STATIC / name).read_text(encoding="utf-8")


def _no_port(port: int, reason: str) -> str:
    return (
        f"port {port} on {HOST} cannot be used ({reason}). "
        f"Name another: pincite serve --port {port + 1}"
    )
