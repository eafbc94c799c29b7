"""Sentence boundaries: exact splits, and what is true of any text."""

from __future__ import annotations

import re
from itertools import pairwise

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from sentencex import get_sentence_boundaries

from index.reading import heal
from index.sentences import LONG_QUOTATION, LONGEST, WINDOW, sentence_spans
from index.types import Span


def sentences(text: str) -> list[str]:
    return [span.of(text) for span in sentence_spans(text)]


@pytest.mark.parametrize(
    "expected",
    [
        ["He left.", "She came."],
        ["Is it?", "Yes!", "No."],
        ["It rained"],
        # Abbreviations and numbers.
        ["Dr. Smith met Gen. Marlin at 5 p.m. in St. Albans.", "He left."],
        ["It is 3.5 metres.", "No. 5 is here."],
        ["He agreed, i.e. he nodded.", "He left, e.g. today."],
        ["Roth et al. found it.", "It cost approx. 5 marks."],
        ["See vol. 3, ch. 4, p. 12, and Doc. 7.", "Then go."],
        ["This is the third ed.", "It sold."],
        ["It had three aims: 1. to feed the village; 2. to mend the bridge; 3. to rest.", "So."],
        ["1. He came.", "2. She left."],
        # Initials.
        ["J.V. Marlin came.", "A. B. Carter did not."],
        ["The U.S. Army came.", "The U.S. lost."],
        ["Th. E. Reed came.", "So did Ch. A. Hill.", "See Yu. N. Roe."],
        # Ellipses.
        ["He paused ... and went on.", "Then...", "Nothing."],
        ["One [...] two.", "Three. . . .", "Four."],
        ["Mr. Roe came c. 1900, cf. No. 5.", "See Ch. X, Sec. 5, Art. 7 vs. the rest.", "So."],
        ["The commission of A.N.Marlin came.", "J.V. Roe left."],
        ["Was it salt?", "Rope, tar, etc. were there."],
        # What stands in parentheses after a sentence belongs to it.
        ["It rained. (Roe 12)", "He, and she, left.", "So."],
        ["It rained. (Roe, KP Nov. 14 & 19; “Snow” 7).", "So."],
        ["“It rained.” (Roe 12) (emphasis added)", "So."],
        ["He said: 'It “rained.”' (352)", "So it was."],
        ["It rained. (Nobody knew why. It was odd.)", "So."],
        ["He came (late).", "She left."],
        ["It rained (Roe 2001, p. 12).", "So."],
        # A mark that opens a quotation stays with it.
        ['"We came," he said.', '"Who are you?"', "So."],
        # Short quotations stay in one piece, with what is said of them.
        ["He wrote: “I saw it. It was late. Nobody came.”", "Then he left."],
        ['He said: "I saw it. It was late."', "Then he left."],
        ['"Stop!" he cried.', '"Go."', "She went."],
        ["It’s late.", "The boys’ dog ran."],
        ["He came.”", "She left."],
        # Where it is in doubt, sentences stay together: a quote may be too long, never too short.
        ["So it was… Nothing."],
        ["(He came. She left.) It rained."],
        ["He was right.2 She was not.", "So."],
    ],
)
def test_splits(expected: list[str]) -> None:
    assert sentences(" ".join(expected)) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", []),
        (" \n ", []),
        ("  a  ", ["a"]),
        ("...", ["..."]),
        ('"', ['"']),
        ("One. * * * Two.", ["One.", "* * * Two."]),
        ("One.Two.", ["One.", "Two."]),
    ],
)
def test_odd_texts(text: str, expected: list[str]) -> None:
    assert sentences(text) == expected


def test_a_parenthesis_that_would_make_a_sentence_too_long_stands_alone() -> None:
    first, aside = "It rained " + "and rained " * 40 + "on.", "(It " + "was so " * 40 + "long.)"
    assert len(first) < LONGEST < len(first) + len(aside)
    assert sentences(f"{first} {aside} So.")[0] == first


def test_a_sentence_that_goes_on_after_its_parenthesis_keeps_it() -> None:
    assert sentences("It rained. (Most) men left.") == ["It rained.", "(Most) men left."]


