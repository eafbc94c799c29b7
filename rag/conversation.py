"""Asking from a terminal: one question, or a conversation."""

import sys
from io import TextIOWrapper

import click

from rag.config import Config
from rag.indexing import open_warm
from rag.render import to_json, to_text


def ask_once(config: Config, question: str, *, as_json: bool) -> None:
    """Print the answer to one question."""
    assistant = open_warm(config)
    answer = assistant.ask(question)
    click.echo(to_json(answer) if as_json else to_text(answer))


def converse(config: Config, *, as_json: bool) -> None:
    """Answer question after question until the input ends; an empty line is passed over."""
    assistant = open_warm(config)
    if isinstance(sys.stdin, TextIOWrapper):
        sys.stdin.reconfigure(errors="surrogateescape")
    if sys.stdin.isatty():
        click.echo("Ask a question. Ctrl+D ends the conversation.", err=True)
    history: list[str] = []
    while (question := _next_question()) is not None:
        if question:
            answer = assistant.ask(question, history)
            history.append(question)
            click.echo(to_json(answer) if as_json else to_text(answer) + "\n")


def _next_question() -> str | None:
    try:
        return input("> " if sys.stdin.isatty() else "").strip()
    except (EOFError, KeyboardInterrupt):
        return None
