"""SQuAD 1.1 and 2.0 (Rajpurkar et al. 2016, 2018): articles, and questions on their paragraphs."""

import re
from collections.abc import Iterator
from itertools import chain, count
from pathlib import Path

from eval.cases.fields import Fields, parsed, read_text
from eval.cases.types import Case, Gold
from index.errors import PinciteError
from index.types import Span

_BETWEEN = "\n\n"


def load_squad(path: Path) -> tuple[tuple[Case, ...], dict[str, str]]:
    """The questions, and the text of each article by the name of the file that it is written to.

    An article is its paragraphs in order with an empty line between, so that a paragraph has to be
    found among all others. Questions that are impossible (2.0) are unanswerable. PinciteError names
    the field at fault, or an answer that does not stand where `answer_start` says.
    """
    root = parsed(str(path), read_text(path), "a SQuAD file")
    cases: dict[str, Case] = {}
    documents: dict[str, str] = {}
    taken: set[str] = set()
    for article in root.objects("data"):
        name = file_name(article.text("title", "untitled"), taken)
        text, found = _article(name, article)
        documents[name] = text
        for case, fields in found:
            if case.id in cases:
                raise fields.wrong("id", "that no earlier question has")
            cases[case.id] = case
    if not cases:
        raise PinciteError(f"{path}: data has no questions; SQuAD's JSON is expected in a .json")
    return tuple(cases.values()), documents


def file_name(title: str, taken: set[str]) -> str:
    """A name for the file of a text: what no file system minds, and not one of `taken`, which it is
    added to, in lower case: some file systems take "a" and "A" for the same."""
    stem = re.sub(r"[^\w.-]+", "_", title)[:100].strip(".") or "untitled"
    numbered = (f"{stem}_{number}.txt" for number in count(2))
    name = next(name for name in chain([f"{stem}.txt"], numbered) if name.lower() not in taken)
    taken.add(name.lower())
    return name


def _article(name: str, article: Fields) -> tuple[str, list[tuple[Case, Fields]]]:
    text = ""
    found: list[tuple[Case, Fields]] = []
    for paragraph in article.objects("paragraphs"):
        text += _BETWEEN if text else ""
        context = paragraph.text("context")
        found += ((_case(name, len(text), context, qa), qa) for qa in paragraph.objects("qas"))
        text += context
    return text, found


def _case(name: str, offset: int, context: str, fields: Fields) -> Case:
    answerable = not fields.flag("is_impossible", default=False)
    gold = tuple(dict.fromkeys(_golds(name, offset, context, fields))) if answerable else ()
    if answerable and not gold:
        raise fields.wrong("answers", "a list with an answer, or is_impossible true")
    return Case(
        id=fields.filled("id"),
        question=fields.filled("question").strip(),
        answerable=answerable,
        gold=gold,
        gold_mode="any" if answerable else "none",
        answers=tuple(dict.fromkeys(each.text for each in gold)),
        about=name,
    )


def _golds(name: str, offset: int, context: str, fields: Fields) -> Iterator[Gold]:
    """Every annotator's answer; one of them is enough."""
    for answer in fields.objects("answers"):
        words, start = answer.text("text"), answer.number("answer_start")
        if not words or context[start : start + len(words)] != words:
            raise answer.wrong("text", f"what its paragraph has at {start}")
        span = Span(start, start + len(words)).shift(offset)
        yield Gold(name, span, None, words, "", "")
