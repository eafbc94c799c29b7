"""From claims to quotes: best first, copies once, neighbours joined."""

from collections.abc import Sequence
from dataclasses import replace
from itertools import combinations, count

from hypothesis import given
from hypothesis import strategies as st

from index.types import Block, BlockKind, Document, Place, Reference, Span, Speech
from index.witnesses.match import Copy, Match, Stretch
from index.witnesses.standing import Witness as Ranked
from rag.compose import LOOKED_AT, Copied, compose, nearest, with_sources
from rag.types import LONGEST_QUOTE, MOST_QUOTES, Claim, Quote, Verdict
from rag.verify import Gate

MARGIN = 0.16
LOST = "The mate lost his coat and both of his boots in the hold that night."
DAMAGED = "The mate lost his coat and both of his boots in the hold."
BEFORE = "Nobody saw the lamp go out before the watch was changed at four."


def document(path: str, *paragraphs: str, kind: BlockKind = BlockKind.PARAGRAPH) -> Document:
    """A document of paragraphs, each a block on a line of its own."""
    text = "\n".join(paragraphs)
    starts = [sum(len(each) + 1 for each in paragraphs[:at]) for at in range(len(paragraphs))]
    blocks = [
        Block(kind, Span(start, start + len(words)), Place(line=line))
        for line, start, words in zip(count(1), starts, paragraphs, strict=False)
    ]
    return Document(path, "ab" * 32, path, text, "utf-8", len(text), tuple(blocks))


def claim(source: Document, words: str, score: float = 1.0) -> Claim:
    start = source.text.index(words)
    return Claim(source.path, Span(start, start + len(words)), score)


def span_of(source: Document, words: str) -> Span:
    start = source.text.index(words)
    return Span(start, start + len(words))


Said = tuple[Document, str]


def _places(group: Sequence[Said]) -> list[tuple[str, Span]]:
    return [(source.path, span_of(source, words)) for source, words in group]


class Told:
    """Groups of copies as a test tells them, the best witness first in each; `parts` are sentences
    that are copies of each other, where they are not the groups themselves."""

    def __init__(self, *groups: Sequence[Said], parts: Sequence[Said] = ()) -> None:
        self._groups = [_places(group) for group in groups]
        self._pairs = [_places(parts)] if parts else self._groups

    def copies(self, path: str, span: Span) -> list[Copy]:
        pairs = [
            Match(Stretch(path, own, 9), Stretch(other, there, 9), 9)
            for group in self._pairs
            for document, own in group
            for other, there in group
            if document == path and own.overlaps(span) and (other, there) != (path, own)
        ]
        return [Copy(pair, pair) for pair in pairs]

    def witnesses(self, path: str, span: Span) -> list[Ranked]:
        groups = (
            group
            for group in self._groups
            if any(document == path and own.overlaps(span) for document, own in group)
        )
        return [
            Ranked(document, own, "", (), 0.0, 0, (), 0)
            for group in groups
            for document, own in group
        ]


def composed(
    claims: Sequence[Claim], *sources: Document, copies: Copied | None = None
) -> tuple[Quote, ...]:
    gate = Gate({source.path: source for source in sources}.get)
    return compose("?", Verdict(tuple(claims), 1.0, margin=MARGIN), gate, copies or Told())


def said(quotes: Sequence[Quote]) -> list[tuple[str, str]]:
    return [(quote.document.path, quote.text) for quote in quotes]


def witnesses(quote: Quote) -> list[tuple[str, int, int, str, bool]]:
    return [
        (each.document, each.span.start, each.span.end, each.place.locator, each.same)
        for each in quote.witnesses
    ]


def test_no_claims_no_quotes() -> None:
    assert composed([], document("a.txt", LOST)) == ()


def test_positions_keep_neighbours_apart_and_are_named_in_order() -> None:
    source = document("a.txt", "He slept. He woke. He rowed. He swam. He sank.")

    def held(words: str, position: str | None) -> Claim:
        return replace(claim(source, words), position=position)

    claims = [held("He slept.", "C"), held("He woke.", "A"), held("He rowed.", "A")]
    quotes = composed([*claims, held("He swam.", None), held("He sank.", "say this")], source)
    assert [(quote.text, quote.position) for quote in quotes] == [
        ("He slept.", "A"),
        ("He woke. He rowed.", "B"),
        ("He swam. He sank.", None),
    ]
    assert [quote.position for quote in composed(claims[1:], source)] == [None]


