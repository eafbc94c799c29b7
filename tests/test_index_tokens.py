"""Counting tokens, the vocabulary that is shipped, and the script that trained it."""

from __future__ import annotations

import gzip
import hashlib
import importlib
import socket
import subprocess
import sys
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import NoReturn

import pytest
import tiktoken.load
from hypothesis import given, settings
from hypothesis import strategies as st

from index import tokens as module
from index.errors import PinciteError
from index.tokens import (
    DEFAULT_ENCODING,
    ENGLISH_PATTERN,
    Tokens,
    TokensError,
    load_encoding,
    parse_ranks,
    tokens_from_ranks,
)
from index.vocabulary import train

SHIPPED = Path(module.__file__).parent / "vocabulary" / "english-16k.tiktoken"
BYTES = train.dump([])
OPENAI = ["cl100k_base", "o200k_base"]
CACHE_KEYS = {
    "cl100k_base": "9b5ad71b2ce5302211f9c61530b329a4922fc6a4",
    "o200k_base": "fb374d419588a4632f3f557e76b4b70aebbca790",
}


@cache
def shipped() -> Tokens:
    return load_encoding(DEFAULT_ENCODING)


@cache
def shipped_ranks() -> dict[bytes, int]:
    return parse_ranks(SHIPPED.read_bytes())


def decode(ranks: dict[bytes, int], encoded: list[int]) -> str:
    by_rank = {rank: token for token, rank in ranks.items()}
    return b"".join(by_rank[rank] for rank in encoded).decode()


def refuse(*_: object, **__: object) -> NoReturn:
    raise AssertionError("the network was used")


@pytest.fixture
def cache_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty cache folder of tiktoken's, on a machine where every connection is an error."""
    monkeypatch.setenv("TIKTOKEN_CACHE_DIR", str(tmp_path))
    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    monkeypatch.setattr(tiktoken.load, "read_file", refuse)
    return tmp_path


def expect_bytes_vocabulary(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    """Let `name` stand for the vocabulary of the 256 bytes, in place of OpenAI's."""
    sha256 = hashlib.sha256(BYTES).hexdigest()
    small = replace(module._VOCABULARIES[name], sha256=sha256)
    monkeypatch.setitem(module._VOCABULARIES, name, small)


# Counting


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("", 0),
        (" the", 1),
        (" the law of the land.", 6),
        (" they don't", 3),
        (" they don\u2019t", 3),
        (" in 1937", 3),
        ("a\n\na", 3),
        ("a    a", 5),
        ("\x00\x01", 2),
    ],
)
def test_count(text: str, count: int) -> None:
    assert shipped().count(text) == count


def test_what_looks_like_a_special_token_is_ordinary_text() -> None:
    text = "<|endoftext|>"
    assert shipped().count(text) == 8  # < | end o ft ext | >
    assert decode(shipped_ranks(), shipped().encode(text)) == text


@pytest.mark.parametrize("text", ["\ud800", "a \udc00 b"])
def test_an_unpaired_surrogate_counts_as_the_replacement_character(text: str) -> None:
    replaced = "".join("\ufffd" if "\ud800" <= char <= "\udfff" else char for char in text)
    assert shipped().encode(text) == shipped().encode(replaced)


@pytest.mark.parametrize("unit", [" ", "\n", "a", "1", "!", "\u0301"])
def test_a_very_long_run_is_counted(unit: str) -> None:
    assert shipped().count(unit * 1_100_000 + "x") > 1


@settings(deadline=None)  # the first example loads the vocabulary
@given(st.text())
def test_decoding_gives_the_text_back(text: str) -> None:
    encoded = shipped().encode(text)
    assert decode(shipped_ranks(), encoded) == text
    assert shipped().count(text) == len(encoded)


