"""Count tokens: the only door to tiktoken.

Passage budgets are measured in tokens. OpenAI's vocabularies must be downloaded, and Pincite works
offline, so it ships a small byte-level BPE vocabulary of its own (`index/vocabulary/README.md`) and
loads it as a `tiktoken.Encoding`. OpenAI's can be configured instead, from tiktoken's cache folder.

tiktoken is imported when an encoding is loaded, so that importing this module stays cheap.
"""

from __future__ import annotations

import base64
import hashlib
import os
import tempfile
from dataclasses import dataclass, field
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, Final

from index.errors import PinciteError

if TYPE_CHECKING:
    import tiktoken

DEFAULT_ENCODING: Final = "pincite-16k"

ENGLISH_PATTERN: Final = "|".join(
    [
        # A contraction, also with a typeset apostrophe: "don't" is "don" and "'t".
        "['\u2019](?:[sdmt]|ll|ve|re)(?![\\p{L}\\p{M}])",
        # A word with the space before it. \p{M}: a decomposed accent stays with its letter.
        r" ?[\p{L}\p{M}]+",
        r" ?\p{N}{1,3}",
        r" ?[^\s\p{L}\p{M}\p{N}]+",
        r"[\r\n]+",
        # White space but for the last, which joins the word. Bounded, because the engine keeps a
        # state for every character it may give back: a million spaces would exhaust its stack.
        r"[^\S\r\n]{1,64}(?!\S)",
        r"\s",
    ]
)
"""How text is cut into pieces that merges never cross, in training and in use.

After GPT-2's pattern (Radford et al. 2019, `encoder.py`), with up to three digits a piece as in
cl100k_base. It uses only syntax that means the same to tiktoken's and to tokenizers' regex engines.
"""


class TokensError(PinciteError):
    """An encoding that cannot be loaded; the message says which, why, and what to do next."""


@dataclass(frozen=True, slots=True)
class Tokens:
    """A loaded encoding. It treats all text as ordinary text, "<|endoftext|>" included.

    An unpaired surrogate counts as the replacement character, which stands for it in UTF-8.
    """

    name: str
    _encoding: tiktoken.Encoding = field(repr=False, compare=False)

    def count(self, text: str) -> int:
        """The number of tokens in `text`; 0 for the empty string."""
        return len(self.encode(text))

    def encode(self, text: str) -> list[int]:
        """The ranks of the tokens of `text`, in order."""
        return self._encoding.encode_ordinary(text)


@dataclass(frozen=True, slots=True)
class _Vocabulary:
    """Where the ranks of an encoding come from, and the pattern that belongs to them."""

    source: str  # the name of a file in index/vocabulary, or the address of one of OpenAI's
    sha256: str  # of the file; a damaged one would silently change every passage
    pattern: str


# Addresses, hashes and patterns as in tiktoken 0.14, tiktoken_ext/openai_public.py; a test compares
# them with the installed version. They are here because tiktoken.get_encoding goes to the network
# whenever its cache has no good copy.
_OPENAI: Final = "https://openaipublic.blob.core.windows.net/encodings/"
_VOCABULARIES: Final = {
    DEFAULT_ENCODING: _Vocabulary(
        source="english-16k.tiktoken",
        sha256="a3c752a1d32e239acb3b01a4d19db5a059d45326750b058643f5eb788988364e",
        pattern=ENGLISH_PATTERN,
    ),
    "cl100k_base": _Vocabulary(
        source=_OPENAI + "cl100k_base.tiktoken",
        sha256="223921b76ee99bde995b7ff738513eef100fb51d18c93597a113bcffe865b2a7",
        pattern=(
            r"'(?i:[sdmt]|ll|ve|re)|[^\r\n\p{L}\p{N}]?+\p{L}++|\p{N}{1,3}+"
            r"| ?[^\s\p{L}\p{N}]++[\r\n]*+|\s++$|\s*[\r\n]|\s+(?!\S)|\s"
        ),
    ),
    "o200k_base": _Vocabulary(
        source=_OPENAI + "o200k_base.tiktoken",
        sha256="446a9538cb6c348e3516120d7c08b09f57c36495e2acfffe59a5bf8b0cfb1a2d",
        pattern=(
            r"[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+"
            r"(?i:'s|'t|'re|'ve|'m|'ll|'d)?"
            r"|[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*"
            r"(?i:'s|'t|'re|'ve|'m|'ll|'d)?"
            r"|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+"
        ),
    ),
}


