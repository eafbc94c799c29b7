"""`pincite serve`."""

from pathlib import Path

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
@click.option(
    "--memory",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Where conversations and verdicts are kept. [default: INDEX.memory.sqlite]",
)
@config_options
def serve(config: Config, port: int, open_browser: bool, memory: Path | None) -> None:
    """Ask in the browser, on this machine only."""
    from ui.memory import Memory, memory_beside
    from ui.room import open_room
    from ui.server.app import listening, serve_until_interrupted
    from ui.uploads import uploads_beside

    with listening(port) as door:
        kept, uploads = Memory(memory or memory_beside(config.index)), uploads_beside(config.index)
        room = open_room(config, kept, uploads)
        serve_until_interrupted(room, uploads, door, open_browser=open_browser, ready=room.start)
        room.stop()
