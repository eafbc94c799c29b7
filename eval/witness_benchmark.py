"""How fast and how well copies are found: python -m eval.witness_benchmark [PASSAGES]

A corpus is drawn from made-up words, with copies planted in it that are damaged in known ways, and
with what is no copy: boilerplate, stock phrases and reports of one event in other words. Each
document is compared with all before it and stored in a transaction of its own, as when a folder is
indexed; nothing is embedded. The plain baseline finds a sentence when all its words are the same.
"""

import random
import re
import resource
import sys
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from itertools import accumulate
from pathlib import Path

from rich.console import Console
from rich.table import Table

from index.database import connect_writing
from index.types import Passage, Place, Sentence, Span
from index.witnesses import split_words
from index.witnesses.ledger import Ledger
from index.witnesses.match import Match, groups

SEED = 20
PASSAGES = 100_000
PASSAGES_OF_A_DOCUMENT = 5
SENTENCES_OF_A_PASSAGE = 5
VOCABULARY = 30_000
PHRASES = 400
# Of a hundred documents so many are copies, so many tell an event anew, so many hold boilerplate.
COPIES, RETOLD, BOILERPLATE = 10, 2, 5

_SYLLABLE = re.compile(r"[^aeiouy]+[aeiouy]")
_SYLLABLES = _SYLLABLE.findall("bacedifoguhajekilomunapequirosutavewixozyanzabelicordilufenty")

Text = list[list[str]]


@dataclass(frozen=True, slots=True)
class Planted:
    """A sentence of a document that is a copy of one in another, and how it was damaged."""

    damage: str
    document: str
    sentence: int
    source: str
    source_sentence: int


