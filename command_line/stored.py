"""The database for a command: opened from the settings, closed afterwards, and every fault told in one line."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from command_line.failures import Failure
from hosting import ConfigurationError, Database, DatabaseFault, Settings, open_database, read_settings


@contextmanager
def stored() -> Iterator[tuple[Database, Settings]]:
    try:
        settings = read_settings()
        database = open_database(settings.database_url)
    except ConfigurationError as error:
        raise Failure(*str(error).splitlines()) from None
    try:
        yield database, settings
    except DatabaseFault as fault:
        raise Failure(f"the database does not answer ({fault})") from None
    finally:
        database.close()
