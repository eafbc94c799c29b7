"""Answers as JSON and as text, exactly."""

import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.types import UNKNOWN, Block, BlockKind, Document, Place, Reference, Span, Speech
from index.witnesses.differences import differences
from rag.render import (
    REASONS,
    attribution,
    citation,
    difference_text,
    quote_record,
    to_json,
    to_record,
    to_text,
    visible,
)
from rag.types import Answer, Claim, Notice, Quote, Reason, Witness, Words
from rag.verify import Gate

TEXT = "# Inquest\n\n7. The mate\nslept. “Row on,” he said.\n"
SHA256 = "ab" * 32


def document(text: str, *blocks: Block, path: str = "court/inquest.txt") -> Document:
    return Document(path, SHA256, "Inquest", text, "utf-8", len(text), blocks)


INQUEST = document(
    TEXT,
    Block(
        BlockKind.PARAGRAPH,
        Span(14, 48),
        Place(section=("Report", "Inquest"), paragraph="7", page="3", line=3),
    ),
)
COPY = Witness(
    "copy.txt",
    "f" * 64,
    Span(5, 12),
    Place(page="9", line=None),
    differences("The mate slept.", "The mate never slept."),
)
OTHER = Witness("other.txt", "f" * 64, Span(0, 7), Place(section=("Evidence",), line=12))


def quote(start: int, end: int, source: Document = INQUEST, *witnesses: Witness) -> Quote:
    found = Gate({source.path: source}.get).quote(Claim(source.path, Span(start, end), 1.0))
    assert found is not None
    return replace(found, witnesses=witnesses)


SLEPT = quote(14, 29, INQUEST, COPY, OTHER)
ROW = quote(30, 48)


def answer(
    *quotes: Quote,
    nearest: tuple[Quote, ...] = (),
    question: str = "Who slept?",
    standalone: str | None = None,
    reason: Reason | None = None,
) -> Answer:
    searched = question if standalone is None else standalone
    return Answer(question, searched, quotes, nearest, 0.123456, reason, 1.23456)


def test_an_answer_as_a_record() -> None:
    assert to_record(answer(SLEPT, standalone="Who was there? Who slept?"), "q1") == {
        "format": 3,
        "id": "q1",
        "question": "Who slept?",
        "standalone_question": "Who was there? Who slept?",
        "abstained": False,
        "reason": None,
        "presumed": [],
        "elsewhere": [],
        "scope": [],
        "confidence": 0.1235,
        "seconds": 1.2346,
        "notices": [],
        "quotes": [
            {
                "number": 1,
                "document": "court/inquest.txt",
                "sha256": SHA256,
                "start": 14,
                "end": 29,
                "page": None,
                "page_label": "3",
                "text": "The mate\nslept.",
                "display": "The mate slept.",
                "locator": "¶7",
                "section": "Inquest",
                "speakers": ["Inquest"],
                "reported": False,
                "notes": [],
                "oddities": [],
                "witnesses": [
                    {
                        "document": "copy.txt",
                        "sha256": "f" * 64,
                        "start": 5,
                        "end": 12,
                        "locator": "p. 9",
                        "same": False,
                        "changes_sense": True,
                        "differences": [{"ours": "", "theirs": "never", "changes": ["a negation"]}],
                    },
                    {
                        "document": "other.txt",
                        "sha256": "f" * 64,
                        "start": 0,
                        "end": 7,
                        "locator": "“Evidence”, line 12",
                        "same": True,
                        "changes_sense": False,
                        "differences": [],
                    },
                ],
                "position": None,
                "answer": None,
            }
        ],
        "nearest": [],
    }


def test_the_words_that_answer_have_offsets() -> None:
    words = Words(Span(9, 14), "mate slept")
    record = quote_record(1, replace(SLEPT, answer=words))
    assert record["answer"] == {"start": 9, "end": 14, "display": "mate slept"}


def test_notices_and_positions_are_shown() -> None:
    noticed = replace(
        answer(replace(SLEPT, position="B", witnesses=())), notices=(Notice.MODEL_DECLINED,)
    )
    record = to_record(noticed)
    assert record["notices"] == [Notice.MODEL_DECLINED.value]
    assert record["quotes"][0]["position"] == "B"
    assert to_text(noticed).splitlines() == [
        "Note: The language model declined to choose; the built-in reader chose.",
        "",
        "[1] The mate slept.",
        "    — court/inquest.txt, ¶7",
        "      Position B",
    ]


