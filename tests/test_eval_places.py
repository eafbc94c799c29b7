"""What the index knows of gold places: right and wrong ones, on tiny sources without a model."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from eval.cases import Case, Gold, load_cases
from eval.figures.statistics import share
from eval.places import Place, find_traps, look_up, main
from index.store import Store, open_reading, writing
from index.tokens import DEFAULT_ENCODING, load_encoding
from index.types import Document, Span
from index.update import Updater, make_settings
from rag.config import Config
from tests.corpora import SEEDS, SHARED, needs_shared
from tests.fakes import FakeEmbedder

LAMP = "The keeper of the light at Marlin wound the clock before he lit the lamp."
PAID = "The owners of the schooner asked the board of Furth for four hundred pounds in damages."
CLEAN = f"""The Lights of Marlin

by Ada Hale

1. {LAMP} {PAID}

2. Pyke wrote: “Nobody on board could say which of the lamps was burning.”

3. Nobody was blamed.
"""
# The same, but for a number that is lost.
DAMAGED = f"{LAMP} {PAID.replace('four hundred ', '')}\n"


def indexed(sources: Path, folder: Path) -> None:
    embedder, tokens = FakeEmbedder(), load_encoding(DEFAULT_ENCODING)
    budget = Config().passage_tokens
    with writing(folder) as store:
        store.prepare(make_settings(embedder, tokens, budget))
        Updater(store, embedder, tokens, budget).run([sources])


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An index of the two documents."""
    top = tmp_path_factory.mktemp("places")
    (top / "sources").mkdir()
    (top / "sources" / "clean.txt").write_text(CLEAN)
    (top / "sources" / "damaged.txt").write_text(DAMAGED)
    indexed(top / "sources", top / "index")
    return top / "index"


@pytest.fixture(scope="module")
def store(folder: Path) -> Iterator[Store]:
    with closing(open_reading(folder)) as found:
        yield found


def gold(words: str, locator: str = "", stance: str = "", doc: str = "clean.txt") -> Gold:
    start = {"clean.txt": CLEAN, "damaged.txt": DAMAGED}[doc].index(words)
    return Gold(doc, Span(start, start + len(words)), None, words, locator, stance)


def case(*places: Gold, trap: Gold | None = None, kind: str = "") -> Case:
    return Case("q", "?", answerable=True, kind=kind, gold=places, trap=trap)


def place(words: str, locator: str = "", stance: str = "", *, store: Store) -> Place:
    (found,) = look_up([case(gold(words, locator, stance))], store)
    return found


def test_a_locator_is_right_when_it_shows_the_number(store: Store) -> None:
    assert place("lit the lamp", "¶1", store=store).locator is True
    assert place("lit the lamp", "¶2", store=store).locator is False
    assert place("lit the lamp", "heading", store=store).locator is None


@pytest.mark.parametrize(
    ("words", "stance", "speaker", "misgiven"),
    [
        ("Nobody on board", "Pyke, quoted by Hale", True, False),
        ("Nobody on board", "Morris, quoted by Hale", False, False),
        ("Nobody on board", "Hale (author)", False, None),
        ("Nobody on board", "", None, None),
        ("lit the lamp", "Hale (author)", True, None),
        ("lit the lamp", "Pyke, quoted by Hale", False, True),
        ("lit the lamp", "an unnamed sailor", False, True),
    ],
)
def test_the_first_speaker_is_compared_with_the_stance(
    words: str, stance: str, speaker: bool | None, misgiven: bool | None, store: Store
) -> None:
    found = place(words, stance=stance, store=store)
    assert (found.speaker, found.misgiven) == (speaker, misgiven)


def test_a_place_is_the_sentence_that_has_most_of_the_gold(store: Store) -> None:
    found = place(f"lamp. {PAID[:30]}", "¶1", store=store)
    assert found.quote
    assert found.quote.text == PAID


def test_a_document_that_is_not_there_has_no_quote(store: Store) -> None:
    absent = replace(gold("lit the lamp", "¶1", "Hale (author)"), doc="absent.txt")
    (found,) = look_up([case(absent)], store)
    assert (found.quote, found.locator, found.speaker) == (None, False, False)
    nowhere = replace(absent, span=None, page=3)
    assert look_up([case(nowhere)], store) == []


def test_a_trap_is_paired_with_its_gold_and_flagged(store: Store) -> None:
    hundred = gold("asked the board of Furth for four hundred")
    trap = gold("asked the board of Furth for pounds", doc="damaged.txt")
    lamp, same = gold("lit the lamp"), gold("lit the lamp", doc="damaged.txt")
    cases = [
        case(hundred, trap=trap),
        case(lamp, trap=same),
        case(gold("Nobody on board"), trap=trap),
        case(hundred, trap=replace(trap, doc="absent.txt")),
        case(hundred),
    ]
    found = [(paired, flagged) for _, paired, flagged in find_traps(cases, store)]
    assert found == [(True, True), (True, False), (False, False), (False, False)]


