"""One ``rls-nutrients serve`` as a child process: started as anybody would start it, watched, stopped cleanly."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO

import requests

from demo_ehr.mistakes import CannotDemonstrate
from demo_ehr.ports import LOOPBACK, address
from demo_ehr.stage import Stage

SECONDS_TO_START = 60
SECONDS_TO_STOP = 20


# Where the demo is killed outright, so that it can stop nothing itself, the pipe it held ends, and the guard acts.
_GUARD = 'read -r _; kill -TERM "$1"'


class Service:
    """``name`` is what a person calls it. Raises ``CannotDemonstrate`` where it does not start or ends by itself."""

    def __init__(self, name: str, port: int, stage: Stage, log: IO[bytes]) -> None:
        self.name, self.port = name, port
        self._stage, self._log = stage, log
        self._process: subprocess.Popen[bytes] | None = None
        self._guard: subprocess.Popen[bytes] | None = None

    @property
    def address(self) -> str:
        return address(self.port)

    @property
    def is_running(self) -> bool:
        return self._process is not None and self._process.poll() is None

    def start(self, **further: str) -> None:
        """``further`` variables of the environment are for this start only."""
        self._process = subprocess.Popen(
            [*_program(), "serve", "--host", LOOPBACK, "--port", str(self.port)],
            env=self._stage.environment(self.port, **further),
            cwd=self._stage.folder,
            stdin=subprocess.DEVNULL,
            stdout=self._log,
            stderr=self._log,
            # Ctrl-C in the terminal reaches the whole group: in a session of its own the child is stopped by us alone.
            start_new_session=True,
        )
        self._guard = _guard_of(self._process)

    def wait_until_it_answers(self) -> None:
        deadline = time.monotonic() + SECONDS_TO_START
        while not self._answers():
            if not self.is_running:
                raise CannotDemonstrate(f"the {self.name} ended at once: {self._last_words()}")
            if time.monotonic() > deadline:
                raise CannotDemonstrate(f"the {self.name} did not answer within {SECONDS_TO_START} seconds")
            time.sleep(0.1)

    def ask_to_stop(self) -> None:
        if self._process is not None and self.is_running:
            self._process.send_signal(signal.SIGTERM)

    def stop(self) -> None:
        """Asks it to finish, and insists if it does not."""
        self.ask_to_stop()
        if self._process is None:
            return
        try:
            self._process.wait(SECONDS_TO_STOP)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._dismiss_guard()

    def _dismiss_guard(self) -> None:
        """Only after the service: its number may then be another process's, which is not to be stopped."""
        if self._guard is not None:
            self._guard.kill()
            self._guard.communicate()
            self._guard = None

    def _answers(self) -> bool:
        with requests.Session() as session:
            session.trust_env = False  # a proxy of the machine has nothing to do with its loopback
            try:
                return session.get(f"{self.address}/readyz", timeout=2).ok
            except requests.RequestException:
                return False

    def _last_words(self) -> str:
        self._log.seek(0)
        lines = self._log.read().decode("utf-8", "replace").strip().splitlines()
        return lines[-1] if lines else "without a word"


@contextmanager
def service(name: str, port: int, stage: Stage) -> Iterator[Service]:
    """A service that is not started yet, and is stopped at the end, whatever happens."""
    with TemporaryFile() as log:
        one = Service(name, port, stage, log)
        try:
            yield one
        finally:
            one.stop()


def _guard_of(process: subprocess.Popen[bytes]) -> subprocess.Popen[bytes]:
    """A process in a session of its own, that asks the service to stop when nobody holds its pipe any more."""
    return subprocess.Popen(
        ["/bin/sh", "-c", _GUARD, "guard", str(process.pid)],
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )


def _program() -> list[str]:
    """The command beside this Python, so that the demo shows the installation it belongs to."""
    beside = Path(sys.executable).with_name("rls-nutrients")
    return [str(beside)] if beside.exists() else [sys.argv[0]]
