"""The readers that only the ablation has."""

from eval.arms import ARMS, RetrievalReader
from index.types import Hit, Passage, Place, Sentence, Span


def hit(document: str, hybrid: float, cosine: float, similarity: float) -> Hit:
    spans = (Span(0, 9), Span(10, 20))
    passage = Passage("x" * 20, tuple(Sentence(span, span, Place()) for span in spans))
    return Hit(document, passage, similarity, similarity, cosine, (similarity,) * 2, hybrid)


def test_retrieval_gives_sentences_as_they_stand_in_the_passages_of_the_hybrid_order() -> None:
    hits = [hit("late.txt", 0.5, 0.7, 0.9), hit("first.txt", 1.0, 0.6, 0.1)]
    verdict = RetrievalReader().read("Who?", hits)
    assert [(claim.document, claim.span.start) for claim in verdict.claims] == [
        ("first.txt", 0),
        ("first.txt", 10),
        ("late.txt", 0),
        ("late.txt", 10),
    ]
    assert [claim.score for claim in verdict.claims] == [1.0, 1.0, 0.5, 0.5]
    assert verdict.confidence == 0.7


def test_its_confidence_is_no_less_than_nothing() -> None:
    assert RetrievalReader().read("Who?", [hit("a.txt", 1.0, -0.2, 0)]).confidence == 0
    assert RetrievalReader().read("Who?", []).confidence == 0


def test_arms_have_names_of_their_own() -> None:
    names = [arm.name for arm in ARMS]
    assert names[:2] == ["retrieval", "+ MaxSim"]
    assert len(set(names)) == len(names)
