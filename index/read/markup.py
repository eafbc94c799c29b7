"""HTML trees to blocks, for every format that comes as HTML. The only door to lxml.

Trees come from strangers: nothing here recurses, loads an entity or asks the network.
"""

import html
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final, NamedTuple, TypeAlias

from lxml import etree

from index.errors import SourceError
from index.read.build import Builder, row_groups, stronger
from index.types import BlockKind, Place

Element: TypeAlias = etree._Element
# Where a link leads: the same for a reference to a note and for the note, None for no such place.
Resolve = Callable[[str], str | None]


def _set(names: str) -> frozenset[str]:
    return frozenset(names.split())


_SKIPPED: Final = _set(
    "head script style template noscript iframe object embed audio video canvas svg map "
    "button select datalist textarea input rp rt annotation annotation-xml"
)
_BREAKS: Final = _set(
    "html body address article aside blockquote caption center dd details dialog div dl dt "
    "fieldset figcaption figure footer form h1 h2 h3 h4 h5 h6 header hgroup hr legend li main nav "
    "ol p pre section summary table tbody td tfoot th thead tr ul"
)
_SECTIONS: Final = _set("article section main blockquote")
# A table that holds one of these is there for the page's layout.
_LAYOUT: Final = _set("table h1 h2 h3 h4 h5 h6 ul ol dl blockquote pre section")
_KINDS: Final = {
    "li": BlockKind.ITEM,
    "dt": BlockKind.ITEM,
    "dd": BlockKind.ITEM,
    "blockquote": BlockKind.QUOTATION,
    "caption": BlockKind.TABLE,
    "figcaption": BlockKind.TABLE,
}
_NOTE_TYPES: Final = _set("footnote endnote rearnote doc-footnote doc-endnote")
_REFERENCE_TYPES: Final = _set("noteref doc-noteref")
_EPUB_TYPE = "{http://www.idpf.org/2007/ops}type"
_SUPERSCRIPTS = str.maketrans("0123456789+-−=()", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁻⁼⁽⁾")
_SUPERSCRIPT = re.compile(r"[\d+−=()-]+$")
_LABEL = re.compile(r"\s*(?P<open>[\[(])?\s*(\d{1,4}|[*†‡§¶]{1,4}|[a-z])\s*(?(open)[\])])\s*$")
_HIDDEN = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.IGNORECASE)
_SPACE = re.compile(r"[ \t\r\n\f]+")
_UNTEXT = re.compile(r"[\x00-\x08\x0b\x0e-\x1f\x7f\ufffe\uffff\ud800-\udfff]")
_NAMED_ENTITY = re.compile(r"&(?!(?:lt|gt|amp|quot|apos);)[A-Za-z][A-Za-z0-9]{1,30};")
_XML = {"resolve_entities": False, "load_dtd": False, "no_network": True}


def parse_html(text: str) -> Element:
    """The tree of an HTML page; SourceError when there is none."""
    parser = etree.HTMLParser(
        encoding="utf-8", remove_comments=True, remove_pis=True, no_network=True, huge_tree=True
    )
    return _parsed(_UNTEXT.sub(" ", text).encode(), parser, "HTML")


def parse_xhtml(text: str) -> Element:
    """The tree of an XHTML page, or of what passes for one; SourceError if it declares entities."""
    if "<!ENTITY" in text:
        raise _declares_entities("XHTML")
    named = _NAMED_ENTITY.sub(lambda match: html.unescape(match[0]), text)
    try:
        return parse_xml(_UNTEXT.sub(" ", named).encode(), "XHTML")
    except SourceError:
        return parse_html(text)


def parse_xml(data: bytes, what: str) -> Element:
    """The tree of an XML file without entities of its own, declared or not; SourceError for others.

    A document type is passed over otherwise: every page of an EPUB 2 has one.
    """
    parser = etree.XMLParser(**_XML, remove_comments=True, remove_pis=True)
    # The encoding is that of the bytes, whatever an XML declaration of the text said.
    root = _parsed(re.sub(rb"^\s*<\?xml[^>]*\?>", b"", data), parser, what)
    declared = root.getroottree().docinfo.internalDTD
    if declared is not None and any(declared.iterentities()):
        raise _declares_entities(what)
    # The text that it stands for would be left out without a word.
    for entity in root.iter(etree.Entity):
        raise SourceError(f"damaged: its {what} has {entity.text}, which stands for nothing known")
    return root


