"""Questions: answered, and their answers kept."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager

from index.errors import PinciteError
from rag.render import Record, to_record
from rag.types import Answer, Reason, Stage
from ui.desk.past import kept_view
from ui.desk.requests import fields_of, or_error, text_of, text_or_none, texts_of
from ui.desk.shelf import Shelf
from ui.memory import Memory
from ui.server.services import Service
from ui.stages import Board, ticket_in
from ui.view.answer import answer_view

# A question leans on those right before it.
LONGEST_HISTORY = 50


class Asking:
    """Answers questions of an owner's sources, and keeps the answers."""

    def __init__(self, shelf: Shelf, memory: Memory) -> None:
        self._shelf = shelf
        self._memory = memory
        self._board = Board()

    def services(self) -> Mapping[str, Service]:
        return {"ask": self.ask, "progress": self._board.progress}

    def ask(self, owner: str, request: object) -> Record:
        """`{"question", "conversation", "documents", "ticket"}` to `{"answer", "conversation"}`.

        All but the question are optional. The conversation is one to go on with; the documents are
        those that alone are searched; meanwhile the service `progress` tells what is being done for
        the ticket, and afterwards which answer it has. See `kept_view` for the answer. What cannot
        be kept is answered all the same: its `id` is null, and `unkept` says why.
        """
        fields = fields_of(request)
        question = text_of(fields.get("question"))
        documents = texts_of(fields.get("documents", []))
        conversation = text_or_none(fields.get("conversation"))
        ticket = ticket_in(fields)

        def answered() -> Record:
            try:
                history = self._memory.history(owner, conversation) if conversation else []
            except PinciteError as error:
                # Deleted, perhaps in another window: the next question begins a new one.
                return {"error": f"{error} Ask again to begin anew.", "conversation": None}
            with self._following(owner, ticket, question, documents) as report:
                earlier = history[-LONGEST_HISTORY:]
                answer = self._shelf.ask(owner, question, earlier, documents, report)
                reply = self._kept(owner, answer, conversation, documents)
                if ticket and (number := reply["answer"].get("id")):
                    self._board.answered(owner, ticket, number)
            return reply

        return or_error(answered)

    def _kept(
        self, owner: str, answer: Answer, conversation: str | None, documents: list[str]
    ) -> Record:
        titles = self._shelf.titles(owner)
        if answer.reason is Reason.NO_QUESTION:
            return {"answer": answer_view(answer, titles)}
        try:
            record = to_record(answer)
            ids = self._memory.append(owner, conversation, answer.question, documents, record)
        except PinciteError as error:
            view = kept_view(answer_view(answer, titles), None)
            return {"answer": view, "conversation": conversation, "unkept": str(error)}
        view = kept_view(answer_view(answer, titles), ids.answer)
        return {"answer": view, "conversation": ids.conversation, "unkept": None}

    @contextmanager
    def _following(
        self, owner: str, ticket: str | None, question: str, documents: list[str]
    ) -> Iterator[Callable[[Stage], None]]:
        """Where the stages of a question are reported to: nowhere, if nobody asks for them."""
        if ticket is None:
            yield lambda stage: None
            return
        every = self._shelf.summaries(owner)
        passages = sum(each.passages for each in every if each.path in (documents or {each.path}))
        with self._board.following(owner, ticket, question, passages) as report:
            yield report
