"""Locators and speakers against those of the gold."""

import pytest

from eval.judging.citation import is_authors, is_named, locator_right


@pytest.mark.parametrize(
    ("wanted", "shown", "expected"),
    [
        ("¶58", "¶58", True),
        ("¶58", "¶5", False),
        ("¶58", "p. 58", False),
        ("¶¶58–59", "¶58", True),
        ("¶58–59", "¶59", True),
        ("endnote 93", "n. 93", True),
        ("p. 38, n. 1", "p. 38, n. 1", True),
        ("p. 38, n. 1", "p. 38", False),
        ("p. 38", "p. 38, n. 1", True),
        ("pp. 42-43", "p. 43", True),
        ("web p. 41, para. 15, at n. 42", "p. 41", False),
        ("web p. 41, para. 15, at n. 42", "p. 41, line 7, at n. 41, 42", True),
        ("¶5", "¶6, at n. 5", False),
        ("¶6", "¶6, at n. 5", True),
        ("line 75", "line 75", None),
        ("“The light”", "“The light”, line 30", None),
        ("", "¶1", None),
    ],
)
def test_locator(wanted: str, shown: str, expected: bool | None) -> None:
    assert locator_right(wanted, shown) is expected


@pytest.mark.parametrize(
    ("stance", "expected"),
    [
        ("Hale (author)", True),
        ("author, note 3", True),
        ("endnote", True),
        ("", True),
        ("Pyke, quoted by Hale", False),
    ],
)
def test_whether_the_words_are_the_authors(stance: str, expected: bool) -> None:
    assert is_authors(stance) is expected


@pytest.mark.parametrize(
    ("speaker", "stance", "expected"),
    [
        ("Abel Pyke", "Pyke, quoted by Hale", True),
        ("Hale", "Pyke, quoted by Hale", False),
        ("unknown", "an unnamed sailor", True),
        ("Pyke", "an unnamed sailor", False),
        ("Tukhachevsky", "Tukhachevsky to Titulescu", True),
    ],
)
def test_whether_a_speaker_is_named(speaker: str, stance: str, expected: bool) -> None:
    assert is_named(speaker, stance) is expected
