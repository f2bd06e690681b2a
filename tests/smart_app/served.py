"""The app as it is served: processes of ``rls-nutrients serve`` on one database, behind one public address."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import requests

from tests.ports import free_port
from tests.smart_app.browser import Answer, over_http
from tests.smart_app.launches import HOME, SECRET_KEY

_SECONDS_TO_START = 120


@dataclass
class Served:
    """One process. ``send`` is what a load balancer does: it passes a request for HOME on to this process."""

    process: subprocess.Popen[bytes]
    origin: str
    log: Path

    def send(self, method: str, address: str, headers: dict[str, str], body: bytes) -> Answer:
        assert address.startswith(HOME)
        return replace(over_http(method, self.origin + address.removeprefix(HOME), headers, body), address=address)

    def kill(self) -> None:
        """As a machine that loses its power: the process and its workers, at once and without a word."""
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait(60)


@contextmanager
def served(folder: Path, registry: str, database_url: str, *, how_many: int) -> Iterator[list[Served]]:
    """So many processes, started together; they share the registry in ``folder``, the secret and the database."""
    (folder / "registry.toml").write_text(registry, "utf-8")
    processes = [_start(folder, database_url, number) for number in range(how_many)]
    try:
        for one in processes:
            _wait_for(one)
        yield processes
    finally:
        for one in processes:
            if one.process.poll() is None:
                one.kill()


def _start(folder: Path, database_url: str, number: int) -> Served:
    port, log = free_port(), folder / f"log-{number}.txt"
    environment = {name: value for name, value in os.environ.items() if not name.startswith("RLS_")}
    own = {
        "RLS_PUBLIC_URL": HOME,
        "RLS_EHR_REGISTRY": str(folder / "registry.toml"),
        "RLS_DATABASE_URL": database_url,
        "RLS_SECRET_KEY": SECRET_KEY,
        "PYTHONPATH": os.pathsep.join(sys.path),
    }
    program = "from command_line import main; main()"
    command = [sys.executable, "-c", program, "serve", "--host", "127.0.0.1", "--port", str(port)]
    with log.open("wb") as output:
        process = subprocess.Popen(
            command, env=environment | own, stdout=output, stderr=subprocess.STDOUT, start_new_session=True
        )
    return Served(process, f"http://127.0.0.1:{port}", log)


def _wait_for(one: Served) -> None:
    deadline = time.monotonic() + _SECONDS_TO_START
    while time.monotonic() < deadline:
        assert one.process.poll() is None, one.log.read_text("utf-8")
        try:
            if requests.get(f"{one.origin}/healthz", timeout=5).status_code == 200:
                return
        except requests.RequestException:
            time.sleep(0.1)
    raise AssertionError(f"not answering after {_SECONDS_TO_START} s: {one.log.read_text('utf-8')}")
