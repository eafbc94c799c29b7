"""What is doubtful about a question set: it prints hints for a person, who decides."""

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations, pairwise
from types import MappingProxyType
from typing import Final

from eval.cases import Case, Gold
from eval.cases.check import check_gold
from eval.judging.right import SHORT_GOLD, contains, normalised
from index.sentences import sentence_spans
from index.types import Span
from rag.question.words import FUNCTION

# A question with so many of its content words in the gold can be found by its words alone.
COPIED: Final = 0.8
# Fewer words than these are together by chance.
FEWEST_WORDS: Final = 3

_WORD = re.compile(r"\w+")
_PARAGRAPH = re.compile(r"\n\s*\n")


@dataclass(frozen=True, slots=True)
class Finding:
    """Something doubtful: the question's id, which rule, and what it is about."""

    id: str
    rule: str
    about: str


def lint(
    cases: Sequence[Case],
    texts: Mapping[str, str],
    pages: Mapping[str, int] = MappingProxyType({}),
) -> list[Finding]:
    """Everything doubtful, rule by rule. `texts` are the canonical texts of the sources, `pages`
    the last page of those that have pages."""
    return [
        *_stale(cases, texts, pages),
        *_against_answerable(cases),
        *_contradictory(cases),
        *_without_strings(cases, texts),
        *_duplicates(cases),
        *_copied(cases, texts),
        *_perhaps_answerable(cases, texts),
    ]


def content_words(text: str) -> frozenset[str]:
    """The words of a text that are about something, in lower case."""
    return frozenset(_WORD.findall(text.casefold())) - FUNCTION


def _stale(
    cases: Sequence[Case], texts: Mapping[str, str], pages: Mapping[str, int]
) -> Iterator[Finding]:
    for mismatch in check_gold(cases, texts, pages):
        name, _, about = mismatch.partition(", ")
        yield Finding(name, "gold differs from its source", about)


def _against_answerable(cases: Sequence[Case]) -> Iterator[Finding]:
    """Cases that have not what their being answerable, or not, means."""
    for case in cases:
        if case.answerable and not case.measurable:
            yield Finding(case.id, "answerable without gold or strings", "no quote can be right")
        if not case.answerable and (case.places or case.must_contain):
            about = ", ".join(gold.doc for gold in case.places) or "; ".join(case.must_contain)
            yield Finding(case.id, "unanswerable with an answer", about)


def _contradictory(cases: Sequence[Case]) -> Iterator[Finding]:
    """Places that are named twice, or as right and as wrong."""
    for case in cases:
        for first, second in combinations(case.gold, 2):
            if first.is_at(second):
                yield Finding(case.id, "the same gold twice", _told(second))
        wrong = [*case.rejected, *([case.trap] if case.trap else [])]
        for place in case.places:
            if any(place.overlaps(each) for each in wrong):
                yield Finding(case.id, "both gold and trap or rejected", _told(place))


def _told(gold: Gold) -> str:
    where = f" at {gold.span.start}..{gold.span.end}" if gold.span else ""
    return f"{gold.doc}{where}" if gold.page is None else f"{gold.doc}, page {gold.page}"


def _without_strings(cases: Sequence[Case], texts: Mapping[str, str]) -> Iterator[Finding]:
    """Cases whose required strings say nothing, or stand in no source that they could be quoted
    from: all together, or each by itself where several places are needed."""
    for case in cases:
        if any(not normalised(string) for string in case.must_contain):
            # Every quote holds it.
            yield Finding(case.id, "a required string is empty", "; ".join(case.must_contain))
        documents = {gold.doc for gold in case.places} or texts
        together = [case.must_contain] if case.must_contain else []
        for strings in [(each,) for each in case.must_contain] if case.needs_all else together:
            if not any(contains(texts.get(document, ""), strings) for document in documents):
                yield Finding(case.id, "required strings are in no source", "; ".join(strings))


def _duplicates(cases: Sequence[Case]) -> Iterator[Finding]:
    """Questions with the same content words, asked after the same questions."""
    first: dict[object, Case] = {}
    for case in cases:
        key = (content_words(case.question), case.history)
        if key[0] and (known := first.setdefault(key, case)) is not case:
            yield Finding(case.id, "duplicate", f"asks what {known.id} asks")


def _copied(cases: Sequence[Case], texts: Mapping[str, str]) -> Iterator[Finding]:
    for case in cases:
        asked = content_words(case.question)
        if len(asked) < FEWEST_WORDS:
            continue
        for gold in case.gold:
            share = len(asked & content_words(_words_at(gold, texts))) / len(asked)
            if share >= COPIED:
                about = f"{share:.0%} of its words stand at {gold.doc}, {gold.locator}".rstrip(", ")
                yield Finding(case.id, "copies the words of its gold", about)
                break


def _words_at(gold: Gold, texts: Mapping[str, str]) -> str:
    """The words of a gold; of a short one, which is often a date or a name, its sentence's."""
    text = texts.get(gold.doc, "")
    if gold.span is None or gold.span.end > len(text):
        return ""
    if len(gold.span) > SHORT_GOLD:
        return gold.span.of(text)
    start, end = _around(text, gold.span)
    inside = gold.span.shift(-start)
    sentences = sentence_spans(text[start:end])
    return " ".join(span.of(text[start:end]) for span in sentences if span.overlaps(inside))


def _around(text: str, span: Span) -> tuple[int, int]:
    """The paragraph that a span stands in."""
    breaks = [0, *(found.end() for found in _PARAGRAPH.finditer(text)), len(text)]
    start = max(each for each in breaks if each <= span.start)
    return start, min(each for each in breaks if each >= span.end)


def _perhaps_answerable(cases: Sequence[Case], texts: Mapping[str, str]) -> Iterator[Finding]:
    """Unanswerable questions all of whose content words stand in one paragraph."""
    places = _places(texts)
    for case in cases:
        asked = content_words(case.question)
        if case.answerable or len(asked) < FEWEST_WORDS:
            continue
        together = set.intersection(*(places.get(word, set()) for word in asked))
        if together:
            document, offset = min(together)
            words = " ".join(texts[document][offset : offset + 80].split())
            yield Finding(
                case.id, "perhaps answerable", f"all its words stand in {document}: {words} …"
            )


def _places(texts: Mapping[str, str]) -> dict[str, set[tuple[str, int]]]:
    """The paragraphs, by document and offset, that each content word stands in."""
    found: dict[str, set[tuple[str, int]]] = defaultdict(set)
    for document, text in texts.items():
        breaks = [0, *(gap.end() for gap in _PARAGRAPH.finditer(text)), len(text)]
        for start, end in pairwise(breaks):
            for word in content_words(text[start:end]):
                found[word].add((document, start))
    return dict(found)
