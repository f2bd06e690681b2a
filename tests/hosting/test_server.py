"""The real server, as a process: it refuses, warns, answers many at once, and stops without a traceback."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import pytest
import requests

from hosting import ConfigurationError, Settings, SettingsError, serve
from tests.databases import new_sqlite
from tests.every_log import leaks, lines_in
from tests.ports import free_port

SECRET = "x" * 40

# A program of its own: the server forks and takes over signals, which the test's process must not have done to it.
PROGRAM = """
import os, sys, time
from pathlib import Path
from threading import Barrier
from flask import Blueprint
from hosting import ConfigurationError, application, read_settings, serve

sixteen = Barrier(16, timeout=60)

def front_door(settings, registry):
    blueprint = Blueprint("slow", __name__)
    @blueprint.get("/together")
    def together():
        sixteen.wait()
        return "together"
    @blueprint.get("/slow")
    def slow():
        Path(os.environ["ARRIVED"]).touch()
        time.sleep(1)
        return "slow"
    return blueprint

application.installed_front_doors = lambda: [front_door]
try:
    serve(read_settings(), "127.0.0.1", int(sys.argv[1]))
except ConfigurationError as error:
    sys.exit(str(error))
"""


def start(port: int, **settings: str) -> subprocess.Popen[str]:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("RLS_")}
    return subprocess.Popen(
        [sys.executable, "-c", PROGRAM, str(port)],
        env=environment | {"PYTHONPATH": os.pathsep.join(sys.path), "RLS_DATABASE_URL": new_sqlite()} | settings,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


@contextmanager
def running(**settings: str) -> Iterator[tuple[subprocess.Popen[str], str]]:
    port = free_port()
    process = start(port, RLS_SECRET_KEY=SECRET, **settings)
    try:
        wait_until_ready(f"http://127.0.0.1:{port}")
        yield process, f"http://127.0.0.1:{port}"
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
        _, told = process.communicate()
    assert list(leaks(lines_in(told))) == []


def wait_until_ready(address: str) -> None:
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline:
        try:
            if requests.get(f"{address}/readyz", timeout=5).ok:
                return
        except (requests.ConnectionError, requests.Timeout):
            pass
        time.sleep(0.1)
    raise AssertionError("the server was not ready within two minutes")


def test_refuses_to_serve_without_a_secret_key() -> None:
    with pytest.raises(SettingsError, match="RLS_SECRET_KEY"):
        serve(Settings(), "127.0.0.1", free_port())


def test_refuses_a_registry_with_plain_http(tmp_path: Path) -> None:
    registry = tmp_path / "ehrs.toml"
    registry.write_text('[[ehr]]\nname = "general-hospital"\nfhir_base = "http://ehr.example.org/fhir"\n', "utf-8")
    process = start(free_port(), RLS_SECRET_KEY=SECRET, RLS_EHR_REGISTRY=str(registry))
    _, told = process.communicate(timeout=120)
    assert process.returncode == 1
    assert "general-hospital" in told
    assert "Traceback" not in told


def test_refuses_a_busy_port() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        process = start(taken.getsockname()[1], RLS_SECRET_KEY=SECRET)
        _, told = process.communicate(timeout=120)
    assert process.returncode == 1
    assert "Cannot listen on 127.0.0.1" in told
    assert "Traceback" not in told


def test_answers_sixteen_calls_at_once_and_ends_a_running_one_before_it_stops(tmp_path: Path) -> None:
    """Each of the sixteen is answered when all have come: one after the other, none would be."""
    arrived = tmp_path / "arrived"
    told = {"RLS_CDS_AUTHENTICATION": "off", "ARRIVED": str(arrived)}
    with running(**told) as (process, address), ThreadPoolExecutor(17) as callers:
        answers = list(callers.map(lambda _: requests.get(f"{address}/together", timeout=120).text, range(16)))
        assert answers == ["together"] * 16

        last = callers.submit(requests.get, f"{address}/slow", timeout=60)
        while not arrived.exists():
            assert not last.done()
            time.sleep(0.01)
        process.send_signal(signal.SIGTERM)
        assert last.result().text == "slow"
        output, said = process.communicate(timeout=120)
    assert process.returncode == 0
    assert output == ""
    assert "Warning: RLS_CDS_AUTHENTICATION is off" in said
    assert "Traceback" not in said


def test_ctrl_c_stops_without_a_traceback() -> None:
    with running() as (process, _address):
        os.killpg(process.pid, signal.SIGINT)
        _, told = process.communicate(timeout=120)
    assert process.returncode == 0
    assert "Traceback" not in told
    assert "Warning" not in told


def test_configuration_errors_share_one_name() -> None:
    assert issubclass(SettingsError, ConfigurationError)


@pytest.mark.parametrize("sent", [signal.SIGTERM, signal.SIGINT])
def test_a_stop_of_the_whole_process_group_is_no_error(sent: signal.Signals) -> None:
    """As systemd does it, and Ctrl-C: the worker is told as well, and may end before the process that made it."""
    with running() as (process, _):
        os.killpg(process.pid, sent)
        _, told = process.communicate(timeout=120)
    assert process.returncode == 0
    assert [line for line in lines_in(told) if '"level":"error"' in line] == []
    assert '"event":"stopped"' in told
