"""Options that every command takes."""

import functools
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from rag.config import load_config

_OPTIONS = [
    click.option(
        "--index",
        type=click.Path(file_okay=False, path_type=Path),
        help="The index folder. [default: .pincite]",
    ),
    click.option("--model", help="Embedding model: a folder or a hub name."),
    click.option(
        "--config",
        "config_file",
        type=click.Path(dir_okay=False, path_type=Path),
        help="Configuration file. [default: ./pincite.toml, if there is one]",
    ),
    click.option(
        "--allow-network",
        is_flag=True,
        default=None,
        help="Allow the download of a model or vocabulary that is not on this machine.",
    ),
]


def config_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command the common options, and it a `config` made of them."""

    @functools.wraps(command)
    def with_config(
        *,
        index: Path | None,
        model: str | None,
        config_file: Path | None,
        allow_network: bool | None,
        **others: Any,
    ) -> Any:
        config = load_config(config_file, index=index, model=model, allow_network=allow_network)
        return command(config=config, **others)

    for option in reversed(_OPTIONS):
        with_config = option(with_config)
    return with_config
