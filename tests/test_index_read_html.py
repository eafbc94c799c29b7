"""HTML: what a browser shows, block by block."""

from __future__ import annotations

import pytest

from index.errors import SourceError
from index.read.html import load
from index.reading import heal
from index.structure import finish
from index.types import BlockKind, Place

CONTENTS, FURNITURE, HEADING, ITEM, NOTE, PARAGRAPH, QUOTATION, TABLE = (
    BlockKind.CONTENTS,
    BlockKind.FURNITURE,
    BlockKind.HEADING,
    BlockKind.ITEM,
    BlockKind.NOTE,
    BlockKind.PARAGRAPH,
    BlockKind.QUOTATION,
    BlockKind.TABLE,
)


def outline(page: str) -> list[tuple[BlockKind, str]]:
    content = load(page.encode())
    return [(block.kind, block.span.of(content.text)) for block in content.blocks]


def notes(page: str) -> list[tuple[str | None, str]]:
    content = load(page.encode())
    return [(block.place.note, block.span.of(content.text)) for block in content.blocks]


def test_text_is_what_a_browser_shows() -> None:
    content = load(b"<p>It <i>rained</i>\n   all&nbsp;day.<br>It &lt;snowed&gt;.</p>\n<p>x")
    assert content.text == "It rained all\xa0day.\nIt <snowed>.\n\nx"
    assert [block.span.of(content.text) for block in content.blocks] == content.text.split("\n\n")
    assert content.blocks[0].place == Place(line=None)


def test_headings_stand_in_those_of_smaller_numbers() -> None:
    content = load(b"<h1>A</h1><h3>B\n b</h3><h2>C</h2><p>x</p><h1>D</h1>")
    assert [(b.kind, b.span.of(content.text), b.place.section) for b in content.blocks] == [
        (HEADING, "A", ()),
        (HEADING, "B b", ("A",)),
        (HEADING, "C", ("A",)),
        (PARAGRAPH, "x", ()),
        (HEADING, "D", ()),
    ]


def test_text_around_blocks_is_a_paragraph_of_its_own() -> None:
    assert outline("<div>one<p>two</p>three<div>four</div></div>five") == [
        (PARAGRAPH, word) for word in ("one", "two", "three", "four", "five")
    ]


def test_items_have_the_numbers_that_are_shown() -> None:
    page = "<ul><li>a<p>b</p></li></ul><ol start=3><li>c<li value=9>d<ul><li>e</ul><li>f</ol>"
    assert outline(page) == [
        (ITEM, "a"),
        (ITEM, "b"),
        (ITEM, "3. c"),
        (ITEM, "9. d"),
        (ITEM, "e"),
        (ITEM, "10. f"),
    ]


def test_letters_of_a_list_are_not_made_up() -> None:
    assert outline("<ol type=a><li>c</ol>") == [(ITEM, "c")]


def test_what_stands_in_a_quotation_is_quoted() -> None:
    page = "<blockquote><p>a</p><ul><li>b</ul></blockquote><p>He said <q>c</q>.</p>"
    assert outline(page) == [(QUOTATION, "a"), (QUOTATION, "b"), (PARAGRAPH, "He said “c”.")]


def test_a_table_is_rows_of_cells() -> None:
    page = (
        "<table><caption>Rain</caption><thead><tr><th>Year<th>mm</thead>"
        "<tr><td><p>2018</p><p>wet</p><td>1,200</td><td></td></tr></table>"
    )
    assert outline(page) == [(TABLE, "Rain"), (TABLE, "Year\tmm\n2018 wet\t1,200")]


def test_a_long_table_is_cut_between_rows() -> None:
    page = "<table>" + "".join(f"<tr><td>{'rain ' * 20}{at}" for at in range(10)) + "</table>"
    found = outline(page)
    assert {kind for kind, _ in found} == {TABLE}
    assert [words.count("\n") + 1 for _, words in found] == [5, 5]


def test_a_table_for_the_layout_is_no_table() -> None:
    page = "<table><tr><td><h2>A</h2>x<table><tr><td>1<td>2</table></table>"
    assert outline(page) == [(HEADING, "A"), (PARAGRAPH, "x"), (TABLE, "1\t2")]


def test_the_caption_of_a_figure_counts_as_its_text() -> None:
    assert outline("<figure><img alt=x><figcaption>Rain</figcaption></figure>") == [(TABLE, "Rain")]


def test_what_frames_the_page_is_furniture() -> None:
    page = (
        "<header><h1>A</h1>menu</header><nav><h2>b</h2></nav><nav role=doc-toc>c</nav>"
        "<article><header>by D</header><footer>e</footer></article><footer><h2>f</h2></footer>"
    )
    assert outline(page) == [
        (HEADING, "A"),
        (FURNITURE, "menu"),
        (FURNITURE, "b"),
        (CONTENTS, "c"),
        (PARAGRAPH, "by D"),
        (PARAGRAPH, "e"),
        (FURNITURE, "f"),
    ]


def test_what_is_not_shown_is_not_read() -> None:
    page = (
        "<head><title>t</title></head><script>a</script><style>b</style><!-- c --><p hidden>d</p>"
        "<p style='color:red; display: none'>e</p><noscript>f</noscript><p>It <button>g</button>"
        "rained<script>h</script> all<!-- i --> day.</p>"
    )
    assert outline(page) == [(PARAGRAPH, "It rained all day.")]


def test_superscripts_are_written_as_such_where_they_exist() -> None:
    assert outline("<p>10<sup>6</sup> m<sup>-2</sup>, the 1<sup>st</sup></p>") == [
        (PARAGRAPH, "10⁶ m⁻², the 1st")
    ]


