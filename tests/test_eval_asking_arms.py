"""The readers that only the ablation has."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from eval.asking.arms import NotSpread, Remembering, RetrievalReader, arms_for
from index.types import Hit, Passage, Place, Sentence, Span
from rag.config import Config, ReaderConfig
from rag.types import Claim, Verdict


def hit(document: str, hybrid: float, cosine: float, similarity: float) -> Hit:
    spans = (Span(0, 9), Span(10, 20))
    passage = Passage("x" * 20, tuple(Sentence(span, span, Place()) for span in spans))
    return Hit(document, passage, similarity, similarity, cosine, (similarity,) * 2, hybrid=hybrid)


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


@dataclass(frozen=True)
class Fixed:
    verdict: Verdict

    def read(self, question: str, hits: Sequence[Hit]) -> Verdict:
        return self.verdict


def test_without_a_preference_for_what_is_new() -> None:
    verdict = Verdict((Claim("a.txt", Span(0, 9), 2.0),), 0.7, margin=3.0, repeat=0.5)
    assert NotSpread(Fixed(verdict)).read("Who?", []) == replace(verdict, repeat=0.0)


def test_what_was_read_is_not_read_again() -> None:
    reader = Remembering(RetrievalReader())
    hits = [hit("a.txt", 1.0, 0.6, 0.1)]
    first = reader.read("Who?", hits)
    assert reader.read("Who?", list(hits)) is first
    assert reader.read("What?", hits) is not first
    assert reader.read("Who?", hits * 2) != first


def test_arms_that_take_a_trained_reader_are_there_if_one_is_configured() -> None:
    names = [arm.name for arm in arms_for(Config(reader=ReaderConfig("none")))]
    assert names == ["retrieval", "+ MaxSim", "as configured"]
    arms = arms_for(Config())
    assert [arm.name for arm in arms] == [*names[:2], "+ reader", "+ calibration", names[2]]
    assert [arm.positions for arm in arms] == [False, False, False, False, True]
