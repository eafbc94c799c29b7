from pathlib import Path

import pytest

from index.store import DocumentSummary
from ui import uploads as module
from ui.uploads import UploadError, Uploads, checked_name, is_upload, seen_by, uploads_beside

ANN, BOB = "a" * 64, "b" * 64


def document(path: str) -> DocumentSummary:
    return DocumentSummary(path, "/", "00" * 32, path, "utf-8", 1, 1)


def take(uploads: Uploads, owner: str, name: str, data: bytes = b"x") -> None:
    with uploads.taking(owner, name, len(data)) as write:
        write(data)


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


def test_a_name_is_only_so_many_folders_deep() -> None:
    assert checked_name("a/" * 19 + "b.txt").name == "b.txt"
    with pytest.raises(UploadError, match="20 folders deep, of at most 19") as caught:
        checked_name("a/" * 20 + "b.txt")
    assert caught.value.status == 400


def test_nothing_stays_of_an_upload_that_broke_off(tmp_path: Path) -> None:
    uploads = Uploads(tmp_path)

    def break_off() -> None:
        with uploads.taking(ANN, "deep/a.txt", 2) as write:
            write(b"x")
            raise RuntimeError("the cable")

    with pytest.raises(RuntimeError, match="the cable"):
        break_off()
    assert not list(tmp_path.iterdir())
    assert not uploads.files(ANN)


def test_no_folder_is_made_before_the_file_is_there(tmp_path: Path) -> None:
    uploads = Uploads(tmp_path)
    with uploads.taking(ANN, "deep/a.txt", 1) as write:
        write(b"x")
        assert [each.is_file() for each in tmp_path.rglob("*")] == [True]
    assert (uploads.folder(ANN) / "upload-aaaaaaaaaaaa" / "deep" / "a.txt").read_bytes() == b"x"


def test_a_removed_file_leaves_no_empty_folder(tmp_path: Path) -> None:
    uploads = Uploads(tmp_path)
    for name in ("a/b/c/one.txt", "a/two.txt"):
        take(uploads, ANN, name)
    inner = uploads.folder(ANN) / "upload-aaaaaaaaaaaa"
    uploads.remove(ANN, "a/b/c/one.txt", uploads.files(ANN)["a/b/c/one.txt"])
    assert list((inner / "a").iterdir()) == [inner / "a" / "two.txt"]
    uploads.remove(ANN, "a/two.txt", uploads.files(ANN)["a/two.txt"])
    assert list(tmp_path.iterdir()) == [uploads.folder(ANN)]
    assert not list(uploads.folder(ANN).iterdir())


def test_what_was_sent_since_is_not_removed(tmp_path: Path) -> None:
    uploads = Uploads(tmp_path)
    take(uploads, ANN, "a.txt", b"old")
    old = uploads.files(ANN)["a.txt"]
    take(uploads, ANN, "a.txt", b"new")
    uploads.remove(ANN, "a.txt", old)
    assert (uploads.folder(ANN) / "upload-aaaaaaaaaaaa" / "a.txt").read_bytes() == b"new"


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
    with uploads.taking(ANN, "c.txt", 4) as write:
        write(b"123")
        with pytest.raises(UploadError, match="together"):
            take(uploads, ANN, "d.txt", b"12")
        take(uploads, ANN, "d.txt", b"1")
        with pytest.raises(UploadError, match="together"):
            write(b"4")


def test_all_have_so_much_room(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST_BYTES_OF_ALL", 10)
    monkeypatch.setattr(module, "MOST_FILES", 1)
    uploads = Uploads(tmp_path)
    take(uploads, ANN, "a.txt", b"123456")
    with pytest.raises(UploadError, match="no room"):
        take(uploads, BOB, "b.txt", b"12345")
    with pytest.raises(UploadError, match="1 files"):
        take(uploads, ANN, "b.txt", b"1")


def test_files_that_are_coming_count(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST_FILES", 2)
    uploads = Uploads(tmp_path)
    with uploads.taking(ANN, "a.txt", 1), uploads.taking(ANN, "b.txt", 1):
        with pytest.raises(UploadError, match="2 files"):
            take(uploads, ANN, "c.txt")
        take(uploads, BOB, "c.txt")


def test_what_is_announced_takes_no_room(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST_BYTES_OF_ALL", 10)
    uploads = Uploads(tmp_path)
    with uploads.taking(ANN, "a.txt", 10) as write:
        take(uploads, BOB, "b.txt", b"1234")
        write(b"123456")
        with pytest.raises(UploadError, match="no room"):
            write(b"7")


def test_what_has_no_room_is_refused_before_it_comes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "MOST_BYTES", 9)
    with (
        pytest.raises(UploadError, match="together"),
        Uploads(tmp_path).taking(ANN, "a.txt", 10),
    ):
        raise AssertionError


def test_room_is_free_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST_BYTES_OF_ALL", 10)
    uploads = Uploads(tmp_path)
    take(uploads, ANN, "a.txt", b"12345")
    take(uploads, ANN, "a.txt", b"1234")
    take(uploads, ANN, "b.txt", b"123456")
    uploads.remove(ANN, "b.txt", uploads.files(ANN)["b.txt"])
    take(uploads, BOB, "c.txt", b"123456")


def test_what_lies_there_is_counted_when_a_server_starts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    take(Uploads(tmp_path), ANN, "deep/a.txt", b"12345")
    monkeypatch.setattr(module, "MOST_BYTES", 8)
    monkeypatch.setattr(module, "MOST_BYTES_OF_ALL", 9)
    uploads = Uploads(tmp_path)
    assert {name: held.size for name, held in uploads.files(ANN).items()} == {"deep/a.txt": 5}
    with pytest.raises(UploadError, match="together"):
        take(uploads, ANN, "b.txt", b"1234")
    with pytest.raises(UploadError, match="no room"):
        take(uploads, BOB, "b.txt", b"12345")


def test_what_a_killed_server_left_is_deleted_and_nothing_else(tmp_path: Path) -> None:
    mine = [tmp_path / ".partial-notes", tmp_path / "partial-0123456789abcdef"]
    left = tmp_path / ".partial-0123456789abcdef"
    for file in (*mine, left):
        file.write_bytes(b"x")
    Uploads(tmp_path)
    assert sorted(tmp_path.iterdir()) == mine


def test_a_partial_file_is_known_as_one_when_a_server_starts(tmp_path: Path) -> None:
    with Uploads(tmp_path).taking(ANN, "a.txt", 1) as write:
        write(b"x")
        (partial,) = tmp_path.iterdir()
        data = partial.read_bytes()
        Uploads(tmp_path)
        assert not partial.exists()
        partial.write_bytes(data)
