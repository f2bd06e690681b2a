"""What was acknowledged is there after ``kill -9``, in SQLite and PostgreSQL alike, with two workers."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

import requests

from hosting import open_database
from tests.cds_hooks.hook_requests import call
from tests.every_log import watched
from tests.ports import free_port

SERVICE = "/cds-services/rls-nutrients"
PATH = f"{SERVICE}/feedback"


@contextmanager
def serving(database_url: str) -> Iterator[tuple[subprocess.Popen[bytes], str]]:
    port = free_port()
    environment = {name: value for name, value in os.environ.items() if not name.startswith("RLS_")}
    own = {"RLS_DATABASE_URL": database_url, "RLS_SECRET_KEY": "x" * 40, "RLS_CDS_AUTHENTICATION": "off"}
    program = str(Path(sys.executable).with_name("rls-nutrients"))
    with watched([program, "serve", "--port", str(port), "--workers", "2"], environment | own) as process:
        _wait_for(f"http://127.0.0.1:{port}/readyz", process)
        yield process, f"http://127.0.0.1:{port}"


def _wait_for(address: str, process: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + 120
    while process.poll() is None and time.monotonic() < until:
        try:
            answer = requests.get(address, timeout=5)
        except (requests.ConnectionError, requests.Timeout):
            answer = None
        if answer is not None and answer.ok:
            assert answer.json()["parts"]["database"]["ready"]
            return
        time.sleep(0.1)
    raise AssertionError("the service was not ready within two minutes")


def test_cards_are_counted_that_were_shown_just_before_the_service_stopped(database_url: str) -> None:
    with serving(database_url) as (process, address):
        shown = [
            card["uuid"]
            for _ in range(20)
            for card in requests.post(address + SERVICE, json=call(ferritin="22 ng/mL"), timeout=60).json()["cards"]
        ]
        process.send_signal(signal.SIGTERM)
        process.wait(120)
    database = open_database(database_url)
    assert sorted(record.uuid for record in database.cards()) == sorted(shown)
    assert len(shown) == 20
    database.close()


def test_feedback_on_a_card_finds_its_ehr_whichever_worker_takes_it(database_url: str) -> None:
    """At once after the card, from a worker that did not show it, and whether or not the service is then killed."""
    with serving(database_url) as (process, address):
        for _ in range(20):
            [card] = requests.post(address + SERVICE, json=call(ferritin="22 ng/mL"), timeout=60).json()["cards"]
            assert requests.post(address + PATH, json={"feedback": [entry(card["uuid"])]}, timeout=60).ok
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
    database = open_database(database_url)
    counts = [count for count in database.count_feedback() if count.outcome == "overridden"]
    assert sum(count.number for count in counts) == 20
    assert all(count.rules != ("unknown-card",) for count in counts)
    database.close()


def entry(card: str) -> dict[str, str]:
    return {"card": card, "outcome": "overridden", "outcomeTimestamp": "2026-11-22T08:30:00Z"}


def test_acknowledged_feedback_outlives_kill_9(database_url: str) -> None:
    cards = [str(uuid4()) for _ in range(20)]
    with serving(database_url) as (process, address):
        for card in cards:
            assert requests.post(address + PATH, json={"feedback": [entry(card)]}, timeout=60).status_code == 200
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
    database = open_database(database_url)
    assert sorted(report.card for report in database.feedback()) == sorted(cards)
    database.close()
