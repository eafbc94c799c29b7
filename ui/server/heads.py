"""HTTP as uvicorn speaks it, to whoever says what he wants."""

from asyncio import TimerHandle, Transport

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol

# Seconds that the head of a request may take to come: it is small.
PATIENCE = 10.0


class NoIdlers(H11Protocol):
    """Ends a connection on which no head comes, whole, in time, nor the rest of a body that has its
    reply already. uvicorn sets a time for the first byte after a reply alone: without this, 500
    connections that say nothing keep everybody out."""

    _late: TimerHandle | None = None

    def connection_made(self, transport: Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._set_deadline()

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        self._set_deadline()

    def on_response_complete(self) -> None:
        super().on_response_complete()
        self._set_deadline()

    def _set_deadline(self) -> None:
        is_owed = self.conn.their_state is h11.IDLE or (
            self.conn.their_state is h11.SEND_BODY and self.conn.our_state is h11.DONE
        )
        if is_owed and self._late is None:
            self._late = self.loop.call_later(PATIENCE, self.timeout_keep_alive_handler)
        elif self._late is not None and not is_owed:
            self._late.cancel()
            self._late = None
