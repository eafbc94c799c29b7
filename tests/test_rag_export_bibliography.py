"""Sources for bibliographies, exactly."""

import json
from dataclasses import replace
from typing import Any

import pytest
from bibtexparser.splitter import Splitter
from hypothesis import given

from index.errors import PinciteError
from rag.export import export
from rag.export.bibliography import authors, key
from rag.export.found import flat
from rag.export.uri import of_source
from tests.answers import (
    COPIED,
    COPY,
    LOG,
    NOTED,
    REFUSED,
    SLEPT,
    TEXTS,
    WITNESSED,
    answer,
    problems,
    whole,
)

ANSWERS = [answer(WITNESSED, COPIED, NOTED), REFUSED]


@pytest.mark.parametrize(
    ("author", "names"),
    [
        (None, []),
        ("Anna Reed", [{"literal": "Anna Reed"}]),
        ("Mao Zedong", [{"literal": "Mao Zedong"}]),
        ("Reed, Anna", [{"family": "Reed", "given": "Anna"}]),
        ("Anna B. Reed", [{"given": "Anna B.", "family": "Reed"}]),
        ("J. R. R. Tolkien", [{"given": "J. R. R.", "family": "Tolkien"}]),
        ("J.-P. Sartre", [{"given": "J.-P.", "family": "Sartre"}]),
        ("J. van den Berg", [{"literal": "J. van den Berg"}]),
        ("John Smith Jr.", [{"literal": "John Smith Jr."}]),
        ("Reed, Anna, and others", [{"literal": "Reed, Anna, and others"}]),
        ("Anna Reed and J. Cook", [{"literal": "Anna Reed"}, {"given": "J.", "family": "Cook"}]),
        ("Smith and Sons", [{"literal": "Smith and Sons"}]),
        ("Anna\nReed", [{"literal": "Anna Reed"}]),
    ],
)
def test_a_name_has_parts_where_they_can_be_told(
    author: str | None, names: list[dict[str, str]]
) -> None:
    assert authors(replace(LOG, author=author)) == names


def test_keys_tell_sources_with_one_name_apart() -> None:
    assert key(LOG).startswith("the-log-1-")
    assert key(replace(LOG, path="Ж.txt")).startswith("source-")
    assert key(LOG) != key(replace(LOG, path="copy/the log #1.txt"))


def test_csl_lists_each_quoted_source_once() -> None:
    assert json.loads(export(ANSWERS, "csl")) == [
        {
            "id": key(LOG),
            "type": "document",
            "title": "A Log & Its {Notes}",
            "author": [{"literal": "Anna Reed"}],
            "URL": of_source(LOG),
        },
        {"id": key(COPY), "type": "document", "title": "copy", "URL": of_source(COPY)},
    ]


def test_bibtex_escapes_what_tex_takes_for_itself() -> None:
    assert export(ANSWERS, "bibtex") == (
        f"@misc{{{key(LOG)},\n"
        "\tauthor = {{Anna Reed}},\n"
        "\ttitle = {{A Log \\& Its {\\textbraceleft}Notes{\\textbraceright}}},\n"
        f"\turl = {{{of_source(LOG)}}}\n"
        "}\n\n\n"
        f"@misc{{{key(COPY)},\n\ttitle = {{{{copy}}}},\n\turl = {{{of_source(COPY)}}}\n}}\n"
    )


@given(TEXTS)
def test_every_brace_has_its_other_half_and_every_command_is_ours(text: str) -> None:
    source = replace(SLEPT.document, title=text, author=text)
    quoted = replace(SLEPT, document=source)
    library = Splitter(export([answer(quoted)], "bibtex")).split()
    (entry,) = library.entries
    assert not library.failed_blocks
    title, plain = entry.fields_dict["title"].value, flat(text)
    for command, character in [
        (r"{\textbackslash}", "\\"),
        (r"{\textasciitilde}", "~"),
        (r"{\textasciicircum}", "^"),
        *((f"\\{mark}", mark) for mark in "#$%&_"),
        (r"{\textbraceleft}", ""),
        (r"{\textbraceright}", ""),
    ]:
        assert title.count(command) == plain.count(character) or not character
        title = title.replace(command, "")
    assert not set(title[2:-2]) & set("{}\\#$%&_~^")


@pytest.mark.parametrize("form", ["csl", "bibtex"])
@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ("Log", "Lag", "title not as in the source"),
        ("Reed", "Read", "author not as in the source"),
        ("the-log-1", "the-lag-1", "not as in the source"),
        ("cdcd", "cddc", "the file has changed since"),
        ("copy.txt?", "copied.txt?", "the document is no longer in the index"),
        ("pincite:copy", "pincite:%63opy", "is no citation of Pincite's"),
        ("cdcd", "cdxd", "is no citation of Pincite's"),
    ],
)
def test_whatever_is_changed_is_found(form: str, old: str, new: str, problem: str) -> None:
    content = export(ANSWERS, form)
    assert old in content
    found: list[Any] = [each for each in problems(content.replace(old, new, 1)) if each]
    assert len(found) == 1
    assert problem in found[0]


def test_bibtex_may_be_laid_out_anew() -> None:
    content = export(ANSWERS, "bibtex").replace("\t", "   ").replace(" = ", "=")
    assert problems(f"% my list\n{content}"[10:]) == [None, None]


def test_what_is_no_bibtex_is_refused() -> None:
    with pytest.raises(PinciteError, match="this is no BibTeX: "):
        problems("@misc{a, title = {A}\n@misc{b, title = {B}}")


def test_a_whole_source_has_no_range() -> None:
    content = export(ANSWERS, "csl").replace(f"{'ab' * 32}", f"{'ab' * 32}#char=0,15")
    assert problems(content)[0] == f"'{of_source(LOG)}#char=0,15' is no citation of Pincite's"
    assert whole(COPY) == COPIED
