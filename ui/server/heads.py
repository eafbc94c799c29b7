"""HTTP as uvicorn speaks it, to whoever says what he wants."""

from asyncio import TimerHandle, Transport

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol

# Seconds that the head of a request may take to come: it is small.
PATIENCE = 10.0


class NoIdlers(H11Protocol):
    """Ends a connection on which no head comes, whole, in time. uvicorn sets a time for the first
    byte after a reply alone: without this, 500 connections that say nothing keep everybody out."""

    _late: TimerHandle | None = None

    def connection_made(self, transport: Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._see_to_head()

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        self._see_to_head()

    def _see_to_head(self) -> None:
        is_missing = self.conn.their_state is h11.IDLE
        if is_missing and self._late is None:
            self._late = self.loop.call_later(PATIENCE, self.timeout_keep_alive_handler)
        elif self._late is not None and not is_missing:
            self._late.cancel()
            self._late = None
