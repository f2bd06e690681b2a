"""The cookie of one launch: what tells the browser that began it from every other.

``SameSite=None; Partitioned`` because EHRs show apps in frames of another site; ``__Host-`` where the public address is
https. Browsers take ``Secure`` cookies from loopback over plain http as well, though not that prefix.
"""

from __future__ import annotations

import hmac
import secrets

from flask import Request, Response

from hosting import Settings, hash_of

_PREFIX = "rls-launch-"


class BrowserCookies:
    """Names, sets, checks and removes them."""

    def __init__(self, settings: Settings) -> None:
        self._prefix = ("__Host-" if settings.public_url.startswith("https://") else "") + _PREFIX

    def new_name(self) -> str:
        """One per launch, so that two patients' pages in one browser never share one."""
        return self._prefix + secrets.token_hex(8)

    def holds(self, request: Request, name: str, value_hash: str) -> bool:
        """Whether this browser has the cookie with the value of that hash."""
        return hmac.compare_digest(hash_of(request.cookies.get(name, "")), value_hash)

    def none_at_all(self, request: Request) -> bool:
        """Whether this browser has no cookie of any launch."""
        return not any(name.startswith(self._prefix) for name in request.cookies)

    def put(self, answer: Response, name: str, value: str, seconds: int) -> None:
        answer.set_cookie(
            name, value, max_age=seconds, path="/", secure=True, httponly=True, samesite="None", partitioned=True
        )

    def remove(self, answer: Response, name: str) -> None:
        """A browser forgets a partitioned cookie only where all of its words are said again."""
        self.put(answer, name, "", 0)


def new_secret() -> str:
    """256 random bits, as text that may stand in an address or a cookie."""
    return secrets.token_urlsafe(32)
