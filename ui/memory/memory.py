"""The memory: conversations, their answers and the verdicts on them, each seen by its owner."""

import json
import secrets
import sqlite3
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from index.errors import PinciteError
from rag.render import Record
from ui.memory.database import connected, prepare, usable
from ui.memory.search import searchable, sought
from ui.memory.types import Conversation, Given, Judged, Kept, Remembered, Transcript, Verdict

LONGEST_NAME: Final = 80
# Of a conversation, the last so many answers are given; of all, the newest so many conversations.
MOST_ANSWERS: Final = 200
MOST_CONVERSATIONS: Final = 500
# Seconds that a call waits for another that writes.
PATIENCE: Final = 10.0

_CONVERSATIONS: Final = """
SELECT c.id, c.name, c.created, c.updated,
    (SELECT count(*) FROM answers a WHERE a.conversation = c.id)
FROM conversations c WHERE c.owner = :owner
"""
# By what was done last, whatever the clock said.
_NEWEST: Final = """
ORDER BY (SELECT max(a.sequence) FROM answers a WHERE a.conversation = c.id) DESC LIMIT :most
"""
# Every word stands in one answer or another of the conversation.
_WITH_WORDS: Final = """
AND NOT EXISTS (
    SELECT * FROM json_each(:words) word WHERE NOT EXISTS (
        SELECT * FROM answers s WHERE s.conversation = c.id AND instr(s.words, word.value)
    )
)
"""
_ANSWERS: Final = """
SELECT a.id, a.conversation, a.ordinal, a.question, a.documents, a.record, a.asked
FROM answers a JOIN conversations c ON c.id = a.conversation
"""
_JUDGED: Final = "AND EXISTS (SELECT * FROM verdicts v WHERE v.answer = a.id)"
_VERDICTS: Final = """
SELECT a.id, v.quote, v.verdict, v.correction, v.given FROM verdicts v
JOIN answers a ON a.id = v.answer JOIN conversations c ON c.id = a.conversation
"""


def _now() -> datetime:
    return datetime.now(UTC)


