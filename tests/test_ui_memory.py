"""Conversations, answers and verdicts in one file."""

import os
import sqlite3
import stat
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index.errors import PinciteError
from rag.render import Record
from ui.memory import (
    Conversation,
    Given,
    Judged,
    Kept,
    Memory,
    Remembered,
    Transcript,
    Verdict,
    database,
    every_verdict,
    memory,
)

ANN, BEN = "ann", "ben"
NOON = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
TOLD = "2026-03-01T12:00:00.000+00:00"


def record(*displays: str) -> Record:
    return {"quotes": [{"number": n, "display": each} for n, each in enumerate(displays, 1)]}


LAMP = record("The lamp was lit at four.", "Nobody saw the lamp.")


def ask(
    memory: Memory, question: str = "Who?", conversation: str | None = None, owner: str = ANN
) -> Remembered:
    return memory.append(owner, conversation, question, [], LAMP)


def names(memory: Memory, search: str = "", owner: str = ANN) -> list[str]:
    return [each.name for each in memory.conversations(owner, search)]


def read_all(memory: Memory) -> None:
    for conversation in memory.conversations(ANN):
        memory.conversation(ANN, conversation.id)
    memory.verdicts(ANN)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "memory.sqlite"


@pytest.fixture
def kept(file: Path) -> Memory:
    return Memory(file, lambda: NOON)


