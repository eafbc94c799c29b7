"""The index folder: exact round trips, transactions, snapshots and everything that is refused."""

from __future__ import annotations

import os
import re
import sqlite3
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index import read
from index.database import DATABASE, FORMAT_VERSION, connect_reading, connect_writing
from index.embed import Encoded
from index.errors import IndexFolderError
from index.schema import SCHEMA
from index.split import split
from index.store import LOCK, Settings, Store, WritableStore, current_edition, open_reading, writing
from index.tokens import DEFAULT_ENCODING, Tokens, load_encoding
from index.types import (
    UNKNOWN,
    Block,
    BlockKind,
    Document,
    Passage,
    Place,
    Reference,
    Sentence,
    Span,
    Speech,
)
from index.update import make_budget
from tests.fakes import FakeEmbedder

SETTINGS = Settings("fake", "0" * 64, DEFAULT_ENCODING, 40)
ROOT = Path(__file__).parents[1]
EMBEDDER = FakeEmbedder()
TOKENS: Tokens = load_encoding(DEFAULT_ENCODING)

# Eight short documents that share words, and one of several passages.
TEXTS = [
    "It rained in Marlin. It never rained in Furth.",
    "The rain in Furth was not rain.",
    "# Snow\n\nIt snowed.\n\n# Rain\n\nThen it rained in Marlin.",
    "Marlin, Marlin, Marlin.",
    "Nobody came to Furth or to Marlin before 1937.",
    "* * *\n\nShe came to Furth.",
    "1. One came.\n\n2. Two came.\n\n3. Three rained.",
    "It snowed in Furth. " * 20,
    # Twice the same, the second time damaged.
    "Nobody came to Furth or to Marlin before the year was over. It was the winter of the snow.",
    "Nobody came to Furth before the year was over. It was the winter of snow. Then it rained.",
]


def make(path: str, text: str) -> Document:
    return read.load(text.encode(), Path(path), path)


def encode(document: Document) -> list[tuple[Passage, Encoded]]:
    budget = make_budget(EMBEDDER, TOKENS, SETTINGS.passage_tokens)
    passages = split(document.text, document.blocks, budget)
    return list(zip(passages, EMBEDDER.passages([p.reading for p in passages]), strict=True))


def put(store: WritableStore, path: str, text: str) -> Document:
    document = make(path, text)
    store.put(document, "/root", encode(document))
    return document


@contextmanager
def new_store(folder: Path) -> Iterator[WritableStore]:
    with writing(folder) as store:
        store.prepare(SETTINGS)
        yield store


# What an index answers, without the ids that depend on how it came to be

Contents = dict[str, object]


def contents(store: Store) -> Contents:
    """Everything that retrieval may see in a store, in an order of its own."""
    ids, vectors = store.vectors()
    stored = store.passages([int(number) for number in ids])
    names = {p.id: (p.document, p.passage.span.start) for p in stored}
    words = sorted({word for p in stored for word in re.findall(r"\w+", p.passage.reading)})
    pieces = sorted({*range(10), *pieces_of(store)})
    return {
        "documents": [(s, store.document(s.path)) for s in store.summaries()],
        "passages": sorted(
            (p.document, p.passage.span, p.passage, p.tokens.tolist(), p.token_spans)
            for p in stored
        ),
        "vectors": sorted(zip(names.values(), vectors.tolist(), strict=True)),
        "bm25": {
            word: sorted((names[number], score) for number, score in store.bm25([word]))
            for word in [*words, "absent"]
        },
        "pieces": store.piece_counts(pieces),
        "copied": store.copied(),
        "copies": [store.copies(s.path, Span(0, 10**9)) for s in store.summaries()],
    }


def pieces_of(store: Store) -> Counter[int]:
    """In how many passages each word piece occurs, counted anew from the passages."""
    with closing(sqlite3.connect(store.folder / DATABASE)) as database:
        rows = database.execute("SELECT pieces FROM passages").fetchall()
    return Counter(piece for row in rows for piece in set(np.frombuffer(row[0], "<u4").tolist()))


