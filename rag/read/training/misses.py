"""Questions that almost fit a paragraph: one name, number or direction of them is another.

After the ways in which people made SQuAD 2.0's unanswerable questions (Rajpurkar, Jia & Liang
2018): an entity swapped, an antonym, a negation.
"""

import random
import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace

from rag.read.training.rows import Row

_NAME = re.compile(r"(?<=[a-z,] )[A-Z][\w-]*(?: (?:of |the |de |von )?[A-Z][\w-]*)*")
_NUMBER = re.compile(r"\b\d[\d,.]*\b")

_PAIRS = """
first last | largest smallest | biggest smallest | highest lowest | most least | more fewer
more less | north south | northern southern | east west | eastern western | before after
increase decrease | increased decreased | won lost | win lose | started ended | start end
begin end | began ended | early late | earlier later | longest shortest | oldest youngest
oldest newest | best worst | male female | men women | father mother | son daughter
husband wife | brother sister | king queen | support oppose | supported opposed
accepted rejected | accept reject | allowed forbidden | allow prevent | allows prevents
created destroyed | built destroyed | gained lost | joined left | bought sold | rise fall
rose fell | above below | inside outside | strong weak | rich poor | public private
majority minority | advantage disadvantage | advantages disadvantages | same different
positive negative | maximum minimum | buy sell | appointed dismissed | hired fired
born died | birth death | arrived left | attack defence | attacked defended | upper lower
approved rejected | praised criticized | friend enemy | friends enemies | success failure
common rare | alive dead | add remove | added removed | open close | opened closed | can cannot
is isn't | was wasn't | did didn't | does doesn't | are aren't | were weren't | has hasn't
"""
OPPOSITES: dict[str, list[str]] = defaultdict(list)
for _pair in re.split(r"[|\n]", _PAIRS):
    if _pair.strip():
        _one, _other = _pair.split()
        OPPOSITES[_one].append(_other)
        OPPOSITES[_other].append(_one)
_OPPOSITE = re.compile(rf"\b(?:{'|'.join(OPPOSITES)})\b", re.IGNORECASE)
# A negation of what was answerable may still be answered ("who was not ..."): the rarest kind.
_NEGATED = re.compile(r"n't$|cannot")


class Misses:
    """Makes near misses of questions; the names and numbers come from others of `rows`."""

    def __init__(self, rows: Sequence[Row]) -> None:
        self._names: dict[str, list[str]] = defaultdict(list)
        self._all_names: list[str] = []
        self._numbers: dict[int, list[str]] = defaultdict(list)
        for row in rows:
            names = _NAME.findall(row.question)
            for sentence in row.sentences[:6]:
                names += _NAME.findall(sentence)
            self._names[row.group] += names
            self._all_names += names
            for number in _NUMBER.findall(" ".join((row.question, *row.sentences[:6]))):
                self._numbers[len(number)].append(number)

    def near(self, row: Row, chance: random.Random) -> Row | None:
        """The row with a question that its paragraph does not answer, or None."""
        ways = [self._other_name, self._other_number, self._opposite]
        chance.shuffle(ways)
        for way in ways:
            changed = way(row, chance)
            if changed and changed.lower() != row.question.lower():
                labels = tuple(None if label is None else 0 for label in row.labels)
                return replace(row, question=changed, labels=labels, answer="")
        return None

    def _other_name(self, row: Row, chance: random.Random) -> str | None:
        text = " ".join(row.sentences).lower()
        found = [name for name in _NAME.finditer(row.question) if name[0].lower() in text]
        pool = self._names[row.group] if chance.random() < 0.6 else self._all_names
        if not found or not pool:
            return None
        old = chance.choice(found)
        for new in chance.choices(pool, k=8):
            if not set(new.lower().split()) & set(old[0].lower().split()):
                return row.question[: old.start()] + new + row.question[old.end() :]
        return None

    def _other_number(self, row: Row, chance: random.Random) -> str | None:
        text = " ".join(row.sentences)
        found = [number for number in _NUMBER.finditer(row.question) if number[0] in text]
        if not found:
            return None
        old = chance.choice(found)
        new = chance.choice(self._numbers[len(old[0])])
        return row.question[: old.start()] + new + row.question[old.end() :]

    def _opposite(self, row: Row, chance: random.Random) -> str | None:
        found = list(_OPPOSITE.finditer(row.question))
        if not found:
            return None
        old = chance.choice(found)
        new = chance.choice(OPPOSITES[old[0].lower()])
        if _NEGATED.search(new) and chance.random() < 0.8:
            return None
        return row.question[: old.start()] + new + row.question[old.end() :]
