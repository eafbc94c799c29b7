"""Train the token vocabulary: `python -m index.vocabulary.train TEXT... --merges 16000 --out FILE`.

Byte-level BPE (Sennrich et al. 2016; over bytes, Radford et al. 2019), trained by the `tokenizers`
library and written in tiktoken's format. The same texts give the same file, byte for byte.
"""

from __future__ import annotations

import argparse
import base64
import gzip
import hashlib
import re
from collections.abc import Iterable, Iterator, Sequence
from html.parser import HTMLParser
from pathlib import Path
from typing import Final

from index.tokens import ENGLISH_PATTERN

SUFFIXES: Final = (".txt", ".html", ".dict")
"""What is read from a folder, each perhaps with ".gz" or ".dz" behind it."""

_PARAGRAPH_END: Final = re.compile(r"\n\s*\n")
_DICTIONARY_MARKS: Final = (
    (re.compile(r"\\[^\\\n]*\\"), ""),  # \Co*ag"u*late\: the headword again, in syllables
    (re.compile(r"\([^()]*[\[*`\"^=][^()]*\)"), ""),  # (k[=o]k): how it is pronounced
    (re.compile(r"\[[^\[\]]*\]"), ""),  # [L. coagulatus]: etymologies, sources, synonyms
    (re.compile(r"[{}]"), ""),  # {Coagulate}: links to other entries
    (re.compile(r"\n(?=\S)"), "\n\n"),  # a headword at the margin: the next entry
    (re.compile(r"--[A-Z][\w. ]*"), ""),  # --Shak.: who is quoted
)

_TYPESET: Final = (
    (re.compile(r'(?<![^\s(])"'), "\u201c"),  # after white space or "(", a quotation opens
    (re.compile(r'"'), "\u201d"),
    (re.compile("(?<![^\\s(\u201c])'"), "\u2018"),
    (re.compile(r"'"), "\u2019"),
    (re.compile(r"(?<=\d)-(?=\d)|(?<= )-(?= )"), "\u2013"),
    (re.compile(r" ?-- ?"), "\u2014"),
)


def main(arguments: Sequence[str] | None = None) -> int:
    """Train on the texts that the command line names, write the vocabulary, print the figures."""
    parser = _parser()
    options = parser.parse_args(arguments)
    corpus: list[str] = []
    for source in options.texts:
        paragraphs = prepare(source, options.cap)
        if not paragraphs:
            parser.error(f"{source}: no text there; name a text, or a folder with some")
        _report(source.as_posix(), paragraphs)
        corpus += paragraphs
    _report("all", corpus)
    tokens = train(corpus, options.merges)
    data = dump(tokens)
    options.out.write_bytes(data)
    print(f"{options.out}: {len(tokens)} merges, {len(data)} bytes")
    print(f"sha256 {hashlib.sha256(data).hexdigest()}")
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m index.vocabulary.train", description=__doc__)
    parser.add_argument(
        "texts",
        nargs="+",
        type=Path,
        metavar="TEXT",
        help=f"a UTF-8 text, or a folder of them ({', '.join(SUFFIXES)}; .gz and .dz are unpacked)",
    )
    parser.add_argument("--merges", type=int, default=16_000, help="tokens besides the 256 bytes")
    parser.add_argument(
        "--cap", type=int, default=8_000_000, help="characters taken from a TEXT, about"
    )
    parser.add_argument("--out", type=Path, required=True, metavar="FILE")
    return parser


def _report(name: str, paragraphs: Sequence[str]) -> None:
    text = "".join(paragraphs)
    print(f"{name}: {len(text)} characters, sha256 {hashlib.sha256(text.encode()).hexdigest()}")


def prepare(source: Path, cap: int) -> list[str]:
    """About `cap` characters of a text or a folder, every second paragraph of them typeset.

    The sources are typed in ASCII, and much of what Pincite reads is not.
    """
    paragraphs = sample(list(read_paragraphs(source)), cap)
    paragraphs[1::2] = map(typeset, paragraphs[1::2])
    return paragraphs


def read_paragraphs(source: Path) -> Iterator[str]:
    """The paragraphs of a text, or of all texts under a folder in the order of their paths.

    A paragraph is one line and ends with an empty one, as in the text that Pincite measures: hard
    wraps would fill the vocabulary with words that lack the space before them.
    """
    for path in _files(source):
        for paragraph in _PARAGRAPH_END.split(_plain_text(path)):
            if words := paragraph.split():
                yield " ".join(words) + "\n\n"


def _files(source: Path) -> Iterator[Path]:
    if source.is_file():
        yield source
    else:
        yield from (path for path in sorted(source.rglob("*")) if _kind(path) in SUFFIXES)