def load_encoding(name: str, *, allow_network: bool = False) -> Tokens:
    """Load the encoding called `name`: DEFAULT_ENCODING, "cl100k_base" or "o200k_base".

    OpenAI's two are read from tiktoken's cache folder; only with `allow_network` may tiktoken
    download what is not there. Raises TokensError for an unknown name, and for a vocabulary that is
    missing or damaged.
    """
    vocabulary = _VOCABULARIES.get(name)
    if vocabulary is None:
        known = ", ".join(_VOCABULARIES)
        raise TokensError(f"Unknown token encoding {name!r}: use one of {known}.")
    if name == DEFAULT_ENCODING:
        data = _read_shipped(vocabulary)
    elif allow_network:
        data = _read_with_network(name, vocabulary)
    else:
        data = _read_cached(name, vocabulary)
    return tokens_from_ranks(name, parse_ranks(data), vocabulary.pattern)


def parse_ranks(data: bytes) -> dict[bytes, int]:
    """Read tiktoken's format: a line per token, its bytes in base 64, a space, its rank."""
    pairs = (line.split() for line in data.splitlines())
    return {base64.b64decode(token): int(rank) for token, rank in pairs}


def tokens_from_ranks(name: str, ranks: dict[bytes, int], pattern: str = ENGLISH_PATTERN) -> Tokens:
    """An encoding made of `ranks`, which must hold every single byte, and a split pattern."""
    import tiktoken

    # No special tokens: sources are quoted text, and nothing in them is an instruction to a model.
    encoding = tiktoken.Encoding(name, pat_str=pattern, mergeable_ranks=ranks, special_tokens={})
    return Tokens(name, encoding)


def _read_shipped(vocabulary: _Vocabulary) -> bytes:
    """The vocabulary file that belongs to this version of Pincite, checked."""
    file = resources.files("index") / "vocabulary" / vocabulary.source
    advice = "Reinstall Pincite, or restore the file with: git checkout -- index/vocabulary"
    try:
        data = file.read_bytes()
    except FileNotFoundError:
        raise TokensError(f"The token vocabulary {file} is missing. {advice}") from None
    return _checked(data, vocabulary, f"The token vocabulary {file}", advice)


def _read_cached(name: str, vocabulary: _Vocabulary) -> bytes:
    """One of OpenAI's vocabularies from tiktoken's cache folder, checked; never the network."""
    advice = (
        "Load it once with network access allowed, point TIKTOKEN_CACHE_DIR at a folder that has "
        f"it, or use the encoding {DEFAULT_ENCODING!r}, which needs no download."
    )
    path = _cache_path(vocabulary.source)
    if path is None:
        raise TokensError(
            f"The vocabulary of {name!r} must come from a cache folder while network access is not "
            f"allowed, and an empty TIKTOKEN_CACHE_DIR or DATA_GYM_CACHE_DIR says that there is "
            f"none. {advice}"
        )
    try:
        data = path.read_bytes()
    except OSError as error:
        raise TokensError(
            f"The vocabulary of {name!r} is not at {path} ({error.strerror}), and network access "
            f"is not allowed. {advice}"
        ) from error
    return _checked(data, vocabulary, f"The vocabulary of {name!r} at {path}", advice)


def _cache_path(address: str) -> Path | None:
    """Where tiktoken keeps a copy of `address`, as `tiktoken.load.read_file_cached` finds it.

    None where the environment switches the cache off.
    """
    default = str(Path(tempfile.gettempdir(), "data-gym-cache"))
    folder = os.environ.get("TIKTOKEN_CACHE_DIR", os.environ.get("DATA_GYM_CACHE_DIR", default))
    key = hashlib.sha1(address.encode(), usedforsecurity=False).hexdigest()
    return Path(folder, key) if folder else None


def _read_with_network(name: str, vocabulary: _Vocabulary) -> bytes:
    """One of OpenAI's vocabularies; what is not in its cache, tiktoken downloads and checks."""
    from tiktoken.load import read_file_cached

    try:
        return read_file_cached(vocabulary.source, vocabulary.sha256)
    except (OSError, ValueError) as error:  # requests' errors are OSErrors
        raise TokensError(
            f"The vocabulary of {name!r} could not be downloaded: {error} Try again, or use the "
            f"encoding {DEFAULT_ENCODING!r}, which needs no download."
        ) from error


def _checked(data: bytes, vocabulary: _Vocabulary, what: str, advice: str) -> bytes:
    """`data`, if it is the file that was meant."""
    actual = hashlib.sha256(data).hexdigest()
    if actual != vocabulary.sha256:
        raise TokensError(
            f"{what} is damaged: its SHA-256 is {actual}, not {vocabulary.sha256}. {advice}"
        )
    return data
