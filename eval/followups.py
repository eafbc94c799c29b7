"""How well questions of a conversation are made to stand alone, beside rewriting by people.

A row of a rewriting set holds `history`, `question` and `rewrite`. Where the rewrite says the same
as the question, that stood alone and has to come back unchanged; where it does not, the words that
the rewrite adds are wanted. Run it as `python -m eval.followups REWRITES.jsonl.gz ...`.
"""

import gzip
import json
import re
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click
import numpy as np
from rich.console import Console
from rich.table import Table

from index.embed import Embedder, load_embedder
from rag.cli import run_program
from rag.question import standalone

Method = Callable[[str, Sequence[str]], str]

# What somebody searches by: "complete" is what the assistant does.
METHODS: Mapping[str, Method] = {
    "alone": lambda question, _: question,
    "complete": standalone,
}
# Sets whose turns alternate between a user and a system; the others hold the user's alone.
_ALTERNATING = {"trec_ikat", "gecor_camrest"}
_BATCH = 256
_WORD = re.compile(r"\w+(?:[-.]\w+)*")
_STOP = frozenset(
    re.findall(
        r"\w+",
        """
        a about all also am an and any are as at be been but by can could did do does for
        from had has have how i if in into is it its just like may me more most much many
        my no not of on or so some such tell than that the their them there these they
        this those to too us was we were what when where which who whom whose why will
        with would you your he she his her him
        """,
    )
)


@dataclass(frozen=True, slots=True)
class Row:
    """A question, the user's own turns before it (oldest first), and what a rewriter made of it."""

    history: tuple[str, ...]
    question: str
    rewrite: str
    held_out: bool

    @property
    def stands_alone(self) -> bool:
        """Whether the rewriter left it as it is; case and punctuation do not count."""
        return same_words(self.question, self.rewrite)


@dataclass(frozen=True, slots=True)
class Figures:
    """Of one method on one set; shares and means of 0 to 1, None where there are no rows.

    `unchanged` is over the self-contained questions, the rest over the follow-ups: `changed` at
    all, the added content words against those the rewriter added, the cosine with the rewrite.
    """

    self_contained: int
    followups: int
    unchanged: float | None
    changed: float | None
    recall: float | None
    precision: float | None
    f1: float | None
    cosine: float | None


def load_rows(path: Path) -> list[Row]:
    """The rows of a set that have a history; those that bring in a persona are left out."""
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        records = [json.loads(line) for line in lines]
    rows = (_row(record) for record in records if not record.get("personal"))
    return [row for row in rows if row.history]


def _row(record: Mapping[str, Any]) -> Row:
    history = record["history"]
    if record["source"] in _ALTERNATING or record.get("year", 0) >= 2021:
        history = history[::2]
    return Row(tuple(history), record["question"], record["rewrite"], _held_out(record))


def _held_out(record: Mapping[str, Any]) -> bool:
    """Whether a row was never looked at while the rules were made: whole conversations."""
    if record["source"] == "trec_cast":
        return bool(record["year"] >= 2021)
    if record["source"] == "mtrag_auto":
        first = [*record["history"], record["question"]][0]
        return zlib.crc32(first.encode()) % 2 == 1
    return True


def same_words(one: str, other: str) -> bool:
    """Whether two texts differ in case, punctuation and space only."""
    return _words(one) == _words(other)


def _words(text: str) -> list[str]:
    return re.findall(r"\w+", text.lower())


def added(question: str, result: str) -> set[str]:
    """The content words of a result that its question has not."""
    return _content(result) - _content(question)


def _content(text: str) -> set[str]:
    return {word for word in _WORD.findall(text.lower()) if word not in _STOP}


