"""Whether an address belongs to the server that a token is for."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

_DEFAULT_PORTS = {"https": 443, "http": 80}

# Libraries disagree on where the host ends before a backslash, and drop tabs and line ends: such an address is not
# taken apart at all.
_AMBIGUOUS = re.compile(r"[\\\s\x00-\x20\x7f]")


def same_origin(address: str, base: str) -> bool:
    """Scheme, host and port are the same (RFC 6454 section 4), in an address that nobody can read otherwise."""
    found = _origin(address)
    return found is not None and found == _origin(base)


def _origin(address: str) -> tuple[str, str, int] | None:
    if _AMBIGUOUS.search(address):
        return None
    try:
        parts = urlsplit(address)
        port = parts.port or _DEFAULT_PORTS.get(parts.scheme)
    except ValueError:
        return None
    if "@" in parts.netloc or not parts.hostname or port is None:
        return None
    return parts.scheme, parts.hostname.rstrip("."), port
