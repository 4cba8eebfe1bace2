"""Addresses: which belong to this machine or to a private network, and which are anybody's.

Takes IP addresses as text, and the URLs that name them. Resolves a name where it is told to; sends nothing.
"""

import socket
from collections.abc import Iterable
from ipaddress import IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from urllib.parse import urlsplit

_Networks = tuple[IPv4Network | IPv6Network, ...]
_LOOPBACK: _Networks = tuple(map(ip_network, ("127.0.0.0/8", "::1/128")))
_PRIVATE: _Networks = tuple(
    map(
        ip_network,
        (
            *("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "fc00::/7"),  # RFC 1918, RFC 4193
            *("169.254.0.0/16", "fe80::/10"),  # of one link
            "100.64.0.0/10",  # RFC 6598, which Tailscale and other overlay networks take theirs from
        ),
    )
)


def is_loopback(url: str) -> bool:
    """Whether the URL names this machine; resolves nothing."""
    host = urlsplit(url).hostname or ""
    try:
        return _is_in(host, _LOOPBACK)
    except ValueError:
        return host == "localhost"


def is_private(address: str) -> bool:
    """Whether an IP address is loopback or private.

    Everything else is public: documentation, 6to4 and NAT64 addresses too, whatever is inside them, since a gateway
    elsewhere has its say in where they lead. An IPv4 address written as an IPv6 one is judged as what it is.

    Raises:
        ValueError: it is no IP address.
    """
    return _is_in(address, (*_LOOPBACK, *_PRIVATE))


def first_public(addresses: Iterable[str]) -> str | None:
    """The first address that is not private; None where all are."""
    return next((address for address in addresses if not is_private(address)), None)


def why_not_private(url: str) -> str | None:
    """Why a URL does not lead to private addresses alone, as the end of a sentence; None where it does.

    A name is resolved now, and may be resolved differently later: see resolver.py.
    """
    host = urlsplit(url).hostname or ""
    try:
        found = {str(info[4][0]) for info in socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)}
    except (OSError, UnicodeError):  # UnicodeError: a label that is empty or too long
        return f"{host} cannot be resolved"
    public = first_public(sorted(found))
    return None if public is None else described(host, public)


def described(host: str, address: str) -> str:
    """A host and its public address, as the end of a sentence."""
    return (
        f"{host} is no private address"
        if host == address
        else f"{host} has the address {address}, which is not private"
    )


def _is_in(address: str, networks: _Networks) -> bool:
    ip = ip_address(address)
    if isinstance(ip, IPv6Address) and ip.ipv4_mapped is not None:
        ip = ip.ipv4_mapped
    return any(ip in network for network in networks)
