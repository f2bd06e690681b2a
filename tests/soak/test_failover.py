"""PostgreSQL fails over to another server: the service goes on by itself, and what was acknowledged is there, once."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest
import requests

from hosting.impatient_connection import SECONDS_OF_SILENCE
from tests.cds_hooks.hook_requests import call
from tests.smart_app.browser import Browser, over_http
from tests.smart_app.expectations import tells_of_ruth
from tests.smart_app.launches import entry
from tests.smart_app.mock_smart_ehr import mock_smart_ehr
from tests.soak.postgresql import Postgresql, primary_and_standby, whichever_writes
from tests.soak.service import Service, service
from tests.soak.test_own_faults import CALLERS, SERVICE, Reporters, _kept_once

SECONDS_TO_COME_BACK = 20
pytestmark = pytest.mark.soak


def power_cut(primary: Postgresql) -> None:
    primary.stop()


def frozen(primary: Postgresql) -> None:
    """It still takes connections and says nothing any more, as a machine whose disk hangs."""
    for one in _processes(primary):
        os.kill(one, signal.SIGSTOP)


def _processes(server: Postgresql) -> list[int]:
    first = server.process()
    children = Path(f"/proc/{first}/task/{first}/children").read_text("utf-8")
    return [first, *map(int, children.split())]


def ready(running: Service) -> bool:
    return requests.get(f"{running.origin}/readyz", timeout=20).status_code == 200


@pytest.mark.parametrize("fails", [power_cut, frozen])
def test_postgresql_fails_over_to_another_server(tmp_path: Path, fails: Callable[[Postgresql], None]) -> None:
    """Commits are on both servers before they are acknowledged; the standby is promoted and the first one is gone."""
    with primary_and_standby() as (primary, standby), mock_smart_ehr() as ehr:
        address = whichever_writes(primary, standby)
        with (
            service(tmp_path, entry(ehr), workers=2, database_url=address) as running,
            Reporters(running.origin) as reporters,
        ):
            browser = Browser(running.origin, over_http)
            chart = browser.chart_of(ehr).address
            time.sleep(2)
            fails(primary)
            stopped = time.monotonic()
            answer = requests.post(running.origin + SERVICE, json=call(ferritin="22 ng/mL"), timeout=20)
            assert answer.status_code == 200
            assert not ready(running)
            time.sleep(1)
            _fence(primary)
            standby.promote()
            promoted = time.monotonic()
            while not ready(running):
                assert time.monotonic() < promoted + SECONDS_TO_COME_BACK
                time.sleep(0.1)
            print(f"in use {time.monotonic() - promoted:.1f} s after the promotion, {promoted - stopped:.1f} s before")
            before = len(reporters.acknowledged)
            time.sleep(2)
            assert len(reporters.acknowledged) > before
            tells_of_ruth(browser.get(chart))
        assert set(reporters.refused) <= {503}
        _kept_once(standby.url, reporters)


def test_a_standby_that_is_gone_holds_up_nobody(tmp_path: Path) -> None:
    """A commit that must be on both servers waits for it; who is waiting is told 503, and hook calls are answered."""
    with (
        primary_and_standby() as (primary, standby),
        service(tmp_path, database_url=whichever_writes(primary, standby)) as running,
        Reporters(running.origin) as reporters,
    ):
        time.sleep(1)
        standby.stop()
        time.sleep(2 * SECONDS_OF_SILENCE)
        assert 503 in reporters.refused
        asked = requests.post(running.origin + SERVICE, json=call(ferritin="22 ng/mL"), timeout=20)
        assert asked.status_code == 200
        standby.start()
        before, until = len(reporters.acknowledged), time.monotonic() + SECONDS_TO_COME_BACK
        while len(reporters.acknowledged) < before + CALLERS:
            assert time.monotonic() < until
            time.sleep(0.1)
        reporters.stop()
        assert set(reporters.refused) == {503} and not reporters.broken
        _kept_once(primary.url, reporters)


def _fence(primary: Postgresql) -> None:
    """No failover is safe before the first server is gone for good."""
    with suppress(FileNotFoundError):
        for one in _processes(primary):
            os.kill(one, signal.SIGKILL)
