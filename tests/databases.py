"""Databases to test against: SQLite in a folder of its own, and PostgreSQL where its server is installed."""

from __future__ import annotations

import atexit
import os
import pwd
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from itertools import count
from pathlib import Path

import psycopg
import pytest
from pytest_postgresql.janitor import DatabaseJanitor

from hosting import connections, impatient_connection
from tests.ports import free_port

_NUMBERS = count(1)
_SECONDS_TO_START = 120
_OWN_WAIT, _OWN_SILENCE = connections._SECONDS_TO_WAIT, impatient_connection.SECONDS_OF_SILENCE
_OWN_ANSWER = impatient_connection.SECONDS_TO_ANSWER
# What these databases hold may be lost with the machine.
_NOTHING_TO_LOSE = [word for name in ("fsync", "full_page_writes", "autovacuum") for word in ("-c", f"{name}=off")]
# Holds the server for as long as the tests hold the pipe: tests that are killed leave no server and no folder behind.
# SIGQUIT is PostgreSQL's immediate end; what was frozen by a test it ends itself after five seconds.
_GUARD = """
folder=$1; shift
"$@" </dev/null & server=$!
cat >/dev/null
postmaster=$(head -n 1 "$folder/data/postmaster.pid") && kill -QUIT "$postmaster" || kill $server
wait $server
rm -rf "$folder"
"""


def new_sqlite() -> str:
    """The address of a SQLite database that nobody else uses; it vanishes with the tests."""
    folder = tempfile.mkdtemp(prefix="rls-nutrients-tests-")
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return f"sqlite:///{folder}/service.db"


@pytest.fixture(scope="session", autouse=True)
def patience_with_databases() -> Iterator[None]:
    """A machine that stands still for some seconds makes no fault of a sound database."""
    with pytest.MonkeyPatch.context() as patched:
        _wait_for_databases(patched, 60, 60, 60)
        yield


@pytest.fixture
def impatience(monkeypatch: pytest.MonkeyPatch) -> None:
    """The product's own limits, for tests about them."""
    _wait_for_databases(monkeypatch, _OWN_WAIT, _OWN_SILENCE, _OWN_ANSWER)


def _wait_for_databases(
    patched: pytest.MonkeyPatch, seconds: int, seconds_of_silence: float, seconds_to_answer: float
) -> None:
    patched.setattr(connections, "_SECONDS_TO_WAIT", seconds)
    patched.setitem(connections._OPTIONS, "pool_timeout", seconds)
    patched.setattr(impatient_connection, "SECONDS_OF_SILENCE", seconds_of_silence)
    patched.setattr(impatient_connection, "SECONDS_TO_ANSWER", seconds_to_answer)


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest) -> str:
    """An empty database of each kind."""
    return new_sqlite() if request.param == "sqlite" else request.getfixturevalue("postgresql_url")


@pytest.fixture
def postgresql_url(postgresql_port: int) -> Iterator[str]:
    """An empty PostgreSQL database."""
    name = f"test_{next(_NUMBERS)}"
    with DatabaseJanitor(user="postgres", host="127.0.0.1", port=postgresql_port, dbname=name):
        yield f"postgresql+psycopg://postgres@127.0.0.1:{postgresql_port}/{name}"


@pytest.fixture(scope="session")
def postgresql_port() -> Iterator[int]:
    """A server for these tests alone. Skips where PostgreSQL is not installed, or no user may run it."""
    programs = _programs()
    with tempfile.TemporaryDirectory(prefix="rls-nutrients-postgresql-") as folder:
        owner = _owner(Path(folder))
        data = f"{folder}/data"
        trusting = ["--auth=trust", "--username=postgres", "--encoding=UTF8", "--no-sync"]
        subprocess.run([*owner, str(programs / "initdb"), "-D", data, *trusting], check=True, capture_output=True)
        port = free_port()
        options = ["-p", str(port), "-k", folder, "-c", "listen_addresses=127.0.0.1", *_NOTHING_TO_LOSE]
        server = [*owner, str(programs / "postgres"), "-D", data, *options]
        guard = subprocess.Popen(
            ["/bin/sh", "-c", _GUARD, "guard", folder, *server],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        try:
            _wait_for(port, guard)
            yield port
        finally:
            guard.communicate()


def _programs() -> Path:
    """The folder of the server's programs: on the PATH, or where Debian keeps each version's."""
    found = shutil.which("initdb")
    if found:
        return Path(found).resolve().parent
    versions = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    if not versions:
        pytest.skip("PostgreSQL's server is not installed: what is stored was tested with SQLite only")
    return versions[-1].parent


def _owner(folder: Path) -> list[str]:
    """PostgreSQL does not run as root: the words before a command that make somebody else run it."""
    if os.geteuid() != 0:
        return []
    try:
        user = pwd.getpwnam("postgres")
    except KeyError:
        pytest.skip("PostgreSQL does not run as root, and there is no user postgres to run it")
    os.chown(folder, user.pw_uid, user.pw_gid)
    return ["runuser", "-u", "postgres", "--"]


def _wait_for(port: int, server: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + _SECONDS_TO_START
    while True:
        try:
            psycopg.connect(host="127.0.0.1", port=port, user="postgres", connect_timeout=2).close()
            return
        except psycopg.OperationalError:
            if server.poll() is not None or time.monotonic() > until:
                raise
            time.sleep(0.1)