@pytest.fixture
def lengths(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The lengths of the texts that sentencex is given, in order."""
    lengths: list[int] = []

    def watched(language: str, text: str) -> list[dict[str, str]]:
        lengths.append(len(text))
        found: list[dict[str, str]] = get_sentence_boundaries(language, text)
        return found

    monkeypatch.setattr("index.sentences.get_sentence_boundaries", watched)
    return lengths


def test_no_more_than_a_window_is_looked_at_at_once(lengths: list[int]) -> None:
    said = [f"The mill burned for the {number}th time." for number in range(1000)]
    assert sentences(" ".join(said)) == said
    assert "".join(sentences("“" * 3 * WINDOW)) == "“" * 3 * WINDOW
    assert max(lengths) <= WINDOW


@pytest.mark.parametrize("hostile", ["“", "a", "word ", "So. ", "It. “", f"So. {'a' * 4000}"])
def test_no_text_is_looked_at_often(lengths: list[int], hostile: str) -> None:
    text = (hostile * 4 * WINDOW)[: 4 * WINDOW]
    sentences(text)
    # A quarter of a window again in the next, and all of it again without its quotation marks.
    assert sum(lengths) <= 2 * len(text) * 4 / 3 + WINDOW


@pytest.mark.parametrize(
    "sentence",
    [
        "He said that vol. 3 p. 41 of the minutes, as Mr. Carew told Mrs. Reed, has it so.",
        "He wrote: “I saw it. It was late. Nobody came.”",
        'He wrote: "I saw it. It was late. Nobody came."',
        "It rained. (Nobody knew why. It was odd.)",
    ],
)
def test_no_window_ends_within_a_sentence(sentence: str) -> None:
    assert sentences(f"{sentence} " * 500) == [sentence] * 500


def test_a_sentence_longer_than_a_window_is_cut_where_it_would_be_without_windows() -> None:
    assert [len(sentence) for sentence in sentences("word " * 5000)] == [599] * 41 + [399]


def spoken(count: int) -> list[str]:
    return [f"This is what was said as number {number}." for number in range(count)]


def test_a_quotation_is_kept_together_up_to_its_limit() -> None:
    speech = "“" + " ".join(spoken(7)) + "”"
    assert len(speech) <= LONG_QUOTATION
    assert sentences(f"{speech} It rained.") == [speech, "It rained."]


@pytest.mark.parametrize(("opening", "closing"), [("“", "”"), ('"', '"'), ("«", "»")])
def test_a_long_quotation_is_split_with_its_marks_attached(opening: str, closing: str) -> None:
    said = spoken(9)
    text = f"He wrote: {opening}{' '.join(said)}{closing} It rained."
    assert len(text) > LONG_QUOTATION
    first, *between, last = said
    expected = [f"He wrote: {opening}{first}", *between, f"{last}{closing}", "It rained."]
    assert sentences(text) == expected


def test_no_window_begins_within_a_long_quotation() -> None:
    first, *between, last = spoken(9)
    text = f'He wrote: "{" ".join([first, *between, last])}" He left. '
    assert sentences(text * 100) == [f'He wrote: "{first}', *between, f'{last}"', "He left."] * 100


def test_a_quotation_within_a_long_quotation_keeps_its_marks() -> None:
    said = [*spoken(8), "Then: ‘No more.’", "‘Go home.’", "And they went."]
    text = "“" + " ".join(said) + "”"
    found = sentences(text)
    assert " ".join(found) == text
    assert found[-3:] == ["Then: ‘No more.’", "‘Go home.’", "And they went.”"]


def test_a_text_without_stops_is_cut_at_its_last_clause_that_fits() -> None:
    text = "one two three four, " * 40
    found = sentences(text)
    assert [len(sentence) for sentence in found] == [599, 199]
    assert found[0].endswith("three four,")
    assert " ".join(found) == text.strip()


def test_a_text_without_clauses_is_cut_between_words() -> None:
    text = "word " * 200
    found = sentences(text)
    assert [len(sentence) for sentence in found] == [599, 399]
    assert " ".join(found) == text.strip()


def test_only_the_unbroken_word_itself_is_longer_than_the_limit() -> None:
    word = "x" * (LONGEST + 100)
    found = sentences(f"{word} {'and so on ' * 150}")
    assert [len(sentence) for sentence in found] == [700, 599, 599, 299]
    assert found[0] == word


WORDS = st.sampled_from(
    ["Marlin", "came", "went", "J.V.", "Dr.", "vol.", "3", "1937", "it", "not", "e.g.", "x" * 90]
)
MARKS = (
    st.sampled_from([".", ". ", "? ", "! ", ", ", " ", "\n", "... ", "; ", "\u00a0"])
    | st.sampled_from([" “", "” ", ' "', '" ', "’ ", " — ", " (", ") ", ".” ", " * "])
    | st.sampled_from(["\u2028", "۔ ", "。"])
)
LINES = st.lists(st.tuples(WORDS, MARKS), max_size=120).map(
    lambda pairs: "".join(word + mark for word, mark in pairs)
)


def check(text: str) -> None:
    """What the docstring promises of any text."""
    spans = sentence_spans(text)
    at = 0
    for span in spans:
        assert at <= span.start
        assert not re.search(r"\w", text[at : span.start])
        assert span.of(text) == span.of(text).strip()
        assert len(span) <= LONGEST or not re.search(r"\s", span.of(text))
        at = span.end
    assert not re.search(r"\w", text[at:])


@given(LINES)
def test_spans_are_ordered_disjoint_not_too_long_and_cover_every_word(text: str) -> None:
    check(text)


@given(st.text(max_size=200))
def test_any_text_at_all_is_split(text: str) -> None:
    check(text)


@given(LINES.filter(str.strip))
def test_in_a_reading_only_spaces_lie_between_sentences(text: str) -> None:
    reading = heal(text, Span(0, len(text))).text
    spans = sentence_spans(reading)
    edges = pairwise(spans)
    assert {reading[first.end : second.start] for first, second in edges} <= {"", " "}
    if spans:
        assert (spans[0].start, spans[-1].end) == (0, len(reading))


PROSE = st.lists(
    st.sampled_from(
        [
            "Dr. Reed came.",
            "See vol. 3, p. 41.",
            "He met Mr. Carew in St. Ives, i.e. at home.",
            "Th. E. Reed, cf. No. 5, left.",
            "Why?",
            "It was late ... and it rained!",
            "He said: “I saw it. Go.”",
            "1. It fell.",
        ]
    ),
    min_size=20,
    max_size=60,
).map(" ".join)


@given(PROSE)
def test_a_window_does_not_show_in_the_sentences(text: str) -> None:
    whole = sentences(text)
    window = 400
    assume(max(map(len, whole)) < window // 4)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("index.sentences.WINDOW", window)
        assert sentences(text) == whole