# Round trips


def test_a_document_comes_back_as_it_was_put(tmp_path: Path) -> None:
    block = Block(
        BlockKind.NOTE,
        Span(1, 9),
        Place(("A “b”", "C\n"), "58", "xii", "71", 3),
        (Span(2, 3), Span(4, 6)),
    )
    document = Document(
        "ä/b.txt",
        "f" * 64,
        "T 🙂",
        "\ufeffa\r\nb\x0c 🙂",
        "utf-8",
        9,
        (block,),
        author="Å. Hale",
        references=(
            Reference(Span(1, 2), "*", (Span(3, 4), Span(5, 7))),
            Reference(Span(2, 3), "", ()),
        ),
        speeches=(
            Speech(Span(0, 4), ("“Ö”", UNKNOWN)),
            Speech(Span(0, 3), ("Pyke",), reported=True),
        ),
    )
    with new_store(tmp_path) as store:
        store.put(document, "/root", [])
        assert store.document("ä/b.txt") == document
        assert store.document("b.txt") is None
    with closing(open_reading(tmp_path)) as store:
        assert store.document("ä/b.txt") == document


def test_a_passage_comes_back_as_it_was_put(tmp_path: Path) -> None:
    passage = Passage(
        "It rained. It did.",
        (
            Sentence(Span(5, 16), Span(0, 10), Place(("A",), "1", "2", None, 3)),
            Sentence(Span(17, 24), Span(11, 18), Place(("A",), "1", "3", None, 4)),
        ),
    )
    (encoded,) = EMBEDDER.passages([passage.reading])
    with new_store(tmp_path) as store:
        store.put(make("a.txt", "x"), "/root", [(passage, encoded)])
        ids, vectors = store.vectors()
        (stored,) = store.passages([int(ids[0])])
    assert (stored.id, stored.document, stored.passage) == (ids[0], "a.txt", passage)
    assert stored.tokens.dtype == vectors.dtype == np.float32
    assert stored.tokens.tolist() == np.where(encoded.tokens > 0, 1, -1).tolist()
    assert stored.token_spans == ((0, 3), (3, 6))  # It rained . It did .
    assert vectors.tolist() == [encoded.vector.tolist()]


def test_sign_bits_survive_a_dimension_that_is_no_multiple_of_eight(tmp_path: Path) -> None:
    embedder = FakeEmbedder(dimension=13)
    (encoded,) = embedder.passages(["It rained"])
    passage = Passage("It rained", (Sentence(Span(0, 9), Span(0, 9), Place()),))
    with writing(tmp_path) as store:
        store.prepare(SETTINGS)
        store.put(make("a.txt", "x"), "/root", [(passage, encoded)])
        (stored,) = store.passages([1])
    assert stored.tokens.tolist() == np.where(encoded.tokens > 0, 1, -1).tolist()


def test_pages_are_the_sheets_or_the_printed_numbers(tmp_path: Path) -> None:
    sheets = [Place(sheet=sheet, line=None) for sheet in (1, 3)]
    pages = {
        "none.txt": [Place()],
        "one.txt": [Place(page="4"), Place()],
        "printed.txt": [Place(page="iv"), Place(page="1"), Place(page="1"), Place()],
        "sheets.txt": [sheets[0], sheets[1]._replace(page="7")],
    }
    with new_store(tmp_path) as store:
        for path, places in pages.items():
            blocks = (
                Block(BlockKind.PARAGRAPH, Span(at, at + 1), place)
                for at, place in enumerate(places)
            )
            store.put(replace(make(path, "abcdef"), blocks=tuple(blocks)), "/root", [])
        found = {summary.path: summary.pages for summary in store.summaries()}
    assert found == {"none.txt": None, "one.txt": None, "printed.txt": 2, "sheets.txt": 3}


