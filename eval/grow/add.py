"""Cases from use: an answer, and what a person says of one of its citations.

`to_case` turns them into a case and `add_case` puts it into a file; the command line and the
interface call the same two.
"""

import hashlib
import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import replace
from enum import StrEnum
from pathlib import Path
from typing import Any

from eval.cases import Case, Gold, load_cases
from eval.cases.jsonl import to_fields
from eval.judging.judge import ATTRIBUTION
from index.errors import PinciteError
from index.types import Span

# The kind of cases that come from use.
KIND = "use"


class Verdict(StrEnum):
    """What a person can say of a citation, or of there being an answer."""

    SUPPORTS = "supports"
    DOES_NOT_SUPPORT = "does-not-support"
    WRONG_PLACE = "wrong-place"
    WRONG_SPEAKER = "wrong-speaker"
    SHOULD_HAVE_REFUSED = "should-have-refused"


def to_case(
    answer: Mapping[str, Any], verdict: Verdict, number: int = 1, correction: str = ""
) -> Case:
    """What a person's verdict on citation `number` (from 1) of an answer's record makes known.

    It supports: the citation is gold. It does not: the place is rejected, and the question is one
    that something else answers. A wrong place or speaker: the citation is gold with the locator or
    speaker that `correction` names. It should have been refused: nothing answers. A follow-up is
    taken as it was searched. PinciteError when there is no such citation, or no correction.
    """
    question = answer.get("standalone_question")
    if not isinstance(question, str) or not question.strip():
        raise PinciteError(f"the answer's standalone_question is {question!r}, not a question")
    case = Case(_id(question), question, answerable=True, kind=KIND)
    if verdict is Verdict.SHOULD_HAVE_REFUSED:
        return replace(case, answerable=False, gold_mode="none")
    gold = _cited(answer["quotes"], number)
    match verdict:
        case Verdict.SUPPORTS:
            return replace(case, gold=(gold,))
        case Verdict.DOES_NOT_SUPPORT:
            return replace(case, rejected=(gold,))
        case Verdict.WRONG_PLACE:
            # Nothing was said of the speaker, so none is vouched for; below, none of the place.
            placed = replace(gold, locator=_given(correction, "locator"), stance="")
            return replace(case, gold=(placed,))
        case Verdict.WRONG_SPEAKER:
            named = replace(gold, locator="", stance=_given(correction, "speaker"))
            return replace(case, gold=(named,), kind=ATTRIBUTION)


def _given(correction: str, what: str) -> str:
    if not correction:
        raise PinciteError(f"where the {what} is wrong, the right one has to be given")
    return correction


def _id(question: str) -> str:
    """An id that is the same for every verdict on the same question."""
    digest = hashlib.sha256(question.encode("utf-8", "replace"))
    return f"use-{digest.hexdigest()[:12]}"


def _cited(quotes: Sequence[Mapping[str, Any]], number: int) -> Gold:
    if not 1 <= number <= len(quotes):
        raise PinciteError(f"there is no citation {number}: the answer has {len(quotes)}")
    quote = quotes[number - 1]
    try:
        span = Span(quote["start"], quote["end"])
        return Gold(quote["document"], span, None, quote["text"], quote["locator"], _stance(quote))
    except (LookupError, TypeError, ValueError) as error:
        raise PinciteError(
            f"citation {number} is not as pincite ask --json has it: {error!r}"
        ) from error


def _stance(quote: Mapping[str, Any]) -> str:
    """Whose words a citation says they are, as question sets have it."""
    speakers = quote["speakers"]
    return ", quoted by ".join(speakers) if len(speakers) > 1 else f"{speakers[0]} (author)"


def add_case(case: Case, file: Path) -> Case:
    """Put a case into a JSON Lines file, which is made if need be, and return it as it is there.

    A verdict on a question that the file has already adds to that case. PinciteError when the two
    contradict each other; the file is replaced as a whole or not at all. Between two calls at once
    one verdict may be lost.
    """
    cases = {each.id: each for each in known_cases(file)}
    known = cases.get(case.id)
    cases[case.id] = merged(known, case) if known else case
    text = "".join(
        json.dumps(to_fields(each), ensure_ascii=False) + "\n" for each in cases.values()
    )
    partial = file.with_name(f"{file.name}.{os.getpid()}.part")
    try:
        partial.write_text(text, encoding="utf-8")
        partial.replace(file)
    finally:
        partial.unlink(missing_ok=True)
    return cases[case.id]


def known_cases(file: Path) -> list[Case]:
    """The cases of a file; none where it is not there yet, or empty."""
    return load_cases(file) if file.exists() and file.stat().st_size > 0 else []


def merged(known: Case, new: Case) -> Case:
    """What two verdicts on the same question say together; PinciteError if they disagree."""
    gold = {(each.doc, each.span): each for each in known.gold}
    for each in new.gold:
        gold[each.doc, each.span] = _both(gold.get((each.doc, each.span)), each)
    rejected = {(each.doc, each.span): each for each in (*known.rejected, *new.rejected)}
    if known.answerable != new.answerable or gold.keys() & rejected.keys():
        raise PinciteError(
            f"the verdict on {new.question!r} contradicts one that the file has as {known.id}; "
            "take that line out to change it"
        )
    kind = new.kind if new.kind != KIND else known.kind
    return replace(known, gold=tuple(gold.values()), rejected=tuple(rejected.values()), kind=kind)


def _both(known: Gold | None, new: Gold) -> Gold:
    """What the later verdict vouches for, and else the earlier one."""
    if known is None:
        return new
    return replace(new, locator=new.locator or known.locator, stance=new.stance or known.stance)
