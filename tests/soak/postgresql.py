"""PostgreSQL servers of a test's own that can be killed, started again, copied and promoted."""

from __future__ import annotations

import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import Any

import psycopg

from tests import databases
from tests.ports import free_port

_SECONDS_TO_FOLLOW = 30


class Postgresql:
    """One server with its data in ``folder``; empty until it is made ``new`` or a copy of another one."""

    def __init__(self, folder: Path) -> None:
        self._programs = databases._programs()
        self._folder = folder
        self._owner = databases._owner(folder)
        self.port = free_port()

    @property
    def url(self) -> str:
        return f"postgresql+psycopg://postgres@127.0.0.1:{self.port}/postgres"

    def new(self) -> None:
        self._run("initdb", "-D", f"{self._folder}/data", "--auth=trust", "--username=postgres", "--encoding=UTF8")

    def copy_of(self, primary: Postgresql) -> None:
        """Follows the other one as soon as it is started, under the name ``standby``."""
        source = f"host=127.0.0.1 port={primary.port} user=postgres application_name=standby"
        self._run("pg_basebackup", "-D", f"{self._folder}/data", "-d", source, "-R", "--checkpoint=fast")

    def start(self) -> None:
        options = f"-p {self.port} -k {self._folder} -c listen_addresses=127.0.0.1"
        self._run("pg_ctl", "-D", f"{self._folder}/data", "-w", "-l", f"{self._folder}/log", "-o", options, "start")

    def stop(self) -> None:
        """As by a power cut."""
        self._run("pg_ctl", "-D", f"{self._folder}/data", "-m", "immediate", "-w", "stop")

    def promote(self) -> None:
        self._run("pg_ctl", "-D", f"{self._folder}/data", "-w", "promote")

    def acknowledge_with_standby_only(self) -> None:
        """From now on a commit returns when the standby has it too; waits until it follows."""
        self.ask("ALTER SYSTEM SET synchronous_standby_names = 'standby'")
        self.ask("SELECT pg_reload_conf()")
        until = time.monotonic() + _SECONDS_TO_FOLLOW
        while self.ask("SELECT sync_state FROM pg_stat_replication") != [("sync",)]:
            assert time.monotonic() < until, "the standby does not follow"
            time.sleep(0.1)

    def ask(self, statement: str) -> list[Any]:
        with psycopg.connect(host="127.0.0.1", port=self.port, user="postgres", autocommit=True) as connection:
            cursor = connection.execute(statement.encode())
            return cursor.fetchall() if cursor.description else []

    def process(self) -> int:
        """Of its first process, which all others are children of."""
        return int((self._folder / "data" / "postmaster.pid").read_text("utf-8").splitlines()[0])

    def _run(self, program: str, *words: str) -> None:
        command = [*self._owner, str(self._programs / program), *words]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


@contextmanager
def postgresql() -> Iterator[Postgresql]:
    """One server, running."""
    with _servers(1) as [server]:
        server.new()
        server.start()
        yield server


@contextmanager
def primary_and_standby() -> Iterator[tuple[Postgresql, Postgresql]]:
    """Two servers, running: nothing is acknowledged that is not on both."""
    with _servers(2) as [primary, standby]:
        primary.new()
        primary.start()
        standby.copy_of(primary)
        standby.start()
        primary.acknowledge_with_standby_only()
        yield primary, standby


def whichever_writes(*servers: Postgresql) -> str:
    """The address of several servers, of which one may be written to."""
    hosts = "".join(f"host=127.0.0.1:{server.port}&" for server in servers)
    return f"postgresql+psycopg://postgres@/postgres?{hosts}target_session_attrs=read-write"


@contextmanager
def _servers(number: int) -> Iterator[list[Postgresql]]:
    """Stopped at the end, whatever became of them."""
    with ExitStack() as stack:
        folders = [
            stack.enter_context(tempfile.TemporaryDirectory(prefix="rls-nutrients-postgresql-")) for _ in range(number)
        ]
        servers = [Postgresql(Path(folder)) for folder in folders]
        for server in servers:
            stack.callback(_stop_if_running, server)
        yield servers


def _stop_if_running(server: Postgresql) -> None:
    with suppress(subprocess.CalledProcessError):
        server.stop()
