"""Answers made of literal sources, and of random ones, for whatever takes answers away."""

from dataclasses import replace
from typing import Any

from hypothesis import strategies as st

from index.types import Block, BlockKind, Document, Place, Reference, Span, Speech
from rag.check import Checked, Checker
from rag.compose import worded_differently
from rag.types import Answer, Claim, Quote, Reason, Witness
from rag.verify import Gate

LOG_TEXT = "The mate\nslept. “Row on,” he said.* He rowed.\n"
NOTE = "* Told at the inn."
LOG = Document(
    path="sea/the log #1.txt",
    sha256="ab" * 32,
    title="A Log & Its {Notes}",
    text=LOG_TEXT + NOTE,
    encoding="utf-8",
    size=64,
    blocks=(
        Block(BlockKind.PARAGRAPH, Span(0, 45), Place(paragraph="7"), holes=(Span(34, 35),)),
        Block(BlockKind.NOTE, Span(48, 64), Place(note="*", line=3)),
    ),
    author="Anna Reed",
    references=(Reference(Span(34, 35), "*", (Span(48, 64),)),),
    speeches=(Speech(Span(16, 34), ("the mate",)), Speech(Span(36, 45), ("the cook",), True)),
)
COPY_TEXT = "The mate never slept."
COPY = Document(
    path="copy.txt",
    sha256="cd" * 32,
    title="copy",
    text=COPY_TEXT,
    encoding="utf-8",
    size=21,
    blocks=(Block(BlockKind.PARAGRAPH, Span(0, 21), Place(line=1)),),
)
DOCUMENTS = {LOG.path: LOG, COPY.path: COPY}


def quote(document: Document, start: int, end: int) -> Quote:
    gate = Gate({document.path: document}.get)
    found = gate.quote(Claim(document.path, Span(start, end), 1.0))
    assert found is not None
    return found


def witness(ours: Quote, theirs: Quote) -> Witness:
    differences = worded_differently(ours.display, theirs.display)
    source = theirs.document
    return Witness(source.path, source.sha256, theirs.span, theirs.place, differences)


def answer(*quotes: Quote, question: str = "Who slept?", **fields: Any) -> Answer:
    reason = None if quotes else Reason.NOT_ANSWERED
    fields = {"nearest": (), "confidence": 0.5, "reason": reason, "seconds": 0.1, **fields}
    return Answer(question, question, quotes, **fields)


COPIED = quote(COPY, 0, 21)
SLEPT = quote(LOG, 0, 15)
WITNESSED = replace(SLEPT, witnesses=(witness(SLEPT, COPIED),))
ROW = quote(LOG, 16, 34)
NOTED = quote(LOG, 16, 45)
ROWED = quote(LOG, 36, 45)
DISAGREEING = answer(
    replace(WITNESSED, position="A"), replace(COPIED, position="B"), replace(ROW, position="A")
)
REFUSED = answer(nearest=(NOTED, COPIED))


def checked(content: str, documents: dict[str, Document] = DOCUMENTS) -> list[Checked]:
    return list(Checker(documents.get).check("FILE", content))


def problems(content: str, documents: dict[str, Document] = DOCUMENTS) -> list[str | None]:
    return [each.problem for each in checked(content, documents)]


# -- random ones -----------------------------------------------------------------------------------

# Whatever a source may hold: markup of all kinds, directions, emphasis, white space, controls. NUL
# makes a file binary, and half a surrogate pair is no character.
_HOSTILE = st.sampled_from(
    ["<script>", "](javascript:a)", "![](http://a)", "`", "[^1]", "[", "# ", "> ", "1. ", "- ",
     "\u202e", "\u2067", "\u200f", "&amp;", "&#35;", "\\", "“", "”", "*", "_", "{", "}", "%", "$",
     "<!--", "-->", "http://a.b", "<pincite:a>", "]]>", "|", "~~", ":::", "\n", "\t", "\x1b", "---"]
)  # fmt: skip
WORDS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=12)
# With a letter, without which there is nothing to quote.
TEXTS = st.lists(_HOSTILE | WORDS, min_size=1, max_size=8).map(lambda parts: f"{' '.join(parts)} a")


def hostile(text: str, path: str = "a.txt") -> Document:
    """A source of one paragraph."""
    block = Block(BlockKind.PARAGRAPH, Span(0, len(text)), Place(paragraph="1"))
    return Document(path, "0f" * 32, "Title", text, "utf-8", len(text), (block,))


def whole(document: Document) -> Quote:
    text = document.text
    return quote(document, len(text) - len(text.lstrip()), len(text.rstrip()))
