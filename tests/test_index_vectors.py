"""The derived index: exact neighbours, and files that are there wholly or not at all."""

from __future__ import annotations

import hashlib
from pathlib import Path

import numpy as np
import pytest

from index import vectors
from index.database import Edition
from index.embed import Floats
from index.vectors import VectorIndex, build, from_bytes, load, publish

IDENTITY = "5a" * 16


def edition(generation: int) -> Edition:
    return Edition(IDENTITY, generation)


def unit(*rows: list[float]) -> Floats:
    found = np.array(rows, dtype=np.float32)
    return np.asarray(found / np.linalg.norm(found, axis=1, keepdims=True), dtype=np.float32)


def small() -> VectorIndex:
    return build(np.array([7, 3, 9]), unit([1, 0], [0, 1], [1, 1]))


def names(folder: Path) -> list[str]:
    return sorted(path.name[:18] for path in folder.iterdir())


def test_the_nearest_come_first() -> None:
    ids, scores = small().search(unit([1, 0])[0], 2)
    assert ids.tolist() == [7, 9]
    assert scores.tolist() == [1.0, np.float32(0.5**0.5)]


def test_no_more_are_returned_than_there_are() -> None:
    assert small().search(unit([0, 1])[0], 50)[0].tolist() == [3, 9, 7]
    assert len(small()) == 3


def test_an_empty_index() -> None:
    empty = build(np.array([], dtype=np.int64), np.zeros((0, 2), dtype=np.float32))
    assert len(empty) == 0
    assert len(from_bytes(empty.to_bytes())) == 0


def test_bytes_round_trip() -> None:
    again = from_bytes(small().to_bytes())
    assert again.to_bytes() == small().to_bytes()
    assert again.search(unit([0, 1])[0], 3)[0].tolist() == [3, 9, 7]


def test_a_published_index_lasts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its name is in the folder only when the folder has reached the disk as well."""
    synced: list[list[str]] = []
    monkeypatch.setattr(vectors, "sync_folder", lambda folder: synced.append(names(folder)))
    publish(tmp_path, edition(12), small())
    assert synced == [["vectors-0000000012"]]


def test_a_published_index_is_loaded_by_its_generation(tmp_path: Path) -> None:
    path = publish(tmp_path, edition(12), small())
    digest = hashlib.sha256(small().to_bytes()).hexdigest()
    assert path == tmp_path / f"vectors-0000000012-{IDENTITY}-{digest}.faiss"
    assert list(tmp_path.iterdir()) == [path]
    loaded = load(tmp_path, edition(12))
    assert loaded is not None
    assert loaded.to_bytes() == small().to_bytes()


@pytest.mark.parametrize("generation", [0, 11, 13, 120])
def test_a_stale_index_is_not_loaded(generation: int, tmp_path: Path) -> None:
    publish(tmp_path, edition(12), small())
    assert load(tmp_path, edition(generation)) is None


def test_an_index_of_another_database_is_not_loaded(tmp_path: Path) -> None:
    publish(tmp_path, edition(12), small())
    assert load(tmp_path, Edition("5b" * 16, 12)) is None


def test_a_missing_index_is_not_loaded(tmp_path: Path) -> None:
    assert load(tmp_path, edition(1)) is None
    assert load(tmp_path / "absent", edition(1)) is None


def test_a_truncated_index_is_not_loaded(tmp_path: Path) -> None:
    path = publish(tmp_path, edition(1), small())
    data = path.read_bytes()
    for size in (0, 1, len(data) // 2, len(data) - 1):
        path.write_bytes(data[:size])
        assert load(tmp_path, edition(1)) is None
    path.write_bytes(data)
    assert load(tmp_path, edition(1)) is not None


def test_an_index_with_any_bit_flipped_is_not_loaded(tmp_path: Path) -> None:
    path = publish(tmp_path, edition(1), small())
    data = path.read_bytes()
    for at in range(len(data)):
        path.write_bytes(data[:at] + bytes([data[at] ^ (1 << at % 8)]) + data[at + 1 :])
        assert load(tmp_path, edition(1)) is None


def test_a_file_of_another_name_is_not_loaded(tmp_path: Path) -> None:
    path = publish(tmp_path, edition(1), small())
    path.rename(path.with_name("vectors-0000000001-x.faiss"))
    assert load(tmp_path, edition(1)) is None


def test_an_index_that_is_dropped_while_it_is_looked_for_is_missing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = publish(tmp_path, edition(1), small())
    monkeypatch.setattr(vectors, "_published", lambda folder: [path])
    path.unlink()
    assert load(tmp_path, edition(1)) is None


def test_two_generations_are_kept(tmp_path: Path) -> None:
    for generation in (1, 2, 3, 10):
        publish(tmp_path, edition(generation), small())
    assert names(tmp_path) == ["vectors-0000000003", "vectors-0000000010"]


def test_what_was_published_last_is_kept_whatever_its_number(tmp_path: Path) -> None:
    for generation in (8, 9, 1):  # the database was made anew
        publish(tmp_path, edition(generation), small())
    assert names(tmp_path) == ["vectors-0000000001", "vectors-0000000009"]


def test_publishing_again_mends_a_damaged_file(tmp_path: Path) -> None:
    path = publish(tmp_path, edition(1), small())
    path.write_bytes(b"damaged")
    assert publish(tmp_path, edition(1), small()) == path
    assert load(tmp_path, edition(1)) is not None
    assert list(tmp_path.iterdir()) == [path]


def test_a_half_written_file_is_never_under_a_published_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = publish(tmp_path, edition(1), small())

    def stop(descriptor: int) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr("os.fsync", stop)
        with pytest.raises(KeyboardInterrupt):
            publish(tmp_path, edition(2), small())
    assert load(tmp_path, edition(2)) is None
    assert load(tmp_path, edition(1)) is not None
    assert [path for path in tmp_path.iterdir() if path.suffix == ".faiss"] == [before]
    publish(tmp_path, edition(2), small())
    assert names(tmp_path) == ["vectors-0000000001", "vectors-0000000002"]
    assert not list(tmp_path.glob("*.tmp"))
