"""HTML and XHTML: canonical text is what a browser shows, block by block."""

import re

from index.read.build import Builder
from index.read.content import Content
from index.read.encoding import decode
from index.read.markup import Element, Notes, TreeReader, first_text, parse_html, parse_xhtml
from index.read.metadata import author_of, title_of

# Browsers look for a charset in the first 1024 bytes.
_CHARSET = re.compile(
    rb"""<meta[^>]{0,200}charset\s*=\s*["']?\s*([\w.:-]+)|<\?xml[^>]{0,100}encoding=["']([\w.:-]+)""",
    re.IGNORECASE,
)


def load(data: bytes) -> Content:
    """The content of an HTML page."""
    declared = _CHARSET.search(data[:1024])
    name = (declared[1] or declared[2]).decode("ascii") if declared else None
    text, encoding = decode(data, name)
    is_xml = text.lstrip("\ufeff \t\r\n").startswith("<?xml")
    return read_page(parse_xhtml(text) if is_xml else parse_html(text), encoding)


def read_page(root: Element, encoding: str) -> Content:
    """The content of a work that is a single page."""
    notes = Notes()
    notes.gather(root, _resolve)
    builder = Builder()
    TreeReader(builder, notes).add(root, _resolve)
    return Content(
        builder.text,
        encoding,
        tuple(builder.blocks),
        title=title_of(first_text(root, ["title"])),
        author=author_of(_meta(root, "author")),
    )


def _resolve(link: str) -> str | None:
    return link if link.startswith("#") and len(link) > 1 else None


def _meta(root: Element, name: str) -> str | None:
    for element in root.iter("{*}meta"):
        if element.get("name", "").lower() == name:
            return str(element.get("content", ""))
    return None
