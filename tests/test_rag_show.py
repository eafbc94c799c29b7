"""`pincite show`, `pincite witnesses` and what `pincite status` counts, on a tiny index."""

from pathlib import Path

import pytest

from index.errors import PinciteError
from index.store import open_reading, writing
from index.tokens import DEFAULT_ENCODING, load_encoding
from index.update import Updater, make_settings
from rag.config import Config
from rag.groups import print_groups
from rag.show import show
from tests.fakes import FakeEmbedder

LOG = """The Loss of the Corvane

By Anna Reed

     1. The mate wrote: “The lamp went out before four, and nobody on the deck saw it.”

     2. The ship struck the reef with two boats and eleven men still on board of her.⁷¹

     3. Nobody was blamed for it.

Notes

71. Inquest, 12.

See also the log.

72. Inquest, 14.
"""
REPRINT = "The ship struck the reef with two boats and men still on board of her.\n"


@pytest.fixture(scope="module")
def config(tmp_path_factory: pytest.TempPathFactory) -> Config:
    folder = tmp_path_factory.mktemp("show")
    sources = folder / "sources"
    sources.mkdir()
    (sources / "log.txt").write_text(LOG, encoding="utf-8")
    (sources / "reprint.txt").write_text(REPRINT, encoding="utf-8")
    embedder, tokens = FakeEmbedder(), load_encoding(DEFAULT_ENCODING)
    with writing(folder / "index") as store:
        store.prepare(make_settings(embedder, tokens, 240))
        assert not Updater(store, embedder, tokens, 240).run([sources]).failures
    return Config(index=folder / "index")


def shown(config: Config, target: str, capsys: pytest.CaptureFixture[str]) -> list[str]:
    show(config, target)
    return capsys.readouterr().out.splitlines()


def test_a_place_has_its_structure_its_speakers_its_notes_and_its_copies(
    config: Config, capsys: pytest.CaptureFixture[str]
) -> None:
    start = LOG.index("The ship")
    assert shown(config, "log.txt:¶2", capsys) == [
        f"¶2  [paragraph, characters {start}-{LOG.index('her.⁷¹') + 6}]  The Loss of the Corvane",
        "  Anna Reed:",
        "    The ship struck the reef with two boats and eleven men still on board of her.",
        "      n. 71: Inquest, 12.",
        "      n. 71: See also the log.",
        "      also reprint.txt, line 1 (wording differs, which changes the sense: lacks “eleven”)",
    ]


def test_a_note_names_the_place_that_cites_it(
    config: Config, capsys: pytest.CaptureFixture[str]
) -> None:
    lines = shown(config, "log.txt:n. 71", capsys)
    assert lines[1:4] == ["  cited at ¶2", "  Anna Reed:", "    Inquest, 12."]
    assert "  cited at ¶2" not in shown(config, "log.txt:n. 72", capsys)


def test_words_stand_under_whoever_speaks_them(
    config: Config, capsys: pytest.CaptureFixture[str]
) -> None:
    _, speaker, words = shown(config, "log.txt:1", capsys)
    assert speaker == "  the mate, quoted by Anna Reed:" or speaker.startswith("  unknown, ")
    assert words.startswith("    The mate wrote: “The lamp")


@pytest.mark.parametrize(
    ("locator", "first"),
    [
        ("¶3", "¶3"),
        ("3", "¶3"),
        ("n. 71", "n. 71"),
        ("note 71", "n. 71"),
        ("line 9", "¶3"),
        ("n71", "n. 71"),
        (f"{LOG.index('Nobody was')}-{LOG.index('blamed')}", "¶3"),
    ],
)
def test_a_place_is_found_by_every_kind_of_locator(
    config: Config, capsys: pytest.CaptureFixture[str], locator: str, first: str
) -> None:
    assert shown(config, f"log.txt:{locator}", capsys)[0].startswith(f"{first}  [")


def test_a_place_is_found_by_the_words_of_its_heading(
    config: Config, capsys: pytest.CaptureFixture[str]
) -> None:
    lines = shown(config, "log.txt:notes", capsys)
    places = [line.split("  ")[0] for line in lines if not line.startswith(" ")]
    assert places[1:] == ["n. 71", "n. 71", "n. 72"]


def test_without_a_locator_the_outline_is_shown(
    config: Config, capsys: pytest.CaptureFixture[str]
) -> None:
    lines = shown(config, "log", capsys)
    assert lines[:3] == [
        "log.txt: The Loss of the Corvane",
        "  author     Anna Reed",
        "  encoding   utf-8",
    ]
    assert "  notes      1 markers, 0 of them without a note; 0 in the text" in lines
    assert any(line.endswith(": Notes") for line in lines)


@pytest.mark.parametrize(
    ("target", "message"),
    [
        ("lost.txt", "'lost.txt' is not in the index; `pincite status` lists all"),
        ("", "could be log.txt, reprint.txt"),
        ("log.txt:¶9", "there is no '¶9' in log.txt; a locator is like"),
        ("log.txt:p. 4", "there is no 'p. 4' in log.txt"),
        ("log.txt:somewhere", "there is no 'somewhere' in log.txt"),
    ],
)
def test_what_is_not_there_is_named(config: Config, target: str, message: str) -> None:
    with pytest.raises(PinciteError) as caught:
        show(config, target)
    assert message in str(caught.value)


@pytest.mark.parametrize("document", [None, "log.txt", "reprint"])
def test_groups_are_listed_with_what_differs(
    config: Config, capsys: pytest.CaptureFixture[str], document: str | None
) -> None:
    print_groups(config, document)
    lines = capsys.readouterr().out.splitlines()
    assert lines[:3] == ["[1] 2 places, one source", "    log.txt, ¶2", "    reprint.txt, line 1"]
    assert lines[3] == (
        "    log.txt, ¶2 ↔ reprint.txt, line 1: 15 words shared, of 16 and 15; "
        "log.txt is fuller: it has lost 0%, the other 6%"
    )
    assert "        reprint.txt (wording differs, which changes the sense: lacks “eleven”)" in lines
    assert lines[-1] == "1 group of passages that are copies of each other."


def test_the_census_counts_notes_speech_and_copies(config: Config) -> None:
    store = open_reading(config.index)
    try:
        census = store.census()
        assert (census.markers, census.linked, census.copied, census.groups) == (1, 1, 2, 1)
        assert census.speeches >= 1
        assert store.sentences("reprint.txt") == [
            span for span in store.sentences("reprint.txt") if span.of(REPRINT)
        ]
    finally:
        store.close()


def test_a_document_of_another_index_folder_is_not_looked_for(tmp_path: Path) -> None:
    with pytest.raises(PinciteError, match="there is no index in"):
        show(Config(index=tmp_path / "none"), "log.txt")