@pytest.mark.parametrize("name", OPENAI)
@settings(deadline=None)
@given(text=st.text())
def test_every_pattern_covers_all_text(name: str, text: str) -> None:
    pattern = module._VOCABULARIES[name].pattern
    tokens = tokens_from_ranks(name, parse_ranks(BYTES), pattern)
    assert decode(parse_ranks(BYTES), tokens.encode(text)) == text


# The vocabulary that is shipped


def test_the_vocabulary_starts_with_every_byte_and_has_no_gaps() -> None:
    ranks = shipped_ranks()
    assert list(ranks.values()) == list(range(256 + 16_000))
    assert list(ranks)[:256] == [bytes([byte]) for byte in range(256)]


def test_every_token_is_reached_by_merging_two_of_lower_rank() -> None:
    ranks = shipped_ranks()
    for token, rank in ranks.items():
        parts = ((token[:cut], token[cut:]) for cut in range(1, len(token)))
        assert len(token) == 1 or any(
            ranks.get(left, rank) < rank and ranks.get(right, rank) < rank for left, right in parts
        )


def test_the_readme_states_the_hash_of_the_file() -> None:
    readme = SHIPPED.with_name("README.md").read_text(encoding="utf-8")
    assert hashlib.sha256(SHIPPED.read_bytes()).hexdigest() in readme


def test_a_damaged_vocabulary_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "vocabulary").mkdir()
    damaged = SHIPPED.read_bytes().replace(b" 300\n", b" 301\n")
    (tmp_path / "vocabulary" / SHIPPED.name).write_bytes(damaged)
    monkeypatch.setattr("importlib.resources.files", lambda _: tmp_path)
    with pytest.raises(TokensError, match=r"english-16k\.tiktoken is damaged: .*Reinstall"):
        load_encoding(DEFAULT_ENCODING)


def test_a_missing_vocabulary_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importlib.resources.files", lambda _: tmp_path)
    with pytest.raises(TokensError, match=r"english-16k\.tiktoken is missing.*Reinstall"):
        load_encoding(DEFAULT_ENCODING)


# Choosing an encoding


def test_an_unknown_name_is_answered_with_the_known_ones() -> None:
    with pytest.raises(PinciteError) as caught:
        load_encoding("gpt9")
    assert str(caught.value) == (
        "Unknown token encoding 'gpt9': use one of pincite-16k, cl100k_base, o200k_base."
    )


def test_importing_the_module_does_not_import_tiktoken() -> None:
    script = "import sys, index.tokens; print('tiktoken' in sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", script],
        cwd=SHIPPED.parents[2],
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout == "False\n"


def test_the_shipped_encoding_needs_no_network(cache_folder: Path) -> None:
    assert load_encoding(DEFAULT_ENCODING).name == DEFAULT_ENCODING
    assert list(cache_folder.iterdir()) == []


