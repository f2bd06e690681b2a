"""What every request that we send keeps to: it is over in time, and nobody's login goes along with it."""

from __future__ import annotations

from collections.abc import Callable
from threading import Thread
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from requests import PreparedRequest

T = TypeVar("T")


def in_time(seconds: float, ask: Callable[[], T]) -> T:
    """What ``ask`` returns or raises. Raises ``TimeoutError`` after so many seconds, whatever ``ask`` is doing then.

    In a thread of its own: a server that drips its headers byte by byte outlasts every time-out of a socket. It keeps
    that thread for as long as it drips, but nobody who waits, and never the process.
    """
    came: list[T] = []
    faults: list[Exception] = []

    def run() -> None:
        try:
            came.append(ask())
        except Exception as fault:  # it belongs to whoever waits
            faults.append(fault)

    thread = Thread(target=run, name="outgoing", daemon=True)
    thread.start()
    thread.join(max(seconds, 0.0))
    if faults:
        raise faults[0]
    if not came:
        raise TimeoutError
    return came[0]


def without_login(request: PreparedRequest) -> PreparedRequest:
    """To be given as ``auth``: without any, requests would take a login of ``~/.netrc`` along, even in place of an
    Authorization header of ours."""
    return request
