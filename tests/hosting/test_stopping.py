"""SIGTERM under load loses no request: whoever was let in is answered, and nobody is let in who would not be."""

from __future__ import annotations

import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import requests

from hosting import accesses, open_database
from tests.cds_hooks.hook_requests import call
from tests.databases import new_sqlite
from tests.every_log import watched
from tests.hosting.test_server import SECRET, wait_until_ready
from tests.ports import free_port

COMMAND = str(Path(sys.executable).with_name("rls-nutrients"))
SERVICE = "/cds-services/rls-nutrients"
BODY = json.dumps(call(ferritin="22 ng/mL")).encode()
# Whoever is not let in tries again for a second; a refusal is what makes a load balancer go elsewhere.
NOT_LET_IN = (ConnectionRefusedError, TimeoutError)


@contextmanager
def serving(database: str, *, workers: int = 2, **settings: str) -> Iterator[tuple[subprocess.Popen[bytes], int]]:
    port = free_port()
    environment = {name: value for name, value in os.environ.items() if not name.startswith("RLS_")} | {
        "RLS_SECRET_KEY": SECRET,
        "RLS_DATABASE_URL": database,
        "RLS_CDS_AUTHENTICATION": "off",
    }
    command = [COMMAND, "serve", "--port", str(port), "--workers", str(workers)]
    with watched(command, environment | settings) as process:
        wait_until_ready(f"http://127.0.0.1:{port}")
        yield process, port


class Load:
    """Callers that call again and again until nobody lets them in."""

    def __init__(self, port: int, keep_alive: bool) -> None:
        self.seen: Counter[Any] = Counter()
        self._port, self._keep_alive = port, keep_alive
        self._counting = threading.Lock()
        self.threads = [threading.Thread(target=self._run) for _ in range(12)]

    def _run(self) -> None:
        connection: http.client.HTTPConnection | None = None
        headers = {"Content-Type": "application/json"} | ({} if self._keep_alive else {"Connection": "close"})
        while True:
            try:
                if connection is None:
                    connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=20)
                    connection.connect()
                    connection.sock.settimeout(60)
            except NOT_LET_IN:
                return
            try:
                connection.request("POST", SERVICE, BODY, headers)
                answer = connection.getresponse()
                answer.read()
            except (OSError, http.client.HTTPException) as error:
                self._count(type(error).__name__)
                return
            self._count(answer.status)
            if answer.headers.get("Connection") == "close" or not self._keep_alive:
                connection.close()
                connection = None

    def _count(self, what: Any) -> None:
        with self._counting:  # a thread may be interrupted between reading a number and writing the next
            self.seen[what] += 1


@pytest.mark.parametrize("keep_alive", [False, True])
def test_sigterm_under_load_loses_no_request_and_no_access(keep_alive: bool) -> None:
    url = new_sqlite()
    with serving(url) as (process, port):
        load = Load(port, keep_alive)
        for thread in load.threads:
            thread.start()
        while load.seen[200] < 100:
            assert any(thread.is_alive() for thread in load.threads), load.seen
            time.sleep(0.01)
        process.send_signal(signal.SIGTERM)
        for thread in load.threads:
            thread.join(timeout=120)
        assert process.wait(timeout=120) == 0
    assert set(load.seen) == {200}, "a request that was let in was not answered"
    database = open_database(url)
    assert len(list(accesses(database))) == load.seen[200]
    database.close()


def test_all_workers_count_together() -> None:
    with serving(new_sqlite(), workers=2) as (_process, port):
        for _ in range(40):  # a connection each, so that both workers get some
            assert requests.post(f"http://127.0.0.1:{port}{SERVICE}", BODY, timeout=60).status_code in (200, 415)
        told = requests.get(f"http://127.0.0.1:{port}/metrics", timeout=60).text
    label = 'method="POST",route="/cds-services/<service_id>"'
    counts = [
        line for line in told.splitlines() if line.startswith("rls_nutrients_request_seconds_count") and label in line
    ]
    assert sum(float(line.rsplit(" ", 1)[1]) for line in counts) == 40


def test_a_worker_takes_a_crowd_at_its_very_first_call() -> None:
    """msgspec once ended the process here: 16 threads met the same class for the first time."""
    program = """
import threading
from clinical import Resource, decode
start = threading.Barrier(16)
def first():
    start.wait()
    decode(b'{"resourceType": "Bundle", "entry": [{"resource": {"resourceType": "Patient"}}]}', Resource)
threads = [threading.Thread(target=first) for _ in range(16)]
[one.start() for one in threads]; [one.join() for one in threads]
"""
    for _ in range(5):
        assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0


def test_the_port_can_be_used_at_once_by_the_next_instance() -> None:
    with serving(new_sqlite(), workers=1) as (process, port):
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=120) == 0
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(("127.0.0.1", port))
