import pytest

from index.kind import SEPARATE, find_kinds, title_words


@pytest.mark.parametrize(
    ("path", "title", "opening", "kinds"),
    [
        ("a.txt", "A Short Essay on Tides", "", {"essay"}),
        ("papers/harbour-pamphlet-1911.md", "Harbour", "", {"pamphlet"}),
        ("a.txt", "The Harwich Gazette", "", {"newspaper"}),
        ("a.txt", "Letter-book of a Pilot", "", {"letters"}),
        ("a.txt", "Tides", "Tides\n\nPublished as a booklet in 1911\n", {"pamphlet"}),
        ("a.txt", "Tides", "Tides\n\nIn this article I say little of the moon.", {"article"}),
        ("a.txt", "Tides", "It rained.\nISBN: 978-1-2345-6789-7\n", {SEPARATE}),
        ("a.txt", "Tides", "word " * 15 + "\nA Report\n", set()),
        ("a.txt", "A Speech on the Treaty", "He held a book.", {"book"}),
        ("a.txt", "Tides", "", set()),
    ],
)
def test_a_source_is_of_the_kinds_that_it_calls_itself(
    path: str, title: str, opening: str, kinds: set[str]
) -> None:
    assert find_kinds(path, title, opening) == kinds


def test_the_words_of_a_title_page() -> None:
    opening = "The Tides\n\nPrinted at Harwich\n" + "word " * 15 + "\nLater\n"
    assert title_words("old/tides-2.txt", "The Tides", opening) == {
        "tides", "2", "the", "printed", "at", "harwich",
    }  # fmt: skip
