"""Headers that every answer carries unless its route has said otherwise.

There is no X-Frame-Options, on purpose: it cannot name the EHR that may frame a page, ``frame-ancestors`` can.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from flask import Flask

from hosting.settings import Settings

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

_HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}
# To come back at once would make it worse.
_COME_BACK = {"429": ("Retry-After", "2"), "503": ("Retry-After", "2")}
_ONE_YEAR = "max-age=31536000"


def add_response_headers(app: Flask, settings: Settings) -> None:
    """Registers the headers; over https also Strict-Transport-Security."""
    headers = dict(_HEADERS)
    if settings.public_url.startswith("https://"):
        headers["Strict-Transport-Security"] = _ONE_YEAR
    app.wsgi_app = _ResponseHeaders(app.wsgi_app, headers)  # type: ignore[method-assign]


class _ResponseHeaders:
    """Stands around Flask, so that answers have them which Flask itself has written, too."""

    def __init__(self, app: WSGIApplication, headers: dict[str, str]) -> None:
        self._app = app
        self._headers = [(name.lower(), (name, value)) for name, value in headers.items()]

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        def start(status: str, headers: list[tuple[str, str]], *fault: Any) -> Any:
            said = {name.lower() for name, _ in headers}
            missing = [header for name, header in self._headers if name not in said]
            if status[:3] in _COME_BACK and "retry-after" not in said:
                missing.append(_COME_BACK[status[:3]])
            return start_response(status, headers + missing, *fault)

        return self._app(environ, start)
