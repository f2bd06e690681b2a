"""One log line and one measure per request: method, route pattern, status, time, request id; no path, no query."""

from __future__ import annotations

import time
from uuid import uuid4

from flask import Flask, Response, g, request

from hosting.logs import log
from hosting.measures import time_of

METHODS = frozenset({"GET", "HEAD", "POST", "OPTIONS", "PUT", "PATCH", "DELETE"})


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
    method = request.method if request.method in METHODS else "other"
    route = request.url_rule.rule if request.url_rule else "unmatched"
    seconds = seconds_since_arrival()
    time_of("request", seconds, route, method, str(answer.status_code))
    log.info(
        "request",
        method=method,
        route=route,
        status=answer.status_code,
        milliseconds=round(seconds * 1000, 1),
        request_id=request_id(),
    )
    return answer
