"""What one EHR may take of us: threads, memory and processor time have an end, and others want their share.

An EHR that hangs, or sends without end, costs its own answers and nobody else's.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from threading import Lock
from typing import TypeVar

from ehr_reader.deadline import Deadline
from ehr_reader.failures import CheckConnection, OutOfTime, TryAgainLater

T = TypeVar("T")

# Some twenty charts at once. A thread that waits for headers outlasts its call, where they come byte by byte.
MOST_QUESTIONS_AT_ONCE = 400
# Of all answers together that one chart is read from.
LARGEST_CHART_BYTES = 50 * 1024 * 1024
# Of all charts of one EHR that are read just now, by one worker: some hundred of the usual size.
LARGEST_EHR_BYTES = 64 * 1024 * 1024
# Beyond, an answer is decoded alone: others would wait for the processor without knowing why.
LARGE_BYTES = 512 * 1024


class Crowd:
    """How many questions are asked of each EHR just now, and how much is in hand of it. Safe for many threads."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._asking: Counter[str] = Counter()
        self._bytes: Counter[str] = Counter()

    @contextmanager
    def place(self, base: str) -> Iterator[None]:
        """Raises ``TryAgainLater`` where too many are waiting for this EHR already."""
        with self._lock:
            if self._asking[base] >= MOST_QUESTIONS_AT_ONCE:
                raise TryAgainLater(soon=True)
            self._asking[base] += 1
        try:
            yield
        finally:
            with self._lock:
                self._asking[base] -= 1

    @contextmanager
    def chart(self, base: str) -> Iterator[Allowance]:
        """What one chart may take; given back at the end, after which nothing may be taken any more."""
        allowance = Allowance(partial(self._hold, base))
        try:
            yield allowance
        finally:
            self._hold(base, -allowance.close())

    def _hold(self, base: str, size: int) -> None:
        with self._lock:
            if self._bytes[base] + size > LARGEST_EHR_BYTES:
                raise TryAgainLater(soon=True)
            self._bytes[base] += size


class Allowance:
    """How much may still be read for one chart, whichever answer takes it. ``hold`` is told of each part."""

    def __init__(self, hold: Callable[[int], None], size: int = LARGEST_CHART_BYTES) -> None:
        self._hold = hold
        self._size = size
        self._taken = 0
        self._closed = False
        self._lock = Lock()

    def take(self, size: int) -> None:
        """Raises ``CheckConnection`` where it is used up, ``TryAgainLater`` where other charts have too much in hand,
        ``OutOfTime`` where nobody waits for it any more."""
        with self._lock:
            if self._closed:
                raise OutOfTime
            if self._taken + size > self._size:
                raise CheckConnection
            self._hold(size)
            self._taken += size

    def close(self) -> int:
        """What was taken."""
        with self._lock:
            self._closed = True
            return self._taken


_one_large_at_a_time = Lock()


def in_turn(decode: Callable[[bytes], T], body: bytes, deadline: Deadline) -> T:
    """``decode(body)``; large bodies one after the other. Raises ``OutOfTime`` where the turn comes too late."""
    if len(body) <= LARGE_BYTES:
        return decode(body)
    if not _one_large_at_a_time.acquire(timeout=deadline.remaining):
        raise OutOfTime
    try:
        if not deadline.remaining:
            raise OutOfTime
        return decode(body)
    finally:
        _one_large_at_a_time.release()
