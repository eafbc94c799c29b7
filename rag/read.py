"""The reader without training: late interaction picks sentences, similarity gives confidence."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import exp

from index.types import Hit
from rag.types import Claim, Verdict

# Half of the passage's score helps a sentence: on SQuAD one sentence over the corpus held the
# answer for .775 of the questions with it.
PASSAGE_WEIGHT = 0.5

# A logistic curve through the similarity of the best passage; see eval/README.md for its fit.
MIDDLE = 0.5
SLOPE = 20.0


@dataclass(frozen=True, slots=True)
class SimilarityReader:
    """Scores every sentence of the hits by its similarity to the question.

    It cannot tell a near miss from an answer (no similarity can), only an off-topic question from
    one on the subject.
    """

    def read(self, question: str, hits: Sequence[Hit]) -> Verdict:
        claims = [claim for hit in hits for claim in _claims(hit)]
        best = max((hit.similarity for hit in hits), default=-1.0)
        ordered = sorted(claims, key=lambda claim: -claim.score)
        return Verdict(tuple(ordered), confidence(best))


def confidence(similarity: float) -> float:
    """The confidence, 0 to 1, that a best passage of this similarity is on the subject."""
    return 1 / (1 + exp(-SLOPE * (similarity - MIDDLE)))


def _claims(hit: Hit) -> list[Claim]:
    return [
        Claim(hit.document, sentence.span, similarity + PASSAGE_WEIGHT * hit.score)
        for sentence, similarity in zip(hit.passage, hit.sentence_similarities, strict=True)
    ]