def test_only_a_notice_of_the_list_and_a_label_can_be_said() -> None:
    with pytest.raises(ValueError, match="no notices"):
        replace(answer(SLEPT), notices=("Ignore the quotes.",))
    with pytest.raises(ValueError, match="'AB' is no position"):
        replace(SLEPT, position="AB")


def test_a_refusal_as_a_record() -> None:
    record = to_record(answer(nearest=(SLEPT, ROW), reason=Reason.NOT_ANSWERED))
    assert "id" not in record
    assert (record["abstained"], record["reason"], record["quotes"]) == (True, "not_answered", [])
    assert [(each["number"], each["text"]) for each in record["nearest"]] == [
        (1, "The mate\nslept."),
        (2, "“Row on,” he said."),
    ]


def test_a_quote_without_a_section_has_none() -> None:
    source = document("The mate slept.", Block(BlockKind.PARAGRAPH, Span(0, 15), Place()))
    (record,) = to_record(answer(quote(0, 15, source)))["quotes"]
    assert (record["section"], record["page"], record["locator"]) == (None, None, "line 1")


def test_json_is_one_line_of_the_record_with_letters_as_they_are() -> None:
    line = to_json(answer(SLEPT, ROW), "q1")
    assert "\n" not in line
    assert "“Row on,” he said." in line
    assert json.loads(line) == to_record(answer(SLEPT, ROW), "q1")


@given(st.text(st.characters(), max_size=20))
def test_json_of_any_question_can_be_written_and_read(question: str) -> None:
    line = to_json(answer(SLEPT, question=question), question)
    assert "\n" not in line
    record = json.loads(line.encode("utf-8"))
    # A high surrogate before a low one is one character to JSON, and to UTF-16.
    joined = question.encode("utf-16", "surrogatepass").decode("utf-16", "surrogatepass")
    assert (record["question"], record["id"]) == (joined, joined)


def test_an_unpaired_surrogate_is_escaped() -> None:
    line = to_json(answer(SLEPT, question="Who \udcff slept?"))
    assert '"question": "Who \\udcff slept?"' in line
    assert json.loads(line)["question"] == "Who \udcff slept?"


def test_an_answer_as_text() -> None:
    assert to_text(answer(SLEPT, ROW)) == (
        "[1] The mate slept.\n"
        "    — court/inquest.txt, ¶7\n"
        "      also copy.txt, p. 9 (wording differs, which changes the sense: adds “never”)\n"
        "      also other.txt, “Evidence”, line 12\n"
        "\n"
        "[2] “Row on,” he said.\n"
        "    — court/inquest.txt, ¶7"
    )


def test_a_refusal_as_text() -> None:
    assert to_text(answer(nearest=(ROW,), reason=Reason.NOT_ANSWERED)) == (
        "These sources are on the subject, but do not answer the question.\n"
        "\n"
        "Nearest passages. They do not answer the question:\n"
        "\n"
        "  · “Row on,” he said.\n"
        "    — court/inquest.txt, ¶7"
    )


@pytest.mark.parametrize("reason", sorted({*Reason} - {Reason.PRESUMES, Reason.ELSEWHERE}))
def test_a_refusal_gives_its_reason(reason: Reason) -> None:
    assert to_text(answer(reason=reason)) == REASONS[reason]


def test_a_refusal_says_which_words_are_presumed() -> None:
    words = (("Harwich",), ("the mate", "1887"))
    refused = replace(answer(reason=Reason.NO_SOURCES), reason=Reason.PRESUMES, presumed=words)
    assert to_text(refused) == (
        "The question presumes what no source says. "
        "No passage has: “Harwich”; “the mate” with “1887”"
    )
    assert to_record(refused)["presumed"] == [["Harwich"], ["the mate", "1887"]]


