"""A page to print that loads nothing and runs nothing, whatever a source says."""

import hashlib
import re
from base64 import b64encode
from dataclasses import replace

import pytest
from hypothesis import given

from index.read.markup import parse_html
from rag.export import export
from rag.export.uri import of_quote
from rag.render import NEAREST, REASONS
from rag.types import Reason
from tests.answers import (
    COPIED,
    DISAGREEING,
    NOTED,
    REFUSED,
    SLEPT,
    TEXTS,
    WITNESSED,
    answer,
    hostile,
    problems,
    whole,
)

NEVER = "wording differs, which changes the sense: adds “never”"
ANSWER = export([answer(WITNESSED)], "page")


def test_the_policy_allows_this_style_alone() -> None:
    (style,) = re.findall(r"<style>(.*)</style>", ANSWER, re.DOTALL)
    digest = b64encode(hashlib.sha256(style.encode()).digest()).decode()
    (policy,) = re.findall(r'Content-Security-Policy" content="(.*?)"', ANSWER)
    assert policy.split("; ") == [
        "default-src 'none'",
        f"style-src 'sha256-{digest}'",
        "base-uri 'none'",
        "form-action 'none'",
    ]
    assert "@media print" in style
    assert not re.search(r"url\(|@import|https?:", ANSWER)


def test_a_quote_has_its_citation_and_its_lines() -> None:
    root = parse_html(ANSWER)
    (quotation,) = root.iter("blockquote")
    assert quotation.get("cite") == of_quote(WITNESSED)
    assert quotation.text == "The mate slept."
    assert ["".join(each.itertext()) for each in root.iterfind(".//figcaption/p")] == [
        f"Anna Reed, “A Log & Its {{Notes}},” sea/the log #1.txt, ¶7. {of_quote(SLEPT)}",
        f"also copy.txt, line 1 ({NEVER}) {of_quote(COPIED)}",
    ]


def texts(page: str, *tags: str) -> list[str]:
    return ["".join(each.itertext()) for each in parse_html(page).iter(*tags)]


def test_quotes_that_disagree_stand_apart_and_keep_their_numbers() -> None:
    page = export([DISAGREEING], "page")
    assert texts(page, "h1", "h2", "span", "blockquote") == [
        "Who slept?",
        "Position A",
        *("1", "The mate slept.", "3", "“Row on,” he said."),
        "Position B",
        *("2", "The mate never slept."),
    ]


def test_a_refusal_says_that_what_is_nearest_does_not_answer() -> None:
    page = export([answer(SLEPT), REFUSED], "page")
    assert texts(page, "h1", "blockquote")[:3] == ["Who slept?", "The mate slept.", "Who slept?"]
    frames = [each.text for each in parse_html(page).iterfind(".//p[@class='frame']")]
    assert frames == [REASONS[Reason.NOT_ANSWERED], NEAREST]


@given(TEXTS, TEXTS)
def test_nothing_of_a_source_is_markup(text: str, title: str) -> None:
    plain = export([answer(whole(hostile("He slept.")), question="Who?")], "page")
    source = replace(hostile(text), title=title, author=title)
    page = export([answer(whole(source), question=title)], "page")
    # But for a line that says that the source is perhaps damaged.
    tags = [each.tag for each in parse_html(plain).iter() if each.tag != "p"]
    assert [each.tag for each in parse_html(page).iter() if each.tag != "p"] == tags
    assert not re.search("[\u200e\u200f\u202a-\u202e\u2066-\u2069\x00-\x09\x0b-\x1f]", page)


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        (">The mate slept.<", ">The mate swept.<", "text not as in the source"),
        (">The mate slept.<", ">The mate <del>never</del> slept.<", "text not as in the source"),
        ("¶7", "¶8", "note not as in the source"),
        ('cite="pincite:', 'cite="', "cite not as in the source"),
        (" cite=", " title=", "cite not as in the source"),
        ("<code>pincite:", "<code>", "is no citation of Pincite's"),
        ("adds “never”", "adds “ever”", "remarks not as in the source"),
        ("</code></p>", "</code> Indeed.</p>", "it has no citation"),
        ("<figcaption>", "<div>", "it has no citation"),
    ],
)
def test_whatever_is_changed_is_found(old: str, new: str, problem: str) -> None:
    assert old in ANSWER
    (found,) = problems(ANSWER.replace(old, new, 1))
    assert problem in (found or "")


def test_a_page_may_be_saved_anew_by_a_browser() -> None:
    saved = ANSWER.replace("<!doctype html>\n<html", "<HTML").replace("\n<", "<")
    assert problems(saved) == [None]
    assert problems(export([answer(NOTED)], "page")) == [None]
