"""`pincite serve`."""

from pathlib import Path

import click

from rag.config import Config
from rag.options import config_options

CASES = Path("pincite-cases.jsonl")


@click.command()
@click.option(
    "--port",
    type=click.IntRange(1, 65534),
    default=7860,
    show_default=True,
    help="The port on this machine.",
)
@click.option("--open", "open_browser", is_flag=True, help="Open it in the browser.")
@click.option(
    "--cases",
    type=click.Path(dir_okay=False, path_type=Path),
    default=CASES,
    show_default=True,
    help="Where your verdicts on citations are kept, for pincite eval --questions.",
)
@config_options
def serve(config: Config, port: int, open_browser: bool, cases: Path) -> None:
    """Ask in the browser, on this machine only."""
    from rag.indexing import open_warm
    from ui.app import check_port, serve_until_interrupted
    from ui.verdicts import keeping_in

    check_port(port)
    keep = keeping_in(cases)
    serve_until_interrupted(open_warm(config), port, keep, open_browser=open_browser)
