"""Where a request comes from, and who is counted as one."""

from ipaddress import IPv6Address, ip_address, ip_network

from starlette.requests import Request

from ui.server.site import Site

UNKNOWN = "unknown"
# IPv6 addresses that stand for those of IPv4 (RFC 6052): all of IPv4 is in one such network.
_TRANSLATED = ip_network("64:ff9b::/96")


def address_of(request: Request, site: Site) -> str:
    """Where a request comes from: of those that a proxy names, the last, which it saw itself."""
    named = ",".join(request.headers.getlist("x-forwarded-for")).rpartition(",")[2].strip()
    if site.https and named:
        return named
    return request.client.host if request.client else ""


def network_of(address: str) -> str:
    """An address, or of IPv6 the 64 bits that one customer is given; `UNKNOWN` for what is none.

    Proxies write addresses with ports, in brackets and in quotation marks as well.
    """
    try:
        found = ip_address(_bare(address))
    except ValueError:
        return UNKNOWN
    if not isinstance(found, IPv6Address):
        return str(found)
    if found in _TRANSLATED:
        return str(ip_address(int(found) & 0xFFFFFFFF))
    return str(found.ipv4_mapped or ip_network((int(found), 64), strict=False))


def _bare(address: str) -> str:
    """An address without its port."""
    text = address.strip('" ')
    if text.startswith("["):
        return text[1:].partition("]")[0]
    return text.partition(":")[0] if text.count(":") == 1 else text
