"""A place of a source with all that is known about it: structure, speakers, notes, copies."""

import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from itertools import groupby

import click

from index.database import undamaged
from index.errors import PinciteError
from index.locate import citing, place_at
from index.store import Store, open_reading
from index.types import Block, BlockKind, Document, Span, line_of
from rag.compose import with_witnesses
from rag.config import Config
from rag.render import asides, attribution, visible
from rag.types import Claim, Quote
from rag.verify import Gate

_LOCATOR = re.compile(
    r"""\s*(?: (?P<paragraph>¶?\s*\d+)
      | (?:n\.|(?:end|foot)?note)\s+(?P<note>\S+) | n\.?(?P<number>\d+)
      | (?:p\.|page)\s+(?P<page>\S+) | p\.?(?P<sheet>\d+)
      | (?:l|line)\.?\s*(?P<line>\d+)
      | (?P<start>\d+)\s*(?:-|–|\.\.)\s*(?P<end>\d+) )\s*$""",
    re.VERBOSE | re.IGNORECASE,
)


def show(config: Config, target: str) -> None:
    """Print `DOC` as an outline, or the blocks at `DOC:LOCATOR` with all that is known of them."""
    with undamaged(config.index), closing(open_reading(config.index)) as store:
        name, locator = _cut(store, target)
        document = find_document(store, name)
        lines = _place(store, document, locator) if locator else _outline(document)
        for line in lines:
            click.echo(visible(line))


def find_document(store: Store, name: str) -> Document:
    """The document of that path, or the one whose path begins so; PinciteError if none or many."""
    paths = [summary.path for summary in store.summaries()]
    matches = [name] if name in paths else [path for path in paths if path.startswith(name)]
    if len(matches) != 1:
        found = f"could be {', '.join(matches)}" if matches else "is not in the index"
        raise PinciteError(f"the document {name!r} {found}; `pincite status` lists all")
    document = store.document(matches[0])
    assert document is not None, "the summaries named it"
    return document


def _cut(store: Store, target: str) -> tuple[str, str]:
    """The name and the locator, which is empty where the whole is the name of a document."""
    name, _, locator = target.rpartition(":")
    whole = not name or any(summary.path == target for summary in store.summaries())
    return (target, "") if whole else (name, locator)


# -- the outline -----------------------------------------------------------------------------------


def _outline(document: Document) -> Iterator[str]:
    """What a document is, and its headings with where they stand."""
    yield f"{document.path}: {document.title}"
    yield f"  author     {document.author or 'not named'}"
    yield f"  encoding   {document.encoding}"
    yield f"  SHA-256    {document.sha256}"
    yield f"  holds      {_count(Counter(block.kind.value for block in document.blocks))}"
    missing = sum(not reference.notes for reference in document.references)
    markers = sum(bool(reference.label) for reference in document.references)
    sources = len(document.references) - markers
    yield f"  notes      {markers} markers, {missing} of them without a note; {sources} in the text"
    yield f"  speech     {len(document.speeches)} stretches in other people's words"
    for block in document.blocks:
        if block.kind is BlockKind.HEADING:
            yield f"{'  ' * len(block.place.section)}{_where(block)}: {block.place.section[-1]}"


def _where(block: Block) -> str:
    """Where a heading stands: its own name would be no news."""
    return block.place._replace(section=()).locator or "heading"


def _count(counts: Counter[str]) -> str:
    return ", ".join(f"{count} {kind}" for kind, count in counts.most_common())


# -- a place ---------------------------------------------------------------------------------------


def _place(store: Store, document: Document, locator: str) -> Iterator[str]:
    blocks = _blocks_at(document, locator)
    if not blocks:
        raise PinciteError(
            f"there is no {locator.strip()!r} in {document.path}; a locator is like ¶58, n. 71, "
            "p. 12, line 30, 1200-1350 (offsets), or the words of a heading"
        )
    gate = Gate(store.document)
    sentences = store.sentences(document.path)
    for block in blocks:
        yield _block_line(block)
        for reference in citing(document, block.span):
            yield f"  cited at {place_at(document, reference.at)._replace(cites=()).locator}"
        within = [s for s in sentences if block.span.start <= s.start and s.end <= block.span.end]
        quotes = [quote for s in within if (quote := gate.quote(Claim(document.path, s, 0.0)))]
        yield from _by_speaker([with_witnesses(q, gate, store) for q in quotes])


def _blocks_at(document: Document, locator: str) -> list[Block]:
    here = _test(document, locator)
    return [block for block in document.blocks if here(block)]


def _test(document: Document, locator: str) -> Callable[[Block], bool]:
    """What tells the blocks at a locator from the others."""
    match = _LOCATOR.match(locator)
    if match is None:
        words = locator.strip(' “”"').casefold()
        return lambda block: any(words in heading.casefold() for heading in block.place.section)
    found = {name: value for name, value in match.groupdict().items() if value}
    if paragraph := found.get("paragraph"):
        number = paragraph.lstrip("¶ ")
        return lambda block: block.place.paragraph == number
    if note := found.get("note") or found.get("number"):
        return lambda block: block.place.note == note
    if page := found.get("page") or found.get("sheet"):
        return lambda block: page in (block.place.page, str(block.place.sheet))
    if line := found.get("line"):
        return lambda block: _on_line(document.text, block.span, int(line))
    start, end = int(found["start"]), int(found["end"])
    return lambda block: block.span.start < end and start < block.span.end


def _on_line(text: str, span: Span, line: int) -> bool:
    return line_of(text, span.start) <= line <= line_of(text, span.end)


def _block_line(block: Block) -> str:
    kind = f"{block.kind.value}, characters {block.span.start}-{block.span.end}"
    path = " › ".join(block.place.section)
    return f"{block.place.locator}  [{kind}]" + (f"  {path}" if path else "")


def _by_speaker(quotes: Sequence[Quote]) -> Iterator[str]:
    """The sentences of a block under whoever speaks them."""
    for (speakers, reported), group in groupby(quotes, lambda q: (q.speakers, q.reported)):
        yield f"  {attribution(speakers, reported=reported)}:"
        for quote in group:
            yield f"    {quote.display}"
            yield from asides(quote)
