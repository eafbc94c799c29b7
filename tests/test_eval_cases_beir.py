"""BEIR folders: documents, queries and judgements."""

import json
from pathlib import Path
from typing import Any

import pytest

from eval.cases import Case, Gold, load_set
from index.errors import PinciteError

CORPUS = [
    {"_id": "d/1", "title": "Lamps", "text": "The lamp was lit."},
    {"_id": "2", "title": "", "text": "The pilot slept."},
]
QUERIES = [{"_id": "q1", "text": "Who slept?"}, {"_id": "q2", "text": "Not judged"}]
QRELS = "query-id\tcorpus-id\tscore\nq1\t2\t2\nq1\td/1\t1\nq2\t2\t0\n"


def lines(objects: list[dict[str, Any]]) -> str:
    return "".join(json.dumps(each) + "\n" for each in objects)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "corpus.jsonl").write_text(lines(CORPUS))
    (tmp_path / "queries.jsonl").write_text(lines(QUERIES))
    (tmp_path / "qrels").mkdir()
    (tmp_path / "qrels" / "test.tsv").write_text(QRELS)
    return tmp_path


def test_judged_queries_have_documents_as_gold(folder: Path) -> None:
    found = load_set(folder)
    assert found.documents == {
        "d_1.txt": "Lamps\n\nThe lamp was lit.\n",
        "2.txt": "The pilot slept.\n",
    }
    gold = (
        Gold("2.txt", None, None, "", "", "", grade=2),
        Gold("d_1.txt", None, None, "", "", ""),
    )
    assert found.cases == (Case("q1", "Who slept?", answerable=True, gold=gold, gold_mode="all"),)


def test_another_split_is_named_by_its_file(folder: Path) -> None:
    other = folder / "qrels" / "dev.tsv"
    other.write_text("query-id\tcorpus-id\tscore\nq2\t2\t1\n")
    assert [case.id for case in load_set(other).cases] == ["q2"]


@pytest.mark.parametrize(
    ("qrels", "message"),
    [
        ("head\nq1\t9\t1\n", "line 2: there is no document '9'"),
        ("head\nq1 2 1\n", "line 2 is 'q1 2 1'; query-id, corpus-id and score are expected"),
        ("head\nq1\t2\thigh\n", "line 2 is .*score are expected"),
        ("head\nq1\t2\t--1\n", "line 2 is .*score are expected"),
        ("head\nq1\t2\t" + "1" * 5000, "line 2 is 'q1.{,150}score are expected"),
        ("head\nq1\t2\t²\n", "line 2 is .*score are expected"),
        ("head\nq1\t2\t0\n", "none of the queries of"),
        ("head\nq1\t2\t1\n\nq7\t2\t0\n", r"test\.tsv, line 4: there is no query 'q7' in quer"),
        ("q1\t2\t1\nq1\t2\t1\n", r"test\.tsv, line 2 judges the same as .*test\.tsv, line 1;"),
        ("head\nq1\t2\t1\nq1\t2\t0\n", r"line 3 judges the same as .*line 2; take one out"),
    ],
)
def test_errors_name_file_and_line(folder: Path, qrels: str, message: str) -> None:
    (folder / "qrels" / "test.tsv").write_text(qrels)
    with pytest.raises(PinciteError, match=message):
        load_set(folder)


def test_a_header_may_be_missing(folder: Path) -> None:
    (folder / "qrels" / "test.tsv").write_text("q1\t2\t2\r\nq1\td/1\t1\r\n")
    assert [gold.doc for gold in load_set(folder).cases[0].gold] == ["2.txt", "d_1.txt"]


@pytest.mark.parametrize(
    ("query", "message"),
    [
        ({"_id": "q1", "text": "Who else?"}, "line 3: _id is 'q1'; .* no earlier line has"),
        ({"_id": "", "text": "Who else?"}, "line 3: _id is ''; it has to be a string that is not"),
        ({"_id": "q3", "text": " "}, "line 3: text is ' '; it has to be a string that is not em"),
    ],
)
def test_queries_have_ids_of_their_own_and_words(
    folder: Path, query: dict[str, Any], message: str
) -> None:
    (folder / "queries.jsonl").write_text(lines([*QUERIES, query]))
    (folder / "qrels" / "test.tsv").write_text(f"{QRELS}{query['_id'] or 'q2'}\t2\t1\n")
    with pytest.raises(PinciteError, match=rf"queries\.jsonl, {message}"):
        load_set(folder)


def test_what_is_missing_is_named(folder: Path) -> None:
    (folder / "queries.jsonl").write_text('{"_id": "q1"}\n{"_id": "q2", "text": "Who?"}\n')
    with pytest.raises(PinciteError, match=r"queries\.jsonl, line 1: text is missing"):
        load_set(folder)
    (folder / "corpus.jsonl").unlink()
    with pytest.raises(PinciteError, match=r"corpus\.jsonl cannot be read"):
        load_set(folder)
