"""Where the server listens, and what browsers may call it by."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, ip_address

from index.errors import PinciteError

HOST = "127.0.0.1"
_LOCAL = ("127.0.0.1", "localhost", "[::1]")

# A Host header: a name or an address, and perhaps a port.
_CALLED = re.compile(r"(\[[0-9a-f:.]+\]|[a-z0-9._-]+)(?::[0-9]{1,5})?", re.ASCII)
_NAME = re.compile(r"[a-z0-9_-]+(\.[a-z0-9_-]+)*", re.ASCII)


@dataclass(frozen=True, slots=True)
class Site:
    """An address to listen at, the other names of it, and whether TLS ends in front of it.

    ValueError when there would be no name to call it by.
    """

    host: str = HOST
    names: frozenset[str] = frozenset()
    https: bool = False

    def __post_init__(self) -> None:
        if self._address.is_unspecified and not self.names:
            raise ValueError(f"{self.host} is every address: it needs a name")

    @property
    def _address(self) -> IPv4Address | IPv6Address:
        return ip_address(self.host)

    @property
    def is_ipv6(self) -> bool:
        return self._address.version == 6

    @property
    def is_of_this_machine(self) -> bool:
        """Whether nobody on another machine can reach it: not even through a proxy, as far as
        that is told."""
        return self._address.is_loopback and not self.names and not self.https

    def answers_to(self, called: str) -> bool:
        """Whether a Host header names this server."""
        match = _CALLED.fullmatch(called.lower())
        return match is not None and match[1] in self._own_names()

    def origin(self, called: str) -> str:
        """The origin of its pages when it is called so."""
        return f"{self.scheme}://{called}".lower()

    @property
    def scheme(self) -> str:
        return "https" if self.https else "http"

    def address(self, port: int) -> str:
        """Where a browser on this machine finds it."""
        host = sorted(self.names)[0] if self._address.is_unspecified else _bracketed(self._address)
        return f"http://{host}:{port}"

    def _own_names(self) -> frozenset[str]:
        if self._address.is_unspecified:
            return self.names
        local = _LOCAL if self._address.is_loopback else ()
        return self.names.union(local, [_bracketed(self._address)])


def site_of(host: str, names: Iterable[str], *, https: bool) -> Site:
    """The site that a user describes; PinciteError says what is wrong with that."""
    try:
        is_every = ip_address(host).is_unspecified
    except ValueError as error:
        raise PinciteError(
            f"{host} is no address. Give one of this machine's as --host, like 192.168.1.5, and "
            f"what browsers call it by as --name."
        ) from error
    if is_every and not names:
        raise PinciteError(
            f"{host} is every address of this machine. Say what browsers call it by: "
            f"--name archive.example, or --name and an address. May be repeated."
        )
    return Site(host, frozenset(map(_checked, names)), https)


def _checked(name: str) -> str:
    """A name as Host headers have it; PinciteError when none can."""
    lower = name.lower()
    if _NAME.fullmatch(lower):
        return lower
    try:
        return _bracketed(ip_address(lower.strip("[]")))
    except ValueError as error:
        raise PinciteError(
            f"--name {name}: give the name alone, without http:// and port, like archive.example."
        ) from error


def _bracketed(address: IPv4Address | IPv6Address) -> str:
    return f"[{address}]" if address.version == 6 else str(address)
