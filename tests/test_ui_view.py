from dataclasses import replace
from itertools import groupby

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.store import DocumentSummary
from index.types import Block, BlockKind, Document, Place, Span
from index.witnesses.differences import differences
from rag.types import Answer, Quote, QuotedNote, Reason, Witness
from ui.view.answer import answer_view
from ui.view.library import library_view
from ui.view.source import is_wrapped, source_view

TEXT = "# Report\n\n  1. The mate spoke.\n  2. He was \U0001f6a2 heard.\n\nPage 4\n"


def block(part: str, kind: BlockKind = BlockKind.PARAGRAPH, *holes: str, text: str = TEXT) -> Block:
    """The block that says `part`, but for its holes."""
    start = text.index(part)
    spans = tuple(Span(text.index(hole), text.index(hole) + len(hole)) for hole in holes)
    return Block(kind, Span(start, start + len(part)), Place(), spans)


def document(text: str, *blocks: Block) -> Document:
    return Document("a/report.txt", "ab" * 32, "Report", text, "utf-8", len(text), blocks)


REPORT = document(
    TEXT,
    block("Report", BlockKind.HEADING),
    block("The mate spoke."),
    block("He was \U0001f6a2 heard."),
    block("Page 4", BlockKind.FURNITURE),
)


LOST = differences("The mate spoke.", "The mate never spoke.")


def part(text: str, *roles: str) -> dict[str, object]:
    return {"text": text, "mark": "mark" in roles, "aside": "aside" in roles}


def quote(
    start: int = 15, end: int = 30, place: Place | None = None, witnesses: tuple[Witness, ...] = ()
) -> Quote:
    place = place or Place(section=("Evidence",), paragraph="1", line=3)
    return Quote(
        REPORT,
        Span(start, end),
        place,
        "The mate spoke.",
        ("the mate", "Report"),
        notes=(QuotedNote("2", Span(0, 1), "#", "#"), QuotedNote("", Span(0, 1), "(#)", "(#)")),
        witnesses=witnesses,
    )


def answer(*quotes: Quote, standalone: str = "Who spoke?", reason: Reason | None = None) -> Answer:
    found, nearest = ((), quotes) if reason else (quotes, ())
    return Answer("Who spoke?", standalone, found, nearest, 0.75, reason, 0.5)


def test_an_answer_has_headings_and_citations() -> None:
    witness = Witness("copy.txt", "f" * 64, Span(3, 9), Place(page="7", line=None), LOST)
    view = answer_view(answer(quote(witnesses=(witness,))))
    assert view["heading"] == "1 quote from 1 source, word for word"
    assert (view["searched_for"], view["nearest_heading"], view["abstained"]) == (None, None, False)
    (shown,) = view["quotes"]
    assert shown["text"] == shown["display"] == "The mate spoke."
    assert (shown["number"], shown["document"], shown["start"], shown["end"]) == (
        1,
        "a/report.txt",
        15,
        30,
    )
    assert shown["citation"] == "a/report.txt, ¶1 · the mate, quoted by Report"
    assert shown["section"] == "Evidence"
    assert [note["marker"] for note in shown["notes"]] == ["2"]
    assert shown["witnesses"] == [
        {
            "document": "copy.txt",
            "sha256": "f" * 64,
            "start": 3,
            "end": 9,
            "locator": "p. 7",
            "same": False,
            "changes_sense": True,
            "differences": [{"ours": "", "theirs": "never", "changes": ["a negation"]}],
            "citation": "copy.txt, p. 7",
            "difference": "wording differs, which changes the sense: adds “never”",
        }
    ]
    assert (view["positions"], view["unplaced"]) == ([], [1])


def copies(*differ: str) -> tuple[Witness, ...]:
    """Copies that differ as named: not at all, in words, in sense."""
    differences_of = {
        "": (),
        "words": differences("The mate spoke.", "The mate then spoke."),
        "sense": LOST,
    }
    return tuple(
        Witness(f"{number}.txt", "f" * 64, Span(3, 9), Place(line=1), differences_of[how])
        for number, how in enumerate(differ)
    )


@pytest.mark.parametrize(
    ("differ", "told"),
    [
        ([""], "1 copy, the same words"),
        (["", ""], "2 copies, the same words"),
        (["words"], "1 copy, which differs"),
        (["sense"], "1 copy, which differs in sense"),
        (["", "words"], "2 copies, one differs"),
        (["", "words", "sense"], "3 copies, 2 differ in sense"),
    ],
)
def test_copies_are_counted(differ: list[str], told: str) -> None:
    (shown,) = answer_view(answer(quote(witnesses=copies(*differ))))["quotes"]
    assert shown["copies"] == told


