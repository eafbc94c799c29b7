"""Breaks: paragraphs that a page cut in two, and compounds that a line cut at their own hyphen."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from index.reading import in_order, without
from index.structure.pages import knows_page
from index.structure.plain import SENTENCE_END
from index.types import Block, BlockKind, Span

_FLOWING = frozenset({BlockKind.PARAGRAPH, BlockKind.ITEM, BlockKind.QUOTATION, BlockKind.NOTE})
_BETWEEN = frozenset({BlockKind.FURNITURE, BlockKind.NOTE})

_BROKEN_WORD = re.compile(r"\w[-\u2010\u00ad]\*?$")
_UNFINISHED = re.compile(r"[^\W\d_⁰¹²³⁴-⁹]\*?$|[\w*],$|[–—/]$")
_DANGLING = re.compile(
    r"\b(?:of|the|an?|and|or|but|in|to|for|with|by|from|at|on|as|their|his|her|its|our|this|these)$"
)
# A paragraph of its own begins with a number, a list's mark or a quotation mark.
_OPENS = re.compile(r"\d{1,4}[.)]\s|[-–—•*]|[“\"«‘'](?!\d0s\b)")
# So long a text does not stop in mid-sentence unless something cut it; a shorter one only after a
# word that needs another.
_SHORTEST_CUT = 80
# No paragraph goes on for so long, over tens of pages.
_LONGEST = 100_000
# Where so many paragraphs are cut before a small letter, others are before a capital.
_OFTEN = 3

_COMPOUND = re.compile(r"(?<![^\W\d_])([^\W\d_]+)-([^\S\r\n]*[\r\n]\s*)([^\W\d_]+)")
_WORDS = re.compile(r"[^\W\d_]+(?:-[^\W\d_]+)*")


def join(text: str, blocks: Sequence[Block]) -> list[Block]:
    """Join a paragraph that stops in mid-sentence to the one that goes on.

    Footnotes and furniture between the two halves become holes of the joined block, and stay blocks
    themselves, to be quoted and counted. Where the loader knows the pages, the break between two is
    furniture of the second, so that the page of each half can be told.
    """
    often = sum(_goes_on(text, *pair, often=False) for pair in _pairs(blocks)) >= _OFTEN
    joined: list[Block] = []
    open_at: int | None = None
    for block in blocks:
        if open_at is not None and _goes_on(text, joined[open_at], block, often=often):
            between = joined[open_at + 1 :]
            joined.extend(_page_break(text, joined, open_at, block))
            joined[open_at] = _merge(text, joined[open_at], block, between)
        elif open_at is None or not _passes(joined[open_at], block):
            joined.append(block)
            open_at = len(joined) - 1 if block.kind in _FLOWING else None
        else:
            joined.append(block)
    return joined


def _passes(first: Block, block: Block) -> bool:
    """Whether a block may stand between the halves of another."""
    return block.kind in _BETWEEN and first.kind is not BlockKind.NOTE


def _pairs(blocks: Sequence[Block]) -> Iterator[tuple[Block, Block]]:
    last: Block | None = None
    for block in blocks:
        if last and block.kind in _FLOWING:
            yield last, block
        if block.kind not in _BETWEEN:
            last = block if block.kind in _FLOWING else None


def _goes_on(text: str, first: Block, second: Block, *, often: bool) -> bool:
    """Whether the second block is the rest of the first: it begins with a small letter, or, where
    that happens often, with anything after a long text that stops short."""
    if not _may_go_on(first, second):
        return False
    before = text[max(first.span.start, first.span.end - 99) : first.span.end]
    after = text[second.span.start : min(second.span.end, second.span.start + 9)]
    if after[0].islower():
        return bool(_BROKEN_WORD.search(before[-9:]) or not SENTENCE_END.search(before))
    note = first.kind is BlockKind.NOTE
    cut = note or len(first.span) >= _SHORTEST_CUT or _DANGLING.search(before)
    unfinished = (often or note) and cut and _UNFINISHED.search(before[-9:])
    return bool(unfinished and not _OPENS.match(after))


def _may_go_on(first: Block, second: Block) -> bool:
    """Whether the second block is no item, note or numbered paragraph of its own."""
    if second.place.paragraph not in (None, first.place.paragraph) or len(first.span) > _LONGEST:
        return False
    if first.kind is BlockKind.NOTE or second.kind is BlockKind.NOTE:
        return first.kind is second.kind and first.place.note == second.place.note
    return second.kind in (BlockKind.PARAGRAPH, first.kind) and second.kind is not BlockKind.ITEM


def _page_break(text: str, joined: Sequence[Block], open_at: int, block: Block) -> Iterator[Block]:
    """The white space before a block that the loader knows to be on another page than the last."""
    last, place = joined[-1].place, block.place
    if not knows_page(place) or (last.sheet, last.page) == (place.sheet, place.page):
        return
    end = max(member.span.end for member in joined[open_at:])
    if end < block.span.start and text[end : block.span.start].isspace():
        place = block.place._replace(line=None)
        yield Block(BlockKind.FURNITURE, Span(end, block.span.start), place)


def _merge(text: str, first: Block, second: Block, between: Sequence[Block]) -> Block:
    holes = list(first.holes)
    at = first.span.end
    for block in between:
        if block.span.start >= at:
            gap = text[at : block.span.start]
            # A footnote's number stands before its span.
            holes.append(Span(at + len(gap) - len(gap.lstrip()), block.span.end))
            at = block.span.end
    span = Span(first.span.start, second.span.end)
    return replace(first, span=span, holes=(*holes, *second.holes))


def keep_hyphens(text: str, blocks: Sequence[Block]) -> list[Block]:
    """Make holes of the line breaks after the hyphens of compounds, which healing then keeps.

    A word at a break is a compound when the document writes it with its hyphen elsewhere, or, where
    it has neither that nor the whole word, when it uses both halves as words.
    """
    found = {index: list(_breaks(text, block)) for index, block in enumerate(blocks)}
    if not any(found.values()):
        return list(blocks)
    words = _vocabulary(text)
    out = []
    for index, block in enumerate(blocks):
        kept = [
            gap
            for head, gaps, tail in found[index]
            if _is_compound(words, head, tail)
            for gap in gaps
        ]
        holes = in_order((*block.holes, *kept))
        out.append(replace(block, holes=holes) if kept else block)
    return out


def _breaks(text: str, block: Block) -> Iterator[tuple[str, list[Span], str]]:
    """The words of a block that are broken at a hyphen: both halves and the white space between."""
    if "-" not in block.span.of(text):
        return
    kept, origin = without(text, block.span, block.holes)
    for match in _COMPOUND.finditer(kept):
        yield match[1], list(_spans(origin[match.start(2) : match.end(2)])), match[3]


def _spans(offsets: Iterable[int]) -> Iterator[Span]:
    """The ranges of the text that ascending offsets make up."""
    start = last = -1
    for offset in offsets:
        if offset != last + 1 or start < 0:
            if start >= 0:
                yield Span(start, last + 1)
            start = offset
        last = offset
    yield Span(start, last + 1)


def _vocabulary(text: str) -> Counter[str]:
    """How often the document has each word, compounds and their parts among them."""
    words = Counter(_WORDS.findall(text.casefold()))
    for word, count in list(words.items()):
        for part in word.split("-") if "-" in word else ():
            words[part] += count
    return words


def _is_compound(words: Counter[str], head: str, tail: str) -> bool:
    head, tail = head.casefold(), tail.casefold()
    if words[f"{head}-{tail}"]:
        return True
    # Both halves stand at the break itself once.
    return (
        not words[head + tail] and len(head) > 2 < len(tail) and min(words[head], words[tail]) > 1
    )
