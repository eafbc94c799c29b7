"""Numbers that paragraphs and notes begin with, and which of the two they number.

A number counts only as a member of an ascending run, so that a year or a chapter title is not taken
for one.
"""

import re
from bisect import bisect_left, bisect_right, insort
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from index.structure.markers import PLAIN
from index.structure.pages import page_feet
from index.types import Block, BlockKind, Span

_DOTTED = re.compile(r"[\s\ufeff]*(\d{1,4})[.)]\s+(?=\S)")
_LABEL = re.compile(
    r"[\s\ufeff]*(?:\[\^?(?P<bracket>[^\]\s]{1,20})\]:?\s*|(?P<raised>[⁰¹²³⁴-⁹]{1,4})\s*"
    r"|(?P<plain>\d{1,4})[.)]?\s+|(?P<sign>[*†‡§]{1,3})\s*)(?=\S)"
)
_NOTES_HEADING = re.compile(
    r"\W*(?:end ?notes?|foot ?notes?|notes|notes and references|references and notes"
    r"|notes (?:to|for|on) .{1,60})\W*$",
    re.IGNORECASE,
)
_CITED = re.compile(
    r"(?<=\S)([⁰¹²³⁴-⁹]{1,4})|(?:(?<=\S\[)|(?<=\S\[\^)|(?<=[^\W\d_][.,;:!?\"'”’)]))(\d{1,4})(?=[\]\s])"
)
_RAISED = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")

# Markers are looked for on so many characters above the notes at a page's foot.
_LONGEST_PAGE = 20_000

# Notes may be missing, but no more than this many in a row.
_WIDEST_GAP = 20

_TEXT = (BlockKind.PARAGRAPH, BlockKind.ITEM, BlockKind.QUOTATION)
# A list of its format's own may be the paragraphs of a document, or its notes.
_LISTED = (BlockKind.PARAGRAPH, BlockKind.ITEM)


@dataclass(frozen=True, slots=True)
class _Numbered:
    """A block that starts with a number: where the words after it start, and the index of the
    heading that it stands under."""

    index: int
    number: int
    body: int
    heading: int


_Run = list[_Numbered]


def number(text: str, blocks: Sequence[Block]) -> list[Block]:
    """Take the numbers off numbered paragraphs and notes and make locators of them.

    Notes are the numbered paragraphs of a notes section, those at the foot of a page that refers to
    them, and a run to which the text before it refers. Other runs number the paragraphs of a
    document that is mostly numbered, or are lists.
    """
    out = list(blocks)
    inside = _notes_sections(text, blocks)
    _section_notes(text, out, inside)
    runs = _runs(text, blocks, inside)
    feet = _foot_notes(text, out)
    outer = _outermost(runs)
    at_feet = [run for run in outer if 2 * sum(item.index in feet for item in run) >= len(run)]
    others = _without(outer, at_feet)
    cited = _cited(text, blocks) if others else []
    at_end = [run for run in others if _is_cited(run, cited, blocks)]
    paragraphs = [run for run in _without(others, at_end) if len(run) >= 3]
    if not _mostly_numbered(blocks, paragraphs):
        paragraphs = []
    members = {item.index for run in paragraphs for item in run}
    _mark_lists(out, runs)
    for run in at_feet:
        feet |= {item.index: (str(item.number), item.body) for item in run}
    for index, (label, body) in feet.items():
        if index not in members:
            out[index] = _note(text, blocks[index], label, body)
    for run in at_end:
        _number_notes(text, out, run)
    for run in paragraphs:
        _number_paragraphs(text, out, run)
    return out


def _without(runs: Iterable[_Run], others: Iterable[_Run]) -> list[_Run]:
    taken = {run[0].index for run in others}
    return [run for run in runs if run[0].index not in taken]


def _notes_sections(text: str, blocks: Sequence[Block]) -> list[bool]:
    """Whether each block lies in a section of notes. Such a section may have parts, under headings
    that its own is above, or that repeat a heading of the text."""
    inside, titles, out = False, set[str](), []
    for block in blocks:
        if block.kind is BlockKind.HEADING:
            title = block.span.of(text).casefold()
            nested = any(_NOTES_HEADING.match(above) for above in block.place.section)
            inside = bool(_NOTES_HEADING.match(title)) or nested or (inside and title in titles)
            titles.add(title)
        out.append(inside)
    return out


