"""Cases from the verdicts that were given in the interface, which finds this by the entry point
`pincite.verdicts`."""

import json
from collections.abc import Iterable, Mapping
from typing import Any

from eval.cases import Case
from eval.cases.jsonl import to_fields
from eval.grow.add import Verdict, contradicts, merged, to_case
from index.errors import PinciteError


def to_lines(
    verdicts: Iterable[tuple[str, Mapping[str, Any] | None, str, str]],
) -> tuple[str, list[str]]:
    """Verdicts, in the order in which they were given, as JSON Lines of cases, and what was left
    out and why, for a person to read.

    A verdict is the question as it was searched, the record of the quote (None where it is on
    there being an answer), its name, and the right locator or speaker. All on one question make one
    case. One that contradicts an earlier one is left out, and so is one that no case can hold;
    ValueError when there is no such verdict.
    """
    cases: dict[str, Case] = {}
    left_out: list[str] = []
    for question, quote, name, correction in verdicts:
        quotes = [] if quote is None else [quote]
        answer = {"standalone_question": question, "quotes": quotes}
        try:
            case = to_case(answer, Verdict(name), 1, correction)
            cases[case.id] = _together(cases.get(case.id), case)
        except PinciteError as error:
            left_out.append(f"“{question}”, {name}{_place(quote)}: {error}")
    lines = [json.dumps(to_fields(case), ensure_ascii=False) for case in cases.values()]
    return "".join(f"{line}\n" for line in lines), left_out


def _together(known: Case | None, new: Case) -> Case:
    if known is None:
        return new
    if contradicts(known, new):
        raise PinciteError("it contradicts an earlier verdict. Take one of the two back")
    return merged(known, new)


def _place(quote: Mapping[str, Any] | None) -> str:
    """Of what a verdict was given, where that is not the whole answer."""
    return f" of {quote.get('document')}, {quote.get('locator')}" if quote else ""
