"""How a question and a passage are laid out for the trained reader, in training and in use.

    [CLS] question [SEP] title [SEP] [MASK] sentence [MASK] sentence ... [SEP]

The encoder's output at the mask before a sentence is what is known of the sentence, read with the
question and the whole passage around it; that at [CLS] is "none of these". One pass reads all
sentences of a passage: a pass per sentence with its neighbours takes four times as many tokens.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from tokenizers import Tokenizer

LONGEST_QUESTION = 64
LONGEST_TITLE = 32
LONGEST_SENTENCE = 120
# Of a whole input, in tokens: the encoder has no more positions.
LONGEST = 512


@dataclass(frozen=True, slots=True)
class Pieces:
    """The word pieces of a text: their ids, and where each starts and ends in it."""

    ids: tuple[int, ...]
    offsets: tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class Layout:
    """An input of the encoder.

    `ids` and `types` (0 for the question, 1 for the rest) have a value a token; `markers` holds the
    place of the mask before each sentence, `starts` that of each sentence's first token. A sentence
    that had no room any more has neither.
    """

    ids: tuple[int, ...]
    types: tuple[int, ...]
    markers: tuple[int, ...]
    starts: tuple[int, ...]


class Pieced:
    """Splits texts into word pieces and lays them out."""

    def __init__(self, tokenizer: Tokenizer) -> None:
        tokenizer.no_padding()
        tokenizer.no_truncation()
        self._tokenizer = tokenizer
        self._cls, self._sep, self._mask = (
            _id(tokenizer, token) for token in ("[CLS]", "[SEP]", "[MASK]")
        )

    def pieces(self, texts: Sequence[str], longest: int) -> list[Pieces]:
        """The first `longest` pieces of each text."""
        encoded = self._tokenizer.encode_batch(list(texts), add_special_tokens=False)
        return [Pieces(tuple(e.ids[:longest]), tuple(e.offsets[:longest])) for e in encoded]

    def lay_out(
        self, question: Sequence[int], title: Sequence[int], sentences: Sequence[Sequence[int]]
    ) -> Layout:
        """One input from the ids of a question, a title (may be empty) and sentences."""
        head = [self._cls, *question, self._sep]
        ids = [*head, *title, self._sep]
        markers, starts = [], []
        for sentence in sentences:
            if len(ids) + len(sentence) + 2 > LONGEST:
                break
            markers.append(len(ids))
            starts.append(len(ids) + 1)
            ids += [self._mask, *sentence]
        ids.append(self._sep)
        types = [0] * len(head) + [1] * (len(ids) - len(head))
        return Layout(tuple(ids), tuple(types), tuple(markers), tuple(starts))


def _id(tokenizer: Tokenizer, token: str) -> int:
    found = tokenizer.token_to_id(token)
    if found is None:
        raise ValueError(f"the reader's vocabulary has no {token}")
    return int(found)
