"""DOCX: mammoth makes HTML of it by its styles, and that is read like any other. The only door to
mammoth."""

import io
import re

import mammoth

from index.errors import SourceError
from index.read.archive import Archive
from index.read.content import Content
from index.read.html import read_page
from index.read.markup import first_text, parse_html, parse_xml
from index.read.metadata import author_of, title_of

# Word's own names of its styles are the same in every language.
STYLES = """
p[style-name='Title'] => h1:fresh
p[style-name='Quote'] => blockquote > p:fresh
p[style-name='Intense Quote'] => blockquote > p:fresh
p[style-name='Block Text'] => blockquote > p:fresh
p[style-name='caption'] => figcaption:fresh
p[style-name='toc heading'] => nav[role='doc-toc'] > p:fresh
p[style-name^='toc '] => nav[role='doc-toc'] > p:fresh
p[style-name='header'] => header > p:fresh
p[style-name='footer'] => footer > p:fresh
"""
_CORE = "docProps/core.xml"
# Relations say which parts are read as XML, whatever they are called; what does not begin like XML
# is not.
_XML = re.compile(rb"(?:\xef\xbb\xbf|\xff\xfe|\xfe\xff)?[\s\0]*<")
_DOCTYPE = re.compile(rb"<\0?!\0?D\0?O\0?C\0?T\0?Y\0?P\0?E")


def load(data: bytes) -> Content:
    """The content of a Word document."""
    archive = Archive(data)
    _refuse_document_types(archive)
    pictures = mammoth.images.img_element(lambda _: {})
    made = mammoth.convert_to_html(io.BytesIO(data), style_map=STYLES, convert_image=pictures)
    title = author = None
    if _CORE in archive:
        core = parse_xml(archive.read(_CORE), _CORE)
        title, author = first_text(core, ["title"]), first_text(core, ["creator"])
    if not made.value:
        raise SourceError("it holds no text")
    content = read_page(parse_html(made.value), "docx")
    return Content(
        content.text, "docx", content.blocks, title=title_of(title), author=author_of(author)
    )


def _refuse_document_types(archive: Archive) -> None:
    """No part may have a document type: it can declare entities, and mammoth's parser leaves the
    text out that some of them stand for."""
    for name in archive.names():
        part = archive.read(name)
        if _XML.match(part) and _DOCTYPE.search(part):
            raise SourceError(f"its {name} has a document type, which is not read for safety")
