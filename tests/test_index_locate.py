"""Where a range stands, and the notes and sources that go with it."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from index.locate import block_at, citing, place_at, references_at
from index.reading import heal
from index.structure import finish, plain_blocks
from index.types import QUOTABLE, Block, BlockKind, Document, Place, Reference, Span, line_of


def document(text: str, blocks: tuple[Block, ...] | None = None) -> Document:
    structure = finish(text, plain_blocks(text) if blocks is None else blocks)
    return Document(
        "a.txt",
        "0" * 64,
        "A",
        text,
        "utf-8",
        len(text),
        structure.blocks,
        references=structure.references,
    )


def find(source: Document, words: str) -> Span:
    start = source.text.index(words)
    return Span(start, start + len(words))


def place(source: Document, words: str) -> Place:
    return place_at(source, find(source, words))


NOTED = document(
    "It rained.¹ It “hailed.”² It froze. (Roe 12) It snowed.\n\nThen it³ ended\n\n"
    "Notes\n\n1. See One.\n\nAnd more.\n\n2. See Two."
)


def test_the_block_of_a_range() -> None:
    block = block_at(NOTED, find(NOTED, "hailed"))
    assert block is not None
    assert block.span.of(NOTED.text).startswith("It rained")
    assert block_at(NOTED, find(NOTED, "snowed.\n\nThen")) is None
    assert block_at(NOTED, find(NOTED, "Notes")) is None


def test_a_footnote_in_a_paragraph_is_its_own_block() -> None:
    source = document(
        "It rained¹ and was regis-\n\n1. See One.\n\nPage 41\n\ntered. So.\n\nPage 42"
    )
    note = block_at(source, find(source, "See One"))
    paragraph = block_at(source, find(source, "So."))
    assert note is not None
    assert note.kind is BlockKind.NOTE
    assert paragraph == source.blocks[0]
    assert block_at(source, find(source, "Page 42")) is None


def test_the_references_of_a_range_are_those_in_it_and_right_after_it() -> None:
    def labels(words: str) -> list[str]:
        return [r.label for r in references_at(NOTED, find(NOTED, words))]

    assert labels("It rained.") == ["1"]
    assert labels("It rained") == ["1"]
    assert labels("It rained.¹ It “hailed") == ["1", "2"]
    assert labels("hailed") == ["2"]
    assert labels("It “") == []
    assert labels("It froze.") == [""]
    assert labels("It snowed.") == []
    assert labels("See One.") == []


def test_a_note_knows_what_cites_it() -> None:
    (first, second) = (find(NOTED, "See One."), find(NOTED, "And more."))
    assert citing(NOTED, first) == citing(NOTED, second) == (NOTED.references[0],)
    assert citing(NOTED, find(NOTED, "Then")) == ()


def test_the_place_names_the_notes_that_are_cited() -> None:
    assert place(NOTED, "It rained.").cites == ("1",)
    assert place(NOTED, "It rained.").locator == "line 1, at n. 1"
    assert place(NOTED, "And more.").locator == "n. 1"


def test_the_place_has_the_line_of_the_range() -> None:
    source = document("1. One here\nand there.\n\n2. Two.\n\n3. Three.")
    assert place(source, "there").line == 2
    assert place(source, "Three").line == 6


def test_a_range_over_a_footer_has_both_pages() -> None:
    source = document("One.\n\nPage 3\n\nIt rained and\n\nPage 4\n\nthen it\n\nPage 5\n\nended.")
    assert place(source, "It rained").page == "4"
    assert place(source, "then it").page == "5"
    assert place(source, "ended").page is None
    assert place(source, "rained and\n\nPage 4\n\nthen").page == "4–5"


def test_a_range_over_sheets_has_their_labels() -> None:
    text = "It rained and\n\nthen it ended.\n\nSo."
    blocks = (
        Block(BlockKind.PARAGRAPH, Span(0, 13), Place(page="ix", sheet=11, line=None)),
        Block(BlockKind.PARAGRAPH, Span(15, 29), Place(page="x", sheet=12, line=None)),
        Block(BlockKind.PARAGRAPH, Span(31, 34), Place(page="x", sheet=12, line=None)),
    )
    source = document(text, blocks)
    assert heal(text, source.blocks[0].span, source.blocks[0].holes).text == (
        "It rained and then it ended."
    )
    assert place(source, "rained").locator == "p. ix (page 11 of the file)"
    assert place(source, "ended").locator == "p. x (page 12 of the file)"
    assert place(source, "and\n\nthen").locator == "p. ix–x (page 11 of the file)"
    assert place(source, "So.").locator == "p. x (page 12 of the file)"


def test_a_range_of_several_blocks_is_placed_by_the_first() -> None:
    source = document("1. One.\n\n2. Two.\n\n3. Three.")
    assert place(source, "1. One.").paragraph == "1"
    assert place(source, "One.\n\n2. Two").paragraph == "1"
    assert place(source, "2. Two.\n\n3").paragraph == "2"


def test_a_range_outside_of_all_blocks_has_its_line() -> None:
    source = document("The Winter\n\nIt rained.")
    assert place(source, "Winter") == Place(line=1)


LINES = st.sampled_from(
    ["", "", "It rained.¹ So.", "it snowed and", "regis-", "tered self-", "educated. Self-educated",
     "The Winter", "NOTES", "Page 4", "1. One.", "2. two", "3. Three²", "See *it*. (Roe 12)"]
)  # fmt: skip
TEXTS = st.lists(LINES, max_size=30).map("\n".join)


@given(TEXTS, st.data())
def test_every_range_of_words_comes_back_from_the_text(text: str, data: st.DataObject) -> None:
    """A range of the reading that starts and ends on a word maps to a range of the text whose
    healing, with the holes of its block, gives it back; and it stands where the text says."""
    source = document(text)
    quotable = [block for block in source.blocks if block.kind in QUOTABLE]
    readings = [(block, heal(text, block.span, block.holes)) for block in quotable]
    words = [
        (block, reading, at)
        for block, reading in readings
        for at, character in enumerate(reading.text)
        if character.isalnum()
    ]
    if not words:
        return
    block, reading, first = data.draw(st.sampled_from(words))
    last = data.draw(st.sampled_from([at for b, _, at in words if b == block and at >= first]))
    span = reading.canonical(Span(first, last + 1))
    inside = [h for h in block.holes if span.start <= h.start and h.end <= span.end]
    assert heal(text, span, inside).text == reading.text[first : last + 1]
    assert block_at(source, span) == block
    assert place_at(source, span).line == line_of(text, span.start)


def test_every_marker_of_a_long_document_is_looked_up() -> None:
    body = "\n\n".join(f"It rained on day {day}, and so it was.[^{day}]" for day in range(1, 2001))
    notes = "\n\n".join(f"{day}. See {'the books on it. ' * 20}" for day in range(1, 2001))
    source = document(f"{body}\n\nNotes\n\n{notes}")
    references = [r for r in source.references if r.notes]
    assert len(references) == 2000
    for reference in references:
        span = Span(reference.at.start - 10, reference.at.start)
        assert place_at(source, span).cites == (reference.label,)


def test_a_reference_may_stand_at_the_end_of_the_text() -> None:
    source = document("It rained.¹")
    assert references_at(source, Span(3, 10)) == (Reference(Span(10, 11), "1", ()),)


def test_blocks_without_lines_and_pages_are_counted_in_their_section() -> None:
    text = "It rained. It froze. Log So it was."
    spans = ((0, 10), (11, 20), (21, 24), (25, 35))
    kinds = (BlockKind.PARAGRAPH, BlockKind.ITEM, BlockKind.HEADING, BlockKind.PARAGRAPH)
    blocks = (
        Block(kind, Span(*span), Place(line=None)) for kind, span in zip(kinds, spans, strict=True)
    )
    source = document(text, tuple(blocks))
    assert place(source, "rained").locator == "para. 1"
    assert place(source, "froze").locator == "para. 2"
    assert place(source, "So").locator == "“Log”, para. 1"


def test_notes_that_start_again_are_told_apart_by_their_headings() -> None:
    source = document(
        "PART ONE\n\nIt rained.[^1]\n\nPART TWO\n\nIt froze.[^1] It thawed.[^2]\n\n"
        "NOTES\n\nPART ONE\n\n1. Weir.\n\nPART TWO\n\n1. Hill.\n\n2. Roe."
    )
    assert [place(source, words).locator for words in ("Weir", "Hill", "Roe")] == [
        "“PART ONE”, n. 1",
        "“PART TWO”, n. 1",
        "n. 2",
    ]
