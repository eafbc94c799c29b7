"""`pincite repair`: mend an index, and say what could not be mended."""

from pathlib import Path

from rich.console import Console

from index.embed import Embedder, load_embedder
from index.repair import Repair, repair
from index.store import Settings
from index.tokens import Tokens, load_encoding
from rag.config import Config
from rag.render import visible


def mend(config: Config) -> Repair:
    """Mend the configured index; the model is loaded only if something is embedded again."""

    def load(settings: Settings) -> tuple[Embedder, Tokens]:
        model = config.model or settings.model
        embedder = load_embedder(model, allow_network=config.allow_network)
        return embedder, load_encoding(settings.encoding, allow_network=config.allow_network)

    return repair(config.index, load)


def print_repair(folder: Path, done: Repair) -> None:
    """Show what was done, on standard output, with the next step."""
    console = Console(markup=False, emoji=False, highlight=False, soft_wrap=True)
    for line in _lines(folder, done):
        console.print(visible(line))


def _lines(folder: Path, done: Repair) -> list[str]:
    if not done.faults:
        return ["Nothing was wrong."]
    lines = [f"wrong: {fault}" for fault in done.faults]
    lines += [f"made anew: {path}" for path in done.renewed]
    lines += [f"lost: {lost.path} ({lost.reason})" for lost in done.lost]
    lines.append(f"{done.kept} documents were whole; what is derived from them was made anew.")
    lines.append(f"What may be missing comes back with: pincite index FOLDER --index {folder}")
    return lines
