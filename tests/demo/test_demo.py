"""The demo as a person starts and stops it."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from threading import Timer

import pytest
import requests

from demo_ehr.ports import address, is_free, ports_from

SECONDS = 90


def free_first_port() -> int:
    """A port with two free ones behind it."""
    while True:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            first = int(probe.getsockname()[1])
        if first < 65000 and all(is_free(port) for port in ports_from(first)):
            return first


@pytest.fixture
def first_port() -> int:
    return free_first_port()


@pytest.fixture
def demo(first_port: int, tmp_path: Path) -> Iterator[subprocess.Popen[str]]:
    """A running demo; killed if a test leaves it behind or it never says anything."""
    program = Path(sys.executable).with_name("rls-nutrients")
    command = [str(program), "demo", "--port", str(first_port)]
    environment = {**os.environ, "PYTHONUNBUFFERED": "1", "RLS_SECRET_KEY": "too short", "TMPDIR": str(tmp_path)}
    with subprocess.Popen(
        command, cwd=tmp_path, env=environment, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        alarm = Timer(SECONDS, process.kill)
        alarm.start()
        yield process
        alarm.cancel()
        if process.poll() is None:
            process.terminate()


def until_ready(process: subprocess.Popen[str]) -> list[str]:
    assert process.stdout is not None
    lines = []
    for line in process.stdout:
        lines.append(line.rstrip("\n"))
        if lines[-1] == "ready":
            return lines
    assert process.stderr is not None
    raise AssertionError(f"never ready: {process.stderr.read()}")


@pytest.mark.parametrize("ending", [signal.SIGINT, signal.SIGTERM], ids=["Ctrl-C", "terminate"])
def test_it_shows_cards_serves_and_stops(
    demo: subprocess.Popen[str], first_port: int, tmp_path: Path, ending: signal.Signals
) -> None:
    text = "\n".join(until_ready(demo))
    for banner in ("Fictional, Ada", "Pretend, Edwin", "Phantom, Gustav"):
        assert banner in text
    assert "warning" in text
    service = address(ports_from(first_port).cds_service)
    assert f"{service}/cds-services" in text
    assert requests.get(f"{service}/cds-services", timeout=10).json()["services"]

    demo.send_signal(ending)
    rest, said = demo.communicate(timeout=40)
    assert demo.returncode == 0
    assert "Traceback" not in rest + said
    assert said == ""
    with pytest.raises(requests.ConnectionError):
        requests.get(f"{service}/cds-services", timeout=5)
    assert list(tmp_path.iterdir()) == []


def test_a_port_in_use_is_said(first_port: int) -> None:
    program = Path(sys.executable).with_name("rls-nutrients")
    with socket.socket() as busy:
        busy.bind(("127.0.0.1", ports_from(first_port).cds_service))
        busy.listen()
        command = [str(program), "demo", "--port", str(first_port)]
        outcome = subprocess.run(command, capture_output=True, text=True, timeout=SECONDS, check=False)
    assert outcome.returncode == 1
    assert "in use" in outcome.stderr
    assert outcome.stderr.count("\n") == 1
    assert "Traceback" not in outcome.stderr
