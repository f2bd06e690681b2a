"""Headers that every answer carries unless its route has said otherwise.

There is no X-Frame-Options, on purpose: it cannot name the EHR that may frame a page, ``frame-ancestors`` can.
"""

from __future__ import annotations

from flask import Flask, Response

from hosting.settings import Settings

_HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}
# To come back at once would make it worse.
_SECONDS_TO_COME_BACK = "2"
_ONE_YEAR = "max-age=31536000"


def add_response_headers(app: Flask, settings: Settings) -> None:
    """Registers the headers; over https also Strict-Transport-Security."""
    headers = dict(_HEADERS)
    if settings.public_url.startswith("https://"):
        headers["Strict-Transport-Security"] = _ONE_YEAR

    @app.after_request
    def _complete(answer: Response) -> Response:
        said = {name.lower() for name in answer.headers.keys()}  # noqa: SIM118  Headers iterates over pairs
        answer.headers.extend([(name, value) for name, value in headers.items() if name.lower() not in said])
        if answer.status_code in (429, 503):
            answer.headers.setdefault("Retry-After", _SECONDS_TO_COME_BACK)
        return answer
