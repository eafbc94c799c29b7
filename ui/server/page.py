"""The page. The only door to gradio.

It is one `gr.HTML` with a constant template; its script builds everything else from JSON by
`textContent`. Not used, as measured on gradio 6.31: a template with `{{value}}` or `${value}` (it
is compiled with `Function`, so text from a source would run), `gr.Chatbot` (strips aria and data
attributes, loads remote images), `css=` of `launch` (rewrites the rules), gradio's events (they go
through a queue, and tell a failure by a toast only).
"""

import os
from collections.abc import Callable, Mapping, Sequence
from importlib.resources import files
from typing import TYPE_CHECKING

from fastapi import FastAPI

from rag.render import Record
from ui.server.services import Service

if TYPE_CHECKING:
    import gradio

TITLE = "Pincite"
NO_COOKIE = (
    "This browser sent no cookie, so it cannot be told from others. Allow cookies for this page "
    "and reload it."
)
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


def mount_page(app: FastAPI, services: Mapping[str, Service]) -> None:
    """Put the page, and what it may ask for, at the root of `app`.

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


def _blocks(services: Mapping[str, Service]) -> "gradio.Blocks":
    import gradio

    blocks: gradio.Blocks = gradio.Blocks(title=TITLE, analytics_enabled=False, fill_width=True)
    with blocks:
        gradio.HTML(
            html_template=_static("room.html"),
            head=f"<style>{_joined('styles/{}.css', _STYLES)}</style>",
            js_on_load=_joined("scripts/{}.js", _SCRIPTS),
            apply_default_css=False,
            # The page shows what there is a function for.
            server_functions=[_function(name, serve) for name, serve in services.items()],
        )
    return blocks


def _function(name: str, serve: Service) -> Callable[..., Record]:
    """A service as gradio calls it: by its name, and with the request where one is asked for."""
    import gradio

    def function(fields: object, request: gradio.Request) -> Record:
        owner: str | None = request.state.owner
        return serve(owner, fields) if owner else {"error": NO_COOKIE}

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
