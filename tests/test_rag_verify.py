"""The gate: no claim, however it came about, becomes a quote that its source does not hold."""

import ast
import unicodedata
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.reading import heal
from index.split import Budget, split
from index.structure import finish, plain_blocks
from index.types import QUOTABLE, Block, BlockKind, Document, Place, Reference, Span, Speech
from rag.types import LONGEST_QUOTE, Claim, Quote
from rag.verify import Gate

ROOT = Path(__file__).parents[1]


def document(text: str, *blocks: Block, path: str = "log.txt") -> Document:
    return Document(path, "ab" * 32, "Log", text, "utf-8", len(text), blocks)


def one_block(text: str, *holes: Span, kind: BlockKind = BlockKind.PARAGRAPH) -> Document:
    return document(text, Block(kind, Span(0, len(text)), Place(line=1), holes))


def claim(start: int, end: int, path: str = "log.txt") -> Claim:
    return Claim(path, Span(start, end), 1.0)


def quote(source: Document, start: int, end: int) -> Quote | None:
    return Gate({source.path: source}.get).quote(claim(start, end))


def quoted(text: str, part: str) -> str | None:
    """What the gate shows of `part` of a paragraph that says `text`."""
    start = text.index(part)
    found = quote(one_block(text), start, start + len(part))
    return found.display if found else None


# -- whatever the claim ----------------------------------------------------------------------------

PIECES = [
    "a",
    "Mate",
    "12",
    "1,500",
    "didn't",
    "non-payment",
    "caf\u00e9",
    "cafe\u0301",
    "न\u093f",
    "\U0001f6a2",
    " ",
    " ",
    "\n",
    "\r\n",
    "-\n",
    "\u00ad",
    "*",
    "_",
    ".",
    "'",
    "’",
    "“",
    "²",
    "[^1]",
    "Page 4",
    "x" * 300,
]


@st.composite
def documents(draw: st.DrawFn) -> Document:
    """Texts cut into blocks of any kind, with gaps between them and holes in them."""
    text = "".join(draw(st.lists(st.sampled_from(PIECES), min_size=1, max_size=30)))
    cuts = sorted(draw(st.sets(st.integers(0, len(text)), min_size=2, max_size=8)))
    blocks = []
    for start, end in pairwise(cuts):
        kind = draw(st.sampled_from([*BlockKind, None]))
        if kind is None:
            continue
        inner = sorted(draw(st.sets(st.integers(start, end), max_size=2)))
        holes = [Span(*inner)] if len(inner) == 2 else []
        blocks.append(Block(kind, Span(start, end), Place(line=1), tuple(holes)))
    return document(text, *blocks)


@st.composite
def claims(draw: st.DrawFn) -> tuple[Document, Claim]:
    source = draw(documents())
    start = draw(st.integers(0, len(source.text) + 3))
    length = draw(st.integers(1, LONGEST_QUOTE + 100) | st.integers(1, 12))
    path = draw(st.sampled_from([source.path] * 4 + ["", "../log.txt", "lost.txt"]))
    return source, Claim(path, Span(start, start + length), draw(st.floats()))


@given(claims())
def test_a_claim_is_a_verbatim_range_of_one_quotable_block_or_nothing(
    example: tuple[Document, Claim],
) -> None:
    source, made = example
    found = Gate({source.path: source}.get).quote(made)
    if found is None:
        return
    start, end = made.span.start, made.span.end
    assert made.document == source.path
    assert found.document is source
    assert found.span == made.span
    assert found.text == source.text[start:end]
    assert len(found.text) == end - start <= LONGEST_QUOTE
    assert any(character.isalnum() for character in found.display)
    (block,) = [
        block for block in source.blocks if block.span.start <= start and end <= block.span.end
    ]
    assert block.kind in QUOTABLE
    for hole in block.holes:
        assert not hole.overlaps(made.span) or (start <= hole.start and hole.end <= end)
    whole = heal(source.text, block.span, block.holes).text
    assert found.display in whole
    assert found.place == block.place._replace(line=found.place.line)


@given(claims())
def test_no_quote_ends_between_two_letters(example: tuple[Document, Claim]) -> None:
    source, made = example
    found = Gate({source.path: source}.get).quote(made)
    if found is None:
        return
    block = next(each for each in source.blocks if each.span.overlaps(made.span))
    if block.holes:
        return
    before = source.text[block.span.start : made.span.start][-1:] + found.text[:1]
    after = found.text[-1:] + source.text[made.span.end : block.span.end][:1]
    for pair in (before, after):
        assert not (len(pair) == 2 and pair.isalpha())
        assert not (len(pair) == 2 and pair.isdecimal())
        assert not (len(pair) == 2 and unicodedata.category(pair[1]).startswith("M"))


