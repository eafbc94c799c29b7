"""Bodies of requests, read whole, but neither long ones nor for long."""

import asyncio

from starlette.requests import ClientDisconnect, Request

# Seconds that a body may take to come: it is small.
PATIENCE = 10.0


class BodyError(Exception):
    """A body that is not taken, and the HTTP status that says so."""

    def __init__(self, status: int) -> None:
        super().__init__(status)
        self.status = status


async def read_body(request: Request, most: int) -> bytes:
    """The body, of at most so many bytes: BodyError for a longer one, for one that does not come,
    and for one that ends before its time."""
    body = bytearray()
    try:
        async with asyncio.timeout(PATIENCE):
            async for chunk in request.stream():
                body += chunk
                # A request in chunks may lie about its length.
                if len(body) > most:
                    raise BodyError(413)
    except TimeoutError as error:
        raise BodyError(408) from error
    except ClientDisconnect as error:
        raise BodyError(400) from error
    return bytes(body)