def test_a_refusal_says_which_sources_answer_instead() -> None:
    refused = replace(
        answer(reason=Reason.NO_SOURCES), reason=Reason.ELSEWHERE, elsewhere=("b.txt", "log.txt")
    )
    assert to_text(refused, {"b.txt": "The Log"}) == (
        "Not answered in what was searched. These sources answer, but were left out: "
        "The Log (b.txt); log.txt"
    )
    assert to_record(refused)["elsewhere"] == ["b.txt", "log.txt"]


def test_an_answer_says_what_alone_was_searched() -> None:
    scoped = replace(answer(ROW), scope=("court/inquest.txt",))
    first, _, quoted, _ = to_text(scoped, {"court/inquest.txt": "Inquest"}).split("\n")
    assert first == "Searched only in: Inquest (court/inquest.txt)"
    assert quoted == "[1] “Row on,” he said."
    assert to_text(scoped).startswith("Searched only in: court/inquest.txt\n")
    assert to_record(scoped)["scope"] == ["court/inquest.txt"]


@pytest.mark.parametrize("reason", [Reason.OFF_SUBJECT, Reason.PRESUMES, Reason.ELSEWHERE])
def test_what_a_reason_is_about_goes_with_it_alone(reason: Reason) -> None:
    refused = answer(reason=Reason.NO_SOURCES)
    if reason is not Reason.PRESUMES:
        with pytest.raises(ValueError, match="go with the reason PRESUMES"):
            replace(refused, reason=reason, presumed=(("x",),))
    if reason is not Reason.ELSEWHERE:
        with pytest.raises(ValueError, match="go with the reason"):
            replace(refused, reason=reason, elsewhere=("x",))
    if reason is not Reason.OFF_SUBJECT:
        with pytest.raises(ValueError, match="go with the reason"):
            replace(refused, reason=reason)


def test_a_completed_question_is_shown() -> None:
    text = to_text(answer(ROW, question="And then?", standalone="Who slept? And then?"))
    assert text == (
        "Searched for: Who slept? And then?\n\n[1] “Row on,” he said.\n    — court/inquest.txt, ¶7"
    )


def test_a_citation_is_source_and_place() -> None:
    assert citation(ROW) == "court/inquest.txt, ¶7"


# -- whose words they are, and what goes with them -------------------------------------------------

TOLD = "1. Reed writes that he slept.⁷ [9\n\nNotes\n\n7. See the log.\n"
NOTE = Span(TOLD.index("See"), TOLD.index("log.") + 4)
MARKER = Span(TOLD.index("⁷"), TOLD.index("⁷") + 1)
PAMPHLET = replace(
    document(
        TOLD,
        Block(BlockKind.PARAGRAPH, Span(3, 33), Place(paragraph="1"), (MARKER,)),
        Block(BlockKind.NOTE, NOTE, Place(("Notes",), note="7", line=5)),
        path="pamphlet.txt",
    ),
    author="Anna Reed",
    references=(Reference(MARKER, "7", (NOTE,)),),
    speeches=(Speech(Span(15, 29), ("the mate", "Reed"), reported=True),),
)


def test_a_quote_is_shown_with_its_speakers_its_notes_and_what_is_odd_about_it() -> None:
    assert to_text(answer(quote(3, 33, PAMPHLET))) == (
        "[1] Reed writes that he slept. [9\n"
        "    — pamphlet.txt, ¶1, at n. 7 · the mate, reported by Reed, quoted by Anna Reed\n"
        "      n. 7: See the log.\n"
        "      perhaps damaged: a bracket is not closed or not opened, it does not come to an end"
    )


def test_the_record_of_a_quote_has_them_too() -> None:
    (record,) = to_record(answer(quote(3, 33, PAMPHLET)))["quotes"]
    assert record["speakers"] == ["the mate", "Reed", "Anna Reed"]
    assert record["reported"] is True
    assert record["notes"] == [
        {"marker": "7", "start": 45, "end": 57, "text": "See the log.", "display": "See the log."}
    ]
    assert TOLD[45:57] == "See the log."
    assert record["oddities"][0] == "a bracket is not closed or not opened"


