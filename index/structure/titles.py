"""Which lines are titles."""

import re
from collections import Counter
from collections.abc import Iterable

LONGEST_HEADING = 110

_UNFINISHED = re.compile(r"[.:;,…]['\"”’)\]]*$")
_DANGLING = re.compile(r"\s(?:of|the|an?|and|or|in|to|for|with|by|from|at|on|as)$")
_SENTENCE = re.compile(r"[a-z]{3}\.\s")
_SPOKEN = re.compile(r"^['\"“‘«].*[!?]['\"”’»]$")
_OF_TEXT = (_UNFINISHED, _DANGLING, _SENTENCE, _SPOKEN)
_LABEL = re.compile(r"([^\W\d_][^:.!?]{0,30}):\s")
_BYLINE = re.compile(r"(?:By|by|BY)(?:\s+[A-Z](?:[\w.’'-]{0,40}\w|\.)?){2,5}$")
_WORD = re.compile(r"[^\W\d_]+")


def is_title(line: str) -> bool:
    """Short, begins with a capital or a figure, does not end like a sentence, mostly capitals."""
    if len(line) > LONGEST_HEADING or any(mark.search(line) for mark in _OF_TEXT):
        return False
    words = [word for word in _WORD.findall(line) if len(word) > 3]
    capitals = sum(word[0].isupper() for word in words)
    letters = sum(character.isalpha() for character in line)
    digits = sum(character.isdecimal() for character in line)
    capital = not line[0].islower() and capitals >= 0.6 * len(words)
    return bool(words) and letters > digits and capital


def is_byline(line: str) -> bool:
    """Whether a heading names the author of what follows, and not what it is about."""
    return _BYLINE.match(line) is not None


def is_banner(line: str) -> bool:
    """A title in capitals; it may run over several lines and stand right above other text."""
    return line.isupper() and is_title(line)


def speaker_labels(lines: Iterable[str]) -> frozenset[str]:
    """The names that lines of a dialogue begin with: those that two lines or more share, or that
    ask something. The first line of a text may be a title that asks."""
    labels: Counter[str] = Counter()
    asking: set[str] = set()
    for index, line in enumerate(lines):
        if match := _LABEL.match(line):
            labels[match[1]] += 1
            if index and line.endswith("?"):
                asking.add(match[1])
    return frozenset(asking.union(label for label, count in labels.items() if count > 1))


def label_of(line: str) -> str | None:
    """What stands before the colon near the start of a line."""
    match = _LABEL.match(line)
    return match[1] if match else None
