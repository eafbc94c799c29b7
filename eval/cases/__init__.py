"""Question sets: what is asked, and what is known about the answers.

A set is a file of our own JSON Lines, SQuAD's JSON, or a BEIR folder. `eval/README.md` has the
formats.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from eval.cases.beir import load_beir
from eval.cases.jsonl import load_cases
from eval.cases.squad import load_squad
from eval.cases.types import Case, Gold

__all__ = ["Case", "Gold", "QuestionSet", "load_cases", "load_set"]


@dataclass(frozen=True, slots=True)
class QuestionSet:
    """Questions in the order of their file. `documents` are the texts of the sources by path, where
    the set brings its own; None where they lie in a folder of their own."""

    cases: tuple[Case, ...]
    documents: Mapping[str, str] | None = None


def load_set(path: Path) -> QuestionSet:
    """The set at a path: a folder or one of its qrels (.tsv) is BEIR's, .json is SQuAD's, anything
    else JSON Lines. PinciteError names the file, line and field at fault."""
    if path.is_dir() or path.suffix == ".tsv":
        return QuestionSet(*load_beir(path))
    if path.suffix == ".json":
        return QuestionSet(*load_squad(path))
    return QuestionSet(tuple(load_cases(path)))
