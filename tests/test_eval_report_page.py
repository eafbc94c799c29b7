"""The page: that it needs nothing else, escapes what it shows, and opens up every failure."""

import re
from dataclasses import replace
from pathlib import Path
from typing import Any

from lxml import html

from eval.asking.response import Response
from eval.cases import Case, Gold
from eval.figures.values import Result
from eval.judging import judge
from eval.report import Report
from eval.report.markup import text
from eval.report.page import page, write_page
from eval.report.plots import MOST_POINTS, Bar, Line, bars, curve, dots
from index.types import Span

TEXT = "Before. <b>The lamp</b> was lit at four. After."
GOLD = Gold("a.txt", Span(8, 37), None, "", "¶1", "Hale")
FACT = Case("q<1", "Who lit <it>?", answerable=True, kind="fact", gold=(GOLD,))
ABSENT = Case("q2", "What\u202e?", answerable=False, kind="absent")


def quote(start: int, end: int) -> dict[str, Any]:
    words = {"text": TEXT[start:end], "display": TEXT[start:end], "locator": "¶1"}
    return {"document": "a.txt", "start": start, "end": end, "page": None, "speakers": [], **words}


def result(case: Case, *quotes: dict[str, Any], withheld: bool = False) -> Result:
    refused = withheld or not quotes
    record: dict[str, Any] = {
        "standalone_question": case.question,
        "abstained": refused,
        "reason": "not_answered" if refused else None,
        "confidence": 0.3,
        "seconds": 0.1,
        "quotes": [] if withheld else list(quotes),
        "nearest": [],
    }
    response = Response(record, withheld=quotes if withheld else ())
    return Result(case, response, judge(case, response), len(record["quotes"]))


def report(*results: Result) -> Report:
    return Report({"threshold": 0.4}, results, texts={"a.txt": TEXT})


MISSED = report(result(FACT, quote(0, 7)), result(ABSENT, quote(0, 7)), result(FACT, quote(8, 37)))


def parsed(of: Report) -> html.HtmlElement:
    return html.document_fromstring("".join(page(of)))


def test_it_asks_for_nothing_else(tmp_path: Path) -> None:
    write_page(MISSED, tmp_path / "report.html")
    written = (tmp_path / "report.html").read_text(encoding="utf-8")
    tree = html.document_fromstring(written)
    assert "default-src 'none'" in tree.xpath("//meta[@http-equiv]/@content")[0]
    assert not tree.xpath("//script | //link | //img | //@src | //@href")
    assert not re.search(r"url\(|@import|https?://(?!www\.w3\.org)", written)


def test_every_failure_is_opened_up_with_its_gold_in_context() -> None:
    tree = parsed(MISSED)
    missed, answered = tree.xpath("//details")
    assert "Who lit <it>?" in missed.xpath("string(summary)")
    assert missed.xpath("string(.//mark)") == TEXT[8:37]
    assert "Before." in missed.xpath("string(.//bdi)")
    assert missed.xpath(".//blockquote[@class='wrong']//bdi/text()") == ["Before."]
    assert "answered, though the sources do not" in answered.xpath("string(summary)")
    assert [each.text for each in tree.xpath("//h3")] == [
        "Lost at retrieval: 1",
        "Answered, though nothing answers: 1",
    ]


def test_a_failure_goes_by_the_first_gold_that_was_missed() -> None:
    two = replace(FACT, gold=(replace(GOLD, span=Span(38, 44)), GOLD), gold_mode="all")
    quotes = [quote(at, at + 1) for at in range(3)]
    found = result(two, *quotes, quote(38, 44))
    judgement = found.judgement
    ranks = (replace(judgement.ranks[0], retrieved=9, reranked=9), *judgement.ranks[1:])
    tree = parsed(report(replace(found, judgement=replace(judgement, ranks=ranks))))
    assert [each.text for each in tree.xpath("//h3")] == ["Lost at retrieval: 1"]
    assert tree.xpath("//details//tbody/tr/td[last()]/text()") == ["retrieval"]


def test_what_was_held_back_is_shown_with_the_stage_that_lost_it() -> None:
    tree = parsed(report(result(FACT, quote(8, 37), withheld=True)))
    (failure,) = tree.xpath("//details")
    assert "What the threshold held back" in failure.xpath(".//h4/text()")
    cells = failure.xpath(".//tbody/tr/td/text()")
    assert cells == ["–", "–", "1", "–", "threshold"]
    assert failure.xpath(".//blockquote[@class='right']")


def test_other_golds_are_told_in_words() -> None:
    pages = replace(FACT, gold=(Gold("a.pdf", None, 3, "", "", ""),))
    words = replace(FACT, gold=(), must_contain=("lamp", "<lit>"))
    tree = parsed(report(result(pages), result(words)))
    first, second = tree.xpath("//details")
    assert "a.pdf, page 3 of the file" in first.xpath("string(.)")
    assert "A right quote has: lamp; <lit>" in second.xpath("string(.)")


def test_what_would_reverse_the_text_is_made_visible() -> None:
    assert "What\\u202e?" in parsed(MISSED).xpath("string((//details)[2])")


def test_lines_stay_apart_and_control_characters_are_shown() -> None:
    assert text("a\r\nb\n<\x1b") == "a\nb\n&lt;\\x1b"


def test_plots_have_names_and_stay_in_their_box() -> None:
    tree = parsed(MISSED)
    plots = tree.xpath("//*[name()='svg']")
    assert len(plots) >= 6
    assert all(plot.get("role") == "img" and plot.get("aria-label") for plot in plots)
    assert tree.xpath("//figcaption")


def test_a_run_without_questions_is_a_page_as_well() -> None:
    assert parsed(report()).xpath("string(//h1)") == "0 questions"


def test_a_long_curve_keeps_its_ends() -> None:
    points = [(at / 5000, 1.0) for at in range(5001)]
    drawn = curve("Title", ("x", "y"), [Line("", points)], ("0", "1"))
    found = re.search(r'points="([^"]+)"', drawn)
    assert found
    pairs = found[1].split()
    assert len(pairs) <= MOST_POINTS + 1
    assert (pairs[0], pairs[-1]) == ("44.0,10.0", "350.0,10.0")


def test_names_in_plots_are_escaped() -> None:
    assert "&lt;b&gt;" in bars("<b>", [Bar("<b>", 0.5, 0.2, 0.9, "<i>")])
    assert "<i>" not in bars("<b>", [Bar("<b>", 0.5, 0.2, 0.9, "<i>")])
    assert 'cx="197.0"' in dots("Dots", ("x", "y"), [(0.5, 0.5, 1)])
