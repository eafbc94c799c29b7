"""Gold against its sources."""

from collections.abc import Iterable, Mapping
from types import MappingProxyType

from eval.cases.types import Case, Gold


def check_gold(
    cases: Iterable[Case],
    texts: Mapping[str, str],
    pages: Mapping[str, int] = MappingProxyType({}),
) -> list[str]:
    """What is wrong with the gold: places whose text is not the slice of the canonical text, and
    pages that are not there.

    `texts` holds canonical texts by document, `pages` the last page of those that have pages. Each
    mismatch is one line naming the question.
    """
    return [
        f"{case.id}, {name}: {problem}"
        for case in cases
        for name, gold in case.named_places()
        if (problem := _mismatch(gold, texts.get(gold.doc), pages.get(gold.doc, 0)))
    ]


def _mismatch(gold: Gold, text: str | None, pages: int) -> str | None:
    if text is None:
        return f"there is no source {gold.doc}"
    if gold.page is not None and gold.page > pages:
        last = f"no text after page {pages}" if pages else "no pages"
        return f"{gold.doc} has {last}, and page {gold.page} is named"
    if gold.span is None:
        return None
    start, end = gold.span.start, gold.span.end
    if end > len(text):
        return f"{gold.doc} has {len(text)} characters, and {start}..{end} is outside"
    if not gold.text or text[start:end] == gold.text:
        return None
    return f"{gold.doc} has {text[start:end]!r} at {start}..{end}, not {gold.text!r}"
