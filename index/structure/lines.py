"""The lines of a text and the runs of them that empty lines part."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from index.structure.furniture import glued_footer
from index.types import Span

# Lines as an editor counts them; str.splitlines() also breaks at form feeds and others.
LINE = re.compile(r"([^\r\n]*)(?:\r\n|\r|\n|$)")

_COLUMN = re.compile(r"\S(?:\t| {3}|\s?\|)")


def in_columns(line: str) -> bool:
    """Whether a line is set in columns: with tabs, wide gaps or bars between them."""
    return bool(_COLUMN.search(line))


@dataclass(frozen=True, slots=True)
class Line:
    """A line without the white space around it; `indent` is how much there was before it, in
    characters, and `columns` whether it is set in columns."""

    span: Span
    text: str
    number: int
    indent: int
    columns: bool


def lines(text: str) -> Iterator[Line]:
    """The lines of a text that are not empty; a page's footer apart from the text on its line."""
    for number, match in enumerate(LINE.finditer(text), start=1):
        bare = match[0].strip()
        if not bare:
            continue
        indent = len(match[0]) - len(match[0].lstrip())
        columns = in_columns(match[0][indent:])
        for start, end in glued_footer(bare):
            at = match.start() + indent
            yield Line(Span(at + start, at + end), bare[start:end], number, indent, columns)


def chunks(found: Iterable[Line]) -> Iterator[list[Line]]:
    """Runs of lines with no empty line between them."""
    chunk: list[Line] = []
    for line in found:
        if chunk and line.number > chunk[-1].number + 1:
            yield chunk
            chunk = []
        chunk.append(line)
    if chunk:
        yield chunk
