"""Cases from use: an answer, and what a person says of one of its citations.

`to_case` turns them into a case, and `add_case` puts it into a file.
"""

import codecs
import hashlib
import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import replace
from enum import StrEnum
from itertools import zip_longest
from pathlib import Path
from typing import Any, Final

from eval.cases import Case, Gold, load_cases
from eval.cases.fields import Fields
from eval.cases.jsonl import to_fields
from eval.judging.judge import ATTRIBUTION
from index.errors import PinciteError

# The kind of cases that come from use.
KIND: Final = "use"


class Verdict(StrEnum):
    """What a person can say of a citation, or of there being an answer."""

    SUPPORTS = "supports"
    DOES_NOT_SUPPORT = "does-not-support"
    WRONG_PLACE = "wrong-place"
    WRONG_SPEAKER = "wrong-speaker"
    SHOULD_HAVE_REFUSED = "should-have-refused"


def to_case(
    answer: Mapping[str, Any],
    verdict: Verdict,
    number: int = 1,
    correction: str = "",
    where: str = "the answer",
) -> Case:
    """What a person's verdict on citation `number` (from 1) of an answer's record makes known.

    It supports: the citation is gold. It does not: the place is rejected, and the question is one
    that something else answers. A wrong place or speaker: the citation is gold with the locator or
    speaker that `correction` names. It should have been refused: nothing answers. A follow-up is
    taken as it was searched. PinciteError, which names the answer by `where`, when there is no such
    citation, no correction, or a field that is not as pincite ask --json has it.
    """
    question = Fields(where, answer).filled("standalone_question")
    case = Case(_id(question), question, answerable=True, kind=KIND)
    if verdict is Verdict.SHOULD_HAVE_REFUSED:
        return replace(case, answerable=False, gold_mode="none")
    gold = _cited(answer["quotes"], number, where)
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
    given = Fields("the correction", {what: correction}).text(what).strip()
    if not given:
        raise PinciteError(f"where the {what} is wrong, the right one has to be given")
    return given


def _id(question: str) -> str:
    """An id that is the same for every verdict on the same question."""
    return f"use-{hashlib.sha256(question.encode()).hexdigest()[:12]}"


def _cited(quotes: Sequence[Any], number: int, where: str) -> Gold:
    if not 1 <= number <= len(quotes):
        raise PinciteError(f"there is no citation {number}: {where} has {len(quotes)}")
    quote = quotes[number - 1]
    if not isinstance(quote, dict):
        raise PinciteError(f"{where}, citation {number} is {quote!r}; it has to be an object")
    # By the rules of question sets, so that what is written can be read.
    fields = Fields(f"{where}, citation {number}", quote)
    span = fields.span()
    if span is None:
        raise fields.wrong("start", "a whole number, as pincite ask --json has it")
    return Gold(
        doc=fields.filled("document"),
        span=span,
        page=None,
        text=fields.text("text"),
        locator=fields.text("locator"),
        stance=_stance(fields),
    )


def _stance(quote: Fields) -> str:
    """Whose words a citation says they are, as question sets have it."""
    speakers = quote.texts("speakers")
    if not speakers:
        raise quote.wrong("speakers", "a list with the author of the source, or with who is quoted")
    return ", quoted by ".join(speakers) if len(speakers) > 1 else f"{speakers[0]} (author)"


def add_case(case: Case, file: Path) -> Case:
    """Put a case into a JSON Lines file, which is made if need be, and return it as it is there.

    A verdict on a question that the file has already adds to that case's line; all other lines stay
    as they are, byte for byte. PinciteError when the two contradict each other; the file is
    replaced as a whole or not at all. Between two calls at once one verdict may be lost.
    """
    known = next((each for each in _known_cases(file) if each.id == case.id), None)
    if known and contradicts(known, case):
        raise PinciteError(
            f"the verdict on {case.question!r} contradicts one that the file has as {known.id}; "
            "take that line out to change it"
        )
    added = merged(known, case) if known else case
    if added == known:
        return added
    data = file.read_bytes() if file.exists() else b""
    data = _with_changed(data, known, added) if known else _with_added(data, added)
    partial = file.with_name(f"{file.name}.{os.getpid()}.part")
    try:
        partial.write_bytes(data)
        partial.replace(file)
    finally:
        partial.unlink(missing_ok=True)
    return added


def _with_added(data: bytes, case: Case) -> bytes:
    end = b"\n" if data and not data.endswith((b"\n", b"\r")) else b""
    return data + end + _line(to_fields(case)) + b"\n"


def _with_changed(data: bytes, known: Case, case: Case) -> bytes:
    """The file with the line of one case changed; its other lines, and line ends, as they are."""
    lines = data.splitlines(keepends=True)  # Of bytes: at carriage returns and line feeds alone.
    for at, line in enumerate(lines):
        text = line.decode("utf-8-sig")
        values = json.loads(text) if text.strip() else {}
        if values.get("id") == case.id:
            mark = codecs.BOM_UTF8 if line.startswith(codecs.BOM_UTF8) else b""
            end = line[len(line.rstrip(b"\r\n")) :]
            lines[at] = mark + _line(_changed(values, known, case)) + end
    return b"".join(lines)


def _changed(values: Mapping[str, Any], known: Case, case: Case) -> dict[str, Any]:
    """The fields of a line with what is new in its case, so that fields which are not ours stay."""
    before = to_fields(known)
    new = {name: value for name, value in to_fields(case).items() if value != before.get(name)}
    for name in new.keys() & {"gold", "rejected"}:
        # Places keep their order; new ones come last.
        nothing: dict[str, Any] = {}
        pairs = zip_longest(values.get(name) or [], new[name], fillvalue=nothing)
        new[name] = [{**old, **place} for old, place in pairs]
    return {**values, **new}


def _line(values: Mapping[str, Any]) -> bytes:
    # Half a surrogate pair, in a field that is not ours: as JSON escapes it.
    return json.dumps(values, ensure_ascii=False).encode("utf-8", "backslashreplace")


def _known_cases(file: Path) -> list[Case]:
    """The cases of a file; none where it is not there yet, or empty."""
    return load_cases(file) if file.exists() and file.stat().st_size > 0 else []


def contradicts(known: Case, new: Case) -> bool:
    """Whether two verdicts on the same question cannot both be right."""
    return (
        known.answerable != new.answerable
        or _overlap(known.gold, new.rejected)
        or _overlap(known.rejected, new.gold)
    )


def merged(known: Case, new: Case) -> Case:
    """What two verdicts on the same question, which do not contradict each other, say together."""
    return replace(
        known,
        gold=_together(known.gold, new.gold),
        rejected=_together(known.rejected, new.rejected),
        kind=new.kind if new.kind != KIND else known.kind,
    )


def _overlap(places: Sequence[Gold], others: Sequence[Gold]) -> bool:
    return any(place.overlaps(other) for place in places for other in others)


def _together(known: Sequence[Gold], new: Sequence[Gold]) -> tuple[Gold, ...]:
    """The known places, put right where the new ones are the same, then what else is new."""
    places = list(known)
    for each in new:
        same = (at for at, place in enumerate(places) if place.is_at(each))
        at = next(same, None)
        if at is None:
            places.append(each)
        else:
            places[at] = _both(places[at], each)
    return tuple(places)


def _both(known: Gold, new: Gold) -> Gold:
    """What the later verdict vouches for, and else the earlier one."""
    return replace(
        new,
        locator=new.locator or known.locator,
        stance=new.stance or known.stance,
        grade=known.grade,
    )