def test_verse_keeps_its_lines() -> None:
    assert outline("<pre>It rained\r\n  all day.</pre>") == [(PARAGRAPH, "It rained\nall day.")]


@pytest.mark.parametrize(
    "link",
    [
        '<sup><a href="#n" id="r">4</a></sup>',
        '<a href="#n" id="r"><sup>4</sup></a>',
        '<a href="#n" name="r">[4]</a>',
        '<a href="#n" id="r" role="doc-noteref">4</a>',
        '<sup id="r"><a href="#n">[4]</a></sup>',
    ],
)
@pytest.mark.parametrize(
    "note",
    [
        '<p id="n"><a href="#r">4</a> See One.</p>',
        '<p><a id="n" href="#r">[4]</a> See One.</p>',
        '<p><a name="n"></a>4. See One.</p>',
        '<ol start="4"><li id="n">See One. <a href="#r">↩</a></li></ol>',
        '<aside role="doc-footnote" id="n"><p>4 See One.</p></aside>',
        '<table><tr id="n"><td>See One.</td></tr></table>',
        '<p><sup id="n">4</sup> See One.</p>',
    ],
)
def test_a_note_is_known_by_the_link_that_leads_to_it(link: str, note: str) -> None:
    page = f"<p>It rained.{link} It snowed.</p>{note}"
    assert notes(page) == [(None, "It rained.[^4] It snowed."), ("4", "See One.")]


@pytest.mark.parametrize(
    ("page", "expected"),
    [
        (
            "<h1>A</h1><p>x</p><h2>Notes</h2><ol><li>See One.<li>See Two.</ol><h2>B</h2><p>x</p>",
            [(NOTE, "n. 1", "See One."), (NOTE, "n. 2", "See Two.")],
        ),
        (
            "<h1>A</h1><h2>B</h2><h3>C</h3><ol><li>One.<li>Two.<li>Three.</ol><h2>D</h2><p>x</p>",
            [(PARAGRAPH, f"¶{n}", w) for n, w in enumerate(("One.", "Two.", "Three."), start=1)],
        ),
    ],
)
def test_an_ordered_list_may_be_the_notes_or_the_paragraphs(
    page: str, expected: list[tuple[BlockKind, str, str]]
) -> None:
    content = load(page.encode())
    found = [
        (block.kind, block.place.locator, block.span.of(content.text))
        for block in finish(content.text, content.blocks).blocks
    ]
    assert found[3 : 3 + len(expected)] == expected
    assert found[-1] == (PARAGRAPH, f"“{content.text[-4]}”, para. 1", "x")


def test_the_marker_of_a_note_is_not_read_aloud() -> None:
    content = load(b'<p>It rained<sup><a href="#n">4</a></sup>.</p><p id=n>See One.</p>')
    first = finish(content.text, content.blocks).blocks[0]
    assert heal(content.text, first.span, first.holes).text == "It rained."


def test_a_note_may_have_several_paragraphs() -> None:
    page = (
        '<p>a<sup><a href="#n">*</a></sup></p><div id="n"><p>* b</p><p>c</p><ol><li>d</ol></div>e'
    )
    assert notes(page) == [
        (None, "a[^*]"),
        ("*", "b"),
        ("*", "c"),
        ("*", "d"),
        (None, "e"),
    ]


def test_links_that_lead_elsewhere_are_text() -> None:
    page = '<p>See <a href="#x">chapter 4</a>, <a href="/y">[5]</a> and <a href="#z">6</a>.</p>'
    assert outline(page) == [(PARAGRAPH, "See chapter 4, [5] and 6.")]


def test_title_and_author_of_the_head() -> None:
    content = load(b'<title>The\n Winter</title><meta name="Author" content="Ann Lee"><p>x')
    assert (content.title, content.author) == ("The Winter", "Ann Lee")


def test_xhtml_is_read_as_xml() -> None:
    content = load(
        b'<?xml version="1.0"?><html><head><title/></head><body><p>a&eacute;</p></body></html>'
    )
    assert content.text == "aé"


@pytest.mark.parametrize(
    ("page", "encoding"),
    [
        ('<meta charset="windows-1251"><p>Шёл дождь.'.encode("cp1251"), "windows-1251"),
        ('<meta charset="iso-8859-1"><p>“naïve”'.encode("cp1252"), "windows-1252"),
        ('<meta http-equiv=x content="text/html; charset=koi8-r"><p>Ё'.encode("koi8-r"), "koi8-r"),
        ('<meta charset="nonsense"><p>naïve'.encode(), "utf-8"),
        ('<meta charset="utf-16"><p>naïve'.encode(), "utf-8"),
        ("<p>naïve".encode("utf-16"), "utf-16"),
        ('<?xml version="1.0" encoding="windows-1251"?><p>Ё</p>'.encode("cp1251"), "windows-1251"),
    ],
)
def test_the_declared_encoding_is_honoured(page: bytes, encoding: str) -> None:
    content = load(page)
    assert content.encoding == encoding
    assert "\ufffd" not in content.text
    assert content.text.strip("\ufeff") in ("Шёл дождь.", "“naïve”", "Ё", "naïve")


def test_an_external_entity_stays_what_it_is() -> None:
    page = '<!DOCTYPE html [<!ENTITY x SYSTEM "file:///etc/hostname">]><p>It rained. &x;</p>'
    assert outline(page)[-1] == (PARAGRAPH, "It rained. &x;")


@pytest.mark.parametrize("tag", ["div", "b", "blockquote", "table><tr><td", "ul><li"])
def test_deep_nesting_is_an_error(tag: str) -> None:
    with pytest.raises(SourceError, match="its HTML is nested too deeply"):
        load(b"<body>" + f"<{tag}>".encode() * 100_000 + b"It rained.")