def _declares_entities(what: str) -> SourceError:
    return SourceError(f"its {what} declares XML entities, which are not read for safety")


def _parsed(data: bytes, parser: "etree.HTMLParser | etree.XMLParser", what: str) -> Element:
    try:
        root = etree.fromstring(data, parser)
    except etree.ParseError as error:
        raise SourceError(f"damaged: its {what} cannot be read ({error.msg})") from error
    if any(entry.type_name == "ERR_RESOURCE_LIMIT" for entry in parser.error_log):
        raise SourceError(f"its {what} is nested too deeply")
    if root is None:
        raise SourceError(f"its {what} holds no text")
    return root


def tag_of(element: Element) -> str:
    """An element's name in small letters, without its namespace."""
    return str(element.tag).rpartition("}")[2].lower()


# Notes


@dataclass(slots=True)
class Notes:
    """What links of a work say about its notes.

    `labels` has the label of each place that a reference leads to; `references` those of the
    links themselves, and `returns` the links that lead back from a note.
    """

    labels: dict[str, str] = field(default_factory=dict)
    references: dict[Element, str] = field(default_factory=dict)
    returns: set[Element] = field(default_factory=set)
    _origins: set[str] = field(default_factory=set)

    def gather(self, root: Element, resolve: Resolve) -> None:
        """Take in one page; pages must come in reading order."""
        for link in root.iter("{*}a"):
            target = resolve(link.get("href", ""))
            if target is None:
                continue
            if target in self._origins:
                self.returns.add(link)
            elif label := _reference_label(link):
                self.references[link] = label
                self.labels.setdefault(target, label)
                self._origins.update(filter(None, map(resolve, _ids_around(link))))


def _reference_label(link: Element) -> str | None:
    """The label of a link that refers to a note: raised, in brackets, or said to be one."""
    words = "".join(link.itertext())
    match = _LABEL.match(words)
    if _types(link) & _REFERENCE_TYPES:
        label = match[2] if match else "".join(words.split())[:20]
        return label.strip("[]") or None
    if match and (match["open"] == "[" or _is_raised(link)):
        return match[2]
    return None


def _is_raised(link: Element) -> bool:
    parent = link.getparent()
    raised = [child for child in link if tag_of(child) == "sup"]
    return bool(raised) or (parent is not None and tag_of(parent) == "sup")


def _ids_around(link: Element) -> Iterator[str]:
    """The names by which a note can lead back to the link, as references."""
    for element in (link, link.getparent(), *link[:1]):
        if element is not None:
            yield from (f"#{name}" for name in _names(element))


def _names(element: Element) -> list[str]:
    return [name for name in (element.get("id"), element.get("name")) if name]


def _types(element: Element) -> frozenset[str]:
    """What an element is for, as a reading system is told."""
    if not element.attrib:
        return frozenset()
    types = (element.get("role"), element.get(_EPUB_TYPE), element.get("epub:type"))
    return _set(" ".join(filter(None, types)))


# Trees to blocks


class _Context(NamedTuple):
    """What holds for the text of an element; `level` is a heading's, `list_` numbers its items."""

    kind: BlockKind = BlockKind.PARAGRAPH
    level: int = 0
    note: str | None = None
    in_section: bool = False
    in_table: bool = False
    headings: bool = True
    raised: bool = False
    preformatted: bool = False

    def as_kind(self, kind: BlockKind) -> "_Context":
        return self._replace(kind=stronger(self.kind, kind))


