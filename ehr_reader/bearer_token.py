"""The bearer token of one call: sent to the EHR that issued it, and seen nowhere else (RFC 6750 section 2.1)."""

from __future__ import annotations

import re

from requests import PreparedRequest
from requests.auth import AuthBase

# RFC 6750 allows fewer characters; EHRs are not all so strict. A space or a line end would be another header.
_TOKEN = re.compile(r"[\x21-\x7e]+")


class BearerToken(AuthBase):
    """Raises ValueError where ``value`` could not stand in a header. Its repr does not show it.

    It is handed to requests as ``auth``: without one, requests would put a login of ``~/.netrc`` in the token's place.
    """

    def __init__(self, value: str) -> None:
        if not _TOKEN.fullmatch(value):
            raise ValueError("an access token holds printable characters only")
        self._value = value

    def __call__(self, request: PreparedRequest) -> PreparedRequest:
        request.headers["Authorization"] = f"Bearer {self._value}"
        return request

    def __repr__(self) -> str:
        return "BearerToken(…)"
