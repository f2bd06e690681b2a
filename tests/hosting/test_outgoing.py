"""Requests that we send: over in time for whoever waits, and never more at once of one server than a few."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest

from hosting import in_time, outgoing


@pytest.fixture
def released() -> Iterator[threading.Event]:
    """What hangs, hangs until then."""
    event = threading.Event()
    yield event
    event.set()


def hang(released: threading.Event, whom: str, times: int) -> None:
    for _ in range(times):
        with pytest.raises(TimeoutError):
            in_time(whom, 0.0, released.wait)


def ended() -> None:
    for thread in threading.enumerate():
        if thread.name == "outgoing":
            thread.join()


def test_what_comes_or_goes_wrong_is_whoever_asked_for_its() -> None:
    assert in_time("a", 60, lambda: 5) == 5
    with pytest.raises(ZeroDivisionError):
        in_time("a", 60, lambda: 1 // 0)


def test_a_server_that_drips_holds_a_few_threads_and_no_more(released: threading.Event) -> None:
    asked: list[int] = []
    hang(released, "slow", outgoing.MOST_AT_ONCE)
    with pytest.raises(TimeoutError):
        in_time("slow", 60, lambda: asked.append(1))
    assert not asked, "nobody waits for it any more, and it is not asked"
    assert in_time("another", 60, lambda: 5) == 5
    released.set()
    ended()
    assert in_time("slow", 60, lambda: 5) == 5, "it is asked again as soon as it has let go"


def test_what_went_wrong_holds_no_place() -> None:
    for _ in range(outgoing.MOST_AT_ONCE + 1):
        with pytest.raises(ZeroDivisionError):
            in_time("faulty", 60, lambda: 1 // 0)
    ended()
    assert in_time("faulty", 60, lambda: 5) == 5
