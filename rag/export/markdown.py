"""Answers as Markdown (CommonMark with footnotes): quotes as block quotations, citations below."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING
from unicodedata import category

from index.types import Span
from rag.export.found import Cited
from rag.export.groups import Numbered, by_position
from rag.export.note import Line, cited_by_lines, lines
from rag.render import framing
from rag.types import Answer

if TYPE_CHECKING:
    from markdown_it.token import Token

# What has a meaning in the middle of a line; some of it only to extensions of CommonMark.
_INLINE = re.compile(r"[\\`*_\[\]<>&~|$^{}]|:(?=\S)|(?<=\bwww)\.")
# What has one at its start: headings, lists, rules.
_AT_START = re.compile(r"\d{0,9}[.)]|[#+=-]")
# Separators, and what is invisible or turns the order of what is shown, but for a plain space.
_UNSEEN = frozenset({"Cf", "Zl", "Zp", "Zs"})
_UNWRITABLE = "Cs"
_FOOTNOTE = re.compile(r"^\[\^[^\]\s]+\]:", re.MULTILINE)


def escape(text: str) -> str:
    """One line of Markdown that reads as `text`, character for character, whatever that is.

    Characters that nobody sees are written as references (`&#x202e;`), so that the file itself
    reads in its order as well.
    """
    start = _AT_START.match(text)
    at = start.end() - 1 if start else 0
    head = f"{text[:at]}\\{text[at]}" if start else ""
    rest = text[at + 1 :] if start else text
    return head + "".join(map(_seen, _INLINE.sub(r"\\\g<0>", rest)))


def _seen(character: str) -> str:
    kind = category(character)
    if (kind in _UNSEEN and character != " ") or character in "\t\n\r":
        return f"&#x{ord(character):x};"
    return repr(character)[1:-1] if kind == _UNWRITABLE else character


def write(answers: Sequence[Answer], titles: Mapping[str, str]) -> str:
    """All answers in one text, their footnotes numbered through."""
    blocks: list[str] = []
    notes: list[str] = []
    for answer in answers:
        blocks += [f"# {escape(' '.join(answer.question.split()))}".rstrip()]
        blocks += [escape(each) for each in framing(answer, titles)]
        first = len(notes)
        for heading, quotes in by_position(answer):
            blocks += [f"## {heading}"] if heading else []
            blocks += [_quotation(quote.display, first + number) for number, quote in quotes]
        numbered = enumerate(answer.quotes or answer.nearest, start=first + 1)
        notes += [_footnote(each) for each in numbered]
    return "\n\n".join([*blocks, *notes]) + "\n"


def _quotation(words: str, number: int) -> str:
    return f"> {escape(words)}[^{number}]"


def _footnote(numbered: Numbered) -> str:
    number, quote = numbered
    paragraphs = [
        f"{escape(line.text)} <{line.uri}>" if line.uri else escape(line.text)
        for line in lines(quote)
    ]
    return f"[^{number}]: " + "\n\n    ".join(paragraphs)


def is_markdown(text: str) -> bool:
    """Whether a text has footnotes, and so may be an answer that `write` made."""
    return _FOOTNOTE.search(text) is not None


def read(text: str) -> Iterator[Cited]:
    """Every block quotation with its footnote, and every footnote of ours that none refers to."""
    tokens = _tokens(text)
    notes = [
        (tokens[span.start].meta["label"], list(_paragraphs(tokens, span)))
        for span in _blocks(tokens, "footnote_reference")
    ]
    labelled = dict(reversed(notes))
    used: set[str] = set()
    for span in _blocks(tokens, "blockquote"):
        words, labels = _quoted(tokens, span)
        used.update(labels)
        yield cited_by_lines(words, labelled.get(labels[0], []) if len(labels) == 1 else [])
    for number, (label, under) in enumerate(notes):
        again = label in [each for each, _ in notes[:number]]
        if (again or label not in used) and any(line.uri for line in under):
            yield cited_by_lines(None, under)


def _tokens(text: str) -> "list[Token]":
    from markdown_it import MarkdownIt
    from mdit_py_plugins.footnote import footnote_plugin

    parser = MarkdownIt("commonmark").use(footnote_plugin)
    # The tail moves definitions to the end, and loses those that nothing refers to.
    return parser.disable("footnote_tail").parse(text)


def _blocks(tokens: "Sequence[Token]", kind: str) -> Iterator[Span]:
    """The ranges of tokens that make up the outermost blocks of a kind."""
    start = depth = 0
    for at, token in enumerate(tokens):
        if token.type == f"{kind}_open":
            start, depth = (at, 1) if depth == 0 else (start, depth + 1)
        elif token.type == f"{kind}_close":
            depth -= 1
            if depth == 0:
                yield Span(start, at + 1)


def _quoted(tokens: "Sequence[Token]", span: Span) -> tuple[str, list[str]]:
    """All words of a block quotation, of whatever kind, and the footnotes that it refers to."""
    words: list[str] = []
    labels: list[str] = []
    for token in tokens[span.start : span.end]:
        parts = [token] if token.children is None else token.children
        for part in parts:
            if part.type == "footnote_ref":
                labels.append(part.meta["label"])
            else:
                words.append(_content(part))
        words.append(" ")
    return "".join(words), labels


def _paragraphs(tokens: "Sequence[Token]", span: Span) -> Iterator[Line]:
    """The paragraphs of a footnote, each with the link at its end."""
    for token in tokens[span.start : span.end]:
        if token.children is not None:
            yield _line(token.children)
        elif token.content.strip():
            yield Line(token.content)


def _line(parts: "Sequence[Token]") -> Line:
    """A line and the URI at its end, in angle brackets: another link may show what it is not."""
    at = max((at for at, part in enumerate(parts) if part.type == "link_open"), default=None)
    if at is None or parts[at].markup != "autolink" or parts[-1].type != "link_close":
        return Line("".join(map(_content, parts)))
    return Line("".join(map(_content, parts[:at])), str(parts[at].attrs["href"]))


def _content(part: "Token") -> str:
    """What a part of a line says; a picture's words are not to be read, and no source has any."""
    if part.type == "image":
        return f"![{part.content}]"
    return "\n" if part.type in {"softbreak", "hardbreak"} else part.content
