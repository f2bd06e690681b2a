"""Starts a server as a child process and measures what calls cost it: CPU of its whole process tree, and wall time."""

from __future__ import annotations

import http.client
import os
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

PATH = "/cds-services/rls-nutrients"
_TICKS = os.sysconf("SC_CLK_TCK")
_ROOT = Path(__file__).parent.parent


class Cost(NamedTuple):
    """Per request: CPU milliseconds of the process tree, wall milliseconds at the median and the 99th percentile."""

    cpu_ms: float
    p50_ms: float
    p99_ms: float
    per_second: float


@contextmanager
def serving(target: str, *, factory: bool) -> Iterator[int]:
    """Runs ``target`` on granian with one worker, as the product does; yields the port."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [
        sys.executable,
        "-m",
        "granian",
        "--interface",
        "wsgi",
        "--port",
        str(port),
        "--workers",
        "1",
        "--blocking-threads",
        "1",
        "--no-access-log",
        "--log-level",
        "critical",
    ]
    folder = tempfile.TemporaryDirectory(prefix="rls-nutrients-bench-")
    environment = {
        **os.environ,
        "RLS_DATABASE_URL": f"sqlite:///{folder.name}/bench.db",
        "RLS_CDS_AUTHENTICATION": "off",
        "RLS_SECRET_KEY": "benchmark-" * 4,
        "PYTHONPATH": str(_ROOT),
    }
    server = subprocess.Popen(
        [*command, *(["--factory"] if factory else []), target],
        env=environment,
        cwd=_ROOT,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        _wait_for(port)
        yield port
    finally:
        server.send_signal(signal.SIGTERM)
        server.wait(10)
        folder.cleanup()


def _wait_for(port: int) -> None:
    deadline = time.monotonic() + 15
    while time.monotonic() < deadline:
        try:
            socket.create_connection(("127.0.0.1", port), 0.2).close()
        except OSError:
            time.sleep(0.05)
        else:
            return
    raise TimeoutError("the server did not start within 15 seconds")


def measure(ports: dict[str, int], body: bytes, calls: int, rounds: int = 5) -> dict[str, Cost]:
    """Calls the servers in turn, round by round, so that a machine that slows down slows all of them."""
    walls: dict[str, list[float]] = {name: [] for name in ports}
    cpu: dict[str, list[float]] = {name: [] for name in ports}
    for port in ports.values():
        _calls(port, body, max(20, calls // 5))
    for _ in range(rounds):
        for name, port in ports.items():
            before = _cpu_seconds(port)
            walls[name] += _calls(port, body, calls)
            cpu[name].append((_cpu_seconds(port) - before) * 1000 / calls)
    return {name: _cost(cpu[name], walls[name]) for name in ports}


def _cost(cpu: list[float], walls: list[float]) -> Cost:
    ordered = sorted(walls)
    mean = statistics.fmean(ordered)
    return Cost(
        statistics.median(cpu), ordered[len(ordered) // 2] * 1000, ordered[int(len(ordered) * 0.99)] * 1000, 1 / mean
    )


def _calls(port: int, body: bytes, calls: int) -> list[float]:
    connection = http.client.HTTPConnection("127.0.0.1", port)
    walls = []
    for _ in range(calls):
        begun = time.perf_counter()
        connection.request("POST", PATH, body, {"Content-Type": "application/json"})
        answer = connection.getresponse()
        payload = answer.read()
        walls.append(time.perf_counter() - begun)
        if answer.status != 200 or b'"summary"' not in payload:
            raise RuntimeError(f"answered {answer.status}: {payload[:200]!r}")
    connection.close()
    return walls


def _cpu_seconds(port: int) -> float:
    """User and system time of the server listening on ``port`` and of all its children, finished or not."""
    parent = next(pid for pid in _processes() if _listens(pid, port))
    return sum(_times(pid) for pid in _tree(parent))


def _processes() -> list[int]:
    return [int(entry.name) for entry in Path("/proc").iterdir() if entry.name.isdigit()]


def _listens(pid: int, port: int) -> bool:
    try:
        command = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
    except OSError:
        return False
    return b"granian" in b" ".join(command) and str(port).encode() in command


def _tree(root: int) -> list[int]:
    found = [root]
    for pid in _processes():
        if _parent(pid) in found and pid not in found:
            found.append(pid)
    return found


def _parent(pid: int) -> int:
    try:
        return int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])
    except OSError:
        return -1


def _times(pid: int) -> float:
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0.0
    return sum(int(field) for field in fields[11:15]) / _TICKS
