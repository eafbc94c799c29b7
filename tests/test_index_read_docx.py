"""DOCX: the blocks that Word's styles, lists, tables and notes make."""

from __future__ import annotations

import pytest

from index.errors import SourceError
from index.read.docx import load
from index.read.isolation import completed
from index.types import BlockKind, Place
from tests.files import docx, paragraph, styles

CONTENTS, HEADING, ITEM, NOTE, PARAGRAPH, QUOTATION, TABLE = (
    BlockKind.CONTENTS,
    BlockKind.HEADING,
    BlockKind.ITEM,
    BlockKind.NOTE,
    BlockKind.PARAGRAPH,
    BlockKind.QUOTATION,
    BlockKind.TABLE,
)
PACKAGE = "http://schemas.openxmlformats.org/package/2006/relationships"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
STYLES = styles(
    {"A": "Title", "B": "heading 1", "C": "heading 2", "Q": "Quote", "F": "caption", "T": "toc 1"}
)
CORE = (
    '<c:coreProperties xmlns:c="urn:c" xmlns:dc="http://purl.org/dc/elements/1.1/">'
    "<dc:title>The Winter</dc:title><dc:creator>Ann Lee</dc:creator></c:coreProperties>"
)
NUMBERING = (
    '<w:numbering xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main">'
    '<w:abstractNum w:abstractNumId="0"><w:lvl w:ilvl="0"><w:numFmt w:val="decimal"/></w:lvl>'
    '</w:abstractNum><w:num w:numId="1"><w:abstractNumId w:val="0"/></w:num></w:numbering>'
)


def outline(body: str) -> list[tuple[BlockKind, str]]:
    content = load(docx(body, parts={"word/styles.xml": STYLES}))
    return [(block.kind, block.span.of(content.text)) for block in content.blocks]


def refused(data: bytes) -> str:
    with pytest.raises(SourceError) as caught:
        load(data)
    return str(caught.value)


def test_styles_make_headings_quotations_captions_and_contents() -> None:
    body = [("The Winter", "A"), ("Rain\t3", "T"), ("Rain", "B"), ("It rained.", "")]
    body += [("He said so.", "Q"), ("Fig. 1", "F")]
    assert outline("".join(paragraph(words, style=style) for words, style in body)) == [
        (HEADING, "The Winter"),
        (CONTENTS, "Rain 3"),
        (HEADING, "Rain"),
        (PARAGRAPH, "It rained."),
        (QUOTATION, "He said so."),
        (TABLE, "Fig. 1"),
    ]


def test_headings_stand_in_those_of_smaller_numbers() -> None:
    body = paragraph("One", style="B") + paragraph("Two", style="C") + paragraph("x")
    blocks = load(docx(body, parts={"word/styles.xml": STYLES})).blocks
    assert [block.place for block in blocks] == [
        Place(line=None),
        Place(("One",), line=None),
        Place(line=None),
    ]


def test_a_list_is_numbered_as_word_shows_it() -> None:
    number = '<w:pPr><w:numPr><w:ilvl w:val="0"/><w:numId w:val="1"/></w:numPr></w:pPr>'
    item = f"<w:p>{number}<w:r><w:t>It rained.</w:t></w:r></w:p>"
    relations = (
        '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
        '<Relationship Id="r1" Type="http://schemas.openxmlformats.org/officeDocument/2006/'
        'relationships/numbering" Target="numbering.xml"/></Relationships>'
    )
    parts = {"word/numbering.xml": NUMBERING, "word/_rels/document.xml.rels": relations}
    content = load(docx(item + item, parts=parts))
    assert [(block.kind, block.span.of(content.text)) for block in content.blocks] == [
        (ITEM, "1. It rained."),
        (ITEM, "2. It rained."),
    ]


