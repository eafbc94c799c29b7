"""Answers as JSON and as text, exactly."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.types import Block, BlockKind, Document, Place, Span
from rag.render import REASONS, citation, to_json, to_record, to_text, visible
from rag.types import Answer, Claim, Quote, Reason, Witness
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
COPY = Witness("copy.txt", "f" * 64, Span(5, 12), Place(page="9"), same=False)
OTHER = Witness("other.txt", "f" * 64, Span(0, 7), Place(section=("Evidence",), line=12), same=True)


def quote(start: int, end: int, source: Document = INQUEST, *witnesses: Witness) -> Quote:
    found = Gate({source.path: source}.get).quote(Claim(source.path, Span(start, end), 1.0))
    assert found is not None
    return Quote(found.document, found.span, found.place, found.display, witnesses)


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
        "format": 1,
        "id": "q1",
        "question": "Who slept?",
        "standalone_question": "Who was there? Who slept?",
        "abstained": False,
        "reason": None,
        "confidence": 0.1235,
        "seconds": 1.2346,
        "quotes": [
            {
                "number": 1,
                "document": "court/inquest.txt",
                "sha256": SHA256,
                "start": 14,
                "end": 29,
                "page": "3",
                "text": "The mate\nslept.",
                "display": "The mate slept.",
                "locator": "¶7",
                "section": "Inquest",
                "speakers": [],
                "notes": [],
                "variant_of": None,
                "witnesses": [
                    {
                        "document": "copy.txt",
                        "sha256": "f" * 64,
                        "start": 5,
                        "end": 12,
                        "locator": "p. 9",
                        "same": False,
                    },
                    {
                        "document": "other.txt",
                        "sha256": "f" * 64,
                        "start": 0,
                        "end": 7,
                        "locator": "“Evidence”, line 12",
                        "same": True,
                    },
                ],
                "position": None,
            }
        ],
        "nearest": [],
    }


def test_a_refusal_as_a_record() -> None:
    record = to_record(answer(nearest=(SLEPT, ROW), reason=Reason.NOT_FOUND))
    assert "id" not in record
    assert (record["abstained"], record["reason"], record["quotes"]) == (True, "not_found", [])
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
        "      also copy.txt, p. 9 (wording differs)\n"
        "      also other.txt, “Evidence”, line 12\n"
        "\n"
        "[2] “Row on,” he said.\n"
        "    — court/inquest.txt, ¶7"
    )


def test_a_refusal_as_text() -> None:
    assert to_text(answer(nearest=(ROW,), reason=Reason.NOT_FOUND)) == (
        "Not found in these sources.\n"
        "\n"
        "Nearest passages. They do not answer the question:\n"
        "\n"
        "  · “Row on,” he said.\n"
        "    — court/inquest.txt, ¶7"
    )


@pytest.mark.parametrize("reason", list(Reason))
def test_a_refusal_gives_its_reason(reason: Reason) -> None:
    assert to_text(answer(reason=reason)) == REASONS[reason]


def test_a_completed_question_is_shown() -> None:
    text = to_text(answer(ROW, question="And then?", standalone="Who slept? And then?"))
    assert text == (
        "Searched for: Who slept? And then?\n\n[1] “Row on,” he said.\n    — court/inquest.txt, ¶7"
    )


def test_a_citation_is_source_and_place() -> None:
    assert citation(ROW) == "court/inquest.txt, ¶7"


# -- what a terminal would obey --------------------------------------------------------------------


def test_text_for_a_terminal_holds_no_controls() -> None:
    words = "The \x1b[31mmate\x07 \u202eslept\u202c. \x9b2J \u2066x\u2069"
    source = document(
        words, Block(BlockKind.PARAGRAPH, Span(0, len(words)), Place()), path="a\x1b[2J.txt"
    )
    witness = Witness("b\u202e.txt", "f" * 64, Span(0, 1), Place(section=("\x1bc",)), same=True)
    found = quote(0, len(words), source, witness)
    assert found.text == words
    assert to_text(answer(found, question="\x1b]0;x\x07", standalone="Who?\n\x1b]0;x\x07")) == (
        "Searched for: Who?\\n\\x1b]0;x\\x07\n"
        "\n"
        "[1] The \\x1b[31mmate\\x07 \\u202eslept\\u202c. \\x9b2J \\u2066x\\u2069\n"
        "    — a\\x1b[2J.txt, line 1\n"
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
        answer(ROW, reason=Reason.NOT_FOUND)
