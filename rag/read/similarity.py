"""The reader without training: late interaction picks sentences, similarity gives confidence."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import exp
from statistics import mean

from index.types import Hit
from rag.types import Claim, Verdict

# Half of the passage's score helps a sentence: on SQuAD one sentence over the corpus held the
# answer for .775 of the questions with it.
PASSAGE_WEIGHT = 0.5
MARGIN = 0.16
# What a claim loses for each better one from the same document. On the history corpus it is .05 of
# recall@5 where several quotes are needed; twice as much costs .05 of the right quote among three.
REPEAT = 0.04

# Confidence is a logistic curve through the evidence, fitted to tell answerable from off-topic
# questions on SQuAD and on a corpus of history (eval/README.md has the figures).
MIDDLE = 0.49
SLOPE = 25.0

# The best passage is held against those of these ranks: near enough to be on the subject, too far
# to answer as well. With fewer passages a typical distance stands in.
RIVALS = slice(5, 15)
TYPICAL_LEAD = 0.1


@dataclass(frozen=True, slots=True)
class SimilarityReader:
    """Scores every sentence of the hits by its similarity to the question.

    It cannot tell a near miss from an answer (no similarity can), only an off-topic question from
    one on the subject.
    """

    def read(self, question: str, hits: Sequence[Hit]) -> Verdict:
        claims = [claim for hit in hits for claim in _claims(hit)]
        ordered = sorted(claims, key=lambda claim: -claim.score)
        return Verdict(tuple(ordered), confidence(hits), margin=MARGIN, repeat=REPEAT)


def confidence(hits: Sequence[Hit]) -> float:
    """The confidence, 0 to 1, that the passages are on the subject of the question.

    The evidence is the nearest passage's cosine plus how far the best one stands out from its
    rivals in late interaction. Late interaction alone ranks long questions in other words below
    short ones that repeat the source's (AUROC .21 against near misses, this .45).
    """
    if not hits:
        return 0.0
    evidence = max(hit.cosine for hit in hits) + _lead(hits)
    return 1 / (1 + exp(-SLOPE * (evidence - MIDDLE)))


def _lead(hits: Sequence[Hit]) -> float:
    similarities = sorted((hit.similarity for hit in hits), reverse=True)
    rivals = similarities[RIVALS]
    return similarities[0] - mean(rivals) if rivals else TYPICAL_LEAD


def similarities(hit: Hit) -> list[float]:
    """The similarity of each sentence of a passage to the question, that of the passage counted."""
    return [each + PASSAGE_WEIGHT * hit.score for each in hit.sentence_similarities]


def _claims(hit: Hit) -> list[Claim]:
    return [
        Claim(hit.document, sentence.span, similarity)
        for sentence, similarity in zip(hit.passage, similarities(hit), strict=True)
    ]
