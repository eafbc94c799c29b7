"""Markdown: canonical text is the file as it is; markdown-it-py says where its blocks are."""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import accumulate
from typing import TYPE_CHECKING, Final, NamedTuple

from index.read.build import stronger
from index.read.content import Content
from index.read.encoding import decode
from index.reading import heal, in_order
from index.structure import LINE
from index.structure.furniture import contents_page, footer_page, is_furniture
from index.types import Block, BlockKind, Place, Span

if TYPE_CHECKING:
    from markdown_it.token import Token

_KINDS: Final = {
    "heading_open": BlockKind.HEADING,
    "paragraph_open": BlockKind.PARAGRAPH,
    "fence": BlockKind.PARAGRAPH,
    "code_block": BlockKind.PARAGRAPH,
    "table_open": BlockKind.TABLE,
    "html_block": BlockKind.PARAGRAPH,
    "hr": BlockKind.FURNITURE,
}
_CONTAINERS: Final = {
    "list_item": BlockKind.ITEM,
    "blockquote": BlockKind.QUOTATION,
    "footnote_reference": BlockKind.NOTE,
}
# Lists and quotations deeper than this are passed over by the parser.
DEEPEST = 100
_TAG = re.compile(
    r"<!--.*?-->|<(script|style)\b.*?</\1\s*>|</?[A-Za-z][^<>]*>", re.DOTALL | re.IGNORECASE
)
_FRONT_MATTER = re.compile(r"\ufeff?---[ \t]*\r?\n(?:.*\r?\n)*?(?:---|\.\.\.)[ \t]*(?:\r?\n|$)")
# A bullet, or the label of a note, at the start of its words.
_ITEM_MARKS = re.compile(r"(?:[-*+][ \t]+|\[\^[^\]\r\n]{1,100}\]:[ \t]*)+")
_RULE = re.compile(r"[ \t>]*([|:-][|: \t-]*)")
_HEADING_MARKS = re.compile(r"\s*#{1,6}\s+|\s+#+\s*$|\s*[\r\n][\s>]*[=-]+\s*$")


class _Leaf(NamedTuple):
    """A token that becomes a block: what it lies in, in how many quotations, in which note."""

    token: "Token"
    kind: BlockKind
    depth: int
    note: str | None


def load(data: bytes) -> Content:
    """The content of a Markdown (CommonMark with tables and footnotes) file."""
    text, encoding = decode(data)
    return Content(text, encoding, tuple(_blocks(text)))


def _blocks(text: str) -> Iterator[Block]:
    """The blocks in order; lines that make none, as definitions of links, are furniture."""
    offsets = _line_offsets(text)
    matter = _FRONT_MATTER.match(text)
    headings: list[tuple[int, str]] = []
    at = 0
    if matter:
        yield Block(BlockKind.FURNITURE, Span(0, len(matter[0].rstrip())), Place())
        at = bisect_left(offsets, matter.end())
    for leaf in _leaves(_parse(_blanked(text, matter))):
        first, last = _lines(leaf.token)
        yield from _unread(text, offsets, at, first)
        at = last
        if block := _block(text, Span(offsets[first], offsets[last]), leaf, first + 1):
            if block.kind is BlockKind.HEADING:
                block = _under(headings, int(leaf.token.tag[1:]), block, text)
            yield block
    yield from _unread(text, offsets, at, len(offsets) - 1)


def _parse(text: str) -> "list[Token]":
    from markdown_it import MarkdownIt
    from mdit_py_plugins.footnote import footnote_plugin

    parser = MarkdownIt("commonmark", {"maxNesting": DEEPEST}).enable("table").use(footnote_plugin)
    # Notes stay where they are; the plugin would put them at the end.
    return parser.disable("footnote_tail").parse(text)


def _leaves(tokens: Sequence["Token"]) -> Iterator[_Leaf]:
    """The tokens that become blocks; what a table holds is part of the table."""
    inside: list[tuple[BlockKind, str | None]] = [(BlockKind.PARAGRAPH, None)]
    in_table = depth = 0
    for token in tokens:
        container = token.type.removesuffix("_open").removesuffix("_close")
        if token.type in _KINDS and not in_table and token.map and token.map[0] < token.map[1]:
            yield _Leaf(token, inside[-1][0], depth, inside[-1][1])
        in_table += token.nesting * (container == "table")
        depth += token.nesting * (container == "blockquote")
        if container in _CONTAINERS and token.nesting > 0:
            kind, note = inside[-1]
            inside.append((stronger(kind, _CONTAINERS[container]), token.meta.get("label", note)))
        elif container in _CONTAINERS:
            inside.pop()


