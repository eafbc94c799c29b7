"""The questions that the reader is trained on: rows of the files in one folder."""

import gzip
import hashlib
import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

# Sets whose licence allows weights trained on them to be shipped, and at most so many questions of
# each. Left out: those with no licence stated, or one of a third party (wikiqa, trecqa, qed,
# squadshifts_*, subjqa, multispanqa, multirc_dev).
SETS = {
    "squad_train_part": 100_000,
    "nqg_squadtrain": 100_000,
    "squad1_dev": 100_000,
    "squad2_dev": 100_000,
    "selqa": 100_000,
    "clapnq": 100_000,
    "hotpot_train100": 100_000,
    "covidqa": 100_000,
    "pubmedqa": 100_000,
    "policyqa": 3_000,
    "friendsqa": 1_500,
    "molweni": 1_000,
}
# Articles of SQuAD's dev set that no training sees: half of those that the benchmark asks about.
HELD_OUT = frozenset(
    {
        "Amazon_rainforest.txt",
        "Civil_disobedience.txt",
        "Force.txt",
        "Intergovernmental_Panel_on_Climate_Change.txt",
        "Jacksonville__Florida.txt",
        "Packet_switching.txt",
        "Rhine.txt",
        "Steam_engine.txt",
        "Victoria_(Australia).txt",
    }
)
# One question in so many is kept for calibration, by a hash of its paragraph.
CALIBRATION = 25

_SPACED = re.compile(r" (?=[,.;:?!%)\]]|'s\b|n't\b|'re\b|'ve\b|'ll\b|'d\b)|(?<=[(\[$]) ")
_QUOTES = re.compile(r"``\s?|\s?''")


@dataclass(frozen=True, slots=True)
class Row:
    """A question with a paragraph.

    `labels` has 1 for a sentence that answers, 0 for one that does not, None for one of which that
    is not sure. `answer` is the words that answer, if they are known. `group` names the article or
    the set: near misses are looked for in the same one.
    """

    question: str
    title: str
    sentences: tuple[str, ...]
    labels: tuple[int | None, ...]
    answer: str
    source: str
    group: str

    @property
    def answerable(self) -> bool:
        return 1 in self.labels


def load_rows(folder: Path) -> list[Row]:
    """All rows of the permitted sets; those about articles that are held out are not among them."""
    return [row for name, most in SETS.items() for row in _first(folder, name, most)]


def is_calibration(row: Row) -> bool:
    """Whether a row is kept for calibration: with it all others about its paragraph are."""
    digest = hashlib.sha256(" ".join(row.sentences).lower().encode()).digest()
    return int.from_bytes(digest[:4], "big") % CALIBRATION == 0


def untokenised(text: str) -> str:
    """Text without the spaces that a tokeniser put before punctuation."""
    return _SPACED.sub("", _QUOTES.sub('"', text)).strip()


def _first(folder: Path, name: str, most: int) -> list[Row]:
    with gzip.open(folder / f"{name}.jsonl.gz", "rt", encoding="utf-8") as lines:
        rows = list(_rows(name, (json.loads(line) for line in lines)))
    # Every so many-th: the files are sorted by article.
    step = max(1.0, len(rows) / most)
    return [rows[int(at * step)] for at in range(min(len(rows), most))]


def _rows(name: str, records: Iterator[dict[str, object]]) -> Iterator[Row]:
    for record in records:
        if record.get("article") in HELD_OUT:
            continue
        row = _row(name, record)
        if any(row.sentences) and row.question:
            yield row


def _row(name: str, record: dict[str, object]) -> Row:
    unsure = _list(record.get("unsure"))
    labels = [
        None if at in unsure and not label else int(bool(label))
        for at, label in enumerate(_list(record["labels"]))
    ]
    title = str(record.get("context_title") or "").replace("_", " ")
    return Row(
        question=untokenised(str(record["question"])),
        title=title,
        sentences=tuple(untokenised(str(sentence)) for sentence in _list(record["sentences"])),
        labels=tuple(labels),
        answer=untokenised(str(record.get("answer") or "")),
        source=name,
        group=title or name,
    )


def _list(value: object) -> Sequence[object]:
    return value if isinstance(value, list) else []


def without_answer(row: Row) -> Row | None:
    """The row without the sentences that answer: a paragraph on the subject that does not. None if
    fewer than two are left or one of them has the answer's words as well."""
    kept = [
        sentence
        for sentence, label in zip(row.sentences, row.labels, strict=True)
        if label == 0 and not (row.answer and row.answer.lower() in sentence.lower())
    ]
    if len(kept) < 2 or not row.answerable:
        return None
    return replace(row, sentences=tuple(kept), labels=(0,) * len(kept))
