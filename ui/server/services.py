"""What the page can ask of the server: a name, and what answers to it."""

from collections.abc import Callable, Mapping
from typing import Protocol

from rag.render import Record

# Of the one who asks (see `ui.server.sessions`) and a JSON value, a JSON object.
Service = Callable[[str, object], Record]


class Offers(Protocol):
    """What has services, and pages to print by an owner and the id of an answer: `ui.desk.Desk`
    and what stands beside it."""

    def services(self) -> Mapping[str, Service]: ...

    def page(self, owner: str, answer: str) -> str: ...
