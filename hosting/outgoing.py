"""What every request that we send keeps to: it is over in time, and nobody's login goes along with it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from threading import Lock, Thread
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from requests import PreparedRequest

T = TypeVar("T")

# Of one server, by one worker. More than may be answered at once: a server that gets there owes many an answer.
MOST_AT_ONCE = 64
_lock = Lock()
_asking: Counter[str] = Counter()


def in_time(whom: str, seconds: float, ask: Callable[[], T]) -> T:
    """What ``ask`` returns or raises. Raises ``TimeoutError`` after so many seconds, whatever ``ask`` is doing then, or
    at once where too many wait for ``whom`` already.

    In a thread of its own: a server that drips its headers byte by byte outlasts every time-out of a socket. It keeps
    that thread for as long as it drips, but nobody who waits, and never the process.
    """
    came: list[T] = []
    faults: list[Exception] = []
    _take_place(whom)

    def run() -> None:
        try:
            came.append(ask())
        except Exception as fault:  # it belongs to whoever waits
            faults.append(fault)
        finally:
            _give_back_place(whom)

    thread = Thread(target=run, name="outgoing", daemon=True)
    thread.start()
    thread.join(max(seconds, 0.0))
    if faults:
        raise faults[0]
    if not came:
        raise TimeoutError
    return came[0]


def _take_place(whom: str) -> None:
    with _lock:
        if _asking[whom] >= MOST_AT_ONCE:
            raise TimeoutError
        _asking[whom] += 1


def _give_back_place(whom: str) -> None:
    with _lock:
        _asking[whom] -= 1
        if not _asking[whom]:
            del _asking[whom]


def without_login(request: PreparedRequest) -> PreparedRequest:
    """To be given as ``auth``: without any, requests would take a login of ``~/.netrc`` along, even in place of an
    Authorization header of ours."""
    return request
