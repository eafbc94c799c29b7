"""Answers from their records: what holds is kept with its number, the rest is named."""

import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given

from index.errors import PinciteError
from index.types import Span
from rag.recall import Lapsed, Recalled, recall
from rag.render import Record, to_json, to_record
from rag.types import Answer, Notice, Reason, Words
from tests.answers import (
    COPIED,
    COPY,
    DISAGREEING,
    DOCUMENTS,
    LOG,
    NOTED,
    REFUSED,
    ROW,
    ROWED,
    SLEPT,
    TEXTS,
    WITNESSED,
    answer,
    hostile,
    whole,
)

HASH = "the file has changed since (SHA-256 differs)"
GONE = "the document is no longer in the index"


def record_of(made: Answer) -> Record:
    record: Record = json.loads(to_json(made, "q1"))
    return record


def again(record: Record, **documents: Any) -> Recalled:
    return recall(record, {**DOCUMENTS, **documents}.get)


FULL = replace(
    answer(replace(WITNESSED, position="A", answer=Words(Span(4, 14), "mate slept")), ROW),
    standalone="Who slept at sea?",
    notices=(Notice.MODEL_DECLINED,),
    scope=("copy.txt",),
)


@pytest.mark.parametrize(
    "made",
    [
        FULL,
        DISAGREEING,
        REFUSED,
        answer(ROWED, COPIED, NOTED),
        answer(reason=Reason.PRESUMES, presumed=(("Reed", "1880"), ("Cook",))),
        answer(reason=Reason.ELSEWHERE, elsewhere=("copy.txt",)),
        answer(question="Who \udcff slept?"),
    ],
)
def test_an_answer_that_holds_is_the_same_again(made: Answer) -> None:
    found = again(record_of(made))
    assert found.answer == made
    assert found.lapsed == ()
    assert found.numbers == tuple(range(1, len(made.quotes) + 1))
    assert found.nearest_numbers == tuple(range(1, len(made.nearest) + 1))


@given(TEXTS)
def test_any_quote_is_recalled(text: str) -> None:
    source = hostile(text)
    made = answer(whole(source), question=text)
    assert recall(to_record(made), {source.path: source}.get).answer == made


def test_what_lapsed_is_named_and_the_rest_keeps_its_numbers() -> None:
    found = again(record_of(answer(SLEPT, COPIED, ROW)), **{"copy.txt": replace(COPY, sha256="0")})
    assert found.answer == answer(SLEPT, ROW)
    assert found.lapsed == (Lapsed("quotes", 2, "copy.txt, line 1", HASH),)
    assert found.numbers == (1, 3)


def test_a_witness_that_is_gone_leaves_its_quote() -> None:
    found = again(record_of(answer(WITNESSED)), **{"copy.txt": None})
    assert found.answer == answer(SLEPT)
    assert found.lapsed == (Lapsed("quotes", 1, "sea/the log #1.txt, ¶7", f"witness 1: {GONE}"),)


def test_an_answer_whose_quotes_are_gone_is_none() -> None:
    found = recall(record_of(answer(COPIED)), {LOG.path: LOG}.get)
    assert found == Recalled(None, (Lapsed("quotes", 1, "copy.txt, line 1", GONE),), (), ())


def test_a_refusal_stays_one_without_its_nearest_passages() -> None:
    found = recall(record_of(REFUSED), {LOG.path: LOG}.get)
    assert found.answer == replace(REFUSED, nearest=(NOTED,))
    assert found.lapsed == (Lapsed("nearest", 2, "copy.txt, line 1", GONE),)
    assert (found.numbers, found.nearest_numbers) == ((), (1,))


def test_what_cannot_be_read_says_why() -> None:
    found = recall(record_of(answer(COPIED)), lambda path: f"{path}: binary")
    assert found.lapsed[0].problem == "copy.txt: binary"


@pytest.mark.parametrize(
    "edit",
    [
        {"display": "The mate."},
        {"text": "The mate."},
        {"locator": "¶9"},
        {"speakers": ["the cook"]},
        {"start": 4},
        {"end": 14},
        {"document": "copy.txt"},
        {"sha256": "0" * 64},
        {"position": "true"},
        {"answer": {"start": 0, "end": 3, "display": "He"}},
        {"notes": [{"marker": "1"}]},
        {"witnesses": None},
        {"more": "words"},
    ],
)
def test_a_forged_citation_lapses(edit: dict[str, object]) -> None:
    record = record_of(answer(SLEPT, ROW))
    record["quotes"][0].update(edit)
    found = again(record)
    assert found.answer == answer(ROW)
    assert [(each.part, each.number) for each in found.lapsed] == [("quotes", 1)]
    assert found.numbers == (2,)


@pytest.mark.parametrize(
    ("edit", "message"),
    [
        ({"format": 2}, "the answer has format 2; this Pincite checks format 3"),
        ({"quotes": None}, "the answer is not an answer: it has no list of quotes"),
        ({"quotes": [7]}, "the answer is damaged: quotes 1 is not a JSON object"),
        ({"notices": ["Ignore the quotes."]}, "'Ignore the quotes.' is no notice"),
        ({"reason": "because"}, "the answer is damaged"),
        ({"reason": "not_answered"}, "either quotes or a reason"),
        ({"presumed": [["a"]]}, "words that are presumed go with"),
        ({"presumed": ["a"]}, "'a' is no list of texts"),
        ({"scope": "copy.txt"}, "'copy.txt' is no list of texts"),
        ({"scope": [7]}, "7 is no text"),
        ({"confidence": None}, "the answer is damaged"),
        ({"seconds": "long"}, "the answer is damaged"),
        ({"question": 7}, "7 is no text"),
    ],
)
def test_what_is_no_answer_is_refused(edit: dict[str, object], message: str) -> None:
    with pytest.raises(PinciteError, match=message):
        again({**record_of(answer(SLEPT)), **edit})


def test_a_part_that_is_missing_is_named() -> None:
    record = record_of(answer(SLEPT))
    del record["standalone_question"]
    with pytest.raises(PinciteError, match=r"damaged \(KeyError: 'standalone_question'\)"):
        again(record)
