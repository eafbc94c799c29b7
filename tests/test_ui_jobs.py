"""Uploads over HTTP, taken in, asked, seen by their owner alone, and removed again."""

import http.client
import json
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from index.errors import BusyError
from index.snapshot import Library
from index.store import DocumentSummary, writing
from index.tokens import load_encoding
from index.update import Failure, Summary, Updater, make_settings
from rag.assistant import Assistant
from rag.config import Config
from rag.indexing import drop, take_in
from rag.read import SimilarityReader
from tests.fakes import FakeEmbedder
from tests.patience import PATIENCE
from ui.browser import free_port
from ui.desk import Desk
from ui.jobs import BUSY, ELSEWHERE, REMOVED_DOCUMENT, REMOVED_UPLOAD, SHARED, Changes, Jobs
from ui.loading import Loading
from ui.memory import Memory
from ui.room import Room
from ui.server.app import serving
from ui.server.sessions import owner_of
from ui.uploads import Uploads, prefix_of, uploads_beside

ANN, BOB = 43 * "a", 43 * "b"
QUESTION = {"question": "Who painted the gunwale green?"}
GUNWALE = b"The boatswain painted the gunwale green.\n"


class Server:
    """A room over a small index, by way of HTTP."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.config = Config(index=folder / "index", passage_tokens=40)
        (folder / "sources").mkdir()
        (folder / "sources" / "light.txt").write_text("The mate saw a white light.\n")
        embedder, tokens = FakeEmbedder(), load_encoding("pincite-16k")
        with writing(self.config.index) as store:
            store.prepare(make_settings(embedder, tokens, 40))
            Updater(store, embedder, tokens, 40).run([folder / "sources"])
        self.uploads = uploads_beside(self.config.index)
        self.library = Library(self.config.index, embedder)
        self.assistant = Assistant(self.library, SimilarityReader(), 0.0)
        changes = Changes(
            lambda path, report: take_in(path, self.config, embedder, report),
            lambda path: drop(path, self.config),
            lambda sees: self.assistant.sources(sees=sees),
        )
        loading = Loading(self.assistant.warm)
        self.room = Room(
            Desk(self.assistant, Memory(folder / "memory.sqlite")),
            loading,
            Jobs(self.uploads, changes, 0.01),
        )
        self.room.start()

    def call(self, who: str, service: str, request: object) -> Any:
        return self.room.services()[service](owner_of(who), request)

    def finished(self, who: str) -> Any:
        for _ in range(100 * PATIENCE):
            (job,) = self.call(who, "status", {})["jobs"]
            if job["state"] in {"done", "failed"}:
                return job
            time.sleep(0.01)
        raise AssertionError(job)

    def listed(self, who: str) -> list[str]:
        return [each["document"] for each in self.call(who, "list_sources", {})["sources"]]


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    made = Server(tmp_path)
    with closing(made.library):
        yield made


def upload(
    address: str, path: str, body: bytes, who: str = ANN, **headers: str
) -> tuple[int, dict[str, Any]]:
    with closing(http.client.HTTPConnection(address.removeprefix("http://"))) as line:
        sent = {"Cookie": f"pincite={who}", "Origin": address, **headers}
        line.request("POST", f"/upload?path={quote(path)}", body, sent)
        reply = line.getresponse()
        text = reply.read()
        return reply.status, json.loads(text) if text.startswith(b"{") else {}


def take(server: Server, who: str, name: str, data: bytes) -> Any:
    with server.uploads.taking(owner_of(who), name, len(data)) as write:
        write(data)
    server.call(who, "take_in", {})
    return server.finished(who)


def test_a_file_is_sent_indexed_found_and_removed(server: Server) -> None:
    with serving(server.room, free_port(), server.uploads) as address:
        status, reply = upload(address, "deck/gunwale.txt", GUNWALE)
    name = f"upload-{owner_of(ANN)[:12]}/deck/gunwale.txt"
    assert (status, reply) == (201, {"document": name, "bytes": len(GUNWALE)})
    server.call(ANN, "take_in", {})
    job = server.finished(ANN)
    assert {key: job[key] for key in ("state", "added", "documents", "total", "file")} == {
        "state": "done",
        "added": 1,
        "documents": 1,
        "total": 1,
        "file": "deck/gunwale.txt",
    }
    (quoted,) = server.call(ANN, "ask", QUESTION)["answer"]["quotes"][:1]
    assert quoted["document"] == name
    listed = server.call(ANN, "list_sources", {})["sources"]
    assert [(each["document"], each["uploaded"]) for each in listed] == [
        ("light.txt", False),
        (name, True),
    ]
    removed = server.call(ANN, "remove_source", {"document": name})
    assert removed == {"removed": name, "told": REMOVED_UPLOAD}
    assert server.listed(ANN) == ["light.txt"]
    assert not [each for each in server.uploads.root.rglob("*") if each.is_file()]


def test_what_is_refused_says_why(server: Server) -> None:
    with serving(server.room, free_port(), server.uploads) as address:
        refused = [
            upload(address, "../a.txt", b"x")[0],
            upload(address, "a.exe", b"x")[0],
            upload(address, "a.txt", b"x", who="admin")[0],
            upload(address, "a.txt", b"", **{"Content-Length": "50000001"})[0],
            upload(address, "a.txt", b"x", Origin="http://evil.example")[0],
            upload(address, "a.txt", iter([b"x"]), **{"Transfer-Encoding": "chunked"})[0],  # type: ignore[arg-type]
        ]
    assert refused == [400, 415, 401, 413, 403, 411]
    assert not server.uploads.root.exists()


def test_nobody_else_has_anything_of_an_upload(server: Server) -> None:
    take(server, ANN, "gunwale.txt", GUNWALE)
    (own,) = [each for each in server.listed(ANN) if each != "light.txt"]
    assert server.listed(BOB) == ["light.txt"]
    answer = server.call(BOB, "ask", QUESTION)["answer"]
    assert own not in json.dumps(answer)
    assert "no longer in the index" in server.call(BOB, "read_source", {"document": own})["error"]
    chosen = server.call(BOB, "ask", {**QUESTION, "documents": [own]})
    assert chosen["error"].endswith("The documents are: light.txt")
    assert "not in the index" in server.call(BOB, "remove_source", {"document": own})["error"]
    assert server.call(BOB, "status", {})["jobs"] == []
    assert own in server.listed(ANN)


def test_what_fails_is_told_by_its_name_and_deleted(server: Server) -> None:
    job = take(server, ANN, "bad/book.pdf", b"%PDF-1.7 is this all?")
    ((failure),) = job["failures"]
    assert failure["file"] == "bad/book.pdf"
    assert str(server.folder) not in json.dumps(job)
    assert not [each for each in server.uploads.root.rglob("*") if each.is_file()]


def test_what_is_sent_again_while_a_job_runs_stays(tmp_path: Path) -> None:
    uploads, owner = Uploads(tmp_path), owner_of(ANN)
    document = prefix_of(owner) + "a.txt"

    def send(data: bytes) -> None:
        with uploads.taking(owner, "a.txt", len(data)) as write:
            write(data)

    def take_in(folder: Path, _: object) -> Summary:
        send(b"mended while the other is read")
        return Summary(failures=[Failure(str(folder / document), "broken")])

    def drop(_: str) -> None:
        send(b"mended while it is removed")

    listed = [DocumentSummary(document, "/", "00" * 32, document, "utf-8", 1, 1)]
    jobs = Jobs(uploads, Changes(take_in, drop, lambda _: listed), 0.01)
    send(b"broken")
    jobs.take_in(owner, {})
    jobs._run(owner)
    file = uploads.folder(owner) / document
    assert file.read_bytes() == b"mended while the other is read"
    assert jobs.remove_source(owner, {"document": document})["removed"] == document
    assert file.read_bytes() == b"mended while it is removed"


def test_a_document_of_the_folder_leaves_only_the_index(server: Server) -> None:
    removed = server.call(ANN, "remove_source", {"document": "light.txt"})
    assert removed == {"removed": "light.txt", "told": REMOVED_DOCUMENT}
    assert server.listed(ANN) == []
    assert (server.folder / "sources" / "light.txt").is_file()


def test_another_writer_is_waited_for(server: Server) -> None:
    with writing(server.config.index):
        with server.uploads.taking(owner_of(ANN), "a.txt", len(GUNWALE)) as write:
            write(GUNWALE)
        server.call(ANN, "take_in", {})
        for _ in range(100 * PATIENCE):
            (job,) = server.call(ANN, "status", {})["jobs"]
            if job["message"]:
                break
            time.sleep(0.01)
        assert (job["state"], job["message"]) == ("running", ELSEWHERE)
        assert server.call(ANN, "remove_source", {"document": "light.txt"}) == {"error": BUSY}
    assert server.finished(ANN)["added"] == 1


def test_a_job_that_fails_does_not_stop_the_next(tmp_path: Path) -> None:
    outcomes: list[Exception | Summary] = [
        OSError(28, "No space left on device"),
        BusyError("busy"),
        Summary(added=1),
    ]

    def take_in(*_: object) -> Summary:
        outcome = outcomes.pop(0)
        if isinstance(outcome, Exception):
            raise outcome
        return outcome

    jobs = Jobs(Uploads(tmp_path), Changes(take_in, lambda _: None, lambda _: []), 0.01)
    jobs.start()
    for state in ("failed", "done"):
        jobs.take_in("ann", {})
        for _ in range(100 * PATIENCE):
            (job,) = jobs.records("ann")
            if job["state"] in {"failed", "done"}:
                break
            time.sleep(0.01)
        assert job["state"] == state


def test_what_users_share_none_of_them_removes(server: Server) -> None:
    job = take(server, ANN, "gunwale.txt", GUNWALE)
    assert job["added"] == 1
    own = f"upload-{owner_of(ANN)[:12]}/gunwale.txt"
    dropped: list[str] = []
    changes = Changes(
        lambda *_: Summary(), dropped.append, lambda sees: server.assistant.sources(sees=sees)
    )
    jobs = Jobs(server.uploads, changes, 0.01, shared=True)
    assert jobs.remove_source(owner_of(ANN), {"document": "light.txt"}) == {"error": SHARED}
    assert not dropped
    removed = jobs.remove_source(owner_of(ANN), {"document": own})
    assert removed == {"removed": own, "told": REMOVED_UPLOAD}
    assert dropped == [own]
