"""The exact slice beside what a quote shows."""

from __future__ import annotations

from pathlib import Path

from index.read import load
from index.types import Span
from ui.view.healing import healing_view


def test_a_slice_and_its_reading_are_told_part_by_part() -> None:
    text = "It was regis-\ntered then. It rained."
    source = load(text.encode(), Path("rain.txt"), "rain.txt")
    assert healing_view(source, Span(3, text.index(" It"))) == {
        "parts": [
            {"text": "was regis", "shown": "was regis", "kind": None},
            {"text": "-\n", "shown": "", "kind": "hyphen at a line break joined"},
            {"text": "tered then.", "shown": "tered then.", "kind": None},
        ],
        "healings": [
            {
                "kind": "hyphen at a line break joined",
                "text": "-\n",
                "reading": "",
                "start": 12,
                "end": 14,
            }
        ],
    }
