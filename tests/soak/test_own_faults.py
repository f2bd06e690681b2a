"""Faults of ourselves: killed, without a disk, without a database, with a broken file; nothing acknowledged is lost.

Two kinds of promise are looked at each time: what was answered with 200 is there afterwards, once; and a page shows
its own patient or none.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
import requests
import time_machine

from clinical import PACKAGE_FOLDER
from hosting import open_database
from hosting.launch_store import SECONDS_TO_RENEW
from smart_app.charts import SECONDS_FOR_CHART
from tests.cds_hooks.conftest import client_of
from tests.cds_hooks.hook_requests import call
from tests.lenient_clock import lenient_clock
from tests.ports import free_port
from tests.smart_app.browser import Browser, inside, over_http
from tests.smart_app.calls import Call, Reply
from tests.smart_app.charts import OTHER_FAMILY_NAME
from tests.smart_app.expectations import calm, tells_of_ruth
from tests.smart_app.launches import HOME, application, entry
from tests.smart_app.mock_smart_ehr import MockSmartEhr, mock_smart_ehr
from tests.soak.calling import Caller
from tests.soak.postgresql import postgresql
from tests.soak.service import Service, service

SERVICE = "/cds-services/rls-nutrients"
FEEDBACK = f"{SERVICE}/feedback"
CALLERS = 8


def report(card: str) -> dict[str, Any]:
    return {"feedback": [{"card": card, "outcome": "overridden", "outcomeTimestamp": "2026-11-22T08:30:00Z"}]}


def stored(url: str) -> list[str]:
    database = open_database(url)
    try:
        return [one.card for one in database.feedback()]
    finally:
        database.close()


class Reporters:
    """Report without pause until they are told to stop; ``acknowledged`` are the cards that were answered with 200."""

    def __init__(self, origin: str) -> None:
        self.acknowledged: list[str] = []
        self.refused: list[int] = []
        self.broken = 0
        self._stop = threading.Event()
        self._threads = [threading.Thread(target=self._run, args=(origin,)) for _ in range(CALLERS)]

    def __enter__(self) -> Reporters:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def stop(self) -> None:
        self._stop.set()
        for thread in self._threads:
            thread.join(30)

    def _run(self, origin: str) -> None:
        while not self._stop.is_set():
            card = str(uuid4())
            try:
                status = requests.post(origin + FEEDBACK, json=report(card), timeout=20).status_code
            except requests.RequestException:
                self.broken += 1
                time.sleep(0.02)
                continue
            self.acknowledged.append(card) if status == 200 else self.refused.append(status)


@pytest.mark.soak
def test_a_worker_that_is_killed_during_feedback(tmp_path: Path) -> None:
    """Three times; the other worker answers on, and a new one comes."""
    with service(tmp_path, workers=2) as running, Reporters(running.origin) as reporters:
        for _ in range(3):
            time.sleep(1.5)
            os.kill(running.workers()[0], signal.SIGKILL)
        time.sleep(6)
        before = len(reporters.acknowledged)
        time.sleep(1)
        assert len(reporters.acknowledged) > before
        assert len(running.workers()) >= 2
    _kept_once(f"sqlite:///{tmp_path}/service.db", reporters)
    assert reporters.refused == []


@pytest.mark.soak
def test_the_whole_service_is_killed_during_feedback_again_and_again(tmp_path: Path) -> None:
    with service(tmp_path, workers=2) as running, Reporters(running.origin) as reporters:
        for _ in range(3):
            time.sleep(1.5)
            running.kill()
            running.start_again()
        time.sleep(1)
    _kept_once(f"sqlite:///{tmp_path}/service.db", reporters)


def _kept_once(url: str, reporters: Reporters) -> None:
    kept = stored(url)
    print(f"{len(reporters.acknowledged)} acknowledged, {len(kept)} kept, {reporters.broken} connections broken")
    assert set(reporters.acknowledged) <= set(kept)
    assert len(kept) == len(set(kept))
    assert len(reporters.acknowledged) > 20


@pytest.mark.soak
def test_the_service_is_killed_during_launches(tmp_path: Path) -> None:
    """Who was led to a chart finds it again; a callback whose answer was lost is refused or opens its own chart."""
    with mock_smart_ehr() as ehr, service(tmp_path, entry(ehr)) as running:
        opened: list[Browser] = []
        for seconds in (0.1, 0.3, 0.9):
            waiting = [_waiting(running, ehr) for _ in range(6)]
            killing = threading.Timer(seconds, running.kill)
            with ThreadPoolExecutor(6) as pool:
                pool.submit(killing.start)
                list(pool.map(_call_back, waiting))
            killing.join()
            running.start_again()
            for browser, callback, charts in waiting:
                if charts:
                    opened.append(browser)
                    tells_of_ruth(browser.get(charts[0]))
                else:
                    again = browser.follow(browser.get(callback))
                    assert again.status in (200, 400, 502)
                    assert OTHER_FAMILY_NAME not in again.text
        print(f"{len(opened)} of 18 launches were answered before the service died, and all of them open")


def _waiting(running: Service, ehr: MockSmartEhr) -> tuple[Browser, str, list[str]]:
    browser = Browser(running.origin, over_http)
    return browser, browser.to_callback(ehr), []


def _call_back(one: tuple[Browser, str, list[str]]) -> None:
    browser, callback, charts = one
    with suppress(requests.RequestException):
        answer = browser.get(callback)
        if answer.status == 303:
            charts.append(answer.location)


@pytest.mark.soak
def test_the_service_is_killed_during_a_refresh(tmp_path: Path) -> None:
    """The EHR has rotated the token and nobody wrote the new one down: the session ends, and no other one is shown.

    Not before it is sure that nobody else is about to write it down: until then a page says to try again in a moment.
    """
    with mock_smart_ehr() as ehr, service(tmp_path, entry(ehr)) as running:
        browser = Browser(running.origin, over_http)
        address = browser.chart_of(ehr).address
        ehr.expire_access()
        asked = threading.Event()

        def slowly(call: Call) -> Reply:
            usual = ehr.usual_reply(call)
            asked.set()
            return Reply(usual.status, usual.body, usual.headers, delay=1.0)

        ehr.replies["token"] = slowly
        with ThreadPoolExecutor(1) as pool:
            looking = pool.submit(browser.get, address)
            assert asked.wait(10)
            running.kill()
            assert isinstance(looking.exception(), requests.RequestException)
        ehr.replies.clear()
        running.start_again()
        began = time.monotonic()
        answers = [browser.get(address)]
        while answers[-1].status == 503 and time.monotonic() - began < 60:
            time.sleep(1)
            answers.append(browser.get(address))
        print(f"after the kill: {[one.status for one in answers]} within {time.monotonic() - began:.0f} s")
        for one in answers:
            calm(one, 401, 503)
        calm(answers[-1], 401)
        assert "open the app again from the patient's chart" in answers[-1].document.words
        assert time.monotonic() - began < SECONDS_TO_RENEW + SECONDS_FOR_CHART + 5
        tells_of_ruth(browser.open_chart(ehr))


_SMALL_DISK = """
import resource, signal
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, ({size}, resource.RLIM_INFINITY))
"""


@pytest.mark.soak
def test_a_full_disk(tmp_path: Path) -> None:
    """No file may grow beyond 600 kB: database, journal and log alike. Cards still come, and feedback is refused."""
    with service(tmp_path, before=_SMALL_DISK.format(size=600_000)) as running:
        caller, acknowledged, statuses = Caller(running.origin), [], []
        for _ in range(3000):
            card = str(uuid4())
            status, _ = caller.post(FEEDBACK, _json(report(card)))
            statuses.append(status)
            if status == 200:
                acknowledged.append(card)
            if statuses[-20:] == [503] * 20:
                break
        assert set(statuses) == {200, 503}
        assert statuses[-20:] == [503] * 20
        assert caller.post(SERVICE, _json(call(ferritin="22 ng/mL")))[0] == 200
        caller.close()
        assert requests.get(f"{running.origin}/healthz", timeout=5).status_code == 200
    print(f"{len(acknowledged)} reports fitted on the disk")
    kept = stored(f"sqlite:///{tmp_path}/service.db")
    assert set(acknowledged) <= set(kept) and len(kept) == len(set(kept))


def _json(value: object) -> bytes:
    return json.dumps(value).encode()


def test_a_database_that_somebody_has_locked(tmp_path: Path, impatience: None) -> None:
    """Feedback is refused in time, cards come all the same, and nothing that was refused is there afterwards."""
    url = f"sqlite:///{tmp_path}/service.db"
    client = client_of(database_url=url)
    first, second, third = (str(uuid4()) for _ in range(3))
    assert client.post(FEEDBACK, json=report(first)).status_code == 200
    other = sqlite3.connect(tmp_path / "service.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    try:
        with lenient_clock() as now:
            refused = client.post(FEEDBACK, json=report(second))
            assert now() < 6
        assert refused.status_code == 503 and refused.headers["Retry-After"]
        answer = client.post(SERVICE, json=call(ferritin="22 ng/mL"))
        assert answer.status_code == 200 and answer.get_json()["cards"]
    finally:
        other.execute("ROLLBACK")
        other.close()
    assert client.post(FEEDBACK, json=report(third)).status_code == 200
    assert stored(url) == [first, third]


def test_a_database_that_may_only_be_read(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/service.db"
    card = str(uuid4())
    assert client_of(database_url=url).post(FEEDBACK, json=report(card)).status_code == 200
    client = client_of(database_url=f"sqlite:///file:{tmp_path}/service.db?mode=ro&uri=true")
    assert client.post(FEEDBACK, json=report(str(uuid4()))).status_code == 503
    assert client.post(SERVICE, json=call(ferritin="22 ng/mL")).status_code == 200
    with mock_smart_ehr() as ehr:
        app = application(entry(ehr), database_url=f"sqlite:///file:{tmp_path}/service.db?mode=ro&uri=true")
        calm(Browser(HOME, inside(app)).launch(ehr), 503)
    assert stored(url) == [card]


@pytest.mark.soak
def test_postgresql_is_restarted(tmp_path: Path) -> None:
    """Killed as by a power cut, and started again; the same as a failover behind one address. To another address:
    test_failover.py."""
    with postgresql() as server:
        with service(tmp_path, workers=2, database_url=server.url) as running, Reporters(running.origin) as reporters:
            time.sleep(2)
            server.stop()
            time.sleep(1)
            assert (
                requests.post(running.origin + SERVICE, json=call(ferritin="22 ng/mL"), timeout=20).status_code == 200
            )
            assert requests.get(f"{running.origin}/readyz", timeout=20).status_code == 503
            time.sleep(2)
            server.start()
            until = time.monotonic() + 10
            while requests.get(f"{running.origin}/readyz", timeout=20).status_code != 200:
                assert time.monotonic() < until
                time.sleep(0.1)
            before = len(reporters.acknowledged)
            time.sleep(1.5)
            assert len(reporters.acknowledged) > before
        assert set(reporters.refused) <= {503}
        _kept_once(server.url, reporters)


def test_a_clock_that_is_set_back_or_forward() -> None:
    """A session outlives an hour back; forward it ends in time, calmly; the deadline does not care."""
    with mock_smart_ehr() as ehr:
        browser = Browser(HOME, inside(application(entry(ehr))))
        chart, waiting = browser.chart_of(ehr), browser.to_callback(ehr)
        now = time.time()
        with time_machine.travel(now - 3600, tick=True):
            tells_of_ruth(browser.get(chart.address))
            tells_of_ruth(browser.open_chart(ehr))
        with time_machine.travel(now + 3000, tick=True):
            calm(browser.get(waiting), 400)
            tells_of_ruth(browser.get(chart.address))
        with time_machine.travel(now + 5 * 3600, tick=True):
            calm(browser.get(chart.address), 401)
        client = client_of()
        for step in (-86_400, 86_400):
            with time_machine.travel(now + step, tick=True):
                assert client.post(SERVICE, json=call(ferritin="22 ng/mL")).status_code == 200


@pytest.mark.slow
@pytest.mark.parametrize(
    ("file", "broken"),
    [
        ("iron.toml", "this is no toml"),
        pytest.param("iron.toml", "[nutrient]\nid = 7\n", marks=pytest.mark.soak),
        pytest.param("sources.toml", "", marks=pytest.mark.soak),
    ],
)
def test_a_broken_knowledge_file_keeps_the_service_from_starting(tmp_path: Path, file: str, broken: str) -> None:
    """It says which file, in sentences and not in a traceback."""
    folder = tmp_path / "knowledge"
    shutil.copytree(PACKAGE_FOLDER, folder)
    (folder / file).write_text(broken, "utf-8")
    before = (
        "import pathlib, clinical.knowledge.loading as loading; read = loading.read_folder; "
        f"loading.read_folder = lambda _: read(pathlib.Path({str(folder)!r}))"
    )
    command = [
        sys.executable,
        "-c",
        f"{before}\nfrom command_line import main; main()",
        "serve",
        "--port",
        str(free_port()),
    ]
    environment = {**os.environ, "RLS_SECRET_KEY": "x" * 40, "PYTHONPATH": os.pathsep.join(sys.path)}
    environment["RLS_DATABASE_URL"] = f"sqlite:///{tmp_path}/service.db"
    told = subprocess.run(command, env=environment, capture_output=True, text=True, check=False, timeout=60)
    assert told.returncode == 1
    assert file in told.stderr
    assert "Traceback" not in told.stderr
