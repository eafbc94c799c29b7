"""A quote beside another witness of its words."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from index.types import Block, BlockKind, Document, Place, Span
from rag.types import Claim, Quote
from rag.verify import Gate
from ui.view.comparison import comparison_view

WORDS = ["It", "rained", "not", "12", "days", "in", "Venn", "*so*", "regis-\ntered", "¹", "—", "\n"]


def quote(text: str) -> Quote | None:
    block = Block(BlockKind.PARAGRAPH, Span(0, len(text)), Place())
    source = Document("a", "0" * 64, "A", text, "utf-8", 1, (block,))
    return Gate({"a": source}.get).quote(Claim("a", block.span, 0.0))


def compared(ours: str, theirs: str) -> tuple[list[tuple[str, bool]], list[tuple[str, bool]]]:
    first, second = quote(ours), quote(theirs)
    assert first
    assert second
    view = comparison_view(first, second)
    one, two = (
        [(part["text"], part["changed"]) for part in view[key]] for key in ("ours", "theirs")
    )
    return one, two


def test_what_differs_is_marked_on_both_sides() -> None:
    assert compared("It rained 12\ndays in Venn.", "It rained 13 days.") == (
        [("It rained ", False), ("12", True), (" days ", False), ("in Venn", True), (".", False)],
        [("It rained ", False), ("13", True), (" days.", False)],
    )


def test_the_kinds_of_words_that_change_the_sense_are_named_once() -> None:
    ours, theirs = quote("He rained 12 and 14 days."), quote("He never rained 13 and 15 days.")
    assert ours
    assert theirs
    assert comparison_view(ours, theirs)["senses"] == ["a number", "a negation"]
    assert comparison_view(ours, ours) == {
        "ours": [{"text": ours.display, "changed": False}],
        "theirs": [{"text": ours.display, "changed": False}],
        "senses": [],
    }


@given(*[st.lists(st.sampled_from(WORDS), min_size=1, max_size=12).map(" ".join)] * 2)
def test_the_parts_join_to_the_displays(ours: str, theirs: str) -> None:
    first, second = quote(ours), quote(theirs)
    if first is None or second is None:
        return
    view = comparison_view(first, second)
    for key, side in (("ours", first), ("theirs", second)):
        assert "".join(part["text"] for part in view[key]) == side.display
        assert all(part["text"] for part in view[key])
