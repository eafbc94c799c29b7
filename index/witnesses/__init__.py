"""Copies of the same words in several places."""

import re
from collections import Counter
from collections.abc import Sequence, Set
from difflib import SequenceMatcher

# Shorter sentences than this are alike by accident unless they are the same.
FEWEST_WORDS = 8
# A damaged copy has lost words, so the measure is how much of the shorter is in the longer.
LEAST_SHARED = 0.7
# And its neighbourhood is a copy too; two reports of one event, however alike a sentence, are not.
LEAST_CONTEXT = 0.2
SHINGLE = 4
# A sentence that quotes another among many words of its own is its author's sentence, not a copy.
LEAST_OF_LONGER = 0.5

_WORD = re.compile(r"\w+")


def split_words(text: str) -> list[str]:
    """The words of a text, without punctuation."""
    return _WORD.findall(text)


def words(text: str) -> list[str]:
    """The words of a text in lower case, without punctuation."""
    return split_words(text.casefold())


def same_words(first: str, second: str) -> bool:
    """Whether two texts are the same but for punctuation, case and white space."""
    return words(first) == words(second)


def are_copies(first: str, second: str, first_context: str, second_context: str) -> bool:
    """Whether one text is a copy of the other, perhaps a damaged one.

    The contexts are the passages that they stand in. Texts with the same words are always copies.
    """
    ours, theirs = words(first), words(second)
    if ours == theirs:
        return True
    shorter, longer = sorted((len(ours), len(theirs)))
    enough = max(LEAST_SHARED * shorter, LEAST_OF_LONGER * longer)
    return (
        shorter >= FEWEST_WORDS
        # The words in any order bound the words in order, and cost next to nothing.
        and (Counter(ours) & Counter(theirs)).total() >= enough
        and _in_common(ours, theirs) >= enough
        and _shared_context(first_context, second_context) >= LEAST_CONTEXT
    )


def _in_common(first: Sequence[str], second: Sequence[str]) -> int:
    """How many words match in order (Ratcliff & Obershelp, as difflib implements it)."""
    matcher = SequenceMatcher(None, first, second, autojunk=False)
    return sum(block.size for block in matcher.get_matching_blocks())


def _shared_context(first: str, second: str) -> float:
    """How many of the word shingles of the shorter text are in the longer one, 0 to 1."""
    ours, theirs = _shingles(first), _shingles(second)
    shorter = min(len(ours), len(theirs))
    return len(ours & theirs) / shorter if shorter else 0.0


def _shingles(text: str) -> Set[tuple[str, ...]]:
    found = words(text)
    return {tuple(found[at : at + SHINGLE]) for at in range(len(found) - SHINGLE + 1)}
