"""The demo as a person starts and stops it."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests

from demo_ehr.ports import Ports, address, is_free, ports_from
from tests.demo.running import PROGRAM, SECONDS, free_first_port, log_lines, running_demo, until_ready
from tests.every_log import leaks


@pytest.fixture
def first_port() -> int:
    return free_first_port()


@pytest.fixture
def demo(first_port: int, tmp_path: Path) -> Iterator[subprocess.Popen[str]]:
    with running_demo(first_port, tmp_path) as process:
        yield process


def places(ports: Ports) -> list[str]:
    """What each of the three answers with 200."""
    return [
        f"{address(ports.demo_ehr)}/",
        f"{address(ports.demo_ehr)}/fhir/metadata",
        f"{address(ports.smart_app)}/.well-known/jwks.json",
        f"{address(ports.cds_service)}/cds-services",
    ]


def children_of(pid: int) -> list[int]:
    listed = subprocess.run(["ps", "-eo", "pid=,ppid="], capture_output=True, text=True, check=True).stdout
    parents = [tuple(map(int, line.split())) for line in listed.splitlines()]
    own = [child for child, parent in parents if parent == pid]
    return own + [deeper for child in own for deeper in children_of(child)]


def is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


@pytest.mark.parametrize("ending", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP], ids=lambda ending: ending.name)
def test_it_starts_all_three_says_so_and_leaves_nothing_behind(
    demo: subprocess.Popen[str], first_port: int, tmp_path: Path, ending: signal.Signals
) -> None:
    text = "\n".join(until_ready(demo))
    ports = ports_from(first_port)
    for port in ports:
        assert address(port) in text
    for place in places(ports):
        assert requests.get(place, timeout=60).status_code == 200, place
    children = children_of(demo.pid)
    assert len(children) >= 2
    assert list(leaks(log_lines(demo))) == []

    demo.send_signal(ending)
    rest, said = demo.communicate(timeout=120)
    assert demo.returncode == 0
    assert "Traceback" not in rest + said
    assert said == ""
    assert [child for child in children if is_alive(child)] == []
    for place in places(ports):
        with pytest.raises(requests.ConnectionError):
            requests.get(place, timeout=5)
    assert list(tmp_path.iterdir()) == []


def test_killed_outright_it_leaves_no_service_running(demo: subprocess.Popen[str], first_port: int) -> None:
    until_ready(demo)
    children = children_of(demo.pid)
    demo.kill()
    demo.communicate(timeout=SECONDS)
    until = time.monotonic() + SECONDS
    while any(map(is_alive, children)):
        assert time.monotonic() < until, "a service outlives the demo"
        time.sleep(0.1)
    assert all(map(is_free, ports_from(first_port)))


@pytest.mark.parametrize("place", [0, 1, 2], ids=Ports._fields)
def test_a_port_in_use_is_said(first_port: int, place: int) -> None:
    with socket.socket() as busy:
        busy.bind(("127.0.0.1", ports_from(first_port)[place]))
        busy.listen()
        command = [str(PROGRAM), "demo", "--port", str(first_port)]
        outcome = subprocess.run(command, capture_output=True, text=True, timeout=SECONDS, check=False)
    assert outcome.returncode == 1
    assert f"port {first_port + place} is in use" in outcome.stderr
    assert outcome.stderr.count("\n") == 1
    assert "Traceback" not in outcome.stderr
