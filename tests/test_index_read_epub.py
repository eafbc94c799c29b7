"""EPUB: the pages of the spine, notes across pages, printed page numbers."""

from __future__ import annotations

from itertools import pairwise

import pytest

from index.errors import SourceError
from index.locate import place_at
from index.read.epub import load
from index.structure import finish
from index.types import Document, Span
from tests.files import archive, epub


def outline(*pages: str) -> list[tuple[str, str | None, str]]:
    content = load(epub(pages))
    return [(b.kind.name, b.place.note, b.span.of(content.text)) for b in content.blocks]


def refused(data: bytes) -> str:
    with pytest.raises(SourceError) as caught:
        load(data)
    return str(caught.value)


def test_pages_follow_one_another_in_the_order_of_the_spine() -> None:
    content = load(epub(["<h1>A</h1>", "<h2>B</h2><p>It rained.</p>"]))
    assert content.text == "A\n\nB\n\nIt rained."
    assert [block.place.section for block in content.blocks] == [(), ("A",), ()]
    assert (content.encoding, content.blocks[0].place.line) == ("epub", None)


def test_its_table_of_contents_is_contents() -> None:
    page = '<nav epub:type="toc"><h1>Contents</h1><ol><li>Rain</li></ol></nav>'
    assert outline(page) == [("CONTENTS", None, "Contents"), ("CONTENTS", None, "1. Rain")]


def test_a_note_may_stand_on_another_page() -> None:
    text = '<p>It rained.<a epub:type="noteref" id="r" href="p1.xhtml#n">7</a></p>'
    note = '<aside epub:type="endnote" id="n"><p><a href="p0.xhtml#r">7.</a> See One.</p></aside>'
    assert outline(text, note) == [
        ("PARAGRAPH", None, "It rained.[^7]"),
        ("NOTE", "7", "See One."),
    ]


def test_places_of_the_same_name_on_other_pages_are_others() -> None:
    text = '<p>It rained.<sup><a href="p1.xhtml#n">7</a></sup></p><p id="n">It snowed.</p>'
    assert outline(text, '<p id="n">7 See One.</p>') == [
        ("PARAGRAPH", None, "It rained.[^7]"),
        ("PARAGRAPH", None, "It snowed."),
        ("NOTE", "7", "See One."),
    ]


def test_printed_page_numbers_hold_until_the_next() -> None:
    one = '<p>a</p><span epub:type="pagebreak" title="12"/><p>b</p><p>c</p>'
    two = '<p>d</p><div role="doc-pagebreak" aria-label="13"></div><p>e</p>'
    blocks = load(epub([one, two])).blocks
    assert [block.place.page for block in blocks] == [None, "12", "12", "12", "13"]


def test_a_page_break_in_a_block_counts_for_the_next() -> None:
    turn = '<span epub:type="pagebreak" title="{}"/>'
    page = f"<p>{turn.format(12)}a</p><p>b {turn.format(13)} c</p><p>d</p>"
    page += f"<table><tr><td>e</td><td>{turn.format(14)}f</td></tr></table><p>g</p>"
    blocks = load(epub([page])).blocks
    assert [block.place.page for block in blocks] == ["12", "12", "13", "13", "14"]


def test_the_pages_of_a_book_are_its_own() -> None:
    one = '<p>A.</p><header>B</header><div role="doc-pagebreak" title="2"/><p>C.</p>'
    content = load(epub([one, "<footer>D</footer><p>E.</p>"]))
    placed = finish(content.text, content.blocks).blocks
    assert [block.place.page for block in placed] == [None, None, "2", "2", "2"]


def test_a_paragraph_that_a_page_cuts_has_the_pages_of_its_halves() -> None:
    page = '<p>It rained and</p><div role="doc-pagebreak" title="2"/><p>then it snowed.</p>'
    content = load(epub([page]))
    structure = finish(content.text, content.blocks)
    source = Document("a.epub", "", "A", content.text, "epub", 1, structure.blocks)
    assert place_at(source, Span(0, 9)).page is None
    assert place_at(source, Span(19, 26)).page == "2"


