"""A trained reader: one pass over a few sentences scores each of them.

A small encoder (all-MiniLM-L6-v2, trained further by `rag.read.training`) reads question, title
and passage together, so it can tell what similarity cannot: a sentence that answers from one that
is only about the same thing.
"""

import json
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property, partial
from itertools import accumulate, groupby
from math import exp
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray
from tokenizers import Tokenizer

from index.errors import ModelError
from index.model import file_sha256, locate
from index.types import Hit, Span
from rag.read.layout import (
    LONGEST_QUESTION,
    LONGEST_SENTENCE,
    LONGEST_TITLE,
    Layout,
    Pieced,
    Pieces,
)
from rag.read.similarity import REPEAT, similarities
from rag.read.widen import spans
from rag.types import Claim, Verdict

WEIGHTS = "reader.onnx"
MANIFEST = "manifest.json"
# The reader that is shipped; its README.md says what it was trained on.
PACKAGED = Path(__file__).with_name("model")

# So many passages are read: the answer is in one of the first five for .98 of SQuAD's questions.
PASSAGES = 12
# What the network's probability counts beside similarity, which knows more paraphrases: on the
# history corpus one sentence is right for .52 of the questions with both, .42 and .46 with either.
LIKELY = 0.12
# What is so far below the best is no answer beside it: more than for similarity alone, as scores
# lie farther apart.
MARGIN = 0.2
# Where one sentence answers as surely as `SURE`, those are no answer beside it that are less than
# `BESIDE` times as likely. On the history corpus that is one quote of ten, none of them right.
SURE = 0.7
BESIDE = 0.4
# Of what is read at once, in word pieces: what the network was trained on.
WINDOW = 110
# Of the words that answer, in word pieces.
LONGEST_ANSWER = 30
THREADS = 2

Logits = NDArray[np.float32]


class Network(Protocol):
    """The seam to the weights: logits of shape (tokens, 3) for one input."""

    def __call__(self, layout: Layout) -> Logits: ...


@dataclass(frozen=True, slots=True)
class Curve:
    """Turns log odds into a probability that means what it says (Platt 1999)."""

    slope: float
    middle: float

    def __call__(self, score: float) -> float:
        return 1 / (1 + exp(-self.slope * (score - self.middle)))


@dataclass(frozen=True, slots=True)
class Read:
    """What the network makes of one sentence: how far it is above "none of these" (log odds), and
    the words of it that answer."""

    score: float
    answer: Span


class TrainedReader:
    """Reads the best passages; `load` gives the network when the first question is asked."""

    def __init__(self, load: Callable[[], Network], tokenizer: Path, curve: Curve) -> None:
        self._load = load
        self._tokenizer = tokenizer
        self._curve = curve

    def read(self, question: str, hits: Sequence[Hit]) -> Verdict:
        """All sentences of the best passages as claims, scored by similarity and by the probability
        that they answer. The confidence is that of the best log odds alone, as similarity ranks
        near misses above answers; it supposes that the passages are on the subject, of which
        similarity knows more."""
        found = self._read(question, hits)
        answered = self._curve(max(odds for _, odds in found)) if found else 0.0
        least = BESIDE * answered if answered >= SURE else 0.0
        claims = [claim for claim, odds in found if self._curve(odds) >= least]
        claims.sort(key=lambda claim: -claim.score)
        return Verdict(tuple(claims), answered, margin=MARGIN, repeat=REPEAT, supposes_subject=True)

    def warm(self) -> None:
        """Load what the first question would have to wait for."""
        _ = self._network, self._pieced

    def best(self, question: str, hits: Sequence[Hit]) -> float:
        """The best log odds of any sentence; ValueError without hits."""
        return max(odds for _, odds in self._read(question, hits))

    def _read(self, question: str, hits: Sequence[Hit]) -> list[tuple[Claim, float]]:
        """The sentences of the best passages, each with its log odds. What is too far from the
        question to be quoted however likely it is, is not read."""
        nearest = [max(similarities(hit)) for hit in hits[:PASSAGES]]
        least = max(nearest, default=0.0) - MARGIN - LIKELY
        near = [hit for hit, its in zip(hits, nearest, strict=False) if its >= least]
        with ThreadPoolExecutor(THREADS) as several:
            found = several.map(partial(self._claims, question), near)
            return [each for of_hit in found for each in of_hit]

    def _claims(self, question: str, hit: Hit) -> list[tuple[Claim, float]]:
        """The claims of a passage, each with its log odds."""
        texts = [sentence.reading.of(hit.passage.reading) for sentence in hit.passage]
        read = read_passage(self._network, self._pieced, question, title_of(hit), texts)
        scores = [
            near + LIKELY * self._curve(each.score)
            for near, each in zip(similarities(hit), read, strict=True)
        ]
        return [
            (Claim(hit.document, span, score, each.answer.of(text)), each.score)
            for at, (text, each, score) in enumerate(zip(texts, read, scores, strict=True))
            for span in spans(hit.passage, at)
        ]

    @cached_property
    def _network(self) -> Network:
        return self._load()

    @cached_property
    def _pieced(self) -> Pieced:
        return Pieced(Tokenizer.from_file(str(self._tokenizer)))


