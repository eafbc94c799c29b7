"""How a question and a passage are laid out for the network."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tokenizers import Tokenizer
from tokenizers.models import WordLevel
from tokenizers.pre_tokenizers import Whitespace

from rag.read.layout import LONGEST, Pieced

WORDS = ["[UNK]", "[CLS]", "[SEP]", "[MASK]", "who", "lit", "it", "reed", "log"]


def pieced(words: list[str] = WORDS) -> Pieced:
    tokenizer = Tokenizer(WordLevel({word: at for at, word in enumerate(words)}, unk_token="[UNK]"))
    tokenizer.pre_tokenizer = Whitespace()
    return Pieced(tokenizer)


def test_each_sentence_has_a_marker() -> None:
    layout = pieced().lay_out([4, 5], [8], [[7, 5], [6]])
    assert layout.ids == (1, 4, 5, 2, 8, 2, 3, 7, 5, 3, 6, 2)
    assert layout.types == (0, 0, 0, 0, 1, 1, 1, 1, 1, 1, 1, 1)
    assert layout.markers == (6, 9)
    assert layout.starts == (7, 10)


def test_pieces_know_their_characters() -> None:
    (pieces,) = pieced().pieces(["reed lit  it"], 2)
    assert pieces.ids == (7, 5)
    assert pieces.offsets == ((0, 4), (5, 8))


def test_a_vocabulary_without_marks_is_refused() -> None:
    with pytest.raises(ValueError, match=r"has no \[MASK\]"):
        pieced([word for word in WORDS if word != "[MASK]"])


@given(st.lists(st.lists(st.just(6), max_size=200), max_size=9))
def test_no_input_is_too_long(sentences: list[list[int]]) -> None:
    layout = pieced().lay_out([4], [], sentences)
    assert len(layout.ids) == len(layout.types) <= LONGEST
    assert all(layout.ids[marker] == 3 for marker in layout.markers)
    assert len(layout.markers) == len(layout.starts) <= len(sentences)
