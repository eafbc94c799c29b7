"""Sentence boundaries. The only door to sentencex."""

import re
from collections.abc import Iterable, Iterator

from sentencex import get_sentence_boundaries

from index.types import Span

# sentencex never splits inside quotation marks, so a page of quoted speech is one sentence to it.
# Beyond this many characters the marks are hidden from it and the speech is split as well.
LONG_QUOTATION = 300

# The time that sentencex takes grows with the square of the marks that open a quotation and close
# none, and it lets nothing else run meanwhile: it is given so many characters at once.
WINDOW = 8000

# A "sentence" longer than this (a table, a list, a text without full stops) is cut at a clause.
LONGEST = 600

_WORD = re.compile(r"\w")
_QUOTES = str.maketrans(dict.fromkeys('"“”„«»‘‹›', " "))
_CLAUSE = re.compile(r"(?<=[;:,.!?—–)\]])\s+|\s+(?=[—–(\[])")
_SPACE = re.compile(r"\s+")

# Abbreviations that sentencex takes for the end of a sentence although a number follows, and those
# that never end one.
_COUNTED = re.compile(
    r"\b(?:vols?|chs?|chap|eds?|figs|doc|nn|fol|para|app|approx|tr|trans|secs?|arts?|bk|pts?)\.$",
    re.IGNORECASE,
)
_NUMBER = re.compile(r"\d|[IVXLC]+\b")
# The number of an item, alone or in the middle of a sentence.
_ITEM_NUMBER = re.compile(r"\W*\d{1,4}[.)]")
_NUMBERED = re.compile(r"(?<!\S)\d{1,4}[.)]$")
_UNENDING = re.compile(r"\b(?:cf|viz|vs|ca|messrs|mmes)\.$", re.IGNORECASE)

# An initial of two letters, and one more: “Th. E. Reed”.
_INITIALS = re.compile(r"(?:^|\s)[A-Z][a-z]\.$")
_INITIAL = re.compile(r"[A-Z][a-z]?\.\s?[A-Z]")

# A mark at the end of a sentence that opens the next one.
_OPENED = re.compile(r"(?<=\s)[\"“‘«]+$")

# One parenthesis or more, with others in them one level deep, and the mark after each.
_PARENTHESES = r"(?:\((?:[^()]|\([^()]{0,100}\)){1,400}\)[.;,]?\s*)+"
_ASIDE = re.compile(rf"(?:[\"”’»]\s)?{_PARENTHESES}")
_ASIDE_AFTER_QUOTATION = re.compile(
    rf"[.!?…][\"'”’»]{{1,3}}\s{_PARENTHESES}(?<=\s)(?=[\"“‘«]?[A-Z])"
)

# In a gap between two sentences: the marks that touch the first, and those that touch the second.
_CLOSING = re.compile(r"^\S+")
_OPENING = re.compile(r"(?<=\s)\S+$")


def sentence_spans(text: str, language: str = "en") -> list[Span]:
    """The sentences of `text` as spans without surrounding white space, in order.

    Every word of the text lies in exactly one of them and none is longer than `LONGEST`
    characters, a single unbroken word excepted.
    """
    spans: list[Span] = []
    start = 0
    while start < len(text):
        window = _window(text, start)
        sentences = [span.shift(start) for span in _segment(window.of(text), language)]
        parts = [part for span in sentences for part in _shorten(text, span, language)]
        # A sentence too long to be begun again is gone on with at one of its parts.
        start = _next_start(text, window, [*sentences, *parts])
        spans += (part for part in parts if part.start < start)
    return spans


