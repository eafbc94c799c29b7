"""Claims and confidence on hits made by hand."""

from math import exp

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from index.types import Hit, Passage, Place, Sentence, Span
from rag.read.similarity import PASSAGE_WEIGHT, SimilarityReader, confidence
from rag.types import Claim


@pytest.fixture(autouse=True)
def curve(monkeypatch: pytest.MonkeyPatch) -> None:
    """The curve is fitted now and then; the tests keep to one."""
    monkeypatch.setattr("rag.read.similarity.MIDDLE", 0.53)
    monkeypatch.setattr("rag.read.similarity.SLOPE", 25.0)
    monkeypatch.setattr("rag.read.similarity.TYPICAL_LEAD", 0.1)
    monkeypatch.setattr("rag.read.similarity.RIVALS", slice(5, 15))


def hit(
    document: str = "log.txt",
    similarities: tuple[float, ...] = (0.5,),
    score: float = 0.5,
    similarity: float = 0.5,
    cosine: float = 0.5,
) -> Hit:
    """A passage of sentences of ten characters each."""
    spans = [Span(at * 11, at * 11 + 10) for at in range(len(similarities))]
    reading = "\n".join("o" * 10 for _ in spans)
    sentences = tuple(Sentence(span, span, Place()) for span in spans)
    return Hit(document, Passage(reading, sentences), score, similarity, cosine, similarities)


def claims(*hits: Hit) -> list[Claim]:
    return list(SimilarityReader().read("Who?", hits).claims)


def test_every_sentence_is_a_claim_scored_with_its_passage() -> None:
    assert PASSAGE_WEIGHT == 0.5
    assert claims(hit("a.txt", (0.25, 0.75), score=0.5), hit("b.txt", (0.5,), score=1.5)) == [
        Claim("b.txt", Span(0, 10), 1.25),
        Claim("a.txt", Span(11, 21), 1.0),
        Claim("a.txt", Span(0, 10), 0.5),
    ]


def test_claims_of_one_score_keep_the_order_of_the_hits() -> None:
    found = claims(hit("b.txt", (0.5, 0.5)), hit("a.txt", (0.5,)))
    assert [(claim.document, claim.span.start) for claim in found] == [
        ("b.txt", 0),
        ("b.txt", 11),
        ("a.txt", 0),
    ]


def test_no_hits_no_claims_no_confidence() -> None:
    verdict = SimilarityReader().read("Who?", [])
    assert (verdict.claims, verdict.confidence) == ((), 0.0)


def test_confidence_of_one_passage() -> None:
    # Its cosine and the typical lead of .1 against the middle of .53.
    assert confidence([hit(cosine=0.43)]) == pytest.approx(0.5)
    assert confidence([hit(cosine=0.47)]) == pytest.approx(1 / (1 + exp(-1)))
    assert confidence([hit(cosine=0.39)]) == pytest.approx(1 / (1 + exp(1)))


def test_confidence_is_that_of_the_verdict_and_of_the_nearest_passage() -> None:
    hits = [hit(cosine=0.1), hit(cosine=0.43), hit(cosine=0.2)]
    assert SimilarityReader().read("Who?", hits).confidence == pytest.approx(0.5)


def test_the_lead_is_over_the_sixth_to_fifteenth_passage() -> None:
    best, second = hit(similarity=0.7, cosine=0.33), hit(similarity=0.6, cosine=0.0)
    rivals = [hit(similarity=0.5, cosine=0.0)] * 10
    far = [hit(similarity=-0.9, cosine=0.0)] * 10
    # A lead of .2 and a cosine of .33.
    assert confidence([second, *far, best, second, second, second, *rivals]) == pytest.approx(0.5)
    # Five passages have no rivals; a sixth is one.
    assert confidence([best, *[second] * 4]) == pytest.approx(1 / (1 + exp(2.5)))
    assert confidence([best, *[second] * 5]) == pytest.approx(1 / (1 + exp(2.5)))
    assert confidence([best, *[second] * 4, rivals[0]]) == pytest.approx(0.5)


numbers = st.floats(-1, 1)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])  # it sets constants
@given(st.lists(st.tuples(numbers, numbers), min_size=1, max_size=20), st.floats(0, 1))
def test_confidence_grows_with_the_nearest_passage(
    values: list[tuple[float, float]], more: float
) -> None:
    hits = [hit(similarity=similarity, cosine=cosine) for similarity, cosine in values]
    nearest = max(cosine for _, cosine in values)
    before = confidence(hits)
    assert 0 <= before <= 1
    index = next(at for at, (_, cosine) in enumerate(values) if cosine == nearest)
    hits[index] = hit(similarity=values[index][0], cosine=nearest + more)
    assert confidence(hits) >= before


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])  # it sets constants
@given(st.lists(numbers, min_size=6, max_size=20), st.floats(0, 1))
def test_confidence_grows_with_how_far_the_best_stands_out(
    similarities: list[float], more: float
) -> None:
    ordered = sorted(similarities, reverse=True)
    before = confidence([hit(similarity=each) for each in ordered])
    ordered[0] += more
    assert confidence([hit(similarity=each) for each in ordered]) >= before - 1e-9


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])  # it sets constants
@given(st.permutations([0.1, 0.3, 0.35, 0.4, 0.5, 0.6, 0.62, 0.8]))
def test_confidence_does_not_depend_on_the_order_of_the_hits(similarities: list[float]) -> None:
    found = confidence([hit(similarity=each, cosine=each / 2) for each in similarities])
    hits = [hit(similarity=each, cosine=each / 2) for each in sorted(similarities)]
    assert found == pytest.approx(confidence(hits))
