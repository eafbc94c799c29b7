"""Sentences that lean on the ones before them."""

from index.types import Passage, Place, Sentence, Span
from rag.read.widen import spans
from rag.types import LONGEST_QUOTE


def passage(*sentences: str) -> Passage:
    """A passage whose reading is its canonical text."""
    reading, found = "", []
    for text in sentences:
        span = Span(len(reading), len(reading) + len(text))
        found.append(Sentence(span, span, Place(line=1)))
        reading += text + " "
    return Passage(reading, tuple(found))


def offered(*sentences: str) -> list[str]:
    """What is offered for the last sentence."""
    found = passage(*sentences)
    return [span.of(found.reading) for span in spans(found, len(sentences) - 1)]


def test_a_sentence_that_names_its_subject_is_alone() -> None:
    assert offered("The mate slept.", "Reed lit the lamp.") == ["Reed lit the lamp."]


def test_one_with_a_pronoun_comes_with_the_sentence_before() -> None:
    both = "Reed woke. He lit the lamp."
    assert offered("It rained.", "Reed woke.", "He lit the lamp.") == [both, "He lit the lamp."]
    assert offered("Reed woke.", "But he slept.")[0] == "Reed woke. But he slept."


def test_three_sentences_at_most() -> None:
    assert offered("Reed woke.", "He rose.", "He lit it.", "It burned.") == [
        "He rose. He lit it. It burned.",
        "He lit it. It burned.",
        "It burned.",
    ]


def test_it_may_stand_for_nothing() -> None:
    assert offered("Reed woke.", "It was said that the lamp burned.") == [
        "It was said that the lamp burned."
    ]


def test_no_longer_than_a_quote() -> None:
    assert offered("Reed " + "slept " * LONGEST_QUOTE + ".", "He woke.") == ["He woke."]


def test_the_first_sentence_has_none_before() -> None:
    assert offered("He woke.") == ["He woke."]
