"""Embeddings of passages and questions. The only door to sentence_transformers' embedders."""

import os
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
from numpy.typing import NDArray

from index.errors import ModelError
from index.model import ModelFiles, locate
from index.types import Span

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer
    from tokenizers import Tokenizer

Floats = NDArray[np.float32]
# Of passages: few, because a question that comes meanwhile waits for one batch.
BATCH = 8


@dataclass(frozen=True, slots=True)
class Encoded:
    """A text's embedding and those of its word pieces, special tokens left out.

    `vector`: (d,), unit length. `tokens`: (n, d), rows of unit length. `pieces`: the n vocabulary
    numbers. `spans`: where each piece stands in the text.
    """

    vector: Floats
    tokens: Floats
    pieces: tuple[int, ...]
    spans: tuple[Span, ...]


class Embedder(Protocol):
    """The seam for embedding models; `tests.fakes.FakeEmbedder` is the deterministic one."""

    @property
    def name(self) -> str: ...

    @property
    def sha256(self) -> str:
        """Of the weights: an index made with others is refused."""
        ...

    @property
    def limit(self) -> int:
        """The most word pieces a passage may have without being cut off."""
        ...

    def count(self, text: str) -> int:
        """Word pieces of `text`, special tokens left out."""
        ...

    def passages(self, texts: Sequence[str]) -> list[Encoded]: ...

    def question(self, text: str) -> Encoded:
        """A question's embedding; what is beyond the model's limit is left out."""
        ...


class TransformerEmbedder:
    """A sentence-transformers model, run on the CPU, loaded from local files only.

    May be used from several threads, which take turns: its tokenizer cannot do two things at once.
    A question does not wait for more than the batch of passages that is being encoded.

    A model's own prompts ("query: ", "passage: ") are put before what it encodes and left out of
    the result.
    """

    def __init__(self, files: ModelFiles) -> None:
        self._model = _load(files)
        self._tokenizer = _tokenizer(self._model, files)
        self._prompts = {**self._model.prompts}
        self._turns = _Turns()
        self.name = files.name
        self.sha256 = files.sha256
        longest = self._model.max_seq_length
        if not longest:
            raise ModelError(f"the model {files.name} does not say how long a text it takes")
        special = self._tokenizer.num_special_tokens_to_add(is_pair=False)
        self.limit = int(longest) - special - self.count(self._prompt("document"))

    def count(self, text: str) -> int:
        return len(self._tokenizer.encode(text, add_special_tokens=False).ids)

    def passages(self, texts: Sequence[str]) -> list[Encoded]:
        # Texts of about one length together: the shorter ones of a batch are padded.
        order = sorted(range(len(texts)), key=lambda at: -len(texts[at]))
        encoded: dict[int, Encoded] = {}
        for start in range(0, len(order), BATCH):
            batch = order[start : start + BATCH]
            with self._turns.patient():
                found = self._encode([texts[at] for at in batch], self._prompt("document"))
            encoded.update(zip(batch, found, strict=True))
        return [encoded[at] for at in range(len(texts))]

    def question(self, text: str) -> Encoded:
        with self._turns.urgent(), _one_thread():
            return self._encode([text], self._prompt("query"))[0]

    def _prompt(self, kind: str) -> str:
        names = (kind, "passage") if kind == "document" else (kind,)
        return next((prompt for name in names if (prompt := self._prompts.get(name))), "")

    def _encode(self, texts: Sequence[str], prompt: str) -> list[Encoded]:
        outputs: Any = self._model.encode(
            [prompt + text for text in texts],
            output_value=None,
            batch_size=BATCH,
            show_progress_bar=False,
        )
        return [
            self._encoded(prompt + text, len(prompt), output)
            for text, output in zip(texts, outputs, strict=True)
        ]

    def _encoded(self, text: str, skip: int, output: dict[str, Any]) -> Encoded:
        """The output for one text without padding, special tokens and the prompt before `skip`."""
        mask = np.asarray(output["attention_mask"], dtype=bool)
        tokens = np.asarray(output["token_embeddings"], dtype=np.float32)[mask]
        found = self._tokenizer.encode(text)
        # A question that was cut off ends with a special token where the text goes on.
        count = len(found.ids) if len(found.ids) == len(tokens) else len(tokens) - 1
        kept = [
            i for i in range(count) if _real(found.offsets[i], skip, found.special_tokens_mask[i])
        ]
        return Encoded(
            vector=_unit(np.asarray(output["sentence_embedding"], dtype=np.float32)),
            tokens=_unit(tokens[kept]),
            pieces=tuple(found.ids[i] for i in kept),
            spans=tuple(_span(found.offsets[i], skip) for i in kept),
        )


