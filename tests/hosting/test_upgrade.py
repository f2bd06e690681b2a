"""A database of any released version becomes one of this version, and nothing that was in it is lost."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from sqlalchemy import Connection, Engine, MetaData, create_engine, inspect, text

from hosting import Database, DatabaseFault, accesses, open_database
from hosting.tables import SCHEMA_VERSION, metadata

# As version 1 wrote it: in SQL, because the tables of today are not those of then.
FIRST_DATA = (
    "INSERT INTO seen_jwt VALUES ('https://ehr.example.org', 'abc', 4000000000)",
    (
        "INSERT INTO card VALUES ('c1', 1795000000, '2026-11', 'general-hospital', 'rls-nutrients', 'iron', "
        "'[\"IRON.RLS_LOW\"]', 'shown', 'matter', 'facts')"
    ),
    "INSERT INTO shown VALUES ('key', 4000000000)",
    (
        "INSERT INTO feedback (digest, ehr, service, card, outcome, accepted, reason_code, comment, outcome_timestamp, "
        "received_at, month) VALUES ('d', 'general-hospital', 'rls-nutrients', 'c1', 'overridden', '[]', "
        "'patient-refuses', 'words', '2026-11-22T08:30:00Z', 1795000000, '2026-11')"
    ),
)


def migrate(connection: Connection, version: str) -> None:
    config = Config()
    config.set_main_option("script_location", "hosting:migrations")
    config.attributes["connection"] = connection
    command.upgrade(config, version)


@pytest.fixture
def first(database_url: str) -> Iterator[str]:
    """The address of a database as the first version left it."""
    engine = create_engine(database_url)
    with engine.begin() as connection:
        migrate(connection, "1")
        for statement in FIRST_DATA:
            connection.execute(text(statement.replace(":30:00Z", r"\:30\:00Z")))
    engine.dispose()
    yield database_url


@pytest.fixture
def upgraded(first: str) -> Iterator[Database]:
    database = open_database(first)
    yield database
    database.close()


def test_everything_is_still_there(upgraded: Database) -> None:
    assert upgraded.was_shown(["key", "other"]) == {"key"}
    [card] = upgraded.cards()
    assert (card.uuid, card.rules, card.matter_key) == ("c1", ("IRON.RLS_LOW",), "matter")
    [report] = upgraded.feedback()
    assert (report.card, report.comment, report.outcome_timestamp) == ("c1", "words", "2026-11-22T08:30:00Z")
    [count] = upgraded.count_feedback()
    assert (count.rules, count.number) == (("IRON.RLS_LOW",), 1)
    assert list(accesses(upgraded)) == []


def test_the_tables_are_those_of_today(upgraded: Database, first: str) -> None:
    engine = create_engine(first)
    with engine.connect() as connection:
        context = MigrationContext.configure(connection)
        assert context.get_current_revision() == SCHEMA_VERSION
        assert compare_metadata(context, metadata) == []
        assert connection.execute(text("SELECT count(*) FROM seen_jwt")).scalar() == 1
    engine.dispose()


@pytest.mark.parametrize("version", [str(number) for number in range(1, int(SCHEMA_VERSION) + 1)])
def test_from_every_version(database_url: str, version: str) -> None:
    engine = create_engine(database_url)
    with engine.begin() as connection:
        migrate(connection, version)
    engine.dispose()
    database = open_database(database_url)
    database.check()
    database.close()


def test_a_new_database_is_as_if_it_had_come_all_the_way(database_url: str) -> None:
    """It is made at once; only what grew from version to version has seen the migrations."""
    engine = create_engine(database_url)
    with engine.begin() as connection:
        migrate(connection, SCHEMA_VERSION)
    grown = described(engine)
    everything = MetaData()
    everything.reflect(engine)
    everything.drop_all(engine)
    open_database(database_url).close()
    assert described(engine) == grown
    engine.dispose()


def described(engine: Engine) -> dict[str, str]:
    """Each table as the database itself tells of it, Alembic's own included."""
    seen = inspect(engine)
    parts = (seen.get_columns, seen.get_pk_constraint, seen.get_indexes, seen.get_unique_constraints)
    told = {table: [part(table) for part in parts] for table in seen.get_table_names()}
    return {table: repr(said) for table, said in told.items()}


def test_a_new_database_is_made_without_alembic(tmp_path: Path) -> None:
    """It is large and slow to import, and no worker needs it."""
    program = f"import hosting, sys; hosting.open_database({f'sqlite:///{tmp_path}/new.db'!r}); print(*sys.modules)"
    told = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout.split()
    assert "sqlalchemy" in told and "alembic" not in told


def test_a_migration_that_fails_leaves_the_old_schema(first: str) -> None:
    engine = create_engine(first)
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE access (number INTEGER)"))  # in the way of version 3
    database = Database(create_engine(first))
    with pytest.raises(DatabaseFault):
        database.check()
    database.close()
    with engine.connect() as connection:
        assert MigrationContext.configure(connection).get_current_revision() == "1"
    engine.dispose()