@given(st.lists(st.sampled_from(PIECES), max_size=40))
def test_a_sentence_of_a_passage_is_quoted_as_it_was_read(pieces: list[str]) -> None:
    text = " ".join(pieces)
    source = document(text, *finish(text, plain_blocks(text)).blocks)
    gate = Gate({source.path: source}.get)
    roomy = Budget(len, 10**6, len, 10**6, 10**6)
    for passage in split(text, source.blocks, roomy):
        for sentence in passage:
            found = gate.quote(Claim(source.path, sentence.span, 0.5))
            if found is not None:
                assert found.display == sentence.reading.of(passage.reading)


def test_sentences_of_prose_all_pass() -> None:
    text = "Nobody moved. “Row on,” he said; 1,500 oars didn't stir.\n\nThe mate (asleep) woke."
    source = document(text, *finish(text, plain_blocks(text)).blocks)
    gate = Gate({source.path: source}.get)
    sentences = [
        sentence.span
        for passage in split(text, source.blocks, Budget(len, 999, len, 999, 1))
        for sentence in passage
    ]
    assert [
        found and found.text for found in (gate.quote(Claim("log.txt", s, 1.0)) for s in sentences)
    ] == [
        "Nobody moved.",
        "“Row on,” he said; 1,500 oars didn't stir.",
        "The mate (asleep) woke.",
    ]


# -- which ranges ----------------------------------------------------------------------------------


def test_a_document_that_is_not_known_gives_nothing() -> None:
    source = one_block("The mate slept.")
    assert Gate(lambda path: None).quote(claim(0, 15)) is None
    assert Gate({"log.txt": source}.get).quote(claim(0, 15, "Log.txt")) is None


def test_each_document_is_looked_up_once() -> None:
    asked: list[str] = []

    def find(path: str) -> Document | None:
        asked.append(path)
        return None

    gate = Gate(find)
    assert [gate.quote(claim(0, 3)), gate.quote(claim(4, 9)), gate.quote(claim(0, 3, "b"))] == [
        None,
        None,
        None,
    ]
    assert asked == ["log.txt", "b"]


def test_a_range_beyond_the_end_gives_nothing() -> None:
    source = one_block("The mate slept.")
    assert quote(source, 0, 15) is not None
    assert quote(source, 0, 16) is None
    assert quote(source, 90, 99) is None


@pytest.mark.parametrize("kind", list(BlockKind))
def test_headings_contents_and_furniture_are_not_quoted(kind: BlockKind) -> None:
    found = quote(one_block("The mate slept.", kind=kind), 0, 15)
    assert (found is None) == (kind in {"heading", "contents", "furniture"})


def test_no_range_spans_two_blocks_or_none() -> None:
    text = "One lamp.\n\nTwo lamps.\n\nThree."
    source = document(
        text,
        Block(BlockKind.PARAGRAPH, Span(0, 9), Place(line=1)),
        Block(BlockKind.PARAGRAPH, Span(11, 21), Place(line=3)),
    )
    assert quote(source, 11, 21) is not None
    assert quote(source, 0, 21) is None
    assert quote(source, 0, 10) is None
    assert quote(source, 23, 29) is None


def test_a_quote_has_at_most_600_characters() -> None:
    text = "oar " * 200
    source = one_block(text)
    assert (found := quote(source, 0, 599)) is not None
    assert len(found.text) == 599
    assert quote(source, 0, 603) is None
    exact = one_block("o" * 600 + " end")
    assert quote(exact, 0, 600) is not None
    assert quote(one_block("o" * 601), 0, 601) is None


def test_what_says_nothing_is_no_quote() -> None:
    text = "The mate. *** — …  The cook."
    assert quoted(text, "*** — …") is None
    assert quoted(text, "  ") is None


def test_a_note_in_a_gap_of_a_paragraph_is_quoted_from_the_note() -> None:
    text = "The mate\n\n1 See the log.\n\nslept on."
    source = document(
        text,
        Block(BlockKind.PARAGRAPH, Span(0, 35), Place(page="4"), (Span(10, 24),)),
        Block(BlockKind.NOTE, Span(12, 24), Place(page="4", note="1")),
    )
    note, paragraph = quote(source, 12, 24), quote(source, 0, 35)
    assert note is not None
    assert (note.display, note.place.locator) == ("See the log.", "p. 4, n. 1")
    assert paragraph is not None
    assert (paragraph.display, paragraph.place.locator) == ("The mate slept on.", "p. 4, line 1")


