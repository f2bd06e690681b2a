"""Launches and sessions: each state is good once, one worker renews at a time, in SQLite and PostgreSQL alike."""

from __future__ import annotations

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
from sqlalchemy import text

from hosting import Database, LaunchStore, StoredLaunch, StoredSession, hash_of, open_database

SOON = int(time.time()) + 6 * 3600  # after any run of the suite has ended, on a slow machine too
LAUNCH = StoredLaunch(hash_of("state"), "rls-launch-1", hash_of("cookie"), "general-hospital", "sealed", SOON)
SESSION = StoredSession(hash_of("handle"), "rls-launch-1", hash_of("cookie"), "general-hospital", "sealed", SOON)


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    opened = open_database(database_url)
    yield opened
    opened.close()


@pytest.fixture
def store(database: Database) -> LaunchStore:
    return LaunchStore(database)


def test_a_launch_waits_under_its_state(store: LaunchStore) -> None:
    store.begin(LAUNCH)
    assert store.waiting("state") == LAUNCH
    assert store.waiting("another state") is None
    assert store.waiting("") is None


def test_a_launch_is_taken_once_whoever_tries(store: LaunchStore) -> None:
    store.begin(LAUNCH)
    with ThreadPoolExecutor(8) as pool:
        taken = list(pool.map(lambda _: store.take(LAUNCH), range(8)))
    assert sorted(taken) == [False] * 7 + [True]
    assert store.waiting("state") is None


def sealed_in(database: Database) -> list[str]:
    with database.transaction() as connection:
        return [
            sealed
            for table in ("launch", "launch_session")
            for (sealed,) in connection.execute(text(f"SELECT sealed FROM {table}"))
        ]


def test_of_what_is_over_its_ehr_is_remembered_for_a_day_and_nothing_else(
    store: LaunchStore, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    over = int(time.time()) - 1
    store.open_session(replace(SESSION, expires_at=over))
    store.begin(replace(LAUNCH, expires_at=over))
    assert store.waiting("state") is None and store.session("handle") is None
    assert store.forget_expired() == 0
    assert sealed_in(database) == ["", ""]
    assert store.ehr_of_launch("state") == store.ehr_of_session("handle") == "general-hospital"
    monkeypatch.setattr("hosting.launch_store._now", lambda: over + 86_400)
    assert store.forget_expired() == 2
    assert store.ehr_of_launch("state") is None and store.ehr_of_session("handle") is None


def test_launches_sweep_out_what_is_over_and_each_process_does_so_once_a_minute(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is over is remembered for a day: to look through all of it at each launch would make a flood of them slow
    for everybody. Each launch has a store of its own."""
    now = int(time.time())
    monkeypatch.setattr("hosting.launch_store._now", lambda: now)
    LaunchStore(database).begin(replace(LAUNCH, expires_at=now - 1))
    LaunchStore(database).begin(replace(LAUNCH, state_hash=hash_of("second")))
    assert sealed_in(database) == ["sealed", "sealed"]
    now += 60
    LaunchStore(database).begin(replace(LAUNCH, state_hash=hash_of("third")))
    assert sorted(sealed_in(database)) == ["", "sealed", "sealed"]


def test_what_was_taken_or_ended_leaves_nothing_sealed(store: LaunchStore, database: Database) -> None:
    store.begin(LAUNCH)
    store.open_session(SESSION)
    store.take(LAUNCH)
    store.end(SESSION)
    assert sealed_in(database) == ["", ""]
    assert store.ehr_of_launch("state") == store.ehr_of_session("handle") == "general-hospital"


def test_the_end_of_one_session_leaves_the_others(store: LaunchStore) -> None:
    other = replace(SESSION, handle_hash=hash_of("other handle"))
    store.open_session(SESSION)
    store.open_session(other)
    store.end(SESSION)
    assert store.session("handle") is None
    assert store.session("other handle") == other


def test_one_of_many_may_renew(store: LaunchStore) -> None:
    store.open_session(SESSION)
    with ThreadPoolExecutor(8) as pool:
        claimed = list(pool.map(lambda _: store.claim_renewal(SESSION), range(8)))
    assert sorted(claimed) == [False] * 7 + [True]


def test_what_was_renewed_is_seen_by_all_and_not_renewed_again(store: LaunchStore) -> None:
    store.open_session(SESSION)
    assert store.claim_renewal(SESSION)
    renewed = store.renew(SESSION, "newly sealed")
    assert renewed == replace(SESSION, sealed="newly sealed", renewals=1)
    assert store.session("handle") == renewed
    assert not store.claim_renewal(SESSION), "who still holds the old tokens takes the new ones instead"
    assert store.claim_renewal(renewed)


def test_a_renewal_that_was_given_up_may_be_tried_again(store: LaunchStore) -> None:
    store.open_session(SESSION)
    assert store.claim_renewal(SESSION)
    store.give_up_renewal(SESSION)
    assert store.session("handle") == SESSION
    assert store.claim_renewal(SESSION)


def test_who_died_while_renewing_blocks_nobody_for_long(store: LaunchStore, database: Database) -> None:
    store.open_session(replace(SESSION, renewing_until=int(time.time()) - 1))
    assert store.claim_renewal(SESSION)


def test_a_session_that_ended_is_not_renewed_back_to_life(store: LaunchStore) -> None:
    store.open_session(SESSION)
    assert store.claim_renewal(SESSION)
    store.end(SESSION)
    assert store.renew(SESSION, "newly sealed") is None
    assert store.session("handle") is None


def test_no_secret_of_the_browser_is_stored(store: LaunchStore, database: Database) -> None:
    store.begin(LAUNCH)
    store.open_session(SESSION)
    with database.transaction() as connection:
        rows = [
            *connection.execute(text("SELECT * FROM launch")),
            *connection.execute(text("SELECT * FROM launch_session")),
        ]
    stored = {str(value) for row in rows for value in row}
    assert len(rows) == 2
    assert not stored & {"state", "handle", "cookie"}
