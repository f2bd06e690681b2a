"""The service as it runs: ``rls-nutrients serve`` in processes of its own, watched from outside."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import requests

from tests.ports import free_port

SECRET_KEY = "a-secret-of-the-soak-of-more-than-32-characters"
_SECONDS_TO_START = 90
_PROGRAM = "from command_line import main; main()"


@dataclass
class Service:
    process: subprocess.Popen[bytes]
    origin: str
    log: Path
    command: list[str]
    environment: dict[str, str]

    def workers(self) -> list[int]:
        """Process ids of those who answer, the oldest first."""
        pid = self.process.pid
        return sorted(map(int, Path(f"/proc/{pid}/task/{pid}/children").read_text("utf-8").split()))

    def megabytes(self) -> float:
        """Resident memory of all workers together."""
        return sum(_kilobytes(pid, "VmRSS") for pid in self.workers()) / 1024

    def peak_megabytes(self) -> float:
        """The most that was resident at any time, of all workers together."""
        return sum(_kilobytes(pid, "VmHWM") for pid in self.workers()) / 1024

    def processor_seconds(self) -> float:
        """What all workers have spent, by themselves and in the system for them; proc(5), /proc/pid/stat."""
        ticks = [
            Path(f"/proc/{pid}/stat").read_text("utf-8").rpartition(")")[2].split()[11:13] for pid in self.workers()
        ]
        return sum(int(one) for pair in ticks for one in pair) / os.sysconf("SC_CLK_TCK")

    def kill(self) -> None:
        """As a machine that loses its power."""
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait(10)

    def start_again(self) -> None:
        self.process = _started(self.command, self.environment, self.log)
        _wait_for(self)


@contextmanager
def service(
    folder: Path, *entries: dict[str, Any], workers: int = 1, before: str = "", **settings: Any
) -> Iterator[Service]:
    """``entries`` of the registry; ``settings`` by their names in lower case, without prefix. ``before``: a piece of
    Python that the process runs first."""
    port = free_port()
    origin = f"http://127.0.0.1:{port}"
    registry = folder / "registry.toml"
    registry.write_text("".join(_entry(entry) for entry in entries), "utf-8")
    own: dict[str, Any] = {
        "public_url": origin,
        "secret_key": SECRET_KEY,
        "database_url": f"sqlite:///{folder}/service.db",
        "ehr_registry": registry,
        "cds_authentication": "off",
    }
    environment = {name: value for name, value in os.environ.items() if not name.startswith("RLS_")}
    environment |= {f"RLS_{name.upper()}": str(value) for name, value in (own | settings).items()}
    environment["PYTHONPATH"] = os.pathsep.join(sys.path)
    told = ["serve", "--host", "127.0.0.1", "--port", str(port), "--workers", str(workers)]
    command = [sys.executable, "-c", f"{before}\n{_PROGRAM}", *told]
    running = Service(
        _started(command, environment, folder / "log.txt"), origin, folder / "log.txt", command, environment
    )
    try:
        _wait_for(running)
        yield running
    finally:
        if running.process.poll() is None:
            running.kill()


def _started(command: list[str], environment: dict[str, str], log: Path) -> subprocess.Popen[bytes]:
    with log.open("ab") as output:
        return subprocess.Popen(command, env=environment, stdout=output, stderr=output, start_new_session=True)


def _wait_for(running: Service) -> None:
    until = time.monotonic() + _SECONDS_TO_START
    while time.monotonic() < until:
        assert running.process.poll() is None, running.log.read_text("utf-8")[-2000:]
        try:
            requests.get(f"{running.origin}/healthz", timeout=5)
            return
        except requests.RequestException:
            time.sleep(0.1)
    raise AssertionError(f"not answering after {_SECONDS_TO_START} s")


def _entry(entry: dict[str, Any]) -> str:
    return "[[ehr]]\n" + "".join(f"{name} = {json.dumps(value)}\n" for name, value in entry.items())


def _kilobytes(pid: int, what: str) -> int:
    """proc(5), /proc/pid/status; of a process that is gone, none."""
    try:
        lines = Path(f"/proc/{pid}/status").read_text("utf-8").splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) for line in lines if line.startswith(f"{what}:")), 0)
