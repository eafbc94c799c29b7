"""The list of sources, and questions to begin with."""

from collections.abc import Mapping
from threading import Lock

from rag.examples import examples
from rag.render import Record
from ui.desk.requests import or_error
from ui.desk.shelf import Shelf
from ui.server.services import Service
from ui.uploads import is_upload
from ui.view.library import library_view


class Listing:
    """Lists an owner's sources."""

    def __init__(self, shelf: Shelf) -> None:
        self._shelf = shelf
        self._lock = Lock()
        # Of the sources by their hashes: to find examples takes seconds.
        self._examples: dict[frozenset[str], list[str]] = {}

    def services(self) -> Mapping[str, Service]:
        return {"list_sources": self.list_sources, "examples": self.examples}

    def list_sources(self, owner: str, request: object) -> Record:
        """All sources: see `library_view`; the owner's own are `uploaded`. The request is empty,
        but gradio always sends one."""
        return or_error(lambda: self._listed(owner))

    def _listed(self, owner: str) -> Record:
        view = library_view(self._shelf.summaries(owner))
        for source in view["sources"]:
            source["uploaded"] = is_upload(source["document"])
        return view

    def examples(self, owner: str, request: object) -> Record:
        """`{"examples"}`: questions that these very sources answer."""
        return or_error(lambda: {"examples": self._found(owner)})

    def _found(self, owner: str) -> list[str]:
        paths = [each.path for each in self._shelf.summaries(owner)]
        documents = [each for path in paths if (each := self._shelf.document(owner, path))]
        key = frozenset(document.sha256 for document in documents)
        with self._lock:
            if key not in self._examples:
                found = examples(lambda question: self._shelf.ask(owner, question), documents)
                self._examples = {key: found}
            return self._examples[key]
