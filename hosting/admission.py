"""Who is let in: as many requests as can be answered in time, and beyond that an answer at once, 503 with Retry-After.

A queue that nobody sees makes every answer late; who is sent away can come back, or ask another machine. One front door
never takes every place, so that a flood of launches leaves room for hook calls. Large bodies have few places of their
own: each may need some hundred megabytes while it is read.
"""

from __future__ import annotations

from collections import defaultdict
from threading import Lock

from flask import Flask, g, request
from werkzeug.exceptions import ServiceUnavailable

from hosting.logs import log

# A hook call mostly waits for an EHR. At least 16 must be answered at once.
CALLS_AT_ONCE = 32
OF_ONE_FRONT_DOOR = 24
LARGE_AT_ONCE = 2
LARGE_BYTES = 4 * 1024 * 1024
# Threads beside those, for refusing and for the addresses of operation.
THREADS_BESIDE = 16
_OPERATION = frozenset({"/healthz", "/readyz", "/metrics"})
_ALL, _LARGE = "all", "large"


class Admission:
    """The places of one process. Safe for many threads."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._taken: defaultdict[str, int] = defaultdict(int)

    def enter(self, front_door: str, *, large: bool) -> tuple[str, ...] | None:
        """The places that were taken, to be given back to ``leave``; None where one of them is not free."""
        wanted = {_ALL: CALLS_AT_ONCE, f"door {front_door}": OF_ONE_FRONT_DOOR}
        if large:
            wanted[_LARGE] = LARGE_AT_ONCE
        taken = self._taken
        with self._lock:
            for place, most in wanted.items():
                if taken[place] >= most:
                    return None
            for place in wanted:
                taken[place] += 1
        return tuple(wanted)

    def leave(self, places: tuple[str, ...]) -> None:
        with self._lock:
            for place in places:
                self._taken[place] -= 1


def add_admission(app: Flask) -> None:
    """Must come before whatever reads the request's body."""
    admission = Admission()

    @app.before_request
    def enter() -> None:
        if request.path in _OPERATION:
            return
        places = admission.enter(request.blueprint or "", large=_is_large())
        if places is None:
            log.warning("request sent away", reason="too many at once")
            raise ServiceUnavailable
        g.places = places

    @app.teardown_request
    def leave(_: BaseException | None) -> None:
        if places := g.pop("places", None):
            admission.leave(places)


def _is_large() -> bool:
    """A body of unannounced length may be one; there is none where the server does not say where it ends."""
    length = request.content_length
    if length is None:
        return request.method in ("POST", "PUT", "PATCH") and bool(request.environ.get("wsgi.input_terminated"))
    return length > LARGE_BYTES
