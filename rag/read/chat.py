"""One question to a language model over HTTP, within bounds. The only door to openai.

The server is not trusted: what it sends is bounded in time and size, and nothing of it but the
text of the reply leaves this module, not even in an error.
"""

import asyncio
import json
from collections.abc import AsyncIterator, Coroutine, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from rag.types import Notice

if TYPE_CHECKING:
    import httpx2

# Bytes of a reply. One that names every sentence it was shown is a few thousand long.
LONGEST_REPLY = 1 << 20

# What openai would send beside these: operating system, Python version, and organization, project
# and headers of the environment that are meant for another server.
_SENT_HEADERS = frozenset({"accept", "content-length", "content-type", "host"})


class ChatError(Exception):
    """There is no reply that can be used; `notice` tells the user why."""

    def __init__(self, notice: Notice) -> None:
        super().__init__(notice.value)
        self.notice = notice


@dataclass(frozen=True, slots=True)
class ChatServer:
    """A server that speaks OpenAI's chat completions: llama.cpp, Ollama, vLLM, OpenAI itself.

    `url` is its base, `/v1` included; `timeout` the seconds that a question may take in all; `key`
    the API key, or empty. Nothing is asked twice, redirects and the environment's proxies are not
    followed. May be used from several threads.
    """

    url: str
    model: str
    timeout: float
    key: str = ""

    def complete(self, messages: list[dict[str, str]], schema: Mapping[str, Any], name: str) -> str:
        """The model's reply to `messages`, asked to fit a JSON schema: untrusted text.

        ChatError when there is none, or the server says that it is not whole.
        """
        request = {
            "model": self.model,
            "messages": messages,
            "temperature": 0,
            "response_format": {
                "type": "json_schema",
                "json_schema": {"name": name, "strict": True, "schema": schema},
            },
        }
        return _content(_run(self._post(request)))

    async def _post(self, request: dict[str, Any]) -> bytes:
        """The body of the server's response; ChatError when it does not come in time or whole."""
        import httpx2
        import openai

        transport = _bounded_transport(self.key)
        client = httpx2.AsyncClient(
            transport=transport, trust_env=False, follow_redirects=False, timeout=self.timeout
        )
        chat = openai.AsyncOpenAI(
            base_url=self.url, api_key=self.key or "-", max_retries=0, http_client=client
        )
        # Modules of openai's load here, outside the time that the server has.
        completions = chat.chat.completions.with_raw_response
        try:
            # A body that drips in does not time out by itself: httpx bounds each read, this all.
            async with asyncio.timeout(self.timeout), client:
                reply = await completions.create(**request)
                return bytes(reply.content)
        except (TimeoutError, openai.APITimeoutError) as error:
            raise ChatError(Notice.MODEL_TIMED_OUT) from error
        except openai.APIStatusError as error:
            raise ChatError(Notice.MODEL_FAILED) from error
        # ValueError: a host's name that cannot be looked up. HTTPError: openai passes some on.
        except (openai.OpenAIError, httpx2.HTTPError, OSError, ValueError) as error:
            too_long = transport.is_too_long
            notice = Notice.MODEL_TOO_LONG if too_long else Notice.MODEL_UNREACHABLE
            raise ChatError(notice) from error


def _run(task: Coroutine[Any, Any, bytes]) -> bytes:
    """Run `task` in an event loop of its own, in which it can be stopped at any point."""
    with asyncio.Runner() as runner:
        runner.get_loop().set_default_executor(_Abandoned(1))
        return runner.run(task)


class _Abandoned(ThreadPoolExecutor):
    """Threads that nobody waits for: a name look-up cannot be stopped, and may take minutes."""

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        super().shutdown(wait=False, cancel_futures=True)


def _bounded_transport(key: str) -> Any:
    """A transport that sends few headers and reads no more than `LONGEST_REPLY`, of errors too.

    `is_too_long` of it tells whether there was more. Classes are made here because their bases are
    httpx2's, which is imported when it is first used.
    """
    import httpx2

    class Bounded(httpx2.AsyncBaseTransport):
        def __init__(self) -> None:
            self.is_too_long = False
            self._inner = httpx2.AsyncHTTPTransport()

        async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
            # A new one: openai looks at the headers of its own again.
            sent = httpx2.Request(
                request.method,
                request.url,
                headers=_headers(request.headers, key),
                stream=request.stream,
                extensions=request.extensions,
            )
            response = await self._inner.handle_async_request(sent)
            # No header of the server's has a say: not about encodings, which could make little
            # much, not about cookies, not about trying again.
            headers = {"content-type": "application/json"}
            return httpx2.Response(response.status_code, headers=headers, stream=Body(response))

        async def aclose(self) -> None:
            await self._inner.aclose()

    class Body(httpx2.AsyncByteStream):
        def __init__(self, response: httpx2.Response) -> None:
            self._response = response

        async def __aiter__(self) -> AsyncIterator[bytes]:
            size = 0
            async for chunk in self._response.aiter_raw():
                size += len(chunk)
                if size > LONGEST_REPLY:
                    transport.is_too_long = True
                    raise httpx2.ReadError("the response is too long")
                yield chunk

        async def aclose(self) -> None:
            await self._response.aclose()

    transport = Bounded()
    return transport


def _headers(headers: "httpx2.Headers", key: str) -> dict[str, str]:
    kept = {name: value for name, value in headers.items() if name.lower() in _SENT_HEADERS}
    authorization = {"authorization": f"Bearer {key}"} if key else {}
    return {**kept, **authorization, "accept-encoding": "identity", "user-agent": "pincite"}


def _content(body: bytes) -> str:
    """The text of a chat completion; ChatError when the server says that there is none."""
    try:
        choice = json.loads(body)["choices"][0]
        message, finish = choice["message"], choice.get("finish_reason")
        content, refusal = message.get("content"), message.get("refusal")
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError) as error:
        raise ChatError(Notice.MODEL_MALFORMED) from error
    if finish == "length":
        raise ChatError(Notice.MODEL_CUT_OFF)
    if finish == "content_filter":
        raise ChatError(Notice.MODEL_FILTERED)
    if refusal:
        raise ChatError(Notice.MODEL_DECLINED)
    if not isinstance(content, str):
        raise ChatError(Notice.MODEL_MALFORMED)
    return content
