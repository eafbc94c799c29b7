"""Bytes to text. The only door to charset-normalizer.

Text is decoded whole and strictly; a guess at its encoding is named as one, and a poor guess is an
error, because a wrong letter in a quote is worse than no quote.
"""

import codecs
import re
from typing import TYPE_CHECKING, Final, NamedTuple

from index.errors import SourceError

if TYPE_CHECKING:
    from charset_normalizer import CharsetMatch

# What people have written with and browsers still read, by Python's names.
_LEGACY: Final = [
    *("cp1250", "cp1251", "cp1252", "cp1253", "cp1254", "cp1255", "cp1256", "cp1257"),
    *("iso8859-2", "iso8859-5", "iso8859-7", "koi8-r", "koi8-u", "cp866"),
    *("shift_jis", "euc_jp", "gb18030", "big5", "euc_kr"),
]
# Browsers read these as the larger code pages that they are parts of.
_WIDENED: Final = {"ascii": "cp1252", "iso8859-1": "cp1252", "iso8859-9": "cp1254"}
_WESTERN: Final = "cp1252"
_MARKS: Final = (
    (codecs.BOM_UTF8, "utf-8", "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le", "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32-be", "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16-le", "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16-be", "utf-16"),
)
# A guess is sure when no other that gives another text comes so near to it: in the share of odd
# characters, and in how well the letters fit a language (both 0 to 1, by charset-normalizer).
NEAR_IN_MESS = 0.03
NEAR_IN_LANGUAGE = 0.04
# In a text with fewer other bytes than this the Western code page wins a tie, as in browsers.
MOSTLY_ASCII = 0.05

_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1a\x1c-\x1f\x7f-\x84\x86-\x9f\ufffe\uffff]")


class Decoded(NamedTuple):
    """A text and the name of its encoding, with “(detected)” where that was guessed."""

    text: str
    encoding: str


def decode(data: bytes, declared: str | None = None) -> Decoded:
    """The text of `data`, a byte order mark included, so that offsets are those of the file.

    `declared` is the encoding that the file itself names, if any. Raises SourceError for binary
    data and where the encoding cannot be told.
    """
    for mark, codec, name in _MARKS:
        if data.startswith(mark):
            return Decoded(_strictly(data, codec, name), name)
    if b"\x00" in data:
        return _wide(data)
    legacy = _known(declared)
    if legacy and (text := _decoded(data, legacy)) is not None:
        return Decoded(text, _name(legacy))
    try:
        return Decoded(data.decode("utf-8"), "utf-8")
    except UnicodeDecodeError as error:
        return _guessed(data, error)


def _strictly(data: bytes, codec: str, name: str) -> str:
    text = _decoded(data, codec)
    if text is None:
        raise SourceError(f"damaged: it is marked as {name.upper()} but is not valid; save it anew")
    return text


def _decoded(data: bytes, codec: str) -> str | None:
    try:
        return data.decode(codec)
    except UnicodeDecodeError:
        return None


def _wide(data: bytes) -> Decoded:
    """UTF-16 without a mark: zero bytes at even or odd offsets only, and no control character."""
    even, odd = b"\x00" in data[::2], b"\x00" in data[1::2]
    codec = "utf-16-be" if even else "utf-16-le"
    text = _decoded(data, codec) if even != odd else None
    if text is None or _CONTROL.search(text) or not re.search(r"\s", text):
        raise SourceError("binary: it holds zero bytes and is no text")
    return Decoded(text, "utf-16 (detected)")


def _known(declared: str | None) -> str | None:
    """Python's name of a declared legacy encoding, if it is one that is read here."""
    try:
        codec = codecs.lookup(declared or "").name
    except LookupError:
        return None
    codec = _WIDENED.get(codec, codec)
    return codec if codec in _LEGACY else None


def _guessed(data: bytes, error: UnicodeDecodeError) -> Decoded:
    from charset_normalizer import from_bytes

    matches = list(from_bytes(data, cp_isolation=_LEGACY))
    best = matches[0] if matches else None
    rivals = [match for match in matches[1:] if best and _near(match, best)]
    if best and rivals and sum(byte > 0x7F for byte in data) < MOSTLY_ASCII * len(data):
        western = (match for match in [best, *rivals] if _is_western(match))
        best, rivals = next(western, best), []
    if best is None or rivals:
        raise SourceError(
            f"not valid UTF-8 (byte 0x{data[error.start]:02x} at offset {error.start}), and its "
            "encoding cannot be told for sure; save it as UTF-8"
        )
    codec = _WESTERN if _is_western(best) else codecs.lookup(best.encoding).name
    return Decoded(_strictly(data, codec, codec), f"{_name(codec)} (detected)")


def _near(match: "CharsetMatch", best: "CharsetMatch") -> bool:
    return (
        match.chaos <= best.chaos + NEAR_IN_MESS
        and match.coherence >= best.coherence - NEAR_IN_LANGUAGE
    )


def _is_western(match: "CharsetMatch") -> bool:
    return _WESTERN in match.could_be_from_charset


def _name(codec: str) -> str:
    """The name by which an encoding is known outside Python."""
    return codec.replace("cp125", "windows-125").replace("iso8859", "iso-8859")
