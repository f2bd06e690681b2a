"""A demo as a person starts it: a child process, known by what it prints."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Timer

from demo_ehr.ports import Ports
from tests.every_log import lines_of_child
from tests.ports import free_port

PROGRAM = Path(sys.executable).with_name("rls-nutrients")
SECONDS = 180


def free_first_port() -> int:
    """A port with as many free ones behind it as a demo needs."""
    return free_port(behind=len(Ports._fields) - 1)


@contextmanager
def running_demo(first_port: int, folder: Path, *, alarm_after: float = SECONDS) -> Iterator[subprocess.Popen[str]]:
    """``folder`` is where it may leave nothing behind. It is killed if it never says anything."""
    environment = {**os.environ, "PYTHONUNBUFFERED": "1", "RLS_SECRET_KEY": "too short", "TMPDIR": str(folder)}
    with subprocess.Popen(
        [str(PROGRAM), "demo", "--port", str(first_port)],
        cwd=folder,
        env=environment,
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as process:
        alarm = Timer(alarm_after, process.kill)
        alarm.start()
        try:
            yield process
        finally:
            alarm.cancel()
            if process.poll() is None:
                process.terminate()


def until_ready(process: subprocess.Popen[str]) -> list[str]:
    """The lines it prints, ``ready`` included."""
    assert process.stdout is not None
    lines = []
    for line in process.stdout:
        lines.append(line.rstrip("\n"))
        if lines[-1] == "ready":
            return lines
    assert process.stderr is not None
    raise AssertionError(f"never ready: {process.stderr.read()}")


def log_lines(process: subprocess.Popen[str]) -> list[str]:
    """What the services behind the demo have logged so far. Their files have no name; only Linux shows them still."""
    threads = Path(f"/proc/{process.pid}/task").glob("*/children")
    services = [child for listed in threads for child in listed.read_text("utf-8").split()]
    lines = []
    for service in services:
        with Path(f"/proc/{service}/fd/2").open("rb") as told:
            lines += lines_of_child(told)
    return lines
