"""Asking from a terminal: one question, or a conversation."""

import sys
from collections.abc import Sequence
from io import TextIOWrapper

import click

from rag.assistant import Assistant
from rag.config import Config
from rag.indexing import open_warm
from rag.render import to_json, to_text


def ask_once(
    config: Config, question: str, documents: Sequence[str] = (), *, as_json: bool
) -> None:
    """Print the answer to one question, from `documents` alone if any are named."""
    assistant = open_warm(config)
    answer = assistant.ask(question, documents=documents)
    click.echo(to_json(answer) if as_json else to_text(answer, _titles(assistant)))


def converse(config: Config, documents: Sequence[str] = (), *, as_json: bool) -> None:
    """Answer question after question until the input ends; an empty line is passed over.

    From `documents` alone, if any are named.
    """
    assistant = open_warm(config)
    if isinstance(sys.stdin, TextIOWrapper):
        sys.stdin.reconfigure(errors="surrogateescape")
    if sys.stdin.isatty():
        click.echo("Ask a question. Ctrl+D ends the conversation.", err=True)
    history: list[str] = []
    while (question := _next_question()) is not None:
        if question:
            answer = assistant.ask(question, history, documents)
            history.append(question)
            text = to_json(answer) if as_json else to_text(answer, _titles(assistant)) + "\n"
            click.echo(text)


def _titles(assistant: Assistant) -> dict[str, str]:
    return {source.path: source.title for source in assistant.sources()}


def _next_question() -> str | None:
    try:
        return input("> " if sys.stdin.isatty() else "").strip()
    except (EOFError, KeyboardInterrupt):
        return None