class Memory:
    """The memory in one file, which is made if need be.

    `owner` is whoever asks, as the server knows them. What is another's is to every method as if it
    were not there: PinciteError, as for what was deleted. What a call has returned from is on the
    disk; PinciteError when the file cannot be used says what was not done. May be used from several
    threads and by several processes: each call has a connection of its own, which costs a
    millisecond and leaves nothing to share, to lock or to close.
    """

    def __init__(
        self, file: Path, clock: Callable[[], datetime] = _now, patience: float = PATIENCE
    ) -> None:
        prepare(file, patience)
        self._file = file
        self._clock = clock
        self._patience = patience

    def append(
        self,
        owner: str,
        conversation: str | None,
        question: str,
        documents: Sequence[str],
        record: Record,
    ) -> Remembered:
        """Keep an answer as the last of a conversation, or as the first of a new one.

        `record` is what `rag.render.to_record` made of it; `documents` are those that were ticked
        to be searched alone. ValueError when the question holds half a surrogate pair.
        """
        now, answer = self._time(), _new_id()
        words = searchable([question, *(quote["display"] for quote in record["quotes"])])
        kept = (question, json.dumps(list(documents)), json.dumps(record), words, now)
        with self._writing("the answer was not kept") as database:
            if conversation is None:
                conversation = _begun(database, owner, question, now)
            last = _conversation(database, owner, conversation).answers
            database.execute(
                "INSERT INTO answers (id, conversation, ordinal, question, documents, record, "
                "words, asked) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                (answer, conversation, last + 1, *kept),
            )
            database.execute(
                "UPDATE conversations SET updated = ? WHERE id = ?", (now, conversation)
            )
        return Remembered(conversation, answer)

    def history(self, owner: str, conversation: str) -> list[str]:
        """The questions of a conversation, oldest first: what a follow-up follows. At most the last
        `MOST_ANSWERS`."""
        query = "SELECT question FROM answers WHERE conversation = ? ORDER BY ordinal"
        with self._reading("the conversation cannot be read") as database:
            found = _conversation(database, owner, conversation)
            questions = [question for (question,) in database.execute(query, (found.id,))]
        return questions[-MOST_ANSWERS:]

    def conversations(self, owner: str, search: str = "") -> list[Conversation]:
        """The conversations, the one with the last answer first; at most `MOST_CONVERSATIONS`.

        With a search, those in whose questions and quotes every word of it occurs, in any case.
        """
        words = sought(search)
        query = f"{_CONVERSATIONS} {_WITH_WORDS if words else ''} {_NEWEST}"
        values = {"owner": owner, "words": json.dumps(words), "most": MOST_CONVERSATIONS}
        with self._reading("the conversations cannot be listed") as database:
            return [Conversation(*row) for row in database.execute(query, values)]

    def conversation(self, owner: str, conversation: str) -> Transcript:
        """A conversation with its answers, at most the last `MOST_ANSWERS`."""
        with self._reading("the conversation cannot be read") as database:
            found = _conversation(database, owner, conversation)
            after = found.answers - MOST_ANSWERS
            where = "c.id = :id AND a.ordinal > :after"
            return Transcript(found, tuple(_answers(database, where, id=conversation, after=after)))

    def answer(self, owner: str, answer: str) -> Kept:
        """One answer, with the verdicts on it."""
        with self._reading("the answer cannot be read") as database:
            return _answer(database, owner, answer)

    def delete(self, owner: str, conversation: str) -> None:
        """Delete a conversation with its answers and the verdicts on them, from the disk as well:
        what they said is overwritten in the file, and in the log of changes beside it."""
        with self._writing("the conversation was not deleted") as database:
            found = _conversation(database, owner, conversation)
            database.execute("DELETE FROM conversations WHERE id = ?", (found.id,))
        self._scrub()

    def delete_all(self, owner: str) -> None:
        """Delete every conversation of an owner: see `delete`."""
        with self._writing("the conversations were not deleted") as database:
            database.execute("DELETE FROM conversations WHERE owner = ?", (owner,))
        self._scrub()

    def judge(
        self, owner: str, answer: str, quote: int | None, verdict: Verdict, correction: str = ""
    ) -> Given:
        """Keep a verdict on quote `quote` (from 1) of an answer, or on the whole answer (None); it
        takes the place of the one that was there.

        PinciteError when what is right is not given where the locator or speaker is wrong;
        ValueError when there is no such quote, or such a verdict is not given on it.
        """
        given = Given(quote, verdict, _checked(quote, verdict, correction), self._time())
        with self._writing("the verdict was not kept") as database:
            quotes = _answer(database, owner, answer).record["quotes"]
            if quote is not None and not 1 <= quote <= len(quotes):
                raise ValueError(f"there is no quote {quote}: the answer has {len(quotes)}")
            _take_back(database, answer, quote)
            database.execute(
                "INSERT INTO verdicts (answer, quote, verdict, correction, given) "
                "VALUES (?, ?, ?, ?, ?)",
                (answer, given.quote, given.verdict, given.correction, given.given),
            )
        return given

    def take_back(self, owner: str, answer: str, quote: int | None) -> None:
        """Take back the verdict on a quote, or on the whole answer, if there is one."""
        with self._writing("the verdict was not taken back") as database:
            _take_back(database, _answer(database, owner, answer).id, quote)

    def verdicts(self, owner: str) -> list[Judged]:
        """Every verdict that stands, in the order in which they were given."""
        with self._reading("the verdicts cannot be read") as database:
            return _judged(database, "c.owner = :owner", owner=owner)

    def _time(self) -> str:
        return self._clock().astimezone(UTC).isoformat(timespec="milliseconds")

    @contextmanager
    def _reading(self, failing: str, begin: str = "BEGIN") -> Iterator[sqlite3.Connection]:
        """The file as it is at one moment; `failing` is what to say when it cannot be used."""
        with usable(self._file, failing), connected(self._file, self._patience) as database:
            database.execute(begin)
            yield database
            # After an error the connection closes without, and nothing of it is done.
            database.execute("COMMIT")

    def _writing(self, failing: str) -> AbstractContextManager[sqlite3.Connection]:
        """All of what is done in it, or nothing. No other can write meanwhile."""
        return self._reading(failing, "BEGIN IMMEDIATE")

    def _scrub(self) -> None:
        """Empty the log of changes, which still has what was deleted."""
        failing = f"it is deleted, but {self._file}-wal may still have its words"
        until = time.monotonic() + self._patience
        with usable(self._file, failing), connected(self._file, self._patience) as database:
            # SQLite waits for who reads or writes, but not for another that empties the log.
            while database.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]:
                if time.monotonic() > until:
                    raise PinciteError(
                        f"{failing} until the other programs that have it open are stopped"
                    )
                time.sleep(0.01)