# -- words -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("The note was found.", "The no"),
        ("The note was found.", "te was found."),
        ("He couldn't see it.", "He could"),
        ("He couldn't see it.", "He couldn'"),
        ("He couldn’t see it.", "He couldn"),
        ("He couldn’t see it.", "’t see it."),
        ("He couldn't see it.", "t see it."),
        ("The mate's coat.", "The mate"),
        ("It was non-payment.", "payment."),
        ("It was non-payment.", "-payment."),
        ("It was non-payment.", "It was non"),
        ("It was non-payment.", "It was non-"),
        ("It cost 1,500 pounds.", "It cost 1"),
        ("It cost 1,500 pounds.", "It cost 1,"),
        ("It cost 1,500 pounds.", "500 pounds."),
        ("It cost 1,500 pounds.", "It cost 1,50"),
        ("Off by 3.25 miles.", "Off by 3"),
        ("Off by 3.25 miles.", "25 miles."),
        ("At 12:30 it rang.", "At 12"),
        ("In 1937 it rang.", "In 193"),
        ("In the 1930s.", "In the 1930"),
        ("The caf\u00e9s closed.", "The caf\u00e9"),
        ("The cafe\u0301 closed.", "The cafe"),
        ("The cafe\u0301s closed.", "The cafe\u0301"),
        ("The cafe\u0301 closed.", "\u0301 closed."),
        ("नि घर।", "न"),
        ("Beware ⚠\ufe0f of it.", "Beware ⚠"),
        ("A tele-\nphone rang.", "A tele-"),
        ("A tele-\nphone rang.", "phone rang."),
        ("A tele\u00adphone rang.", "A tele"),
    ],
)
def test_no_word_is_cut(text: str, part: str) -> None:
    assert quoted(text, part) is None
    assert quoted(text, text) is not None


@pytest.mark.parametrize(
    ("text", "part", "display"),
    [
        ("The note was found.", "The note", "The note"),
        ("The note was found.", "was found", "was found"),
        ("'He left.'She stayed.", "'He left.'", "'He left.'"),
        ("the sailors' mess", "the sailors'", "the sailors'"),
        ("It cost 15, then 20.", "It cost 15", "It cost 15"),
        ("the cafe\u0301 closed", "the cafe\u0301", "the cafe\u0301"),
        ("He left—she stayed.", "she stayed.", "she stayed."),
        ("*No* man slept.", "*No* man", "No man"),
        ("A tele-\nphone\nrang.", "A tele-\nphone", "A telephone"),
        ("The lamp went\n   out.", "lamp went\n   out", "lamp went out"),
    ],
)
def test_a_range_of_whole_words_is_a_quote(text: str, part: str, display: str) -> None:
    assert quoted(text, part) == display


def test_a_note_number_that_the_loader_took_out_does_not_make_a_word() -> None:
    source = one_block("The ship12 sank.", Span(8, 10))
    found = quote(source, 0, 8)
    assert found is not None
    assert found.display == "The ship"
    assert quote(one_block("The ship12 sank."), 0, 8) is None
    long = one_block("The ship" + "x" * 300 + " sank.", Span(8, 308))
    assert quote(long, 0, 8) is not None


@pytest.mark.parametrize("footer", ["\n\nPage 4\n\n", "\n\n" + "A long foot note. " * 40 + "\n\n"])
def test_a_word_that_goes_on_after_a_page_is_not_cut(footer: str) -> None:
    text = f"A tele-{footer}phone rang."
    source = one_block(text, Span(9, 7 + len(footer) - 1))
    assert quote(source, 0, 7) is None
    assert quote(source, 7 + len(footer), len(text)) is None


def test_a_hole_is_quoted_around_or_not_at_all() -> None:
    text = "The mate\nPage 4\nslept on."
    source = one_block(text, Span(9, 16))
    found = quote(source, 0, 25)
    assert found is not None
    assert (found.text, found.display) == (text, "The mate slept on.")
    assert quote(source, 0, 8) is not None
    assert quote(source, 16, 25) is not None
    assert quote(source, 0, 13) is None
    assert quote(source, 14, 25) is None
    assert quote(source, 9, 13) is None
    assert quote(source, 9, 16) is None


# -- what the gate says of it ----------------------------------------------------------------------


def test_place_and_display_come_from_the_document() -> None:
    text = "Log\n\n7. The mate\nslept. The\ncook woke."
    block = Block(BlockKind.PARAGRAPH, Span(8, 38), Place(section=("Log",), paragraph="7", line=3))
    found = quote(document(text, block), 24, 38)
    assert found is not None
    assert found.text == "The\ncook woke."
    assert found.display == "The cook woke."
    assert found.place == Place(section=("Log",), paragraph="7", line=4)
    assert found.witnesses == ()