def load_trained(folder: Path) -> TrainedReader:
    """The reader in `folder`, as `rag.read.training` makes it; ModelError when there is none or its
    files do not belong together."""
    try:
        manifest = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
        curve = Curve(**{name: float(value) for name, value in manifest["curve"].items()})
        whole = file_sha256(folder / WEIGHTS) == manifest["sha256"]
    except (OSError, KeyError, TypeError, ValueError, AttributeError) as error:
        raise ModelError(
            f"{folder} holds no trained reader ({type(error).__name__}: {error}). Name one that "
            'does as `model` under [reader] in pincite.toml, or set kind = "none".'
        ) from error
    if not whole:
        raise ModelError(
            f"{folder / WEIGHTS} is not the file that {MANIFEST} beside it belongs to. Export the "
            'reader again, or set kind = "none" under [reader] in pincite.toml.'
        )
    tokenizer = locate(None).folder / "tokenizer.json"
    return TrainedReader(lambda: OnnxNetwork(folder), tokenizer, curve)


def title_of(hit: Hit) -> str:
    """What the network is told of where a passage stands: title and section."""
    sections = hit.passage.sentences[0].place.section
    return " - ".join(dict.fromkeys((hit.title, *sections[-1:])))


class OnnxNetwork:
    """The packaged weights, run by onnxruntime. Loads when made; may be called from threads."""

    def __init__(self, folder: Path) -> None:
        from onnxruntime import InferenceSession, SessionOptions
        from onnxruntime.capi import onnxruntime_pybind11_state as states

        options = SessionOptions()
        # Passages are read side by side, each by one thread: that keeps both cores busier than
        # one passage on two.
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        file = folder / WEIGHTS
        try:
            self._session = InferenceSession(str(file), options, providers=["CPUExecutionProvider"])
        except (states.Fail, states.InvalidArgument, states.InvalidGraph, states.InvalidProtobuf):
            raise ModelError(
                f"{file} is no network that onnxruntime can run; export it again"
            ) from None

    def __call__(self, layout: Layout) -> Logits:
        ids, types = (np.array([each], dtype=np.int64) for each in (layout.ids, layout.types))
        (logits,) = self._session.run(["logits"], {"ids": ids, "types": types})
        return np.asarray(logits[0], dtype=np.float32)


def read_passage(
    network: Network, pieced: Pieced, question: str, title: str, sentences: Sequence[str]
) -> list[Read]:
    """What the network makes of each sentence of a passage."""
    (asked,) = pieced.pieces([question], LONGEST_QUESTION)
    (titled,) = pieced.pieces([title], LONGEST_TITLE)
    return [
        read
        for window in windows(pieced.pieces(sentences, LONGEST_SENTENCE))
        for read in _read_window(network, pieced, asked, titled, window)
    ]


def windows(sentences: Sequence[Pieces]) -> list[list[Pieces]]:
    """Neighbouring sentences, in parts of about one length, and of about `WINDOW` word pieces at
    most."""
    ends = list(accumulate(len(each.ids) for each in sentences))
    parts = max(1, -(-ends[-1] // WINDOW)) if ends else 1

    def part(at: int) -> int:
        """Where the middle of a sentence lies."""
        return (2 * ends[at] - len(sentences[at].ids)) * parts // (2 * max(1, ends[-1]))

    return [[sentences[at] for at in run] for _, run in groupby(range(len(sentences)), part)]


def _read_window(
    network: Network, pieced: Pieced, question: Pieces, title: Pieces, sentences: Sequence[Pieces]
) -> list[Read]:
    layout = pieced.lay_out(question.ids, title.ids, [each.ids for each in sentences])
    logits = network(layout)
    none = logits[0]
    return [
        Read(
            float(logits[marker, 0] - none[0]), _words(logits[start : start + len(each.ids)], each)
        )
        for marker, start, each in zip(layout.markers, layout.starts, sentences, strict=True)
    ]


def _words(logits: Logits, pieces: Pieces) -> Span:
    """The likeliest range of characters from a start to an end, by the sum of their logits."""
    size = len(logits)
    if not size:
        return Span(0, 0)
    total = logits[:, 1][:, None] + logits[:, 2][None, :]
    allowed = np.triu(np.ones((size, size), dtype=bool)) & ~np.triu(
        np.ones((size, size), dtype=bool), LONGEST_ANSWER
    )
    start, end = divmod(int(np.where(allowed, total, -np.inf).argmax()), size)
    return Span(pieces.offsets[start][0], pieces.offsets[end][1])
