"""The pages of a PDF that a quote stands on, as pictures."""

import hashlib
from base64 import b64encode
from pathlib import Path

from index.errors import PinciteError
from index.read import read_bytes
from index.read.picture import marks_of, page_picture
from index.types import Document, Place, Span
from rag.render import Record

# A quote is on two pages at most, but anybody may ask for any range.
MOST_PAGES = 3


def picture_view(document: Document, span: Span, file: Path) -> Record:
    """`{"pages"}`: a picture of each page that `span` has words on, the first three if there are
    more; none for other formats.

    A page is `{"sheet", "locator", "image", "width", "height", "boxes"}`: the image as a data URL,
    the boxes as `{"left", "top", "right", "bottom"}` in fractions of its width and height from the
    upper left corner. A page takes a third of a second: it is drawn in a child process.
    PinciteError when the file is not the one that was indexed, or cannot be drawn.
    """
    marked = marks_of(document, span)[:MOST_PAGES]
    data = _indexed(document, file) if marked else b""
    labels = {block.place.sheet: block.place.page for block in document.blocks}
    pages = []
    for marks in marked:
        picture = page_picture(data, marks)
        pages.append(
            {
                "sheet": marks.sheet,
                "locator": Place(page=labels[marks.sheet], sheet=marks.sheet).locator,
                "image": f"data:image/png;base64,{b64encode(picture.png).decode('ascii')}",
                "width": picture.width,
                "height": picture.height,
                "boxes": [box._asdict() for box in picture.boxes],
            }
        )
    return {"pages": pages}


def _indexed(document: Document, file: Path) -> bytes:
    data = read_bytes(file)
    if hashlib.sha256(data).hexdigest() != document.sha256:
        raise PinciteError(
            f"{file} has changed since it was indexed, so its pages are not those of the quote. "
            "Index its folder again."
        )
    return data
