"""Requests as they are, byte for byte if need be, to a server in a test."""

import http.client
import json
import socket
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from rag.render import Record
from tests.patience import PATIENCE
from ui.server.paths import CALLS
from ui.server.services import Service

ANN, BOB = 43 * "a", 43 * "b"
JSON = "application/json"


@dataclass(frozen=True, slots=True)
class Reply:
    """What came back."""

    status: int
    headers: http.client.HTTPMessage
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


class Mirror:
    """A desk with one service, which tells who asked for what."""

    def services(self) -> dict[str, Service]:
        return {"who": lambda owner, request: {"owner": owner, "request": request}}

    def page(self, owner: str, answer: str) -> str:
        return f"<title>{answer}</title>"


def send(
    address: str, path: str = "/", method: str = "GET", body: bytes | None = None, **headers: str
) -> Reply:
    """One request on a connection of its own; `_` in a header's name stands for `-`."""
    found = urlsplit(address)
    connection = http.client.HTTPConnection(found.hostname or "", found.port, timeout=PATIENCE)
    try:
        connection.putrequest(method, path, skip_host="Host" in headers)
        given = {name.replace("_", "-"): value for name, value in headers.items()}
        if body is not None:
            given.setdefault("Content-Length", str(len(body)))
        for name, value in given.items():
            connection.putheader(name, value)
        connection.endheaders(body)
        reply = connection.getresponse()
        return Reply(reply.status, reply.headers, reply.read())
    finally:
        connection.close()


def call(address: str, service: str, fields: object = None, who: str = ANN, **headers: str) -> Any:
    """What a service replies to a browser with this cookie."""
    body = json.dumps({"fn_name": service, "data": fields}).encode()
    cookie = f"pincite={who}"
    sent = {"Content_Type": JSON, "Cookie": cookie} | headers
    return send(address, CALLS, "POST", body, **sent)


def raw(address: str, request: bytes) -> int:
    """The status of the reply to these bytes."""
    found = urlsplit(address)
    with socket.create_connection((found.hostname, found.port), timeout=PATIENCE) as connection:
        connection.sendall(request)
        with connection.makefile("rb") as reply:
            return int(reply.readline().split()[1])


def record(reply: Reply) -> Record:
    """The JSON object of a reply that is one."""
    assert reply.status == 200, reply
    found = reply.json
    assert isinstance(found, dict)
    return found
