"""`pincite serve`."""

import click

from rag.config import Config
from rag.options import config_options


@click.command()
@click.option(
    "--port",
    type=click.IntRange(1, 65534),
    default=7860,
    show_default=True,
    help="The port on this machine.",
)
@click.option("--open", "open_browser", is_flag=True, help="Open it in the browser.")
@config_options
def serve(config: Config, port: int, open_browser: bool) -> None:
    """Ask in the browser, on this machine only."""
    from rag.indexing import open_warm
    from ui.app import check_port, serve_until_interrupted

    check_port(port)
    serve_until_interrupted(open_warm(config), port, open_browser=open_browser)
