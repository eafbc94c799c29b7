"""A server that speaks chat completions, well or maliciously, on this machine."""

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

Answers = list[dict[str, Any]]


class Handler(BaseHTTPRequestHandler):
    """Records a request and lets a test's function answer it."""

    server: "Server"

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["content-length"]))
        self.server.seen.append(Seen(self.path, dict(self.headers), json.loads(body)))
        self.server.behave(self)

    def do_GET(self) -> None:
        """Where a redirect would lead."""
        self.server.seen.append(Seen(self.path, dict(self.headers), {}))
        self.reply(b"{}")

    def reply(self, body: bytes, status: int = 200, **headers: str) -> None:
        self.send_response(status)
        for name, value in {"content_length": str(len(body)), **headers}.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the base's name
        """Nothing is logged."""


@dataclass(frozen=True)
class Seen:
    """A request as it came in."""

    path: str
    headers: dict[str, str]
    body: dict[str, Any]

    @property
    def sentences(self) -> list[str]:
        """The sentences that were shown, in the order of their numbers."""
        lines = self.body["messages"][1]["content"].split("\n")[2:-1]
        return [json.loads(line)["text"] for line in lines]


Behaviour = Callable[[Handler], object]


class Server(ThreadingHTTPServer):
    """The server; `url` is what to configure, `seen` what it was asked."""

    daemon_threads = True

    def __init__(self, behave: Behaviour) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.behave = behave
        self.seen: list[Seen] = []
        # Set when the test is over, so that a slow behaviour ends.
        self.over = threading.Event()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/v1"

    def handle_error(self, *_: object) -> None:
        """A client that hangs up is what some tests are about."""


@contextmanager
def served(behave: Behaviour) -> Iterator[Server]:
    """A server in a thread, until the context ends."""
    with Server(behave) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield server
        finally:
            server.over.set()
            server.shutdown()
            thread.join()


@dataclass(frozen=True)
class Says:
    """Replies with a completion of this content; further fields go into the choice or message."""

    content: Any
    finish_reason: Any = "stop"
    message: dict[str, Any] = field(default_factory=dict)

    def __call__(self, handler: Handler) -> None:
        message = {"role": "assistant", "content": self.content, **self.message}
        choice = {"index": 0, "message": message, "finish_reason": self.finish_reason}
        body = {"id": "1", "object": "chat.completion", "created": 1, "choices": [choice]}
        handler.reply(json.dumps(body).encode(), content_type="application/json")


def chooses(*answers: tuple[int, str], none: bool = False) -> Says:
    """Replies with these numbers and groups."""
    chosen = [{"sentence": number, "group": group} for number, group in answers]
    return Says(json.dumps({"answers": chosen, "none": none}))


def picks(*words: str) -> Behaviour:
    """Picks the sentences that hold one of the words, in the words' order, in one group."""

    def behave(handler: Handler) -> None:
        sentences = handler.server.seen[-1].sentences
        found = [(at, "A") for word in words for at, s in enumerate(sentences, 1) if word in s]
        chooses(*found, none=not found)(handler)

    return behave
