"""Which web addresses may be configured: https anywhere, plain http on this very machine only."""

from __future__ import annotations

import re
import socket
from ipaddress import IPv4Network, IPv6Address, ip_address
from urllib.parse import SplitResult, urlsplit

_LOOPBACK_V4 = IPv4Network("127.0.0.0/8")
_LOOPBACK_V6 = IPv6Address("::1")

# urlsplit silently drops tabs and line ends, and browsers read a backslash as a slash; a semicolon, comma or quote
# would end the directive in the Content-Security-Policy that frame ancestors are written into.
_NEVER_IN_AN_ADDRESS = re.compile(r"[\s\\;,\"'<>\x00-\x20\x7f]")


def is_loopback(host: str) -> bool:
    """Whether a host name is 127.0.0.0/8, ::1 or localhost: nothing that needs a resolver to find out."""
    if host.lower() == "localhost":
        return True
    try:
        address = ip_address(host)
    except ValueError:
        return False
    return address == _LOOPBACK_V6 if isinstance(address, IPv6Address) else address in _LOOPBACK_V4


def is_this_machine(host: str) -> bool:
    """Whether it is loopback however it is spelt: ``127.1``, ``0x7f000001``, ``0.0.0.0``, ``::ffff:127.0.0.1``,
    ``localhost.``, ``a.localhost``. For refusing; what may be configured is spelt plainly."""
    name = host.lower().rstrip(".")
    if is_loopback(name) or name.endswith(".localhost"):
        return True
    try:
        address = ip_address(socket.inet_aton(name))
    except OSError:
        try:
            address = ip_address(name)
        except ValueError:
            return False
    address = getattr(address, "ipv4_mapped", None) or address
    return address.is_loopback or address.is_unspecified


def web_address(value: str) -> str:
    """Returns ``value`` unchanged if it is an absolute http(s) address of a host, else raises ValueError."""
    _split(value)
    return value


def is_protected(value: str) -> bool:
    """Whether what is sent to this address stays unread on the way: https, or http to loopback."""
    parts = _split(value)
    return parts.scheme == "https" or is_loopback(parts.hostname or "")


def protected_address(value: str) -> str:
    """Returns ``value`` unchanged if it is protected, else raises ValueError."""
    if not is_protected(value):
        raise ValueError(f"'{value}' is plain http; only https is accepted, or http to a loopback address")
    return value


def origin(value: str) -> str:
    """An origin as browsers send it: lower-case scheme and host, port if given, no path. Else ValueError."""
    parts = _split(value)
    if parts.path not in ("", "/"):
        raise ValueError(f"'{value}' must be an origin such as https://ehr.example.org, without a path")
    return f"{parts.scheme}://{parts.netloc.lower()}"


def _split(value: str) -> SplitResult:
    if _NEVER_IN_AN_ADDRESS.search(value):
        raise ValueError("a web address holds no spaces, quotes, commas, semicolons or backslashes")
    parts = urlsplit(value)
    if parts.scheme not in ("http", "https") or not _host_of(parts):
        raise ValueError(f"'{value}' is not a complete web address such as https://ehr.example.org")
    if "@" in parts.netloc:
        raise ValueError("a web address must not hold a user name or password")
    if parts.query or parts.fragment:
        raise ValueError(f"'{value}' must end before any '?' or '#'")
    if "*" in parts.netloc:
        raise ValueError(f"'{value}' must name one host; wildcards are not accepted")
    return parts


def _host_of(parts: SplitResult) -> str | None:
    """The host, or None where the port is no number (urlsplit finds that out only when asked)."""
    try:
        return parts.hostname if parts.port is None or parts.port > 0 else None
    except ValueError:
        return None
