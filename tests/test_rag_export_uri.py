"""One spelling for each place of each source."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.types import Span
from rag.export.uri import Target, make, of_quote, of_source, of_witness, parse
from tests.answers import COPIED, SLEPT, WITNESSED

SHA256 = "0123456789abcdef" * 4
SPANS = st.tuples(st.integers(0, 10**9), st.integers(1, 600)).map(lambda p: Span(p[0], sum(p)))


@given(st.text(st.characters(), min_size=1), st.none() | SPANS)
def test_what_is_made_is_parsed(path: str, span: Span | None) -> None:
    target = Target(path, SHA256, span)
    made = make(target)
    assert parse(made) == target
    assert made.isascii()
    assert made.isprintable()
    assert not set(made) & set(' <>"')


@given(st.text(), st.text())
def test_whatever_is_parsed_is_made_again(before: str, after: str) -> None:
    for text in (before, f"pincite:{before}?sha256={SHA256}{after}", f"pincite:a?sha256={before}"):
        target = parse(text)
        assert target is None or make(target) == text


def test_a_path_is_percent_encoded() -> None:
    path = "a b/c#d?e%f/ж.txt"
    assert make(Target(path, "ab", Span(3, 14))) == (
        "pincite:a%20b/c%23d%3Fe%25f/%D0%B6.txt?sha256=ab#char=3,14"
    )


@pytest.mark.parametrize(
    "text",
    [
        "",
        "a.txt",
        "pincite:?sha256=ab",
        "pincite:a",
        "pincite:a?sha256=",
        "pincite:a?sha256=AB",
        "Pincite:a?sha256=ab",
        "pincite:a b?sha256=ab",
        "pincite:%61?sha256=ab",
        "pincite:%d0%b6?sha256=ab",
        "pincite:%FF?sha256=ab",
        "pincite:a?sha256=ab#char=3,3",
        "pincite:a?sha256=ab#char=03,4",
        "pincite:a?sha256=ab#char=-3,4",
        "pincite:a?sha256=ab#char=٣,4",
        "pincite:a?sha256=ab#char=3,4 ",
        "pincite:a?sha256=ab#line=3,4",
        "pincite:a?sha256=ab#char=3," + "9" * 5000,
    ],
)
def test_another_spelling_is_no_citation(text: str) -> None:
    assert parse(text) is None


def test_quotes_witnesses_and_sources_have_one() -> None:
    (witness,) = WITNESSED.witnesses
    copy = f"pincite:copy.txt?sha256={'cd' * 32}"
    assert of_quote(SLEPT) == f"pincite:sea/the%20log%20%231.txt?sha256={'ab' * 32}#char=0,15"
    assert of_witness(witness) == of_quote(COPIED) == f"{copy}#char=0,21"
    assert of_source(COPIED.document) == copy


def test_a_target_has_the_fields_of_a_record() -> None:
    assert Target("a", "ab", Span(3, 4)).record == {
        "document": "a",
        "sha256": "ab",
        "start": 3,
        "end": 4,
    }
    assert Target("a", "ab").record == {"document": "a", "sha256": "ab"}
