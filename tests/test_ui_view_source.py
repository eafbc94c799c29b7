"""The source panel: where a quote stands, what is around it, and notes linked both ways."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from index.read import load
from index.types import QUOTABLE, Block, BlockKind, Document, Place, Reference, Span
from ui.view.source import source_view

ARCHIVE = Path(__file__).resolve().parents[1] / "eval" / "archive"

NOTED = b"""# Rain

## Its days

It rained.[^1] It hailed.[^2] It froze.[^1]

It snowed (Roe 12).

## Its nights

It thawed.

[^1]: See Roe.
[^2]: See Doe.
"""


def noted() -> Document:
    return load(NOTED, Path("rain.md"), "rain.md")


def find(source: Document, words: str) -> Span:
    start = source.text.index(words)
    return Span(start, start + len(words))


def step(source: Document, view: dict[str, Any] | None) -> str | None:
    return Span(view["start"], view["end"]).of(source.text) if view else None


def test_a_marked_place_is_told_with_its_whole_path() -> None:
    view = source_view(noted(), find(noted(), "It hailed."))
    assert (view["locator"], view["section"], view["page"], view["sheet"]) == (
        "“Its days”, line 5, at n. 2",
        ["Rain", "Its days"],
        None,
        None,
    )


def test_without_a_mark_there_is_no_place() -> None:
    view = source_view(noted())
    keys = ("locator", "section", "page", "sheet", "previous", "next")
    assert [view[key] for key in keys] == [None] * 6
    assert view["author"] is None


def test_the_author_is_told() -> None:
    source = Document("a", "0" * 64, "A", "x", "utf-8", 1, (), author="Ann Lee")
    assert source_view(source)["author"] == "Ann Lee"


def test_steps_lead_through_the_quotable_blocks_and_back() -> None:
    source = noted()
    says = [block.span.of(source.text) for block in source.blocks if block.kind in QUOTABLE]
    at: Span | None = find(source, "It rained")
    seen, back = [], []
    while at:
        view = source_view(source, at)
        seen.append(step(source, view["previous"]))
        after = view["next"]
        back.append(step(source, after))
        at = Span(after["start"], after["end"]) if after else None
    assert back == [*says[1:], None]
    assert seen == [None, *says[:-1]]


def test_a_step_says_where_it_leads() -> None:
    view = source_view(noted(), find(noted(), "It hailed."))
    assert view["previous"] is None
    assert view["next"]["locator"] == "“Its days”, line 7"


def test_steps_go_into_a_note_that_stands_in_its_paragraph_and_out_of_it() -> None:
    text = "One half,\n\n1 A note.\n\nother half. End.\n\nThe end."
    note, last = find_in(text, "A note."), find_in(text, "The end.")
    around = Span(0, last.start - 2)
    source = Document(
        "a",
        "0" * 64,
        "A",
        text,
        "utf-8",
        1,
        (
            Block(BlockKind.PARAGRAPH, around, Place(), (Span(9, note.end + 2),)),
            Block(BlockKind.NOTE, note, Place(note="1")),
            Block(BlockKind.PARAGRAPH, last, Place()),
        ),
    )

    def steps(span: Span) -> tuple[str | None, str | None]:
        view = source_view(source, span)
        return step(source, view["previous"]), step(source, view["next"])

    assert steps(find_in(text, "One half")) == (None, "A note.")
    assert steps(note) == (around.of(text), "The end.")
    assert steps(find_in(text, "End.")) == (None, "The end.")
    assert steps(last) == ("A note.", None)


def find_in(text: str, words: str) -> Span:
    return Span(text.index(words), text.index(words) + len(words))


def test_a_heading_has_neighbours_too() -> None:
    source = noted()
    view = source_view(source, find(source, "Its nights"))
    assert step(source, view["previous"]) == "It snowed (Roe 12)."
    assert step(source, view["next"]) == "It thawed."


def test_markers_lead_to_their_notes_and_notes_to_every_marker() -> None:
    source = noted()
    blocks = {block["id"]: block for block in source_view(source)["blocks"]}
    linked = [
        (part["text"], part["note"], id_)
        for id_, block in blocks.items()
        for part in block["parts"]
        if "note" in part
    ]
    assert [(text, note["marker"]) for text, note, _ in linked] == [
        ("[^1]", "1"),
        ("[^2]", "2"),
        ("[^1]", "1"),
    ]
    for _, note, _ in linked:
        said = Span(note["start"], note["end"]).of(source.text)
        assert said == {"1": "See Roe.", "2": "See Doe."}[note["marker"]]
        assert said in "".join(part["text"] for part in blocks[note["block"]]["parts"])
    cited = {
        block["id"]: [(each["start"], each["locator"], each["block"]) for each in block["cited"]]
        for block in blocks.values()
        if block["cited"]
    }
    first, second = (note["block"] for _, note, _ in linked[:2])
    here = linked[0][2]
    starts = [at for at in range(len(source.text)) if source.text.startswith("[^1]", at)]
    assert cited == {
        first: [
            (starts[0], "“Its days”, line 5, at n. 1", here),
            (starts[1], "“Its days”, line 5, at n. 1", here),
        ],
        second: [(source.text.index("[^2]"), "“Its days”, line 5, at n. 2", here)],
    }


def test_a_note_of_several_paragraphs_is_linked_as_a_whole() -> None:
    text = "It rained.7\n\n7 See Roe.\n\nAnd more."
    marker, one, two = (find_in(text, words) for words in ("7", "See Roe.", "And more."))
    source = Document(
        "a",
        "0" * 64,
        "A",
        text,
        "utf-8",
        1,
        (
            Block(BlockKind.PARAGRAPH, Span(0, 11), Place(), (marker,)),
            Block(BlockKind.NOTE, one, Place(note="7")),
            Block(BlockKind.NOTE, two, Place(note="7")),
        ),
        references=(Reference(marker, "7", (one, two)),),
    )
    blocks = source_view(source)["blocks"]
    assert blocks[0]["parts"][1] == {
        "text": "7",
        "mark": False,
        "aside": True,
        "note": {"marker": "7", "start": one.start, "end": two.end, "block": 1},
    }
    assert [len(block["cited"]) for block in blocks] == [0, 1, 1]


def test_a_source_in_parentheses_and_a_missing_note_are_not_linked() -> None:
    text = "It rained (Roe 12).9"
    source = Document(
        "a",
        "0" * 64,
        "A",
        text,
        "utf-8",
        1,
        (Block(BlockKind.PARAGRAPH, Span(0, 20), Place(), (Span(19, 20),)),),
        references=(
            Reference(Span(10, 18), "", (Span(10, 18),)),
            Reference(Span(19, 20), "9", ()),
        ),
    )
    (block,) = source_view(source)["blocks"]
    assert block["cited"] == []
    assert not any("note" in part for part in block["parts"])


def test_margins_name_pages_and_paragraphs_where_they_change() -> None:
    text = "a\n\nb\n\nc\n\nd\n\ne"
    places = (
        Place(page="12"),
        Place(page="12", paragraph="58"),
        Place(page="13", paragraph="58"),
        Place(),
        Place(page="iv", sheet=14, line=None),
    )
    source = Document(
        "a",
        "0" * 64,
        "A",
        text,
        "utf-8",
        1,
        tuple(
            Block(BlockKind.PARAGRAPH, Span(3 * at, 3 * at + 1), place)
            for at, place in enumerate(places)
        ),
    )
    blocks = source_view(source)["blocks"]
    assert [block["margin"] for block in blocks] == [
        ["p. 12"],
        ["¶58"],
        ["p. 13"],
        [],
        ["p. iv (page 14 of the file)"],
    ]
    assert [block["locator"] for block in blocks[:2]] == ["p. 12, line 1", "¶58"]


def test_ids_stay_whatever_is_marked() -> None:
    source = noted()
    plain = [block["id"] for block in source_view(source)["blocks"]]
    span = Span(find(source, "It froze").start, find(source, "It snowed").end)
    marked = [block["id"] for block in source_view(source, span)["blocks"]]
    assert plain == list(range(len(source.blocks)))
    assert set(plain) - set(marked) == {3}


@pytest.mark.parametrize("file", sorted(ARCHIVE.iterdir()), ids=lambda file: file.name)
def test_every_link_of_a_source_leads_to_its_words(file: Path) -> None:
    source = load(file.read_bytes(), file, file.name)
    blocks = source_view(source)["blocks"]
    shown = {block["id"]: "".join(part["text"] for part in block["parts"]) for block in blocks}
    assert "".join("".join(shown.values()).split()) == "".join(source.text.split())
    for block in blocks:
        for part in block["parts"]:
            if note := part.get("note"):
                said = Span(note["start"], note["end"]).of(source.text)
                assert said[:20] in shown[note["block"]]
        for cited in block["cited"]:
            assert Span(cited["start"], cited["end"]).of(source.text) in shown[cited["block"]]