def memory_beside(index: Path) -> Path:
    """Where the memory of an index is: not in it, for an index may be deleted at any time."""
    return index.with_name(f"{index.name}.memory.sqlite")


def every_verdict(file: Path) -> list[Judged]:
    """The verdicts of all owners, for the person whose file it is; never for a server to show."""
    with Memory(file)._reading("the verdicts cannot be read") as database:
        return _judged(database, "TRUE")


def _new_id() -> str:
    """An id that nobody guesses: 128 random bits."""
    return secrets.token_urlsafe(16)


def _checked(quote: int | None, verdict: Verdict, correction: str) -> str:
    """What is right, where a verdict says that something is wrong."""
    if verdict.of_the_answer is not (quote is None):
        raise ValueError(f"{verdict} is no verdict on {'a quote' if quote else 'an answer'}")
    right = correction.strip()
    if verdict.corrects and not right:
        raise PinciteError(
            f"where the {verdict.corrects} is wrong, the right one has to be given: type it, and "
            "keep the verdict then"
        )
    if right and not verdict.corrects:
        raise ValueError(f"{verdict} corrects nothing")
    return right


def _begun(database: sqlite3.Connection, owner: str, question: str, now: str) -> str:
    """A new conversation, which goes by its first question."""
    words = " ".join(question.split())
    name = words if len(words) <= LONGEST_NAME else f"{words[: LONGEST_NAME - 1].rstrip()}…"
    conversation = _new_id()
    database.execute(
        "INSERT INTO conversations VALUES (?, ?, ?, ?, ?)", (conversation, owner, name, now, now)
    )
    return conversation


def _conversation(database: sqlite3.Connection, owner: str, conversation: str) -> Conversation:
    query, values = f"{_CONVERSATIONS} AND c.id = :id", {"owner": owner, "id": conversation}
    row = database.execute(query, values).fetchone()
    if row is None:
        raise _gone("conversation", conversation)
    return Conversation(*row)


def _answer(database: sqlite3.Connection, owner: str, answer: str) -> Kept:
    found = _answers(database, "c.owner = :owner AND a.id = :id", owner=owner, id=answer)
    if not found:
        raise _gone("answer", answer)
    return found[0]


def _gone(what: str, sought_id: str) -> PinciteError:
    return PinciteError(
        f"there is no {what} {sought_id} here: it was deleted, or kept for another browser. Ask "
        "the question again."
    )


def _answers(database: sqlite3.Connection, where: str, **values: str | int) -> list[Kept]:
    """Answers with their verdicts, in the order in which they were kept."""
    given = defaultdict(list)
    for answer, verdict in _given(database, where, **values):
        given[answer].append(verdict)
    rows = database.execute(f"{_ANSWERS} WHERE {where} ORDER BY a.sequence", values)
    return [_kept(row, given[row[0]]) for row in rows]


def _kept(row: tuple[Any, ...], verdicts: Sequence[Given]) -> Kept:
    answer, conversation, ordinal, question, documents, record, asked = row
    with _sound(answer):
        documents, record = tuple(json.loads(documents)), json.loads(record)
    return Kept(answer, conversation, ordinal, question, documents, record, asked, tuple(verdicts))


def _given(
    database: sqlite3.Connection, where: str, **values: str | int
) -> Iterator[tuple[str, Given]]:
    """Verdicts, each with the id of its answer, in the order in which they were given."""
    query = f"{_VERDICTS} WHERE {where} ORDER BY v.sequence"
    for answer, quote, verdict, correction, given in database.execute(query, values):
        with _sound(answer):
            named = Verdict(verdict)
        yield answer, Given(quote, named, correction, given)


def _judged(database: sqlite3.Connection, where: str, **values: str) -> list[Judged]:
    found = _answers(database, f"{where} {_JUDGED}", **values)
    answers = {answer.id: answer for answer in found}
    return [Judged(answers[answer], given) for answer, given in _given(database, where, **values)]


@contextmanager
def _sound(answer: str) -> Iterator[None]:
    """What is not as it was written is damage, to be told like what SQLite itself finds."""
    try:
        yield
    except ValueError as error:
        raise sqlite3.DatabaseError(f"answer {answer}: {error}") from error


def _take_back(database: sqlite3.Connection, answer: str, quote: int | None) -> None:
    database.execute("DELETE FROM verdicts WHERE answer = ? AND quote IS ?", (answer, quote))
