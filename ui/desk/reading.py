"""Sources: read, compared, and checked against their files."""

from collections.abc import Mapping

from index.errors import PinciteError
from index.locate import block_at
from rag.proof import verified
from rag.render import Record
from ui.desk.requests import fields_of, or_error
from ui.desk.shelf import Shelf
from ui.server.services import Service
from ui.view.comparison import comparison_view
from ui.view.healing import healing_view
from ui.view.picture import picture_view
from ui.view.source import source_view


class Reading:
    """Opens sources at their quotes. A range is `{"document", "start", "end", "sha256"}`."""

    def __init__(self, shelf: Shelf) -> None:
        self._shelf = shelf

    def services(self) -> Mapping[str, Service]:
        return {
            "read_source": self.read_source,
            "healings": self.healings,
            "compare": self.compare,
            "verify": self.verify,
            "picture": self.picture,
        }

    def read_source(self, owner: str, request: object) -> Record:
        """A range, or a document alone, to `source_view`."""
        fields = fields_of(request)
        return or_error(lambda: source_view(*self._shelf.unchanged(owner, fields)))

    def healings(self, owner: str, request: object) -> Record:
        """A range within a paragraph to `healing_view`."""
        fields = fields_of(request)

        def view() -> Record:
            document, span = self._shelf.range(owner, fields)
            if block_at(document, span) is None:
                raise PinciteError("No single paragraph holds this place, so nothing is healed.")
            return healing_view(document, span)

        return or_error(view)

    def compare(self, owner: str, request: object) -> Record:
        """`{"ours", "theirs"}`, the ranges of a quote and a witness of it, to `comparison_view`."""
        fields = fields_of(request)
        ours, theirs = fields_of(fields.get("ours")), fields_of(fields.get("theirs"))
        return or_error(
            lambda: comparison_view(
                self._shelf.quote(owner, ours), self._shelf.quote(owner, theirs)
            )
        )

    def verify(self, owner: str, request: object) -> Record:
        """`{"document", "sha256"}` to `verified`: the file is read again now."""
        fields = fields_of(request)

        def view() -> Record:
            document, _ = self._shelf.unchanged(owner, fields)
            return verified(document, self._shelf.file(owner, document.path))

        return or_error(view)

    def picture(self, owner: str, request: object) -> Record:
        """A range to `picture_view`."""
        fields = fields_of(request)

        def view() -> Record:
            document, span = self._shelf.range(owner, fields)
            return picture_view(document, span, self._shelf.file(owner, document.path))

        return or_error(view)
