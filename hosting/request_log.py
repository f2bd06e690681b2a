"""One log line per request: method, route pattern, status, milliseconds, request id. Never a path or a query."""

from __future__ import annotations

import time
from uuid import uuid4

from flask import Flask, Response, g, request

from hosting.logs import log

_METHODS = frozenset({"GET", "HEAD", "POST", "OPTIONS", "PUT", "PATCH", "DELETE"})


def add_request_log(app: Flask) -> None:
    """Registers arrival time, request id and the closing log line. Must be the first thing added to ``app``."""
    app.before_request(_arrive)
    app.after_request(_depart)


def request_id() -> str:
    """The id of the current request. Made here, never taken from the caller, who might put a patient's id in it."""
    return str(g.request_id)


def seconds_since_arrival() -> float:
    """Seconds since the current request reached the application; deadlines count from there."""
    return float(time.monotonic() - g.arrived)


def _arrive() -> None:
    g.arrived = time.monotonic()
    g.request_id = str(uuid4())


def _depart(answer: Response) -> Response:
    answer.headers["X-Request-ID"] = request_id()
    log.info(
        "request",
        method=request.method if request.method in _METHODS else "other",
        route=request.url_rule.rule if request.url_rule else "unmatched",
        status=answer.status_code,
        milliseconds=round(seconds_since_arrival() * 1000, 1),
        request_id=request_id(),
    )
    return answer