@pytest.mark.parametrize(
    ("speakers", "reported", "expected"),
    [
        (("Reed",), False, "Reed"),
        (("the mate", "Reed"), False, "the mate, quoted by Reed"),
        (("the mate", "Reed"), True, "the mate, reported by Reed"),
        ((UNKNOWN, "Hill", "Reed"), True, "unknown, reported by Hill, quoted by Reed"),
    ],
)
def test_a_chain_of_speakers_in_words(
    speakers: tuple[str, ...], reported: bool, expected: str
) -> None:
    assert attribution(speakers, reported=reported) == expected


@pytest.mark.parametrize(
    ("ours", "theirs", "expected"),
    [
        ("Two men drowned.", "Two men drowned!", ""),
        ("Two men drowned.", "Two drowned.", " (wording differs: lacks “men”)"),
        (
            "Two men drowned.",
            "Ten men drowned.",
            " (wording differs, which changes the sense: has “Ten” for “Two”)",
        ),
        (
            "a 1 b 2 c 3 d 4 e",
            "a b c d e",
            " (wording differs, which changes the sense: lacks “1”; lacks “2”; lacks “3”; …)",
        ),
    ],
)
def test_differences_in_words(ours: str, theirs: str, expected: str) -> None:
    witness = Witness("b.txt", SHA256, Span(0, 1), Place(), differences(ours, theirs))
    assert difference_text(witness) == expected


# -- what a terminal would obey --------------------------------------------------------------------


def test_text_for_a_terminal_holds_no_controls() -> None:
    words = "The \x1b[31mmate\x07 \u202eslept\u202c. \x9b2J \u2066x\u2069"
    source = document(
        words, Block(BlockKind.PARAGRAPH, Span(0, len(words)), Place()), path="a\x1b[2J.txt"
    )
    witness = Witness("b\u202e.txt", "f" * 64, Span(0, 1), Place(section=("\x1bc",)))
    found = quote(0, len(words), source, witness)
    assert found.text == words
    assert to_text(answer(found, question="\x1b]0;x\x07", standalone="Who?\n\x1b]0;x\x07")) == (
        "Searched for: Who?\\n\\x1b]0;x\\x07\n"
        "\n"
        "[1] The \\x1b[31mmate\\x07 \\u202eslept\\u202c. \\x9b2J \\u2066x\\u2069\n"
        "    — a\\x1b[2J.txt, line 1\n"
        "      perhaps damaged: a bracket is not closed or not opened, it does not come to an end\n"
        "      also b\\u202e.txt, “\\x1bc”, line 1"
    )
    assert to_record(answer(found))["quotes"][0]["text"] == words


@given(st.text(st.characters()))
def test_what_is_visible_can_be_shown(text: str) -> None:
    shown = visible(text)
    shown.encode("utf-8")
    assert not any(ord(c) < 32 or 127 <= ord(c) < 160 for c in shown)
    assert not any("\u202a" <= c <= "\u202e" or "\u2066" <= c <= "\u2069" for c in shown)
    if text.isprintable():
        assert shown == text


def test_letters_of_every_language_are_shown_as_they_are() -> None:
    text = "café cafe\u0301 “עברית” नि \U0001f6a2 100 % — a\u00a0b\\n"
    assert visible(text) == text


# -- no output changes a quote ---------------------------------------------------------------------


@given(
    st.text(st.sampled_from("ab 1.-\n\u0301\u00ad*\x1b\u202e²é")), st.integers(0), st.integers(1)
)
def test_a_quote_is_the_slice_of_its_source_in_every_output(
    text: str, start: int, length: int
) -> None:
    words = f"The {text} end."
    source = document(words, Block(BlockKind.PARAGRAPH, Span(0, len(words)), Place()))
    span = Span(start % len(words), start % len(words) + length % len(words) + 1)
    found = Gate({source.path: source}.get).quote(Claim(source.path, span, 1.0))
    if found is None:
        return
    record: dict[str, Any] = json.loads(to_json(answer(found)))
    (shown,) = record["quotes"]
    assert shown["text"] == words[shown["start"] : shown["end"]] == words[span.start : span.end]
    assert to_text(answer(found)).split("\n")[0] == f"[1] {visible(found.display)}"


def test_an_answer_has_quotes_or_a_reason() -> None:
    with pytest.raises(ValueError, match="either quotes or a reason"):
        answer()
    with pytest.raises(ValueError, match="either quotes or a reason"):
        answer(ROW, reason=Reason.NOT_ANSWERED)
