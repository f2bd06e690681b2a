"""What is stored is there afterwards, once, whoever stores it at the same moment, in SQLite and PostgreSQL alike."""

from __future__ import annotations

import multiprocessing
import os
import signal
import stat
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, create_engine, text

from hosting import (
    CardRecord,
    ConfigurationError,
    Database,
    DatabaseFault,
    FeedbackReport,
    Settings,
    connections,
    database_of,
    derived_key,
    impatient_connection,
    open_database,
)
from hosting.tables import SCHEMA_VERSION, metadata
from tests.databases import new_sqlite

SOON = int(time.time()) + 6 * 3600  # after any run of the suite has ended, on a slow machine too
OVERRIDDEN = FeedbackReport(
    ehr="general-hospital",
    service="rls-nutrients",
    card="c1",
    outcome="overridden",
    outcome_timestamp="2026-11-22T08:30:00Z",
    received_at=1_795_000_000,
    reason_code="patient-refuses",
    reason_system="http://terminology.hl7.org/CodeSystem/non-adherence-reason-codes",
    comment="Übelkeit\x00 😐",
)
SHOWN = CardRecord(
    uuid="c1",
    fired_at=1_795_000_000,
    ehr="general-hospital",
    service="rls-nutrients",
    topic="iron",
    rules=("IRON.RLS_LOW", "FE03"),
    fate="shown",
    matter_key="matter",
    facts_key="facts",
)


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    opened = open_database(database_url)
    yield opened
    opened.close()


def test_a_token_is_new_once(database: Database) -> None:
    assert database.remember_token("https://ehr.example.org", "1", SOON)
    assert not database.remember_token("https://ehr.example.org", "1", SOON)
    assert database.remember_token("https://ehr.example.org", "2", SOON)
    assert database.remember_token("https://other.example.org", "1", SOON)


@pytest.mark.parametrize("jti", ["", "\x00", "x" * 100_000, "\ud800", "'; DROP TABLE seen_jwt; --"])
def test_any_text_may_be_the_id_of_a_token(database: Database, jti: str) -> None:
    assert [database.remember_token("issuer", jti, SOON) for _ in range(2)] == [True, False]


def test_long_expired_tokens_are_forgotten(database: Database, database_url: str) -> None:
    database.remember_token("issuer", "old", int(time.time()) - 7200)
    database.remember_token("issuer", "new", SOON)
    database.close()
    again = open_database(database_url)
    assert not again.remember_token("issuer", "new", SOON)
    assert again.remember_token("issuer", "old", SOON)
    again.close()


def remember_many(url: str, at: float, results: multiprocessing.Queue[list[bool]]) -> None:
    while time.time() < at:
        time.sleep(0.001)
    database = open_database(url)
    results.put([database.remember_token("issuer", str(number), SOON) for number in range(25)])


def test_of_many_workers_that_start_at_once_one_wins_each_token(database_url: str) -> None:
    processes = multiprocessing.get_context("spawn")
    results = processes.Queue()
    at = time.time() + 3
    workers = [processes.Process(target=remember_many, args=(database_url, at, results)) for _ in range(3)]
    for worker in workers:
        worker.start()
    answers = [results.get(timeout=300) for _ in workers]
    for worker in workers:
        worker.join()
    assert [sum(answer[number] for answer in answers) for number in range(25)] == [1] * 25


