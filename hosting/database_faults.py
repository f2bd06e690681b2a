"""Why a database cannot be used, in fixed words for an operator.

What driver and server say is matched and never quoted: it may hold the address, and with it a password, or what was to
be stored. PostgreSQL's driver passes no SQLSTATE on where a connection is refused, so there its text has to tell;
of a server that speaks another language than English the refusal stays a general one.
"""

from __future__ import annotations

import re
import sqlite3
from typing import Any

from sqlalchemy import URL, make_url
from sqlalchemy.exc import ArgumentError

# By the beginning of the SQLSTATE; PostgreSQL's documentation, appendix A.
_OF_STATES = {
    "28": "the server refuses this user or its password",
    "3D000": "the server has no database of this name",
    "42501": "the user may not do what is needed there, such as making tables in its schema",
    "25006": "the server can only be read: it may be a standby",
    "53300": "the server has no connection left",
}
_OF_WORDS = {
    r"authentication failed|no password supplied|no pg_hba.conf entry|role .* does not exist": _OF_STATES["28"],
    r"database .* does not exist": _OF_STATES["3D000"],
    r"too many (clients|connections)|connection slots": _OF_STATES["53300"],
    r"session is read-only|session is not read-only|hot standby": _OF_STATES["25006"],
    r"resolve host|translate host name": "the name {place} cannot be resolved",
    r"server does not support SSL": "the server at {place} speaks no TLS, and sslmode asks for it",
    r"root certificate file|certificate verify|server certificate|no start line": "the certificate of the server at "
    "{place} is not accepted (sslmode, sslrootcert)",
    r"timeout|timed out|refused|unreachable|No such file|server is silent": "no server answers at {place}",
    r"invalid connection option|invalid .* value": "an option behind the ? is not known, or has no such value",
}
_OF_SQLITE = {
    "SQLITE_CANTOPEN": "its folder does not exist, or the file in it may not be opened",
    "SQLITE_NOTADB": "its file is no SQLite database",
    "SQLITE_READONLY": "its file may not be written",
    "SQLITE_BUSY": "another program holds its file locked",
    "SQLITE_FULL": "its disk is full",
    "SQLITE_CORRUPT": "its file is damaged",
}


def reason_of(error: Exception, place: str) -> str:
    """A clause without its full stop; ``place`` as ``place_of`` tells it."""
    told: Any = getattr(error, "orig", None) or error
    found = _of_sqlite(told) if isinstance(told, sqlite3.Error) else _of_postgresql(told)
    return (found or type(error).__name__).format(place=place)


def place_of(url: str) -> str:
    """``host:port`` of the server, or words instead where part of a password could be taken for it, or there are many.

    A password whose ``@`` is not written as ``%40`` ends too soon, and its rest reads as the host.
    """
    try:
        parsed = make_url(url)
    except (ArgumentError, ValueError):
        parsed = URL.create("unreadable")
    if url.count("@") > 1 or not parsed.host:
        return "its host and port"
    return f"{parsed.host}:{parsed.port or 5432}"


def _of_sqlite(error: sqlite3.Error) -> str | None:
    name = str(getattr(error, "sqlite_errorname", ""))
    return next((reason for kind, reason in _OF_SQLITE.items() if name.startswith(kind)), None)


def _of_postgresql(error: Exception) -> str | None:
    state = str(getattr(error, "sqlstate", None) or "")
    by_state = (reason for beginning, reason in _OF_STATES.items() if state.startswith(beginning))
    by_words = (reason for words, reason in _OF_WORDS.items() if re.search(words, str(error)))
    return next(by_state, None) or next(by_words, None)
