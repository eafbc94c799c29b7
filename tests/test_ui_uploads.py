from pathlib import Path

import pytest

from index.store import DocumentSummary
from ui import uploads as module
from ui.uploads import UploadError, Uploads, checked_name, is_upload, seen_by, uploads_beside

ANN, BOB = "a" * 64, "b" * 64


def document(path: str) -> DocumentSummary:
    return DocumentSummary(path, "/", "00" * 32, path, "utf-8", 1, 1)


def take(uploads: Uploads, owner: str, name: str, data: bytes = b"x") -> None:
    with uploads.taking(owner, name, len(data)) as partial:
        partial.write_bytes(data)


def test_an_upload_is_seen_by_its_owner_alone() -> None:
    own = document("upload-aaaaaaaaaaaa/letter.txt")
    assert is_upload(own.path)
    assert [seen_by(each)(own) for each in (ANN, BOB, "")] == [True, False, False]


@pytest.mark.parametrize(
    "path",
    ["letter.txt", "upload-aaaaaaaaaaaa.txt", "upload-notes/a.txt", "x/upload-aaaaaaaaaaaa/a"],
)
def test_what_was_indexed_is_seen_by_everybody(path: str) -> None:
    assert seen_by(BOB)(document(path))


def test_an_upload_lies_beside_the_index_for_its_owner_only(tmp_path: Path) -> None:
    take(uploads_beside(tmp_path / "index"), ANN, "letters/one.txt", b"Dear Bob.")
    root = tmp_path / "index.uploads"
    file = root / ".aaaaaaaaaaaa" / "upload-aaaaaaaaaaaa" / "letters" / "one.txt"
    assert file.read_bytes() == b"Dear Bob."
    private = [root, root / ".aaaaaaaaaaaa"]
    assert [each.stat().st_mode & 0o777 for each in private] == [0o700, 0o700]


@pytest.mark.parametrize(
    "name",
    [
        "",
        "/etc/a.txt",
        "../a.txt",
        "a/../b.txt",
        "./a.txt",
        "a//b.txt",
        "a.txt/",
        ".a.txt",
        "a/.b/c.txt",
        "a\\b.txt",
        "a\n.txt",
        "a\0.txt",
        "\u202etxt.exe.txt",
        "\ud800.txt",
        "x" * 197 + ".txt",
        "a/" * 300 + "b.txt",
    ],
)
def test_a_name_that_leads_elsewhere_is_refused(name: str, tmp_path: Path) -> None:
    with pytest.raises(UploadError, match="This name cannot be taken") as caught:
        take(Uploads(tmp_path), ANN, name)
    assert caught.value.status == 400
    assert not list(tmp_path.iterdir())


def test_a_format_that_nobody_reads_is_refused() -> None:
    with pytest.raises(UploadError, match="are not supported") as caught:
        checked_name("a.exe")
    assert caught.value.status == 415


def test_nothing_stays_of_an_upload_that_broke_off(tmp_path: Path) -> None:
    def break_off() -> None:
        with Uploads(tmp_path).taking(ANN, "a.txt", 2) as partial:
            partial.write_bytes(b"x")
            raise RuntimeError("the cable")

    with pytest.raises(RuntimeError, match="the cable"):
        break_off()
    assert not [each for each in tmp_path.rglob("*") if each.is_file()]


def test_a_folder_and_a_file_cannot_have_one_name(tmp_path: Path) -> None:
    uploads = Uploads(tmp_path)
    take(uploads, ANN, "a.txt")
    with pytest.raises(UploadError, match="both a file and a folder"):
        take(uploads, ANN, "a.txt/b.txt")


@pytest.mark.parametrize("size", [0, 50_000_001])
def test_a_file_has_a_size(size: int, tmp_path: Path) -> None:
    with (
        pytest.raises(UploadError, match=r"may have 50 MB|file is empty"),
        Uploads(tmp_path).taking(ANN, "a.txt", size),
    ):
        pass


def test_an_owner_has_so_much_room(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST_BYTES", 10)
    uploads = Uploads(tmp_path)
    take(uploads, ANN, "a.txt", b"123456")
    with pytest.raises(UploadError, match="together"):
        take(uploads, ANN, "b.txt", b"12345")
    take(uploads, BOB, "b.txt", b"12345")
    with uploads.taking(ANN, "c.txt", 3) as partial:
        partial.write_bytes(b"123")
        with pytest.raises(UploadError, match="together"):
            take(uploads, ANN, "d.txt", b"12")


def test_all_have_so_much_room(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST_BYTES_OF_ALL", 10)
    monkeypatch.setattr(module, "MOST_FILES", 1)
    uploads = Uploads(tmp_path)
    take(uploads, ANN, "a.txt", b"123456")
    with pytest.raises(UploadError, match="no room"):
        take(uploads, BOB, "b.txt", b"12345")
    with pytest.raises(UploadError, match="1 files"):
        take(uploads, ANN, "b.txt", b"1")
