"""What is odd about a sentence taken alone."""

from __future__ import annotations

import pytest

from index.witnesses.oddities import oddities

LOW = "it begins in lower case"
BRACKET = "a bracket is not closed or not opened"
END = "it does not come to an end"
TWICE = "a word stands twice"
MARKS = "marks stand where words should"


@pytest.mark.parametrize(
    ("sentence", "expected"),
    [
        ("and the mill was never built again.", [LOW]),
        ("The mill (built in 1820 was burned.", [BRACKET]),
        ("The mill was burned [in 1820 by nobody.", [BRACKET]),
        ("The date of the first meeting was set for", [END]),
        ("The owners of the mill were, when all was told,", [END]),
        ("They could not agree on the.", [END]),
        ("The the mill was burned.", []),
        ("So the the mill was burned.", [TWICE]),
        ("The mill, , was burned by them.", [MARKS]),
        ("It was built (, 1820) by Hale.", [MARKS]),
    ],
)
def test_what_is_odd(sentence: str, expected: list[str]) -> None:
    assert list(oddities(sentence)) == expected


@pytest.mark.parametrize(
    "sentence",
    [
        "The mill burned (in 1820).",
        "“The mill,” he said, “had had its day.”",
        "1937: the mill burned down again ...",
        "There were: a) the mill, b) the weir; c) the church.",
        "(Hale, The Mill 12-13; Pyke 5)",
        "He asked: “Who burned the mill?”",
        "Sir,",
        "June 1937",
        "e. e. cummings wrote of the mill.",
        "The mill burned down. (Hale 12)",
        "*The mill burned down.*",
        "",
    ],
)
def test_what_is_not(sentence: str) -> None:
    assert oddities(sentence) == ()


@pytest.mark.parametrize("character", ["(", "a ", ", ", "a", "1)", ".", '"'])
def test_a_hostile_text_is_read_to_its_end(character: str) -> None:
    assert len(oddities(character * 500_000)) <= 3
