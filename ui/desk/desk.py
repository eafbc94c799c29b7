"""The desk: all that the page may ask for."""

from collections.abc import Mapping

from ui.desk.asking import Asking
from ui.desk.library import Listing
from ui.desk.past import Past
from ui.desk.reading import Reading
from ui.desk.shelf import Asked, Shelf
from ui.memory import Memory
from ui.server.services import Service


class Desk:
    """Answers the page's requests, each in the name of its owner."""

    def __init__(self, assistant: Asked, memory: Memory) -> None:
        shelf = Shelf(assistant)
        self._past = Past(shelf, memory)
        self._parts = (
            Listing(shelf),
            Asking(shelf, memory),
            Reading(shelf),
            self._past,
        )

    def services(self) -> Mapping[str, Service]:
        """What the page may ask for, by name."""
        return {name: serve for part in self._parts for name, serve in part.services().items()}

    def page(self, owner: str, answer: str) -> str:
        """An answer as a page to print: see `Past.page`."""
        return self._past.page(owner, answer)
