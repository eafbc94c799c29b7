"""Every form: what is exported is right when it is checked, and wrong once it is changed."""

import json
import re
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.errors import PinciteError
from rag.export import FORMS, export
from rag.export.uri import of_quote, of_source
from rag.types import Quote
from tests.answers import (
    COPIED,
    DISAGREEING,
    NOTED,
    REFUSED,
    ROWED,
    TEXTS,
    WITNESSED,
    answer,
    checked,
    hostile,
    problems,
    whole,
)

QUOTED = [name for name, form in FORMS.items() if name not in {"csl", "bibtex"}]
FEW = [name for name, form in FORMS.items() if form.quoted]
MANY = [name for name, form in FORMS.items() if not form.quoted]


@pytest.mark.parametrize("form", FORMS)
def test_what_is_exported_is_right(form: str) -> None:
    found = checked(export([DISAGREEING, answer(NOTED, ROWED), REFUSED], form))
    cited = {"csl": 2, "bibtex": 2, "note": 5, "annotations": 5}.get(form, 7)
    assert [each.problem for each in found] == [None] * cited


@pytest.mark.parametrize("form", FEW)
def test_a_form_of_quotes_alone_has_nothing_of_a_refusal(form: str) -> None:
    message = f"there is no quote to write as {form}; a refusal can be had as markdown, json, page"
    with pytest.raises(PinciteError, match=message):
        export([REFUSED], form)


def test_a_form_that_is_none_is_named() -> None:
    with pytest.raises(PinciteError, match="'word' is no form; choose one of note, markdown, json"):
        export([REFUSED], "word")


@pytest.mark.parametrize("form", FORMS)
@given(text=TEXTS, title=TEXTS, author=TEXTS, path=st.text(min_size=1, max_size=9))
def test_any_source_can_be_exported_and_checked(
    form: str, text: str, title: str, author: str, path: str
) -> None:
    source = replace(hostile(text, path), title=title, author=author)
    content = export([answer(whole(source), question=title)], form)
    assert problems(content, {path: source}) == [None]


def changed(content: str, place: int) -> str:
    """The content with another digit or letter in a place."""
    other = {"0": "1", "a": "b"}.get(content[place], "0" if content[place].isdigit() else "a")
    return content[:place] + other + content[place + 1 :]


def places(content: str, words: str) -> list[int]:
    """Where a letter or digit of some words stands, in each of their occurrences."""
    return [
        match.start() + at
        for match in re.finditer(re.escape(words), content)
        for at, character in enumerate(words)
        if character.isalnum()
    ]


def cites(quote: Quote, form: str) -> str:
    return of_quote(quote) if form in QUOTED else of_source(quote.document)


@pytest.mark.parametrize("form", [form for form in FORMS if form != "json"])
def test_a_changed_citation_is_wrong(form: str) -> None:
    content = export([answer(WITNESSED)], form)
    for place in places(content, cites(WITNESSED, form)):
        assert problems(changed(content, place)) != [None], content[place - 20 : place + 20]


@pytest.mark.parametrize("form", QUOTED)
def test_a_changed_quote_is_wrong(form: str) -> None:
    content = export([answer(COPIED)], form)
    found = places(content, COPIED.display)
    assert found
    for place in found:
        assert problems(changed(content, place)) != [None]


@pytest.mark.parametrize("form", FORMS)
def test_a_source_that_has_changed_or_gone_is_found(form: str) -> None:
    content = export([answer(COPIED)], form)
    source = replace(COPIED.document, sha256="00" * 32)
    (found,) = problems(content, {source.path: source})
    assert found == "the file has changed since (SHA-256 differs)"
    (found,) = problems(content, {})
    assert found == "the document is no longer in the index"


@pytest.mark.parametrize("form", MANY)
def test_a_refusal_says_so(form: str) -> None:
    refused = export([REFUSED], form)
    said = "not_answered" if form == "json" else "but do not answer the question."
    assert said in refused


@pytest.mark.parametrize(
    "content",
    ["The mate slept.", "[1] The mate slept.", "<html><p>The mate slept.</p></html>", "[^1]: No."],
)
def test_what_has_no_citation_is_refused(content: str) -> None:
    with pytest.raises(PinciteError, match=r"no citations? in FILE|is not JSON"):
        checked(content)


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        ('{"@context": "http://www.w3.org/ns/anno.jsonld", "items": [7]}', "it has no citation"),
        ('{"@context": "x", "first": {"items": [{"target": 7}]}}', "it has no citation"),
        ('{"@context": "x", "target": {"id": "http://a"}}', "'http://a' is no citation of P"),
        ('[{"URL": "pincite:x"}]', "'pincite:x' is no citation of Pincite's"),
        ("@book{a, title={A}}", "it has no citation"),
    ],
)
def test_what_cites_nothing_is_wrong(content: str, problem: str) -> None:
    (found,) = problems(content)
    assert found is not None
    assert found.startswith(problem)


@pytest.mark.parametrize("form", FORMS)
@given(st.data())
def test_a_damaged_file_is_wrong_or_refused_and_nothing_else(
    form: str, data: st.DataObject
) -> None:
    content = export([DISAGREEING, answer(NOTED, ROWED)], form)
    start = data.draw(st.integers(0, len(content)))
    end = data.draw(st.integers(start, min(start + 40, len(content))))
    damage = data.draw(TEXTS | st.just("") | st.text("{}[]<>/\"'\\\n@,:>-^ "))
    try:
        found = problems(content[:start] + damage + content[end:])
    except PinciteError:
        return
    assert all(problem is None or problem for problem in found)


def test_json_is_one_line_an_answer() -> None:
    lines = export([DISAGREEING, REFUSED], "json").splitlines()
    assert [json.loads(line)["abstained"] for line in lines] == [False, True]
