"""The arms of the ablation: the same passages found, and more and more of what is made of them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from math import tanh

from index.snapshot import Library
from index.types import Hit
from rag.assistant import Assistant, assistant_for
from rag.config import Config
from rag.read import SimilarityReader, load_reader
from rag.read.similarity import MARGIN
from rag.types import Claim, Reader, Verdict

# What the similarity reader's confidence was fitted for. Cosine and raw scores were never fitted,
# so nothing is refused by them.
SIMILARITY_THRESHOLD = 0.4
NO_THRESHOLD = 0.0


@dataclass(frozen=True, slots=True)
class Arm:
    """A name, and what makes the assistant that answers in this arm.

    Arms may differ in anything after the search: reader, threshold, and whether disagreement is
    looked for. Where it is not, the quotes' positions are left out: labels change nothing else.
    """

    name: str
    make: Callable[[Library], Assistant]
    positions: bool = False


@dataclass(frozen=True, slots=True)
class RetrievalReader:
    """No reader: the passages in the order of cosine and BM25, each from its first sentence on.

    The confidence is the nearest passage's cosine.
    """

    def read(self, question: str, hits: Sequence[Hit]) -> Verdict:
        ordered = sorted(hits, key=lambda hit: -hit.hybrid)
        claims = [
            Claim(hit.document, sentence.span, hit.hybrid)
            for hit in ordered
            for sentence in hit.passage
        ]
        nearest = max((hit.cosine for hit in hits), default=0.0)
        return Verdict(tuple(claims), min(max(nearest, 0.0), 1.0), margin=MARGIN)


@dataclass(frozen=True, slots=True)
class Changed:
    """A reader whose verdicts are changed."""

    reader: Reader
    change: Callable[[Verdict], Verdict]

    def read(self, question: str, hits: Sequence[Hit]) -> Verdict:
        return self.change(self.reader.read(question, hits))


def not_spread(verdict: Verdict) -> Verdict:
    """Without the preference for other documents and other answers."""
    return replace(verdict, repeat=0.0)


def uncalibrated(verdict: Verdict) -> Verdict:
    """Not spread, and as sure as the best claim's log odds are high: their logistic function."""
    best = max((claim.score for claim in verdict.claims), default=0.0)
    confidence = (1 + tanh(best / 2)) / 2 if verdict.claims else 0.0
    return replace(not_spread(verdict), confidence=confidence)


def _retrieval(library: Library) -> Assistant:
    return Assistant(library, RetrievalReader(), NO_THRESHOLD)


def _max_sim(library: Library) -> Assistant:
    return Assistant(library, SimilarityReader(), SIMILARITY_THRESHOLD)


def arms_for(config: Config) -> tuple[Arm, ...]:
    """Each has all that the ones before it have; the last is Pincite as configured.

    What a reader adds can be told apart only for one that gives scores, so not for similarity,
    which is the second arm already, nor for a language model.
    """
    return (
        Arm("retrieval", _retrieval),
        Arm("+ MaxSim", _max_sim),
        *(_scored(config) if config.reader.kind == "trained" else ()),
        Arm("as configured", partial(assistant_for, config=config), positions=True),
    )


def _scored(config: Config) -> tuple[Arm, Arm]:
    def reader(library: Library) -> Assistant:
        return Assistant(library, Changed(load_reader(config), uncalibrated), NO_THRESHOLD)

    def calibrated(library: Library) -> Assistant:
        return Assistant(library, Changed(load_reader(config), not_spread), config.threshold)

    return Arm("+ reader", reader), Arm("+ calibration", calibrated)
