"""The arms of the ablation: the same passages found, and more and more of what is made of them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from index.snapshot import Library
from index.types import Hit
from rag.assistant import Assistant
from rag.config import THRESHOLDS, Config
from rag.read import SimilarityReader, load_reader
from rag.read.similarity import MARGIN
from rag.types import Claim, Reader, Verdict

# Cosine was never fitted to anything, so nothing is refused by it.
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
class Remembering:
    """A reader that reads the same passages for a question once: arms differ in what follows."""

    reader: Reader
    known: dict[Any, Verdict] = field(default_factory=dict)

    def read(self, question: str, hits: Sequence[Hit]) -> Verdict:
        key = (question, tuple((hit.document, hit.passage.span) for hit in hits))
        if key not in self.known:
            self.known[key] = self.reader.read(question, hits)
        return self.known[key]


@dataclass(frozen=True, slots=True)
class NotSpread:
    """A reader without the preference for other documents and other answers."""

    reader: Reader

    def read(self, question: str, hits: Sequence[Hit]) -> Verdict:
        return replace(self.reader.read(question, hits), repeat=0.0)


def _retrieval(library: Library) -> Assistant:
    return Assistant(library, RetrievalReader(), NO_THRESHOLD)


def _max_sim(library: Library) -> Assistant:
    return Assistant(library, SimilarityReader(), THRESHOLDS["none"])


def arms_for(config: Config) -> tuple[Arm, ...]:
    """Each has all that the ones before it have; the last is Pincite as configured.

    What a reader adds can be told apart only for one that gives scores, so not for similarity,
    which is the second arm already, nor for a language model.
    """
    reader = Remembering(load_reader(config))

    def configured(library: Library) -> Assistant:
        return Assistant(library, reader, config.refused_below)

    return (
        Arm("retrieval", _retrieval),
        Arm("+ MaxSim", _max_sim),
        *(_scored(reader, config) if config.reader.kind == "trained" else ()),
        Arm("as configured", configured, positions=True),
    )


def _scored(reader: Reader, config: Config) -> tuple[Arm, Arm]:
    def bold(library: Library) -> Assistant:
        return Assistant(library, NotSpread(reader), NO_THRESHOLD)

    def refusing(library: Library) -> Assistant:
        return Assistant(library, NotSpread(reader), config.refused_below)

    return Arm("+ reader", bold), Arm("+ calibration", refusing)
