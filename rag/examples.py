"""Questions to begin with, out of what the sources themselves are about.

A newcomer learns more from a question that this corpus answers than from any fixed one. Headings
say what a source is about, speeches who is heard in it; whether a question is answered is found
out by asking it.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import chain, islice, zip_longest

from index.types import UNKNOWN, BlockKind, Document
from rag.types import Answer

SHOWN = 4
# So many questions are tried, at half a second each.
TRIED = 10
LONGEST = 70
# A heading over fewer characters than these is one over nothing.
WORTH_ASKING = 400

# What heads a part of a source without saying what it is about.
_GENERIC = re.compile(
    r"""\W*(?:the\s)?(?: abstract | acknowledge?ments? | annex | appendix | bibliography | by\s.*
      | chapter\b.* | conclu(?:ded|sions?) | contents | continued | discussion | end\s?notes
      | epilogue | fore\s?word | footnotes | glossary | index | introduction | methods | notes?\b.*
      | part\b.* | preface | prologue | publisher.* | references | results | sources | summary
      | table\b.* )\W*""",
    re.VERBOSE | re.IGNORECASE,
)
_NUMBERED = re.compile(r"^(?:\d+(?:\.\d+)*|[IVXLC]+)[.)]\s+")
_NAME = re.compile(r"[A-Z][\w.'’-]+(?: [A-Z][\w.'’-]+)+")


def examples(ask: Callable[[str], Answer], documents: Sequence[Document]) -> list[str]:
    """Up to `SHOWN` questions about different things that `ask` finds quotes for."""
    tried = islice(candidates(documents), TRIED)
    return list(islice((question for question in tried if not ask(question).abstained), SHOWN))


def candidates(documents: Sequence[Document]) -> Iterator[str]:
    """Questions that the documents may answer, each once: on a heading and of a speaker in turn,
    one of every document after the other, the longest document first."""
    longest_first = sorted(documents, key=lambda document: -len(document.text))
    on_headings = _in_turn(_on_headings(document) for document in longest_first)
    of_speakers = _in_turn(_of_speakers(document) for document in longest_first)
    return _in_turn([on_headings, of_speakers])


def _in_turn(questions: Iterable[Iterable[str]]) -> Iterator[str]:
    """The first of each, then the second of each ..., none twice."""
    rounds = zip_longest(*questions)
    found = (question for question in chain.from_iterable(rounds) if question)
    return iter(dict.fromkeys(found))


def _on_headings(document: Document) -> Iterator[str]:
    """The headings over the most words first: what stands between a title and its byline is about
    nothing."""
    named = {document.title.casefold(), (document.author or "").casefold()}
    heads = [block for block in document.blocks if block.kind is BlockKind.HEADING]
    starts = [*(block.span.start for block in heads), len(document.text)]
    lengths = [after - block.span.end for block, after in zip(heads, starts[1:], strict=True)]
    for length, block in sorted(zip(lengths, heads, strict=True), key=lambda pair: -pair[0]):
        heading = _NUMBERED.sub("", block.place.section[-1]).strip()
        if length >= WORTH_ASKING and _says_something(heading) and heading.casefold() not in named:
            yield heading if heading.endswith("?") else f"What is said about {_cased(heading)}?"


def _says_something(heading: str) -> bool:
    """Whether a heading has words enough, and neither a date nor a number."""
    return (
        len(heading.split()) > 1
        and len(heading) <= LONGEST
        and not re.search(r"\d", heading)
        and not _GENERIC.fullmatch(heading)
    )


def _cased(heading: str) -> str:
    """As in the middle of a sentence; names cannot be told from other words in capitals."""
    if heading.isupper():
        heading = heading.title()
    first, *others = heading.rstrip(".:;").split()
    lowered = first.lower() if first.lower() in {"a", "an", "the"} else first
    return " ".join([lowered, *others])


def _of_speakers(document: Document) -> Iterator[str]:
    """Of those who are quoted by their full name, the most heard first."""
    heard = Counter(speech.speakers[0] for speech in document.speeches)
    for name, _ in heard.most_common():
        if name != UNKNOWN and _NAME.fullmatch(name):
            yield f"What does {name} say?"
