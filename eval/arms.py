"""The arms of the ablation: the same passages found, and more and more of what is made of them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from index.snapshot import Library
from index.types import Hit
from rag.assistant import Assistant
from rag.read import SimilarityReader
from rag.types import Claim, Verdict

# What the similarity reader's confidence was fitted for; the cosine of the arm before it was never
# fitted, so nothing is refused by it.
SIMILARITY_THRESHOLD = 0.4
NO_THRESHOLD = 0.0


@dataclass(frozen=True, slots=True)
class Arm:
    """A name, and what makes the assistant that answers in this arm.

    Arms may differ in anything after the search: reader, threshold, what composes quotes.
    """

    name: str
    make: Callable[[Library], Assistant]


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
        return Verdict(tuple(claims), min(max(nearest, 0.0), 1.0))


def _retrieval(library: Library) -> Assistant:
    return Assistant(library, RetrievalReader(), NO_THRESHOLD)


def _max_sim(library: Library) -> Assistant:
    return Assistant(library, SimilarityReader(), SIMILARITY_THRESHOLD)


# Each has all that the ones before it have. TRAINED READER: + reader, + calibration and
# + disagreement belong here.
ARMS = (
    Arm("retrieval", _retrieval),
    Arm("+ MaxSim", _max_sim),
)
