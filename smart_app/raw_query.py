"""The query of an address as it was sent, so that values can be passed on to the byte.

Flask reads ``+`` as a space, as forms write it. Some EHRs send ``launch`` with a raw ``+`` that means a plus, and a
launch that arrives changed is refused. What is no UTF-8 comes back by ``surrogateescape``.
"""

from __future__ import annotations

from urllib.parse import quote, unquote


class Twice(ValueError):
    """A parameter that must be one stands there twice."""


def parameter(query: bytes, name: str) -> str:
    """The value, decoded; empty if it is not there. Raises ``Twice``."""
    pairs = [part.partition("=") for part in query.decode("latin-1").split("&")]
    values = [value for key, _, value in pairs if unquote(key) == name]
    if len(values) > 1:
        raise Twice(name)
    return (
        unquote(values[0].encode("latin-1").decode("utf-8", "surrogateescape"), errors="surrogateescape")
        if values
        else ""
    )


def encoded(value: str) -> str:
    """Fully percent-encoded, byte for byte."""
    return quote(value, safe="", errors="surrogateescape")
