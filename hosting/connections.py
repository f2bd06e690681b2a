"""How the database is connected to: durable commits, bounded waiting, and nothing of what is stored in an error."""

from __future__ import annotations

import sqlite3
import time
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Engine, create_engine, event, make_url
from sqlalchemy.exc import ArgumentError
from sqlalchemy.pool import ConnectionPoolEntry

from hosting.mistakes import ConfigurationError

_SECONDS_TO_WAIT = 2
# Together one for each call that the server answers at once. An error's text would hold what was to be stored.
_OPTIONS: dict[str, Any] = {
    "pool_size": 8,
    "max_overflow": 24,
    "pool_timeout": _SECONDS_TO_WAIT,
    "hide_parameters": True,
}


def connections(url: str) -> Engine:
    """A pool of connections to ``url``; connects to nothing yet. Raises ConfigurationError."""
    try:
        parsed = make_url(url)
    except ArgumentError:
        parsed = URL.create("unreadable")
    except ValueError:  # not told on: it would quote what may be part of a password
        raise ConfigurationError(
            "RLS_DATABASE_URL: its port is not a number; in a password, write @ as %40, : as %3A and / as %2F."
        ) from None
    if parsed.get_backend_name() == "sqlite":
        return _sqlite(parsed)
    if parsed.get_backend_name() == "postgresql":
        return _postgresql(parsed)
    raise ConfigurationError("RLS_DATABASE_URL: must begin with sqlite:/// or postgresql+psycopg://.")


def _postgresql(url: URL) -> Engine:
    waiting = {"connect_timeout": _SECONDS_TO_WAIT, "tcp_user_timeout": 1000 * _SECONDS_TO_WAIT}
    try:
        from hosting.impatient_connection import ImpatientConnection  # noqa: PLC0415 - its driver may not be there

        engine = create_engine(url, connect_args=waiting, pool_pre_ping=True, **_OPTIONS)
    except ImportError:
        raise ConfigurationError(
            "RLS_DATABASE_URL: PostgreSQL needs its driver: pip install 'rls-nutrients[postgresql]'."
        ) from None
    event.listen(engine, "do_connect", lambda _, __, words, named: ImpatientConnection.connect(*words, **named))
    ask = engine.dialect.do_ping

    def ping(dbapi_connection: Any) -> bool:
        return bool(dbapi_connection.answers(ask))

    engine.dialect.do_ping = ping  # type: ignore[method-assign]
    event.listen(engine, "connect", _impatient)
    return engine


def _impatient(connection: Any, _record: ConnectionPoolEntry) -> None:
    """Set by a statement, because connection poolers refuse start-up options."""
    with connection.cursor() as cursor:
        cursor.execute(f"SET statement_timeout = '{_SECONDS_TO_WAIT}s'")
    connection.commit()


def _sqlite(url: URL) -> Engine:
    if url.database in (None, "", ":memory:"):
        raise ConfigurationError(
            "RLS_DATABASE_URL: a SQLite database needs a file, such as sqlite:///rls-nutrients.db."
        )
    engine = create_engine(url, connect_args={"timeout": _SECONDS_TO_WAIT}, **_OPTIONS)
    event.listen(engine, "do_connect", lambda *_: _private(Path(str(url.database))))
    event.listen(engine, "connect", _durable)
    return engine


def _private(path: Path) -> None:
    """Clinicians' comments are nobody else's to read: a new file is its owner's alone."""
    if not path.exists() and path.parent.is_dir():
        path.touch(mode=0o600)


def _durable(connection: Any, _record: ConnectionPoolEntry) -> None:
    """A commit is on disk when it returns (FULL), and readers do not wait for writers (WAL)."""
    connection.execute("PRAGMA synchronous=FULL")
    until = time.monotonic() + _SECONDS_TO_WAIT
    while True:
        try:
            connection.execute("PRAGMA journal_mode=WAL")
            return
        except sqlite3.OperationalError:  # SQLite does not wait by itself where others turn to WAL just now
            if time.monotonic() > until:
                raise
            time.sleep(0.02)