def test_title_and_author_of_the_package() -> None:
    metadata = "<dc:title>The Winter</dc:title><dc:creator>Ann Lee</dc:creator>"
    content = load(epub(["<p>x</p>"], metadata=metadata))
    assert (content.title, content.author) == ("The Winter", "Ann Lee")


def test_html_entities_are_characters() -> None:
    assert outline("<p>It rained&nbsp;&mdash; all day &amp; night.</p>") == [
        ("PARAGRAPH", None, "It rained\xa0— all day & night.")
    ]


def test_a_page_that_is_no_xml_is_read_as_html() -> None:
    assert outline("<p>It rained.<br><p>x") == [
        ("PARAGRAPH", None, "It rained."),
        ("PARAGRAPH", None, "x"),
    ]


DECLARED = "declares XML entities, which are not read for safety"
ENTITIES = [
    '<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/hostname">]>',
    '<!DOCTYPE x [<!ENTITY e "not">]>',
    '<!DOCTYPE x [<!ENTITY % e SYSTEM "http://127.0.0.1/e">%e;]>',
]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
@pytest.mark.parametrize("entity", ENTITIES)
def test_declared_entities_are_refused(entity: str, encoding: str) -> None:
    page = f"{entity}<html><body><p>It did &e; rain.</p></body></html>".encode(encoding)
    assert refused(epub([""], parts={"book/p0.xhtml": page})) == f"its XHTML {DECLARED}"
    package = f"{entity}<package/>".encode(encoding)
    message = refused(epub([""], parts={"book/content.opf": package}))
    assert message == f"its book/content.opf {DECLARED}"


def test_entities_that_grow_without_end() -> None:
    names = "abcdefghij"
    rest = (f'<!ENTITY {b} "{f"&{a};" * 10}">' for a, b in pairwise(names))
    bomb = f'<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa">{"".join(rest)}]><package x="&j;">&j;</package>'
    message = refused(epub([""], parts={"book/content.opf": bomb}))
    assert message.startswith("damaged: its book/content.opf cannot be read (Maximum entity ")


def test_no_text_is_lost_for_an_entity_that_nothing_declares() -> None:
    doctype = '<!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.1//EN" "xhtml11.dtd">'
    page = f"{doctype}<html><body><p>It did &e; rain.</p></body></html>"
    assert load(epub([""], parts={"book/p0.xhtml": page})).text == "It did &e; rain."
    package = f"{doctype}<package>&e;</package>"
    assert refused(epub([""], parts={"book/content.opf": package})) == (
        "damaged: its book/content.opf has &e;, which stands for nothing known"
    )


def test_copy_protection() -> None:
    message = refused(epub(["<p>x</p>"], parts={"META-INF/rights.xml": "<rights/>"}))
    assert message == "encrypted: it has copy protection (DRM)"


def test_a_bomb_is_not_inflated(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("index.read.archive.LARGEST_INFLATED", 2_000_000)
    data = epub(["<p>" + " " * 3_000_000])
    assert refused(data) == (
        "a zip archive that grows to 3 MB, more than the 2 MB that one source may have"
    )


@pytest.mark.parametrize(
    ("parts", "message"),
    [
        ({}, "damaged: META-INF/container.xml is missing in it"),
        ({"META-INF/container.xml": "<a/>"}, "damaged: META-INF/container.xml names no package"),
        (
            {"META-INF/container.xml": '<a><rootfile full-path="b.opf"/></a>'},
            "damaged: b.opf is missing in it",
        ),
        (
            {"META-INF/container.xml": "<a"},
            "damaged: its META-INF/container.xml cannot be read (",
        ),
    ],
)
def test_what_is_missing(parts: dict[str, str], message: str) -> None:
    assert refused(archive(parts)).startswith(message)
