"""What every loader returns, and the form in which it travels between processes."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from index.types import Block, BlockKind, Place, Reference, Span, Speech

# What a process that reads a file answers with: the content, or why there is none.
FOUND: Final = "found"
REFUSED: Final = "refused"


@dataclass(frozen=True, slots=True)
class Content:
    """Canonical text, how its bytes were decoded, and its blocks in order.

    A loader's blocks are raw: they carry what the format itself knows, kinds, headings, pages, and
    `title` and `author` are the format's metadata, if it has any. `index.read.complete` adds the
    rest, `references` and `speeches` too.
    """

    text: str
    encoding: str
    blocks: tuple[Block, ...]
    title: str | None = None
    author: str | None = None
    references: tuple[Reference, ...] = ()
    speeches: tuple[Speech, ...] = ()

    def pack(self) -> list[object]:
        """The content as JSON can hold it: a block is [kind, start, end, place, its holes], a
        reference [start, end, label, its notes], a speech [start, end, speakers, reported]."""
        blocks = [
            [block.kind, *_ends(block.span), block.place, list(map(_ends, block.holes))]
            for block in self.blocks
        ]
        references = [
            [*_ends(it.at), it.label, list(map(_ends, it.notes))] for it in self.references
        ]
        speeches = [[*_ends(it.span), it.speakers, it.reported] for it in self.speeches]
        return [self.text, self.encoding, blocks, self.title, self.author, references, speeches]


def unpack(packed: list[Any]) -> Content:
    """The content that `Content.pack` packed; TypeError or ValueError for anything else."""
    text, encoding, blocks, title, author, references, speeches = packed
    content = Content(
        text,
        encoding,
        tuple(_block(*block) for block in blocks),
        title,
        author,
        tuple(
            Reference(Span(start, end), label, _spans(notes))
            for start, end, label, notes in references
        ),
        tuple(
            Speech(Span(start, end), tuple(speakers), reported)
            for start, end, speakers, reported in speeches
        ),
    )
    if any(span.end > len(text) for span in _all_spans(content)):
        raise ValueError("a part of it lies outside of the text")
    return content


def _ends(span: Span) -> tuple[int, int]:
    return span.start, span.end


def _spans(pairs: Iterable[Sequence[int]]) -> tuple[Span, ...]:
    return tuple(Span(start, end) for start, end in pairs)


def _all_spans(content: Content) -> Iterable[Span]:
    for block in content.blocks:
        yield from (block.span, *block.holes)
    for reference in content.references:
        yield from (reference.at, *reference.notes)
    yield from (speech.span for speech in content.speeches)


def _block(kind: str, start: int, end: int, place: list[Any], holes: list[list[int]]) -> Block:
    section, paragraph, page, note, line, sheet, cites, *finished = place
    return Block(
        BlockKind(kind),
        Span(start, end),
        Place(tuple(section), paragraph, page, note, line, sheet, tuple(cites), *finished),
        _spans(holes),
    )
