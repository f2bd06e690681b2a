"""docs/first-connection.md, followed word by word: each command is run, each answer is looked for.

Only the ports are others, and the folder is an empty one.
"""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

from demo_ehr.ports import LOOPBACK
from tests.demo.running import log_lines
from tests.every_log import leaks
from tests.house.manuals import Block, blocks, differences
from tests.ports import free_port

PAGE = "docs/first-connection.md"
SECONDS = 180
NOT_RUN = "not run by the test: you are reading a clone"


class Reader:
    """Somebody who does what the page says. ``environment`` grows by what is exported."""

    def __init__(self, folder: Path, first: int, processes: ExitStack) -> None:
        self.folder, self.first, self.processes = folder, first, processes
        inherited = {name: value for name, value in os.environ.items() if not name.startswith("RLS_")}
        self.environment = {**inherited, "TMPDIR": str(folder)}
        self.said = ""
        (folder / ".venv").symlink_to(Path(sys.executable).parents[1])

    def here(self, text: str) -> str:
        """With the ports of this run."""
        return re.sub(r"\b800([0-3])\b", lambda port: str(self.first + int(port[1])), text)

    def follow(self, block: Block) -> None:
        text = self.here(block.text)
        match block.title:
            case "run":
                self.said = self._run(text)
            case "settings":
                names = re.findall(r"^export (\w+)=", text, re.MULTILINE)
                told = self._run(f"{text}\nenv -0").split("\0")
                self.environment |= {
                    name: value for name, _, value in (one.partition("=") for one in told) if name in names
                }
            case "start":
                self.processes.enter_context(self._started(text))
            case "expected":
                self._expect(block.kind, text)
            case "registry.toml":
                (self.folder / "registry.toml").write_text(text, "utf-8")
            case other:
                assert other == NOT_RUN, f"what is to be done with the block {other}?"

    def _run(self, command: str) -> str:
        done = subprocess.run(
            ["bash", "-c", command], cwd=self.folder, env=self.environment, text=True, capture_output=True,
            timeout=SECONDS, check=False,
        )  # fmt: skip
        return done.stdout + done.stderr

    def _expect(self, kind: str, text: str) -> None:
        if kind == "json":
            assert list(differences(json.loads(text), json.loads(self.said))) == []
        else:
            assert text.strip() in self.said

    @contextmanager
    def _started(self, command: str) -> Iterator[None]:
        process = subprocess.Popen(
            command.split(), cwd=self.folder, env=self.environment | {"PYTHONUNBUFFERED": "1"}, text=True,
            stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        lines: list[str] = []
        try:
            self._wait(process, command)
            yield
            lines = log_lines(process)
        finally:
            process.send_signal(signal.SIGINT)
            process.communicate(timeout=SECONDS)
        assert list(leaks(lines)) == []

    def _wait(self, process: subprocess.Popen[str], command: str) -> None:
        """For ``ready`` of the demo; for the port of the service."""
        if " demo " in command:
            assert process.stdout is not None
            assert any(line.strip() == "ready" for line in process.stdout)
            return
        deadline = time.monotonic() + SECONDS
        while not _listens(self.first + 3):
            assert process.poll() is None, "it ended at once"
            assert time.monotonic() < deadline
            time.sleep(0.1)


def _listens(port: int) -> bool:
    """Asked from outside: whoever tries the port by taking it may be in the way of the service."""
    with socket.socket() as caller:
        return caller.connect_ex((LOOPBACK, port)) == 0


@pytest.fixture
def reader(tmp_path: Path) -> Iterator[Reader]:
    first = free_port(behind=3)
    with ExitStack() as processes:
        yield Reader(tmp_path, first, processes)


def test_word_by_word(reader: Reader) -> None:
    for number, block in enumerate(blocks(PAGE)):
        try:
            reader.follow(block)
        except AssertionError as error:
            raise AssertionError(f"block {number}, {block.text.strip()[:200]}\n{reader.said[:2000]}") from error


def test_every_command_is_followed_by_what_to_expect() -> None:
    """A command of which nothing is expected could fail unseen."""
    found = [
        (block.title, after.title)
        for block, after in zip(blocks(PAGE), [*blocks(PAGE)[1:], None], strict=True)
        if after
    ]
    silent = [pair for pair in found if pair[0] == "run" and pair[1] != "expected"]
    assert silent == []