def test_the_command_prints_its_tables(folder: Path, tmp_path: Path) -> None:
    def line(number: int, kind: str, trap: dict[str, Any] | None, *places: Gold) -> str:
        answers = [as_json(each) for each in places]
        fields = {"id": f"q{number}", "question": "?", "kind": kind, "answerable": True}
        return json.dumps({**fields, "gold": answers, **({"trap": trap} if trap else {})})

    questions = tmp_path / "set.jsonl"
    trap = as_json(gold("asked the board of Furth for pounds", doc="damaged.txt"))
    lines = [
        line(1, "fact", trap, gold("asked the board of Furth for four hundred", "¶1")),
        line(2, "attribution", None, gold("Nobody on board", "¶3", "Pyke, quoted by Hale")),
    ]
    questions.write_text("\n".join(lines))
    options = [str(questions), "--index", str(folder)]
    found = CliRunner().invoke(main, options, catch_exceptions=False).output
    rows = [" ".join(line.replace("│", " ").split()) for line in found.splitlines()]
    for row in (
        "locator right (¶, note or page) 2 50.0%",
        "attribution: first speaker right 1 100.0%",
        "attribution: given to the author 1 0.0%",
        "trap is a witness of its gold 1 100.0%",
        "trap flagged as changing the sense 1 100.0%",
        "clean.txt Ada Hale 3 0 0 0 1",
    ):
        assert row in rows
    assert "q2: ¶3" not in found
    missed = CliRunner().invoke(main, [*options, "--misses"], catch_exceptions=False).output
    assert missed.endswith("q2: ¶3 · Pyke, quoted by Hale\n    ¶2 · Pyke ← Ada Hale\n")


def as_json(place: Gold) -> dict[str, Any]:
    assert place.span
    fields = {"doc": place.doc, "text": place.text, "locator": place.locator}
    return {**fields, "start": place.span.start, "end": place.span.end, "stance": place.stance}


# What the index has to know of the seeds


@pytest.fixture(scope="module")
def seeds(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    folder = tmp_path_factory.mktemp("seeds")
    indexed(SEEDS, folder)
    with closing(open_reading(folder)) as found:
        yield found


@pytest.mark.shared
@needs_shared
class TestSeeds:
    def test_places_are_located_and_their_words_attributed(self, seeds: Store) -> None:
        places = look_up(load_cases(SHARED / "questions" / "seeds-dev.jsonl"), seeds)
        attribution = [place for place in places if place.case.kind == "attribution"]
        assert known(place.locator for place in places) >= 0.98
        assert known(place.speaker for place in attribution) >= 0.85
        assert known(place.misgiven for place in attribution) <= 0.05

    def test_every_trap_is_a_witness_that_changes_the_sense(self, seeds: Store) -> None:
        cases = load_cases(SHARED / "questions" / "seeds-dev.jsonl")
        found = [(paired, flagged) for _, paired, flagged in find_traps(cases, seeds)]
        assert len(found) >= 5
        assert set(found) == {(True, True)}

    def test_every_marker_is_linked_to_its_note(self, seeds: Store) -> None:
        document = max(documents(seeds), key=lambda each: len(each.references))
        markers = [reference for reference in document.references if reference.label]
        notes = {block.place.note for block in document.blocks if block.place.note}
        assert (len(markers), len(notes)) == (115, 115)
        assert all(reference.notes for reference in markers)

    def test_the_excerpt_is_a_copy_of_numbered_paragraphs(self, seeds: Store) -> None:
        numbered = {each.path: paragraphs(each) for each in documents(seeds)}
        long = max(numbered, key=lambda path: len(numbered[path]))
        assert sorted(numbered[long], key=int) == [str(number) for number in range(1, 121)]
        excerpt = {str(number) for number in range(46, 53)}
        (short,) = [path for path, found in numbered.items() if set(found) == excerpt]
        (match,) = [
            match if match.ours.document == long else match.flipped
            for match in seeds.copied(short)
            if {match.ours.document, match.theirs.document} == {short, long}
        ]
        assert match.lost < 0.01
        # Of each numbered paragraph of the excerpt, all lies in the copied range.
        whole = {number: numbered[long][number] for number in excerpt}
        assert all(match.ours.span.overlaps(span) for span in whole.values())
        copied = [
            number for number, span in numbered[long].items() if match.ours.span.overlaps(span)
        ]
        assert set(copied) == excerpt
        assert any(
            {(long, match.ours.span), (short, match.theirs.span)} <= set(group.places)
            for group in seeds.groups()
        )


def known(values: Iterator[bool | None]) -> float:
    found = share([value for value in values if value is not None])
    assert found is not None
    return found


def documents(store: Store) -> list[Document]:
    return [found for each in store.summaries() if (found := store.document(each.path))]


def paragraphs(document: Document) -> dict[str, Span]:
    """Where each numbered paragraph stands, from its first block to its last."""
    spans: dict[str, Span] = {}
    for block in document.blocks:
        if number := block.place.paragraph:
            start = spans.get(number, block.span).start
            spans[number] = Span(start, block.span.end)
    return spans