class TreeReader:
    """Adds the blocks of a work's pages to a builder, with the page labels that it marks."""

    def __init__(self, builder: Builder, notes: Notes, page: str | None = None) -> None:
        self._builder = builder
        self._notes = notes
        self._page = page
        self._next_page: str | None = None
        self._words: list[str] = []
        self._note: str | None = None
        self._number: str = ""
        self._cells: list[str] = []
        self._rows: list[str] = []
        self._layout: set[Element] = set()
        self._ordered: list[int | None] = []

    def add(self, root: Element, resolve: Resolve) -> None:
        """Add the blocks of one page, in order."""
        self._layout = _layout_tables(root, self._notes, resolve)
        contexts = [_Context()]
        walk = etree.iterwalk(root, events=("start", "end"))
        for event, element in walk:
            if event == "start":
                context = self._enter(element, contexts[-1], resolve)
                contexts.append(context or contexts[-1])
                if context is None:
                    walk.skip_subtree()
                else:
                    self._write(element.text, context)
            else:
                context = contexts.pop()
                self._leave(element, context)
                self._write(element.tail, contexts[-1])
        self._flush(contexts[-1])

    def _enter(self, element: Element, context: _Context, resolve: Resolve) -> _Context | None:
        """The context inside an element; None when nothing of it is to be read."""
        tag = tag_of(element)
        if tag in _SKIPPED or _is_hidden(element):
            return None
        if element in self._notes.returns:
            self._annotated(element, context, resolve)
            return None
        if element in self._notes.references:
            self._words.append(f"[^{self._notes.references[element]}]")
            return None
        if tag in _BREAKS:
            self._flush(context)
        self._mark(element, tag, context)
        inside = self._annotated(element, _inside(element, tag, context), resolve)
        if tag == "table":
            inside = inside._replace(in_table=element not in self._layout)
        return inside

    def _mark(self, element: Element, tag: str, context: _Context) -> None:
        """Write or keep what an element says by being there."""
        if tag == "br":
            self._words.append("\n")
        elif tag == "q":
            self._words.append("“")
        elif tag in ("ol", "ul"):
            self._ordered.append(_first_number(element) if tag == "ol" else None)
        elif tag == "li" and context.kind is not BlockKind.NOTE:
            self._number = self._next_number(element)
        elif _types(element) & {"pagebreak", "doc-pagebreak"}:
            self._turn_page(element.get("title") or element.get("aria-label"))

    def _turn_page(self, label: str | None) -> None:
        """Go on to the next page; a block that is begun stands where it begins."""
        if self._cells or self._rows or any(map(str.strip, self._words)):
            self._next_page = label
        else:
            self._page = label or self._page

    def _next_number(self, item: Element) -> str:
        """The number that is shown before a list item, if it has one."""
        if not self._ordered or self._ordered[-1] is None:
            return ""
        number = _integer(item.get("value"), self._ordered[-1])
        self._ordered[-1] = number + 1
        return f"{number}. "

    def _annotated(self, element: Element, inside: _Context, resolve: Resolve) -> _Context:
        """The context with the label of the note that starts with this element."""
        targets = filter(None, (resolve(f"#{name}") for name in _names(element)))
        label = next((self._notes.labels[one] for one in targets if one in self._notes.labels), "")
        if not label and not _types(element) & _NOTE_TYPES:
            return inside
        self._number = ""
        if label and tag_of(element) not in _BREAKS:
            self._note = label
            return inside
        return inside.as_kind(BlockKind.NOTE)._replace(note=label or inside.note)

    def _leave(self, element: Element, context: _Context) -> None:
        tag = tag_of(element)
        if tag == "q":
            self._words.append("”")
        elif tag in ("td", "th") and context.in_table:
            self._cells.append(self._taken())
        elif tag == "tr" and context.in_table:
            self._end_row()
        elif tag == "table" and context.in_table:
            self._end_row()
            self._end_table(context)
        elif tag in _BREAKS:
            self._flush(context)
        if tag in ("ol", "ul") and self._ordered:
            self._ordered.pop()

    def _end_row(self) -> None:
        if any(self._cells):
            self._rows.append("\t".join(filter(None, self._cells)))
        self._cells = []

    def _end_table(self, context: _Context) -> None:
        kind = context.as_kind(BlockKind.TABLE).kind
        place = self._place(context.note)
        for words in row_groups(self._rows):
            self._builder.add(kind, words, place)
        self._rows = []

    def _write(self, words: str | None, context: _Context) -> None:
        if not words:
            return
        if context.preformatted:
            self._words.append(words.replace("\r\n", "\n"))
        elif context.raised and _SUPERSCRIPT.match(words):
            self._words.append(words.translate(_SUPERSCRIPTS))
        else:
            self._words.append(_SPACE.sub(" ", words))

    def _taken(self) -> str:
        """The words written since the last block; white space as a browser shows it."""
        words = "".join(self._words)
        self._words = []
        return re.sub(r" ?\n ?", "\n", re.sub(r"[ \t\f]{2,}", " ", words)).strip()

    def _flush(self, context: _Context) -> None:
        """Make a block of the words written since the last one."""
        if context.in_table:
            self._words.append(" ")
            return
        words = self._taken() if self._words else ""
        if not words:
            return
        note, self._note = self._note or context.note, None
        words, self._number = self._number + words, ""
        place = self._place(note)
        if context.level:
            self._builder.add_heading(context.level, words, place)
        elif note:
            kind = context.as_kind(BlockKind.NOTE).kind
            self._builder.add(kind, words, place, skip=_own_label(words, note))
        else:
            self._builder.add(context.kind, words, place)

    def _place(self, note: str | None) -> Place:
        """Where the block stands that ends here; what follows is on the next page, if one began."""
        place = Place(line=None, page=self._page, note=note)
        self._page, self._next_page = self._next_page or self._page, None
        return place


