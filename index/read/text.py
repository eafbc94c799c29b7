"""Plain text: canonical text is the file decoded as UTF-8, unchanged."""

from index.errors import SourceError
from index.read.content import Content
from index.structure import plain_blocks


def load(data: bytes) -> Content:
    """The content of a plain text file."""
    decoded = decode(data)
    return Content(decoded, "utf-8", plain_blocks(decoded))


def decode(data: bytes) -> str:
    """The text of UTF-8 bytes, a byte order mark included, so that offsets are those of the file.

    Raises SourceError for binary data and for other encodings.
    """
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise SourceError("encoded in UTF-16; save it as UTF-8")
    if b"\x00" in data:
        raise SourceError("binary: it holds zero bytes and is no text")
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise SourceError(
            f"not valid UTF-8: byte 0x{data[error.start]:02x} at offset {error.start}; save it as "
            "UTF-8"
        ) from error