def _section_notes(text: str, out: list[Block], inside: Sequence[bool]) -> None:
    """Make notes of the labelled paragraphs in sections of notes, and of those between two."""
    found = [
        _labelled(text, block) if within and block.kind in _TEXT else None
        for block, within in zip(out, inside, strict=True)
    ]
    last, label, between = 0, "", list[int]()
    for index, block in enumerate(out):
        if not inside[index] or block.kind is BlockKind.HEADING:
            last, label, between = 0, "", []
            continue
        note = found[index]
        if note and _follows(note[0], last):
            for other in between:
                out[other] = _note(text, out[other], label, out[other].span.start)
            label, between = note[0], []
            last = int(label) if label.isdecimal() else last
            out[index] = _note(text, block, *note)
        elif label and block.kind in _TEXT:
            between.append(index)


def _follows(label: str, last: int) -> bool:
    """Whether a note may bear a label after the number `last`; 0 is before the first."""
    if not label.isdecimal() or not last:
        return True
    return last < int(label) <= last + _WIDEST_GAP or int(label) <= 2


def _labelled(text: str, block: Block) -> tuple[str, int] | None:
    """The label that a note begins with, and where its words start."""
    match = _LABEL.match(text, block.span.start, block.span.end)
    if not match or match.lastgroup is None:
        return None
    label = match[match.lastgroup].translate(PLAIN)
    if match.lastgroup == "sign" and "*" in text[match.end() : block.span.end]:
        return None  # emphasis, opened and closed
    return label, match.end()


def _note(text: str, block: Block, label: str, body: int) -> Block:
    place = block.place._replace(note=label)
    return _trimmed(text, replace(block, kind=BlockKind.NOTE, place=place), body)


def _trimmed(text: str, block: Block, body: int) -> Block:
    """The block from `body` on, on the line where that is."""
    moved = block.place
    if moved.line is not None and body > block.span.start:
        skipped = text[block.span.start : body].replace("\r\n", "\n").replace("\r", "\n")
        moved = moved._replace(line=moved.line + skipped.count("\n"))
    return replace(block, span=Span(body, block.span.end), place=moved)


def _foot_notes(text: str, blocks: Sequence[Block]) -> dict[int, tuple[str, int]]:
    """The labels and bodies of the paragraphs at the foot of each page that it has markers for."""
    found: dict[int, tuple[str, int]] = {}
    for top, foot in page_feet(blocks):
        for index in range(foot - 1, top, -1):
            if blocks[index].kind is BlockKind.FURNITURE:
                continue
            labelled = _labelled(text, blocks[index]) if blocks[index].kind in _TEXT else None
            start = max(blocks[top].span.start, blocks[index].span.start - _LONGEST_PAGE)
            page = text[start : blocks[index].span.start]
            if labelled is None or not _is_marked(page, labelled[0]):
                break
            found[index] = labelled
    return found


def _is_marked(page: str, label: str) -> bool:
    raised, plain = re.escape(label.translate(_RAISED)), re.escape(label)
    marker = rf"\S(?:{raised}|\[\^?{plain}\])(?![\d⁰¹²³⁴-⁹*])"
    glued = rf"[^\W\d_]['\"”’)\].,;:!?]*{plain}(?=\s)"
    return bool(re.search(rf"{marker}|{glued}", page))


def _cited(text: str, blocks: Sequence[Block]) -> list[tuple[int, int]]:
    """The numbers of raised, bracketed and glued markers, each with the index of its block."""
    return [
        (index, int((match[1] or match[2]).translate(PLAIN)))
        for index, block in enumerate(blocks)
        for match in _CITED.finditer(text, block.span.start, block.span.end)
    ]


def _is_cited(run: _Run, cited: Sequence[tuple[int, int]], blocks: Sequence[Block]) -> bool:
    """Whether a run stands together and the text before it has markers for most of its numbers."""
    numbers = {item.number for item in run}
    before = {number for index, number in cited if index < run[0].index}
    between = sum(block.kind in _TEXT for block in blocks[run[0].index : run[-1].index + 1])
    return len(run) > 1 and 2 * len(numbers & before) > len(run) and between <= 2 * len(run)


def _number_notes(text: str, out: list[Block], run: _Run) -> None:
    for item, following in zip(run, [*run[1:], None], strict=True):
        label = str(item.number)
        out[item.index] = _note(text, out[item.index], label, item.body)
        for index in _continuation(out, item, following):
            out[index] = _note(text, out[index], label, out[index].span.start)


