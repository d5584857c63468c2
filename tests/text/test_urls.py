"""Addresses that others give us: what is refused, however it is dressed up."""

import socket
from ipaddress import ip_address

import pytest

from app.text.urls import Forbidden, Reach, check, networks, target_of

EVASIONS = [
    "http://example.org/",
    "ftp://example.org/",
    "file:///etc/passwd",
    "gopher://example.org:443/_x",
    "javascript:alert(1)",
    "//example.org/",
    "https:example.org",
    "https:/example.org",
    "https://",
    "https:///path",
    "https://localhost/",
    "https://localhost:443/",
    "https://LOCALHOST/",
    "https://intranet/",
    "https://127.0.0.1/",
    "https://127.1/",
    "https://127.0.1/",
    "https://0/",
    "https://0.0.0.0/",
    "https://2130706433/",
    "https://017700000001/",
    "https://0177.0.0.1/",
    "https://0x7f000001/",
    "https://0x7f.0.0.1/",
    "https://10.0.0.1/",
    "https://172.16.0.1/",
    "https://192.168.1.1/",
    "https://100.64.0.1/",
    "https://169.254.169.254/latest/meta-data/",
    "https://192.0.0.192/",
    "https://198.18.0.1/",
    "https://224.0.0.1/",
    "https://255.255.255.255/",
    "https://240.0.0.1/",
    "https://[::]/",
    "https://[::1]/",
    "https://[0:0:0:0:0:0:0:1]/",
    "https://[::ffff:127.0.0.1]/",
    "https://[::ffff:7f00:1]/",
    "https://[::127.0.0.1]/",
    "https://[fc00::1]/",
    "https://[fd00:ec2::254]/",
    "https://[fe80::1]/",
    "https://[fe80::1%25eth0]/",
    "https://[ff02::1]/",
    "https://[64:ff9b::7f00:1]/",
    "https://[64:ff9b:1::1]/",
    "https://[2002:7f00:1::]/",
    "https://[2001:0:7f00:1::]/",
    "https://[::ffff:0:127.0.0.1]/",
    "https://user@example.org/",
    "https://user:pass@example.org/",
    "https://example.org@127.0.0.1/",
    "https://127.0.0.1#@example.org/",
    "https://example.org#fragment",
    "https://127.0.0.1\\@example.org/",
    "https://example.org\\.evil.example/",
    "https://example.org:22/",
    "https://example.org:80/",
    "https://example.org:0/",
    "https://example.org:99999/",
    "https://example.org:/",
    "https://example.org:443:443/",
    "https://１２７.0.0.1/",
    "https://①②⑦.0.0.1/",
    "https://example。org/",
    "https://exämple.org/",
    "https://example.org\n/",
    "https://example.org/\r\nHost: evil",
    "https://example.org/ x",
    "\thttps://example.org/",
    "https://example.org/\x00",
    "https://exa\u200dmple.org/",
    "https://-example.org/",
    "https://example.org./" + "x" * 2000,
]


def leads_to(host: str) -> list[str]:
    """What a machine's resolver makes of the spellings of numbers."""
    return [str(one[4][0]) for one in socket.getaddrinfo(host, 443, type=socket.SOCK_STREAM)]


@pytest.mark.parametrize("url", EVASIONS)
def test_no_evasion_is_called(url: str) -> None:
    """Refused as it stands, or by what it leads to."""
    with pytest.raises(Forbidden):  # noqa: PT012
        target = target_of(url, Reach())
        for address in leads_to(target.host):
            check(ip_address(address), Reach())


def test_there_are_sixty() -> None:
    assert len(set(EVASIONS)) >= 60


@pytest.mark.parametrize(
    ("url", "target"),
    [
        ("https://example.org", ("https", "example.org", 443, "/")),
        (
            "https://crm.example.org:8443/a/b?c=d&e=%20",
            ("https", "crm.example.org", 8443, "/a/b?c=d&e=%20"),
        ),
        ("https://xn--mgba3a4f16a.ir/x", ("https", "xn--mgba3a4f16a.ir", 443, "/x")),
        ("https://93.184.216.34/", ("https", "93.184.216.34", 443, "/")),
        ("https://[2606:4700::1111]:8443/", ("https", "2606:4700::1111", 8443, "/")),
        ("https://example.org?x", ("https", "example.org", 443, "/?x")),
    ],
)
def test_a_plain_public_address_is(url: str, target: tuple[str, str, int, str]) -> None:
    found = target_of(url, Reach())
    assert (found.scheme, found.host, found.port, found.path) == target


def test_an_operator_may_open_a_network_of_their_own() -> None:
    reach = Reach(http_too=True, networks=networks(("10.1.0.0/16",)))
    assert target_of("http://10.1.2.3:8080/x", reach).port == 8080
    assert target_of("http://crm/x", reach).host == "crm"
    check(ip_address("10.1.2.3"), reach)
    check(ip_address("::ffff:10.1.2.3"), reach)
    for other in ("10.2.0.1", "127.0.0.1", "::1"):
        with pytest.raises(Forbidden):
            check(ip_address(other), reach)
