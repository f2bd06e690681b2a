"""Everything that the product logs while the tests run, held against everything that must never be in a log.

A plugin: it listens at the place where lines are written, and fails the very test during which one tells too much.
What services tell that tests start as processes of their own is held against it by whoever starts them.
"""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO, Any

import pytest

from hosting import logs

PATIENTS = Path(__file__).parents[1] / "fixtures" / "patients"
# Invented by tests and fixtures alike, wherever a test plays with a name.
NAMES_IN_TESTS = ("Jane", "Doe", "jane-doe", "p4711")
# Ids of ours and moments: random or a clock's, and never a patient's.
NOT_LOOKED_INTO = frozenset({"timestamp", "request_id", "hook_instance"})
TOKEN = re.compile(r"\beyJ[\w-]{8,}|\bBearer\b|[A-Za-z0-9+/_-]{32,}={0,2}")
written: list[str] = []


def listen() -> None:
    """Once, before anything is logged: lines go where they went, and are kept as well."""
    stream = logs._StandardError
    write = stream.msg

    def msg(self: Any, line: str) -> None:
        written.append(line)
        write(self, line)

    for level in ("msg", "debug", "info", "warning", "error", "critical"):
        setattr(stream, level, msg)


def leaks(lines: Iterable[str]) -> Iterator[str]:
    """Each line that holds what it must not."""
    for line in lines:
        told = json.loads(line)
        texts = " ".join(str(value) for name, value in told.items() if name not in NOT_LOOKED_INTO)
        if _private().search(texts) or TOKEN.search(texts):
            yield line


def lines_of_child(told: IO[bytes]) -> list[str]:
    """The log lines of a child process whose standard error went to this file."""
    told.seek(0)
    return lines_in(told.read().decode())


@contextmanager
def watched(command: Sequence[str], environment: Mapping[str, str]) -> Iterator[subprocess.Popen[bytes]]:
    """A service in a process group of its own, killed at the end if it still runs; its log is held against all this."""
    with TemporaryFile() as told:
        process = subprocess.Popen(
            command, env=environment, stdout=subprocess.DEVNULL, stderr=told, start_new_session=True
        )
        try:
            yield process
        finally:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()
        lines = lines_of_child(told)
    assert lines
    assert list(leaks(lines)) == []


def lines_in(told: str) -> list[str]:
    """The log lines of what a child process has said."""
    return [line for line in told.splitlines() if line.startswith("{")]


@pytest.fixture(autouse=True)
def no_log_tells_of_a_patient() -> Iterator[None]:
    """Names, identifiers and birth dates of the fixtures, and whatever looks like a token."""
    before = len(written)
    yield
    assert list(leaks(written[before:])) == []


@cache
def _private() -> re.Pattern[str]:
    words = sorted({*NAMES_IN_TESTS, *_words_of_patients()}, key=len, reverse=True)
    return re.compile(rf"(?<![A-Za-z0-9])(?:{'|'.join(map(re.escape, words))})(?![A-Za-z0-9])", re.IGNORECASE)


def _words_of_patients() -> Iterator[str]:
    for path in PATIENTS.glob("*.json"):
        for entry in json.loads(path.read_text("utf-8"))["entry"]:
            resource = entry["resource"]
            if resource["resourceType"] == "Patient":
                yield from (resource["id"], resource["birthDate"])
                yield from (identifier["value"] for identifier in resource.get("identifier", ()))
                for name in resource.get("name", ()):
                    yield from (name["family"], *name["given"])


listen()
