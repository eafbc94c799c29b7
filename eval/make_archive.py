"""Make the files of the sample archive that no editor writes: its PDF, DOCX and EPUB.

Each is made of a Markdown file in `archive_sources/`, whose front matter says what to make of it.
Run it as `python -m eval.make_archive` after a change there. The same source makes the same bytes
anywhere: nothing is compressed, nothing is dated, and PDFs are set like a typescript, in Courier,
whose characters are all of one width.
"""

import io
import re
import zipfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from html import escape
from pathlib import Path
from textwrap import wrap
from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from markdown_it import MarkdownIt
    from markdown_it.token import Token

HERE = Path(__file__).parent
SOURCES = HERE / "archive_sources"
ARCHIVE = HERE / "archive"

_FRONT_MATTER = re.compile(r"---\n(.*?)\n---\n", re.DOTALL)
_RAISED: Final = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")
_LOWERED: Final = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹", "0123456789")
_MARKERS = re.compile("([⁰¹²³⁴-⁹]+)")


# -- Markdown to blocks --------------------------------------------------------------------------


class Run(NamedTuple):
    """Words of one style; or, with `note`, the mark that refers to a note."""

    words: str
    italic: bool = False
    note: str = ""


@dataclass(slots=True)
class Block:
    """A paragraph (level 0), a heading, or a table, which has rows of cells instead of runs."""

    level: int = 0
    runs: list[Run] = field(default_factory=list)
    rows: list[list[list[Run]]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Work:
    """A source: its front matter, its text as Markdown, and that text as blocks and notes."""

    about: Mapping[str, str]
    markdown: str
    blocks: Sequence[Block]
    notes: Mapping[str, Sequence[Run]]


def read_work(source: str) -> Work:
    """What a source says, front matter and all."""
    matter = _FRONT_MATTER.match(source)
    assert matter is not None, "every source says what is to be made of it"
    about = dict(line.split(": ", 1) for line in matter[1].split("\n"))
    markdown = source[matter.end() :]
    blocks, notes = _blocks(_parser().disable("footnote_tail").parse(markdown))
    return Work(about, markdown, blocks, notes)


def _parser() -> "MarkdownIt":
    from markdown_it import MarkdownIt
    from mdit_py_plugins.footnote import footnote_plugin

    return MarkdownIt("commonmark", {"xhtmlOut": True}).enable("table").use(footnote_plugin)


def _blocks(tokens: "Sequence[Token]") -> tuple[list[Block], dict[str, list[Run]]]:
    """The blocks in order, and the notes by their labels."""
    blocks: list[Block] = []
    notes: dict[str, list[Run]] = {}
    label = ""
    for token in tokens:
        match token.type:
            case "footnote_reference_open" | "footnote_reference_close":
                label = str(token.meta.get("label", ""))
            case "heading_open":
                blocks.append(Block(level=int(token.tag[1:])))
            case "paragraph_open" if not label:
                blocks.append(Block())
            case "table_open":
                blocks.append(Block(rows=[]))
            case "tr_open":
                blocks[-1].rows.append([])
            case "inline" if label:
                notes[label] = list(_runs(token))
            case "inline" if blocks[-1].rows:
                blocks[-1].rows[-1].append(list(_runs(token)))
            case "inline":
                blocks[-1].runs = list(_runs(token))
    return blocks, notes


def _runs(inline: "Token") -> Iterator[Run]:
    italic = False
    for child in inline.children or ():
        if child.type in ("em_open", "em_close"):
            italic = child.nesting > 0
        elif child.type == "footnote_ref":
            yield Run("", note=str(child.meta["label"]))
        elif words := child.content or ("\n" if child.type == "softbreak" else ""):
            yield Run(words, italic)


def _as_text(runs: Sequence[Run]) -> str:
    """The words of runs, the marks of notes as raised figures."""
    return "".join(run.note.translate(_RAISED) or run.words for run in runs)


# -- PDF -----------------------------------------------------------------------------------------

WIDTH, HEIGHT, MARGIN = 595, 842, 72
# A character of Courier is this wide, in ems.
PITCH = 0.6
TEXT, TABLE, NOTE, MARKER = 10.0, 9.0, 8.0, 6.5
HEADINGS: Final = {1: 14.0, 2: 11.5}
# Lines that have to fit below a heading, so that none stands alone at the foot of a page.
BELOW_HEADING = 3


class Line(NamedTuple):
    """A line of type, with the white space above it; `kept` stays on the page of what follows."""

    words: str
    size: float = TEXT
    bold: bool = False
    above: float = 0
    kept: bool = False

    @property
    def height(self) -> float:
        return self.above + self.size + 3


def make_pdf(work: Work) -> bytes:
    """Typed pages with notes at the foot, a running head, and the page's number below."""
    first = int(work.about["first_page"])
    notes = {label: _note_lines(label, runs) for label, runs in work.notes.items()}
    pages = [
        _page_code(body, foot, work.about["running"], number)
        for number, (body, foot) in enumerate(_pages(_lines(work.blocks), notes), start=first)
    ]
    names = {"Title": work.about["title"], "Author": work.about.get("author", "")}
    return _pdf_file(pages, first, {name: words for name, words in names.items() if words})


def _lines(blocks: Sequence[Block]) -> Iterator[Line]:
    for block in blocks:
        words = _as_text(block.runs)
        if block.rows:
            yield from _table_lines(block.rows)
        elif block.level:
            size = HEADINGS.get(block.level, TEXT)
            yield from _wrapped(words, size, above=14, bold=True)
        else:
            yield from _wrapped(words, TEXT, above=7)


def _wrapped(words: str, size: float, above: float, *, bold: bool = False) -> Iterator[Line]:
    columns = int((WIDTH - 2 * MARGIN) / (PITCH * size))
    for row in wrap(words, columns, break_on_hyphens=False):
        yield Line(row, size, bold, above, kept=bold)
        above = 0


def _table_lines(rows: Sequence[Sequence[Sequence[Run]]]) -> Iterator[Line]:
    texts = [[_as_text(cell) for cell in row] for row in rows]
    columns = [max(map(len, column)) for column in zip(*texts, strict=True)]
    for at, row in enumerate(texts):
        cells = [cell.ljust(width) for cell, width in zip(row, columns, strict=True)]
        yield Line("   ".join(cells).rstrip(), TABLE, above=0 if at else 9)


def _note_lines(label: str, runs: Sequence[Run]) -> list[Line]:
    return list(_wrapped(f"{label}. {_as_text(runs)}", NOTE, above=4))


def _pages(
    lines: Iterator[Line], notes: Mapping[str, Sequence[Line]]
) -> Iterator[tuple[list[Line], list[Line]]]:
    """For each page, its lines and those of the notes that they cite."""
    body: list[Line] = []
    foot: list[Line] = []
    for line in lines:
        cited = [row for label in _cited(line) for row in notes[label]]
        below = BELOW_HEADING * line.height if line.kept else 0
        held = sum(row.height for row in (*body, line, *foot, *cited))
        if body and held + below > HEIGHT - 2 * MARGIN and not body[-1].kept:
            yield body, foot
            body, foot = [], []
        body.append(line)
        foot += cited
    yield body, foot


def _cited(line: Line) -> list[str]:
    return [marker.translate(_LOWERED) for marker in _MARKERS.findall(line.words)]


def _page_code(body: Sequence[Line], foot: Sequence[Line], running: str, number: int) -> str:
    """The code that draws a page; lines are put down from the top, notes up to the bottom."""
    middle = WIDTH / 2 - PITCH * NOTE * len(str(number)) / 2
    code = [_text(MARGIN, HEIGHT - 45, running, NOTE), _text(middle, 40, str(number), NOTE)]
    at = float(HEIGHT - MARGIN)
    for line in body:
        at -= line.height
        code += _drawn(line, at)
    at = MARGIN + sum(row.height for row in foot)
    for row in foot:
        at -= row.height
        code += _drawn(row, at)
    return "\n".join(code)


def _drawn(line: Line, at: float) -> Iterator[str]:
    """A line at a height; the marks of its notes are small and raised, in columns of their own."""
    column = 0
    for part in filter(None, _MARKERS.split(line.words)):
        left = MARGIN + PITCH * line.size * column
        if _MARKERS.fullmatch(part):
            yield _text(left, at + 0.4 * line.size, part.translate(_LOWERED), MARKER)
        else:
            yield _text(left, at, part, line.size, bold=line.bold)
        column += len(part)


def _text(left: float, at: float, words: str, size: float, *, bold: bool = False) -> str:
    return f"BT /F{int(bold)} {size:g} Tf {left:.1f} {at:.1f} Td ({_pdf_string(words)}) Tj ET"


def _pdf_string(words: str) -> str:
    return re.sub(r"([\\()])", r"\\\1", words)


def _pdf_file(pages: Sequence[str], first: int, about: Mapping[str, str]) -> bytes:
    kids = " ".join(f"{6 + 2 * at} 0 R" for at in range(len(pages)))
    entries = " ".join(f"/{name} ({_pdf_string(words)})" for name, words in about.items())
    objects = [
        f"<< /Type /Catalog /Pages 2 0 R /PageLabels << /Nums [0 << /S /D /St {first} >>] >> >>",
        f"<< /Type /Pages /Count {len(pages)} /Kids [{kids}] >>",
        *(
            f"<< /Type /Font /Subtype /Type1 /BaseFont /{name} /Encoding /WinAnsiEncoding >>"
            for name in ("Courier", "Courier-Bold")
        ),
        f"<< {entries} >>",
    ]
    for at, page in enumerate(pages):
        objects.append(
            f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 {WIDTH} {HEIGHT}] /Contents "
            f"{7 + 2 * at} 0 R /Resources << /Font << /F0 3 0 R /F1 4 0 R >> >> >>"
        )
        length = len(page.encode("cp1252"))
        objects.append(f"<< /Length {length} >>\nstream\n{page}\nendstream")
    # The second line tells programs that the file is not text.
    out = bytearray(b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n")
    offsets = []
    for number, body in enumerate(objects, start=1):
        offsets.append(len(out))
        out += f"{number} 0 obj\n{body}\nendobj\n".encode("cp1252")
    start, size = len(out), len(objects) + 1
    table = "".join(f"{offset:010} 00000 n \n" for offset in offsets)
    out += f"xref\n0 {size}\n0000000000 65535 f \n{table}".encode()
    out += f"trailer << /Size {size} /Root 1 0 R /Info 5 0 R >>\nstartxref\n{start}\n".encode()
    return bytes(out + b"%%EOF\n")


# -- DOCX ----------------------------------------------------------------------------------------

_WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_TYPES = "application/vnd.openxmlformats-officedocument.wordprocessingml"
_XML = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
# The parts of a document that are Word's own, and what they are called in its list of contents.
_PARTS: Final = {"document": "document.main", "styles": "styles", "footnotes": "footnotes"}


def make_docx(work: Work) -> bytes:
    """A Word document with headings, tables and footnotes."""
    body = "".join(map(_word_block, work.blocks))
    notes = "".join(_word_note(label, runs) for label, runs in work.notes.items())
    types = "".join(
        f'<Override PartName="/word/{name}.xml" ContentType="{_TYPES}.{kind}+xml"/>'
        for name, kind in _PARTS.items()
    )
    return _zipped(
        {
            "[Content_Types].xml": f'{_XML}<Types xmlns="{_PACKAGE}/content-types"><Default '
            'Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships'
            f'+xml"/><Default Extension="xml" ContentType="application/xml"/>{types}<Override '
            'PartName="/docProps/core.xml" ContentType="application/'
            'vnd.openxmlformats-package.core-properties+xml"/></Types>',
            "_rels/.rels": _relations(
                {
                    f"{_OFFICE}/officeDocument": "word/document.xml",
                    f"{_PACKAGE}/relationships/metadata/core-properties": "docProps/core.xml",
                }
            ),
            "word/_rels/document.xml.rels": _relations(
                {f"{_OFFICE}/styles": "styles.xml", f"{_OFFICE}/footnotes": "footnotes.xml"}
            ),
            "word/document.xml": f'{_XML}<w:document xmlns:w="{_WORD}"><w:body>{body}</w:body>'
            "</w:document>",
            "word/styles.xml": _word_styles(),
            "word/footnotes.xml": f'{_XML}<w:footnotes xmlns:w="{_WORD}">{notes}</w:footnotes>',
            "docProps/core.xml": _word_properties(work.about),
        }
    )


def _word_block(block: Block) -> str:
    if block.rows:
        grid = "<w:gridCol/>" * len(block.rows[0])
        rows = "".join(map(_word_row, block.rows))
        return f"<w:tbl><w:tblPr/><w:tblGrid>{grid}</w:tblGrid>{rows}</w:tbl>"
    return _word_paragraph(block.runs, f"Heading{block.level}" if block.level else "")


def _word_row(row: Sequence[list[Run]]) -> str:
    cells = "".join(f"<w:tc>{_word_paragraph(cell)}</w:tc>" for cell in row)
    return f"<w:tr>{cells}</w:tr>"


def _word_paragraph(runs: Sequence[Run], style: str = "") -> str:
    chosen = f'<w:pPr><w:pStyle w:val="{style}"/></w:pPr>' if style else ""
    return f"<w:p>{chosen}{''.join(map(_word_run, runs))}</w:p>"


def _word_run(run: Run) -> str:
    if run.note:
        return (
            '<w:r><w:rPr><w:vertAlign w:val="superscript"/></w:rPr>'
            f'<w:footnoteReference w:id="{run.note}"/></w:r>'
        )
    italic = "<w:rPr><w:i/></w:rPr>" if run.italic else ""
    words = escape(run.words, quote=False)
    return f'<w:r>{italic}<w:t xml:space="preserve">{words}</w:t></w:r>'


def _word_note(label: str, runs: Sequence[Run]) -> str:
    return f'<w:footnote w:id="{label}">{_word_paragraph(runs)}</w:footnote>'


def _word_styles() -> str:
    styles = "".join(
        f'<w:style w:type="paragraph" w:styleId="Heading{level}"><w:name w:val="heading {level}"/>'
        f'<w:pPr><w:keepNext/><w:outlineLvl w:val="{level - 1}"/></w:pPr>'
        "<w:rPr><w:b/></w:rPr></w:style>"
        for level in (1, 2, 3)
    )
    return f'{_XML}<w:styles xmlns:w="{_WORD}">{styles}</w:styles>'


def _word_properties(about: Mapping[str, str]) -> str:
    return (
        f'{_XML}<cp:coreProperties xmlns:cp="{_PACKAGE}/metadata/core-properties" '
        f'xmlns:dc="{_DUBLIN_CORE}">{_metadata(about)}</cp:coreProperties>'
    )


def _relations(targets: Mapping[str, str]) -> str:
    relations = "".join(
        f'<Relationship Id="r{number}" Type="{kind}" Target="{target}"/>'
        for number, (kind, target) in enumerate(targets.items(), start=1)
    )
    return f'{_XML}<Relationships xmlns="{_PACKAGE}/relationships">{relations}</Relationships>'


# -- EPUB ----------------------------------------------------------------------------------------

_DUBLIN_CORE = "http://purl.org/dc/elements/1.1/"
_XHTML = "application/xhtml+xml"
_CHAPTER = re.compile(r"^(?=# )", re.MULTILINE)


def make_epub(work: Work) -> bytes:
    """A book with a file for each chapter, whose notes stand at its end."""
    chapters = [part for part in _CHAPTER.split(work.markdown) if part.strip()]
    names = [f"chapter{number}.xhtml" for number in range(len(chapters))]
    titles = [chapter.split("\n")[0].removeprefix("# ") for chapter in chapters]
    links = "".join(
        f'<li><a href="{name}">{escape(title)}</a></li>'
        for name, title in zip(names, titles, strict=True)
    )
    pages = {
        f"book/{name}": _page(title, _parser().render(chapter))
        for name, title, chapter in zip(names, titles, chapters, strict=True)
    }
    contents = _page("Contents", f'<nav epub:type="toc"><h1>Contents</h1><ol>{links}</ol></nav>')
    return _zipped(
        {
            "mimetype": "application/epub+zip",
            "META-INF/container.xml": f'{_XML}<container version="1.0" xmlns="urn:oasis:names:tc:'
            'opendocument:xmlns:container"><rootfiles><rootfile full-path="book/content.opf" '
            'media-type="application/oebps-package+xml"/></rootfiles></container>',
            "book/content.opf": _package(work.about, names),
            "book/contents.xhtml": contents,
            **pages,
        }
    )


def _package(about: Mapping[str, str], names: Sequence[str]) -> str:
    """The list of what an EPUB holds; it has to have a date, so it has always the same one."""
    items = "".join(
        f'<item id="i{at}" href="{name}" media-type="{_XHTML}"/>' for at, name in enumerate(names)
    )
    spine = "".join(f'<itemref idref="i{at}"/>' for at in range(len(names)))
    return (
        f'{_XML}<package xmlns="http://www.idpf.org/2007/opf" version="3.0" '
        f'unique-identifier="id"><metadata xmlns:dc="{_DUBLIN_CORE}">'
        f'<dc:identifier id="id">{escape(about["title"])}</dc:identifier>{_metadata(about)}'
        '<dc:language>en</dc:language><meta property="dcterms:modified">2000-01-01T00:00:00Z</meta>'
        '</metadata><manifest><item id="contents" href="contents.xhtml" properties="nav" '
        f'media-type="{_XHTML}"/>{items}</manifest><spine>{spine}</spine></package>'
    )


def _page(title: str, body: str) -> str:
    return (
        '<?xml version="1.0" encoding="utf-8"?>\n<html xmlns="http://www.w3.org/1999/xhtml" '
        f'xmlns:epub="http://www.idpf.org/2007/ops"><head><title>{escape(title)}</title></head>'
        f"<body>\n{body}</body></html>"
    )


# -- both ----------------------------------------------------------------------------------------


def _metadata(about: Mapping[str, str]) -> str:
    author = f"<dc:creator>{escape(about['author'])}</dc:creator>" if "author" in about else ""
    return f"<dc:title>{escape(about['title'])}</dc:title>{author}"


def _zipped(parts: Mapping[str, str]) -> bytes:
    """A zip archive whose parts are as they are and as old as the format can say."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as target:
        for name, part in parts.items():
            target.writestr(zipfile.ZipInfo(name), part)
    return out.getvalue()


MAKERS: Final[Mapping[str, Callable[[Work], bytes]]] = {
    "pdf": make_pdf,
    "docx": make_docx,
    "epub": make_epub,
}


def made() -> Iterator[tuple[str, bytes]]:
    """The name of each file that is made of a source, and its bytes."""
    for source in sorted(SOURCES.glob("*.md")):
        work = read_work(source.read_text(encoding="utf-8"))
        yield f"{source.stem}.{work.about['format']}", MAKERS[work.about["format"]](work)


def main() -> None:
    """Write all of them."""
    for name, data in made():
        (ARCHIVE / name).write_bytes(data)


if __name__ == "__main__":
    main()