def test_quotes_come_in_the_order_of_the_claims_at_most_six() -> None:
    sources = [document(f"{n}.txt", f"Lamp number {n} burnt.") for n in range(8)]
    order = (3, 1, 0, 6, 5, 2, 7)
    claims = [claim(sources[n], f"Lamp number {n} burnt.", 1 - n / 100) for n in order]
    assert MOST_QUOTES == 6
    assert [path for path, _ in said(composed(claims, *sources))] == [
        "3.txt",
        "1.txt",
        "0.txt",
        "6.txt",
        "5.txt",
        "2.txt",
    ]


def test_what_is_far_below_the_best_is_left_out() -> None:
    source = document("a.txt", "One lamp burnt.", "-- --", "Two bells rang.", "-- --", "Three.")
    far = "The end of the log."
    other = document("b.txt", far)
    claims = [
        claim(source, "One lamp burnt.", 0.5),
        claim(source, "Two bells rang.", 0.5 - MARGIN + 0.001),
        claim(other, far, 0.5 - MARGIN - 0.001),
    ]
    assert [text for _, text in said(composed(claims, source, other))] == [
        "One lamp burnt.",
        "Two bells rang.",
    ]


def test_only_the_first_claims_are_looked_at() -> None:
    sources = [document(f"{n}.txt", "Lamp out." if n else "Bells.") for n in range(2)]
    refused = [Claim("lost.txt", Span(0, 9), 1.0)] * (LOOKED_AT - 1)
    last = [claim(sources[1], "Lamp out."), claim(sources[0], "Bells.")]
    assert said(composed([*refused, *last], *sources)) == [("1.txt", "Lamp out.")]


def test_what_the_gate_refuses_is_passed_over() -> None:
    source = document("a.txt", "The lamp went out.")
    heading = document("b.txt", "The Lamp", kind=BlockKind.HEADING)
    claims = [
        claim(heading, "The Lamp"),
        Claim("lost.txt", Span(0, 5), 1.0),
        claim(source, "The la"),
        Claim("a.txt", Span(0, 999), 1.0),
        claim(source, "The lamp went out."),
    ]
    assert said(composed(claims, source, heading)) == [("a.txt", "The lamp went out.")]
    assert composed(claims[:-1], source, heading) == ()


# -- copies ----------------------------------------------------------------------------------------


def test_the_other_places_of_the_same_words_are_witnesses() -> None:
    first = document("a.txt", "The Lamp, he said, went out.", "It was a calm night.")
    second = document("b.txt", "Preface.", "the lamp he said went out")
    third = document("c.txt", "The lamp never went out.")
    group = [(first, first.text[:28]), (second, second.text[9:]), (third, third.text)]
    (quote,) = composed(
        [claim(first, "The Lamp, he said, went out.")], first, second, third, copies=Told(group)
    )
    assert quote.text == "The Lamp, he said, went out."
    assert witnesses(quote) == [
        ("b.txt", 9, 34, "line 2", True),
        ("c.txt", 0, 24, "line 1", False),
    ]
    assert [witness.changes_sense for witness in quote.witnesses] == [False, True]


def test_the_best_witness_is_quoted_wherever_the_claim_is() -> None:
    full = document("full.txt", BEFORE, LOST)
    damaged = document("damaged.txt", BEFORE, DAMAGED)
    copies = Told([(full, LOST), (damaged, DAMAGED)])
    for claims in (
        [claim(full, LOST)],
        [claim(damaged, DAMAGED)],
        [claim(damaged, DAMAGED, 1.0), claim(full, LOST, 0.9)],
    ):
        (quote,) = composed(claims, full, damaged, copies=copies)
        assert said([quote]) == [("full.txt", LOST)]
        assert witnesses(quote) == [("damaged.txt", 65, 122, "line 2", False)]


def test_what_two_claims_lead_to_is_offered_once() -> None:
    full = document("full.txt", BEFORE, LOST)
    damaged = document("damaged.txt", BEFORE, DAMAGED)
    bells = document("bells.txt", "Two bells rang.")
    gate = Gate({source.path: source for source in (full, damaged, bells)}.get)
    claims = [claim(damaged, DAMAGED), claim(full, LOST, 0.9), claim(bells, bells.text, 0.1)]
    found = nearest(claims, gate, Told([(full, LOST), (damaged, DAMAGED)]))
    assert said(found) == [("full.txt", LOST), ("bells.txt", bells.text)]


