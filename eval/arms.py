"""The arms of the ablation: the same passages found, and more and more of what is made of them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from math import tanh

from index.snapshot import Library
from index.types import Hit
from rag.assistant import Assistant, assistant_for
from rag.config import Config
from rag.read import SimilarityReader
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


def _reader(library: Library) -> Assistant:
    from rag.read.trained import load_trained

    return Assistant(library, Changed(load_trained(), uncalibrated), NO_THRESHOLD)


def _calibration(library: Library) -> Assistant:
    from rag.read.trained import load_trained

    return Assistant(library, Changed(load_trained(), not_spread), Config().threshold)


def _disagreement(library: Library) -> Assistant:
    return assistant_for(library, Config())


# Each has all that the ones before it have; the last is Pincite as it is shipped.
ARMS = (
    Arm("retrieval", _retrieval),
    Arm("+ MaxSim", _max_sim),
    Arm("+ reader", _reader),
    Arm("+ calibration", _calibration),
    Arm("+ disagreement", _disagreement, positions=True),
)
