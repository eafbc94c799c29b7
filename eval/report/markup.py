"""Pieces of HTML that every part of the page is made of."""

from collections.abc import Iterable, Iterator, Sequence
from html import escape

from rag.render import visible


def text(source: str) -> str:
    """Text of a source or a question: escaped, and what would reverse or hide it made visible."""
    lines = source.replace("\r\n", "\n").split("\n")
    return escape("\n".join(visible(line) for line in lines))


def table(caption: str, headings: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterator[str]:
    """A table that scrolls by itself where the screen is narrow, by keyboard as well."""
    head = "".join(f'<th scope="col">{escape(heading)}</th>' for heading in headings)
    yield (
        f'<div class="wide" role="region" tabindex="0" aria-label="{escape(caption)}"><table>'
        f"<caption>{escape(caption)}</caption><thead><tr>{head}</tr></thead><tbody>"
    )
    for first, *others in rows:
        cells = "".join(f"<td>{escape(cell)}</td>" for cell in others)
        yield f'<tr><th scope="row">{escape(first)}</th>{cells}</tr>'
    yield "</tbody></table></div>"
