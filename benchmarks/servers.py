"""Starts the servers that are measured, each in a process tree of its own."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parent.parent
COMMAND = Path(sys.executable).with_name("rls-nutrients")
HOOK = "/cds-services/rls-nutrients"
SECRET = "benchmark-" * 4
_SECONDS_TO_START = 60
_BYTECODE = tempfile.TemporaryDirectory(prefix="rls-nutrients-bytecode-")


class Server(NamedTuple):
    """A running server. ``ready_after`` in seconds, from the start of the process to the first connection."""

    pid: int
    port: int
    path: str
    ready_after: float


def free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
        return port


def as_installed() -> dict[str, str]:
    """The environment, with bytecode kept from one start to the next: an installation has compiled it, a checkout on a
    machine for development may be told not to."""
    kept = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    return kept | {"PYTHONPYCACHEPREFIX": _BYTECODE.name}


@contextmanager
def product(
    settings: Mapping[str, str] | None = None, port: int | None = None, program: Path = COMMAND
) -> Iterator[Server]:
    """``rls-nutrients serve`` with one worker and a database of its own. ``program`` may be another installation's."""
    port = port or free_port()
    command = [str(program), "serve", "--port", str(port), "--workers", "1"]
    with tempfile.TemporaryDirectory(prefix="rls-nutrients-bench-") as folder:
        environment = {
            "RLS_DATABASE_URL": f"sqlite:///{folder}/bench.db",
            "RLS_CDS_AUTHENTICATION": "off",
            "RLS_SECRET_KEY": SECRET,
            "RLS_PUBLIC_URL": f"http://127.0.0.1:{port}",
        } | dict(settings or {})
        with running(command, port, HOOK, environment) as server:
            yield server


@contextmanager
def bare() -> Iterator[Server]:
    """The bare application on the same server, granian."""
    port = free_port()
    command = [sys.executable, "-m", "granian", "--interface", "wsgi", "--port", str(port), "--workers", "1"]
    command += ["--blocking-threads", "1", "--no-access-log", "--log-level", "critical", "benchmarks.bare:app"]
    with running(command, port, HOOK) as server:
        yield server


@contextmanager
def running(
    command: Sequence[str], port: int, path: str, environment: Mapping[str, str] | None = None
) -> Iterator[Server]:
    begun = time.monotonic()
    process = subprocess.Popen(
        command,
        env={**as_installed(), "PYTHONPATH": str(ROOT), **(environment or {})},
        cwd=ROOT,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        _wait_for(port, process)
        yield Server(process.pid, port, path, time.monotonic() - begun)
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(30)


def _wait_for(port: int, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + _SECONDS_TO_START
    while time.monotonic() < deadline and process.poll() is None:
        try:
            socket.create_connection(("127.0.0.1", port), 0.2).close()
        except OSError:
            time.sleep(0.01)
        else:
            return
    raise RuntimeError(f"the server on port {port} did not start within {_SECONDS_TO_START} seconds")
