"""Answers as a page to print: one file, without a script and without anything from elsewhere."""

import hashlib
import re
from base64 import b64encode
from collections.abc import Iterator, Mapping, Sequence
from html import escape
from importlib.resources import files
from typing import TYPE_CHECKING

from rag.export import uri
from rag.export.found import Cited, flat
from rag.export.groups import Numbered, by_position
from rag.export.note import Line, cited_by_lines, lines
from rag.render import framing
from rag.types import Answer

if TYPE_CHECKING:
    from index.read.markup import Element

_PAGE = re.compile(r"\s*<!doctype html|\s*<html", re.IGNORECASE)
# The index's own hint, and nothing that any source says.
FOOTER = "Every quote is word for word. Check this page against its sources: pincite check FILE"


def write(answers: Sequence[Answer], titles: Mapping[str, str]) -> str:
    """The page. Its policy lets a browser load nothing and run nothing but this style."""
    style = files("rag.export").joinpath("page.css").read_text(encoding="utf-8")
    digest = b64encode(hashlib.sha256(style.encode()).digest()).decode()
    policy = f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
    title = _text("; ".join(answer.question for answer in answers))
    articles = "\n".join(_article(answer, titles) for answer in answers)
    return f"""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="{policy}">
<meta name="viewport" content="width=device-width">
<meta name="referrer" content="no-referrer">
<title>{title}</title>
<style>{style}</style>
</head>
<body>
{articles}
<footer>{_text(FOOTER)}</footer>
</body>
</html>
"""


def _text(text: str) -> str:
    return escape(flat(text))


def _article(answer: Answer, titles: Mapping[str, str]) -> str:
    parts = [f"<h1>{_text(answer.question)}</h1>"]
    parts += [f'<p class="frame">{_text(each)}</p>' for each in framing(answer, titles)]
    for heading, quotes in by_position(answer):
        parts += [f"<h2>{_text(heading)}</h2>"] if heading else []
        parts += map(_figure, quotes)
    return "\n".join(["<article>", *parts, "</article>"])


def _figure(numbered: Numbered) -> str:
    number, quote = numbered
    place = escape(uri.of_quote(quote))
    return "\n".join(
        [
            f'<figure><span class="number">{number}</span>',
            f'<blockquote cite="{place}" dir="auto">{_text(quote.display)}</blockquote>',
            "<figcaption>",
            *(f"<p>{_line(line)}</p>" for line in lines(quote)),
            "</figcaption>",
            "</figure>",
        ]
    )


def _line(line: Line) -> str:
    return _text(line.text) + (f" <code>{escape(line.uri)}</code>" if line.uri else "")


def is_page(text: str) -> bool:
    """Whether a text is an HTML page."""
    return _PAGE.match(text) is not None


def read(text: str) -> Iterator[Cited]:
    """Every block quotation with the lines of its caption."""
    from index.read.markup import parse_html

    for quotation in parse_html(text).iter("blockquote"):
        figure = quotation.getparent()
        under = [_found(line) for line in figure.iterfind("figcaption/p")]
        yield cited_by_lines(_words(quotation), under, cite=quotation.get("cite"))


def _found(paragraph: "Element") -> Line:
    codes = paragraph.findall("code")
    if not codes or (codes[-1].tail or "").strip():
        return Line(_words(paragraph))
    place = _words(codes[-1])
    return Line(_words(paragraph).removesuffix(place), place)


def _words(element: "Element") -> str:
    return "".join(element.itertext())