def test_summaries_are_in_order_of_their_paths(tmp_path: Path) -> None:
    with new_store(tmp_path) as store:
        put(store, "b.txt", TEXTS[0])
        put(store, "a.md", TEXTS[2])
        found = store.summaries()
    assert [(s.path, s.title, s.encoding, s.size, s.passages) for s in found] == [
        ("a.md", "Snow", "utf-8", 53, 2),
        ("b.txt", "b", "utf-8", 46, 1),
    ]
    assert found[0].file == Path("/root/a.md")
    assert found[0].sha256 == make("a.md", TEXTS[2]).sha256


def test_passages_come_in_the_order_that_was_asked_for(tmp_path: Path) -> None:
    with new_store(tmp_path) as store:
        put(store, "a.md", TEXTS[2])
        assert [stored.id for stored in store.passages([2, 1, 2])] == [2, 1, 2]
        assert store.count_passages() == 2


def test_an_index_that_nothing_was_added_to(tmp_path: Path) -> None:
    with writing(tmp_path) as store:
        assert (store.settings, store.generation, store.changed) == (None, 0, None)
        assert (store.summaries(), store.count_passages(), store.passages([])) == ([], 0, [])
        assert [part.shape for part in store.vectors()] == [(0,), (0, 1)]
        assert (store.bm25(["rain"]), store.piece_counts([1])) == ([], {})
        store.prepare(SETTINGS)
        assert store.vectors()[1].shape == (0, 1)


# Words


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (["rain"], {1, 2}),  # stemmed: "rained"
        (["marlin"], {1}),
        (["MARLIN", "absent"], {1}),
        (["rain", "marlin"], {1, 2}),
        (["absent"], set()),
        ([], set()),
        (["_", '"', 'a"b', "NEAR", "OR", "*", "reading:rain"], set()),
        (["rain"] * 5000, {1, 2}),
    ],
)
def test_words_are_found_and_never_taken_for_syntax(
    words: list[str], expected: set[int], tmp_path: Path
) -> None:
    with new_store(tmp_path) as store:
        put(store, "a.txt", TEXTS[0])
        put(store, "b.txt", TEXTS[1])
        found = store.bm25(words)
    assert {number for number, _ in found} == expected
    assert all(isinstance(score, float) for _, score in found)


def test_a_rare_word_scores_higher(tmp_path: Path) -> None:
    with new_store(tmp_path) as store:
        for number, text in enumerate(TEXTS):
            put(store, f"{number}.txt", text)
        scores = dict(store.bm25(["1937"])), dict(store.bm25(["furth"]))
    assert len(scores[0]) == 1
    assert min(scores[0].values()) > max(scores[1].values())


# Replacing and dropping


def test_a_replaced_document_leaves_nothing_behind(tmp_path: Path) -> None:
    with new_store(tmp_path / "old") as old, new_store(tmp_path / "new") as new:
        put(old, "a.txt", TEXTS[7])
        put(old, "b.txt", TEXTS[0])
        put(old, "a.txt", TEXTS[1])
        put(new, "a.txt", TEXTS[1])
        put(new, "b.txt", TEXTS[0])
        assert contents(old) == contents(new)
        assert old.check_sound() is None


def test_a_dropped_document_leaves_nothing_behind(tmp_path: Path) -> None:
    with new_store(tmp_path / "old") as old, new_store(tmp_path / "new") as new:
        put(old, "a.txt", TEXTS[2])
        put(old, "b.txt", TEXTS[0])
        old.drop("a.txt")
        put(new, "b.txt", TEXTS[0])
        assert contents(old) == contents(new)
        old.drop("b.txt")
        assert (old.summaries(), old.count_passages(), old.bm25(["rain"])) == ([], 0, [])
        assert old.piece_counts(list(EMBEDDER.passages([TEXTS[0]])[0].pieces)) == {}


