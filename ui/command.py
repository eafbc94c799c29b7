"""`pincite serve` and `pincite password`."""

import functools
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from index.errors import PinciteError
from rag.config import Config
from rag.options import config_options

if TYPE_CHECKING:
    from ui.server.app import Front
    from ui.server.site import Site


IN_THE_CLEAR = (
    "Passwords and documents go over the network as anybody on it can read them. Put a proxy that "
    "speaks HTTPS in front, and give --behind-https."
)

_FRONT = (
    click.option(
        "--host",
        metavar="ADDRESS",
        default="127.0.0.1",
        show_default=True,
        help="The address to listen at. Any that others can reach needs --user.",
    ),
    click.option(
        "--name",
        "names",
        multiple=True,
        help="What else browsers call the server by, like archive.example. May be repeated.",
    ),
    click.option(
        "--user",
        "users",
        metavar="NAME",
        multiple=True,
        help="Let nobody in but this user, by the password that pincite password has set. May be "
        "repeated.",
    ),
    click.option(
        "--behind-https",
        "https",
        is_flag=True,
        help="A proxy in front of this speaks HTTPS with browsers, keeps their Host, and adds "
        "their address to X-Forwarded-For.",
    ),
)
_LOG = (
    click.option(
        "--log",
        type=click.Path(dir_okay=False, allow_dash=True, path_type=Path),
        help="Write each request to this file as a line of JSON, without questions, texts or names "
        "of files; - is the terminal.",
    ),
    click.option("--log-questions", is_flag=True, help="Write the questions to the log too."),
)


def _front_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command that has a `config` the options of who is let in, and it a `front` of them."""

    @functools.wraps(command)
    def with_front(
        *,
        config: Config,
        host: str,
        names: tuple[str, ...],
        users: tuple[str, ...],
        https: bool,
        **others: Any,
    ) -> Any:
        from ui.server.site import site_of

        front = _front(config, site_of(host, names, https=https), users)
        return command(config=config, front=front, **others)

    for option in reversed(_FRONT):
        with_front = option(with_front)
    return with_front


def _front(config: Config, site: "Site", users: tuple[str, ...]) -> "Front":
    """Who is let in by which passwords; PinciteError where that would be everybody."""
    from ui.passwords import hashes_of, passwords_beside
    from ui.server.accounts import Accounts
    from ui.server.app import Front

    if not users and not site.is_of_this_machine:
        raise PinciteError(
            f"others could read your documents at {', '.join([site.host, *sorted(site.names)])}. "
            "Say who may sign in: pincite password NAME, then pincite serve --user NAME"
        )
    if not (site.is_of_this_machine or site.https):
        click.echo(IN_THE_CLEAR, err=True)
    hashes = hashes_of(passwords_beside(config.index), users)
    return Front(site, Accounts(hashes) if users else None)


def _log_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command the options of the log, which is written while it runs."""

    @functools.wraps(command)
    def with_log(*, log: Path | None, log_questions: bool, **others: Any) -> Any:
        from ui.server.log import logging_to

        with logging_to(log, questions=log_questions):
            return command(**others)

    for option in reversed(_LOG):
        with_log = option(with_log)
    return with_log


@click.command()
@click.option(
    "--port",
    type=click.IntRange(1, 65534),
    default=7860,
    show_default=True,
    help="The port to listen at.",
)
@click.option("--open", "open_browser", is_flag=True, help="Open it in the browser.")
@click.option(
    "--memory",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Where conversations and verdicts are kept. [default: INDEX.memory.sqlite]",
)
@config_options
@_front_options
@_log_options
def serve(
    config: Config, front: "Front", port: int, open_browser: bool, memory: Path | None
) -> None:
    """Ask in the browser: on this machine alone, or, with --user, from others."""
    from ui.memory import Memory, memory_beside
    from ui.room import open_room
    from ui.server.app import Life, listening, serve_until_interrupted
    from ui.uploads import uploads_beside

    with listening(port, front) as door:
        kept, uploads = Memory(memory or memory_beside(config.index)), uploads_beside(config.index)
        room = open_room(config, kept, uploads, shared=front.accounts is not None)
        life = Life(room.start, room.turn_away)
        serve_until_interrupted(room, uploads, door, life, open_browser=open_browser)
        room.stop()


@click.command()
@click.argument("user", metavar="NAME")
@config_options
def password(config: Config, user: str) -> None:
    """Set or change the password that a user signs in by; it is kept beside the index as a hash.

    Asked for twice, or else read from the standard input.
    """
    from ui.passwords import checked_user, passwords_beside, set_password

    user, file = checked_user(user), passwords_beside(config.index)
    set_password(file, user, _asked(user))
    click.echo(f"Set in {file}. A server that runs already has to be started again.")


def _asked(user: str) -> str:
    if not sys.stdin.isatty():
        return sys.stdin.readline().rstrip("\r\n")
    prompt = f"Password of {user}"
    return str(click.prompt(prompt, hide_input=True, confirmation_prompt=True))
