"""Plain text: canonical text is the file as it is, decoded."""

from index.read.content import Content
from index.read.encoding import decode
from index.structure import plain_blocks


def load(data: bytes) -> Content:
    """The content of a plain text file."""
    text, encoding = decode(data)
    return Content(text, encoding, plain_blocks(text))
