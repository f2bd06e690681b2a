"""The CDS service as a child process: started as anybody would start it, asked over HTTP, stopped cleanly."""

from __future__ import annotations

import os
import secrets
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory, TemporaryFile
from typing import IO, Any

import requests

from demo_ehr.mistakes import CannotDemonstrate
from demo_ehr.ports import LOOPBACK, address

SERVICES = "/cds-services"
SECONDS_TO_START = 60
SECONDS_TO_STOP = 20
SECONDS_TO_ANSWER = 15


class CdsService:
    """One running service. Its methods raise ``CannotDemonstrate`` where it does not answer as it should."""

    def __init__(self, process: subprocess.Popen[bytes], port: int, log: IO[bytes]) -> None:
        self._process, self._log = process, log
        self.address = address(port)

    def wait_until_it_answers(self) -> None:
        deadline = time.monotonic() + SECONDS_TO_START
        while not self._answers():
            if not self.is_running:
                raise CannotDemonstrate(f"the CDS service ended at once: {self._last_words()}")
            if time.monotonic() > deadline:
                raise CannotDemonstrate(f"the CDS service did not answer within {SECONDS_TO_START} seconds")
            time.sleep(0.1)

    def call(self, service: str, hook_call: dict[str, Any]) -> dict[str, Any]:
        """The answer to a hook call: ``{"cards": [...]}``."""
        try:
            reply = requests.post(f"{self.address}{SERVICES}/{service}", json=hook_call, timeout=SECONDS_TO_ANSWER)
            reply.raise_for_status()
            answer: dict[str, Any] = reply.json()
        except (requests.RequestException, ValueError) as error:
            raise CannotDemonstrate(f"the CDS service could not answer a hook call: {error}") from None
        return answer

    @property
    def is_running(self) -> bool:
        return self._process.poll() is None

    def stop(self) -> None:
        """Asks it to finish, and insists if it does not."""
        if self.is_running:
            self._process.send_signal(signal.SIGTERM)
        try:
            self._process.wait(SECONDS_TO_STOP)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def _answers(self) -> bool:
        try:
            return requests.get(self.address + SERVICES, timeout=2).ok
        except requests.RequestException:
            return False

    def _last_words(self) -> str:
        self._log.seek(0)
        lines = self._log.read().decode("utf-8", "replace").strip().splitlines()
        return lines[-1] if lines else f"exit status {self._process.returncode}, without a word"


@contextmanager
def cds_service(port: int) -> Iterator[CdsService]:
    """Runs ``rls-nutrients serve`` on ``port`` with authentication off; its database vanishes with it."""
    with TemporaryDirectory(prefix="rls-nutrients-demo-") as folder, TemporaryFile() as log:
        process = subprocess.Popen(
            [*_program(), "serve", "--host", LOOPBACK, "--port", str(port)],
            env=_environment(port, Path(folder)),
            cwd=folder,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            # Ctrl-C in the terminal reaches the whole group: in a session of its own the child is stopped by us alone.
            start_new_session=True,
        )
        service = CdsService(process, port, log)
        try:
            yield service
        finally:
            service.stop()


def _program() -> list[str]:
    """The command beside this Python, so that the demo shows the installation it belongs to."""
    beside = Path(sys.executable).with_name("rls-nutrients")
    return [str(beside)] if beside.exists() else [sys.argv[0]]


def _environment(port: int, folder: Path) -> dict[str, str]:
    """Nothing of the operator's own settings reaches the demo, and nothing of the demo outlives it."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("RLS_")}
    return inherited | {
        "RLS_PUBLIC_URL": address(port),
        "RLS_DATABASE_URL": f"sqlite:///{folder / 'demo.db'}",
        "RLS_SECRET_KEY": secrets.token_urlsafe(48),
        "RLS_CDS_AUTHENTICATION": "off",
    }
