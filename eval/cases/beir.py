"""BEIR folders (Thakur et al. 2021): a corpus, queries, and judgements of whole documents."""

from collections.abc import Iterator
from pathlib import Path

from eval.cases.fields import read_lines, read_text
from eval.cases.squad import file_name
from eval.cases.types import Case, Gold
from index.errors import PinciteError

CORPUS = "corpus.jsonl"
QUERIES = "queries.jsonl"
TEST = Path("qrels", "test.tsv")


def load_beir(path: Path) -> tuple[tuple[Case, ...], dict[str, str]]:
    """The queries that were judged, and the text of each document by the name of its file.

    `path` is the folder, whose `qrels/test.tsv` is taken, or the file of another split. All
    documents with a positive score are the gold, and are wanted, as BEIR's own measures want them.
    PinciteError names the file, line and field at fault.
    """
    qrels = path / TEST if path.is_dir() else path
    folder = path if path.is_dir() else path.parent.parent
    names, documents = _corpus(folder / CORPUS)
    golds: dict[str, list[Gold]] = {}
    for where, query, document, grade in _judgements(qrels):
        if document not in names:
            raise PinciteError(f"{where}: there is no document {document!r} in {CORPUS}")
        if grade > 0:
            gold = Gold(names[document], None, None, "", "", "", grade)
            golds.setdefault(query, []).append(gold)
    cases = tuple(_cases(folder / QUERIES, golds))
    if not cases:
        raise PinciteError(f"none of the queries of {folder} has a document in {qrels}")
    return cases, documents


def _corpus(file: Path) -> tuple[dict[str, str], dict[str, str]]:
    """The file name of each document's id, and the text of each file."""
    names: dict[str, str] = {}
    documents: dict[str, str] = {}
    taken: set[str] = set()
    for fields in read_lines(file, "a document"):
        number = fields.text("_id")
        if number in names:
            raise fields.wrong("_id", "that no earlier line has")
        names[number] = name = file_name(number, taken)
        parts = (fields.text("title", ""), fields.text("text"))
        documents[name] = "\n\n".join(filter(None, parts)) + "\n"
    return names, documents


def _judgements(file: Path) -> Iterator[tuple[str, str, str, int]]:
    """Where each judgement stands, its query, document and grade; the first line is the header."""
    for number, line in enumerate(read_text(file).splitlines()[1:], start=2):
        where = f"{file}, line {number}"
        match line.split("\t"):
            case [query, document, score] if score.lstrip("-").isdecimal():
                yield where, query, document, int(score)
            case _:
                raise PinciteError(
                    f"{where} is {line!r}; query-id, corpus-id and score are expected, a whole "
                    "number, with tabs between"
                )


def _cases(file: Path, golds: dict[str, list[Gold]]) -> Iterator[Case]:
    for fields in read_lines(file, "a query"):
        number = fields.text("_id")
        if number in golds:
            yield Case(
                id=number,
                question=fields.text("text"),
                answerable=True,
                gold=tuple(golds.pop(number)),
                gold_mode="all",
            )
