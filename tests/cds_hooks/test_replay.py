"""A token is good once, however many processes answer: two real services on one database, asked at the same moment.

On SQLite they stand for workers of one machine, on PostgreSQL for machines.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO

import pytest
import requests

from tests.cds_hooks.callers import ISSUER, PUBLIC_URL, SERVICE, KeyServer, bearer, token
from tests.cds_hooks.hook_requests import ALL_NORMAL, call
from tests.every_log import leaks, lines_of_child
from tests.ports import free_port

SERVE = [sys.executable, "-c", "from command_line import main; main()", "serve", "--workers", "2", "--port"]


def start(port: int, registry: Path, database_url: str, told: IO[bytes]) -> subprocess.Popen[bytes]:
    settings = {
        "RLS_SECRET_KEY": "x" * 40,
        "RLS_PUBLIC_URL": PUBLIC_URL,
        "RLS_EHR_REGISTRY": str(registry),
        "RLS_DATABASE_URL": database_url,
        "PYTHONPATH": os.pathsep.join(sys.path),
    }
    return subprocess.Popen([*SERVE, str(port)], env=os.environ | settings, stderr=told, start_new_session=True)


def wait_until_ready(address: str) -> None:
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline:
        try:
            if requests.get(f"{address}/readyz", timeout=5).ok:
                return
        except (requests.ConnectionError, requests.Timeout):
            pass
        time.sleep(0.1)
    raise AssertionError("the service was not ready within two minutes")


@pytest.fixture
def services(keys: KeyServer, tmp_path: Path, database_url: str) -> Iterator[list[str]]:
    registry = tmp_path / "ehrs.toml"
    registry.write_text(
        '[[ehr]]\nname = "general-hospital"\nfhir_base = "https://ehr.example.org/fhir"\n'
        f'[[ehr.cds_client]]\niss = "{ISSUER}"\njwks_url = "{keys.url}"\n',
        "utf-8",
    )
    ports = [free_port(), free_port()]
    with TemporaryFile("ab+") as told:
        processes = [start(port, registry, database_url, told) for port in ports]
        try:
            addresses = [f"http://127.0.0.1:{port}" for port in ports]
            for address in addresses:
                wait_until_ready(address)
            yield addresses
        finally:
            for process in processes:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()
        lines = lines_of_child(told)
    assert any("token was used before" in line for line in lines)
    assert list(leaks(lines)) == []


def at_once(services: list[str], text: str) -> Counter[int]:
    """The statuses of twelve calls with one token, sent to the services by turns."""

    def status(number: int) -> int:
        address = services[number % len(services)] + SERVICE
        return requests.post(address, json=call(**ALL_NORMAL), headers=bearer(text), timeout=60).status_code

    with ThreadPoolExecutor(12) as callers:
        return Counter(callers.map(status, range(12)))


@pytest.mark.conformance("CH-26")
def test_a_token_is_good_once_across_processes(services: list[str], keys: KeyServer) -> None:
    for _ in range(5):
        assert at_once(services, token()) == {200: 1, 401: 11}
    assert keys.asked["/jwks.json"] <= 4, "each worker asks for itself, and once"