def test_clear_drops_everything_and_the_settings(tmp_path: Path) -> None:
    with new_store(tmp_path) as store:
        put(store, "a.txt", TEXTS[0])
        store.clear()
        assert (store.settings, store.summaries(), store.bm25(["rain"])) == (None, [], [])
        assert store.piece_counts(list(EMBEDDER.passages([TEXTS[0]])[0].pieces)) == {}
        store.prepare(replace(SETTINGS, passage_tokens=8))
        assert store.settings == replace(SETTINGS, passage_tokens=8)
        assert store.generation == 2


def test_the_generation_grows_with_every_change(tmp_path: Path) -> None:
    with new_store(tmp_path) as store:
        generations = [store.generation]
        for text in TEXTS[:2]:
            put(store, "a.txt", text)
            generations.append(store.generation)
        store.drop("a.txt")
        generations.append(store.generation)
        assert generations == [0, 1, 2, 3]
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+00:00", store.changed or "")
    assert current_edition(tmp_path).generation == 3


CHANGES = st.lists(
    st.tuples(st.sampled_from("abc"), st.sampled_from([None, *range(len(TEXTS))])), max_size=12
)


@settings(max_examples=25)
@given(CHANGES)
def test_any_changes_leave_what_a_fresh_index_of_the_survivors_has(
    tmp_path_factory: pytest.TempPathFactory, changes: list[tuple[str, int | None]]
) -> None:
    folder = tmp_path_factory.mktemp("store")
    survivors: dict[str, str] = {}
    with new_store(folder / "old") as old, new_store(folder / "new") as new:
        for name, number in changes:
            if number is None:
                old.drop(f"{name}.md")
                survivors.pop(name, None)
            else:
                put(old, f"{name}.md", TEXTS[number])
                survivors[name] = TEXTS[number]
        for name, text in survivors.items():
            put(new, f"{name}.md", text)
        assert contents(old) == contents(new)
        assert old.piece_counts(list(pieces_of(old))) == pieces_of(old)
        assert old.generation == len(changes)
        assert old.check_sound() is None


def test_a_document_that_fails_half_way_changes_nothing(tmp_path: Path) -> None:
    with new_store(tmp_path) as store:
        put(store, "a.txt", TEXTS[0])
        before = contents(store)
        document = make("a.txt", TEXTS[2])
        (first, encoded), *_ = encode(document)
        broken = replace(encoded, spans=(), tokens=encoded.tokens[:, 0])
        with pytest.raises(ValueError, match="axis"):
            store.put(document, "/root", [(first, encoded), (first, broken)])
        assert contents(store) == before
        assert store.generation == 1
        put(store, "b.txt", TEXTS[1])
        assert store.generation == 2


# Settings


def test_other_settings_are_refused(tmp_path: Path) -> None:
    with new_store(tmp_path) as store:
        store.prepare(replace(SETTINGS, model="another name of the same weights"))
        assert store.settings == SETTINGS
        with pytest.raises(IndexFolderError) as caught:
            store.prepare(replace(SETTINGS, passage_tokens=200, encoding="cl100k_base"))
        assert str(caught.value) == (
            f"the index {tmp_path} was made with other settings: encoding is 'pincite-16k' in the "
            "index, 'cl100k_base' now; passage_tokens is 40 in the index, 200 now. Use the "
            f"settings it was made with, or make it anew: pincite index FOLDER --index {tmp_path} "
            "--rebuild"
        )
        with pytest.raises(IndexFolderError, match=r"model_sha256 is '0{64}'"):
            store.prepare(replace(SETTINGS, model_sha256="1" * 64))


# Opening


def refused(folder: Path) -> str:
    with pytest.raises(IndexFolderError) as caught:
        open_reading(folder)
    return str(caught.value)


