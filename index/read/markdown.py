"""Markdown: canonical text is the file as it is; markdown-it-py says where its blocks are."""

import re
from collections.abc import Iterator, Sequence
from itertools import accumulate
from typing import Final

from markdown_it import MarkdownIt
from markdown_it.token import Token

from index.read.content import Content
from index.read.text import decode
from index.reading import heal
from index.structure import LINE
from index.types import Block, BlockKind, Place, Span

_KINDS: Final = {
    "heading_open": BlockKind.HEADING,
    "paragraph_open": BlockKind.PARAGRAPH,
    "fence": BlockKind.PARAGRAPH,
    "code_block": BlockKind.PARAGRAPH,
    "table_open": BlockKind.PARAGRAPH,
    "html_block": BlockKind.PARAGRAPH,
    "hr": BlockKind.FURNITURE,
}
# Lists and quotations deeper than this are passed over by the parser.
DEEPEST = 100
_TAG = re.compile(
    r"<!--.*?-->|<(script|style)\b.*?</\1\s*>|</?[A-Za-z][^<>]*>", re.DOTALL | re.IGNORECASE
)
_FRONT_MATTER = re.compile(r"\ufeff?---[ \t]*\r?\n(?:.*\r?\n)*?(?:---|\.\.\.)[ \t]*(?:\r?\n|$)")
_HEADING_MARKS = re.compile(r"\s*#{1,6}\s+|\s+#+\s*$|\s*[\r\n][\s>]*[=-]+\s*$")


def load(data: bytes) -> Content:
    """The content of a Markdown (CommonMark with tables) file."""
    text = decode(data)
    return Content(text, "utf-8", tuple(_blocks(text)))


def _blocks(text: str) -> Iterator[Block]:
    offsets = _line_offsets(text)
    parser = MarkdownIt("commonmark", {"maxNesting": DEEPEST}).enable("table")
    headings: list[tuple[int, str]] = []
    matter = _FRONT_MATTER.match(text)
    if matter:
        yield Block(BlockKind.FURNITURE, Span(matter.start(), matter.end()), Place())
    for token, depth in _leaves(parser.parse(_blanked(text, matter))):
        assert token.map is not None, "block tokens carry their lines"
        first, last = token.map
        span = _trimmed(text, Span(offsets[first], offsets[last]))
        if span is None:
            continue
        kind = _KINDS[token.type]
        marks = _quote_marks(text, span, depth)
        if token.type == "html_block":
            tags = tuple(_tags(text, span))
            if heal(text, span, tags).text:
                marks = tags
            else:
                kind = BlockKind.FURNITURE
        if kind is BlockKind.HEADING:
            span = _title_span(text, span, marks)
            marks = tuple(mark for mark in marks if span.start <= mark.start < span.end)
            level = int(token.tag[1:])
            headings = [heading for heading in headings if heading[0] < level]
            section = tuple(title for _, title in headings)
            headings.append((level, heal(text, span, marks).text))
        else:
            section = ()
        yield Block(kind, span, Place(section, line=first + 1), marks)


def _leaves(tokens: Sequence[Token]) -> Iterator[tuple[Token, int]]:
    """The tokens that become blocks, with how many quotations each is in; what a table holds is
    part of the table."""
    in_table = depth = 0
    for token in tokens:
        if token.type in _KINDS and not in_table and token.map and token.map[0] < token.map[1]:
            yield token, depth
        if token.type in ("table_open", "table_close"):
            in_table += token.nesting
        if token.type in ("blockquote_open", "blockquote_close"):
            depth += token.nesting


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


def _quote_marks(text: str, span: Span, depth: int) -> tuple[Span, ...]:
    """The `>` marks at the starts of the lines of `depth` quotations; they are not its words."""
    prefix = re.compile(rf"(?:[ \t]*>[ \t]?){{1,{depth}}}[ \t]*") if depth else None
    return tuple(
        Span(match.start() + span.start, match.start() + span.start + len(mark[0]))
        for match in LINE.finditer(span.of(text))
        if prefix and match[0] and (mark := prefix.match(match[0]))
    )
