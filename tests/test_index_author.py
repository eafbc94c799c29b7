"""Authors, as the first page of a source names them."""

import pytest

from index.author import find_author
from index.structure import finish, plain_blocks

PROSE = "It rained all day in the town, and nobody came to the house until the evening of that day."


def author(text: str) -> str | None:
    return find_author(text, finish(text, plain_blocks(text)).blocks)


@pytest.mark.parametrize(
    "line",
    [
        "By Jane Reed",
        "by Jane Reed",
        "By\xa0Jane Reed",
        "*by Jane Reed*",
        "(by Jane Reed)",
        "Written by Jane Reed",
        "Author: Jane Reed",
        "By Dr. Jane Reed",
        "By Jane Reed, Professor of Rain",
        "© 2004 Jane Reed",
        "Copyright © 2004 by Jane Reed",
        "BY JANE REED",
        "Jane Reed",
        "JANE REED",
    ],
)
def test_a_line_of_the_title_page_names_the_author(line: str) -> None:
    assert author(f"The Long Rain\n\n{line}\n\n{PROSE}") == "Jane Reed"


@pytest.mark.parametrize(
    ("line", "name"),
    [
        ("By J.B. Reed", "J.B. Reed"),
        ("By Jane van der Reed", "Jane van der Reed"),
        ("By Jane Reed and Tom Hill", "Jane Reed and Tom Hill"),
        ("BY JANE O'HARA-SMITH", "Jane O'Hara-Smith"),
        ("By Ödön von Horváth", "Ödön von Horváth"),
    ],
)
def test_names_keep_what_belongs_to_them(line: str, name: str) -> None:
    assert author(f"The Long Rain\n\n{line}\n\n{PROSE}") == name


def test_front_matter_names_the_author() -> None:
    assert author(f'---\ntitle: Rain\nauthor: "Jane Reed"\n---\n\n# Rain\n\n{PROSE}') == "Jane Reed"


@pytest.mark.parametrize(
    "text",
    [
        PROSE,
        f"The Long Rain\n\n{PROSE}",
        f"The Long Rain\n\nPart One\n\n{PROSE}",
        f"The Long Rain\n\nThe Evening\n\n{PROSE}",
        f"The Long Rain\n\nThat Town\n\n{PROSE}",
        f"The Long Rain\n\nBy Order of the Board\n\n{PROSE}",
        f"The Long Rain\n\n(By our own Reporter.)\n\n{PROSE}",
        f"The Long Rain\n\nBy Special Correspondent\n\n{PROSE}",
        f"The Long Rain\n\n{PROSE}\n\nBy Jane Reed",
        f"The Long Rain\n\n{PROSE} A book by Jane Reed lay there.",
        f"The Long Rain\n\nJane Reed\n\nReed came. Reed saw it. Reed went. {PROSE}",
        f"The Long Rain\n\nRain Press\n\n{PROSE}",
    ],
)
def test_what_is_no_byline_names_nobody(text: str) -> None:
    assert author(text) is None


def test_a_long_line_at_the_top_takes_little_time() -> None:
    text = "By " + "Jane " * 50_000
    assert author(text) is None
