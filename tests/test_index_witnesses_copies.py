"""Which sentences of two aligned texts are copies of each other."""

import numpy as np

from index.types import Passage, Place, Sentence, Span
from index.witnesses.copies import regions
from index.witnesses.wording import Wording, wording_of


def wording(*sentences: str) -> Wording:
    """The wording of a passage of these sentences."""
    reading = " ".join(sentences)
    starts = [sum(len(each) + 1 for each in sentences[:at]) for at in range(len(sentences))]
    spans = [Span(at, at + len(each)) for at, each in zip(starts, sentences, strict=True)]
    found = tuple(Sentence(span, span, Place()) for span in spans)
    return wording_of([Passage(reading, found)])


def same(first: Wording, second: Wording) -> np.ndarray:
    """The words that are the same in both, each with the first of its kind."""
    pairs = [
        (at, there)
        for at, word in enumerate(first.words.tolist())
        for there, other in enumerate(second.words.tolist())
        if word == other
    ]
    return np.array(pairs, dtype=np.int64).reshape(-1, 2)


def test_nothing_shared_is_no_region() -> None:
    assert regions(wording("It rained."), wording("He left."), np.zeros((0, 2), np.int64)) == []


def test_scraps_of_many_sentences_that_cover_one_together_are_no_region() -> None:
    ours = wording("oak elm ash yew.", "bay box fir may.")
    theirs = wording(
        "oak elm said he then.", "ash yew said he now.", "bay box said I then.", "fir may so it is."
    )
    assert regions(ours, theirs, same(ours, theirs)) == []
