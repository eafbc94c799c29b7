"""An index open for questions: generations, models and threads."""

from __future__ import annotations

import shutil
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from functools import cache
from pathlib import Path

import pytest

from index import snapshot as module
from index import vectors
from index.errors import IndexFolderError, ModelError, StoppedError
from index.search import Searcher
from index.snapshot import Library
from index.store import Store, current_edition, writing
from index.tokens import DEFAULT_ENCODING, Tokens, load_encoding
from index.types import Hit, Span
from index.update import Updater, make_settings
from tests.fakes import FakeEmbedder
from tests.patience import PATIENCE


@cache
def tokens() -> Tokens:
    return load_encoding(DEFAULT_ENCODING)


class Indexed:
    """A folder of sources and its index."""

    def __init__(self, folder: Path) -> None:
        self.sources = folder / "sources"
        self.folder = folder / "index"
        self.sources.mkdir()

    def write(self, name: str, text: str) -> None:
        (self.sources / name).write_text(text, encoding="utf-8")
        self.update()

    def update(self, embedder: FakeEmbedder | None = None, *, rebuild: bool = False) -> None:
        embedder = embedder or FakeEmbedder()
        with writing(self.folder) as store:
            if rebuild:
                store.clear()
            store.prepare(make_settings(embedder, tokens(), 40))
            Updater(store, embedder, tokens(), 40).run([self.sources])


@pytest.fixture
def indexed(tmp_path: Path) -> Indexed:
    found = Indexed(tmp_path)
    found.write("a.txt", "It rained in Marlin.")
    found.write("b.txt", "It snowed in Furth.")
    return found


@pytest.fixture
def library(indexed: Indexed) -> Iterator[Library]:
    with closing(Library(indexed.folder, FakeEmbedder())) as opened:
        yield opened


def ask(library: Library, question: str) -> list[Hit]:
    with library.snapshot() as snapshot:
        return snapshot.search(question)


def test_a_question_finds_its_passage(library: Library) -> None:
    first, second = ask(library, "Where did it snow in Furth?")
    assert (first.document, second.document) == ("b.txt", "a.txt")
    with library.snapshot() as snapshot:
        document = snapshot.document("b.txt")
        assert document is snapshot.document("b.txt")
        assert document
        assert document.text == "It snowed in Furth."
        assert snapshot.document("c.txt") is None
        assert [summary.path for summary in snapshot.summaries()] == ["a.txt", "b.txt"]
        assert snapshot.can_read("rain " * 254)
        assert not snapshot.can_read("rain " * 255)


def test_a_snapshot_knows_the_copies(indexed: Indexed, library: Library) -> None:
    text = "Nobody who lived in Marlin could remember so much snow in April."
    indexed.write("c.txt", f"{text} It was gone by noon.")
    indexed.write("d.txt", text)
    with library.snapshot() as snapshot:
        whole = Span(0, len(text))
        (copy,) = snapshot.copies("d.txt", whole)
        assert (copy.sentences.theirs.document, copy.sentences.theirs.span) == ("c.txt", whole)
        found = snapshot.witnesses("d.txt", whole)
        assert [each.document for each in found] == ["c.txt", "d.txt"]