def test_positions_stand_side_by_side_with_who_takes_them() -> None:
    spoke, heard = replace(quote(), position="B"), replace(quote(15, 23), position="A")
    view = answer_view(answer(spoke, heard, quote(19, 23), replace(quote(19, 30), position="B")))
    assert view["positions"] == [
        {"name": "A", "voices": ["the mate, quoted by Report"], "numbers": [2]},
        {"name": "B", "voices": ["the mate, quoted by Report"], "numbers": [1, 4]},
    ]
    assert view["unplaced"] == [3]


def test_a_voice_names_its_source_unless_it_is_that() -> None:
    own = replace(quote(), position="A", speakers=("Report",))
    named = replace(quote(15, 23), position="A", speakers=("the mate", "Reed"), reported=True)
    view = answer_view(answer(own, named), {"a/report.txt": "Report"})
    assert view["positions"][0]["voices"] == ["Report", "the mate, reported by Reed · Report"]


@pytest.mark.parametrize(
    ("confidence", "told"),
    [
        (0.832, "likely an answer (83 %)"),
        (0.7, "likely an answer (70 %)"),
        (0.55, "perhaps an answer (55 %)"),
        (0.2, "a long shot (20 %)"),
    ],
)
def test_how_sure_the_answer_is_is_told_in_words(confidence: float, told: str) -> None:
    measure = answer_view(replace(answer(quote()), confidence=confidence))["sureness"]
    assert measure["told"] == told
    assert measure["percent"] == round(100 * confidence)


def test_nothing_is_told_of_how_sure_a_refusal_or_a_language_model_is() -> None:
    assert answer_view(answer(quote(), reason=Reason.NOT_ANSWERED))["sureness"] is None
    assert answer_view(replace(answer(quote()), confidence=1.0))["sureness"] is None


def test_quotes_and_sources_are_counted_apart() -> None:
    view = answer_view(answer(quote(), quote(15, 23)))
    assert view["heading"] == "2 quotes from 1 source, word for word"


def test_a_section_that_the_locator_names_is_not_repeated() -> None:
    (shown,) = answer_view(answer(quote(place=Place(section=("Evidence",), line=3))))["quotes"]
    assert shown["citation"].startswith("a/report.txt, “Evidence”, line 3 · ")
    assert shown["section"] is None


def test_a_completed_question_says_what_was_searched() -> None:
    view = answer_view(answer(quote(), standalone="Who was there? Who spoke?"))
    assert view["searched_for"] == "Who was there? Who spoke?"


def test_a_refusal_offers_the_nearest_passages() -> None:
    view = answer_view(answer(quote(), reason=Reason.NOT_ANSWERED))
    assert view["heading"] == "These sources are on the subject, but do not answer the question."
    assert view["searched_in"] is None
    assert view["nearest_heading"] == "Nearest passages. They do not answer the question:"
    assert view["quotes"] == []
    assert [each["citation"] for each in view["nearest"]] == [
        "a/report.txt, ¶1 · the mate, quoted by Report"
    ]


def test_a_refusal_without_passages_has_no_heading_for_them() -> None:
    view = answer_view(answer(reason=Reason.NO_SOURCES))
    assert view["heading"] == "There are no sources in this index yet."
    assert view["nearest_heading"] is None


def test_the_library_lists_titles_and_paths() -> None:
    summary = DocumentSummary(
        "a/report.txt", "/sources", "ab" * 32, "Report", "utf-8", 9, 1, "Ann Lee", 12
    )
    assert library_view([summary]) == {
        "sources": [
            {
                "document": "a/report.txt",
                "name": "a/report.txt",
                "title": "Report",
                "author": "Ann Lee",
                "pages": 12,
                "passages": 1,
                "size": 9,
                "facts": "Ann Lee · 12 pages · 1 passage",
            }
        ],
        "notice": None,
    }
    assert library_view([]) == {
        "sources": [],
        "notice": "There are no sources in this index yet.",
    }


def test_a_source_is_its_blocks_with_numbers_as_asides() -> None:
    view = source_view(REPORT)
    assert (view["document"], view["title"], view["sha256"]) == (
        "a/report.txt",
        "Report",
        "ab" * 32,
    )
    assert [(each["kind"], each["parts"]) for each in view["blocks"]] == [
        ("heading", [part("# ", "aside"), part("Report")]),
        ("paragraph", [part("1. ", "aside"), part("The mate spoke.")]),
        ("paragraph", [part("2. ", "aside"), part("He was \U0001f6a2 heard.")]),
        ("furniture", [part("Page 4")]),
    ]