def test_a_table_is_rows_of_cells() -> None:
    cells = [paragraph("a"), paragraph("b"), paragraph("c"), paragraph("d") + paragraph("e")]
    one, two, three, four = (f"<w:tc>{cell}</w:tc>" for cell in cells)
    body = f"<w:tbl><w:tr>{one}{two}</w:tr><w:tr>{three}{four}</w:tr></w:tbl>"
    assert outline(body) == [(TABLE, "a\tb\nc\td e")]


def test_footnotes_are_notes_with_all_their_paragraphs() -> None:
    marker = '<w:r><w:footnoteReference w:id="2"/></w:r><w:r><w:t>.</w:t></w:r>'
    note = f'<w:footnote w:id="2">{paragraph("See One.")}{paragraph("And Two.")}</w:footnote>'
    content = load(docx(paragraph("It rained", inside=marker), notes=note))
    assert [(b.kind, b.place.note, b.span.of(content.text)) for b in content.blocks] == [
        (PARAGRAPH, None, "It rained[^1]."),
        (NOTE, "1", "See One."),
        (NOTE, "1", "And Two."),
    ]


def test_deleted_text_is_not_read() -> None:
    deleted = "<w:del><w:r><w:delText>never </w:delText></w:r></w:del>"
    assert outline(paragraph("It ", inside=deleted + "<w:r><w:t>rained.</w:t></w:r>")) == [
        (PARAGRAPH, "It rained.")
    ]


def test_title_and_author_of_the_properties() -> None:
    content = load(docx(paragraph("It rained."), parts={"docProps/core.xml": CORE}))
    assert (content.title, content.author, content.encoding) == ("The Winter", "Ann Lee", "docx")


def test_without_text() -> None:
    assert refused(docx("")) == "it holds no text"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_a_document_type_is_refused(encoding: str) -> None:
    bomb = f'<?xml version="1.0" encoding="{encoding}"?><!DOCTYPE w [<!ENTITY x "y">]><w>&x;</w>'
    data = docx("", parts={"word/document.xml": bomb.encode(encoding)})
    assert refused(data) == (
        "its word/document.xml has a document type, which is not read for safety"
    )


@pytest.mark.parametrize("name", ["word/document.bin", "word/document.XML", "word/media/a.png"])
def test_a_document_type_in_a_part_of_any_name_is_refused(name: str) -> None:
    # mammoth reads whatever part the relations name.
    relation = (
        f'<Relationships xmlns="{PACKAGE}"><Relationship Id="r1" Type="{OFFICE}/officeDocument" '
        f'Target="{name}"/></Relationships>'
    )
    body = '<!DOCTYPE w [<!ENTITY e SYSTEM "a">]><w:document xmlns:w="urn:w">&e;</w:document>'
    data = docx("", parts={"_rels/.rels": relation, name: body})
    assert refused(data) == f"its {name} has a document type, which is not read for safety"


def test_the_bytes_of_a_picture_are_no_document_type() -> None:
    picture = b"\xff\xd8\xff<!DOCTYPE html>"
    data = docx(paragraph("It rained."), parts={"word/media/a.jpg": picture})
    assert load(data).text == "It rained."


def test_an_entity_that_nothing_declares_is_an_error_and_loses_no_text() -> None:
    with pytest.raises(SourceError) as caught:
        completed(docx(paragraph("It did &e; rain.")), "index.read.docx")
    assert str(caught.value).startswith("damaged: it cannot be read (")
    assert "undefined entity" in str(caught.value)


def test_a_bomb_is_not_inflated(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("index.read.archive.LARGEST_INFLATED", 2_000_000)
    data = docx("", parts={"word/media/a.png": b" " * 3_000_000})
    assert refused(data) == (
        "a zip archive that grows to 3 MB, more than the 2 MB that one source may have"
    )


@pytest.mark.parametrize("cut", [4, 500, -100])
def test_a_damaged_archive(cut: int) -> None:
    message = refused(docx(paragraph("It rained."))[:cut])
    assert message == "damaged: its zip archive cannot be opened (File is not a zip file)"