def test_a_quote_over_a_page_break_names_both_pages() -> None:
    text = "The mate\n\nPage 4\n\nslept on\n\nPage 5\n\nuntil noon."
    source = document(
        text,
        Block(BlockKind.PARAGRAPH, Span(0, 45), Place(page="4"), (Span(10, 16), Span(28, 34))),
        Block(BlockKind.FURNITURE, Span(10, 16), Place(page="4")),
        Block(BlockKind.FURNITURE, Span(28, 34), Place(page="5")),
    )

    def page(start: int, end: int) -> str | None:
        found = quote(source, start, end)
        assert found is not None
        return found.place.page

    assert (page(0, 8), page(18, 26), page(0, 26)) == ("4", "5", "4–5")
    # There is no footer after the last words: what page they are on is not known.
    assert (page(18, 45), page(36, 45)) == ("5", None)


def test_a_quote_cannot_be_made_of_a_range_that_is_not_there() -> None:
    source = one_block("The mate slept.")
    with pytest.raises(ValueError, match="outside a text of 15"):
        Quote(source, Span(0, 16), Place(), "The mate slept.", ("Log",))
    with pytest.raises(ValueError, match="601 characters"):
        Quote(one_block("o" * 700), Span(0, 601), Place(), "o", ("Log",))


def test_only_the_gate_makes_quotes() -> None:
    makers = {
        path.relative_to(ROOT).as_posix()
        for package in ("index", "rag", "ui", "eval")
        for path in (ROOT / package).rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call)
        and getattr(node.func, "id", getattr(node.func, "attr", None)) == "Quote"
    }
    assert makers == {"rag/verify.py"}


def test_only_witnesses_position_and_answer_are_ever_changed_in_a_quote() -> None:
    changes = {
        (path.name, keyword.arg)
        for path in (ROOT / "rag").rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call)
        and getattr(node.func, "id", None) == "replace"
        and isinstance(node.args[0], ast.Name)
        and node.args[0].id == "quote"
        for keyword in node.keywords
    }
    assert changes == {
        ("compose.py", "witnesses"),
        ("compose.py", "position"),
        ("annotations.py", "position"),
        ("check.py", "witnesses"),
        ("prove.py", "position"),
        ("prove.py", "answer"),
        ("prove.py", "witnesses"),
    }


# -- what goes with a quote ------------------------------------------------------------------------

TOLD = "Reed wrote that he slept.7 All saw it (Hill, Log 9). Row on."
TOLD_MARKER, TOLD_SOURCE = Span(25, 26), Span(38, 51)


def told() -> Document:
    """A paragraph with a marker, a source in parentheses and reported speech, and its note."""
    text = f"{TOLD}\n\nSee the\nlog."
    note = Span(len(TOLD) + 2, len(text))
    return replace(
        document(
            text,
            Block(BlockKind.PARAGRAPH, Span(0, len(TOLD)), Place(paragraph="1"), (TOLD_MARKER,)),
            Block(BlockKind.NOTE, note, Place(note="7", line=3)),
        ),
        author="Anna Hill",
        references=(
            Reference(TOLD_MARKER, "7", (note,)),
            Reference(TOLD_SOURCE, "", (TOLD_SOURCE,)),
        ),
        speeches=(Speech(Span(16, 25), ("Reed",), reported=True),),
    )


def test_a_quote_has_the_speakers_of_its_words_and_the_author_last() -> None:
    said, own = quote(told(), 0, 25), quote(told(), 53, 60)
    assert said is not None
    assert own is not None
    assert (said.speakers, said.reported) == (("Reed", "Anna Hill"), True)
    assert (own.speakers, own.reported) == (("Anna Hill",), False)


def test_a_quote_carries_the_notes_that_it_refers_to_as_verbatim_ranges() -> None:
    source = told()
    noted, named = quote(source, 0, 25), quote(source, 27, 52)
    assert noted is not None
    assert named is not None
    (note,) = noted.notes
    assert (note.marker, note.text, note.display) == ("7", "See the\nlog.", "See the log.")
    assert note.text == note.span.of(source.text)
    assert noted.place.locator == "¶1, at n. 7"
    assert [(each.marker, each.text) for each in named.notes] == [("", "(Hill, Log 9)")]
    assert named.place.locator == "¶1"


@pytest.mark.parametrize("kind", ["paragraph", "quotation", "item", "table", "note"])
def test_only_prose_can_look_damaged(kind: str) -> None:
    found = quote(one_block("went out and nobody saw (it.", kind=BlockKind(kind)), 0, 28)
    assert found is not None
    assert bool(found.oddities) == (kind in {"paragraph", "quotation"})