def _block(text: str, lines: Span, leaf: _Leaf, line: int) -> Block | None:
    """The block of a token on these lines; None when they are blank."""
    span = _trimmed(text, lines)
    if span is None:
        return None
    marks = _quote_marks(text, span, leaf.depth)
    kind = _KINDS[leaf.token.type]
    page = None
    if kind is BlockKind.PARAGRAPH:
        kind = leaf.kind
    if kind is BlockKind.PARAGRAPH and leaf.token.type == "paragraph_open":
        kind = _kind_of_lines(span.of(text))
        page = footer_page(span.of(text)) if kind is BlockKind.FURNITURE else None
    if leaf.token.type == "html_block":
        tags = tuple(_tags(text, span))
        if heal(text, span, tags).text:
            marks = tags
        else:
            kind = BlockKind.FURNITURE
    if kind is BlockKind.HEADING:
        span = _title_span(text, span, marks)
    elif kind in (BlockKind.ITEM, BlockKind.NOTE):
        span = _after_marks(text, span, marks)
    elif kind is BlockKind.TABLE:
        marks = in_order((*marks, *_rules(text, span)))
    marks = tuple(mark for mark in marks if span.start <= mark.start < span.end)
    return Block(kind, span, Place(note=leaf.note, line=line, page=page), marks)


def _kind_of_lines(words: str) -> BlockKind:
    """What the lines of a paragraph are: a page's number, contents or text."""
    lines = [line for match in LINE.finditer(words) if (line := match[1].strip())]
    if len(lines) == 1 and is_furniture(lines[0]):
        return BlockKind.FURNITURE
    entries = sum(contents_page(line) is not None for line in lines)
    return BlockKind.CONTENTS if 2 * entries >= len(lines) else BlockKind.PARAGRAPH


def _rules(text: str, span: Span) -> Iterator[Span]:
    """The line of a table that parts its head from its rows."""
    for match in LINE.finditer(text, span.start, span.end):
        if rule := _RULE.fullmatch(text, *match.span(1)):
            yield Span(*rule.span(1))


def _under(headings: list[tuple[int, str]], level: int, block: Block, text: str) -> Block:
    """A heading with its path; `headings`, those that it may stand under, are brought up to it."""
    while headings and headings[-1][0] >= level:
        headings.pop()
    section = tuple(title for _, title in headings)
    headings.append((level, heal(text, block.span, block.holes).text))
    return replace(block, place=block.place._replace(section=section))


def _lines(token: "Token") -> tuple[int, int]:
    assert token.map is not None, "block tokens carry their lines"
    first, last = token.map
    return first, last


def _unread(text: str, offsets: Sequence[int], first: int, last: int) -> Iterator[Block]:
    """Lines that the parser makes nothing of, if there are words on them."""
    if offsets[first] >= offsets[last]:
        return
    span = _trimmed(text, Span(offsets[first], offsets[last]))
    if span and re.search(r"\w", span.of(text)):
        yield Block(BlockKind.FURNITURE, span, Place(line=bisect_right(offsets, span.start)))


def _blanked(text: str, matter: re.Match[str] | None) -> str:
    """The text with as many empty lines in place of its front matter (title: ..., date: ...)."""
    return re.sub(r"[^\r\n]", " ", matter[0]) + text[matter.end() :] if matter else text


def _tags(text: str, span: Span) -> Iterator[Span]:
    """The tags and comments of an HTML block; what stands between them is its words."""
    for match in _TAG.finditer(text, span.start, span.end):
        yield Span(*match.span())


def _line_offsets(text: str) -> list[int]:
    """Where each line starts, and the end of the text."""
    return [0, *accumulate(len(match[0]) for match in LINE.finditer(text)), len(text)]


def _trimmed(text: str, span: Span) -> Span | None:
    words = text[span.start : span.end]
    if not words.strip():
        return None
    return Span(span.start + len(words) - len(words.lstrip()), span.start + len(words.rstrip()))


def _title_span(text: str, span: Span, marks: Sequence[Span]) -> Span:
    """A heading without its number signs or underline."""
    first = marks[0].end if marks and marks[0].start == span.start else span.start
    start, end = first, span.end
    for match in _HEADING_MARKS.finditer(text, first, span.end):
        if match.start() == first:
            start = match.end()
        elif match.end() == span.end:
            end = min(end, match.start())
    return Span(start, end) if start < end else span


def _after_marks(text: str, span: Span, marks: Sequence[Span]) -> Span:
    """An item without its bullet, a note without its label."""
    first = marks[0].end if marks and marks[0].start == span.start else span.start
    match = _ITEM_MARKS.match(text, first, span.end)
    return Span(match.end(), span.end) if match and match.end() < span.end else span


def _quote_marks(text: str, span: Span, depth: int) -> tuple[Span, ...]:
    """The `>` marks at the starts of the lines of `depth` quotations; they are not its words."""
    prefix = re.compile(rf"(?:[ \t]*>[ \t]?){{1,{depth}}}[ \t]*") if depth else None
    return tuple(
        Span(match.start() + span.start, match.start() + span.start + len(mark[0]))
        for match in LINE.finditer(span.of(text))
        if prefix and match[0] and (mark := prefix.match(match[0]))
    )