class Corpus:
    """Draws documents: prose by Zipf's law with stock phrases, and copies of what was drawn."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)  # noqa: S311 - made-up prose, no secret
        self._words = sorted({self._word() for _ in range(2 * VOCABULARY)})[:VOCABULARY]
        self._random.shuffle(self._words)
        # Names: the rarer ones of every ten words.
        self._words[500::10] = [word.title() for word in self._words[500::10]]
        self._weights = list(accumulate(1 / rank for rank in range(1, len(self._words) + 1)))
        self._phrases = [self._draw(self._random.randrange(3, 7)) for _ in range(PHRASES)]
        self._boilerplate = [self._sentence() for _ in range(3)]
        self.planted: list[Planted] = []
        self.retold: set[tuple[str, str]] = set()
        self.with_boilerplate: set[str] = set()
        self._sources: list[tuple[str, Text]] = []

    def documents(self, count: int) -> Iterator[tuple[str, Text]]:
        """So many documents, by name; copies come after their source."""
        damages = list(DAMAGES)
        for number in range(count):
            name, of_hundred = f"{number:06}", number % 100
            if self._sources and of_hundred < COPIES:
                yield name, self._copy(name, damages[number // 10 % len(damages)])
            elif self._sources and of_hundred < COPIES + RETOLD:
                yield name, self._retell(name)
            else:
                yield name, self._original(name, boilerplate=of_hundred >= 100 - BOILERPLATE)

    def _original(self, name: str, *, boilerplate: bool) -> Text:
        text = self._prose(PASSAGES_OF_A_DOCUMENT * SENTENCES_OF_A_PASSAGE)
        if boilerplate:
            text[-len(self._boilerplate) :] = self._boilerplate
            self.with_boilerplate.add(name)
        elif len(self._sources) < 1000 or self._random.random() < 0.1:
            self._sources.append((name, text))
        return text

    def _copy(self, name: str, damage: str) -> Text:
        """A document of its own with a damaged copy in the middle."""
        # Each source is copied once or twice: what is copied often is boilerplate.
        source, original = self._sources.pop(self._random.randrange(len(self._sources)))
        length = 1 if damage.startswith("sentence") else self._random.randrange(6, 16)
        start = self._random.randrange(len(original) - length)
        pieces = DAMAGES[damage](self, original[start : start + length])
        before = self._prose(5)
        text = before + [piece for piece, _ in pieces] + self._prose(8)
        for at, (_, of) in enumerate(pieces, start=len(before)):
            self.planted += [Planted(damage, name, at, source, start + each) for each in of]
        return text

    def _retell(self, name: str) -> Text:
        """The names and half of the words of another document, in another order."""
        source, original = self._random.choice(self._sources)
        self.retold.add((name, source))
        text = self._prose(len(original))
        for mine, other in zip(text, original, strict=True):
            kept = self._random.sample(other, len(other) // 2)
            mine[: len(kept)] = kept
        return text

    def _prose(self, sentences: int) -> Text:
        return [self._sentence() for _ in range(sentences)]

    def _sentence(self) -> list[str]:
        found = self._draw(self._random.randrange(8, 28))
        if self._random.random() < 0.3:
            at = self._random.randrange(len(found))
            found[at:at] = self._random.choice(self._phrases)
        if self._random.random() < 0.4:
            found[-1] = str(self._random.randrange(1, 2000))
        return found

    def _draw(self, count: int) -> list[str]:
        return self._random.choices(self._words, cum_weights=self._weights, k=count)

    def _word(self) -> str:
        return "".join(self._random.choices(_SYLLABLES, k=self._random.randrange(1, 5)))

    # -- damage: the sentences that are left, each with those it is made of ------------------------

    def exact(self, text: Text) -> list[tuple[list[str], list[int]]]:
        return [(list(sentence), [at]) for at, sentence in enumerate(text)]

    def near(self, text: Text) -> list[tuple[list[str], list[int]]]:
        return [(self._changed(sentence, 0.05), [at]) for at, sentence in enumerate(text)]

    def scanned(self, text: Text) -> list[tuple[list[str], list[int]]]:
        """Misread in a share of the words between 10 and 20 %."""
        share = self._random.uniform(0.1, 0.2)
        return [(self._misread(sentence, share), [at]) for at, sentence in enumerate(text)]

    def lost(self, text: Text) -> list[tuple[list[str], list[int]]]:
        """A stretch of three to eight words lost in every sentence that is long enough."""
        out = []
        for at, sentence in enumerate(text):
            size = self._random.randrange(3, 9)
            start = self._random.randrange(max(1, len(sentence) - size))
            kept = sentence[:start] + sentence[start + size :]
            out.append((kept if len(sentence) > 2 * size else list(sentence), [at]))
        return out

    def merged(self, text: Text) -> list[tuple[list[str], list[int]]]:
        """Of each three sentences the first half of one and the second half of another are left."""
        out = []
        for at in range(0, len(text) - 2, 3):
            first, last = text[at], text[at + 2]
            out.append((first[: len(first) // 2] + last[len(last) // 2 :], [at, at + 2]))
        return out

    def _changed(self, sentence: Sequence[str], share: float) -> list[str]:
        return [self._draw(1)[0] if self._random.random() < share else word for word in sentence]

    def _misread(self, sentence: Sequence[str], share: float) -> list[str]:
        return [
            word[:-1] + self._random.choice("lI1ec") if self._random.random() < share else word
            for word in sentence
        ]


Damage = Callable[[Corpus, Text], list[tuple[list[str], list[int]]]]

DAMAGES: dict[str, Damage] = {
    "exact": Corpus.exact,
    "near: 5 % of the words changed": Corpus.near,
    "lost: words of each sentence": Corpus.lost,
    "merged: half of one, half of the next but one": Corpus.merged,
    "scanned: 10 to 20 % of the words misread": Corpus.scanned,
    "sentence among others": Corpus.exact,
    "sentence among others, near": Corpus.near,
}


@dataclass(slots=True)
class Result:
    """What a run found, and what it took: seconds by the clock and of one core, bytes at the peak.

    The seconds of the core are what counts where other programs run as well. `same`: the planted
    sentences that the baseline finds.
    """

    passages: int
    seconds: float
    core_seconds: float
    memory: int
    planted: Counter[str] = field(default_factory=Counter)
    found: Counter[str] = field(default_factory=Counter)
    wrong: Counter[str] = field(default_factory=Counter)
    same: Counter[str] = field(default_factory=Counter)
    regions: Counter[str] = field(default_factory=Counter)
    groups: Counter[str] = field(default_factory=Counter)
    baseline_seconds: float = 0.0


class Run:
    """One corpus in one database."""

    def __init__(self, corpus: Corpus, folder: Path) -> None:
        self._corpus = corpus
        self._db = connect_writing(folder)
        self._ledger = Ledger(self._db)
        self._spans: dict[str, list[Span]] = {}
        self._exact: dict[int, set[str]] = defaultdict(set)
        self._keys: dict[str, list[int]] = defaultdict(list)
        self._seconds = self._core_seconds = self._baseline_seconds = 0.0
        self._passages = 0

    def __call__(self, documents: int) -> Result:
        with closing(self._db):
            for name, text in self._corpus.documents(documents):
                self._add(name, text)
            # In kilobytes on Linux.
            memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
            result = Result(self._passages, self._seconds, self._core_seconds, memory)
            result.baseline_seconds = self._baseline_seconds
            self._judge_sentences(result)
            self._judge_regions(result)
            return result

    def _add(self, name: str, text: Text) -> None:
        passages = list(passages_of(text))
        self._passages += len(passages)
        self._spans[name] = [sentence.span for passage in passages for sentence in passage]
        started, core_started = time.perf_counter(), time.process_time()
        self._db.execute("BEGIN")
        document = self._db.execute(
            "INSERT INTO documents VALUES (NULL, ?, '', '', '', '', '', 0, NULL, '')", (name,)
        ).lastrowid
        assert document is not None
        self._ledger.add(document, name, passages)
        self._db.execute("COMMIT")
        self._seconds += time.perf_counter() - started
        self._core_seconds += time.process_time() - core_started
        core_started = time.process_time()
        for passage in passages:
            for sentence in passage:
                same = hash(tuple(split_words(sentence.reading.of(passage.reading))))
                self._exact[same].add(name)
                self._keys[name].append(same)
        self._baseline_seconds += time.process_time() - core_started

    def _judge_sentences(self, result: Result) -> None:
        """Count the planted sentences that were found, and what else was found for them."""
        expected: dict[tuple[str, int, str], list[Planted]] = defaultdict(list)
        for planted in self._corpus.planted:
            expected[planted.document, planted.sentence, planted.damage].append(planted)
        for (name, sentence, damage), origins in expected.items():
            copies = self._ledger.copies(name, self._spans[name][sentence])
            theirs = [copy.sentences.theirs for copy in copies]
            spans = [self._spans[each.source][each.source_sentence] for each in origins]
            source = origins[0].source
            result.planted[damage] += len(spans)
            same = self._exact[self._keys[name][sentence]]
            result.same[damage] += sum(each.source in same for each in origins)
            result.found[damage] += sum(
                any(at.document == source and at.span.overlaps(span) for at in theirs)
                for span in spans
            )
            result.wrong[damage] += sum(
                at.document != source or not any(at.span.overlaps(span) for span in spans)
                for at in theirs
            )

    def _judge_regions(self, result: Result) -> None:
        true = {(planted.source, planted.document): planted for planted in self._corpus.planted}
        matches = self._ledger.regions()
        result.regions.update(self._kind(match, true) for match in matches)
        for group in groups(matches):
            result.groups[max(self._kind(match, true) for match in group.matches)] += 1

    def _kind(self, match: Match, true: dict[tuple[str, str], Planted]) -> str:
        pair = match.ours.document, match.theirs.document
        if pair in true:
            return "copies"
        if pair[::-1] in self._corpus.retold or pair in self._corpus.retold:
            return "wrong: retold"
        boilerplate = all(name in self._corpus.with_boilerplate for name in pair)
        return "boilerplate" if boilerplate else "wrong: other"


def passages_of(text: Text) -> Iterator[Passage]:
    """Sentences in passages, as if they stood in a text of their own."""
    at = 0
    for first in range(0, len(text), SENTENCES_OF_A_PASSAGE):
        sentences: list[Sentence] = []
        readings = []
        inside = 0
        for tokens in text[first : first + SENTENCES_OF_A_PASSAGE]:
            reading = f"{' '.join(tokens)}."
            span = Span(at, at + len(reading))
            sentences.append(Sentence(span, Span(inside, inside + len(reading)), Place()))
            readings.append(reading)
            at, inside = at + len(reading) + 1, inside + len(reading) + 1
        yield Passage(" ".join(readings), tuple(sentences))


def show(result: Result) -> None:
    """Print what a run found."""
    console = Console()
    console.print(
        f"{result.passages} passages in {result.seconds:.1f} s, {result.core_seconds:.1f} s of one"
        f" core ({1000 * result.core_seconds / result.passages:.2f} ms each); peak memory"
        f" {result.memory / 1e6:.0f} MB. The baseline, sentences with the same words alone, takes"
        f" {result.baseline_seconds:.1f} s of one core: a ratio of"
        f" {result.core_seconds / result.baseline_seconds:.1f}"
    )
    table = Table(
        "damage", "planted", "recall", "precision", "baseline's recall", title="Sentences"
    )
    for damage in DAMAGES:
        planted, found = result.planted[damage], result.found[damage]
        precision = found / max(1, found + result.wrong[damage])
        shares = (found / max(1, planted), precision, result.same[damage] / max(1, planted))
        table.add_row(damage, str(planted), *(f"{share:.1%}" for share in shares))
    console.print(table)
    kinds = Table("kind", "pairs", "groups", title="Regions and groups")
    for kind in sorted(result.regions):
        kinds.add_row(kind, str(result.regions[kind]), str(result.groups[kind]))
    console.print(kinds)


def main() -> None:
    """Run the benchmark with as many passages as the command line says."""
    passages = int(sys.argv[1]) if len(sys.argv) > 1 else PASSAGES
    with tempfile.TemporaryDirectory() as folder:
        show(Run(Corpus(SEED), Path(folder))(passages // PASSAGES_OF_A_DOCUMENT))


if __name__ == "__main__":
    main()