class _Turns:
    """Lets one thread at a time go on; of those that wait, the urgent ones first."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._busy = False
        self._urgent = 0

    @contextmanager
    def urgent(self) -> Iterator[None]:
        with self._changed:
            self._urgent += 1
            self._changed.wait_for(lambda: not self._busy)
            self._urgent -= 1
            self._busy = True
        with self._taken():
            yield

    @contextmanager
    def patient(self) -> Iterator[None]:
        with self._changed:
            self._changed.wait_for(lambda: not self._busy and not self._urgent)
            self._busy = True
        with self._taken():
            yield

    @contextmanager
    def _taken(self) -> Iterator[None]:
        try:
            yield
        finally:
            with self._changed:
                self._busy = False
                self._changed.notify_all()


class LazyEmbedder:
    """A model that is loaded when it is first needed: seconds that an index without changes, or a
    page that nobody has asked anything yet, does not have to wait."""

    def __init__(self, files: ModelFiles) -> None:
        self._files = files
        self._lock = threading.Lock()
        self._loaded: TransformerEmbedder | None = None
        self.name = files.name
        self.sha256 = files.sha256

    @property
    def limit(self) -> int:
        return self.load().limit

    def count(self, text: str) -> int:
        return self.load().count(text)

    def passages(self, texts: Sequence[str]) -> list[Encoded]:
        return self.load().passages(texts)

    def question(self, text: str) -> Encoded:
        return self.load().question(text)

    def load(self) -> TransformerEmbedder:
        """The model itself, loaded now if it was not before."""
        with self._lock:
            if self._loaded is None:
                self._loaded = TransformerEmbedder(self._files)
            return self._loaded


def load_embedder(configured: str | None, *, allow_network: bool = False) -> LazyEmbedder:
    """The embedder for a configured path or hub name (None: the default model).

    Its files are found and hashed now; the model is loaded when it is first used.
    """
    return LazyEmbedder(locate(configured, allow_network=allow_network))


def stay_offline() -> None:
    """Make ready to load a model without a request or a progress bar, before sentence_transformers
    is imported: `locate` has fetched what the user allowed, and nothing more is asked of the hub.
    """
    os.environ["HF_HUB_OFFLINE"] = "1"
    os.environ["TRANSFORMERS_OFFLINE"] = "1"
    os.environ["HF_HUB_DISABLE_TELEMETRY"] = "1"
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
    from transformers.utils import logging

    logging.disable_progress_bar()  # type: ignore[no-untyped-call]  # transformers' own gap


def _load(files: ModelFiles) -> "SentenceTransformer":
    stay_offline()
    from sentence_transformers import SentenceTransformer

    try:
        return SentenceTransformer(str(files.folder), device="cpu", local_files_only=True)
    except (OSError, ValueError, KeyError) as error:
        raise ModelError(f"{files.folder} is not a sentence-transformers model: {error}") from error


def _tokenizer(model: "SentenceTransformer", files: ModelFiles) -> "Tokenizer":
    """The model's own tokenizer, as a copy that neither cuts off nor pads."""
    from tokenizers import Tokenizer

    backend = getattr(model.tokenizer, "backend_tokenizer", None)
    if backend is None:
        raise ModelError(f"the model {files.name} has no tokenizer.json, which Pincite needs")
    copy = Tokenizer.from_str(backend.to_str())
    copy.no_truncation()
    copy.no_padding()
    return copy


@contextmanager
def _one_thread() -> Iterator[None]:
    """torch on one thread: for a dozen word pieces two save nothing, and on a busy machine they
    wait for each other (25 ms became 500)."""
    import torch

    before = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(before)


def _real(offsets: tuple[int, int], skip: int, special: int) -> bool:
    start, end = offsets
    return not special and end > start and start >= skip


def _span(offsets: tuple[int, int], skip: int) -> Span:
    return Span(offsets[0] - skip, offsets[1] - skip)


def _unit(rows: Floats) -> Floats:
    """Rows scaled to unit length; a zero row stays zero."""
    norms = np.linalg.norm(rows, axis=-1, keepdims=True)
    return np.asarray(rows / np.where(norms == 0, 1, norms), dtype=np.float32)
