"""`POST /upload?path=NAME`: one file, as the raw body of a request, streamed to disk."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable

from anyio import CapacityLimiter, to_thread
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from ui.server.calls import NO_COOKIE
from ui.server.limits import MOST_CALLS
from ui.server.paths import UPLOAD
from ui.uploads import UploadError, Uploads, prefix_of

# Seconds without a byte after which an upload is broken off, and bytes a second that it has to come
# at besides: a bad telephone line.
PATIENCE = 30.0
LEAST_RATE = 5_000
SLOW = "The file came too slowly, and was not taken. Try again on a better connection."


def upload_route(uploads: Uploads) -> Route:
    """Takes files for the owner of the request's cookie: 201 and `{"document", "bytes"}`, or else
    `{"error"}` with a status that says as much to a program. The service `take_in` indexes them."""
    # Of its own: the time that a chunk waits to be written counts as if it came slowly.
    threads = CapacityLimiter(MOST_CALLS)

    async def receive(request: Request) -> Response:
        try:
            return await _receive(request, uploads, threads)
        except UploadError as refused:
            # What is still sent of a body that came too slowly is not waited for either.
            headers = {"Connection": "close"} if refused.status == 408 else None
            return JSONResponse({"error": str(refused)}, refused.status, headers)
        except ClientDisconnect:
            return Response(status_code=400)
        except OSError as error:
            message = f"The file cannot be stored here ({error.strerror}). See to the disk."
            return JSONResponse({"error": message}, 507)

    return Route(UPLOAD, receive, methods=["POST"])


async def _receive(request: Request, uploads: Uploads, threads: CapacityLimiter) -> Response:
    owner: str | None = request.state.owner
    if owner is None:
        raise UploadError(401, NO_COOKIE)
    length = request.headers.get("content-length", "")
    if not (length.isascii() and length.isdigit()):
        raise UploadError(411, "The request does not say how long the file is.")
    name = request.query_params.get("path", "")
    with uploads.taking(owner, name, int(length)) as write:
        size = await _written(
            request, lambda chunk: to_thread.run_sync(write, chunk, limiter=threads), int(length)
        )
        if size != int(length):
            raise UploadError(400, "The file is not as long as the request says.")
    return JSONResponse({"document": prefix_of(owner) + name, "bytes": int(length)}, 201)


async def _written(request: Request, write: Callable[[bytes], Awaitable[None]], most: int) -> int:
    """How many bytes came, of which no more than `most` are written: a request in chunks may lie
    about its length."""
    size = 0
    async for chunk in _chunks(request):
        size += len(chunk)
        if size > most:
            break
        await write(chunk)
    return size


async def _chunks(request: Request) -> AsyncIterator[bytes]:
    """The body as it comes; UploadError when it stops coming or comes too slowly."""
    clock, stream = asyncio.get_running_loop().time, request.stream()
    begun, size = clock(), 0
    while True:
        latest = PATIENCE + min(clock(), begun + size / LEAST_RATE)
        try:
            async with asyncio.timeout_at(latest):
                chunk = await anext(stream, b"")
        except TimeoutError as error:
            raise UploadError(408, SLOW) from error
        if not chunk:
            return
        size += len(chunk)
        yield chunk
