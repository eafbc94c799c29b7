import pytest
from starlette.requests import Request

from ui.server.addresses import UNKNOWN, address_of, network_of
from ui.server.site import site_of


@pytest.mark.parametrize(
    ("address", "network"),
    [
        *(("192.0.2.1", "192.0.2.1"), ("192.0.2.1:5000", "192.0.2.1")),
        *(('"192.0.2.1"', "192.0.2.1"), ("::ffff:192.0.2.1", "192.0.2.1")),
        *(("64:ff9b::c000:201", "192.0.2.1"), ("64:ff9b::1:0:0", "64:ff9b::/64")),
        *(("2001:db8::1", "2001:db8::/64"), ("[2001:db8::1]", "2001:db8::/64")),
        *(('"[2001:db8::1]:443"', "2001:db8::/64"), ("2001:db8:0:1::", "2001:db8:0:1::/64")),
        *(("fe80::1%eth0", "fe80::/64"), ("", UNKNOWN), ("unknown", UNKNOWN), ("_a:1", UNKNOWN)),
    ],
)
def test_one_customer_has_one_network(address: str, network: str) -> None:
    assert network_of(address) == network


def test_the_address_is_the_last_also_of_several_lines() -> None:
    lines = [(b"x-forwarded-for", each) for each in (b"192.0.2.9", b"192.0.2.8, 192.0.2.1")]
    request = Request({"type": "http", "headers": lines})
    site = site_of("127.0.0.1", ["archive.example"], https=True)
    assert address_of(request, site) == "192.0.2.1"