def test_a_better_witness_takes_the_place_of_the_claim() -> None:
    damaged = document("damaged.txt", BEFORE, DAMAGED)
    bells = document("bells.txt", "Two bells rang.")
    full = document("full.txt", BEFORE, LOST)
    found = composed(
        [claim(damaged, DAMAGED, 1.0), claim(bells, bells.text, 0.95), claim(full, LOST, 0.9)],
        damaged,
        bells,
        full,
        copies=Told([(full, LOST), (damaged, DAMAGED)]),
    )
    assert [path for path, _ in said(found)] == ["full.txt", "bells.txt"]


def test_the_words_that_answer_are_marked_in_the_better_witness() -> None:
    full = document("full.txt", BEFORE, LOST)
    damaged = document("damaged.txt", BEFORE, DAMAGED)
    word = "hold"
    asked = replace(claim(damaged, DAMAGED), words=word)
    (quote,) = composed([asked], full, damaged, copies=Told([(full, LOST), (damaged, DAMAGED)]))
    assert quote.document.path == "full.txt"
    assert quote.answer is not None
    assert quote.answer.span.of(full.text) == quote.answer.display == word


def test_of_a_witness_that_is_too_long_the_sentence_that_shares_most_is_quoted() -> None:
    sentences = [f"{word * 60} lamp." for word in ("oar ", "row ", "bow ")]
    full = document("full.txt", " ".join(sentences))
    damaged = document("damaged.txt", "Oar oar row row lamp.")
    whole, part = [(full, full.text), (damaged, damaged.text)], (full, sentences[1])
    copies = Told(whole, parts=[part, (damaged, damaged.text)])
    (quote,) = composed([claim(damaged, damaged.text)], full, damaged, copies=copies)
    assert said([quote]) == [("full.txt", sentences[1])]


def test_a_damaged_copy_is_no_way_out() -> None:
    full = document("full.txt", LOST, kind=BlockKind.FURNITURE)
    damaged = document("damaged.txt", DAMAGED)
    copies = Told([(full, LOST), (damaged, DAMAGED)])
    assert composed([claim(damaged, DAMAGED)], full, damaged, copies=copies) == ()


def test_the_same_words_twice_in_one_source_are_a_witness() -> None:
    source = document("a.txt", "Row on.", "The mate slept.", "Row back.")
    copies = Told([(source, "Row on."), (source, "Row back.")])
    claims = [claim(source, "Row on.", 1.0), claim(source, "Row back.", 0.95)]
    (quote,) = composed(claims, source, copies=copies)
    assert quote.span == Span(0, 7)
    assert witnesses(quote) == [("a.txt", 24, 33, "line 3", False)]


def test_a_range_within_a_quote_is_not_quoted_again() -> None:
    source = document("a.txt", LOST)
    (quote,) = composed(
        [claim(source, LOST, 1.0), claim(source, LOST, 0.99), claim(source, DAMAGED[:-1], 0.98)],
        source,
    )
    assert (quote.text, quote.witnesses) == (LOST, ())


# -- notes -----------------------------------------------------------------------------------------


def test_a_question_for_sources_is_answered_with_the_notes_as_well() -> None:
    text = "The lamp went out.7 Row on.\n\nSee the log."
    marker, note = Span(18, 19), Span(29, 41)
    source = replace(
        document("a.txt", text),
        blocks=(
            Block(BlockKind.PARAGRAPH, Span(0, 27), Place(), (marker,)),
            Block(BlockKind.NOTE, note, Place(note="7", line=3)),
        ),
        references=(Reference(marker, "7", (note,)),),
    )
    gate = Gate({"a.txt": source}.get)
    (quote,) = compose("?", Verdict((claim(source, "The lamp went out."),), 1.0), gate, Told())
    assert [each.place.locator for each in with_sources([quote], gate)] == [
        "line 1, at n. 7",
        "n. 7",
    ]
    assert with_sources([quote, quote], gate) == with_sources([quote], gate)
    assert len(with_sources([quote] * 9, gate)) <= MOST_QUOTES


# -- neighbours ------------------------------------------------------------------------------------


def test_sentences_that_follow_each_other_are_one_quote() -> None:
    source = document("a.txt", "The lamp went out. (Nobody saw.) The ship struck.")
    for claims in (
        [claim(source, "The lamp went out.", 1.0), claim(source, "(Nobody saw.)", 0.95)],
        [claim(source, "Nobody saw.", 1.0), claim(source, "The lamp went out.", 0.95)],
    ):
        (quote,) = composed(claims, source)
        assert quote.text.startswith("The lamp went out. (Nobody saw.")
        assert quote.display == quote.text


