"""A clock that stands still whenever the machine does: for promises in seconds, which a busy machine must not break.

It counts naps of its own. While nobody runs, it does not tick, and where everybody runs slowly, it goes slowly. What
hangs is seen all the same.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Event, Thread

_NAP = 0.05
Clock = Callable[[], float]


@contextmanager
def lenient_clock() -> Iterator[Clock]:
    """Seconds since the beginning of the block."""
    over, naps = Event(), 0

    def tick() -> None:
        nonlocal naps
        while not over.wait(_NAP):
            naps += 1

    thread = Thread(target=tick, daemon=True)
    thread.start()
    try:
        yield lambda: naps * _NAP
    finally:
        over.set()
        thread.join()
