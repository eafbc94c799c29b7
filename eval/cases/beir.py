"""BEIR folders (Thakur et al. 2021): a corpus, queries, and judgements of whole documents."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from eval.cases.fields import Fields, read_lines, read_text
from eval.cases.squad import file_name
from eval.cases.types import Case, Gold
from index.errors import PinciteError

CORPUS: Final = "corpus.jsonl"
QUERIES: Final = "queries.jsonl"
TEST: Final = Path("qrels", "test.tsv")

# A grade; no test collection needs more digits.
_SCORE: Final = re.compile(r"-?[0-9]{1,9}")
# Of a line at fault.
_SHOWN: Final = 100


@dataclass(frozen=True, slots=True)
class Judgement:
    """How relevant a document is to a query; `where` names file and line."""

    where: str
    query: str
    document: str
    grade: int


def load_beir(path: Path) -> tuple[tuple[Case, ...], dict[str, str]]:
    """The queries that were judged, and the text of each document by the name of its file.

    `path` is the folder, whose `qrels/test.tsv` is taken, or the file of another split. All
    documents with a positive score are the gold, and are wanted, as BEIR's own measures want them.
    PinciteError names the file, line and field at fault; a judgement of what is not there is one,
    because no folder that BEIR's own loader reads has any.
    """
    qrels = path / TEST if path.is_dir() else path
    folder = path if path.is_dir() else path.parent.parent
    names, documents = _corpus(folder / CORPUS)
    queries = _queries(folder / QUERIES)
    golds: dict[str, list[Gold]] = {}
    for each in _judgements(qrels):
        if each.document not in names:
            raise PinciteError(f"{each.where}: there is no document {each.document!r} in {CORPUS}")
        if each.query not in queries:
            raise PinciteError(f"{each.where}: there is no query {each.query!r} in {QUERIES}")
        if each.grade > 0:
            gold = Gold(names[each.document], None, None, "", "", "", each.grade)
            golds.setdefault(each.query, []).append(gold)
    cases = tuple(_case(queries[query], golds[query]) for query in queries if query in golds)
    if not cases:
        raise PinciteError(f"none of the queries of {folder} has a document in {qrels}")
    return cases, documents


def _corpus(file: Path) -> tuple[dict[str, str], dict[str, str]]:
    """The file name of each document's id, and the text of each file."""
    names: dict[str, str] = {}
    documents: dict[str, str] = {}
    taken: set[str] = set()
    for fields in read_lines(file, "a document"):
        number = fields.filled("_id")
        if number in names:
            raise fields.wrong("_id", "that no earlier line has")
        names[number] = name = file_name(number, taken)
        parts = (fields.text("title", ""), fields.text("text"))
        documents[name] = "\n\n".join(filter(None, parts)) + "\n"
    return names, documents


def _queries(file: Path) -> dict[str, Fields]:
    """The queries by id, in order."""
    queries: dict[str, Fields] = {}
    for fields in read_lines(file, "a query"):
        number = fields.filled("_id")
        if number in queries:
            raise fields.wrong("_id", "that no earlier line has")
        queries[number] = fields
    return queries


def _judgements(file: Path) -> Iterator[Judgement]:
    """The judgements in order. The first line is the header, unless it is a judgement."""
    first: dict[tuple[str, str], str] = {}
    for number, line in enumerate(read_text(file).split("\n"), start=1):
        where = f"{file}, line {number}"
        match line.split("\t"):
            case [query, document, score] if _SCORE.fullmatch(score):
                if earlier := first.get((query, document)):
                    raise PinciteError(f"{where} judges the same as {earlier}; take one out")
                first[query, document] = where
                yield Judgement(where, query, document, int(score))
            case _ if number > 1 and line.strip():
                raise PinciteError(
                    f"{where} is {line[:_SHOWN]!r}; query-id, corpus-id and score are expected, a "
                    "whole number, with tabs between"
                )


def _case(query: Fields, golds: Sequence[Gold]) -> Case:
    return Case(
        id=query.filled("_id"),
        question=query.filled("text"),
        answerable=True,
        gold=tuple(golds),
        gold_mode="all",
    )
