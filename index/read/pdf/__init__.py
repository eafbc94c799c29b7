"""PDF: canonical text is the text layer, page by page.

PDFium gives characters with their boxes; lines, paragraphs, headings, tables and running headers
are told by their geometry.
"""

from index.errors import SourceError
from index.read.build import Builder
from index.read.content import Content
from index.read.metadata import author_of, title_of
from index.read.pdf.blocks import add_pages, mark_furniture
from index.read.pdf.pages import metadata_of, opened, read_page

# A file is a scan when no more than this share of its pages has text.
SCANNED = 0.1


def load(data: bytes) -> Content:
    """The content of a PDF with a text layer; SourceError for scans, passwords and damage."""
    with opened(data) as document:
        pages = [read_page(document, index) for index in range(len(document))]
        metadata = metadata_of(document)
    if sum(bool(page.rows) for page in pages) <= SCANNED * len(pages):
        raise SourceError(
            "a scan: its pages are pictures without a text layer; make one by OCR (ocrmypdf), then "
            "index the result"
        )
    mark_furniture(pages)
    builder = Builder()
    add_pages(builder, pages)
    makers = (metadata.get("Creator", ""), metadata.get("Producer", ""))
    return Content(
        builder.text,
        "pdf",
        tuple(builder.blocks),
        title=title_of(metadata.get("Title")),
        author=author_of(metadata.get("Author"), makers),
    )