def _window(text: str, start: int) -> Span:
    """The next window: it ends before a straight quotation mark in its last quarter that it would
    leave open, because sentencex passes over all of them where their number is odd."""
    end = min(start + WINDOW, len(text))
    mark = text.rfind('"', end - WINDOW // 4, end) if end < len(text) else -1
    return Span(start, mark if mark > start and text.count('"', start, end) % 2 else end)


def _next_start(text: str, window: Span, spans: Iterable[Span]) -> int:
    """Where the next window begins: at the first of `spans` in the last quarter of this one, since
    its border may have cut that one, or a quotation or a parenthesis that begins there.

    A window takes the text on by half of `WINDOW` at least: the time is linear for any text.
    """
    if window.end == len(text):
        return window.end
    late = window.end - WINDOW // 4
    return next((span.start for span in spans if span.start >= late), window.end)


def _shorten(text: str, span: Span, language: str) -> Iterator[Span]:
    if len(span) <= LONG_QUOTATION:
        yield span
        return
    spoken = _segment(span.of(text).translate(_QUOTES), language)
    for part in _with_marks(text, span, [found.shift(span.start) for found in spoken]):
        yield from _cut(text, part)


def _segment(body: str, language: str) -> list[Span]:
    """The sentences that sentencex finds, without surrounding white space; what stands in
    parentheses after a sentence belongs to it."""
    spans: list[Span] = []
    first = at = 0
    for boundary in get_sentence_boundaries(language, body):
        at = body.index(boundary["text"], at) + len(boundary["text"])
        last = at - len("".join(_OPENED.findall(body[max(first, at - 5) : at])))
        _add(spans, body, first, last)
        first = last
    _add(spans, body, first, len(body))
    return list(_with_asides(body, spans))


def _add(spans: list[Span], text: str, start: int, end: int) -> None:
    """Append `text[start:end]` as a sentence, or to the one before if it is none of its own: there
    is no word in it, or an abbreviation stands before it."""
    trimmed = _trim(text, start, end)
    if trimmed is None:
        return
    if spans and not _is_apart(text, spans[-1], trimmed):
        spans[-1] = Span(spans[-1].start, trimmed.end)
    else:
        spans.append(trimmed)


def _trim(text: str, start: int, end: int) -> Span | None:
    piece = text[start:end]
    if not piece.strip():
        return None
    return Span(start + len(piece) - len(piece.lstrip()), start + len(piece.rstrip()))


def _is_apart(text: str, last: Span, following: Span) -> bool:
    """Whether the mark at the end of a sentence ends it, and words follow: after an abbreviation or
    the number of an item, or where there is no word on one side, it goes on."""
    if not _WORD.search(following.of(text)) or not _WORD.search(last.of(text)):
        return False
    if _ITEM_NUMBER.fullmatch(text, last.start, last.end):
        return False
    ending = text[max(last.start, last.end - 10) : last.end]
    if _NUMBERED.search(ending) and text[following.start].islower():
        return False
    if _UNENDING.search(ending) or following.of(text) == "etc.":
        return False
    if _INITIALS.search(ending) and _INITIAL.match(text, following.start):
        return False
    return not (_COUNTED.search(ending) and _NUMBER.match(text, following.start))


def _with_asides(text: str, spans: Iterable[Span]) -> Iterator[Span]:
    """The sentences, each with the parentheses right after it, which name its sources."""
    last: Span | None = None
    for span in (part for whole in spans for part in _after_asides(text, whole)):
        end = _aside_end(text, span) if last else span.start
        if last is None or end == span.start or end - last.start > LONGEST:
            if last:
                yield last
            last = span
            continue
        last = Span(last.start, end)
        if rest := _trim(text, end, span.end):
            yield last
            last = rest
    if last:
        yield last


def _aside_end(text: str, span: Span) -> int:
    """Where the parentheses end that a sentence begins with, unless it goes on after them."""
    aside = _ASIDE.match(text, span.start, span.end)
    if aside is None or text[aside.end() : span.end][:1].islower():
        return span.start
    return aside.start() + len(aside[0].rstrip())


def _after_asides(text: str, span: Span) -> Iterator[Span]:
    """A sentence in parts: sentencex goes on after a quotation that a parenthesis follows."""
    start = span.start
    for match in _ASIDE_AFTER_QUOTATION.finditer(text, span.start, span.end):
        part = _trim(text, start, match.end())
        if part:
            yield part
        start = match.end()
    if rest := _trim(text, start, span.end):
        yield rest


def _with_marks(text: str, whole: Span, spans: list[Span]) -> list[Span]:
    """`spans` with the quotation marks that were hidden while they were found.

    A mark belongs to the sentence it touches, so a reader always sees that words are quoted.
    """
    starts = [whole.start, *(span.start for span in spans[1:])]
    ends = [*(span.end for span in spans[:-1]), whole.end]
    for number in range(len(spans) - 1):
        gap = text[ends[number] : starts[number + 1]]
        ends[number] += len("".join(_CLOSING.findall(gap)))
        starts[number + 1] -= len("".join(_OPENING.findall(gap)))
    return [Span(start, end) for start, end in zip(starts, ends, strict=True)]


def _cut(text: str, span: Span) -> Iterator[Span]:
    """`span` in parts of at most `LONGEST` characters, cut at the last clause or word that fits."""
    while len(span) > LONGEST:
        gap = (
            _last_gap(text, span, _CLAUSE)
            or _last_gap(text, span, _SPACE)
            or _SPACE.search(text, span.start + LONGEST, span.end)
        )
        if gap is None:
            break
        yield Span(span.start, gap.start())
        span = Span(gap.end(), span.end)
    yield span


def _last_gap(text: str, span: Span, pattern: re.Pattern[str]) -> re.Match[str] | None:
    """The last gap of a part that fits, after its first character."""
    gaps = pattern.finditer(text, span.start + 1, span.start + LONGEST)
    return max(gaps, key=re.Match.start, default=None)