def test_a_mark_behind_an_astral_character_is_cut_in_code_points() -> None:
    start = TEXT.index("heard")
    blocks = source_view(REPORT, Span(start, start + 5))["blocks"]
    assert blocks[2]["parts"] == [
        part("2. ", "aside"),
        part("He was \U0001f6a2 "),
        part("heard", "mark"),
        part("."),
    ]


def test_a_mark_over_two_blocks_makes_them_one() -> None:
    start, end = TEXT.index("spoke"), TEXT.index(" heard")
    blocks = source_view(REPORT, Span(start, end))["blocks"]
    assert blocks[1]["parts"] == [
        part("1. ", "aside"),
        part("The mate "),
        part("spoke.", "mark"),
        part("\n  2. ", "mark", "aside"),
        part("He was \U0001f6a2", "mark"),
        part(" heard."),
    ]
    assert len(blocks) == 3


def test_a_note_inside_a_paragraph_is_shown_once_as_an_aside() -> None:
    text = "One half,\n\n1 A note.\n\nother half."
    paragraph = block(text, BlockKind.PARAGRAPH, "\n\n1 A note.\n\n", text=text)
    note = block("A note.", BlockKind.NOTE, text=text)
    (shown,) = source_view(document(text, paragraph, note), Span(13, 20))["blocks"]
    assert shown["parts"] == [
        part("One half,"),
        part("\n\n1 ", "aside"),
        part("A note.", "mark", "aside"),
        part("\n\n", "aside"),
        part("other half."),
    ]


def test_words_between_and_around_blocks_are_not_lost() -> None:
    text = "Draft.\nA one. (sic)\n-----\n## B two.\nEnd"
    blocks = source_view(document(text, block("A one.", text=text), block("B two.", text=text)))
    assert [each["parts"] for each in blocks["blocks"]] == [
        [part("Draft.\n", "aside"), part("A one."), part(" (sic)", "aside")],
        [part("-----\n## ", "aside"), part("B two."), part("\nEnd", "aside")],
    ]


LINE = "This line of prose is as long as a line of a printed page is."


def test_wrapped_prose_is_told_from_verse_lists_and_tables() -> None:
    assert is_wrapped(f"{LINE}\n{LINE}\nand so on.")
    assert not is_wrapped(LINE)
    assert not is_wrapped("The light went out,\nthe ship went on.")
    assert not is_wrapped(f"{LINE}\n- {LINE}")
    assert not is_wrapped(f"| {LINE} |\n| {LINE} |")
    assert not is_wrapped(f"{LINE}\n2. {LINE}")


@st.composite
def marked_documents(draw: st.DrawFn) -> tuple[Document, Span]:
    """A document of blocks that may touch, nest and have holes, and a span that meets a block."""
    text = draw(st.text(alphabet="ab \n\r.\U0001f6a2é#", min_size=8, max_size=60))
    edges = st.integers(0, len(text) - 1)
    spans = draw(st.lists(st.builds(_span, edges, edges), min_size=1, max_size=5))
    holes = draw(st.lists(st.sampled_from(spans), max_size=2))
    blocks = [Block(BlockKind.PARAGRAPH, each, Place(), tuple(holes)) for each in spans]
    first, second = draw(st.sampled_from(spans)), draw(st.sampled_from(spans))
    span = Span(min(first.start, second.start), max(first.end, second.end))
    return document(text, *blocks), span


def _span(first: int, second: int) -> Span:
    return Span(min(first, second), max(first, second) + 1)


@given(marked_documents())
def test_the_marked_parts_are_the_span_and_no_word_is_lost(example: tuple[Document, Span]) -> None:
    source, span = example
    blocks = source_view(source, span)["blocks"]
    marked = [each for each in blocks if any(part["mark"] for part in each["parts"])]
    assert len(marked) == 1
    runs = [mark for mark, _ in groupby(part["mark"] for part in marked[0]["parts"])]
    assert runs.count(True) == 1
    assert "".join(part["text"] for part in marked[0]["parts"] if part["mark"]) == span.of(
        source.text
    )
    shown = "".join(part["text"] for each in blocks for part in each["parts"])
    assert "".join(shown.split()) == "".join(source.text.split())
