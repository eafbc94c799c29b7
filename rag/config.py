"""Configuration: defaults, then `pincite.toml`, then the command line."""

import tomllib
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any

from index.errors import PinciteError
from index.tokens import DEFAULT_ENCODING

CONFIG_FILE = "pincite.toml"


@dataclass(frozen=True, slots=True)
class Config:
    """What a user can set. `pincite.toml` has the same names at its top level.

    `index`: the index folder. `model`: a path or hub name; None means the one the index was made
    with, or the packaged all-MiniLM-L6-v2. `encoding`: the tiktoken encoding for passage budgets.
    `passage_tokens`: the most tokens of a passage. `threshold`: answers of less confidence are
    refused. `allow_network`: models and vocabularies may be downloaded.
    """

    index: Path = Path(".pincite")
    model: str | None = None
    encoding: str = DEFAULT_ENCODING
    passage_tokens: int = 240
    threshold: float = 0.4
    allow_network: bool = False

    def __post_init__(self) -> None:
        if not 0 <= self.threshold <= 1:
            raise PinciteError(f"threshold is {self.threshold}; it has to be from 0 to 1")
        if self.passage_tokens < 16:
            raise PinciteError(f"passage_tokens is {self.passage_tokens}; it has to be 16 or more")


def load_config(file: Path | None, **changes: Any) -> Config:
    """The configuration in `file`, or in ./pincite.toml if there is one, with the `changes` that
    are not None. PinciteError names an unknown key, a wrong type, a missing file."""
    if file is None:
        file = Path(CONFIG_FILE) if Path(CONFIG_FILE).is_file() else None
    settings = _read(file) if file else {}
    settings |= {key: value for key, value in changes.items() if value is not None}
    return replace(Config(), **settings)


def _read(file: Path) -> dict[str, Any]:
    try:
        table = tomllib.loads(file.read_text(encoding="utf-8"))
    except OSError as error:
        raise PinciteError(f"the configuration {file} cannot be read: {error.strerror}") from error
    except ValueError as error:
        raise PinciteError(f"the configuration {file} is not valid TOML: {error}") from error
    return {key: _value(file, key, value) for key, value in table.items()}


_TYPES: dict[str, tuple[type, ...]] = {
    "index": (str,),
    "model": (str,),
    "encoding": (str,),
    "passage_tokens": (int,),
    "threshold": (float, int),
    "allow_network": (bool,),
}


def _value(file: Path, key: str, value: object) -> object:
    if key not in _TYPES:
        known = ", ".join(field.name for field in fields(Config))
        raise PinciteError(f"{file}: there is no setting {key!r}; known: {known}")
    if type(value) not in _TYPES[key]:
        raise PinciteError(f"{file}: {key} is {value!r}, not a {_TYPES[key][0].__name__}")
    # A folder in a configuration is relative to the file, not to where the command runs.
    return file.parent / str(value) if key == "index" else value
