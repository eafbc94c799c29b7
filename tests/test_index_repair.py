"""What is wrong with an index is named, what can be mended is, and what cannot is said."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from index import repair as module
from index import soundness, vectors
from index.database import DATABASE
from index.errors import DamagedError, IndexFolderError
from index.repair import Lost, Repair, repair
from index.store import current_edition, open_reading
from tests.fakes import FakeEmbedder
from tests.test_index_damage import SOURCES, load, refuse, said, update


@pytest.fixture
def sources(tmp_path: Path) -> Path:
    folder = tmp_path / "sources"
    folder.mkdir()
    for name, text in SOURCES.items():
        (folder / name).write_text(text, encoding="utf-8")
    return folder


@pytest.fixture
def index(tmp_path: Path, sources: Path) -> Path:
    update(tmp_path / "index", sources)
    return tmp_path / "index"


def spoil(folder: Path, *statements: str) -> None:
    """Change rows as damage might, unseen by the seal."""
    with closing(sqlite3.connect(folder / DATABASE)) as database, database:
        for statement in ("DELETE FROM meta WHERE key = 'seal'", *statements):
            database.execute(statement)


# Damage to what is derived: the next reader is not told, but a check is, and a repair mends it.
DERIVED = {
    "DELETE FROM copies WHERE is_first": "the copied passages do not agree with the documents",
    "UPDATE regions SET shared = shared + 1": "the copied passages do not agree with the documents",
    "UPDATE wordings SET words = substr(words, 5)": "the copied passages do not agree with the "
    "documents",
    "UPDATE piece_counts SET passages = 9 WHERE piece = (SELECT max(piece) FROM piece_counts)": (
        "the counts of word pieces do not agree with the documents"
    ),
    "INSERT INTO passages_words (passages_words, rowid, reading)"
    " SELECT 'delete', id, reading FROM passages WHERE id = 1": (
        "the words to search by do not agree with the documents"
    ),
}


@pytest.mark.parametrize(("statement", "fault"), DERIVED.items())
def test_what_is_derived_is_made_anew(statement: str, fault: str, index: Path) -> None:
    expected = said(index)
    spoil(index, statement)
    assert soundness.faults(index) == [fault]
    assert repair(index, refuse) == Repair([fault], 3, [], [])
    assert soundness.faults(index) == []
    assert said(index) == expected


@pytest.mark.parametrize(
    ("statement", "fault"),
    [
        ("UPDATE passages SET vector = zeroblob(128) WHERE id = 1", "the vector of passage 1"),
        ("UPDATE passages SET tokens = zeroblob(length(tokens)) WHERE id = 1", "passage 1"),
        ("UPDATE passages SET reading = upper(reading) WHERE id = 1", "passage 1"),
        ("UPDATE sentences SET start = start + 1 WHERE passage = 1", "passage 1"),
    ],
)
def test_passages_are_made_anew_from_the_text_that_is_kept(
    statement: str, fault: str, index: Path, sources: Path
) -> None:
    expected = said(index)
    spoil(index, statement)
    shutil.rmtree(sources)
    found = soundness.faults(index)
    assert f"a.md: {fault} has changed" in found
    assert repair(index, load) == Repair(found, 2, ["a.md"], [])
    assert soundness.faults(index) == []
    assert said(index)["documents"] == expected["documents"]


# Damage to how SQLite is told to read and write.
RETOLD = "UPDATE sqlite_master SET sql = replace(sql, '{}', '{}') WHERE name = '{}'"
SCHEMA = {
    "DROP TRIGGER passage_dropped": "passage_dropped",
    "DROP INDEX passages_of_document": "passages_of_document",
    "CREATE INDEX by_title ON documents (title)": "by_title",
    RETOLD.format("porter ", "", "passages_words"): "passages_words",
    RETOLD.format("new.reading", "new.digest", "passage_added"): "passage_added",
    # One bit: SQLite asks for it when it gives out a number.
    RETOLD.format("TABLE sqlite", "TABLE sqlitE", "sqlite_sequence"): "sqlite_sequence",
    # One bit: nothing that reads asks for the column, nothing could be written.
    RETOLD.format("(\n    reading", "(\n    seading", "passages_words"): "passages_words",
}


@pytest.mark.parametrize(("statement", "names"), SCHEMA.items())
def test_a_changed_schema_is_refused_and_made_anew(
    statement: str, names: str, index: Path, sources: Path
) -> None:
    fault = f"its schema has changed: {names}"
    expected = said(index)
    spoil(index, "PRAGMA writable_schema = ON", statement)
    assert soundness.faults(index) == [fault]
    for use in (lambda: said(index), lambda: update(index, sources)):
        with pytest.raises(DamagedError) as caught:
            use()
        assert caught.value.reason == fault
    assert repair(index, refuse) == Repair([fault], 3, [], [])
    assert soundness.faults(index) == []
    assert said(index) == expected
    (sources / "d.txt").write_text("It snowed.", encoding="utf-8")
    update(index, sources)
    assert soundness.faults(index) == []


def test_a_column_of_another_name_costs_no_row(index: Path) -> None:
    expected = said(index)
    renamed = RETOLD.format("reported", "seported", "speeches")
    spoil(index, "PRAGMA writable_schema = ON", renamed)
    found = soundness.faults(index)
    assert found[0] == "its schema has changed: speeches"
    assert repair(index, refuse) == Repair(found, 3, [], [])
    assert soundness.faults(index) == []
    assert said(index) == expected


CHANGED_TEXT = "UPDATE documents SET text = replace(text, 'never', 'often') WHERE path = 'b.txt'"


@pytest.mark.parametrize(
    "statement",
    [
        CHANGED_TEXT,
        "UPDATE blocks SET kind = 'heading' WHERE document = 2",
        "UPDATE speeches SET speakers = '[\"Pyke\"]' WHERE document = 2",
        "UPDATE documents SET title = 'x' WHERE path = 'b.txt'",
        "DELETE FROM blocks WHERE document = 2 AND ordinal = 0",
    ],
)
def test_a_document_that_changed_is_read_again(statement: str, index: Path) -> None:
    expected = said(index)
    spoil(index, statement)
    (fault,) = soundness.faults(index)
    assert fault == "b.txt: the text of b.txt has changed"
    assert repair(index, load) == Repair([fault], 2, ["b.txt"], [])
    assert soundness.faults(index) == []
    assert said(index)["documents"] == expected["documents"]


def test_a_document_whose_file_is_another_now_is_lost(index: Path, sources: Path) -> None:
    spoil(index, CHANGED_TEXT)
    (sources / "b.txt").write_text("It snowed.", encoding="utf-8")
    lost = [Lost("b.txt", str(sources), "its file has changed since it was indexed")]
    assert repair(index, load).lost == lost
    assert [each["path"] for each in summaries(index)] == ["a.md", "c.txt"]
    update(index, sources)
    assert soundness.faults(index) == []
    assert len(summaries(index)) == 3


def test_a_document_whose_file_is_gone_is_lost(index: Path, sources: Path) -> None:
    spoil(index, CHANGED_TEXT)
    (sources / "b.txt").unlink()
    (lost,) = repair(index, load).lost
    assert (lost.path, lost.reason) == ("b.txt", "cannot be read: No such file or directory")


def summaries(folder: Path) -> list[dict[str, str]]:
    with closing(open_reading(folder)) as store:
        return [{"path": summary.path} for summary in store.summaries()]


def test_a_page_that_is_overwritten_costs_what_was_on_it(index: Path, sources: Path) -> None:
    """The root of the blocks, as the schema has it."""
    with closing(sqlite3.connect(index / DATABASE)) as database:
        (page,) = database.execute(
            "SELECT rootpage FROM sqlite_master WHERE name = 'blocks'"
        ).fetchone()
    expected = said(index)
    with (index / DATABASE).open("r+b") as file:
        file.seek((page - 1) * 4096)
        file.write(b"\xff" * 4096)
    assert soundness.faults(index)
    done = repair(index, load)
    assert (done.kept, done.renewed, done.lost) == (0, ["a.md", "b.txt", "c.txt"], [])
    assert soundness.faults(index) == []
    assert said(index)["documents"] == expected["documents"]


def test_a_faiss_index_that_is_wrong_under_its_own_digest_is_found(index: Path) -> None:
    with closing(open_reading(index)) as store:
        ids, rows = store.vectors()
    vectors.publish(index, current_edition(index), vectors.build(ids, -rows))
    (fault,) = soundness.faults(index)
    assert fault.endswith(".faiss is not what the stored vectors give")
    repair(index, refuse)
    assert soundness.faults(index) == []


def test_a_missing_faiss_index_is_made_again(index: Path) -> None:
    for file in index.glob("*.faiss"):
        file.unlink()
    assert repair(index, refuse) == Repair([], 0, [], [])
    assert vectors.load(index, current_edition(index)) is not None


def test_what_is_no_database_cannot_be_mended(index: Path) -> None:
    (index / DATABASE).write_bytes(b"no database " * 500)
    with pytest.raises(IndexFolderError) as caught:
        repair(index, refuse)
    assert str(caught.value) == (
        f"the index {index} cannot be mended (file is not a database). Delete the folder and index "
        "the sources again; they are not touched."
    )


@pytest.mark.parametrize("key", ["generation", "identity", "changed"])
def test_what_the_index_says_of_itself_is_made_anew(key: str, index: Path) -> None:
    expected = said(index)
    with closing(sqlite3.connect(index / DATABASE)) as database, database:
        database.execute("UPDATE meta SET value = 'many' WHERE key = ?", (key,))
    found = soundness.faults(index)
    assert found
    assert repair(index, refuse) == Repair(found, 3, [], [])
    assert soundness.faults(index) == []
    assert said(index) == expected


def test_an_index_whose_settings_are_lost_cannot_be_mended(index: Path) -> None:
    with closing(sqlite3.connect(index / DATABASE)) as database, database:
        database.execute("UPDATE meta SET value = '{' WHERE key = 'settings'")
    with pytest.raises(IndexFolderError, match=r"cannot be mended \(JSONDecodeError"):
        repair(index, refuse)


@pytest.mark.parametrize("act", [lambda index: repair(index, refuse), open_reading])
def test_an_emptied_database_is_not_taken_for_a_new_one(
    act: Callable[[Path], object], index: Path, sources: Path
) -> None:
    (index / DATABASE).write_bytes(b"")
    with pytest.raises(IndexFolderError, match=r"\(its database is empty\)"):
        act(index)
    with pytest.raises(IndexFolderError, match=r"\(its database is empty\)"):
        update(index, sources)


def test_another_model_does_not_mend(index: Path) -> None:
    spoil(index, "UPDATE passages SET vector = zeroblob(128) WHERE id = 1")
    before = (index / DATABASE).read_bytes()
    with pytest.raises(IndexFolderError, match="was made with other settings"):
        repair(index, lambda settings: (FakeEmbedder("x", "1" * 64), load(settings)[1]))
    assert (index / DATABASE).read_bytes() == before


def test_a_reader_keeps_what_it_opened_and_then_sees_the_mended_index(index: Path) -> None:
    with closing(open_reading(index)) as reader:
        before = reader.edition
        spoil(index, CHANGED_TEXT)
        repair(index, load)
        assert reader.edition == before
        assert [each.path for each in reader.summaries()] == ["a.md", "b.txt", "c.txt"]
    assert current_edition(index).identity != before.identity


def test_a_repair_that_is_stopped_leaves_the_index_as_it_was(
    index: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    spoil(index, CHANGED_TEXT)
    found = soundness.faults(index)

    def stop(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(module, "replace", stop)
        with pytest.raises(KeyboardInterrupt):
            repair(index, load)
    assert soundness.faults(index) == found
    assert repair(index, load).renewed == ["b.txt"]