def test_no_index(tmp_path: Path) -> None:
    expected = f"there is no index in {tmp_path}. Make one: pincite index FOLDER --index {tmp_path}"
    assert refused(tmp_path) == expected
    assert list(tmp_path.iterdir()) == []
    with closing(sqlite3.connect(tmp_path / DATABASE)) as database:
        database.execute("PRAGMA journal_mode = WAL")  # stopped before it had a table
    assert refused(tmp_path) == expected
    with new_store(tmp_path) as store:
        put(store, "a.txt", TEXTS[0])
    assert current_edition(tmp_path).generation == 1


def test_another_version(tmp_path: Path) -> None:
    with new_store(tmp_path):
        pass
    with closing(sqlite3.connect(tmp_path / DATABASE)) as database:
        database.execute("PRAGMA user_version = 99")
    expected = (
        f"the index {tmp_path} was written by a newer Pincite (format version 99; this one reads "
        "3). Use that one, or index the sources into another folder."
    )
    assert refused(tmp_path) == expected
    with pytest.raises(IndexFolderError, match="format version 99"), writing(tmp_path):
        pass


def test_the_schema_of_a_version_stays_as_it_is() -> None:
    """An index of this version that has another schema is taken for a damaged one."""
    assert FORMAT_VERSION == 3
    assert sha256(SCHEMA.encode()).hexdigest() == (
        "361f3e67e8c3541bb7fdba9f269f04f24a6f4c736f6a316545e2f154260454e4"
    )


def test_a_database_that_is_none(tmp_path: Path) -> None:
    (tmp_path / DATABASE).write_bytes(b"no database " * 500)
    expected = f"the index {tmp_path} is damaged (file is not a database). Mend it: "
    assert refused(tmp_path).startswith(expected)
    with pytest.raises(IndexFolderError, match="file is not a database"), writing(tmp_path):
        pass
    with pytest.raises(IndexFolderError, match="file is not a database"), writing(tmp_path):
        pass  # and the lock is free again


