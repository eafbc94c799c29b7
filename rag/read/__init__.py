"""Readers: what picks the sentences that answer a question."""

import os
from importlib.util import find_spec
from pathlib import Path

from index.errors import PinciteError
from rag.config import Config, ReaderConfig
from rag.read.similarity import SimilarityReader
from rag.types import Reader

__all__ = ["SimilarityReader", "load_reader"]

# Since 1.29 the published onnxruntime gives this machine a name, kept on disk, and reports models
# and runs to its maker, unless this is set before it loads. Its API comes too late: its Privacy.md.
os.environ["ORT_DISABLE_TELEMETRY"] = "1"


def load_reader(config: Config) -> Reader:
    """The configured reader; PinciteError when it cannot be had or would need the network.

    Models and packages load at the first question.
    """
    match config.reader.kind:
        case "none":
            return SimilarityReader()
        case "cross-encoder":
            return _cross_encoder(config)
        case "openai":
            return _language_model(config)
        case "trained":
            return _trained(config.reader.model)


def _trained(folder: str = "") -> Reader:
    """The trained reader in a folder; without one, the packaged reader."""
    from rag.read.trained import PACKAGED, load_trained

    return load_trained(Path(folder).expanduser() if folder else PACKAGED)


def _cross_encoder(config: Config) -> Reader:
    from index.model import locate_named
    from rag.read.cross_encoder import CrossEncoderReader, LazyCrossEncoder

    files = locate_named(
        config.reader.model, allow_network=config.allow_network, setting="reader.model"
    )
    return CrossEncoderReader(LazyCrossEncoder(files))


def _language_model(config: Config) -> Reader:
    from rag.read.chat import ChatServer
    from rag.read.language_model import LanguageModelReader

    reader = config.reader
    if find_spec("openai") is None:
        raise PinciteError(
            "a reader of kind 'openai' needs the package openai. In Pincite's folder: "
            ".venv/bin/pip install --constraint constraints.txt --editable '.[llm]'"
        )
    if not (reader.is_on_this_machine or config.allow_network):
        raise PinciteError(
            f"reader.url is {reader.url}, on another machine: questions and passages would be sent "
            "there. If they may be, set allow_network = true or add --allow-network"
        )
    chat = ChatServer(reader.url, reader.model, reader.timeout, _key(reader))
    return LanguageModelReader(chat, _trained())


def _key(reader: ReaderConfig) -> str:
    """The API key; empty where there is none, which servers on one's own machine do not mind."""
    key = os.environ.get(reader.key_variable, "").strip()
    if not key and reader.key_variable != ReaderConfig().key_variable:
        raise PinciteError(
            f"reader.key_variable is {reader.key_variable}, which is not set; set it to the API key"
        )
    if not (key.isascii() and key.isprintable()):
        raise PinciteError(f"the API key in {reader.key_variable} has characters that no key has")
    return key
