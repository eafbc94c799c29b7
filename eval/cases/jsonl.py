"""Pincite's own sets: JSON Lines, one question with its gold a line."""

from pathlib import Path
from typing import Any

from eval.cases.fields import Fields, read_lines
from eval.cases.types import GOLD_MODES, Case, Gold
from index.errors import PinciteError


def load_cases(path: Path) -> list[Case]:
    """The questions of a set, in order. PinciteError names the file, line and field at fault."""
    cases: dict[str, Case] = {}
    for fields in read_lines(path, "a question"):
        case = _case(fields)
        if case.id in cases:
            raise fields.wrong("id", "that no earlier line has")
        cases[case.id] = case
    if not cases:
        raise PinciteError(f"there are no questions in {path}")
    return list(cases.values())


def to_fields(case: Case) -> dict[str, Any]:
    """A case as the object of its line, what has its default left out; `load_cases` reads it."""
    fields = {
        "id": case.id,
        "question": case.question,
        "history": list(case.history),
        "kind": case.kind,
        "answerable": case.answerable,
        "gold": [_place(gold) for gold in case.gold],
        "gold_mode": case.gold_mode,
        "must_contain": list(case.must_contain),
        "alt": [_place(gold) for gold in case.alt],
        "trap": _place(case.trap) if case.trap else None,
        "rejected": [_place(gold) for gold in case.rejected],
        "also_in": list(case.also_in),
        "answers": list(case.answers),
        "conflicts": [_place(gold) for gold in case.conflicts],
        "about_doc": case.about,
    }
    return {name: value for name, value in fields.items() if value not in ([], "", None)}


def _place(gold: Gold) -> dict[str, Any]:
    where = {"start": gold.span.start, "end": gold.span.end} if gold.span else {}
    fields = {
        "doc": gold.doc,
        **where,
        "page": gold.page,
        "text": gold.text,
        "locator": gold.locator,
        "stance": gold.stance,
        "grade": gold.grade if gold.grade != 1 else None,
    }
    return {name: value for name, value in fields.items() if value not in ("", None)}


def _case(fields: Fields) -> Case:
    trap = fields.part("trap")
    mode = fields.text("gold_mode", "any")
    if mode not in GOLD_MODES:
        raise fields.wrong("gold_mode", f"one of {', '.join(GOLD_MODES)}")
    strings = fields.texts("must_contain")
    return Case(
        id=fields.filled("id"),
        question=fields.filled("question"),
        answerable=fields.flag("answerable"),
        history=fields.texts("history"),
        kind=fields.text("kind", ""),
        # Without offsets, the strings say what in the document is the answer.
        gold=tuple(_gold(item, whole=bool(strings)) for item in fields.objects("gold")),
        gold_mode=mode,
        must_contain=strings,
        alt=tuple(_gold(item) for item in fields.objects("alt")),
        trap=_gold(trap) if trap else None,
        also_in=fields.texts("also_in"),
        answers=fields.texts("answers"),
        conflicts=tuple(_gold(item) for item in fields.objects("conflicts")),
        about=fields.text("about_doc", ""),
        rejected=tuple(_gold(item) for item in fields.objects("rejected")),
    )


def _gold(fields: Fields, *, whole: bool = False) -> Gold:
    span, page = fields.span(), fields.page()
    if span is None and page is None and not whole:
        raise fields.wrong(
            "start", "a whole number, with end; or else page or the question's must_contain given"
        )
    return Gold(
        doc=fields.text("doc"),
        span=span,
        page=page,
        text=fields.text("text", ""),
        locator=fields.text("locator", ""),
        stance=fields.text("stance", ""),
        grade=fields.number("grade", 1, least=1),
    )
