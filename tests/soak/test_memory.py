"""Memory stays flat: what a hundred thousand hook calls and ten thousand launches have taken, they give back."""

from __future__ import annotations

import random
import time
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from tests.cds_hooks.hook_requests import ALL_NORMAL, call
from tests.smart_app.browser import Browser, over_http
from tests.smart_app.expectations import tells_of_ruth
from tests.smart_app.launches import entry
from tests.smart_app.mock_smart_ehr import mock_smart_ehr
from tests.soak.calling import call_many
from tests.soak.service import service
from tests.soak.share import share_of

CALLS = share_of(100_000)
LAUNCHES = share_of(10_000)
POINTS = 10
# From the second tenth to the last: caches are full by then. glibc gives pages back late, hence some room.
MOST_GROWTH_MEGABYTES = 30.0
pytestmark = pytest.mark.soak


def _body(number: int) -> dict[str, Any]:
    """Hardly two alike: texts, ids and numbers differ, as caches would not like it."""
    chance = random.Random(number)
    results = ALL_NORMAL | {"ferritin": f"{chance.randrange(5, 300)}.{number % 10} ng/mL"}
    body = call(**results)
    body["context"] = {"patientId": "p1", "userId": f"Practitioner/{number}"}
    body["prefetch"]["zz-own"] = {"resourceType": "Observation", "id": f"o{number}", "code": {"text": f"Test {number}"}}
    return body


def _body_from(first: int, number: int) -> dict[str, Any]:
    return _body(first + number)


def flat(megabytes: list[float]) -> None:
    print("MB resident:", " ".join(f"{one:.0f}" for one in megabytes))
    assert max(megabytes[-2:]) - megabytes[1] < MOST_GROWTH_MEGABYTES


def test_a_hundred_thousand_hook_calls(tmp_path: Path) -> None:
    megabytes, began = [], time.monotonic()
    with service(tmp_path) as running:
        call_many(running.origin, _body, 200, 4)
        for part in range(POINTS):
            first = 1 + part * CALLS
            tally = call_many(running.origin, partial(_body_from, first), CALLS // POINTS, 4)
            assert tally.statuses == {200: CALLS // POINTS} and not tally.broken
            megabytes.append(running.megabytes())
    print(f"{CALLS} hook calls in {time.monotonic() - began:.0f} s")
    flat(megabytes)


def test_ten_thousand_launches(tmp_path: Path) -> None:
    """Each to its session, every tenth to its chart, and closed at the end."""
    megabytes, began = [], time.monotonic()
    with mock_smart_ehr() as ehr, service(tmp_path, entry(ehr)) as running, ThreadPoolExecutor(4) as pool:

        def launch(number: int) -> None:
            browser = Browser(running.origin, over_http)
            opened = browser.get(browser.to_callback(ehr))
            assert opened.status == 303
            if number % 10 == 0:
                tells_of_ruth(browser.follow(opened))
                ehr.calls.clear()
            assert browser.post(f"{opened.location}/close").status == 200

        for _ in range(POINTS):
            list(pool.map(launch, range(LAUNCHES // POINTS)))
            megabytes.append(running.megabytes())
    print(f"{LAUNCHES} launches in {time.monotonic() - began:.0f} s")
    flat(megabytes)
