"""Brings the database to the schema of this version, also where several workers start at the same moment."""

from __future__ import annotations

from threading import Lock

from sqlalchemy import (
    Column,
    Connection,
    Engine,
    MetaData,
    PrimaryKeyConstraint,
    String,
    Table,
    insert,
    inspect,
    text,
)

from hosting.mistakes import ConfigurationError
from hosting.tables import SCHEMA_VERSION, metadata

# Any number will do, as long as nobody else on the same PostgreSQL database locks it.
_LOCK = 7_531_902_118
# As Alembic makes it. Not among our own tables, or it would compare itself with them.
_alembic_version = Table(
    "alembic_version",
    MetaData(),
    Column("version_num", String(32), nullable=False),
    PrimaryKeyConstraint("version_num", name="alembic_version_pkc"),
)
# Alembic works with globals: in one process only one database at a time can be upgraded.
_upgrading = Lock()


def migrate(engine: Engine) -> None:
    """Runs what is missing; one worker at a time. Raises ConfigurationError where the database is newer than we are."""
    with engine.connect() as connection:
        if _version(connection) == SCHEMA_VERSION:
            return
    with engine.begin() as connection:
        _wait_for_turn(connection)
        version = _version(connection)
        if version != SCHEMA_VERSION:
            _upgrade(connection, version)


def _version(connection: Connection) -> str | None:
    if not inspect(connection).has_table("alembic_version"):
        return None
    version: str | None = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
    return version


def _wait_for_turn(connection: Connection) -> None:
    if connection.dialect.name == "sqlite":
        connection.execute(text("BEGIN IMMEDIATE"))
    else:
        connection.execute(text("SET LOCAL statement_timeout = 0"))
        connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})


def _upgrade(connection: Connection, version: str | None) -> None:
    if version is None and not inspect(connection).get_table_names():
        _create(connection)
        return
    from alembic import command  # noqa: PLC0415 - needed once in a version's life, slow to import and 8 MB large
    from alembic.config import Config  # noqa: PLC0415

    if version is not None and int(version) > int(SCHEMA_VERSION):
        raise ConfigurationError(f"RLS_DATABASE_URL: the database has schema {version}, made by a newer version.")
    config = Config()
    config.set_main_option("script_location", "hosting:migrations")
    config.attributes["connection"] = connection
    with _upgrading:
        command.upgrade(config, "head")


def _create(connection: Connection) -> None:
    """An empty database gets the newest schema at once, and Alembic finds it said where it would say so itself."""
    metadata.create_all(connection)
    _alembic_version.create(connection)
    connection.execute(insert(_alembic_version).values(version_num=SCHEMA_VERSION))
