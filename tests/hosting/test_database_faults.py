"""An operator is told why the database cannot be opened, and nobody its password."""

from __future__ import annotations

import re
from pathlib import Path

import psycopg
import pytest

from hosting import ConfigurationError, open_database
from hosting.database_faults import place_of, reason_of
from tests.ports import free_port


def refusal(url: str) -> str:
    with pytest.raises(ConfigurationError, match=r"^RLS_DATABASE_URL: [^\n]+\.$") as told:
        open_database(url)
    assert "hunter2" not in str(told.value)
    return str(told.value).removeprefix("RLS_DATABASE_URL: ").removeprefix("the database cannot be opened: ")


def test_a_server_that_is_not_there_is_named() -> None:
    server = f"127.0.0.1:{free_port()}"
    assert refusal(f"postgresql+psycopg://rls:hunter2@{server}/rls") == f"no server answers at {server}."


def test_a_name_that_nobody_knows_is_told_as_such() -> None:
    told = refusal("postgresql+psycopg://rls:hunter2@no-such-host.invalid/rls")
    assert told == "the name no-such-host.invalid:5432 cannot be resolved."


def test_of_several_servers_none_is_named() -> None:
    ports = [free_port(), free_port()]
    hosts = "&".join(f"host=127.0.0.1:{port}" for port in ports)
    assert refusal(f"postgresql+psycopg://rls:hunter2@/rls?{hosts}") == "no server answers at its host and port."


def test_what_the_server_refuses_is_told_apart(postgresql_url: str) -> None:
    assert "no database of this name" in refusal(re.sub(r"/\w+$", "/hunter2", postgresql_url))
    assert "this user or its password" in refusal(postgresql_url.replace("postgres@", "nobody:hunter2@"))
    assert "speaks no TLS" in refusal(f"{postgresql_url}?sslmode=require")
    assert "behind the ?" in refusal(f"{postgresql_url}?hunter2=1")


@pytest.mark.parametrize(
    "told",
    [
        'connection to server at "h", port 5432 failed: root certificate file "/tls/ca.crt" does not exist',
        'connection to server at "h", port 5432 failed: SSL error: certificate verify failed',
        'connection to server at "h", port 5432 failed: server certificate for "x" does not match host name "h"',
    ],
)
def test_a_certificate_that_is_not_accepted_is_told_as_such(told: str) -> None:
    """libpq's own words (fe-secure-openssl.c, fe-secure-common.c): no server with TLS is at hand here."""
    assert "(sslmode, sslrootcert)" in reason_of(psycopg.OperationalError(told), "h:5432")


def test_a_user_who_may_make_no_tables_is_told_so(postgresql_url: str) -> None:
    with psycopg.connect(postgresql_url.replace("+psycopg", ""), autocommit=True) as connection:
        connection.execute("DROP ROLE IF EXISTS humble")
        connection.execute("CREATE ROLE humble LOGIN")
    assert "making tables" in refusal(postgresql_url.replace("postgres@", "humble@"))


def test_sqlites_faults_are_told_apart(tmp_path: Path) -> None:
    assert "its folder does not exist" in refusal(f"sqlite:///{tmp_path}/hunter2/rls.db")
    other = tmp_path / "hunter2.db"
    other.write_text("no database at all, and long enough to be looked at" * 100)
    assert "no SQLite database" in refusal(f"sqlite:///{other}")


@pytest.mark.parametrize("rest", ["h:hunter2/rls", "rls:p@hunter2:x@host/rls"])
def test_a_port_that_is_no_number_is_a_sentence(rest: str) -> None:
    assert refusal(f"postgresql+psycopg://{rest}").startswith("its port is not a number")


@pytest.mark.parametrize(
    "rest", ["rls:p@hunter2/rls@host/rls", "rls:p@hunter2@host/rls", "rls:p@hunter2?x@host/rls", "/rls?host=a&host=b"]
)
def test_what_may_be_part_of_a_password_is_not_taken_for_the_host(rest: str) -> None:
    assert place_of(f"postgresql+psycopg://{rest}") == "its host and port"
