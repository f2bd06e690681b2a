"""A ramp to four times of what can be done, and back: nothing breaks, what is answered comes in time, and then all is
as before.

On loopback only, and for a minute: the one who asks shares the machine with the one who answers.
"""

from __future__ import annotations

import json
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from typing import NamedTuple

import pytest

from hosting.admission import OF_ONE_FRONT_DOOR
from tests.cds_hooks.hook_requests import ALL_NORMAL, call, observation
from tests.soak.calling import ADDRESS, Caller, Tally, call_many
from tests.soak.service import Service, service

SECONDS_A_STEP = 5.0
STEPS = (0.5, 1.0, 2.0, 4.0, 4.0, 2.0, 0.5, 0.5)
SECONDS_TO_RECOVER = 5.0
SECONDS_A_LOOK = 1.0
# Of what a call costs before the ramp; caches and a busy machine make some of it.
MOST_COST = 1.5
# Whoever is let in waits at most for as many others as there are places; some wait longer than their turn.
TURNS = 4.5
ASKERS = 160
pytestmark = pytest.mark.soak


def _heavy() -> bytes:
    """Some hundred results, so that one worker is busy with some fifty calls a second."""
    body = call(**ALL_NORMAL | {"ferritin": "22 ng/mL"})
    more = [observation("2276-4", 30 + number / 10, "ng/mL", id=f"x{number}") for number in range(600)]
    body["prefetch"]["iron"]["entry"] += [{"resource": one} for one in more]
    return json.dumps(body).encode()


class Askers:
    """Ask at a rate, whether or not they are answered; each keeps its connection."""

    def __init__(self, origin: str, body: bytes) -> None:
        self.tally = Tally()
        self._body = body
        self._origin = origin
        self._own = threading.local()
        self._callers: list[Caller] = []
        self._pool = ThreadPoolExecutor(ASKERS)

    def at(self, rate: float, seconds: float) -> Tally:
        """The answers to what was asked in these seconds."""
        self.tally = tally = Tally()
        began = time.monotonic()
        running = []
        for number in range(int(rate * seconds)):
            time.sleep(max(0.0, began + number / rate - time.monotonic()))
            running.append(self._pool.submit(self._ask, tally))
        for one in running:
            one.result()
        return tally

    def close(self) -> None:
        self._pool.shutdown()
        for caller in self._callers:
            caller.close()

    def _ask(self, tally: Tally) -> None:
        if not hasattr(self._own, "caller"):
            self._own.caller = Caller(self._origin)
            self._callers.append(self._own.caller)
        began = time.monotonic()
        try:
            status, _ = self._own.caller.post(ADDRESS, self._body)
            tally.add(status, time.monotonic() - began)
        except OSError as error:
            tally.break_off(type(error).__name__)


class Look(NamedTuple):
    """At eight callers who ask as soon as they were answered, for a second or so. ``rate``: calls answered a second;
    ``cost``: processor seconds of the service for each."""

    rate: float
    cost: float
    refused: int


def look(running: Service, body: bytes) -> Look:
    began, spent, told, tally = time.monotonic(), running.processor_seconds(), json.loads(body), Tally()
    while time.monotonic() < began + SECONDS_A_LOOK:
        call_many(running.origin, lambda _: told, 40, 8, tally)
    answered = len(tally.seconds.get(200, []))
    took = time.monotonic() - began
    found = Look(answered / took, (running.processor_seconds() - spent) / answered, tally.statuses.get(503, 0))
    print(f"  {found.rate:.0f} calls a second, {1000 * found.cost:.0f} ms of processor each, {found.refused} sent away")
    return found


@pytest.mark.parametrize("workers", [1, 2])
def test_a_ramp_to_four_times_capacity_and_back(tmp_path: Path, workers: int) -> None:
    body = _heavy()
    with service(tmp_path, workers=workers) as running, closing(Askers(running.origin, body)) as askers:
        print(f"\n{workers} worker(s)")
        look(running, body)
        usual = sorted(look(running, body) for _ in range(3))[1]
        quiet = askers.at(0.5 * usual.rate, SECONDS_A_STEP)
        for step in STEPS:
            tally = askers.at(step * usual.rate, SECONDS_A_STEP)
            _tell(step, tally)
            assert set(tally.statuses) <= {200, 503} and not tally.broken
            turn = workers * OF_ONE_FRONT_DOOR * SECONDS_A_STEP / tally.statuses[200]
            assert tally.quantile(0.99) < 0.5 + TURNS * turn
        assert tally.statuses.keys() == {200}, "all is as before"
        assert tally.quantile(0.5) < 2 * quiet.quantile(0.5) + 0.02
        _comes_back_from_four_times(askers, running, body, usual)


def _comes_back_from_four_times(askers: Askers, running: Service, body: bytes, usual: Look) -> None:
    """Straight from the height of it. Speed is processor time for a call, which neighbours on the machine do not
    lengthen as they do the time on the wall; who is not sent away did not find a queue."""
    overloaded = askers.at(4 * usual.rate, SECONDS_A_STEP)
    ended = time.monotonic()
    assert 503 in overloaded.statuses
    found = look(running, body)
    while (found.refused or found.cost > MOST_COST * usual.cost) and time.monotonic() < ended + SECONDS_TO_RECOVER:
        found = look(running, body)
    assert not found.refused
    assert found.cost < MOST_COST * usual.cost


def _tell(step: float, tally: Tally) -> None:
    answered = f"answered p50 {tally.quantile(0.5, 200):.3f} p99 {tally.quantile(0.99, 200):.3f} s"
    print(f"  {step:.1f} x: {tally.statuses}, {answered}, sent away p99 {tally.quantile(0.99, 503):.3f} s")
