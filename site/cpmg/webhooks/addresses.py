"""Which addresses messages may go to: servers that anybody can reach, and nothing inside.

The name is looked up for each message, every address that it has must be a public one, and the
connection goes to the address that was looked at: what the name says a moment later does not count.
"""

from __future__ import annotations

import ipaddress
import socket
from dataclasses import dataclass
from urllib.parse import urlsplit

from django.conf import settings
from django.utils.translation import gettext as _

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
#: IPv6 addresses that hold an IPv4 address, which the network may unpack: NAT64.
_NAT64 = (
    ipaddress.ip_network("64:ff9b::/96"),
    ipaddress.ip_network("64:ff9b:1::/48"),
)


class Unreachable(Exception):
    """The address must not, or can't, be sent to; says why."""


@dataclass(frozen=True)
class Target:
    scheme: str
    host: str
    port: int
    path: str


def parse(url: str) -> Target:
    """The parts of ``url``. Raises ``Unreachable`` for what could never be allowed."""
    try:
        parts = urlsplit(url)
        port = parts.port
        host = (parts.hostname or "").encode("idna").decode()
    except (ValueError, UnicodeError):
        raise Unreachable(_("This is not an address.")) from None
    if parts.scheme != "https" and not (parts.scheme == "http" and settings.WEBHOOKS_MAY_USE_HTTP):
        raise Unreachable(_("The address must begin with https://."))
    if not host or parts.username is not None or parts.password is not None:
        raise Unreachable(_("The address must hold a host, and no user name or password."))
    if any(character <= " " or character == "\x7f" for character in url):
        raise Unreachable(_("This is not an address."))
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    target = Target(parts.scheme, host, port or (443 if parts.scheme == "https" else 80), path)
    try:
        literal = ipaddress.ip_address(host)
    except ValueError:
        if host.rstrip(".") == "localhost" or host.endswith((".localhost", ".local", ".internal")):
            _refuse_private()
    else:
        if not is_public(literal):
            _refuse_private()
    return target


def _refuse_private() -> None:
    if not settings.WEBHOOKS_MAY_GO_INSIDE:
        raise Unreachable(_("This is an address of an internal network."))


def is_public(address: Address) -> bool:
    """Whether anybody on the internet can reach ``address``; addresses inside of others count."""
    if isinstance(address, ipaddress.IPv6Address):
        inner = [address.ipv4_mapped, address.sixtofour, *(address.teredo or ())]
        if any(address in network for network in _NAT64):
            inner.append(ipaddress.IPv4Address(int(address) & 0xFFFFFFFF))
        if int(address) >> 32 == 0:  # the old form of IPv4 in IPv6, ``::`` and ``::1``
            return False
        found = [one for one in inner if one is not None]
        if found:
            return all(is_public(one) for one in found)
    return address.is_global and not address.is_multicast and not address.is_reserved


def look_up(target: Target) -> str:
    """An address of the host to connect to. Raises ``Unreachable`` when the name has none, or any
    that is not public."""
    try:
        found = socket.getaddrinfo(target.host, target.port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        raise Unreachable(_("The name of the host is not known.")) from None
    numbers = list(dict.fromkeys(str(entry[4][0]).partition("%")[0] for entry in found))
    if not all(is_public(ipaddress.ip_address(number)) for number in numbers):
        _refuse_private()
    return numbers[0]
