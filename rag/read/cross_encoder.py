"""A reader that scores question and sentence together, with a model of the user's."""

import threading
from collections.abc import Sequence
from dataclasses import dataclass
from math import isfinite, tanh
from typing import TYPE_CHECKING, Protocol

from index.embed import stay_offline
from index.errors import ModelError
from index.model import ModelFiles
from index.types import Hit, Passage
from rag.types import Claim, Verdict

if TYPE_CHECKING:
    from sentence_transformers import CrossEncoder

# A pair costs some ten milliseconds on a CPU: so many passages, the best ones, are read.
MOST_HITS = 12


class PairScorer(Protocol):
    """The seam for cross-encoders: one logit for each pair of question and text."""

    def predict(self, pairs: Sequence[tuple[str, str]]) -> Sequence[float]: ...


@dataclass(frozen=True, slots=True)
class CrossEncoderReader:
    """Scores each sentence, with the one before and after it, by a cross-encoder.

    The score is the sigmoid of the model's logit. Models are trained to rank, so it is a
    probability only as far as their training made it one; the confidence is the best score.
    """

    model: PairScorer

    def read(self, question: str, hits: Sequence[Hit]) -> Verdict:
        best = sorted(hits, key=lambda hit: -hit.score)[:MOST_HITS]
        places = [(hit, at) for hit in best for at in range(len(hit.passage.sentences))]
        if not places:
            return Verdict((), 0.0)
        logits = self.model.predict([(question, _around(hit.passage, at)) for hit, at in places])
        claims = [
            Claim(hit.document, hit.passage.sentences[at].span, _probability(logit))
            for (hit, at), logit in zip(places, logits, strict=True)
        ]
        claims.sort(key=lambda claim: -claim.score)
        return Verdict(tuple(claims), claims[0].score)

    def warm(self) -> None:
        """Load what the first question would have to wait for."""
        self.model.predict([("", "")])


def _around(passage: Passage, at: int) -> str:
    """The reading text from the sentence before to the one after, as far as the passage has them:
    who is meant by "he" is often said there."""
    near = passage.sentences[max(at - 1, 0) : at + 2]
    return passage.reading[near[0].reading.start : near[-1].reading.end]


def _probability(logit: float) -> float:
    """The logistic function; 0 where a model computes no number at all."""
    return (1 + tanh(float(logit) / 2)) / 2 if isfinite(logit) else 0.0


class LazyCrossEncoder:
    """A sentence-transformers CrossEncoder on the CPU, loaded from local files when first used."""

    def __init__(self, files: ModelFiles) -> None:
        self._files = files
        # Held while predicting as well: a fast tokenizer cannot be used by two threads at once.
        self._lock = threading.Lock()
        self._model: CrossEncoder | None = None

    def predict(self, pairs: Sequence[tuple[str, str]]) -> Sequence[float]:
        """The model's logits, without the activation that it may bring along."""
        with self._lock:
            model = self._model = self._model or _load(self._files)
            from torch.nn import Identity

            found = model.predict(list(pairs), activation_fn=Identity(), show_progress_bar=False)
        return [float(logit) for logit in found]


def _load(files: ModelFiles) -> "CrossEncoder":
    stay_offline()
    from sentence_transformers import CrossEncoder

    _check_head(files)
    try:
        model: CrossEncoder = CrossEncoder(str(files.folder), device="cpu", local_files_only=True)
    except (OSError, ValueError, KeyError) as error:
        raise ModelError(f"{files.folder} is not a cross-encoder: {error}") from error
    if model.num_labels != 1:
        raise ModelError(
            f"the model {files.name} gives {model.num_labels} scores for a pair; name one in "
            "reader.model that gives a single one"
        )
    return model


def _check_head(files: ModelFiles) -> None:
    """ModelError for an embedding model: it would load, with a head of random numbers."""
    from transformers import AutoConfig

    try:
        made_for = AutoConfig.from_pretrained(str(files.folder), local_files_only=True)
    except (OSError, ValueError, KeyError) as error:
        raise ModelError(f"{files.folder} is not a cross-encoder: {error}") from error
    heads = ("ForSequenceClassification", "ForCausalLM")
    if not any(name.endswith(heads) for name in made_for.architectures or ()):
        raise ModelError(
            f"the model {files.name} is not a cross-encoder; name one in reader.model, like "
            "cross-encoder/ms-marco-MiniLM-L6-v2"
        )
