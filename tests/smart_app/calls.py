"""What the mock EHR is asked, and what it says."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, TypeAlias
from urllib.parse import parse_qsl, urlsplit

BASE_PATH = "/fhir/r4"
AUTHORIZE, TOKEN, JWKS, STYLE = "/auth/authorize", "/auth/token", "/auth/jwks.json", "/style.json"
_PLACES = {AUTHORIZE: "authorize", TOKEN: "token", JWKS: "jwks", STYLE: "style"}


@dataclass(frozen=True)
class Call:
    """One request as it arrived; ``at`` and ``until`` in seconds of the monotonic clock."""

    method: str
    target: str
    headers: dict[str, str]
    body: bytes
    at: float

    @property
    def place(self) -> str:
        path = urlsplit(self.target).path
        if path.endswith("/.well-known/smart-configuration"):
            return "configuration"
        if path.endswith("/.well-known/openid-configuration"):
            return "openid"
        return _PLACES.get(path) or ("fhir" if path.startswith(BASE_PATH + "/") else "other")

    @property
    def path(self) -> str:
        """Below the FHIR base: ``Observation``, ``Patient/p1``."""
        return urlsplit(self.target).path.removeprefix(BASE_PATH).strip("/")

    @property
    def parameters(self) -> dict[str, str]:
        return dict(parse_qsl(urlsplit(self.target).query, keep_blank_values=True))

    @property
    def form(self) -> dict[str, str]:
        return dict(parse_qsl(self.body.decode(), keep_blank_values=True))

    @property
    def bearer(self) -> str:
        return self.headers.get("authorization", "").removeprefix("Bearer ")


@dataclass
class Reply:
    """``body`` is JSON unless it is bytes; ``delay`` in seconds, cut short when the EHR closes; ``drip`` sends a byte
    now and then, without end."""

    status: int = 200
    body: Any = None
    headers: dict[str, str] = field(default_factory=dict)
    delay: float = 0.0
    drip: bool = False


# A fixed reply, or a function of the call; None from it means: as usual.
Answering: TypeAlias = Reply | Callable[[Call], Reply | None]
