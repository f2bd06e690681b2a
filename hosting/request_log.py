"""One log line and one measure per request: method, route pattern, status, time, request id; no path, no query."""

from __future__ import annotations

import time
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from flask import Flask, request

from hosting.ids import new_uuid
from hosting.logs import log
from hosting.measures import time_of

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

METHODS = frozenset({"GET", "HEAD", "POST", "OPTIONS", "PUT", "PATCH", "DELETE"})
_ARRIVED, _REQUEST_ID = "rls_nutrients.arrived", "rls_nutrients.request_id"


def add_request_log(app: Flask) -> None:
    """Registers arrival time, request id and the closing log line. Must be what is added to ``app`` last: it stands
    around Flask, where it costs half of what it would as Flask's hooks, and hears of whatever else goes out."""
    app.wsgi_app = _RequestLog(app.wsgi_app)  # type: ignore[method-assign]


def request_id() -> str:
    """The id of the current request. Made here, never taken from the caller, who might put a patient's id in it."""
    return str(request.environ[_REQUEST_ID])


def seconds_since_arrival() -> float:
    """Seconds since the current request reached the application; deadlines count from there."""
    return float(time.monotonic() - request.environ[_ARRIVED])


class _RequestLog:
    def __init__(self, app: WSGIApplication) -> None:
        self._app = app

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        arrived = environ[_ARRIVED] = time.monotonic()
        name = environ[_REQUEST_ID] = new_uuid()

        def start(status: str, headers: list[tuple[str, str]], *fault: Any) -> Any:
            _tell(environ, int(status[:3]), time.monotonic() - arrived, name)
            return start_response(status, [*headers, ("X-Request-ID", name)], *fault)

        return self._app(environ, start)


def _tell(environ: WSGIEnvironment, status: int, seconds: float, name: str) -> None:
    told = environ["REQUEST_METHOD"].upper()
    method = told if told in METHODS else "other"
    route = _route(environ)
    time_of("request", seconds, route, method, str(status))
    log.info(
        "request", method=method, route=route, status=status, milliseconds=round(seconds * 1000, 1), request_id=name
    )


def _route(environ: WSGIEnvironment) -> str:
    """Werkzeug leaves the request there, once it has looked for the route."""
    seen = environ.get("werkzeug.request")
    return seen.url_rule.rule if seen is not None and seen.url_rule else "unmatched"