def _number_paragraphs(text: str, out: list[Block], run: _Run) -> None:
    for item, following in zip(run, [*run[1:], None], strict=True):
        label = str(item.number)
        place = out[item.index].place._replace(paragraph=label)
        numbered = replace(out[item.index], kind=BlockKind.PARAGRAPH, place=place)
        out[item.index] = _trimmed(text, numbered, item.body)
        for index in _continuation(out, item, following):
            out[index] = replace(out[index], place=out[index].place._replace(paragraph=label))


def _continuation(
    blocks: Sequence[Block], item: _Numbered, following: _Numbered | None
) -> Iterator[int]:
    """The unnumbered blocks after a numbered one; after the last of a run nobody can tell."""
    if following is None:
        return
    for index in range(item.index + 1, following.index):
        if blocks[index].kind is BlockKind.HEADING:
            return
        if blocks[index].kind in (*_TEXT, BlockKind.TABLE):
            yield index


def _mostly_numbered(blocks: Sequence[Block], runs: Iterable[_Run]) -> bool:
    """Whether at least half of the paragraphs lie in the runs, from first to last member."""
    kinds = [block.kind in _TEXT for block in blocks]
    inside = {index for run in runs for index in range(run[0].index, run[-1].index + 1)}
    return 2 * sum(kinds[index] for index in inside) >= sum(kinds)


def _mark_lists(out: list[Block], runs: Iterable[_Run]) -> None:
    """Make items of what two numbers or more in a row begin; paragraphs and notes come after."""
    for run in runs:
        for item in run if len(run) > 1 else ():
            if out[item.index].kind is BlockKind.PARAGRAPH:
                out[item.index] = replace(out[item.index], kind=BlockKind.ITEM)


def _runs(text: str, blocks: Sequence[Block], inside: Sequence[bool]) -> list[_Run]:
    """Ascending runs of numbered paragraphs outside the sections of notes."""
    items = list(_items(text, blocks, inside))
    places: dict[int, list[int]] = defaultdict(list)
    for item in items:
        places[item.number].append(item.index)
    runs: list[_Run] = []
    waiting: dict[int, list[_Run]] = defaultdict(list)
    for item in items:
        run = _taken(waiting[item.number - 1], item, places)
        if not run:
            runs.append(run)
        run.append(item)
        waiting[item.number].append(run)
    return runs


def _items(text: str, blocks: Sequence[Block], inside: Sequence[bool]) -> Iterator[_Numbered]:
    heading = 0
    for index, block in enumerate(blocks):
        if block.kind is BlockKind.HEADING:
            heading = index
        match = _DOTTED.match(text, block.span.start, block.span.end)
        if block.kind in _LISTED and not inside[index] and match:
            yield _Numbered(index, int(match[1]), match.end(), heading)


def _taken(waiting: list[_Run], item: _Numbered, places: dict[int, list[int]]) -> _Run:
    """The run that an item goes on with, taken from those that end in the number before, the oldest
    first; a new one if there is none.

    Runs of the same section come first. Of two in one section, the older goes on: the list inside a
    paragraph has ended. But where the same number comes once more before the next, the younger
    does: the paragraphs go on there.
    """
    if not waiting:
        return []
    here = bisect_left(waiting, item.heading, key=lambda run: run[-1].index)
    if len(waiting) - here > 1 and _comes_again(item, places):
        return waiting.pop()
    return waiting.pop(here if here < len(waiting) else 0)


def _comes_again(item: _Numbered, places: dict[int, list[int]]) -> bool:
    """Whether a number comes once more before the next one."""
    again, following = (
        places[number][at]
        if (at := bisect_right(places[number], item.index)) < len(places[number])
        else None
        for number in (item.number, item.number + 1)
    )
    return again is not None and (following is None or again < following)


def _outermost(runs: Iterable[_Run]) -> list[_Run]:
    """The runs that lie inside no other one that is as long, or longer: those are mere lists."""
    kept: list[tuple[int, int]] = []
    out = []
    for run in sorted(runs, key=lambda run: (-len(run), run[0].index - run[-1].index)):
        first, last = run[0].index, run[-1].index
        at = bisect_left(kept, (first, 0))
        # None of those kept lies in another, so the nearest before reaches furthest.
        if at == 0 or kept[at - 1][1] < last:
            insort(kept, (first, last))
            out.append(run)
    return out
