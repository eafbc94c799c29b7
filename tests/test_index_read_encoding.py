"""Bytes to text: marks, guesses, and what is not guessed."""

from __future__ import annotations

import codecs

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.errors import SourceError
from index.read.encoding import decode

RUSSIAN = "Зимой шёл дождь, и река вышла из берегов. Никто не помнил такой зимы, и все ждали беды."
GREEK = "Όλη μέρα έβρεχε και το ποτάμι βγήκε από τις όχθες του. Οι άνθρωποι έφυγαν από τα σπίτια."
FRENCH = "Il a plu toute la journée, et la rivière est sortie de son lit à cause de l’été pourri."
ENGLISH = "It rained all day at the “Café”, the river rose, and the people left their houses then."
JAPANESE = "一日中雨が降って、川の水があふれた。人々は家を出なければならなかった。"


def refused(data: bytes) -> str:
    with pytest.raises(SourceError) as caught:
        decode(data)
    return str(caught.value)


@given(st.text().filter(lambda text: "\x00" not in text))
def test_utf_8_is_the_file_unchanged(text: str) -> None:
    assert decode(text.encode()) == (text, "utf-8")


@pytest.mark.parametrize(
    ("mark", "codec", "name"),
    [
        (codecs.BOM_UTF8, "utf-8", "utf-8"),
        (codecs.BOM_UTF16_LE, "utf-16-le", "utf-16"),
        (codecs.BOM_UTF16_BE, "utf-16-be", "utf-16"),
        (codecs.BOM_UTF32_LE, "utf-32-le", "utf-32"),
        (codecs.BOM_UTF32_BE, "utf-32-be", "utf-32"),
    ],
)
def test_a_byte_order_mark_names_the_encoding_and_stays(mark: bytes, codec: str, name: str) -> None:
    assert decode(mark + "Дождь 𝄞".encode(codec)) == ("\ufeffДождь 𝄞", name)


def test_a_mark_that_lies_is_an_error() -> None:
    assert refused(codecs.BOM_UTF16_LE + b"abc") == (
        "damaged: it is marked as UTF-16 but is not valid; save it anew"
    )


@pytest.mark.parametrize("codec", ["utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("text", ["It rained.\r\n", RUSSIAN])
def test_utf_16_without_a_mark(text: str, codec: str) -> None:
    assert decode(text.encode(codec)) == (text, "utf-16 (detected)")


@pytest.mark.parametrize(
    "data", [b"It\x00rained all", b"\x00\x01 \x00", b"a\x00 \x00\x07\x00", b"a\x00b\x00", b"a\x00b"]
)
def test_zero_bytes_in_anything_else_are_binary(data: bytes) -> None:
    assert refused(data) == "binary: it holds zero bytes and is no text"


@pytest.mark.parametrize(
    ("text", "codec", "name"),
    [
        (RUSSIAN, "cp1251", "windows-1251 (detected)"),
        (RUSSIAN, "koi8-r", "koi8-r (detected)"),
        (RUSSIAN, "cp866", "cp866 (detected)"),
        (GREEK, "cp1253", "windows-1253 (detected)"),
        (FRENCH, "cp1252", "windows-1252 (detected)"),
        (ENGLISH, "cp1252", "windows-1252 (detected)"),
        (JAPANESE, "shift_jis", "shift_jis (detected)"),
    ],
)
def test_a_legacy_code_page_is_told_by_its_language(text: str, codec: str, name: str) -> None:
    assert decode(text.encode(codec)) == (text, name)


@pytest.mark.parametrize(
    ("data", "where"),
    [
        ("naïve".encode("cp1252"), "byte 0xef at offset 2"),
        ("Шёл дождь.".encode("koi8-r"), "byte 0xfb at offset 0"),
        (b"\xed\xa0\x80", "byte 0xed at offset 0"),
        (bytes(range(1, 256)), "byte 0x80 at offset 127"),
    ],
)
def test_an_unsure_guess_is_an_error(data: bytes, where: str) -> None:
    assert refused(data) == (
        f"not valid UTF-8 ({where}), and its encoding cannot be told for sure; save it as UTF-8"
    )


@pytest.mark.parametrize(
    ("declared", "text", "encoding"),
    [
        ("windows-1251", "ïðèâåò".encode("cp1252").decode("cp1251"), "windows-1251"),
        ("ISO-8859-1", "ïðèâåò", "windows-1252"),
        ("latin2", "ďđčâĺň", "iso-8859-2"),
    ],
)
def test_a_declared_encoding_needs_no_guess(declared: str, text: str, encoding: str) -> None:
    assert decode("ïðèâåò".encode("cp1252"), declared) == (text, encoding)


@pytest.mark.parametrize("declared", ["utf-7", "unicode_escape", "zlib", "rot13", "utf-16"])
def test_no_other_codec_is_called(declared: str) -> None:
    assert decode(b"It +AGE- \\u0061", declared) == ("It +AGE- \\u0061", "utf-8")
