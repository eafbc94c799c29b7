"""The passages that stand in several places of an index, with what differs between the copies."""

from collections.abc import Iterator
from contextlib import closing
from itertools import groupby

import click

from index.database import undamaged
from index.locate import place_at
from index.store import Store, open_reading
from index.types import Span
from index.witnesses.match import Group, Match
from rag.compose import with_witnesses
from rag.config import Config
from rag.render import difference_text, visible
from rag.show import find_document
from rag.types import Claim
from rag.verify import Gate


def print_groups(config: Config, document: str | None) -> None:
    """Print the groups of an index, or those that a document has a part in."""
    with undamaged(config.index), closing(open_reading(config.index)) as store:
        path = find_document(store, document).path if document else None
        groups = [group for group in store.groups() if path is None or _has(group, path)]
        for number, group in enumerate(groups, start=1):
            for line in _group(store, number, group):
                click.echo(visible(line))
        noun = "group" if len(groups) == 1 else "groups"
        click.echo(f"{len(groups)} {noun} of passages that are copies of each other.")


def _has(group: Group, path: str) -> bool:
    return any(document == path for document, _ in group.places)


def _group(store: Store, number: int, group: Group) -> Iterator[str]:
    """The places of a group, then for each pair of them what differs, sentence by sentence."""
    yield f"[{number}] {len(group.places)} places, one source"
    for path, span in group.places:
        yield f"    {_where(store, path, span)}"
    for match in group.matches:
        yield from _match(store, match)


def _where(store: Store, path: str, span: Span) -> str:
    """A stretch of a document by its first and last locator."""
    document = store.document(path)
    assert document is not None, "the index named it"
    ends = (Span(span.start, span.start + 1), Span(span.end - 1, span.end))
    places = dict.fromkeys(place_at(document, end)._replace(cites=()).locator for end in ends)
    return f"{path}, {' to '.join(places)}"


def _fuller(match: Match) -> str:
    """Which of two places has lost less of what they share."""
    ours, theirs = match.lost, match.flipped.lost
    if ours == theirs:
        return "both are as full"
    fuller, (least, most) = (match.ours if ours < theirs else match.theirs), sorted((ours, theirs))
    return f"{fuller.document} is fuller: it has lost {least:.0%}, the other {most:.0%}"


def _match(store: Store, match: Match) -> Iterator[str]:
    """Two places against each other: how much is shared, and the sentences that differ."""
    ours, theirs = match.ours, match.theirs
    yield (
        f"    {_where(store, ours.document, ours.span)} ↔ "
        f"{_where(store, theirs.document, theirs.span)}: "
        f"{match.shared} words shared, of {ours.words} and {theirs.words}; {_fuller(match)}"
    )
    copies = [
        copy.sentences
        for copy in store.copies(ours.document, ours.span)
        if copy.sentences.theirs.document == theirs.document
        and copy.sentences.theirs.span.overlaps(theirs.span)
    ]
    gate = Gate(store.document)
    same = 0
    for span, _ in groupby(copies, key=lambda copy: copy.ours.span):
        quote = gate.quote(Claim(ours.document, span, 0.0))
        witnesses = with_witnesses(quote, gate, store).witnesses if quote else ()
        for witness in witnesses:
            if witness.document == theirs.document and not witness.same and quote:
                yield f"      {quote.place.locator}: {quote.display}"
                yield f"        {witness.document}{difference_text(witness)}"
        same += bool(witnesses) and all(witness.same for witness in witnesses)
    yield f"      {same} sentences are the same"
