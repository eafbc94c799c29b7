"""The page. The only door to gradio.

It is one `gr.HTML` with a constant template; its script builds everything else from JSON by
`textContent`. Not used, as measured on gradio 6.31: a template with `{{value}}` or `${value}` (it
is compiled with `Function`, so text from a source would run), `gr.Chatbot` (strips aria and data
attributes, loads remote images), `css=` of `launch` (rewrites the rules), gradio's events (they go
through a queue, and tell a failure by a toast only).
"""

import os
from collections.abc import Callable, Iterable, Sequence
from importlib.resources import files
from typing import TYPE_CHECKING

from fastapi import FastAPI
from starlette.responses import PlainTextResponse
from starlette.routing import Mount
from starlette.types import ASGIApp, Receive, Scope, Send

from ui.server.paths import PAGE, is_public

if TYPE_CHECKING:
    import gradio

TITLE = "Pincite"
_STATIC = files("ui") / "static"
# In this order: constants come before what uses them, later rules overrule earlier ones.
_SCRIPTS = (
    "elements",
    "sources",
    "answer",
    "taking",
    "verdicts",
    "asking",
    "memory",
    "source",
    "grips",
    "start",
)
_STYLES = ("frame", "library", "talk", "quotes", "verdicts", "source", "narrow")
_SANS = ("-apple-system", "Segoe UI", "Roboto", "Helvetica Neue", "Arial", "sans-serif")


# Of a request's headers, those that gradio is told: not who asks, and no other name of the server.
_TOLD = frozenset({b"host", b"accept-encoding", b"if-none-match", b"if-modified-since"})


class _PageAlone:
    """gradio's app, of which the page and its files are answered and nothing else.

    It has some eighty routes more: a proxy for URLs, files of the disk, uploads, queues, a code
    editor. Nothing but one of the paths of the page reaches it, without a query.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if not (scope["path"] == PAGE or is_public(scope["path"])):
            await PlainTextResponse("Not found", 404)(scope, receive, send)
            return
        if scope["method"] not in {"GET", "HEAD"}:
            await PlainTextResponse("Method not allowed", 405)(scope, receive, send)
            return
        headers = [(name, value) for name, value in scope["headers"] if name in _TOLD]
        await self._app({**scope, "query_string": b"", "headers": headers}, receive, send)


def mount_page(app: FastAPI, services: Iterable[str]) -> None:
    """Put the page at the root of `app`, after all other routes. `services` are the names of what
    it may call: see `ui.server.calls`.

    To be called in a running event loop: without one gradio 6.31 makes several for its locks, and
    closes none.
    """
    keep_gradio_private()
    import gradio

    gradio.mount_gradio_app(
        app,
        _blocks(services),
        path="/",
        footer_links=[],
        run_history=False,
        favicon_path=str(_STATIC / "favicon.svg"),
        show_error=False,
        ssr_mode=False,
        enable_monitoring=False,
        pwa=False,
        mcp_server=False,
        # Names of fonts that are there or not; gradio's themes would bring fonts along.
        theme=gradio.themes.Base(font=_SANS, font_mono=("monospace",)),
    )
    mounted = app.router.routes.pop()
    assert isinstance(mounted, Mount)
    app.mount("/", _PageAlone(mounted.app))


def _blocks(services: Iterable[str]) -> "gradio.Blocks":
    import gradio

    blocks: gradio.Blocks = gradio.Blocks(title=TITLE, analytics_enabled=False, fill_width=True)
    with blocks:
        gradio.HTML(
            html_template=_static("room.html"),
            head=f"<style>{_joined('styles/{}.css', _STYLES)}</style>",
            js_on_load=_joined("scripts/{}.js", _SCRIPTS),
            apply_default_css=False,
            # The page shows what there is a function for.
            server_functions=[_function(name) for name in services],
        )
    return blocks


def _function(name: str) -> Callable[[object], None]:
    """What gradio wants for its script in the page to have a function of this name."""

    def function(request: object) -> None:
        raise AssertionError("calls are answered by ui.server.calls")

    function.__name__ = name
    return function


def keep_gradio_private() -> None:
    """Switch off what gradio would tell others; to be called before it is imported."""
    os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"
    os.environ["HF_HUB_DISABLE_TELEMETRY"] = "1"


def _joined(pattern: str, names: Sequence[str]) -> str:
    return "\n".join(_static(pattern.format(name)) for name in names)


def _static(name: str) -> str:
    return (_STATIC / name).read_text(encoding="utf-8")
