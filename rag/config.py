"""Configuration: defaults, then `pincite.toml`, then the command line."""

import os
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from ipaddress import ip_address
from pathlib import Path
from typing import Any, Literal, get_args
from urllib.parse import urlsplit

from index.errors import PinciteError
from index.tokens import DEFAULT_ENCODING

CONFIG_FILE = "pincite.toml"

ReaderKind = Literal["none", "trained", "cross-encoder", "openai"]
# The settings of each kind beside `kind` itself.
READER_KEYS: Mapping[str, tuple[str, ...]] = {
    "none": (),
    "trained": ("model",),
    "cross-encoder": ("model",),
    "openai": ("url", "model", "timeout", "key_variable"),
}
# Where little that is answerable is lost, by what the reader's confidence was fitted to
# (eval/README.md); that of a language model is the packaged reader's, to which it falls back.
THRESHOLDS: Mapping[ReaderKind, float] = {
    "trained": 0.12,
    "none": 0.4,
    "cross-encoder": 0.4,
    "openai": 0.12,
}
# Those that a reader of the kind cannot do without.
_NEEDED = {"cross-encoder": ("model",), "openai": ("url", "model")}
# Where a setting of kind "openai" is taken from if the file does not have it.
READER_ENVIRONMENT = {"url": "OPENAI_BASE_URL", "model": "PINCITE_READER_MODEL"}
LONGEST_TIMEOUT = 3600

# No user, query or fragment, and nothing that two parsers could see differently.
_URL = re.compile(
    r"https?://(\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9.-]+)(?::\d{1,5})?(?:/[\w.~/-]*)?", re.ASCII
)


@dataclass(frozen=True, slots=True)
class ReaderConfig:
    """What picks the sentences that answer: the table `[reader]` of `pincite.toml`.

    `model`: for "trained" a folder, none for the packaged one; for "cross-encoder" a path or hub
    name, for "openai" the name that the server knows. `url`: of the server, up to and with `/v1`.
    `timeout`: seconds that one question may take it.
    `key_variable`: the environment variable that holds the API key.
    """

    kind: ReaderKind = "trained"
    model: str = ""
    url: str = ""
    timeout: float = 60.0
    key_variable: str = "OPENAI_API_KEY"

    @property
    def is_on_this_machine(self) -> bool:
        """Whether the URL's host is this machine, told without asking anybody."""
        match = _URL.fullmatch(self.url)
        host = match[1].strip("[]").lower() if match else ""
        if host == "localhost":
            return True
        try:
            return ip_address(host).is_loopback
        except ValueError:
            return False


@dataclass(frozen=True, slots=True)
class Config:
    """What a user can set. `pincite.toml` has the same names at its top level.

    `index`: the index folder. `model`: a path or hub name; None means the one the index was made
    with, or the packaged all-MiniLM-L6-v2. `encoding`: the tiktoken encoding for passage budgets.
    `passage_tokens`: the most tokens of a passage. `threshold`: answers of less confidence are
    refused; None means what suits the reader. `allow_network`: models and vocabularies may be
    downloaded, and a language model on another machine be asked. `reader`: what picks the sentences
    that answer.
    """

    index: Path = Path(".pincite")
    model: str | None = None
    encoding: str = DEFAULT_ENCODING
    passage_tokens: int = 240
    threshold: float | None = None
    allow_network: bool = False
    reader: ReaderConfig = ReaderConfig()

    def __post_init__(self) -> None:
        if self.threshold is not None and not 0 <= self.threshold <= 1:
            raise PinciteError(f"threshold is {self.threshold}; it has to be from 0 to 1")
        if self.passage_tokens < 16:
            raise PinciteError(f"passage_tokens is {self.passage_tokens}; it has to be 16 or more")

    @property
    def refused_below(self) -> float:
        """The confidence that an answer needs: the one set, or that of the reader's kind."""
        return THRESHOLDS[self.reader.kind] if self.threshold is None else self.threshold


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
    "reader": (dict,),
}
_READER_TYPES: dict[str, tuple[type, ...]] = {
    "kind": (str,),
    "model": (str,),
    "url": (str,),
    "timeout": (float, int),
    "key_variable": (str,),
}


def _value(file: Path, key: str, value: object) -> object:
    if key not in _TYPES:
        known = ", ".join(field.name for field in fields(Config))
        raise PinciteError(f"{file}: there is no setting {key!r}; known: {known}")
    _check_type(file, key, value, _TYPES[key])
    if isinstance(value, dict):
        return _reader(file, value)
    # A folder in a configuration is relative to the file, not to where the command runs.
    return file.parent / str(value) if key == "index" else value


def _check_type(file: Path, key: str, value: object, types: tuple[type, ...]) -> None:
    if type(value) not in types:
        kind = "table" if types[0] is dict else types[0].__name__
        raise PinciteError(f"{file}: {key} is {value!r}, not a {kind}")


def _reader(file: Path, table: Mapping[str, Any]) -> ReaderConfig:
    """The table `[reader]`, what it lacks taken from the environment."""
    kind = table.get("kind", ReaderConfig().kind)
    if kind not in get_args(ReaderKind):
        known = ", ".join(f'"{each}"' for each in get_args(ReaderKind))
        raise PinciteError(f"{file}: reader.kind is {kind!r}; it has to be one of {known}")
    keys = ("kind", *READER_KEYS[kind])
    for key, value in table.items():
        if key not in keys:
            raise PinciteError(
                f"{file}: a reader of kind {kind!r} has no setting {key!r}; "
                f"known: {', '.join(keys)}"
            )
        _check_type(file, f"reader.{key}", value, _READER_TYPES[key])
    settings = {**(_from_environment() if kind == "openai" else {}), **table}
    reader = ReaderConfig(**settings)
    _check_reader(file, reader)
    return reader


def _is_url(text: str) -> bool:
    try:
        return bool(_URL.fullmatch(text) and (urlsplit(text).port or 443))
    except ValueError:
        return False


def _from_environment() -> dict[str, str]:
    found = {key: os.environ.get(name) for key, name in READER_ENVIRONMENT.items()}
    return {key: value for key, value in found.items() if value}


def _check_reader(file: Path, reader: ReaderConfig) -> None:
    """PinciteError names what a reader lacks or cannot have, and where to set it."""
    for key in _NEEDED.get(reader.kind, ()):
        if not getattr(reader, key):
            instead = (
                f" or the variable {READER_ENVIRONMENT[key]}" if reader.kind == "openai" else ""
            )
            raise PinciteError(
                f"{file}: a reader of kind {reader.kind!r} needs reader.{key}; "
                f"set it there{instead}"
            )
    if reader.kind == "openai" and not _is_url(reader.url):
        raise PinciteError(
            f"{file}: reader.url is {reader.url!r}; it has to be like http://127.0.0.1:8080/v1, "
            "without a user name or query"
        )
    if not 0 < reader.timeout <= LONGEST_TIMEOUT:
        raise PinciteError(
            f"{file}: reader.timeout is {reader.timeout}; it has to be more than 0 and at most "
            f"{LONGEST_TIMEOUT} seconds"
        )
    if not reader.key_variable:
        raise PinciteError(f"{file}: reader.key_variable is empty; name a variable or leave it out")