def measure(rows: Sequence[Row], method: Method, embedder: Embedder | None = None) -> Figures:
    """The figures of one method; without an embedder there is no cosine."""
    alone = [row for row in rows if row.stands_alone]
    others = [row for row in rows if not row.stands_alone]
    results = [method(row.question, row.history) for row in others]
    scores = list(_scores(others, results))
    kept = [same_words(method(row.question, row.history), row.question) for row in alone]
    changed = [
        not same_words(row.question, text) for row, text in zip(others, results, strict=True)
    ]
    similar = _cosines(results, [row.rewrite for row in others], embedder) if embedder else []
    return Figures(
        self_contained=len(alone),
        followups=len(others),
        unchanged=_mean(kept),
        changed=_mean(changed),
        recall=_mean(recall for recall, _, _ in scores),
        precision=_mean(precision for _, precision, _ in scores if precision is not None),
        f1=_mean(f1 for _, _, f1 in scores),
        cosine=_mean(similar),
    )


def _scores(
    rows: Iterable[Row], results: Iterable[str]
) -> Iterator[tuple[float, float | None, float]]:
    """Recall, precision (None where nothing was added) and F1 of the words that rewrites add."""
    for row, result in zip(rows, results, strict=True):
        wanted, found = added(row.question, row.rewrite), added(row.question, result)
        if wanted:
            right = len(wanted & found)
            precision = right / len(found) if found else None
            yield right / len(wanted), precision, 2 * right / (len(wanted) + len(found))


def _cosines(texts: Sequence[str], others: Sequence[str], embedder: Embedder) -> list[float]:
    pairs = zip(_vectors(texts, embedder), _vectors(others, embedder), strict=True)
    return [float(one @ other) for one, other in pairs]


def _vectors(texts: Sequence[str], embedder: Embedder) -> Iterator[Any]:
    # Token vectors come along: a batch at a time keeps them from piling up.
    for start in range(0, len(texts), _BATCH):
        for encoded in embedder.passages(texts[start : start + _BATCH]):
            yield encoded.vector


def _mean(values: Iterable[float]) -> float | None:
    found = list(values)
    return float(np.mean(found)) if found else None


@click.command()
@click.argument(
    "sets",
    nargs=-1,
    required=True,
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
)
@click.option("--cosine/--no-cosine", default=True, help="Embed the results (minutes).")
@click.option("--show", type=int, default=0, help="List so many development rows with results.")
def main(sets: Sequence[Path], *, cosine: bool, show: int) -> None:
    """Measure how questions are made to stand alone on SETS of rewritten questions."""
    console = Console(markup=False, emoji=False, highlight=False)
    embedder = load_embedder(None) if cosine else None
    table = Table(
        "set", "part", "n alone", "unchanged", "n follow-ups", "by", "changed", "recall",
        "precision", "F1", "cosine",
    )  # fmt: skip
    for path in sets:
        rows = load_rows(path)
        for part, held_out in (("dev", False), ("held out", True)):
            chosen = [row for row in rows if row.held_out is held_out]
            for name, method in METHODS.items() if chosen else ():
                figures = measure(chosen, method, embedder)
                table.add_row(_title(path), part, *_cells(name, figures))
        for row in [row for row in rows if not row.held_out][:show]:
            console.print(_shown(row), soft_wrap=True)
    console.print(table)


def _title(path: Path) -> str:
    return path.name.partition(".")[0].removeprefix("rewrite_")


def _cells(name: str, figures: Figures) -> list[str]:
    """The cells of a row of the table after those that name the set."""
    shares = (figures.changed, figures.recall, figures.precision, figures.f1, figures.cosine)
    return [
        str(figures.self_contained),
        _percent(figures.unchanged),
        str(figures.followups),
        name,
        *map(_percent, shares),
    ]


def _percent(share: float | None) -> str:
    return "–" if share is None else f"{100 * share:.1f}"


def _shown(row: Row) -> str:
    result = standalone(row.question, row.history)
    return f"{' | '.join(row.history[-3:])}\n    {row.question}\n  = {row.rewrite}\n  > {result}"


if __name__ == "__main__":
    run_program(main)
