"""Pictures of the pages that a quote stands on."""

from __future__ import annotations

from base64 import b64decode
from pathlib import Path

import pytest

from index.errors import PinciteError
from index.read import load
from index.types import Span
from tests.files import Text, pdf
from ui.view.picture import picture_view

PAGES = [
    [Text(50, 700, "The river rose until it stood as high as the bridge, and then it fell from")],
    [Text(50, 700, "the bridge to the mill."), Text(50, 500, "It froze.")],
]
LABELS = "/PageLabels << /Nums [0 << /S /D /St 7 >>] >>"


def test_every_page_of_a_quote_has_a_picture(tmp_path: Path) -> None:
    file = tmp_path / "rain.pdf"
    file.write_bytes(pdf(PAGES, labels=LABELS))
    source = load(file.read_bytes(), file, "rain.pdf")
    span = Span(source.text.index("fell"), source.text.index("mill") + 4)
    first, second = picture_view(source, span, file)["pages"]
    assert (first["sheet"], first["locator"]) == (1, "p. 7 (page 1 of the file)")
    assert (second["sheet"], second["locator"]) == (2, "p. 8 (page 2 of the file)")
    kind, _, packed = first["image"].partition(",")
    assert kind == "data:image/png;base64"
    assert b64decode(packed).startswith(b"\x89PNG")
    assert (first["width"], first["height"]) == (1200, 1600)
    (box,) = first["boxes"]
    assert 0 < box["left"] < box["right"] < 1
    assert 0 < box["top"] < box["bottom"] < 1


def test_the_picture_of_a_changed_file_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "rain.pdf"
    file.write_bytes(pdf(PAGES))
    source = load(file.read_bytes(), file, "rain.pdf")
    file.write_bytes(pdf(PAGES[::-1]))
    with pytest.raises(PinciteError, match="has changed since it was indexed"):
        picture_view(source, Span(0, 9), file)
    file.unlink()
    with pytest.raises(PinciteError, match="cannot be read: No such file"):
        picture_view(source, Span(0, 9), file)


def test_a_text_has_no_pictures_and_its_file_is_not_read() -> None:
    source = load(b"It rained.", Path("rain.txt"), "rain.txt")
    assert picture_view(source, Span(0, 9), Path("/nowhere/rain.txt")) == {"pages": []}


def test_no_more_than_three_pages_are_drawn_at_a_time(tmp_path: Path) -> None:
    file = tmp_path / "rain.pdf"
    file.write_bytes(pdf([[Text(50, 700, f"It rained for {day} days.")] for day in range(5)]))
    source = load(file.read_bytes(), file, "rain.pdf")
    pages = picture_view(source, Span(0, len(source.text)), file)["pages"]
    assert [page["sheet"] for page in pages] == [1, 2, 3]
