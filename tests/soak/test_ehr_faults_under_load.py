"""Sixteen calls at once to an EHR that misbehaves: each is answered by the deadline and half a second, and calls about
another EHR are not slowed by more than a fifth.

A fifth of a few milliseconds is noise on any machine; so much is allowed beside it.
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import NamedTuple

import pytest

from tests.cds_hooks.test_ehr_faults import body_for, entry
from tests.soak.calling import ADDRESS, Caller
from tests.soak.rough_ehr import NAMES, Running, rough_ehrs
from tests.soak.service import Service, service

SECONDS = 2.0
AT_ONCE = 16
OTHERS = 12
NOISE_SECONDS = 0.1
pytestmark = pytest.mark.soak


class Stage(NamedTuple):
    running: Service
    rough: Running
    sound: Running


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    with rough_ehrs() as rough, rough_ehrs() as sound:
        entries = [entry(name, rough.base(name)) for name in NAMES] + [entry("sound", sound.base("sound"))]
        folder = tmp_path_factory.mktemp("service")
        with service(folder, *entries, hook_deadline_seconds=SECONDS) as running:
            yield Stage(running, rough, sound)


def ask(stage: Stage, base: str) -> tuple[int, float, bytes]:
    caller = Caller(stage.running.origin)
    body = json.dumps(body_for(base)).encode()
    began = time.monotonic()
    status, told = caller.post(ADDRESS, body)
    took = time.monotonic() - began
    caller.close()
    return status, took, told


def median_of_others(stage: Stage) -> float:
    """Calls about the sound EHR, one after the other. It is another process than those that misbehave."""
    took = sorted(ask(stage, stage.sound.base("sound"))[1] for _ in range(OTHERS))
    return took[len(took) // 2]


class Round(NamedTuple):
    """``slowest`` of the sixteen; the median of the others before and during."""

    statuses: frozenset[int]
    slowest: float
    alone: float
    beside: float

    @property
    def keeps_its_promises(self) -> bool:
        return self.slowest < SECONDS + 0.5 and self.beside < 1.2 * self.alone + NOISE_SECONDS


def one_round(stage: Stage, name: str) -> Round:
    alone = median_of_others(stage)
    with ThreadPoolExecutor(AT_ONCE) as pool:
        running = [pool.submit(ask, stage, stage.rough.base(name)) for _ in range(AT_ONCE)]
        time.sleep(0.3)
        beside = median_of_others(stage)
        answers = [one.result() for one in running]
    statuses = frozenset(status for status, _, _ in answers)
    return Round(statuses, max(took for _, took, _ in answers), alone, beside)


@pytest.mark.parametrize("name", NAMES)
def test_sixteen_at_once(stage: Stage, name: str) -> None:
    """Who else uses the machine can only make it slower: of three rounds one has to be in time."""
    rounds: list[Round] = []
    while len(rounds) < 3 and not (rounds and rounds[-1].keeps_its_promises):
        rounds.append(found := one_round(stage, name))
        others = f"others alone {found.alone:.3f} s, beside {found.beside:.3f} s"
        print(f"{name}: {sorted(found.statuses)}, slowest {found.slowest:.2f} s; {others}")
        assert found.statuses <= {200, 412}
    assert rounds[-1].keeps_its_promises


def test_nobody_else_was_asked_and_memory_is_bounded(stage: Stage) -> None:
    print(f"{stage.running.megabytes():.0f} MB after all of them")
    assert stage.rough.trapped() == 0
    assert stage.running.megabytes() < 600