def test_a_database_that_is_cut_off(tmp_path: Path) -> None:
    with new_store(tmp_path) as store:
        for number, text in enumerate(TEXTS):
            put(store, f"{number}.txt", text)
    file = tmp_path / DATABASE
    os.truncate(file, file.stat().st_size // 2)
    assert refused(tmp_path).startswith(f"the index {tmp_path} is damaged (")


def test_a_flipped_page_is_found_by_the_check(tmp_path: Path) -> None:
    with new_store(tmp_path) as store:
        for number, text in enumerate(TEXTS):
            put(store, f"{number}.txt", text)
        assert store.check_sound() is None
    file = tmp_path / DATABASE
    data = bytearray(file.read_bytes())
    data[4096 * 3 : 4096 * 4] = b"\xff" * 4096
    file.write_bytes(data)
    with closing(open_reading(tmp_path)) as store:
        assert store.check_sound()


# Readers and writers


def test_a_second_writer_is_refused(tmp_path: Path) -> None:
    with new_store(tmp_path):
        with pytest.raises(IndexFolderError) as caught, writing(tmp_path):
            pass
        assert str(caught.value) == (
            f"another process is writing to the index {tmp_path}. Wait for it to finish and retry."
        )
    with writing(tmp_path) as store:
        put(store, "a.txt", TEXTS[0])


def test_a_writer_in_another_process_is_refused(tmp_path: Path) -> None:
    script = (
        "import sys; from pathlib import Path; from index.store import writing\n"
        "with writing(Path(sys.argv[1])): pass"
    )
    command = [sys.executable, "-c", script, str(tmp_path)]
    with new_store(tmp_path):
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "another process is writing to the index" in done.stderr
    assert (tmp_path / LOCK).exists()


def test_a_reader_keeps_its_snapshot_while_a_writer_works(tmp_path: Path) -> None:
    with new_store(tmp_path) as store:
        put(store, "a.txt", TEXTS[0])
        put(store, "b.txt", TEXTS[1])
        before = contents(store)
    # Opened before, between and after the changes of one open writer; nobody waits for anybody.
    with closing(open_reading(tmp_path)) as first, writing(tmp_path) as store:
        put(store, "a.txt", TEXTS[2])
        with closing(open_reading(tmp_path)) as second:
            between = contents(store)
            store.drop("b.txt")
            put(store, "c.txt", TEXTS[3])
            assert (first.generation, second.generation, store.generation) == (2, 3, 5)
            assert current_edition(tmp_path).generation == 5
            assert without_pieces(contents(first)) == without_pieces(before)
            assert without_pieces(contents(second)) == without_pieces(between)


def without_pieces(found: Contents) -> Contents:
    """What `contents` says but for the pieces, which it asks for by what the newest index has."""
    return {key: value for key, value in found.items() if key != "pieces"}


def test_a_reader_that_opens_during_a_transaction_sees_what_was_before(tmp_path: Path) -> None:
    seen = []

    class Watched(list[tuple[Passage, Encoded]]):
        def __iter__(self) -> Iterator[tuple[Passage, Encoded]]:
            with closing(open_reading(tmp_path)) as reader:
                seen.append((reader.generation, reader.document("a.txt")))
            return super().__iter__()

    with new_store(tmp_path) as store:
        first = put(store, "a.txt", TEXTS[0])
        second = make("a.txt", TEXTS[2])
        store.put(second, "/root", Watched(encode(second)))
    assert seen == [(1, first)] * len(seen)
    assert seen
    with closing(open_reading(tmp_path)) as reader:
        assert (reader.generation, reader.document("a.txt")) == (2, second)


def test_a_reader_cannot_write(tmp_path: Path) -> None:
    with new_store(tmp_path):
        pass
    with (
        closing(WritableStore(tmp_path, connect_reading(tmp_path))) as store,
        pytest.raises(sqlite3.OperationalError, match=r"transaction|readonly"),
    ):
        store.drop("a.txt")


def test_a_text_that_changed_in_the_database_is_not_quoted(tmp_path: Path) -> None:
    with new_store(tmp_path) as store:
        put(store, "a.txt", TEXTS[0])
    with closing(sqlite3.connect(tmp_path / DATABASE)) as connection, connection:
        connection.execute("UPDATE documents SET text = upper(text)")
    with (
        closing(open_reading(tmp_path)) as store,
        pytest.raises(IndexFolderError, match=r"is damaged \(the text of a\.txt has changed\)"),
    ):
        store.document("a.txt")


# -- where words stand -----------------------------------------------------------------------------


def test_a_phrase_is_found_word_by_word_and_stemmed(tmp_path: Path) -> None:
    with new_store(tmp_path) as store:
        put(store, "a.txt", "It rained in Marlin.")
        put(store, "b.txt", "It never rained. The rain in Marlin was snow.")
        found = {phrase: [path for path, _ in store.mentions(phrase)] for phrase in PHRASES}
        assert found == PHRASES
        ids = [number for _, number in store.mentions("in Marlin")]
        assert ids == [*store.passage_ids(["a.txt"]), *store.passage_ids({"b.txt"})]
        assert store.passage_ids(["lost"]).tolist() == []


PHRASES = {
    "rain in marlin": ["a.txt", "b.txt"],
    "never rains": ["b.txt"],
    "in in": [],
    "Marlin* OR snow": [],
    '"': [],
    "": [],
}


def test_the_openings_of_documents(tmp_path: Path) -> None:
    with new_store(tmp_path) as store:
        put(store, "a.txt", "It rained.")
        put(store, "b.txt", "Snow.")
        assert store.openings(6) == {"a.txt": "It rai", "b.txt": "Snow."}


def test_a_commit_has_reached_the_disk(tmp_path: Path) -> None:
    with closing(connect_writing(tmp_path)) as connection:
        assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)
        assert connection.execute("PRAGMA synchronous").fetchone() == (2,)  # FULL
