"""Citations as a person writes them."""

from dataclasses import replace

import pytest

from index.types import UNKNOWN, Place
from rag.export import export
from rag.export.note import Line, cited, lines, note
from rag.export.uri import of_quote
from tests.answers import COPIED, NOTED, ROW, ROWED, SLEPT, WITNESSED, answer, problems

SOURCE = "Anna Reed, “A Log & Its {Notes},” sea/the log #1.txt, ¶7"
SLEPT_URI = of_quote(SLEPT)


@pytest.mark.parametrize(
    ("speakers", "reported", "author", "expected"),
    [
        (("Reed",), False, "Reed", "Reed, “T,” a.txt, ¶7."),
        (("T",), False, None, "“T,” a.txt, ¶7."),
        (("the mate", "Reed"), False, "Reed", "the mate, quoted in Reed, “T,” a.txt, ¶7."),
        (("the mate", "T"), True, None, "the mate, reported in “T,” a.txt, ¶7."),
        ((UNKNOWN, "T"), False, None, "unknown speaker, quoted in “T,” a.txt, ¶7."),
        (
            ("A", UNKNOWN, "C", "Reed"),
            True,
            "Reed",
            "A, reported by unknown speaker, quoted by C, quoted in Reed, “T,” a.txt, ¶7.",
        ),
    ],
)
def test_a_note_says_who_speaks_and_where(
    speakers: tuple[str, ...], reported: bool, author: str | None, expected: str
) -> None:
    document = replace(SLEPT.document, path="a.txt", title="T", author=author)
    quoted = replace(SLEPT, document=document, speakers=speakers, reported=reported)
    assert note(quoted) == expected


@pytest.mark.parametrize(
    ("title", "expected"),
    [
        ("Who Slept?", "“Who Slept?” a.txt, p. 3, at n. 12."),
        ("a.txt", "a.txt, p. 3, at n. 12."),
        ("a", "a.txt, p. 3, at n. 12."),
        ("", "a.txt, p. 3, at n. 12."),
        ("A\nLog\u202e", "“A Log\\u202e,” a.txt, p. 3, at n. 12."),
    ],
)
def test_a_title_is_named_unless_the_path_says_it(title: str, expected: str) -> None:
    document = replace(SLEPT.document, path="a.txt", title=title, author=None)
    place = Place(page="3", line=None, cites=("12",))
    assert note(replace(SLEPT, document=document, place=place, speakers=(title,))) == expected


def test_a_citation_to_be_pasted_has_words_note_and_uri() -> None:
    assert cited(SLEPT) == f"“The mate slept.” {SOURCE}. <{SLEPT_URI}>"
    assert cited(ROW).startswith(f"““Row on,” he said.” the mate, quoted in {SOURCE}, at n. *. <")
    assert cited(ROWED).startswith(f"“He rowed.” the cook, reported in {SOURCE}. <")


def test_lines_have_the_notes_and_the_copies() -> None:
    assert lines(NOTED)[1:] == (Line("n. *: Told at the inn."),)
    assert lines(WITNESSED) == (
        Line(f"{SOURCE}.", SLEPT_URI),
        Line(
            "also copy.txt, line 1 (wording differs, which changes the sense: adds “never”)",
            of_quote(COPIED),
        ),
    )


def test_a_citation_may_be_pasted_into_a_text_and_wrapped() -> None:
    pasted = f"Reed “knew” it:\n{cited(SLEPT)}, and so:\n\n{cited(ROW)}"
    assert problems(pasted) == [None, None]
    assert problems(pasted.replace(" ", "\n")) == [None, None]
    assert problems(cited(SLEPT).replace("The mate slept", "The mate\nslept")) == [None]


WRONG = "citation not as in the source"


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ("slept", "swept", WRONG),
        ("“The mate", "“Never. The mate", WRONG),
        ("“The mate", "“Never.” “The mate", None),
        ("“The mate", "“Never. “The mate", WRONG),
        ("slept.”", "slept.” Or not.", WRONG),
        ("¶7", "¶8", WRONG),
        ("Anna Reed", "Anna Read", WRONG),
        ("“The mate slept.” ", "", WRONG),
        (f"{SOURCE}.", "", WRONG),
        ("abab", "abba", "the file has changed since (SHA-256 differs)"),
        ("0,15", "0,14", WRONG),
        ("0,15", "0,16", "the offsets start or end with white space"),
        ("0,15", "0,13", "no quote: it cuts a word, or lies in a heading, contents or page furni"),
        ("0,15", "0,99", "the offsets end at 99, the text at 64"),
        ("0,15", "15,0", "is no citation of Pincite's"),
        ("pincite:", "pincit:", "is no citation of Pincite's"),
    ],
)
def test_whatever_is_changed_is_found(old: str, new: str, problem: str | None) -> None:
    changed = cited(SLEPT).replace(old, new)
    assert changed != cited(SLEPT)
    (found,) = problems(changed)
    assert (found is None) if problem is None else problem in (found or "")


def test_words_that_look_like_a_citation_are_none() -> None:
    document = replace(SLEPT.document, author="<pincite:a>")
    quoted = replace(SLEPT, document=document, speakers=("<pincite:a>",))
    content = export([answer(quoted)], "note")
    assert "\\x3cpincite:a>, “A Log" in content
    assert problems(content, {document.path: document}) == [None]