def _kind(path: Path) -> str:
    """The suffix of `path` without that of its compression."""
    return path.with_suffix("").suffix if path.suffix in (".gz", ".dz") else path.suffix


def _plain_text(path: Path) -> str:
    """The text of a file without markup; bytes that are not UTF-8 become U+FFFD.

    dictzip (.dz) is gzip with an index in its header.
    """
    data = path.read_bytes()
    if path.suffix in (".gz", ".dz"):
        data = gzip.decompress(data)
    text = data.decode("utf-8", errors="replace")
    if _kind(path) == ".html":
        return html_text(text)
    if _kind(path) == ".dict":
        return dictionary_text(text)
    return text


def dictionary_text(text: str) -> str:
    """The entries of a dictionary in dictd's format, without pronunciations and etymologies."""
    for mark, replacement in _DICTIONARY_MARKS:
        text = mark.sub(replacement, text)
    return text


def html_text(markup: str) -> str:
    """The text of an HTML page, with an empty line around every block; no code listings."""
    parser = _Text()
    parser.feed(markup)
    parser.close()
    return "".join(parser.parts)


class _Text(HTMLParser):
    """Collects what a reader of a page sees as prose."""

    HIDDEN: Final = frozenset({"head", "script", "style", "pre"})
    INLINE: Final = frozenset({"a", "abbr", "b", "cite", "code", "em", "i", "span", "strong", "u"})

    def __init__(self) -> None:
        super().__init__()
        self.parts: list[str] = []
        self._hidden: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in self.HIDDEN:
            self._hidden.append(tag)
        self._break(tag)

    def handle_endtag(self, tag: str) -> None:
        if self._hidden and self._hidden[-1] == tag:
            self._hidden.pop()
        self._break(tag)

    def handle_data(self, data: str) -> None:
        if not self._hidden:
            self.parts.append(re.sub(r"\s+", " ", data))

    def _break(self, tag: str) -> None:
        if tag not in self.INLINE:
            self.parts.append("\n\n")


def sample(paragraphs: Sequence[str], cap: int) -> list[str]:
    """About `cap` characters of `paragraphs`, evenly spread; all of them if they are no longer.

    A cap keeps one large source from giving the vocabulary its style, and spreading it keeps a
    dictionary from ending at the letter C.
    """
    total = sum(map(len, paragraphs))
    if total <= cap:
        return list(paragraphs)
    return [
        paragraph
        for number, paragraph in enumerate(paragraphs)
        if (number + 1) * cap // total > number * cap // total
    ]


def typeset(paragraph: str) -> str:
    """`paragraph` with the quotation marks, apostrophes and dashes of a printed book."""
    for mark, replacement in _TYPESET:
        paragraph = mark.sub(replacement, paragraph)
    return paragraph


def train(paragraphs: Iterable[str], merges: int) -> list[bytes]:
    """The tokens of more than one byte, in the order in which they are merged.

    At most `merges`; fewer where the text is too short to have so many pairs that occur twice.
    """
    from tokenizers import Regex, Tokenizer, models, pre_tokenizers, trainers

    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [
            pre_tokenizers.Split(Regex(ENGLISH_PATTERN), behavior="isolated"),
            pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False),
        ]
    )
    trainer = trainers.BpeTrainer(
        vocab_size=256 + merges,
        min_frequency=2,
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    tokenizer.train_from_iterator(paragraphs, trainer)
    letters = _byte_letters()
    ranked = sorted(tokenizer.get_vocab().items(), key=lambda item: item[1])
    tokens = (bytes(letters[letter] for letter in word) for word, _ in ranked)
    return [token for token in tokens if len(token) > 1]


def _byte_letters() -> dict[str, int]:
    """The byte behind each printable character of `ByteLevel` (GPT-2's `bytes_to_unicode`)."""
    shown = [byte for byte in range(256) if chr(byte).isprintable() and byte != ord(" ")]
    hidden = [byte for byte in range(256) if byte not in shown]
    letters = {chr(byte): byte for byte in shown}
    return letters | {chr(256 + number): byte for number, byte in enumerate(hidden)}


def dump(tokens: Iterable[bytes]) -> bytes:
    """A vocabulary in tiktoken's format: the 256 bytes first, then `tokens`, ranks without gaps."""
    ranked = [bytes([byte]) for byte in range(256)] + list(tokens)
    lines = (b"%s %d\n" % (base64.b64encode(token), rank) for rank, token in enumerate(ranked))
    return b"".join(lines)


if __name__ == "__main__":
    raise SystemExit(main())
