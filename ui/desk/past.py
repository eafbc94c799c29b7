"""Conversations that were kept: found again, judged, taken away, deleted."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from index.errors import PinciteError
from rag.export import FORMS, export
from rag.recall import Lapsed, Recalled, recall
from rag.render import Record
from rag.types import Answer
from ui.desk.requests import (
    fields_of,
    number_or_none,
    or_error,
    text_of,
    text_or_none,
)
from ui.desk.shelf import Shelf
from ui.memory import Conversation, Given, Kept, Memory, Verdict
from ui.server.services import Service
from ui.uploads import shown_path
from ui.verdicts import cases
from ui.view.answer import NOTHING_HOLDS, answer_view, empty_view
from ui.view.words import plural

_NO_WORD = re.compile(r"[^a-z0-9]+")
LONGEST_NAME = 40
JSONL = "application/jsonl"


class Past:
    """What was asked before. Answers are proven again by the sources as they are now."""

    def __init__(self, shelf: Shelf, memory: Memory) -> None:
        self._shelf = shelf
        self._memory = memory

    def services(self) -> Mapping[str, Service]:
        return {
            "list_conversations": self.list_conversations,
            "open_conversation": self.open_conversation,
            "delete_conversation": self.delete_conversation,
            "delete_all": self.delete_all,
            "judge": self.judge,
            "take_verdicts": self.take_verdicts,
            "take": self.take,
        }

    def list_conversations(self, owner: str, request: object) -> Record:
        """`{"search"}` to `{"conversations"}`, the last one used first."""
        search = text_of(fields_of(request).get("search", ""))
        return or_error(
            lambda: {
                "conversations": [
                    _conversation_view(each) for each in self._memory.conversations(owner, search)
                ]
            }
        )

    def open_conversation(self, owner: str, request: object) -> Record:
        """`{"id"}` of a conversation, or `{"answer"}` of one of its answers, to `{"conversation",
        "answers", "earlier"}`: the last of its answers, and how many came before these."""
        fields = fields_of(request)
        conversation, answer = text_or_none(fields.get("id")), text_or_none(fields.get("answer"))

        def view() -> Record:
            sought = conversation or self._memory.answer(owner, answer or "").conversation
            found = self._memory.conversation(owner, sought)
            return {
                "conversation": _conversation_view(found.conversation),
                "answers": [self._answer_view(owner, each) for each in found.answers],
                "earlier": found.earlier,
            }

        return or_error(view)

    def delete_conversation(self, owner: str, request: object) -> Record:
        """`{"id"}` to `{"deleted"}`, its name; answers and verdicts go with it."""
        conversation = text_of(fields_of(request).get("id"))

        def delete() -> Record:
            name = self._memory.conversation(owner, conversation).conversation.name
            self._memory.delete(owner, conversation)
            return {"deleted": name}

        return or_error(delete)

    def delete_all(self, owner: str, request: object) -> Record:
        """Every conversation: `{"deleted"}`, how many there were. The request is empty."""

        def delete() -> Record:
            count = len(self._memory.conversations(owner))
            self._memory.delete_all(owner)
            return {"deleted": count}

        return or_error(delete)

    def judge(self, owner: str, request: object) -> Record:
        """`{"answer", "number", "verdict", "correction"}` to `{"kept"}`, which says what is kept.

        The number is a quote's; without one the verdict is on there being an answer. Without a
        verdict the one that was given is taken back.
        """
        fields = fields_of(request)
        answer, number = text_of(fields.get("answer")), number_or_none(fields.get("number"))
        verdict = text_or_none(fields.get("verdict"))
        correction = text_of(fields.get("correction", ""))

        def judge() -> Record:
            if verdict is None:
                self._memory.take_back(owner, answer, number)
                return {"kept": "Taken back"}
            given = self._memory.judge(owner, answer, number, Verdict(verdict), correction)
            return {"kept": _verdict_view(given)["told"]}

        return or_error(judge)

    def take_verdicts(self, owner: str, request: object) -> Record:
        """The owner's verdicts as eval cases: `{"text", "name", "type", "left_out"}`, the last how
        many make none. The request is empty."""

        def take() -> Record:
            judged = self._memory.verdicts(owner)
            if not judged:
                raise PinciteError("There are no verdicts yet: judge a citation first.")
            made = cases(judged)
            name, left_out = "pincite-cases.jsonl", len(made.notes)
            return {"text": made.text, "name": name, "type": JSONL, "left_out": left_out}

        return or_error(take)

    def take(self, owner: str, request: object) -> Record:
        """`{"answer", "number", "form"}` to `{"text", "name", "type"}`: an answer, or one quote of
        it, in one of `rag.export.FORMS`, with the name and media type of a file of it."""
        fields = fields_of(request)
        answer, number = text_of(fields.get("answer")), number_or_none(fields.get("number"))
        form = text_of(fields.get("form"))

        def take() -> Record:
            kept = self._memory.answer(owner, answer)
            found = self._holding(owner, kept, number)
            text = export([found], form, self._shelf.titles(owner))
            name = f"{_file_name(kept.question)}.{FORMS[form].ending}"
            return {"text": text, "name": name, "type": FORMS[form].media_type}

        return or_error(take)

    def page(self, owner: str, answer: str) -> str:
        """An answer as a page to print, in HTML; PinciteError when there is none, or when some of
        its citations no longer hold."""
        found = self._holding(owner, self._memory.answer(owner, answer), None)
        return export([found], "page", self._shelf.titles(owner))

    def _holding(self, owner: str, kept: Kept, number: int | None) -> Answer:
        """The answer, or one quote of it alone; PinciteError when a citation no longer holds: what
        leaves is to be found right by whoever checks it."""
        recalled = self._recalled(owner, kept)
        if recalled.answer is None or recalled.lapsed:
            wrong = "; ".join(f"{each.citation}: {each.problem}" for each in recalled.lapsed)
            raise PinciteError(f"Some citations no longer hold ({wrong}). Ask the question again.")
        if number is None:
            return recalled.answer
        if number > len(recalled.answer.quotes):
            raise ValueError(f"there is no quote {number}")
        return replace(recalled.answer, quotes=recalled.answer.quotes[number - 1 : number])

    def _recalled(self, owner: str, kept: Kept) -> Recalled:
        return recall(kept.record, lambda path: self._shelf.document(owner, path))

    def _answer_view(self, owner: str, kept: Kept) -> Record:
        try:
            recalled = self._recalled(owner, kept)
        except PinciteError as error:
            # Of another version, or damaged: the others of the conversation can be read.
            return kept_view(empty_view(kept.question, str(error)), kept.id)
        titles = self._shelf.titles(owner)
        view = (
            answer_view(recalled.answer, titles, recalled.numbers)
            if recalled.answer
            else empty_view(kept.question, NOTHING_HOLDS)
        )
        return kept_view(view, kept.id, recalled.lapsed, kept.verdicts)


def kept_view(
    view: Record,
    answer: str | None,
    lapsed: Sequence[Lapsed] = (),
    verdicts: Sequence[Given] = (),
) -> Record:
    """An answer's view with what is known of it because it was kept: its `id`, `lapsed` (what no
    longer holds: `{"citation", "problem"}`) and `verdicts` (`{"number", "verdict", "correction",
    "told"}`)."""
    return {
        **view,
        "id": answer,
        "lapsed": [_lapsed_line(each) for each in lapsed],
        "verdicts": [_verdict_view(each) for each in verdicts],
    }


def _lapsed_line(lapsed: Lapsed) -> Record:
    number = f"[{lapsed.number}] " if lapsed.part == "quotes" else ""
    return {"citation": f"{number}{shown_path(lapsed.citation)}", "problem": lapsed.problem}


def _verdict_view(given: Given) -> Record:
    words = given.verdict.replace("-", " ")
    return {
        "number": given.quote,
        "verdict": given.verdict.value,
        "correction": given.correction,
        "told": f"Kept: {words}{f', {given.correction}' if given.correction else ''}",
    }


def _conversation_view(conversation: Conversation) -> Record:
    day = datetime.fromisoformat(conversation.updated).astimezone().strftime("%Y-%m-%d %H:%M")
    told = f"{plural(conversation.answers, 'answer')}, {day}"
    return {"id": conversation.id, "name": conversation.name, "told": told}


def _file_name(question: str) -> str:
    """A name for a file about a question that every system takes."""
    words = _NO_WORD.sub("-", question.lower())[:LONGEST_NAME].strip("-")
    return f"pincite-{words or 'answer'}"