def test_many_threads_may_open_an_empty_database_at_once(database_url: str) -> None:
    start = threading.Barrier(8)
    faults: list[Exception] = []

    def open_it() -> None:
        start.wait()
        try:
            open_database(database_url).close()
        except ConfigurationError as error:
            faults.append(error)

    threads = [threading.Thread(target=open_it) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert faults == []


def test_several_databases_may_be_opened_at_once_in_one_process() -> None:
    urls, faults = [new_sqlite() for _ in range(6)], []

    def open_it(url: str) -> None:
        try:
            open_database(url).close()
        except Exception as error:
            faults.append(error)

    threads = [threading.Thread(target=open_it, args=(url,)) for url in urls]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert faults == []


def test_feedback_comes_back_as_it_was_stored(database: Database) -> None:
    accepted = replace(OVERRIDDEN, outcome="accepted", accepted=("s1", "s2"), reason_code=None, comment=None)
    database.store_feedback([OVERRIDDEN, accepted])
    assert list(database.feedback()) == [replace(OVERRIDDEN, comment="Übelkeit\ufffd 😐"), accepted]


def test_the_same_report_is_kept_once_and_every_other_one_too(database: Database) -> None:
    later = replace(OVERRIDDEN, outcome_timestamp="2026-11-22T08:31:00Z")
    database.store_feedback([OVERRIDDEN, OVERRIDDEN])
    database.store_feedback([replace(OVERRIDDEN, received_at=1_795_000_999), later])
    assert [report.outcome_timestamp for report in database.feedback()] == [
        "2026-11-22T08:30:00Z",
        "2026-11-22T08:31:00Z",
    ]


def test_cards_come_back_with_their_fate(database: Database) -> None:
    silent = replace(SHOWN, uuid="c2", fate="shadow", matter_key=None, facts_key=None, fired_at=SHOWN.fired_at + 1)
    database.record_cards([silent, SHOWN])
    database.record_cards([SHOWN])
    assert list(database.cards()) == [SHOWN, silent]
    assert database.ehrs_of_cards({"c1", "unknown"}) == {"c1": "general-hospital"}


def test_cards_that_are_kept_soon_are_found_at_once(database: Database) -> None:
    for number in range(50):
        database.record_cards_soon([replace(SHOWN, uuid=f"c{number}")])
        assert database.ehrs_of_cards({f"c{number}"})
    assert len(list(database.cards())) == sum(count.number for count in database.count_cards()) == 50


def test_cards_that_are_kept_soon_are_on_disk_when_it_is_closed(database: Database, database_url: str) -> None:
    database.record_cards_soon([SHOWN])
    database.close()
    again = open_database(database_url)
    assert list(again.cards()) == [SHOWN]
    again.close()


def test_cards_of_this_process_are_found_by_whichever_way(database: Database, database_url: str) -> None:
    database_of(Settings(database_url=database_url)).record_cards_soon([SHOWN])
    assert list(database.cards()) == [SHOWN]


def leave_with_cards(url: str) -> None:
    """Ends as a worker of the server does: by returning, with cards that are not written yet."""
    database = database_of(Settings(database_url=url))
    database.check()
    slow = database.record_cards

    def slowly(records: list[CardRecord]) -> None:
        time.sleep(0.5)
        slow(records)

    database.record_cards = slowly  # type: ignore[method-assign, assignment]
    for number in range(5):
        database.record_cards_soon([replace(SHOWN, uuid=f"c{number}")])


def fork_and_leave_with_cards(url: str) -> None:
    """As the server does it: from a process that has no threads, whose locks a child would inherit as they are."""
    worker = multiprocessing.get_context("fork").Process(target=leave_with_cards, args=(url,))
    worker.start()
    worker.join()


@pytest.mark.parametrize("work", [leave_with_cards, fork_and_leave_with_cards])
def test_a_process_that_ends_by_itself_writes_its_cards_first(database_url: str, work: Callable[[str], None]) -> None:
    worker = multiprocessing.get_context("spawn").Process(target=work, args=(database_url,))
    worker.start()
    worker.join(300)
    database = open_database(database_url)
    assert len(list(database.cards())) == 5
    database.close()


def test_what_was_last_shown_tells_whether_it_was_overridden(database: Database) -> None:
    database.record_cards([SHOWN, replace(SHOWN, uuid="c2", facts_key="others", fate="repeated")])
    database.store_feedback([replace(OVERRIDDEN, ehr="another-hospital")])
    assert [one.overridden for one in database.last_shown({"matter": ""}, SHOWN.fired_at)] == [False]
    database.store_feedback([OVERRIDDEN])
    [found] = database.last_shown(["matter"], SHOWN.fired_at)
    assert (found.matter_key, found.facts_key, found.overridden) == ("matter", "facts", True)
    assert database.last_shown(["matter"], SHOWN.fired_at + 1) == []
    assert database.last_shown(["another"], 0) == []


def test_keys_are_remembered_for_as_long_as_asked(database: Database) -> None:
    database.remember_shown(["a", "b"], 3600)
    database.remember_shown(["b"], -1)
    assert database.was_shown(["a", "b", "c"]) == {"a"}
    assert database.was_shown([]) == frozenset()


def test_the_tables_are_those_of_the_newest_migration(database: Database, database_url: str) -> None:
    engine = create_engine(database_url)
    with engine.connect() as connection:
        context = MigrationContext.configure(connection)
        assert context.get_current_revision() == SCHEMA_VERSION
        assert compare_metadata(context, metadata) == []
    engine.dispose()


def test_the_newest_migration_is_the_one_we_speak_of() -> None:
    config = Config()
    config.set_main_option("script_location", "hosting:migrations")
    assert ScriptDirectory.from_config(config).get_heads() == [SCHEMA_VERSION]


def test_a_database_of_a_newer_version_is_left_alone(database: Database, database_url: str) -> None:
    engine = create_engine(database_url)
    with engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '999'"))
    engine.dispose()
    with pytest.raises(ConfigurationError, match="newer version"):
        open_database(database_url)


@pytest.mark.parametrize(
    "url",
    [
        "sqlite:////nowhere/at/all/rls.db",
        "postgresql+psycopg://rls:hunter2@127.0.0.1:1/rls",
        "mysql://rls:hunter2@db/rls",
        "hunter2",
        "sqlite://",
    ],
)
def test_what_cannot_be_opened_is_told_without_the_address(url: str) -> None:
    with pytest.raises(ConfigurationError, match=r"^RLS_DATABASE_URL: ") as told:
        open_database(url)
    assert "hunter2" not in str(told.value)


def test_a_database_that_goes_away_is_a_fault_and_comes_back(tmp_path: Path) -> None:
    database = database_of(Settings(database_url=f"sqlite:///{tmp_path}/later/rls.db"))
    with pytest.raises(DatabaseFault, match="OperationalError"):
        database.store_feedback([OVERRIDDEN])
    (tmp_path / "later").mkdir()
    database.store_feedback([OVERRIDDEN])
    assert len(list(database.feedback())) == 1


def test_a_server_that_goes_silent_is_given_up(postgresql_url: str, impatience: None) -> None:
    """As one that is frozen, or whose commit waits for a standby that is gone: who waits for it comes back."""
    database = open_database(postgresql_url)
    faults: list[DatabaseFault] = []

    def ask() -> None:
        try:
            with database.transaction() as connection, frozen(_server_process(connection)):
                connection.execute(text("SELECT 1"))
        except DatabaseFault as fault:
            faults.append(fault)

    _within_a_minute(ask)
    assert [str(fault) for fault in faults] == ["OperationalError"]
    database.check()
    database.close()


def test_a_connection_that_fell_silent_is_replaced(postgresql_url: str, impatience: None) -> None:
    """Whoever uses it next notices, connects anew, and sees no fault."""
    database = open_database(postgresql_url)
    with database.transaction() as connection:
        process = _server_process(connection)
    with frozen(process):
        _within_a_minute(database.check)
    with database.transaction() as connection:
        assert _server_process(connection) != process
    database.close()


def test_one_taken_out_of_the_pool_is_given_up_soon(postgresql_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Or whoever asks a frozen server waits for its old connection and for a new one, longer than a probe does."""
    database = open_database(postgresql_url)
    with database.transaction() as connection:
        process = _server_process(connection)
    monkeypatch.setattr(impatient_connection, "SECONDS_OF_SILENCE", 1_000_000)
    monkeypatch.setattr(impatient_connection, "SECONDS_TO_ANSWER", 0.5)
    with frozen(process):
        _within_a_minute(database.check)
    database.close()


def test_the_old_connection_and_a_new_one_are_waited_for_no_longer_than_is_said(impatience: None) -> None:
    both = impatient_connection.SECONDS_TO_ANSWER + connections._SECONDS_TO_WAIT
    assert both <= impatient_connection.SECONDS_OF_SILENCE == 3


def _server_process(connection: Connection) -> int:
    return int(connection.execute(text("SELECT pg_backend_pid()")).scalar_one())


@contextmanager
def frozen(process: int) -> Iterator[None]:
    os.kill(process, signal.SIGSTOP)
    try:
        yield
    finally:
        os.kill(process, signal.SIGCONT)


def _within_a_minute(work: Callable[[], None]) -> None:
    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    thread.join(60)
    assert not thread.is_alive()


def test_the_file_is_its_owners_alone(tmp_path: Path) -> None:
    open_database(f"sqlite:///{tmp_path}/rls.db").close()
    assert stat.S_IMODE((tmp_path / "rls.db").stat().st_mode) == 0o600


def test_a_process_has_one_database() -> None:
    assert database_of(Settings()) is database_of(Settings())


def test_each_purpose_has_a_key_of_its_own() -> None:
    one, same, other = Settings(secret_key="x" * 40), Settings(secret_key="x" * 40), Settings(secret_key="y" * 40)
    assert derived_key(one, "a") == derived_key(same, "a")
    others = {
        derived_key(one, "b"),
        derived_key(other, "a"),
        derived_key(Settings(), "a"),
        derived_key(Settings(), "a"),
    }
    assert len(others - {derived_key(one, "a")}) == 4
