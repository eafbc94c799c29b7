"""Zip archives that mean harm: measured before they are read, and never written to disk."""

from __future__ import annotations

import io
import struct
import zipfile

import pytest

from index.errors import SourceError
from index.read import archive as module
from index.read.archive import Archive
from tests.files import archive


def refused(data: bytes, name: str = "a") -> str:
    with pytest.raises(SourceError) as caught:
        Archive(data).read(name)
    return str(caught.value)


def claiming(size: int, data: bytes) -> bytes:
    """The archive, whose only part is said to be of another size, before it and at the end."""
    local, central = data.index(b"PK\x03\x04"), data.index(b"PK\x01\x02")
    out = bytearray(data)
    struct.pack_into("<I", out, local + 22, size)
    struct.pack_into("<I", out, central + 24, size)
    return bytes(out)


def test_all_parts_together_are_measured(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "LARGEST_INFLATED", 2_000_000)
    assert Archive(archive({"a": b" " * 1_000_000, "b": b" " * 1_000_000})).read("a")
    assert refused(archive({"a": b" " * 1_000_000, "b": b" " * 1_500_000})) == (
        "a zip archive that grows to 2 MB, more than the 2 MB that one source may have"
    )


def test_a_part_that_claims_to_be_small_stops_where_it_claims() -> None:
    data = claiming(10, archive({"a": b" " * 3_000_000}))
    assert refused(data).startswith("damaged: a cannot be inflated (Bad CRC-32")


def test_a_part_that_claims_to_be_huge_is_not_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(zipfile.ZipFile, "read", None)
    assert refused(claiming(4_000_000_000, archive({"a": b"It rained."}))) == (
        "a zip archive that grows to 4000 MB, more than the 200 MB that one source may have"
    )


@pytest.mark.parametrize("name", ["../../a", "/a", "C:\\a", "a\x00b"])
def test_names_are_names_only(name: str) -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as target:
        target.writestr("x" * len(name), b"It rained.")
    data = out.getvalue().replace(b"x" * len(name), name.encode())
    found = Archive(data)
    assert [found.read(each) for each in found.names()] == [b"It rained."]


def test_an_encrypted_part() -> None:
    data = bytearray(archive({"a": b"It rained."}))
    for at in (data.index(b"PK\x03\x04") + 6, data.index(b"PK\x01\x02") + 8):
        data[at] |= 1
    assert "is encrypted" in refused(bytes(data))
