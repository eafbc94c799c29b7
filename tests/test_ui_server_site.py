import pytest

from index.errors import PinciteError
from ui.server.accounts import Accounts
from ui.server.app import Front
from ui.server.site import Site, site_of


def test_this_machine_goes_by_three_names() -> None:
    site = Site()
    assert site.is_of_this_machine
    called = ("127.0.0.1:7860", "localhost", "[::1]:1")
    assert all(map(site.answers_to, called))
    assert Site("127.0.0.2").answers_to("127.0.0.2")
    assert site.address(7860) == "http://127.0.0.1:7860"


def test_another_address_goes_by_itself_and_its_names() -> None:
    site = site_of("192.168.1.5", ["Archive.example"], https=False)
    assert site.answers_to("192.168.1.5:80")
    assert site.answers_to("archive.example")
    assert not site.answers_to("localhost")
    assert not site.answers_to("x.archive.example")
    assert not site.is_of_this_machine


def test_ipv6_is_written_in_brackets() -> None:
    site = site_of("::1", ["fe80::1"], https=False)
    assert site.is_ipv6
    assert site.answers_to("[fe80::1]:7860")
    assert site_of("::1", [], https=False).address(1) == "http://[::1]:1"


def test_behind_https_the_origin_is_https() -> None:
    site = site_of("127.0.0.1", ["archive.example"], https=True)
    assert site.origin("Archive.example") == "https://archive.example"
    assert Site().origin("localhost:1") == "http://localhost:1"


def test_every_address_needs_a_name() -> None:
    for host in ("0.0.0.0", "::"):
        with pytest.raises(PinciteError, match="--name"):
            site_of(host, [], https=False)
        with pytest.raises(ValueError, match="needs a name"):
            Site(host)
    assert site_of("0.0.0.0", ["archive.example"], https=False).answers_to("archive.example")
    assert not site_of("0.0.0.0", ["archive.example"], https=False).answers_to("0.0.0.0")


@pytest.mark.parametrize("host", ["archive.example", "", "localhost", "127.0.0.1:80"])
def test_what_is_no_address_is_refused(host: str) -> None:
    with pytest.raises(PinciteError, match="no address"):
        site_of(host, [], https=False)


@pytest.mark.parametrize("name", ["http://archive.example", "archive.example:80", "*", "a b", "."])
def test_what_is_no_name_is_refused(name: str) -> None:
    with pytest.raises(PinciteError, match="the name alone"):
        site_of("127.0.0.1", [name], https=False)


@pytest.mark.parametrize(
    "site",
    [
        Site("192.168.1.5"),
        Site("0.0.0.0", frozenset({"archive.example"})),
        Site(names=frozenset({"archive.example"})),
        Site(https=True),
    ],
)
def test_whoever_can_be_reached_by_others_needs_accounts(site: Site) -> None:
    with pytest.raises(ValueError, match="needs accounts"):
        Front(site)
    assert Front(site, Accounts({})).site is site