def test_the_last_search_is_kept(library: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    with library.snapshot() as snapshot:
        first = snapshot.search("Furth")
        monkeypatch.setattr(Searcher, "search", lambda *_: [])
        again = snapshot.search("Furth")
        assert again == first
        again.clear()
        assert snapshot.search("Furth") == first
        assert snapshot.search("Marlin") == []
        assert snapshot.search("Furth") == []


def test_documents_are_forgotten_when_there_are_many(
    library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "KEPT_DOCUMENTS", 1)
    with library.snapshot() as snapshot:
        first = snapshot.document("a.txt")
        assert snapshot.document("b.txt")
        assert snapshot.document("a.txt") == first
        assert snapshot.document("a.txt") is not first


def test_the_next_snapshot_sees_a_new_generation(indexed: Indexed, library: Library) -> None:
    with library.snapshot() as snapshot:
        indexed.write("b.txt", "It hailed in Furth.")
        indexed.write("c.txt", "It thawed in Furth.")
        # A snapshot that is open stays as it was.
        assert [hit.passage.reading for hit in snapshot.search("Furth")] == [
            "It snowed in Furth.",
            "It rained in Marlin.",
        ]
        assert len(snapshot.summaries()) == 2
    assert {hit.passage.reading for hit in ask(library, "Furth")} == {
        "It hailed in Furth.",
        "It thawed in Furth.",
        "It rained in Marlin.",
    }


def test_the_same_generation_is_not_opened_again(library: Library) -> None:
    with library.snapshot() as first:
        pass
    with library.snapshot() as second:
        assert second is first


@pytest.mark.parametrize("damage", ["missing", "damaged", "stale"])
def test_vectors_that_cannot_be_loaded_are_made_from_the_database(
    damage: str, indexed: Indexed, library: Library
) -> None:
    expected = ask(library, "Where did it snow in Furth?")
    (path,) = (p for p in indexed.folder.glob("vectors-*") if "0000000002-" in p.name)
    if damage == "missing":
        path.unlink()
    elif damage == "damaged":
        path.write_bytes(path.read_bytes()[:-1] + b"\xff")
    else:
        path.rename(path.with_name(path.name.replace("0000000002-", "0000000001-")))
    assert vectors.load(indexed.folder, current_edition(indexed.folder)) is None
    with closing(Library(indexed.folder, FakeEmbedder())) as opened:
        assert ask(opened, "Where did it snow in Furth?") == expected


def test_another_model_is_refused_with_the_next_command(indexed: Indexed) -> None:
    with pytest.raises(ModelError) as caught:
        Library(indexed.folder, FakeEmbedder("other", "1" * 64))
    assert str(caught.value) == (
        f"the index {indexed.folder} was made with the model fake (weights 000000000000), not with "
        "other (weights 111111111111). Use that model, or make the index anew: pincite index "
        f"FOLDER --index {indexed.folder} --rebuild"
    )


def test_the_same_weights_under_another_name_are_taken(indexed: Indexed) -> None:
    with closing(Library(indexed.folder, FakeEmbedder("other"))) as opened:
        assert len(ask(opened, "Furth")) == 2


def test_an_index_made_anew_with_another_model_is_refused_every_time(
    indexed: Indexed, library: Library
) -> None:
    indexed.update(FakeEmbedder("other", "1" * 64), rebuild=True)
    for _ in range(2):
        with pytest.raises(ModelError, match="was made with the model other"):
            ask(library, "Furth")
    indexed.update(FakeEmbedder(), rebuild=True)
    assert len(ask(library, "Furth")) == 2


def test_a_missing_index_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(IndexFolderError, match="there is no index in"):
        Library(tmp_path, FakeEmbedder())


def test_contents_that_make_no_sense_are_an_error(indexed: Indexed, library: Library) -> None:
    with closing(sqlite3.connect(indexed.folder / "pincite.sqlite")) as database, database:
        database.execute("UPDATE blocks SET kind = 'poem'")
        database.execute("UPDATE sentences SET place = 'there'")
        # As if a document had been added, so that the library sees it.
        database.execute("UPDATE meta SET value = '9' WHERE key = 'generation'")
        database.execute("DELETE FROM meta WHERE key = 'seal'")
    with pytest.raises(IndexFolderError, match=r"is damaged \(passage \d+ has changed\)"):
        ask(library, "Furth")
    with (
        library.snapshot() as snapshot,
        pytest.raises(IndexFolderError, match=r"is damaged \(the text of a\.txt has changed\)"),
    ):
        snapshot.document("a.txt")


def test_an_index_that_cannot_be_opened_is_damaged(indexed: Indexed) -> None:
    with closing(sqlite3.connect(indexed.folder / "pincite.sqlite")) as database, database:
        database.execute("UPDATE meta SET value = 'many' WHERE key = 'generation'")
    with pytest.raises(IndexFolderError, match=r"is damaged .*Mend it: pincite repair --index"):
        Library(indexed.folder, FakeEmbedder())


def test_an_empty_index_answers_nothing(tmp_path: Path) -> None:
    with writing(tmp_path):
        pass
    with closing(Library(tmp_path, FakeEmbedder())) as opened:
        assert ask(opened, "Furth") == []


def test_threads_take_turns_and_get_their_own_answers(indexed: Indexed, library: Library) -> None:
    questions = ["Where did it snow in Furth?", "Where did it rain in Marlin?"] * 10
    expected = {question: ask(library, question) for question in questions}
    together = threading.Barrier(2)

    def asks(question: str) -> list[Hit]:
        together.wait(timeout=PATIENCE)
        return ask(library, question)

    with ThreadPoolExecutor(2) as pool:
        assert list(pool.map(asks, questions)) == [expected[question] for question in questions]


def test_nobody_is_overtaken(library: Library) -> None:
    came: list[str] = []
    waiting = library._questions._waiting

    def asks(name: str) -> None:
        with library.snapshot():
            came.append(name)

    with ThreadPoolExecutor(5) as pool:
        with library.snapshot():
            for number, name in enumerate("abcde"):
                pool.submit(asks, name)
                while len(waiting) <= number:
                    time.sleep(0.001)
        # Whoever has just had his turn, and asks again at once, comes last.
        asks("first")
    assert came == ["a", "b", "c", "d", "e", "first"]


def test_who_waits_for_his_turn_is_turned_away_and_who_has_it_finishes(library: Library) -> None:
    coming = threading.Barrier(4)

    def asks() -> list[Hit]:
        coming.wait(timeout=PATIENCE)
        return ask(library, "Where did it snow in Furth?")

    with ThreadPoolExecutor(3) as pool, library.snapshot() as snapshot:
        waiting = [pool.submit(asks) for _ in range(3)]
        coming.wait(timeout=PATIENCE)
        library.turn_away()
        for each in waiting:
            with pytest.raises(StoppedError, match="Ask again when it runs again"):
                each.result(timeout=PATIENCE)
        assert len(snapshot.search("Where did it snow in Furth?")) == 2
    with pytest.raises(StoppedError):
        ask(library, "Where did it rain in Marlin?")
    with library.lookup() as snapshot:
        assert snapshot.document("b.txt")


def test_threads_may_ask_while_a_writer_works(indexed: Indexed, library: Library) -> None:
    done = threading.Event()
    seen: list[int] = []

    def asks() -> None:
        while not done.is_set() or not seen:
            with library.snapshot() as snapshot:
                assert len(snapshot.search("Furth")) == len(snapshot.summaries())
                seen.append(len(snapshot.summaries()))

    with ThreadPoolExecutor(2) as pool:
        running = [pool.submit(asks) for _ in range(2)]
        try:
            for number in range(8):
                indexed.write(f"c{number}.txt", f"It rained {number} times.")
        finally:
            done.set()
        for future in running:
            future.result(timeout=PATIENCE)
    assert set(seen) <= set(range(2, 11))
    assert len(ask(library, "Furth")) == 10


def test_closing_closes_the_database(indexed: Indexed, monkeypatch: pytest.MonkeyPatch) -> None:
    closed: list[Path] = []
    close = Store.close

    def watched(store: Store) -> None:
        closed.append(store.folder)
        close(store)

    monkeypatch.setattr(Store, "close", watched)
    Library(indexed.folder, FakeEmbedder()).close()
    assert closed == [indexed.folder]
    closed.clear()
    with pytest.raises(ModelError):
        Library(indexed.folder, FakeEmbedder("other", "1" * 64))
    assert closed == [indexed.folder]


def test_a_library_sees_that_its_index_was_deleted_and_made_anew(tmp_path: Path) -> None:
    indexed = Indexed(tmp_path)
    indexed.write("a.txt", "It rained in Marlin.")
    library = Library(indexed.folder, FakeEmbedder())
    shutil.rmtree(indexed.folder)
    indexed.write("a.txt", "It snowed in Marlin.")
    with library.snapshot() as snapshot:
        document = snapshot.document("a.txt")
    library.close()
    assert document is not None
    assert document.text == "It snowed in Marlin."


COPIED = "The commission of inquiry found that the harbour master had lit no lamp that night."
TEXTS = {
    "a.txt": f"It rained in Marlin. {COPIED}",
    "b.txt": f"{COPIED} It snowed in Furth.",
    "c.txt": f"He wrote: {COPIED}",
    "d.txt": "The lamp was lit in Marlin.",
}


@pytest.fixture(scope="module")
def libraries(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[..., Library]]:
    """An index of the texts of these names."""
    opened: dict[frozenset[str], Library] = {}

    def library(names: frozenset[str]) -> Library:
        if names not in opened:
            indexed = Indexed(tmp_path_factory.mktemp("texts"))
            for name in names:
                (indexed.sources / name).write_text(TEXTS[name], encoding="utf-8")
            indexed.update()
            opened[names] = Library(indexed.folder, FakeEmbedder())
        return opened[names]

    yield library
    for each in opened.values():
        each.close()


@pytest.mark.parametrize("hidden", [{"a.txt"}, {"b.txt"}, {"a.txt", "c.txt"}, {"d.txt"}, {*TEXTS}])
def test_what_is_hidden_might_as_well_not_be_there(
    libraries: Callable[..., Library], hidden: set[str]
) -> None:
    """Every channel gives what an index without the hidden documents does."""
    every, seen = libraries(frozenset(TEXTS)), libraries(frozenset(TEXTS) - hidden)
    with every.snapshot() as whole, seen.snapshot() as without:
        view = whole.restricted(lambda document: document.path not in hidden)
        assert [each.path for each in view.summaries()] == sorted(set(TEXTS) - hidden)
        assert view.openings(9) == without.openings(9)
        for path, text in TEXTS.items():
            span = Span(0, len(text))
            assert view.document(path) == without.document(path)
            assert view.witnesses(path, span) == without.witnesses(path, span)
            assert view.copies(path, span) == without.copies(path, span)
            assert view.copied_from(path) == [
                each for each in without.copied_from(path) if path not in hidden
            ]
        for words in ("lamp", "Marlin", "snowed"):
            mentioned = [path for path, _ in view.mentions(words)]
            assert mentioned == [path for path, _ in without.mentions(words)]
            for documents in (None, frozenset({"a.txt", "b.txt"})):
                found = {hit.document for hit in view.search(words, documents)}
                assert found == {hit.document for hit in without.search(words, documents)}


def test_who_sees_everything_shares_one_view(libraries: Callable[..., Library]) -> None:
    with libraries(frozenset(TEXTS)).snapshot() as whole:
        assert whole.restricted(lambda _: True) is whole
        first = whole.restricted(lambda document: document.path != "a.txt")
        assert whole.restricted(lambda document: document.path != "a.txt") is first
        both = first.restricted(lambda document: document.path != "b.txt")
        assert [each.path for each in both.summaries()] == ["c.txt", "d.txt"]


def test_a_source_is_read_while_a_question_is_answered(indexed: Indexed) -> None:
    library = Library(indexed.folder, FakeEmbedder())
    with closing(library), library.snapshot(), library.lookup() as other:
        assert [each.path for each in other.summaries()] == ["a.txt", "b.txt"]
