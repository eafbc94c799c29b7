"""Markdown that stays what it says, whatever a source says."""

import re
from dataclasses import replace

import pytest
from hypothesis import given
from markdown_it import MarkdownIt
from markdown_it.token import Token
from mdit_py_plugins.footnote import footnote_plugin

from rag.export import export
from rag.export.markdown import escape
from rag.render import NEAREST, REASONS
from rag.types import Answer, Notice, Quote, Reason
from tests.answers import (
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

LOG_URI = f"<pincite:sea/the%20log%20%231.txt?sha256={'ab' * 32}#char"
COPY_URI = f"<pincite:copy.txt?sha256={'cd' * 32}#char=0,21>"
SOURCE = r"Anna Reed, “A Log \& Its \{Notes\},” sea/the log #1.txt, ¶7."


def markdown(*answers: Answer) -> str:
    return export(answers, "markdown", {"sea/the log #1.txt": "A *Log*"})


def test_an_answer_has_quotes_and_footnotes() -> None:
    assert markdown(answer(NOTED, question="Who *said*\nit?")) == (
        "# Who \\*said\\* it?\n\n"
        "> “Row on,” he said. He rowed.[^1]\n\n"
        f"[^1]: the mate, quoted in {SOURCE[:-1]}, at n. \\*. {LOG_URI}=16,45>\n\n"
        "    n. \\*: Told at the inn.\n"
    )


def test_quotes_that_disagree_stand_apart_and_keep_their_numbers() -> None:
    quotes, notes = markdown(DISAGREEING).split("\n\n[^1]: ")
    assert quotes == (
        "# Who slept?\n\n"
        "## Position A\n\n> The mate slept.[^1]\n\n> “Row on,” he said.[^3]\n\n"
        "## Position B\n\n> The mate never slept.[^2]"
    )
    assert notes == (
        f"{SOURCE} {LOG_URI}=0,15>\n\n"
        "    also copy.txt, line 1 (wording differs, which changes the sense: adds “never”) "
        f"{COPY_URI}\n\n"
        f"[^2]: copy.txt, line 1. {COPY_URI}\n\n"
        f"[^3]: the mate, quoted in {SOURCE[:-1]}, at n. \\*. {LOG_URI}=16,34>\n\n"
        "    n. \\*: Told at the inn.\n"
    )


def test_quotes_without_a_position_stand_last() -> None:
    made = markdown(answer(SLEPT, replace(NOTED, position="A"), replace(SLEPT, position="B")))
    assert re.findall(r"## .*|\[\^\d\]$", made, re.MULTILINE) == [
        *("## Position A", "[^2]", "## Position B", "[^3]", "## No position", "[^1]")
    ]


def test_a_refusal_says_that_what_is_nearest_does_not_answer() -> None:
    parts = markdown(REFUSED).split("\n\n")
    assert parts[:4] == [
        "# Who slept?",
        REASONS[Reason.NOT_ANSWERED],
        NEAREST,
        "> “Row on,” he said. He rowed.[^1]",
    ]


def test_what_frames_an_answer_is_escaped() -> None:
    made = markdown(
        replace(
            answer(SLEPT),
            standalone="Who slept?\n<script>",
            notices=(Notice.MODEL_DECLINED,),
            scope=("sea/the log #1.txt",),
        )
    )
    assert made.split("\n\n")[1:4] == [
        "Searched for: Who slept?&#xa;\\<script\\>",
        f"Note: {Notice.MODEL_DECLINED}",
        "Searched only in: A \\*Log\\* (sea/the log #1.txt)",
    ]


def test_footnotes_of_several_answers_are_numbered_through() -> None:
    made = markdown(answer(SLEPT, NOTED), REFUSED)
    assert re.findall(r"\[\^(\d)\]$", made, re.MULTILINE) == ["1", "2", "3", "4"]
    assert re.findall(r"^\[\^(\d)\]:", made, re.MULTILINE) == ["1", "2", "3", "4"]


# -- hostile words ---------------------------------------------------------------------------------

TEXT_ALONE = {"text", "softbreak", "footnote_ref"}


def tokens(text: str) -> list[Token]:
    return MarkdownIt("commonmark").enable("table").use(footnote_plugin).parse(text)


def inside(kind: str, parsed: list[Token]) -> list[Token]:
    """What the first block of a kind holds."""
    start = [token.type for token in parsed].index(f"{kind}_open")
    end = [token.type for token in parsed].index(f"{kind}_close")
    return parsed[start + 1 : end]


@given(TEXTS)
def test_a_quotation_reads_as_the_quote_and_is_nothing_else(text: str) -> None:
    quoted: Quote = whole(hostile(text))
    parsed = tokens(markdown(answer(quoted, question=text)))
    kinds = [token.type for token in parsed if token.nesting >= 0]
    assert kinds[:5] == ["heading_open", "inline", "blockquote_open", "paragraph_open", "inline"]
    assert not {"html_block", "fence", "code_block"} & set(kinds)
    (inline,) = [token for token in inside("blockquote", parsed) if token.children]
    assert {part.type for part in inline.children or []} <= TEXT_ALONE
    assert "".join(part.content for part in inline.children or []) == quoted.display


@given(TEXTS)
def test_a_title_and_an_author_bring_no_markup(text: str) -> None:
    source = replace(hostile("He slept."), title=text, author=text)
    parsed = tokens(markdown(answer(whole(source))))
    links = [
        part.attrs["href"]
        for token in parsed
        for part in token.children or []
        if part.type == "link_open"
    ]
    assert links == [f"pincite:a.txt?sha256={'0f' * 32}#char=0,9"]
    found = {part.type for token in parsed for part in token.children or []}
    assert found <= TEXT_ALONE | {"link_open", "link_close", "footnote_anchor"}


@given(TEXTS)
def test_nothing_that_is_unseen_stands_in_the_file(text: str) -> None:
    assert not re.search("[\u200b-\u200f\u202a-\u202e\u2066-\u2069\ufeff\n\t]", escape(text))


# -- changed afterwards ----------------------------------------------------------------------------

ANSWER = markdown(answer(WITNESSED))


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ("slept.[", "swept.[", "text not as in the source"),
        ("> The", "> Never. The", "text not as in the source"),
        ("slept.[^1]", "slept.[^1]\n>\n> Never.", "text not as in the source"),
        ("slept.[^1]", "slept.[^1] <b>No</b>", "text not as in the source"),
        ("slept.[^1]", "slept.", "it has no citation"),
        ("slept.[^1]", "slept.[^2]", "it has no citation"),
        ("¶7", "¶8", "note not as in the source"),
        ("Anna", "Hanna", "note not as in the source"),
        ("=0,15", "=0,13", "no quote: it cuts a word"),
        ("abab", "abba", "the file has changed since"),
        ("cdcd", "cddc", "the file has changed since"),
        ("=0,21", "=0,15", "remarks not as in the source"),
        ("adds “never”", "adds “ever”", "remarks not as in the source"),
        ("also copy.txt", "also: copy.txt", "remarks not as in the source"),
        ("<pincite:sea", "<pin:sea", "'pin:sea/the%20log%20%231.txt?"),
        ("<pincite:sea", "pincite:sea", "it has no citation"),
        ("¶7. <", "¶7. [¶9](http://a) <", "note not as in the source"),
        ("¶7. <pincite:", "¶7. [pincite:x](pincite:x)<pincite:", "note not as in the source"),
        (f"{LOG_URI}=0,15>", f"[here]({LOG_URI[1:]}=0,15)", "it has no citation"),
        ("> The mate", "> ![The mate](a.png)", "text not as in the source"),
        ("> The mate slept.", "> <!-- The mate slept. -->", "it has no citation"),
    ],
)
def test_whatever_is_changed_is_found(old: str, new: str, problem: str) -> None:
    assert old in ANSWER
    found = problems(ANSWER.replace(old, new, 1))
    assert any(problem in (each or "") for each in found)


def test_a_line_may_be_wrapped_and_a_text_be_put_around() -> None:
    wrapped = ANSWER.replace("> The mate", "> The\n> mate")
    around = f"# My paper\n\nOther words[^9].\n\n{wrapped}\n\n[^9]: A note of mine.\n"
    assert problems(around) == [None]


def test_a_footnote_without_a_quotation_is_checked() -> None:
    _, note = ANSWER.split("[^1]\n\n")
    assert problems(f"As he says.[^1]\n\n{note}") == [None]
    assert problems(note.replace("¶7", "¶8")) == ["note not as in the source"]


def test_a_second_footnote_with_the_same_mark_is_checked() -> None:
    second = f"[^1]: nobody, ¶9. {LOG_URI}=0,15>\n"
    assert problems(f"{ANSWER}\n{second}") == [None, "note not as in the source"]


def test_a_witness_is_listed_once() -> None:
    again = ANSWER.rstrip().rsplit("\n\n", 1)[1]
    (found,) = problems(f"{ANSWER}\n{again}\n")
    assert found is not None
    assert found.startswith("it is listed already; remarks not as")
