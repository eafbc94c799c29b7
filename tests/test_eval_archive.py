"""The sample archive: what it holds, and that what is made of its sources is made of them still."""

import re
from collections import Counter

from eval.asking.sources import Sources
from eval.cases import Case, load_cases
from eval.command import ARCHIVE, QUESTIONS
from eval.make_archive import made, read_work
from index.speech.words import word_set

SOURCE = """---
format: pdf
title: A (small) work
running: Work
first_page: 7
---

# One

The *mate*, it is said,[^1] slept.

| Hour | Depth |
| --- | --- |
| 1 | 34[^2] |

[^1]: By the cook.

[^2]: Or *31*.
"""
# Words that any question and any text share.
COMMON = word_set(
    """
    a about after all an and any are as at be because been before but by can did do does for from
    had has have he her him his how if in into is it its many more much no not of on or out own she
    so than that the their them then there these they this to under until up was were what when
    where which who whom whose why will with would
    """
)


def test_files_are_what_their_sources_make() -> None:
    found = dict(made())
    assert len(found) == 5
    assert {name: (ARCHIVE / name).read_bytes() for name in found} == found


def test_a_source_becomes_blocks_with_notes() -> None:
    work = read_work(SOURCE)
    assert work.about["title"] == "A (small) work"
    assert [block.level for block in work.blocks] == [1, 0, 0]
    assert [(run.words, run.italic, run.note) for run in work.blocks[1].runs] == [
        ("The ", False, ""),
        ("mate", True, ""),
        (", it is said,", False, ""),
        ("", False, "1"),
        (" slept.", False, ""),
    ]
    assert [[run.note or run.words for run in cell] for cell in work.blocks[2].rows[1]] == [
        ["1"],
        ["34", "2"],
    ]
    assert "".join(run.words for run in work.notes["2"]) == "Or 31."


def test_it_has_every_format_and_is_long_enough() -> None:
    files = {file.name: file for file in ARCHIVE.iterdir()}
    texts = Sources(files).texts()
    assert set(texts) == set(files)
    endings = {file.suffix for file in files.values()}
    assert endings == {".txt", ".md", ".pdf", ".docx", ".epub", ".html"}
    assert sum(len(text.split()) for text in texts.values()) > 25_000
    assert sum(file.stat().st_size for file in files.values()) < 1_500_000


def test_the_questions_are_of_all_kinds() -> None:
    kinds = Counter(case.kind for case in load_cases(QUESTIONS))
    assert kinds.total() == 150
    assert kinds["unanswerable"] == 35
    assert min(kinds.values()) >= 8


def test_the_questions_have_other_words_than_their_answers() -> None:
    shares = [share_in_gold(case) for case in load_cases(QUESTIONS) if case.answerable]
    assert sum(shares) / len(shares) < 0.2
    assert max(shares) < 0.5


def share_in_gold(case: Case) -> float:
    """Of the content words of a question, those that its gold has."""
    asked = content(case.question)
    gold = set(content(" ".join(place.text for place in case.gold)))
    return sum(word in gold for word in asked) / len(asked)


def content(text: str) -> list[str]:
    words = re.findall(r"[^\W_]+", text.casefold())
    return [word for word in words if word not in COMMON and len(word) > 1]
