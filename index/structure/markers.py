"""Markers of notes in a text: raised, bracketed, glued to a word, or a sign.

A raised number after a word or a mark, and `[^1]`, are markers wherever they stand. What might be a
number of the text as well counts only as a member of a nearly ascending run through the document.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from index.reading import in_order
from index.types import Block, BlockKind, Span

_MARKED = frozenset(BlockKind) - {BlockKind.CONTENTS, BlockKind.FURNITURE}
# Numbers of the block's own, which are no markers in it.
_OWN_NUMBERS: Final[Mapping[BlockKind, tuple[str, ...]]] = {
    BlockKind.NOTE: ("bracket", "glued"),
    BlockKind.TABLE: ("glued",),
}

# Every alternative begins with a character of its own, which makes the search for them quick.
_CANDIDATE = re.compile(
    r"""
    \[\^(?P<named>[^\]\s]{1,20})\]
  | \[(?P<bracket>\d{1,3})\]
  | (?P<raised>[\u2070\u00b9\u00b2\u00b3\u2074-\u2079]{1,4})
        (?![\w\u2070\u00b9\u00b2\u00b3\u2074-\u207f])
        (?:,(?=[\u2070\u00b9\u00b2\u00b3\u2074-\u2079]))?  # the comma before another
  | (?P<sign>\*{1,3}(?![\w*])|[†‡]{1,3})
  | (?P<glued>[1-9]\d{0,2})
        (?=\s|$|["'”’)\],;:](?!\w)|\.(?:\s|$))
    """,
    re.VERBOSE,
)
_APART = re.compile(r"[\s\d*]$")
PLAIN = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹", "0123456789")

# What stands before a raised number that is a marker for certain: a mark of punctuation, or a word
# that is no unit or symbol. Powers ("10⁶", "x²", "55 miles²") stay.
_AFTER_MARK = re.compile(r"[^\w\s(\[{⁰¹²³⁴-ⁿ^=+/~<>-]$")
_AFTER_WORD = re.compile(r"[^\W\d_]{3}$")
_AFTER_UNIT = re.compile(
    r"\b(?:mi|miles?|[kcm]?m|metres?|meters?|ft|feet|foot|yd|yards?|in|inch|inches|ha|acres?|10)$"
)
_AFTER_SYMBOL = re.compile(r"(?<![^\W\d_])[^\W\d_]$|[⁰¹²³⁴-ⁿ^=+/~<>-]$")

# What stands before a glued number: the end of a word and the marks after it, or of a year.
_GLUED_TO_MARK = re.compile(r"(?<![^\W\d_])([^\W\d_]{2,})([.,;:!?…\"'”’)\]*]+)$")
_GLUED_TO_YEAR = re.compile(r"(?:(?<!\d)[12]\d{3}|\d[\"'”’)\]])[.,;]?[\"'”’)\]]*$")
_GLUED_TO_WORD = re.compile(r"[a-zà-ÿ]{3}$")
_ABBREVIATIONS = frozenset(
    f"{word}."
    for word in (
        *("pp", "no", "nos", "vol", "vols", "ch", "chs", "chap", "art", "arts", "sec", "secs"),
        *("fig", "figs", "para", "paras", "nn", "vv", "ss", "cc", "ca", "cf", "doc", "docs"),
        *("ed", "eds", "pt", "pts", "bk", "col", "cols", "fol", "fols", "ff", "ibid", "op", "cit"),
        *("tab", "eq", "approx", "st", "rs", "ver", "lot", "lib", "ms", "mss"),
        *("jan", "feb", "mar", "apr", "jun", "jul", "aug", "sep", "sept", "oct", "nov", "dec"),
    )
)
_ADDRESS = re.compile(r"/|@|www\.")
# So much of the text before a candidate is looked at.
_BEFORE = 60

# A run goes on over one or two missing notes, starts again at 1 or 2, and needs so many members
# that are likely by themselves; a certain one counts as two. It starts again at less cost where the
# notes do so, and one from 1 whose notes are all there needs a single member.
_STEPS = {1: 0.0, 2: 0.5, 3: 0.8}
_RESTART = 2.0
_RESTART_OF_NOTES = 0.5
_FIRM = 3


# How many notes of a document have each label.
_Labels = Counter[str]


@dataclass(frozen=True, slots=True)
class Marker:
    """A marker, the index of its block and how likely it is one by itself, 0 to 3; 3 is certain."""

    at: Span
    label: str
    block: int
    weight: float


def mark(text: str, blocks: Sequence[Block]) -> tuple[list[Block], list[Marker]]:
    """The markers of a document in order, and its blocks with them as holes."""
    markers = _find(text, blocks)
    at: dict[int, list[Span]] = defaultdict(list)
    for marker in markers:
        at[marker.block].append(marker.at)
    marked = [
        replace(block, holes=in_order((*block.holes, *at[index]))) if index in at else block
        for index, block in enumerate(blocks)
    ]
    return marked, markers


def _find(text: str, blocks: Sequence[Block]) -> list[Marker]:
    notes = (block.place.note for block in blocks if block.kind is BlockKind.NOTE)
    labels = Counter(label for label in notes if label)
    found = [
        marker
        for index, block in enumerate(blocks)
        if block.kind in _MARKED
        for marker in _candidates(text, index, block, labels)
    ]
    found.sort(key=lambda marker: marker.at.start)
    kept = {*(marker.at for marker in found if marker.weight == 3), *_in_runs(found, labels)}
    return [marker for marker in found if marker.at in kept]


def _candidates(text: str, index: int, block: Block, labels: _Labels) -> Iterator[Marker]:
    start, end = block.span.start, block.span.end
    holes = iter(block.holes)
    hole = next(holes, None)
    for match in _CANDIDATE.finditer(text, start, end):
        while hole and hole.end <= match.start():
            hole = next(holes, None)
        if match.start() == start or (hole and hole.start < match.end()):
            continue
        before = text[max(start, match.start() - _BEFORE) : match.start()]
        kind = match.lastgroup or ""
        if kind in _OWN_NUMBERS.get(block.kind, ()):
            continue
        label = match[kind].translate(PLAIN)
        weight = _weight(kind, label, before, labels)
        if weight:
            # The space before a bracket goes with it.
            spaced = kind == "bracket" and before[-1] == " " and match.start() > start + 1
            yield Marker(Span(match.start() - spaced, match.end()), label, index, weight)


def _weight(kind: str, label: str, before: str, labels: _Labels) -> float:
    """How likely a candidate is a marker, judged by itself."""
    if kind == "named":
        return 0 if before[-1].isspace() and label not in labels else 3
    word = before[before.rfind(" ") + 1 :]
    if kind == "raised":
        return _weight_of_raised(word)
    if kind in ("sign", "glued") and _APART.search(before[-1]):
        return 0
    if kind == "sign":
        return 3 if label in labels and (label[0] != "*" or before.count("*") % 2 == 0) else 0
    if kind == "bracket":
        return 3 if label in labels else 1
    return _weight_of_glued(word, noted=label in labels)


def _weight_of_raised(word: str) -> float:
    if _AFTER_MARK.search(word):
        return 3
    if not word or _AFTER_UNIT.search(word) or _AFTER_SYMBOL.search(word):
        return 0
    return 3 if _AFTER_WORD.search(word) else 0.5


def _weight_of_glued(word: str, *, noted: bool) -> float:
    match = _GLUED_TO_MARK.search(word)
    if _ADDRESS.search(word) or (match and f"{match[1].casefold()}{match[2]}" in _ABBREVIATIONS):
        return 0
    if match:
        return 1
    if _GLUED_TO_YEAR.search(word):
        return 1 if noted else 0.5
    return 0.5 if _GLUED_TO_WORD.search(word) else 0


def _in_runs(found: Sequence[Marker], labels: _Labels) -> Iterator[Span]:
    """The markers of the heaviest chain of ascending runs, runs that are too short left out."""
    run: list[Marker] = []
    for marker in [*_chain([m for m in found if m.label.isdecimal()], labels), None]:
        if run and (marker is None or int(marker.label) <= int(run[-1].label)):
            matched = run[0].label == "1" and all(member.label in labels for member in run)
            if sum(min(int(member.weight), 2) for member in run) >= (1 if matched else _FIRM):
                yield from (member.at for member in run)
            run = []
        if marker:
            run.append(marker)


def _chain(found: Sequence[Marker], labels: _Labels) -> list[Marker]:
    """The sequence of markers whose weights, less what its gaps and restarts cost, add up to most.

    Dynamic programming over the best chain that ends in each number; linear in time.
    """
    ending: dict[int, tuple[float, int]] = {}
    before: list[int] = []
    best = (0.0, -1)
    for index, marker in enumerate(found):
        number = int(marker.label)
        ways = [(0.0, -1)]
        ways += [
            (ending[number - step][0] - cost, ending[number - step][1])
            for step, cost in _STEPS.items()
            if number - step in ending
        ]
        if number <= 2:
            cost = _RESTART_OF_NOTES if labels[marker.label] > 1 else _RESTART
            ways.append((best[0] - cost, best[1]))
        score, last = max(ways)
        before.append(last)
        reached = (score + marker.weight, index)
        if number not in ending or reached[0] >= ending[number][0]:
            ending[number] = reached
        best = max(best, reached)
    chain = []
    at = best[1]
    while at >= 0:
        chain.append(found[at])
        at = before[at]
    return chain[::-1]
