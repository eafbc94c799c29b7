"""Quotation marks: which open, which close, which are apostrophes, and how they nest."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

# Each opening mark and the marks that close it. A German one closes with what opens in English;
# curly and straight ones are mixed up in many files.
_CLOSERS = {
    "“": '”"',
    "„": "“”",
    "«": "»",
    "‹": "›",
    "‘": "’'",
    "‚": "‘’",
    '"': '"”',
    "'": "'’",
}
# A longer row of marks is an ornament or damage.
_MARK = re.compile(r"[“”„«»‹›‘’‚\"']{5,}|[“”„«»‹›‘’‚\"']")
# Marks further in than this are not told apart.
DEEPEST = 8
# Letters dropped at the start of a word, which is spelt with an apostrophe: ’80s, ’tis.
_ELIDED = re.compile(
    r"(?:\d\ds?\b|(?:em|tis|twas|til|cause|ere|(?:twen|thir|for|fif|six|seven|eigh|nine)t(?:y|ies))\b)",
    re.IGNORECASE,
)
_FINISHED = re.compile(r"[.!?…][\s*_\])’”'\"»]*$")
_STOP = re.compile(r"[.!?…](?=\s+[^\W\d_a-z])")
_BROKEN_OFF = re.compile(r"(?:…|\.\s?\.\s?\.)\s*\Z")
_INTRODUCED = re.compile(r"[,:.!?…]\s*\Z")


@dataclass(slots=True)
class Quotation:
    """`text[start:end]` with its marks. `mark` opens it, empty when it goes on from the block
    before; `closed` is false when the block ends first. `children` are directly inside."""

    start: int
    end: int
    mark: str
    closed: bool = False
    children: list["Quotation"] = field(default_factory=list)

    @property
    def inner_start(self) -> int:
        return self.start + len(self.mark)

    @property
    def inner_end(self) -> int:
        return self.end - self.closed

    def is_finished(self, text: str) -> bool:
        """Whether it ends as a sentence does."""
        return bool(
            _FINISHED.search(text[max(self.inner_start, self.inner_end - 8) : self.inner_end])
        )


def quotations(text: str, going_on: str = "", *, runs_on: bool = False) -> list[Quotation]:
    """The outermost quotations of a block's reading, in order.

    `going_on` is the mark that the block before left open: its quotation goes on to the first mark
    that closes it, unless one opens first. A mark that never closes counts when it opens the block,
    and its quotation runs to the end; after a comma, colon or full stop it does so when it
    `runs_on`, by what follows, or when an ellipsis breaks the text off, and else to the end of its
    sentence.
    """
    pairing = _Pairing(text)
    if going_on and _closes_first(text, going_on):
        pairing.open(Quotation(0, 0, ""), _CLOSERS[going_on])
    for number, match in enumerate(pairing.marks):
        pairing.step(number, match)
    return pairing.finish(runs_on=runs_on or _BROKEN_OFF.search(text[-8:]) is not None)


def _closes_first(text: str, mark: str) -> bool:
    marks = mark + _CLOSERS[mark]
    first = next((match for match in _MARK.finditer(text) if match[0] in marks), None)
    return first is not None and _can_close(text, first) and not _can_open(text, first)


class _Pairing:
    """One pass over the marks of a text with a stack of those that are open."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.marks = [match for match in _MARK.finditer(text) if len(match[0]) == 1]
        self.found: list[Quotation] = []
        self.stack: list[tuple[Quotation, str]] = []
        self.closes_later = _closes_later(text, self.marks)

    def open(self, quotation: Quotation, closers: str) -> None:
        if len(self.stack) < DEEPEST:
            self.stack.append((quotation, closers))

    def step(self, number: int, match: re.Match[str]) -> None:
        depth = self._closed_by(match)
        if depth is not None and not self._is_possessive(number, match):
            self._close(depth, match.end(), closed=True)
        elif match[0] in _CLOSERS and _can_open(self.text, match):
            self.open(Quotation(match.start(), match.end(), match[0]), _CLOSERS[match[0]])

    def _closed_by(self, match: re.Match[str]) -> int | None:
        """Where on the stack the innermost quotation is that a mark can close."""
        if not _can_close(self.text, match):
            return None
        for depth in reversed(range(len(self.stack))):
            if match[0] in self.stack[depth][1]:
                return depth
        return None

    def _is_possessive(self, number: int, match: re.Match[str]) -> bool:
        """Whether an apostrophe after a plural's s is no closing mark: a better one follows."""
        before, after = _around(self.text, match)
        return (
            match[0] in "’'"
            and before == "s"
            and after == " "
            and self.text[match.end() + 1 : match.end() + 2].islower()
            and self.closes_later[number]
        )

    def _close(self, depth: int, end: int, *, closed: bool) -> None:
        quotation = self.stack[depth][0]
        for inner, _ in self.stack[depth + 1 :]:  # never closed, so they were no quotations
            quotation.children.extend(inner.children)
        del self.stack[depth:]
        quotation.end, quotation.closed = end, closed
        (self.stack[-1][0].children if self.stack else self.found).append(quotation)

    def finish(self, *, runs_on: bool) -> list[Quotation]:
        while self.stack:
            quotation = self.stack[0][0]
            before = self.text[max(0, quotation.start - 3) : quotation.start]
            if quotation.mark and (not before or (runs_on and _INTRODUCED.search(before))):
                self._close(0, len(self.text), closed=False)
                continue
            del self.stack[0]
            if quotation.mark and _INTRODUCED.search(before):
                quotation.end = _sentence_end(self.text, quotation)
                self.found.append(quotation)
            self.found.extend(it for it in quotation.children if it.start >= quotation.end)
            quotation.children = [it for it in quotation.children if it.end <= quotation.end]
        return sorted(self.found, key=lambda quotation: quotation.start)


def _sentence_end(text: str, quotation: Quotation) -> int:
    """Where the first sentence of an unclosed quotation ends, or the first quotation inside."""
    end = _STOP.search(text, quotation.start)
    inside = (child.start for child in quotation.children)
    return min([end.end() if end else len(text), *inside])


def _around(text: str, match: re.Match[str]) -> tuple[str, str]:
    """The characters on both sides of a mark; empty at an end of the text."""
    return text[max(0, match.start() - 1) : match.start()], text[match.end() : match.end() + 1]


def _can_open(text: str, match: re.Match[str]) -> bool:
    """Whether a word follows and none stands right before."""
    before, after = _around(text, match)
    if not after or after.isspace() or match[0] not in _CLOSERS:
        return False
    if before.isalnum() or (match[0] in "\"'" and before and before in ".,!?;:)]”’…%"):
        return False
    return not (match[0] in "‘'" and _ELIDED.match(text, match.end()))


def _can_close(text: str, match: re.Match[str]) -> bool:
    """Whether something stands right before and, for an apostrophe, no letter after it."""
    before, after = _around(text, match)
    if not before or (match[0] in "\"'’" and before.isspace()):
        return False
    if match[0] in "’'":
        return not after.isalnum() or not before.isalnum()
    return match[0] != '"' or not (before in "([—–-" and after.isalnum())


def _closes_later(text: str, marks: Sequence[re.Match[str]]) -> list[bool]:
    """For each mark, whether a closing apostrophe follows before a single mark opens."""
    later = [False] * len(marks)
    for number in reversed(range(len(marks) - 1)):
        following = marks[number + 1]
        if following[0] in "’'" and _can_close(text, following):
            later[number] = True
        elif following[0] in "‘'" and _can_open(text, following):
            later[number] = False
        else:
            later[number] = later[number + 1]
    return later
