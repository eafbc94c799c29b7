"""Blocks, sections and locators of plain text.

A loader that knows its format's structure makes raw blocks itself; `plain_blocks` finds them in
text that has none. Both go through `finish`, which adds what is true of any format: paragraph and
note numbers, page numbers from footers, section paths, paragraphs that a page break cut in two,
and which note a marker points to.
No rule may name a source, an author or a phrase.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from index.reading import heal
from index.types import Block, BlockKind, Place, Reference, Span

# Hard-wrapped prose is narrower than this; a longer line is a paragraph of its own.
WIDEST_WRAP = 100
LONGEST_HEADING = 110
# A longer line is text, whatever it ends with; patterns are tried on shorter ones only.
LONGEST_FURNITURE = 300

# Lines as an editor counts them; str.splitlines() also breaks at form feeds and others.
LINE = re.compile(r"([^\r\n]*)(?:\r\n|\r|\n|$)")

_PAGE = re.compile(r"\s*(?:[Pp]age|[Pp]\.|[-–—\[])\s*(\d{1,4})\s*[-–—\]]?\s*$")
_RUNNING_PAGE = re.compile(r".{1,80}\sPage\s(\d{1,4})\s*$")  # prose writes "page 41"
_SEPARATOR = re.compile(r"[\W_]+$")
_CONTENTS = re.compile(r".*\S\s*(?:\.{3,}|(?:\. ){3,}|\t)\s*\d{1,4}\s*$")
_NUMBER = re.compile(r"[\s\ufeff]*(\d{1,4})[.)]?\s+(?=\S)")
_DOTTED_NUMBER = re.compile(r"[\s\ufeff]*(\d{1,4})[.)]\s+(?=\S)")
_NOTES_HEADING = re.compile(
    r"\W*(?:end ?notes?|foot ?notes?|notes(?: and references)?)\W*$", re.IGNORECASE
)
_SUPERSCRIPTS = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")
_SENTENCE_END = re.compile(r"[.!?:;…]['\"”’»)\]*_⁰¹²³⁴-⁹]*\d{0,3}$")
_BROKEN_WORD = re.compile(r"\w[-\u2010\u00ad]\*?$")


@dataclass(frozen=True, slots=True)
class Structure:
    """The finished blocks of a document, in order, and its references to notes and sources."""

    blocks: tuple[Block, ...]
    references: tuple[Reference, ...]


@dataclass(frozen=True, slots=True)
class _Line:
    span: Span
    text: str
    number: int


def plain_blocks(text: str) -> tuple[Block, ...]:
    """The raw blocks of a text without markup, in order; furniture included, white space not.

    Hard-wrapped lines are one paragraph; in a text with long lines each line is one.
    """
    return tuple(block for chunk in _chunks(text) for block in _chunk_blocks(chunk))


def finish(text: str, blocks: Iterable[Block]) -> Structure:
    """Complete raw blocks: page breaks healed, numbers found, sections and pages filled in."""
    joined = _join_broken(text, _footnotes(text, list(blocks)))
    return Structure(tuple(_with_places(_number(text, joined), text)), ())


def _lines(text: str) -> Iterator[_Line]:
    for number, match in enumerate(LINE.finditer(text), start=1):
        bare = match[0].strip()
        if bare:
            start = match.start() + len(match[0]) - len(match[0].lstrip())
            yield _Line(Span(start, start + len(bare)), bare, number)


def _chunks(text: str) -> Iterator[list[_Line]]:
    """Runs of lines with no empty line between them."""
    chunk: list[_Line] = []
    for line in _lines(text):
        if chunk and line.number != chunk[-1].number + 1:
            yield chunk
            chunk = []
        chunk.append(line)
    if chunk:
        yield chunk


def _chunk_blocks(chunk: list[_Line]) -> Iterator[Block]:
    for group in _paragraphs(chunk):
        span = Span(group[0].span.start, group[-1].span.end)
        kind = _kind(group, alone=len(chunk) == 1)
        yield Block(kind, span, Place(line=group[0].number, page=_footer_page(group, kind)))


def _paragraphs(chunk: list[_Line]) -> Iterator[list[_Line]]:
    """Split a chunk into paragraphs: at furniture, at numbered lines, at lines that end short."""
    wrapped = max(len(line.text) for line in chunk) <= WIDEST_WRAP
    group: list[_Line] = []
    for line in chunk:
        apart = not wrapped or _is_furniture(line.text) or _starts_item(line, group)
        apart = apart or bool(group and _is_banner(group[-1].text) != _is_banner(line.text))
        if group and (apart or _is_furniture(group[-1].text)):
            yield group
            group = []
        group.append(line)
    yield group


def _starts_item(line: _Line, group: list[_Line]) -> bool:
    """Whether a numbered line begins an item: only after a finished sentence or another item."""
    return bool(
        group
        and _NUMBER.match(line.text)
        and (_SENTENCE_END.search(group[-1].text) or _is_title(group[-1].text))
    )


def _is_furniture(line: str) -> bool:
    return len(line) <= LONGEST_FURNITURE and bool(
        _PAGE.match(line)
        or _RUNNING_PAGE.match(line)
        or _SEPARATOR.match(line)
        or _CONTENTS.match(line)
    )


def _footer_page(group: list[_Line], kind: BlockKind) -> str | None:
    if kind is not BlockKind.FURNITURE:
        return None
    match = _PAGE.match(group[0].text) or _RUNNING_PAGE.match(group[0].text)
    return match[1] if match else None


def _kind(group: list[_Line], *, alone: bool) -> BlockKind:
    first = group[0].text
    if _is_furniture(first) and _CONTENTS.match(first):
        return BlockKind.CONTENTS
    if _is_furniture(first):
        return BlockKind.FURNITURE
    if all(_is_banner(line.text) for line in group) or (alone and _is_title(first)):
        return BlockKind.HEADING
    return BlockKind.PARAGRAPH


def _is_banner(line: str) -> bool:
    """A title in capitals; it may run over several lines and stand right above other text."""
    return line.isupper() and _is_title(line)


def _is_title(line: str) -> bool:
    """Short, begins with a capital or a figure, does not end like a sentence, mostly capitals."""
    if len(line) > LONGEST_HEADING or re.search(r"[.:;,…]['\"”’)\]]*$", line):
        return False
    words = [word for word in re.findall(r"[^\W\d_]+", line) if len(word) > 3]
    capitals = sum(word[0].isupper() for word in words)
    return bool(words) and not line[0].islower() and capitals >= 0.6 * len(words)


def _footnotes(text: str, blocks: list[Block]) -> list[Block]:
    """Make notes of the numbered paragraphs above a page footer that its page has markers for."""
    out = list(blocks)
    top = 0
    for footer, block in enumerate(blocks):
        if not block.place.page:
            continue
        at = footer - 1
        while at >= top and (note := _footnote(text, blocks[top], blocks[at])):
            out[at] = note
            at -= 1
        top = footer + 1
    return out


def _footnote(text: str, top: Block, block: Block) -> Block | None:
    """The block as a note without its number, if the page from `top` on refers to that number."""
    match = _NUMBER.match(text, block.span.start, block.span.end)
    if block.kind is not BlockKind.PARAGRAPH or not match:
        return None
    number = match[1]
    marker = rf"\S(?:{number.translate(_SUPERSCRIPTS)}|\[\^?{number}\])(?![\d⁰¹²³⁴-⁹])"
    if not re.search(marker, text[top.span.start : block.span.start]):
        return None
    place = block.place._replace(note=number)
    span = Span(match.end(), block.span.end)
    return replace(block, kind=BlockKind.NOTE, span=span, place=place)


def _join_broken(text: str, blocks: list[Block]) -> list[Block]:
    """Join a paragraph that stops in mid-sentence to the one that goes on in lower case.

    Footnotes and footers between the two halves become holes of the joined block, and stay blocks
    themselves, to be quoted and counted.
    """
    joined: list[Block] = []
    open_at: int | None = None
    for block in blocks:
        if block.kind in (BlockKind.FURNITURE, BlockKind.NOTE) and open_at is not None:
            joined.append(block)
            continue
        if open_at is not None and _goes_on(text, joined[open_at], block):
            joined[open_at] = _merge(text, joined[open_at], block, joined[open_at + 1 :])
            continue
        joined.append(block)
        open_at = len(joined) - 1 if block.kind is BlockKind.PARAGRAPH else None
    return joined


def _goes_on(text: str, first: Block, second: Block) -> bool:
    if second.kind is not BlockKind.PARAGRAPH:
        return False
    before, after = first.span.of(text), second.span.of(text)
    return after[0].islower() and (
        bool(_BROKEN_WORD.search(before)) or not _SENTENCE_END.search(before)
    )


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


@dataclass(frozen=True, slots=True)
class _Numbered:
    """A block that starts with a number, and where the words after the number start."""

    index: int
    number: int
    body: int


def _number(text: str, blocks: list[Block]) -> list[Block]:
    """Take the numbers off numbered paragraphs and notes and make locators of them.

    A number counts only as a member of an ascending run, so that a year or a chapter title is not
    taken for one, and in a document that is mostly numbered, so that a list is not. Unnumbered
    paragraphs between two members, up to a heading, go on with the number before them.
    """
    out = list(blocks)
    in_notes = _notes_sections(text, blocks)
    runs = _runs(text, blocks)
    paragraphs = [run for run in runs if len(run) >= 3 and not in_notes[run[0].index]]
    if not _mostly_numbered(blocks, paragraphs):
        paragraphs = []
    for run in [*paragraphs, *(run for run in runs if in_notes[run[0].index])]:
        for item, following in zip(run, [*run[1:], None], strict=True):
            is_note = in_notes[item.index]
            out[item.index] = _named(blocks[item.index], item, is_note=is_note)
            for index in _continuation(blocks, item, following):
                out[index] = replace(blocks[index], place=_place_of(blocks[index], item, is_note))
    return out


def _named(block: Block, item: _Numbered, *, is_note: bool) -> Block:
    return replace(
        block,
        kind=BlockKind.NOTE if is_note else block.kind,
        span=Span(item.body, block.span.end),
        place=_place_of(block, item, is_note),
    )


def _place_of(block: Block, item: _Numbered, is_note: bool) -> Place:
    number = str(item.number)
    if is_note:
        return block.place._replace(note=number)
    return block.place._replace(paragraph=number)


def _mostly_numbered(blocks: list[Block], runs: list[list[_Numbered]]) -> bool:
    """Whether at least half of the paragraphs lie in the runs, from first to last member."""
    kinds = [block.kind is BlockKind.PARAGRAPH for block in blocks]
    inside = {index for run in runs for index in range(run[0].index, run[-1].index + 1)}
    return 2 * sum(kinds[index] for index in inside) >= sum(kinds)


def _continuation(
    blocks: list[Block], item: _Numbered, following: _Numbered | None
) -> Iterator[int]:
    """The unnumbered paragraphs after a numbered one; after the last of a run nobody can tell."""
    if following is None:
        return
    for index in range(item.index + 1, following.index):
        if blocks[index].kind is BlockKind.HEADING:
            return
        if blocks[index].kind is BlockKind.PARAGRAPH:
            yield index


def _notes_sections(text: str, blocks: list[Block]) -> list[bool]:
    inside, out = False, []
    for block in blocks:
        if block.kind is BlockKind.HEADING:
            inside = bool(_NOTES_HEADING.match(block.span.of(text)))
        out.append(inside)
    return out


def _runs(text: str, blocks: list[Block]) -> list[list[_Numbered]]:
    """Ascending runs of numbered paragraphs; one that lies inside a longer run is a mere list."""
    runs: list[list[_Numbered]] = []
    ending_in: dict[int, list[_Numbered]] = {}
    for index, block in enumerate(blocks):
        match = _DOTTED_NUMBER.match(text, block.span.start, block.span.end)
        if block.kind is not BlockKind.PARAGRAPH or not match:
            continue
        item = _Numbered(index, int(match[1]), match.end())
        run = ending_in.pop(item.number - 1, None)
        if run is None:
            run = []
            runs.append(run)
        run.append(item)
        ending_in[item.number] = run
    longer = [run for run in runs if len(run) > 1]
    return [run for run in runs if not any(_inside(run, other) for other in longer)]


def _inside(run: list[_Numbered], other: list[_Numbered]) -> bool:
    return (
        len(other) > len(run) and other[0].index < run[0].index and run[-1].index < other[-1].index
    )


def _with_places(blocks: list[Block], text: str) -> Iterator[Block]:
    """Fill in the section path and the page of each block.

    A footer stands at the end of its page, so pages are assigned backwards.
    """
    section: tuple[str, ...] = ()
    for block, page in zip(blocks, _pages(blocks), strict=True):
        if block.kind is BlockKind.HEADING:
            section = (*block.place.section, heal(text, block.span, block.holes).text)
        yield replace(block, place=block.place._replace(section=section, page=page))


def _pages(blocks: list[Block]) -> list[str | None]:
    page: str | None = None
    out: list[str | None] = []
    for block in reversed(blocks):
        page = block.place.page or page
        out.append(page)
    return out[::-1]