@pytest.mark.parametrize("name", OPENAI)
def test_addresses_hashes_and_patterns_are_tiktokens_own(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[tuple[str, str]] = []

    def load(address: str, expected_hash: str) -> dict[bytes, int]:
        asked.append((address, expected_hash))
        return {}

    openai_public = importlib.import_module("tiktoken_ext.openai_public")  # it has no types
    monkeypatch.setattr(openai_public, "load_tiktoken_bpe", load)
    theirs = openai_public.ENCODING_CONSTRUCTORS[name]()
    ours = module._VOCABULARIES[name]
    assert asked == [(ours.source, ours.sha256)]
    assert theirs["pat_str"] == ours.pattern


@pytest.mark.parametrize("name", OPENAI)
def test_without_permission_nothing_is_downloaded(name: str, cache_folder: Path) -> None:
    with pytest.raises(TokensError) as caught:
        load_encoding(name)
    message = str(caught.value)
    assert f"vocabulary of {name!r} is not at {cache_folder / CACHE_KEYS[name]}" in message
    assert "network access is not allowed" in message
    assert "TIKTOKEN_CACHE_DIR" in message
    assert DEFAULT_ENCODING in message


@pytest.mark.parametrize("name", OPENAI)
def test_a_cached_vocabulary_is_used(
    name: str, cache_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    expect_bytes_vocabulary(monkeypatch, name)
    (cache_folder / CACHE_KEYS[name]).write_bytes(BYTES)
    assert load_encoding(name).encode("<|endoftext|>") == list(b"<|endoftext|>")
    assert tiktoken.load.read_file_cached(module._VOCABULARIES[name].source) == BYTES


def test_a_damaged_copy_in_the_cache_is_refused_and_left_alone(cache_folder: Path) -> None:
    copy = cache_folder / CACHE_KEYS["cl100k_base"]
    copy.write_bytes(BYTES)
    with pytest.raises(TokensError, match=r"'cl100k_base' at .* is damaged"):
        load_encoding("cl100k_base")
    assert copy.read_bytes() == BYTES


@pytest.mark.usefixtures("cache_folder")
def test_a_cache_that_is_switched_off_is_no_permission(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TIKTOKEN_CACHE_DIR", "")
    with pytest.raises(TokensError, match="says that there is none"):
        load_encoding("cl100k_base")


def test_the_cache_folder_is_found_as_tiktoken_finds_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TIKTOKEN_CACHE_DIR", "first")
    monkeypatch.setenv("DATA_GYM_CACHE_DIR", "second")
    assert module._cache_path("a") == Path("first", hashlib.sha1(b"a").hexdigest())
    monkeypatch.delenv("TIKTOKEN_CACHE_DIR")
    assert module._cache_path("a") == Path("second", hashlib.sha1(b"a").hexdigest())
    monkeypatch.delenv("DATA_GYM_CACHE_DIR")
    monkeypatch.setattr("tempfile.gettempdir", lambda: "temporary")
    key = hashlib.sha1(b"a").hexdigest()
    assert module._cache_path("a") == Path("temporary", "data-gym-cache", key)


def test_with_permission_tiktoken_downloads_and_keeps_it(
    cache_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    expect_bytes_vocabulary(monkeypatch, "cl100k_base")
    monkeypatch.setattr(tiktoken.load, "read_file", lambda _: BYTES)
    assert load_encoding("cl100k_base", allow_network=True).count("abc") == 3
    assert (cache_folder / CACHE_KEYS["cl100k_base"]).read_bytes() == BYTES


@pytest.mark.usefixtures("cache_folder")
@pytest.mark.parametrize("error", [ConnectionError("no route"), ValueError("Hash mismatch")])
def test_a_failed_download_is_one_clear_error(
    error: Exception, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(_: str) -> NoReturn:
        raise error

    monkeypatch.setattr(tiktoken.load, "read_file", fail)
    with pytest.raises(TokensError, match=f"'cl100k_base' could not be downloaded: {error}"):
        load_encoding("cl100k_base", allow_network=True)


# Training


def run_training(folder: Path, *texts: Path, merges: int = 10, cap: int = 1000) -> bytes:
    out = folder / "out.tiktoken"
    options = ["--merges", str(merges), "--cap", str(cap), "--out", str(out)]
    assert train.main([*map(str, texts), *options]) == 0
    return out.read_bytes()


def test_merges_are_learnt_in_order_of_frequency() -> None:
    # "ab" three times, then " ab" twice; the line end occurs once, and once is no pattern.
    assert train.train(["ab ab ab\n\n"], 10) == [b"ab", b" ab"]
    assert train.train(["ab ab ab\n\n"], 1) == [b"ab"]


def test_merges_never_cross_a_piece() -> None:
    learnt = train.train(["it's 12345. " * 9], 100)
    assert {b"it", b"'s", b" 123", b"45"} <= set(learnt)
    assert not any(b"t'" in token or b"34" in token or b". " in token for token in learnt)


def test_every_byte_survives_training() -> None:
    every = "".join(map(chr, range(256))) + "\U0010ffff\u4e00"
    ranks = parse_ranks(train.dump(train.train([every, every], 1000)))
    assert list(ranks)[:256] == [bytes([byte]) for byte in range(256)]
    assert decode(ranks, tokens_from_ranks("all", ranks).encode(every)) == every


def test_training_is_deterministic_and_its_result_loads(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text = tmp_path / "text.txt"
    text.write_text("the law of\nthe land\n\nthe law of the land", encoding="utf-8")
    data = run_training(tmp_path, text)
    assert data == run_training(tmp_path, text)
    assert f"sha256 {hashlib.sha256(data).hexdigest()}\n" in capsys.readouterr().out
    ranks = parse_ranks(data)
    assert list(ranks.values()) == list(range(266))
    trained = tokens_from_ranks("tiny", ranks, ENGLISH_PATTERN)
    assert trained.count("the law of the sea") < len("the law of the sea")


def test_dump_writes_tiktokens_format(tmp_path: Path) -> None:
    data = train.dump([b" the"])
    assert data.startswith(b"AA== 0\nAQ== 1\n")
    assert data.endswith(b"/w== 255\nIHRoZQ== 256\n")
    file = tmp_path / "tiny.tiktoken"
    file.write_bytes(data)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TIKTOKEN_CACHE_DIR", "")
        assert tiktoken.load.load_tiktoken_bpe(str(file)) == parse_ranks(data)


def test_a_folder_is_read_in_the_order_of_its_paths(tmp_path: Path) -> None:
    (tmp_path / "b.txt").write_text("two\nlines\n\n\nthree", encoding="utf-8")
    (tmp_path / "a.html").write_text("<p>one</p>", encoding="utf-8")
    (tmp_path / "c.txt.gz").write_bytes(gzip.compress(b"four \xff"))
    (tmp_path / "d.png").write_bytes(b"five")
    assert list(train.read_paragraphs(tmp_path)) == [
        "one\n\n",
        "two lines\n\n",
        "three\n\n",
        "four \ufffd\n\n",
    ]


def test_a_text_that_is_not_there_is_an_error(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit):
        run_training(tmp_path, tmp_path / "absent")
    assert "absent: no text there" in capsys.readouterr().err


def test_a_page_gives_its_prose(tmp_path: Path) -> None:
    page = tmp_path / "page.html"
    page.write_text(
        "<head><title>T</title></head><h1>A</h1><p>b <em>c</em>s\nd&amp;e</p><pre>f</pre>g<br>h"
    )
    assert "".join(train.read_paragraphs(page)) == "A\n\nb cs d&e\n\ng\n\nh\n\n"


def test_a_dictionary_gives_its_definitions() -> None:
    entry = (
        "Coal \\Coal\\ (k[=o]l), n. [AS. col; akin to\n   D. kool.]\n"
        "   A {charred} (see Cut) fragment. --Sir W. Scott.\nCoast\n   Land.\n"
    )
    assert train.dictionary_text(entry) == (
        "Coal  , n. \n   A charred (see Cut) fragment. \n\nCoast\n   Land.\n"
    )


def test_typesetting_changes_quotes_and_dashes_only() -> None:
    typed = """"It's 'old' ('tis)," he said -- 1914-18 - well-known."""
    assert train.typeset(typed) == (
        "\u201cIt\u2019s \u2018old\u2019 (\u2018tis),\u201d"
        " he said\u20141914\u201318 \u2013 well-known."
    )


def test_every_second_paragraph_is_typeset(tmp_path: Path) -> None:
    text = tmp_path / "text.txt"
    text.write_text("don't\n\ndon't\n\ndon't", encoding="utf-8")
    assert train.prepare(text, 100) == ["don't\n\n", "don\u2019t\n\n", "don't\n\n"]


def test_a_sample_is_spread_evenly() -> None:
    paragraphs = [letter * 10 for letter in "abcdef"]
    assert train.sample(paragraphs, 60) == paragraphs
    assert train.sample(paragraphs, 20) == ["c" * 10, "f" * 10]
    assert train.sample([], 20) == []
