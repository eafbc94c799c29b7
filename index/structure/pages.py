"""Pages and sections: which page a block stands on, under which headings, and which of the blocks
under them it is."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import pairwise

from index.author import UNDER_TITLE, author_alone
from index.reading import heal
from index.structure.titles import LONGEST_HEADING, is_byline
from index.types import QUOTABLE, Block, BlockKind, Place


def page_feet(blocks: Sequence[Block]) -> Iterator[tuple[int, int]]:
    """For each page, the index of its first block and the one after its last; a footer that ends a
    page is not counted. What stands after the last footer is on no known page."""
    top = 0
    for index, block in enumerate(blocks):
        following = blocks[index + 1] if index + 1 < len(blocks) else None
        if block.place.sheet is not None:
            if following is None or following.place.sheet != block.place.sheet:
                yield top, index + 1
                top = index + 1
        elif is_footer(block):
            yield top, index
            top = index + 1


def is_footer(block: Block) -> bool:
    """Whether a block is the foot of a page in a text whose pages only their feet tell."""
    is_foot = block.kind is BlockKind.FURNITURE and bool(block.place.page)
    return is_foot and not knows_page(block.place)


def knows_page(place: Place) -> bool:
    """Whether the loader has said on which page a block stands, if any: it does so in paged files,
    and in formats that have no lines of their own."""
    return place.sheet is not None or place.line is None


def with_places(text: str, blocks: Sequence[Block]) -> Iterator[Block]:
    """Fill in the section path and the page of each block.

    A footer stands at the end of its page, so pages are assigned backwards, but for those that the
    loader knows.
    """
    section: tuple[str, ...] = ()
    boxes = dict(_boxes(blocks))
    ends = set(boxes.values())
    names = frozenset(_names_under_title(text, blocks))
    around = section
    for index, (block, page) in enumerate(zip(blocks, _pages(blocks), strict=True)):
        if index in boxes:
            around = section
        before = section
        if block.kind is BlockKind.HEADING:
            section = (*block.place.section, heal(text, block.span, block.holes).text)
        if index in ends:
            section = around
        yield replace(block, place=block.place._replace(section=section, page=page))
        if block.kind is BlockKind.HEADING and (index in names or is_byline(section[-1])):
            section = before


def _names_under_title(text: str, blocks: Sequence[Block]) -> Iterator[int]:
    """The headings between the title and the text that are the author's name."""
    for index, block in enumerate(blocks[: UNDER_TITLE.stop]):
        if block.kind is not BlockKind.HEADING:
            return
        if index >= UNDER_TITLE.start and author_alone(
            text, heal(text, block.span, block.holes).text
        ):
            yield index


def with_bylines(text: str, blocks: Sequence[Block]) -> Iterator[Block]:
    """Make headings of paragraphs that name the author of what follows and do nothing else; the
    first block of a document would be taken for its title."""
    begun = False
    for block in blocks:
        short = block.kind is BlockKind.PARAGRAPH and len(block.span) <= LONGEST_HEADING
        if begun and short and is_byline(block.span.of(text)):
            yield replace(block, kind=BlockKind.HEADING)
        else:
            yield block
        begun = begun or block.kind is not BlockKind.FURNITURE


def with_ordinals(blocks: Iterable[Block]) -> Iterator[Block]:
    """Count the quotable blocks of each section where no line or sheet tells them apart; notes have
    labels of their own."""
    counts: Counter[tuple[str, ...]] = Counter()
    for block in blocks:
        place = block.place
        if block.kind in QUOTABLE and not place.note and place.line is None and not place.sheet:
            counts[place.section] += 1
            yield replace(block, place=place._replace(ordinal=counts[place.section]))
        else:
            yield block


def with_headings_of_notes(blocks: Sequence[Block]) -> Iterator[Block]:
    """Name the heading that notes stand under where another heading has notes of their labels."""
    sections: dict[str, set[tuple[str, ...]]] = defaultdict(set)
    for block in blocks:
        if block.place.note:
            sections[block.place.note].add(block.place.section)
    for block in blocks:
        place = block.place
        if place.note and place.section and len(sections[place.note]) > 1:
            yield replace(block, place=place._replace(notes_of=place.section[-1]))
        else:
            yield block


def _boxes(blocks: Sequence[Block]) -> Iterator[tuple[int, int]]:
    """Lists with a heading of their own between two separators, as the indexes of these: the text
    around them goes on after them."""
    parts = [index for index, block in enumerate(blocks) if _is_separator(block)]
    for first, last in pairwise(parts):
        inside = blocks[first + 1 : last]
        headings = [block.kind is BlockKind.HEADING for block in inside]
        items = sum(block.kind is BlockKind.ITEM for block in inside)
        if headings[:1] == [True] and sum(headings) == 1 and 2 * items >= len(inside):
            yield first, last


def _is_separator(block: Block) -> bool:
    return block.kind is BlockKind.FURNITURE and not block.place.page


def _pages(blocks: Sequence[Block]) -> list[str | None]:
    page: str | None = None
    out: list[str | None] = []
    for block in reversed(blocks):
        if not knows_page(block.place):
            page = block.place.page or page
        out.append(block.place.page if knows_page(block.place) else page)
    return out[::-1]
