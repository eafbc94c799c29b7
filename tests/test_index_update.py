"""Bringing an index up to date: what is embedded, replaced, dropped, refused and reported."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import NoReturn

import numpy as np
import pytest

from index import update, vectors
from index.database import DATABASE
from index.embed import Encoded
from index.errors import IndexFolderError
from index.store import DocumentSummary, Store, current_edition, open_reading, writing
from index.tokens import DEFAULT_ENCODING, Tokens, load_encoding
from index.update import Failure, Progress, Summary, Updater, find_sources, make_budget, publish
from index.update import make_settings as settings_of
from tests.fakes import FakeEmbedder

TOKENS_OF_A_PASSAGE = 40


@cache
def tokens() -> Tokens:
    return load_encoding(DEFAULT_ENCODING)


class CountingEmbedder(FakeEmbedder):
    """Remembers the passages it was given, call by call."""

    def __init__(self) -> None:
        super().__init__()
        self.calls: list[list[str]] = []

    def passages(self, texts: Sequence[str]) -> list[Encoded]:
        self.calls.append(list(texts))
        return super().passages(texts)


class Workplace:
    """A folder of sources, and an index of it."""

    def __init__(self, folder: Path) -> None:
        self.sources = folder / "sources"
        self.index = folder / "index"
        self.sources.mkdir()
        self.embedder = CountingEmbedder()
        self.progress: list[Progress] = []

    def write(self, **files: str) -> None:
        """Write files of these names (`_` for `/`) ending in .txt."""
        for name, text in files.items():
            file = self.sources / f"{name.replace('_', '/')}.txt"
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text, encoding="utf-8", newline="")

    def run(self, *paths: Path) -> Summary:
        self.embedder.calls.clear()
        self.progress.clear()
        with writing(self.index) as store:
            store.prepare(settings_of(self.embedder, tokens(), TOKENS_OF_A_PASSAGE))
            updater = Updater(
                store, self.embedder, tokens(), TOKENS_OF_A_PASSAGE, self.progress.append
            )
            return updater.run(paths or [self.sources])

    def texts(self) -> dict[str, str]:
        """The documents in the index."""

        def text_of(store: Store, summary: DocumentSummary) -> str:
            document = store.document(summary.path)
            assert document
            return document.text

        with closing(open_reading(self.index)) as store:
            return {summary.path: text_of(store, summary) for summary in store.summaries()}


@pytest.fixture
def work(tmp_path: Path) -> Workplace:
    return Workplace(tmp_path)


def paths(sources: Sequence[update.SourceFile]) -> list[str]:
    return [source.path for source in sources]


# What a run does


def test_a_first_run_adds_everything(work: Workplace) -> None:
    work.write(a="It rained.", b_c="It snowed.")
    assert work.run() == Summary(added=2, passages=2)
    assert work.texts() == {"a.txt": "It rained.", "b/c.txt": "It snowed."}
    assert work.embedder.calls == [["It rained.", "It snowed."]]


def test_what_is_unchanged_is_not_embedded_again(work: Workplace) -> None:
    work.write(a="It rained.", b="It snowed.")
    work.run()
    os.utime(work.sources / "a.txt", (0, 0))
    assert work.run() == Summary(unchanged=2)
    assert work.embedder.calls == []
    with closing(open_reading(work.index)) as store:
        assert store.generation == 2


def test_what_has_changed_is_replaced_and_nothing_else_embedded(work: Workplace) -> None:
    work.write(a="It rained.", b="It snowed.")
    work.run()
    work.write(a="It hailed.", c="It thawed.")
    assert work.run() == Summary(added=1, replaced=1, unchanged=1, passages=2)
    assert work.embedder.calls == [["It hailed.", "It thawed."]]
    assert work.texts() == {"a.txt": "It hailed.", "b.txt": "It snowed.", "c.txt": "It thawed."}


def test_what_is_removed_is_dropped(work: Workplace) -> None:
    work.write(a="It rained.", b_c="It snowed.", d="It hailed.")
    work.run()
    (work.sources / "a.txt").unlink()
    shutil.rmtree(work.sources / "b")
    assert work.run() == Summary(unchanged=1, removed=2)
    assert work.texts() == {"d.txt": "It hailed."}


def test_a_file_that_became_a_folder_or_whose_folder_became_a_file_is_dropped(
    work: Workplace,
) -> None:
    work.write(a="It rained.", b_c="It snowed.")
    work.run()
    (work.sources / "a.txt").unlink()
    (work.sources / "a.txt").mkdir()
    shutil.rmtree(work.sources / "b")
    (work.sources / "b").write_text("x", encoding="utf-8")
    assert work.run().removed == 2
    assert work.texts() == {}


def test_a_single_file_is_named_by_its_name_and_nothing_is_dropped(work: Workplace) -> None:
    work.write(a="It rained.", b="It snowed.")
    work.run()
    (work.sources / "b.txt").unlink()
    work.write(a="It hailed.")
    assert work.run(work.sources / "a.txt") == Summary(replaced=1, passages=1)
    assert work.texts() == {"a.txt": "It hailed.", "b.txt": "It snowed."}


def test_only_documents_of_the_folders_asked_for_are_dropped(work: Workplace) -> None:
    work.write(one_a="It rained.", two_b="It snowed.")
    one, two = work.sources / "one", work.sources / "two"
    work.run(one, two)
    shutil.rmtree(two)
    assert work.run(one) == Summary(unchanged=1)
    assert list(work.texts()) == ["a.txt", "b.txt"]
    two.mkdir()
    assert work.run(one, two) == Summary(unchanged=1, removed=1)


def test_a_path_may_lead_through_links_and_dots(work: Workplace, tmp_path: Path) -> None:
    work.write(a="It rained.")
    work.run()
    (tmp_path / "link").symlink_to(work.sources)
    assert work.run(tmp_path / "link") == Summary(unchanged=1)
    assert work.run(work.sources / ".." / "sources" / "a.txt") == Summary(unchanged=1)


def test_a_run_publishes_the_vectors_of_what_it_made(work: Workplace) -> None:
    work.write(a="It rained.", b="It snowed.")
    work.run()
    with closing(open_reading(work.index)) as store:
        ids, rows = store.vectors()
        found = vectors.load(work.index, store.edition)
        assert found is not None
        assert len(found) == 2
        assert found.search(rows[1], 1)[0].tolist() == [ids[1]]


def test_vectors_are_not_written_again_when_nothing_changed(work: Workplace) -> None:
    work.write(a="It rained.")
    work.run()
    (file,) = work.index.glob("vectors-*.faiss")
    os.utime(file, (1, 1))
    work.run()
    assert file.stat().st_mtime == 1
    file.write_bytes(b"damaged")
    work.run()
    assert vectors.load(work.index, current_edition(work.index)) is not None


def test_documents_are_embedded_together_and_stored_one_by_one(
    work: Workplace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(update, "GATHER", 3)
    work.write(**{f"f{number}": f"It rained {number} times." for number in range(7)})
    assert work.run() == Summary(added=7, passages=7)
    assert [len(call) for call in work.embedder.calls] == [3, 3, 1]
    with closing(open_reading(work.index)) as store:
        assert store.generation == 7
        ids, rows = store.vectors()
        readings = [stored.passage.reading for stored in store.passages(ids.tolist())]
    expected = FakeEmbedder().passages(readings)
    assert np.array_equal(rows, np.array([encoded.vector for encoded in expected]))


def test_progress_is_reported_as_documents_are_read_and_embedded(
    work: Workplace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(update, "GATHER", 2)
    monkeypatch.setattr(update, "STEP", 1)
    work.write(a="It rained.", b="It snowed.", c="")
    work.run()
    assert work.progress == [
        Progress(0, 3, 0, "a.txt"),
        Progress(1, 3, 0, "a.txt"),
        Progress(1, 3, 0, "b.txt"),
        Progress(1, 3, 1, "b.txt"),
        Progress(1, 3, 2, "b.txt"),
        Progress(2, 3, 2, "b.txt"),
        Progress(2, 3, 2, "c.txt"),
        Progress(3, 3, 2, "c.txt"),
    ]


def test_an_interrupted_run_keeps_what_it_stored(
    work: Workplace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(update, "GATHER", 1)
    work.write(a="It rained.", b="It snowed.")
    embed = work.embedder.passages

    def interrupted(texts: Sequence[str]) -> list[Encoded]:
        if texts == ["It snowed."]:
            raise KeyboardInterrupt
        return embed(texts)

    with monkeypatch.context() as patch:
        patch.setattr(work.embedder, "passages", interrupted)
        with pytest.raises(KeyboardInterrupt):
            work.run()
    assert work.texts() == {"a.txt": "It rained."}
    assert work.run() == Summary(added=1, unchanged=1, passages=1)


# What fails, while the rest goes on


def test_each_file_fails_on_its_own(work: Workplace) -> None:
    work.write(a="It rained.", b="", c="* * *", z="It snowed.")
    (work.sources / "d.txt").write_bytes(b"\x00")
    (work.sources / "e.txt").symlink_to("e.txt")
    (work.sources / "f.docx").write_bytes(b"x")
    summary = work.run()
    folder = work.sources.resolve()
    assert [(failure.file, failure.reason) for failure in summary.failures[:-1]] == [
        (f"{folder}/b.txt", "empty: there is nothing to quote"),
        (f"{folder}/c.txt", "it holds no sentence that could be quoted"),
        (f"{folder}/d.txt", "binary: it holds zero bytes and is no text"),
        (f"{folder}/e.txt", "cannot be read: Too many levels of symbolic links"),
    ]
    assert summary.failures[-1].file == f"{folder}/f.docx"
    assert list(work.texts()) == ["a.txt", "z.txt"]
    assert (summary.added, summary.passages) == (2, 2)


def test_a_changed_file_that_cannot_be_used_is_no_longer_quoted(work: Workplace) -> None:
    work.write(a="It rained.")
    work.run()
    (work.sources / "a.txt").write_bytes(b"\xff")
    summary = work.run()
    assert [failure.reason.rsplit("; ", 1)[1] for failure in summary.failures] == [
        "its earlier version is no longer quoted"
    ]
    assert (work.texts(), summary.removed) == ({}, 1)


def test_an_index_among_the_sources_is_passed_over(work: Workplace) -> None:
    work.write(a="It rained.")
    (work.sources / "inner").mkdir()
    (work.sources / "inner" / DATABASE).write_bytes(b"")
    (work.sources / "inner" / "b.txt").write_text("It snowed.")
    assert work.run().failures == []
    assert work.texts() == {"a.txt": "It rained."}


def test_of_a_folder_and_links_to_it_the_folder_gives_the_names(work: Workplace) -> None:
    (work.sources / "m").mkdir()
    (work.sources / "m" / "b.txt").write_text("It snowed.")
    (work.sources / "a").symlink_to(work.sources / "m")
    (work.sources / "z").symlink_to(work.sources / "m")
    assert len(work.run().failures) == 2
    assert work.texts() == {"m/b.txt": "It snowed."}


def test_typographic_spaces_in_names_are_no_fault(work: Workplace) -> None:
    (work.sources / "at 4\u202fpm\u00a0x.txt").write_text("It rained.")
    assert work.run().failures == []


def test_a_file_that_vanishes_between_listing_and_reading(
    work: Workplace, monkeypatch: pytest.MonkeyPatch
) -> None:
    work.write(a="It rained.", b="It snowed.")
    list_sources = update.find_sources

    def vanishing(wanted: Sequence[Path]) -> tuple[list[update.SourceFile], list[Failure]]:
        found = list_sources(wanted)
        (work.sources / "a.txt").unlink()
        return found

    monkeypatch.setattr(update, "find_sources", vanishing)
    file = str(work.sources.resolve() / "a.txt")
    assert work.run() == Summary(
        added=1, passages=1, failures=[Failure(file, "cannot be read: No such file or directory")]
    )


def test_the_same_name_in_another_folder_is_refused(work: Workplace) -> None:
    work.write(one_a="It rained.", two_a="It snowed.")
    one, two = work.sources.resolve() / "one", work.sources.resolve() / "two"
    reason = f"has the same name as {one}/a.txt; rename one or index them apart"
    assert work.run(one, two) == Summary(
        added=1, passages=1, failures=[Failure(f"{two}/a.txt", reason)]
    )
    reason = (
        f"the index already holds a document named a.txt, from {one}; rename one of them or use "
        "another --index"
    )
    assert work.run(two) == Summary(failures=[Failure(f"{two}/a.txt", reason)])
    assert work.texts() == {"a.txt": "It rained."}


def test_the_same_folder_twice_is_one_folder(work: Workplace) -> None:
    work.write(a="It rained.")
    assert work.run(work.sources, work.sources) == Summary(added=1, passages=1)


def test_a_path_that_is_not_there_is_an_error_and_changes_nothing(work: Workplace) -> None:
    work.write(a="It rained.")
    with pytest.raises(IndexFolderError, match=r"there is no file or folder .*/absent"):
        work.run(work.sources, work.sources / "absent")
    assert work.texts() == {}


# Which files there are


def test_sources_are_in_order_of_their_names(work: Workplace) -> None:
    work.write(b="x", a="x", a_z="x", a_b_c="x", B="x")
    sources, failures = find_sources([work.sources])
    assert paths(sources) == ["B.txt", "a.txt", "a/b/c.txt", "a/z.txt", "b.txt"]
    assert failures == []
    assert sources[0].file == work.sources.resolve() / "B.txt"


def test_hidden_files_and_folders_are_passed_over(work: Workplace) -> None:
    (work.sources / ".git").mkdir()
    for name in (".a.txt", ".git/b.txt", "c.txt"):
        (work.sources / name).write_text("x", encoding="utf-8")
    assert paths(find_sources([work.sources])[0]) == ["c.txt"]


def test_a_link_to_its_own_folder_is_not_followed(work: Workplace) -> None:
    work.write(a="x", one_b="x")
    (work.sources / "one" / "self").symlink_to(".")
    (work.sources / "one" / "up").symlink_to("..")
    sources, failures = find_sources([work.sources])
    root = work.sources.resolve()
    assert paths(sources) == ["a.txt", "one/b.txt"]
    assert failures == [
        Failure(f"{root}/one/self", f"a link back to {root}/one, which is indexed already"),
        Failure(f"{root}/one/up", f"a link back to {root}, which is indexed already"),
    ]


def test_links_to_each_other_are_not_followed_in_circles(work: Workplace) -> None:
    work.write(one_a="x", two_b="x")
    (work.sources / "one" / "two").symlink_to("../two")
    (work.sources / "two" / "one").symlink_to("../one")
    sources, failures = find_sources([work.sources])
    assert paths(sources) == ["one/a.txt", "two/b.txt"]
    assert len(failures) == 2


def test_a_link_to_the_folder_above_does_not_lead_back_in(work: Workplace, tmp_path: Path) -> None:
    work.write(a="x")
    (tmp_path / "beside.txt").write_text("x", encoding="utf-8")
    (work.sources / "up").symlink_to(tmp_path)
    sources, failures = find_sources([work.sources])
    assert paths(sources) == ["a.txt", "up/beside.txt"]
    assert [failure.file for failure in failures] == [f"{work.sources.resolve()}/up/sources"]


def test_a_link_to_a_folder_or_file_outside_is_followed(work: Workplace, tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "b.txt").write_text("It snowed.", encoding="utf-8")
    (work.sources / "link").symlink_to(outside)
    (work.sources / "c.txt").symlink_to(outside / "b.txt")
    assert work.run() == Summary(added=2, passages=2)
    assert list(work.texts()) == ["c.txt", "link/b.txt"]


@pytest.mark.parametrize("name", [b"a\xff.txt", b"a\xff/b.txt", b"a\n.txt", b"a\x1b[2J/b.txt"])
def test_a_name_that_cannot_be_shown_fails_and_the_rest_goes_on(
    name: bytes, work: Workplace
) -> None:
    work.write(z="It rained.")
    file = Path(os.fsdecode(os.fsencode(work.sources) + b"/" + name))
    file.parent.mkdir(exist_ok=True)
    file.write_text("It snowed.", encoding="utf-8")
    summary = work.run()
    reason = "its name is not valid UTF-8 or holds control characters; rename it"
    assert summary == Summary(added=1, passages=1, failures=[Failure(ascii(str(file)), reason)])
    alone = work.run(file) if "/" not in os.fsdecode(name) else summary
    assert [failure.reason for failure in alone.failures] == [reason]


def test_a_folder_whose_name_is_not_utf_8_fails_file_by_file(work: Workplace) -> None:
    folder = Path(os.fsdecode(os.fsencode(work.sources) + b"/\xff"))
    folder.mkdir()
    (folder / "a.txt").write_text("It rained.", encoding="utf-8")
    assert len(work.run(folder).failures) == 1
    assert work.texts() == {}


def refuse(*_: object) -> NoReturn:
    raise PermissionError(13, "Permission denied")


def test_documents_of_a_folder_that_cannot_be_entered_are_kept(
    work: Workplace, monkeypatch: pytest.MonkeyPatch
) -> None:
    work.write(a="It rained.", b_c="It snowed.")
    work.run()
    locked = str(work.sources.resolve() / "b")
    monkeypatch.setattr("os.scandir", unless(locked, os.scandir))
    monkeypatch.setattr(Path, "lstat", unless(f"{locked}/", Path.lstat))
    monkeypatch.setattr("os.lstat", unless(f"{locked}/", os.lstat))
    assert work.run() == Summary(
        unchanged=1, failures=[Failure(locked, "cannot be listed: Permission denied")]
    )
    assert list(work.texts()) == ["a.txt", "b/c.txt"]


def unless(start: str, function: Callable[..., object]) -> Callable[..., object]:
    """`function`, but for paths that start so: those nobody may look at."""

    def guarded(path: str | Path, **options: object) -> object:
        if str(path).startswith(start):
            raise PermissionError(13, "Permission denied", str(path))
        return function(path, **options)

    return guarded


# Budgets and settings


def test_the_budget_of_a_model() -> None:
    budget = make_budget(FakeEmbedder(limit=100), tokens(), 41)
    assert (budget.limit, budget.piece_limit, budget.enough) == (41, 100, 20)
    assert budget.count("It rained.") == tokens().count("It rained.")
    assert budget.pieces("It rained.") == 3


def test_settings_name_what_the_index_is_made_with() -> None:
    settings = settings_of(FakeEmbedder("m", "a" * 64, 16), tokens(), 41)
    assert replace(settings) == settings
    assert (settings.model, settings.model_sha256) == ("m", "a" * 64)
    assert (settings.encoding, settings.passage_tokens) == (DEFAULT_ENCODING, 41)


def test_an_empty_index_can_be_published(tmp_path: Path) -> None:
    with writing(tmp_path) as store:
        publish(store)
    found = vectors.load(tmp_path, current_edition(tmp_path))
    assert found is not None
    assert len(found) == 0
