"""What the index knows about the places that a question set names, without asking anything.

For every gold span the sentence at that place is looked up: is its locator the one that a careful
reader gave, and are its words given to the person who said them? Run it as
`python -m eval.places QUESTIONS.jsonl --index FOLDER`.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import click
from rich.console import Console
from rich.table import Table

from eval.cases import Case, Gold, load_cases
from eval.figures.statistics import share
from eval.judging.citation import is_authors, is_named, locator_right
from eval.judging.right import shared
from index.database import undamaged
from index.store import Store, open_reading
from index.types import Document
from index.witnesses.differences import change_sense
from rag.cli import run_program
from rag.compose import worded_differently
from rag.types import Claim, Quote
from rag.verify import Gate


@dataclass(frozen=True, slots=True)
class Place:
    """A gold span and what the index says of the sentence there; None where that does not apply.

    `misgiven`: somebody else's words are given to the author of the source.
    """

    case: Case
    gold: Gold
    quote: Quote | None
    locator: bool | None
    speaker: bool | None
    misgiven: bool | None


def look_up(cases: Iterable[Case], store: Store) -> list[Place]:
    """Every gold span of the cases that names a range of a document of the index."""
    gate = Gate(store.document)
    return [
        _place(case, gold, sentence_at(gold, store, gate))
        for case in cases
        for gold in case.gold
        if gold.span
    ]


def sentence_at(gold: Gold, store: Store, gate: Gate) -> Quote | None:
    """The sentence that has most of a gold span, as a quote."""
    assert gold.span is not None, "asked for spans only"
    spans = store.sentences(gold.doc)
    best = max(spans, key=lambda span: shared(span, gold.span or span), default=None)
    return gate.quote(Claim(gold.doc, best, 0.0)) if best else None


def _place(case: Case, gold: Gold, quote: Quote | None) -> Place:
    first = quote.speakers[0] if quote else ""
    author = is_authors(gold.stance)
    voiced = bool(quote) and first == quote.document.voice if quote else False
    return Place(
        case=case,
        gold=gold,
        quote=quote,
        locator=locator_right(gold.locator, quote.place.locator if quote else ""),
        speaker=None if not gold.stance else voiced if author else is_named(first, gold.stance),
        misgiven=None if author else voiced,
    )


def find_traps(cases: Iterable[Case], store: Store) -> Iterator[tuple[Case, bool, bool]]:
    """For each trap: whether it is a witness of its gold, and whether that changes the sense."""
    gate = Gate(store.document)
    for case in cases:
        if case.trap and case.trap.span:
            yield case, *_trap(case, case.trap, store, gate)


def _trap(case: Case, trap: Gold, store: Store, gate: Gate) -> tuple[bool, bool]:
    damaged = sentence_at(trap, store, gate)
    clean = [quote for gold in case.gold if (quote := sentence_at(gold, store, gate))]
    if damaged is None:
        return False, False
    copies = store.copies(trap.doc, damaged.span)
    pairs = [
        quote
        for quote in clean
        for copy in copies
        if copy.sentences.theirs.document == quote.document.path
        and copy.sentences.theirs.span.overlaps(quote.span)
    ]
    flagged = [change_sense(worded_differently(quote.display, damaged.display)) for quote in pairs]
    return bool(pairs), any(flagged)


@click.command()
@click.argument("questions", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--index", "folder", required=True, type=click.Path(exists=True, path_type=Path))
@click.option("--misses", is_flag=True, help="List the places that are wrong.")
def main(questions: Path, folder: Path, *, misses: bool) -> None:
    """Count what the index FOLDER knows about the places that QUESTIONS name."""
    cases = load_cases(questions)
    with undamaged(folder), closing(open_reading(folder)) as store:
        places = look_up(cases, store)
        traps = list(find_traps(cases, store))
        documents = [found for each in store.summaries() if (found := store.document(each.path))]
    console = Console(markup=False, emoji=False, highlight=False)
    console.print(_figures(places, traps), _structure(documents))
    for place in places if misses else []:
        if place.locator is False or place.speaker is False:
            console.print(_miss(place), soft_wrap=True)


def _figures(places: Sequence[Place], traps: Sequence[tuple[Case, bool, bool]]) -> Table:
    attribution = [place for place in places if place.case.kind == "attribution"]
    others = [place for place in places if place.misgiven is not None]
    own = [place for place in places if place.misgiven is None]
    table = Table("", "n", "share", title="Places")
    rows: list[tuple[str, list[bool | None]]] = [
        ("locator right (¶, note or page)", [place.locator for place in places]),
        ("attribution: first speaker right", [place.speaker for place in attribution]),
        ("attribution: given to the author", [place.misgiven for place in attribution]),
        ("others' words: first speaker right", [place.speaker for place in others]),
        ("others' words: given to the author", [place.misgiven for place in others]),
        ("the author's words: given to the author", [place.speaker for place in own]),
        ("trap is a witness of its gold", [paired for _, paired, _ in traps]),
        ("trap flagged as changing the sense", [flagged for _, _, flagged in traps]),
    ]
    for name, values in rows:
        known = [value for value in values if value is not None]
        found = share(known)
        table.add_row(name, str(len(known)), "–" if found is None else f"{found:.1%}")
    return table


def _structure(documents: Sequence[Document]) -> Table:
    table = Table("document", "author", "¶", "notes", "markers", "linked", "speeches")
    count: Callable[[Iterable[object]], str] = lambda items: str(len(set(items)))  # noqa: E731
    for document in documents:
        markers = [reference for reference in document.references if reference.label]
        table.add_row(
            document.path,
            document.author or "–",
            count(b.place.paragraph for b in document.blocks if b.place.paragraph),
            count((b.place.note, b.place.section) for b in document.blocks if b.place.note),
            str(len(markers)),
            str(sum(bool(reference.notes) for reference in markers)),
            str(len(document.speeches)),
        )
    return table


def _miss(place: Place) -> str:
    shown = "no quote"
    if place.quote:
        shown = f"{place.quote.place.locator} · {' ← '.join(place.quote.speakers)}"
    return f"{place.case.id}: {place.gold.locator} · {place.gold.stance}\n    {shown}"


if __name__ == "__main__":
    run_program(main)
