"""Blocks, sections, locators and references of a document.

A loader that knows its format's structure makes raw blocks itself; `plain_blocks` finds them in
text that has none. Both go through `finish`, which adds what is true of any format: paragraph and
note numbers, page numbers from footers, section paths, paragraphs that a page break cut in two,
and which note a marker points to.
No rule may name a source, an author or a phrase.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from index.structure.breaks import join, keep_hyphens
from index.structure.lines import LINE, in_columns
from index.structure.markers import mark
from index.structure.notes import refer
from index.structure.numbers import number
from index.structure.pages import with_bylines, with_headings_of_notes, with_ordinals, with_places
from index.structure.plain import WIDEST_WRAP, plain_blocks
from index.structure.titles import LONGEST_HEADING
from index.types import Block, Reference

__all__ = [
    "LINE",
    "LONGEST_HEADING",
    "WIDEST_WRAP",
    "Structure",
    "finish",
    "in_columns",
    "plain_blocks",
]


@dataclass(frozen=True, slots=True)
class Structure:
    """The finished blocks of a document, in order, and its references to notes and sources."""

    blocks: tuple[Block, ...]
    references: tuple[Reference, ...]


def finish(text: str, blocks: Iterable[Block]) -> Structure:
    """Complete raw blocks: numbers found, page breaks healed, sections, pages and notes filled in.

    What a loader has set is kept: kinds, notes, sheets and the labels of their pages.
    """
    joined = keep_hyphens(text, join(text, number(text, list(with_bylines(text, tuple(blocks))))))
    marked, markers = mark(text, joined)
    placed = tuple(with_headings_of_notes(tuple(with_ordinals(with_places(text, marked)))))
    return Structure(placed, tuple(refer(text, placed, markers)))
