"""Hosts and origins of addresses, as browsers write them in policies (RFC 6454)."""

from __future__ import annotations

from urllib.parse import urlsplit


def host_of(address: str) -> str:
    """As it is looked up, in ASCII (RFC 3490); empty where there is none. Raises ValueError where none can be."""
    return (urlsplit(address).hostname or "").encode("idna").decode("ascii").lower()


def origin_of(address: str) -> str:
    """``https://ehr.example.org`` of an address that was checked; the port where it is not the scheme's own."""
    parts, host = urlsplit(address), host_of(address)
    own_port = {"https": 443, "http": 80}.get(parts.scheme)
    host = f"[{host}]" if ":" in host else host
    return f"{parts.scheme}://{host}" + (f":{parts.port}" if parts.port not in (None, own_port) else "")
