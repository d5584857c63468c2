"""Addresses that others give us to call: which of them may be called at all.

One narrow pattern instead of a URL parser: what two parsers could read in two ways does not fit
it. Names are checked again where they lead, at the moment of connecting.
"""

import re
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

Ip = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

URL = re.compile(
    r"(?P<scheme>https?)://"
    r"(?:(?P<name>[a-z0-9](?:[a-z0-9.-]{0,251}[a-z0-9])?)|\[(?P<six>[0-9a-f:.]{2,45})\])"
    r"(?::(?P<port>[0-9]{1,5}))?"
    r"(?P<path>/[A-Za-z0-9._~!$&'()*+,;=:@%/-]*)?"
    r"(?P<query>\?[A-Za-z0-9._~!$&'()*+,;=:@%/?-]*)?",
)
MOST_LETTERS = 2000
DEFAULT_PORTS = {"https": 443, "http": 80}
# Addresses of the new protocol that carry one of the old inside, and relays to them; and what
# the standard library takes for public though nobody answers there but one's own network.
NOT_PUBLIC = tuple(
    ip_network(n)
    for n in (
        "64:ff9b::/96",
        "64:ff9b:1::/48",
        "2002::/16",
        "2001::/32",
        "::/96",
        "192.0.0.0/24",
        "192.88.99.0/24",
    )
)


class Forbidden(ValueError):
    """We do not call this address; the text says why."""


@dataclass(frozen=True, slots=True)
class Reach:
    """What callbacks may reach. The default: public addresses by https."""

    ports: frozenset[int] = frozenset({443, 8443})
    http_too: bool = False
    networks: tuple[Network, ...] = ()
    """Private networks that the operator opened on purpose."""


@dataclass(frozen=True, slots=True)
class Target:
    scheme: str
    host: str
    """A name, or an address without brackets."""
    port: int
    path: str


def target_of(url: str, reach: Reach) -> Target:
    """Read a URL. Raises Forbidden for everything but a plain one that may be called."""
    if len(url) > MOST_LETTERS or not (found := URL.fullmatch(url)):
        raise Forbidden("a plain URL is wanted, in small ASCII letters, without name and password")
    scheme, host = found["scheme"], found["name"] or found["six"]
    if scheme == "http" and not reach.http_too:
        raise Forbidden("https is wanted")
    port = int(found["port"] or DEFAULT_PORTS[scheme])
    if port not in reach.ports and not (reach.http_too and port):
        raise Forbidden("the port is not one that callbacks go to")
    literal = _literal(host)
    if literal is not None:
        check(literal, reach)
    elif "." not in host and not reach.networks:
        raise Forbidden("the name is none of the public Internet")
    return Target(scheme, host, port, (found["path"] or "/") + (found["query"] or ""))


def check(address: Ip, reach: Reach) -> None:
    """Raise Forbidden unless this very address may be connected to."""
    plain = address
    if isinstance(plain, IPv6Address) and plain.ipv4_mapped is not None:
        plain = plain.ipv4_mapped
    if any(plain in network for network in reach.networks if network.version == plain.version):
        return
    if any(plain in network for network in NOT_PUBLIC if network.version == plain.version):
        raise Forbidden("the address is not public")
    if not plain.is_global or plain.is_multicast or plain.is_reserved:
        raise Forbidden("the address is not public")


def networks(texts: tuple[str, ...]) -> tuple[Network, ...]:
    return tuple(ip_network(text) for text in texts)


def _literal(host: str) -> Ip | None:
    try:
        return ip_address(host)
    except ValueError:
        return None
