"""Copies of the same words in several places."""

import re
from collections.abc import Set
from difflib import SequenceMatcher

# Shorter sentences than this are alike by accident unless they are the same.
FEWEST_WORDS = 8
# A damaged copy has lost words, so the measure is how much of the shorter is in the longer.
LEAST_SHARED = 0.8
# And its neighbourhood is a copy too; two reports of one event, however alike a sentence, are not.
LEAST_CONTEXT = 0.2
SHINGLE = 4

_WORD = re.compile(r"\w+")


def words(text: str) -> list[str]:
    """The words of a text in lower case, without punctuation."""
    return _WORD.findall(text.casefold())


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
    shorter = min(len(ours), len(theirs))
    if shorter < FEWEST_WORDS or _shared_context(first_context, second_context) < LEAST_CONTEXT:
        return False
    matcher = SequenceMatcher(None, ours, theirs, autojunk=False)
    shared = sum(block.size for block in matcher.get_matching_blocks())
    return shared >= LEAST_SHARED * shorter


def _shared_context(first: str, second: str) -> float:
    """How many of the word shingles of the shorter text are in the longer one, 0 to 1."""
    ours, theirs = _shingles(first), _shingles(second)
    shorter = min(len(ours), len(theirs))
    return len(ours & theirs) / shorter if shorter else 0.0


def _shingles(text: str) -> Set[tuple[str, ...]]:
    found = words(text)
    return {tuple(found[at : at + SHINGLE]) for at in range(len(found) - SHINGLE + 1)}