def test_a_sentence_between_joins_all_three_in_the_best_place() -> None:
    source = document("a.txt", "One lamp. Two bells. Three ships. Four rocks.")
    bells = document("b.txt", "A bell.")
    found = composed(
        [
            claim(source, "One lamp.", 1.0),
            claim(bells, "A bell.", 0.99),
            claim(source, "Three ships.", 0.98),
            claim(source, "Two bells.", 0.97),
        ],
        source,
        bells,
    )
    assert said(found) == [
        ("a.txt", "One lamp. Two bells. Three ships."),
        ("b.txt", "A bell."),
    ]


def test_sentences_with_words_between_or_in_two_blocks_stay_apart() -> None:
    source = document("a.txt", "One lamp. Two bells. Three ships.", "Four rocks.")
    found = composed(
        [
            claim(source, "One lamp.", 1.0),
            claim(source, "Three ships.", 0.95),
            claim(source, "Four rocks.", 0.9),
        ],
        source,
    )
    assert [text for _, text in said(found)] == ["One lamp.", "Three ships.", "Four rocks."]


def test_neighbours_are_joined_up_to_600_characters() -> None:
    first, second = "oar " * 74 + "oar.", "row " * 74 + "row."
    assert LONGEST_QUOTE == 600
    fitting = document("a.txt", f"{first} {second[1:]}")
    (quote,) = composed([claim(fitting, first, 1.0), claim(fitting, second[1:], 0.9)], fitting)
    assert len(quote.text) == 600
    long = document("a.txt", f"{first} {second}")
    found = composed([claim(long, first, 1.0), claim(long, second, 0.9)], long)
    assert [len(quote.text) for quote in found] == [300, 300]


def test_the_witnesses_of_a_joined_quote_are_those_of_all_of_it() -> None:
    ours = document("ours.txt", "The lamp went out. The ship struck.")
    theirs = document("theirs.txt", "The lamp went out. The ship sank.")
    (quote,) = composed(
        [claim(ours, "The lamp went out.", 1.0), claim(ours, "The ship struck.", 0.9)],
        ours,
        theirs,
        copies=Told([(ours, ours.text), (theirs, theirs.text)]),
    )
    assert quote.text == ours.text
    assert witnesses(quote) == [("theirs.txt", 0, 33, "line 1", False)]


def test_sentences_of_two_speakers_stay_apart() -> None:
    source = replace(
        document("a.txt", "The lamp went out. The ship struck."),
        speeches=(Speech(Span(0, 18), ("the mate",)),),
    )
    found = composed(
        [claim(source, "The lamp went out.", 1.0), claim(source, "The ship struck.", 0.9)], source
    )
    assert [quote.speakers for quote in found] == [("the mate", "a.txt"), ("a.txt",)]


# -- whatever the claims ---------------------------------------------------------------------------

SENTENCES = ["One lamp.", "Two bells.", "Three ships.", LOST, DAMAGED, BEFORE]


@st.composite
def documents(draw: st.DrawFn) -> list[Document]:
    paragraphs = st.lists(st.sampled_from(SENTENCES), min_size=1, max_size=4).map(" ".join)
    contents = draw(st.lists(st.lists(paragraphs, min_size=1, max_size=3), min_size=1, max_size=3))
    return [document(f"{n}.txt", *content) for n, content in enumerate(contents)]


@given(documents(), st.data())
def test_quotes_are_few_verbatim_and_apart(sources: list[Document], data: st.DataObject) -> None:
    drawn = st.builds(
        lambda source, start, length, score: Claim(source.path, Span(start, start + length), score),
        st.sampled_from(sources),
        st.integers(0, 60),
        st.integers(1, 90),
        st.floats(0.9, 1.0),
    )
    claims = sorted(data.draw(st.lists(drawn, max_size=12)), key=lambda claim: -claim.score)
    quotes = composed(claims, *sources)
    texts = {source.path: source.text for source in sources}
    assert len(quotes) <= MOST_QUOTES
    for first, second in combinations(quotes, 2):
        assert first.document.path != second.document.path or not first.span.overlaps(second.span)
    for quote in quotes:
        assert quote.text == quote.span.of(texts[quote.document.path])
        assert len(quote.text) <= LONGEST_QUOTE
        for witness in quote.witnesses:
            assert witness.span.of(texts[witness.document])
            assert witness.document != quote.document.path or not witness.span.overlaps(quote.span)