def _inside(element: Element, tag: str, context: _Context) -> _Context:
    """The context inside an element, as its name says."""
    if tag in _KINDS:
        context = context.as_kind(_KINDS[tag])
    if tag in _SECTIONS:
        context = context._replace(in_section=True)
    if tag == "nav" or "doc-toc" in _types(element):
        is_contents = _types(element) & {"toc", "doc-toc"}
        kind = BlockKind.CONTENTS if is_contents else BlockKind.FURNITURE
        return context.as_kind(kind)._replace(headings=False)
    if tag in ("header", "footer") and not context.in_section:
        return context.as_kind(BlockKind.FURNITURE)._replace(headings=tag == "header")
    if re.fullmatch(r"h[1-6]", tag) and context.headings:
        return context._replace(level=int(tag[1]))
    if tag in ("caption", "figcaption"):
        return context._replace(in_table=False)
    if tag == "sup":
        return context._replace(raised=True)
    return context._replace(preformatted=True) if tag == "pre" else context


def _is_hidden(element: Element) -> bool:
    return element.get("hidden") is not None or bool(_HIDDEN.search(element.get("style", "")))


def _first_number(ordered: Element) -> int | None:
    """Where the numbers of an ordered list start; None for letters."""
    return _integer(ordered.get("start"), 1) if ordered.get("type", "1") == "1" else None


def _integer(value: str | None, default: int) -> int:
    return int(value) if value and re.fullmatch(r"[0-9]{1,6}", value) else default


def _own_label(words: str, label: str) -> int:
    """The length of the label that a note's words start with, and of the marks around it."""
    either = "|".join(map(re.escape, (label, label.translate(_SUPERSCRIPTS))))
    match = re.match(rf"[\s\[(^]*(?:{either})", words)
    if not match:
        return 0
    marks = re.compile(r"[\s\]).:]*").match(words, match.end())
    end = marks.end() if marks else match.end()
    return end if end < len(words) else 0


def _layout_tables(root: Element, notes: Notes, resolve: Resolve) -> set[Element]:
    """The tables that hold no rows of data, but other blocks or notes."""
    layout: set[Element] = set()
    tables: list[Element] = []
    for event, element in etree.iterwalk(root, events=("start", "end")):
        tag = tag_of(element)
        if event == "end":
            if tag == "table":
                tables.pop()
            continue
        if tables and (tag in _LAYOUT or _is_note(element, notes, resolve)):
            layout.add(tables[-1])
        if tag == "table":
            tables.append(element)
            if element.get("role") == "presentation":
                layout.add(element)
    return layout


def _is_note(element: Element, notes: Notes, resolve: Resolve) -> bool:
    return any(resolve(f"#{name}") in notes.labels for name in _names(element))


def first_text(root: Element, names: Sequence[str]) -> str | None:
    """The text of the first element of one of these names."""
    for element in root.iter(*(f"{{*}}{name}" for name in names)):
        return "".join(element.itertext())
    return None
