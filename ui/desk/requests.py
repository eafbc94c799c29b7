"""Requests are checked before anything else looks at them: every service is open to the public."""

from collections.abc import Callable
from typing import Any

from index.errors import PinciteError
from index.types import Span
from rag.render import Record

LONGEST_TEXT = 2000
MOST_TEXTS = 10_000


def or_error(reply: Callable[[], Record]) -> Record:
    """The reply, or what a person can do about there being none."""
    try:
        return reply()
    except PinciteError as error:
        return {"error": str(error)}


def fields_of(request: object) -> dict[str, Any]:
    """The request's fields; ValueError when it is no object."""
    if not isinstance(request, dict):
        raise ValueError("a request is one JSON object")
    return request


def text_of(value: object) -> str:
    """A text that is not too long, fit to be stored; ValueError otherwise."""
    if not isinstance(value, str) or len(value) > LONGEST_TEXT:
        raise ValueError(f"a text of at most {LONGEST_TEXT} characters is needed")
    # JSON can hold half a surrogate pair, which no UTF-8 can: it becomes U+FFFD.
    return value.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


def text_or_none(value: object) -> str | None:
    """A text, or null."""
    return None if value is None else text_of(value)


def texts_of(value: object) -> list[str]:
    """A list of texts; ValueError when it is none, or very long."""
    if not isinstance(value, list) or len(value) > MOST_TEXTS:
        raise ValueError(f"a list of at most {MOST_TEXTS} texts is needed")
    return [text_of(each) for each in value]


def number_or_none(value: object) -> int | None:
    """The number of a quote, from 1, or null for the answer as a whole."""
    if value is None:
        return None
    if type(value) is not int or value < 1:
        raise ValueError("a quote's number is a whole one, from 1")
    return value


def span_of(fields: dict[str, Any]) -> Span | None:
    """The range from `start` to `end`, in code points; None where both are missing."""
    start, end = fields.get("start"), fields.get("end")
    if start is None and end is None:
        return None
    if type(start) is not int or type(end) is not int:
        raise ValueError("start and end are not whole numbers")
    return Span(start, end)