class TestConversations:
    def test_an_answer_comes_back_as_it_was_kept(self, kept: Memory, file: Path) -> None:
        ids = kept.append(ANN, None, "Who lit the lamp?", ["a.txt", "b.pdf"], LAMP)
        answer = Kept(
            id=ids.answer,
            conversation=ids.conversation,
            ordinal=1,
            question="Who lit the lamp?",
            documents=("a.txt", "b.pdf"),
            record=LAMP,
            asked=TOLD,
            verdicts=(),
        )
        conversation = Conversation(ids.conversation, "Who lit the lamp?", TOLD, TOLD, 1)
        again = Memory(file)
        assert again.answer(ANN, ids.answer) == answer
        assert again.conversation(ANN, ids.conversation) == Transcript(conversation, (answer,))
        assert again.conversations(ANN) == [conversation]

    def test_a_conversation_goes_on_in_order(self, file: Path) -> None:
        times = iter([NOON, NOON + timedelta(minutes=5)])
        kept = Memory(file, lambda: next(times))
        first = ask(kept, "Who?")
        second = ask(kept, "And then?", first.conversation)
        assert second.conversation == first.conversation
        assert kept.history(ANN, first.conversation) == ["Who?", "And then?"]
        found = kept.conversation(ANN, first.conversation)
        assert [(each.id, each.ordinal) for each in found.answers] == [
            (first.answer, 1),
            (second.answer, 2),
        ]
        assert (found.conversation.name, found.conversation.created) == ("Who?", TOLD)
        assert found.conversation.updated == "2026-03-01T12:05:00.000+00:00"

    def test_times_are_in_utc(self, file: Path) -> None:
        kept = Memory(file, lambda: NOON.astimezone(timezone(timedelta(hours=-7))))
        assert kept.answer(ANN, ask(kept).answer).asked == TOLD

    def test_the_one_with_the_last_answer_is_first_whatever_the_clock_says(
        self, file: Path
    ) -> None:
        back = iter(NOON - timedelta(days=number) for number in range(9))
        kept = Memory(file, lambda: next(back))
        first = ask(kept, "One?")
        ask(kept, "Two?")
        ask(kept, "Three?")
        assert names(kept) == ["Three?", "Two?", "One?"]
        ask(kept, "More?", first.conversation)
        assert names(kept) == ["One?", "Three?", "Two?"]
        assert kept.history(ANN, first.conversation) == ["One?", "More?"]

    @pytest.mark.parametrize(
        ("question", "name"),
        [
            ("Who\n lit\tit?", "Who lit it?"),
            ("x" * 80, "x" * 80),
            ("x" * 81, "x" * 79 + "…"),
            ("x" * 78 + " yy", "x" * 78 + "…"),
        ],
    )
    def test_a_name_is_the_first_question_on_one_line(
        self, kept: Memory, question: str, name: str
    ) -> None:
        ids = ask(kept, question)
        assert names(kept) == [name]
        assert kept.history(ANN, ids.conversation) == [question]

    def test_of_very_many_the_last_are_given(
        self, kept: Memory, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(memory, "MOST_ANSWERS", 2)
        monkeypatch.setattr(memory, "MOST_CONVERSATIONS", 2)
        ids = ask(kept, "1?")
        for question in ("2?", "3?", "4?", "5?"):
            ask(kept, question, ids.conversation)
        found = kept.conversation(ANN, ids.conversation)
        assert [each.question for each in found.answers] == ["4?", "5?"]
        assert (found.conversation.answers, found.earlier) == (5, 3)
        assert kept.history(ANN, ids.conversation) == ["4?", "5?"]
        ask(kept, "other?")
        ask(kept, "third?")
        assert names(kept) == ["third?", "other?"]
        assert names(kept, "2?") == ["1?"]

    def test_ids_are_random(self, kept: Memory) -> None:
        ids = [ask(kept) for _ in range(20)]
        every = {each for pair in ids for each in (pair.conversation, pair.answer)}
        assert len(every) == 40
        assert {len(each) for each in every} == {22}

    def test_half_a_surrogate_pair_is_no_question(self, kept: Memory) -> None:
        with pytest.raises(ValueError, match="surrogates not allowed"):
            ask(kept, "Who\ud800?")
        assert kept.conversations(ANN) == []

    def test_what_is_not_there_is_told(self, kept: Memory) -> None:
        conversation: list[Callable[[], object]] = [
            lambda: ask(kept, "Who?", "x1"),
            lambda: kept.history(ANN, "x1"),
            lambda: kept.conversation(ANN, "x1"),
            lambda: kept.delete(ANN, "x1"),
        ]
        answer: list[Callable[[], object]] = [
            lambda: kept.answer(ANN, "x1"),
            lambda: kept.judge(ANN, "x1", 1, Verdict.SUPPORTS),
            lambda: kept.take_back(ANN, "x1", 1),
        ]
        for what, looks in (("conversation", conversation), ("answer", answer)):
            for look in looks:
                with pytest.raises(PinciteError, match=f"^there is no {what} x1 here: it was del"):
                    look()


class TestSearch:
    @pytest.mark.parametrize(
        ("search", "found"),
        [
            ("", ["Ärger?", "Жуков?", "Who lit it?"]),
            ("  ", ["Ärger?", "Жуков?", "Who lit it?"]),
            ("LIT who", ["Who lit it?"]),
            ("four lit", ["Who lit it?"]),
            ("lit keeper", ["Who lit it?"]),
            ("lit five", []),
            ("ЖУКОВ", ["Жуков?"]),
            ("жук", ["Жуков?"]),
            ("a\u0308RGER", ["Ärger?"]),
            ("STRASSE", ["Ärger?"]),
            ("office", ["Ärger?"]),
            ("%", []),
            ("_", []),
            ("100%_", []),
            ('"', ["Жуков?"]),
            ('"who', []),
            ("who OR five", []),
            ("who*", []),
            ("NEAR(who)", []),
            ("it'", []),
            ("lit\0five", []),
            ("\\", []),
        ],
    )
    def test_every_word_has_to_occur_and_is_plain_text(
        self, kept: Memory, search: str, found: list[str]
    ) -> None:
        ids = kept.append(ANN, None, "Who lit it?", [], LAMP)
        kept.append(ANN, ids.conversation, "When?", [], record("The keeper."))
        kept.append(ANN, None, "Жуков?", [], record('He said "so".'))
        kept.append(ANN, None, "Ärger?", [], record("In der Straße", "of\ufb01ce"))
        assert names(kept, search) == found

    @given(st.text(st.characters(exclude_categories=["Cs"]), max_size=30))
    @settings(max_examples=60, deadline=None)
    def test_a_question_is_found_by_each_of_its_words(self, question: str) -> None:
        with TemporaryDirectory() as folder:
            kept = Memory(Path(folder, "m"))
            ids = kept.append(ANN, None, question, [], record())
            for search in [question, *question.split()]:
                assert [each.id for each in kept.conversations(ANN, search)] == [ids.conversation]

    def test_a_search_may_have_very_many_words(self, kept: Memory) -> None:
        kept.append(ANN, None, " ".join(f"w{n}" for n in range(2000)), [], LAMP)
        assert len(names(kept, " ".join(f"w{n}" for n in range(2000)))) == 1
        assert names(kept, " ".join(f"w{n}" for n in range(2001))) == []


class TestVerdicts:
    def test_a_verdict_stands_with_its_answer(self, kept: Memory) -> None:
        ids = ask(kept)
        speaker = Given(2, Verdict.WRONG_SPEAKER, "Pyke", TOLD)
        refused = Given(None, Verdict.SHOULD_HAVE_REFUSED, "", TOLD)
        assert kept.judge(ANN, ids.answer, 2, Verdict.WRONG_SPEAKER, " Pyke ") == speaker
        assert kept.judge(ANN, ids.answer, None, Verdict.SHOULD_HAVE_REFUSED) == refused
        answer = kept.answer(ANN, ids.answer)
        assert answer.verdicts == (speaker, refused)
        assert kept.conversation(ANN, ids.conversation).answers == (answer,)
        assert kept.verdicts(ANN) == [Judged(answer, speaker), Judged(answer, refused)]
        assert [each.quote for each in kept.verdicts(ANN)] == [LAMP["quotes"][1], None]

    def test_a_new_one_replaces_the_old(self, kept: Memory) -> None:
        ids = ask(kept)
        for verdict in (Verdict.SHOULD_HAVE_REFUSED, Verdict.SHOULD_HAVE_REFUSED):
            kept.judge(ANN, ids.answer, None, verdict)
        kept.judge(ANN, ids.answer, 1, Verdict.SUPPORTS)
        kept.judge(ANN, ids.answer, 2, Verdict.SUPPORTS)
        kept.judge(ANN, ids.answer, 1, Verdict.WRONG_PLACE, "¶9")
        assert [(each.quote, each.verdict) for each in kept.answer(ANN, ids.answer).verdicts] == [
            (None, Verdict.SHOULD_HAVE_REFUSED),
            (2, Verdict.SUPPORTS),
            (1, Verdict.WRONG_PLACE),
        ]

    def test_one_can_be_taken_back(self, kept: Memory) -> None:
        ids = ask(kept)
        kept.judge(ANN, ids.answer, 1, Verdict.SUPPORTS)
        kept.judge(ANN, ids.answer, None, Verdict.SHOULD_HAVE_REFUSED)
        kept.take_back(ANN, ids.answer, 2)
        kept.take_back(ANN, ids.answer, None)
        assert [each.given.quote for each in kept.verdicts(ANN)] == [1]
        kept.take_back(ANN, ids.answer, 1)
        assert kept.verdicts(ANN) == []

    @pytest.mark.parametrize(
        ("given", "error", "message"),
        [
            ((1, Verdict.WRONG_PLACE, " "), PinciteError, "^where the locator is wrong"),
            (
                (1, Verdict.WRONG_SPEAKER, ""),
                PinciteError,
                "^where the speaker is wrong",
            ),
            ((1, Verdict.SUPPORTS, "¶9"), ValueError, "supports corrects nothing"),
            ((0, Verdict.SUPPORTS, ""), ValueError, "there is no quote 0: the answer has 2"),
            ((3, Verdict.SUPPORTS, ""), ValueError, "there is no quote 3: the answer has 2"),
            ((None, Verdict.SUPPORTS, ""), ValueError, "supports is no verdict on an answer"),
            ((1, Verdict.SHOULD_HAVE_REFUSED, ""), ValueError, "refused is no verdict on a quote"),
        ],
    )
    def test_what_cannot_be_is_refused_and_leaves_what_was(
        self,
        kept: Memory,
        given: tuple[int | None, Verdict, str],
        error: type[Exception],
        message: str,
    ) -> None:
        quote, verdict, correction = given
        ids = ask(kept)
        kept.judge(ANN, ids.answer, 1, Verdict.DOES_NOT_SUPPORT)
        before = kept.verdicts(ANN)
        with pytest.raises(error, match=message):
            kept.judge(ANN, ids.answer, quote, verdict, correction)
        assert kept.verdicts(ANN) == before

    def test_all_of_a_file_are_in_the_order_in_which_they_were_given(
        self, kept: Memory, file: Path
    ) -> None:
        ann, ben = ask(kept), ask(kept, owner=BEN)
        kept.judge(BEN, ben.answer, 1, Verdict.SUPPORTS)
        kept.judge(ANN, ann.answer, 2, Verdict.SUPPORTS)
        kept.judge(BEN, ben.answer, 2, Verdict.SUPPORTS)
        told = [(each.answer.id, each.given.quote) for each in every_verdict(file)]
        assert told == [(ben.answer, 1), (ann.answer, 2), (ben.answer, 2)]
        assert [each.answer.id for each in kept.verdicts(ANN)] == [ann.answer]


class TestDeletion:
    SECRET = "Zyzzyva the murderer"

    def fill(self, kept: Memory) -> Remembered:
        long = f"{self.SECRET} " * 2000
        ids = kept.append(ANN, None, self.SECRET, [self.SECRET], record(long))
        kept.judge(ANN, ids.answer, 1, Verdict.WRONG_SPEAKER, self.SECRET)
        return ids

    def on_the_disk(self, file: Path) -> bytes:
        return b"".join(each.read_bytes() for each in file.parent.iterdir()).lower()

    def test_a_conversation_is_gone_with_all_it_had(self, kept: Memory) -> None:
        ids, other = self.fill(kept), ask(kept, "Other?")
        kept.judge(ANN, other.answer, 1, Verdict.SUPPORTS)
        kept.delete(ANN, ids.conversation)
        assert names(kept) == ["Other?"]
        assert names(kept, "zyzzyva") == []
        assert [each.answer.id for each in kept.verdicts(ANN)] == [other.answer]
        with pytest.raises(PinciteError, match="there is no answer"):
            kept.answer(ANN, ids.answer)

    @pytest.mark.parametrize("all_of_them", [False, True])
    def test_nothing_of_it_is_left_on_the_disk(
        self, kept: Memory, file: Path, all_of_them: bool
    ) -> None:
        ids = self.fill(kept)
        assert b"zyzzyva" in self.on_the_disk(file)
        # Another program has the file open, so that the log of changes stays.
        with closing(sqlite3.connect(file)) as other:
            assert other.execute("SELECT count(*) FROM answers").fetchone() == (1,)
            if all_of_them:
                kept.delete_all(ANN)
            else:
                kept.delete(ANN, ids.conversation)
            assert b"zyzzyva" not in self.on_the_disk(file)

    def test_what_another_program_still_reads_is_told(self, file: Path) -> None:
        kept = Memory(file, patience=0.05)
        ids = self.fill(kept)
        with closing(sqlite3.connect(file, isolation_level=None)) as other:
            other.execute("BEGIN")
            other.execute("SELECT * FROM answers").fetchall()
            with pytest.raises(PinciteError, match=r"it is deleted, but .*-wal may still have"):
                kept.delete(ANN, ids.conversation)
        assert names(kept) == []

    def test_all_of_an_owner_are_deleted_and_no_other(self, kept: Memory) -> None:
        ask(kept, "One?")
        ask(kept, "Two?")
        ask(kept, "His?", owner=BEN)
        kept.delete_all(ANN)
        assert (names(kept), names(kept, owner=BEN)) == ([], ["His?"])


# What somebody does: which of all conversations (or answers) so far it is done to, by number.
STEP = st.tuples(
    st.sampled_from([ANN, BEN]),
    st.sampled_from(["ask", "go on", "judge", "take back", "delete", "delete all"]),
    st.integers(0, 7),
)


class Shared:
    """A memory that two owners use, and all ids that it gave out, with whose they are."""

    def __init__(self, kept: Memory) -> None:
        self.kept = kept
        self.every: list[tuple[str, Remembered]] = []
        for number, owner in enumerate((ANN, BEN)):
            self.step(owner, "ask", 0)
            self.step(owner, "judge", number)

    def step(self, owner: str, what: str, number: int) -> None:
        whose, ids = self.every[number % len(self.every)] if self.every else (owner, None)
        acts: dict[str, Callable[[], object]] = {
            "ask": lambda: self.ask(owner, None),
            "delete all": lambda: self.kept.delete_all(owner),
        }
        if ids:
            acts |= {
                "go on": lambda: self.ask(owner, ids.conversation),
                "judge": lambda: self.kept.judge(owner, ids.answer, 1, Verdict.SUPPORTS),
                "take back": lambda: self.kept.take_back(owner, ids.answer, 1),
                "delete": lambda: self.kept.delete(owner, ids.conversation),
            }
        others = what not in ("ask", "delete all") and whose != owner
        before = self.seen_by(whose)
        try:
            acts.get(what, lambda: None)()
        except PinciteError:
            assert what not in ("ask", "delete all")
        else:
            assert not (others and ids)
        if whose != owner:
            assert self.seen_by(whose) == before

    def ask(self, owner: str, conversation: str | None) -> None:
        quoted = record(f"quoted for {owner}")
        ids = self.kept.append(owner, conversation, f"asked by {owner}", [], quoted)
        self.every.append((owner, ids))

    def seen_by(self, owner: str) -> list[Any]:
        return [self.kept.conversations(owner), self.kept.verdicts(owner)]


@given(st.lists(STEP, max_size=14))
@settings(max_examples=40, deadline=None)
def test_nothing_of_one_is_ever_told_to_the_other(steps: list[tuple[str, str, int]]) -> None:
    with TemporaryDirectory() as folder:
        told = Shared(Memory(Path(folder, "m")))
        for step in steps:
            told.step(*step)
        for owner, other in ((ANN, BEN), (BEN, ANN)):
            assert other not in repr(told.seen_by(owner))
            assert told.kept.conversations(owner, other) == []
            assert told.kept.conversations(owner, f"quoted {other}") == []
        for whose, ids in told.every:
            for look in (
                lambda who, ids=ids: told.kept.answer(who, ids.answer),
                lambda who, ids=ids: told.kept.conversation(who, ids.conversation),
                lambda who, ids=ids: told.kept.history(who, ids.conversation),
            ):
                with pytest.raises(PinciteError, match="there is no"):
                    look(BEN if whose == ANN else ANN)


class TestFile:
    def test_its_owner_alone_can_read_it(self, kept: Memory, file: Path) -> None:
        with closing(sqlite3.connect(file)) as other:
            other.execute("SELECT * FROM answers").fetchall()
            ask(kept)
            modes = {each.name: stat.S_IMODE(each.stat().st_mode) for each in file.parent.iterdir()}
        assert modes == dict.fromkeys([file.name, f"{file.name}-wal", f"{file.name}-shm"], 0o600)

    def test_it_is_synced_with_every_commit(self, kept: Memory, file: Path) -> None:
        with database.connected(file, 1) as connection:
            found = {
                name: connection.execute(f"PRAGMA {name}").fetchone()[0]
                for name in ("journal_mode", "synchronous", "foreign_keys", "secure_delete")
            }
        assert found == {
            "journal_mode": "wal",
            "synchronous": 2,
            "foreign_keys": 1,
            "secure_delete": 1,
        }

    @pytest.mark.parametrize("name", ["a b?c#d%20.sqlite", "ünï.sqlite"])
    def test_it_may_have_any_name(self, tmp_path: Path, name: str) -> None:
        ask(Memory(tmp_path / name))
        assert names(Memory(tmp_path / name)) == ["Who?"]
        assert [each.name for each in tmp_path.iterdir()] == [name]

    @pytest.mark.parametrize("content", [b"not a memory", b"x" * 8192])
    def test_a_file_of_something_else_is_refused_and_left(self, file: Path, content: bytes) -> None:
        file.write_bytes(content)
        with pytest.raises(PinciteError, match=r"is damaged, or is none \(file is not a database"):
            Memory(file)
        assert file.read_bytes() == content

    def test_an_empty_file_is_refused_and_left(self, file: Path) -> None:
        file.touch()
        with pytest.raises(PinciteError, match=r"is no memory of Pincite's: it is empty, or"):
            Memory(file)
        assert file.stat().st_size == 0

    def test_another_programs_database_is_refused_and_left(self, file: Path) -> None:
        with closing(sqlite3.connect(file)) as other:
            other.execute("CREATE TABLE theirs (x)")
        before = file.read_bytes()
        with pytest.raises(PinciteError, match=r"is no memory of Pincite's.* serve --memory FILE"):
            Memory(file)
        assert file.read_bytes() == before

    def test_a_newer_format_is_refused(self, kept: Memory, file: Path) -> None:
        with closing(sqlite3.connect(file)) as other:
            other.execute("PRAGMA user_version = 2")
        with pytest.raises(PinciteError, match="has format version 2, this Pincite"):
            Memory(file)

    def test_a_file_that_cannot_be_made_is_told(self, tmp_path: Path) -> None:
        with pytest.raises(PinciteError, match=r"cannot be written \(No such file or directory\)"):
            Memory(tmp_path / "none" / "memory.sqlite")
        with pytest.raises(PinciteError, match=r"cannot be written \(Is a directory\)"):
            Memory(tmp_path)

    def test_a_file_that_went_is_not_made_anew(self, kept: Memory, file: Path) -> None:
        ask(kept)
        file.unlink()
        with pytest.raises(PinciteError, match=r"^the answer was not kept: .* cannot be used now"):
            ask(kept)
        assert not file.exists()

    @pytest.mark.parametrize("page", [2, 3, 4, 5])
    def test_damage_is_told_and_no_other_error(self, kept: Memory, file: Path, page: int) -> None:
        for _ in range(30):
            kept.judge(ANN, ask(kept).answer, 1, Verdict.SUPPORTS)
        with file.open("r+b") as opened:
            opened.seek((page - 1) * 4096)
            opened.write(b"\xaa" * 4096)
        damaged = file.read_bytes()
        with pytest.raises(PinciteError, match="is damaged, or is none"):
            read_all(kept)
        assert file.read_bytes() == damaged

    @pytest.mark.parametrize(
        "change",
        [
            "UPDATE answers SET record = '{'",
            "UPDATE answers SET documents = ''",
            "UPDATE verdicts SET verdict = 'suports'",
        ],
    )
    def test_what_is_not_as_it_was_written_is_damage(
        self, kept: Memory, file: Path, change: str
    ) -> None:
        ids = ask(kept)
        kept.judge(ANN, ids.answer, 1, Verdict.SUPPORTS)
        with closing(sqlite3.connect(file)) as other:
            other.execute(change)
            other.commit()
        with pytest.raises(PinciteError, match=f"cannot be read: .* is damaged.*{ids.answer}"):
            kept.answer(ANN, ids.answer)

    @pytest.mark.parametrize(
        ("act", "message"),
        [
            (lambda kept, ids: ask(kept), "the answer was not kept"),
            (
                lambda kept, ids: kept.judge(ANN, ids.answer, 1, Verdict.SUPPORTS),
                "the verdict was not kept",
            ),
            (
                lambda kept, ids: kept.take_back(ANN, ids.answer, 2),
                "the verdict was not taken back",
            ),
            (
                lambda kept, ids: kept.delete(ANN, ids.conversation),
                "the conversation was not deleted",
            ),
            (lambda kept, ids: kept.delete_all(ANN), "the conversations were not deleted"),
        ],
    )
    def test_what_a_lock_hindered_is_told_and_nothing_is_lost(
        self, file: Path, act: Callable[[Memory, Remembered], object], message: str
    ) -> None:
        kept = Memory(file, patience=0.05)
        ids = ask(kept)
        kept.judge(ANN, ids.answer, 2, Verdict.SUPPORTS)
        before = kept.conversation(ANN, ids.conversation)
        with closing(sqlite3.connect(file, isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            with pytest.raises(PinciteError, match=rf"^{message}: .*\(database is locked\)"):
                act(kept, ids)
            # Who only reads is not hindered.
            assert kept.conversation(ANN, ids.conversation) == before
        assert kept.conversation(ANN, ids.conversation) == before

    def test_threads_that_make_it_at_once_share_it(self, file: Path) -> None:
        with ThreadPoolExecutor(8) as threads:
            list(threads.map(lambda n: ask(Memory(file), f"{n}"), range(8)))
        assert sorted(names(Memory(file))) == [f"{n}" for n in range(8)]
        assert [each.name for each in file.parent.iterdir()] == [file.name]

    def test_threads_take_turns(self, kept: Memory) -> None:
        ids = ask(kept, "0")
        with ThreadPoolExecutor(8) as threads:
            list(threads.map(lambda n: ask(kept, f"{n}", ids.conversation), range(1, 40)))
        found = kept.conversation(ANN, ids.conversation)
        assert [each.ordinal for each in found.answers] == list(range(1, 41))
        assert {each.question for each in found.answers} == {f"{n}" for n in range(40)}


@contextmanager
def unprivileged() -> Iterator[None]:
    """Not as root, whom permissions do not bind."""
    before = os.geteuid()
    os.seteuid(before or 65534)
    try:
        yield
    finally:
        os.seteuid(before)


def test_a_read_only_file_is_told_at_once_and_left() -> None:
    # Not tmp_path, which only root could enter.
    with TemporaryDirectory() as folder:
        file = Path(folder, "memory.sqlite")
        ask(Memory(file))
        before = file.read_bytes()
        file.chmod(0o444)
        Path(folder).chmod(0o755)
        refused = pytest.raises(PinciteError, match=r"cannot be written \(Permission denied\)")
        with unprivileged(), refused:
            Memory(file)
        assert file.read_bytes() == before


def test_a_file_that_became_read_only_loses_nothing() -> None:
    with TemporaryDirectory() as folder:
        file = Path(folder, "memory.sqlite")
        Path(folder).chmod(0o755)
        kept = Memory(file)
        ids = ask(kept)
        file.chmod(0o444)
        refused = pytest.raises(PinciteError, match=r"^the answer was not kept: .* cannot be used")
        with unprivileged(), refused:
            ask(kept, "More?", ids.conversation)
        assert kept.history(ANN, ids.conversation) == ["Who?"]
