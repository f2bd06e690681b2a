"""What is old goes, what is not stays, and no count falls."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from threading import Thread
from typing import Any

import pytest
from sqlalchemy import select, update

from hosting import (
    AccessRecord,
    CardRecord,
    Database,
    FeedbackReport,
    LaunchStore,
    Removed,
    Settings,
    StoredLaunch,
    accesses,
    open_database,
    remove_old,
    retention,
    start_daily_retention,
    write_accesses,
)
from hosting.tables import launch

NOW = 1_795_000_000
DAY = 86_400
KEPT = Settings(retain_cards_days=100, retain_comments_days=10, retain_access_days=1000)
CARD = CardRecord(
    uuid="c1",
    fired_at=NOW,
    ehr="general-hospital",
    service="rls-nutrients",
    topic="iron",
    rules=("FE03",),
    fate="shown",
)
REPORT = FeedbackReport(
    ehr="general-hospital",
    service="rls-nutrients",
    card="c1",
    outcome="overridden",
    outcome_timestamp="2026-11-22T08:30:00Z",
    received_at=NOW,
    reason_code="patient-refuses",
    comment="Ms Doe does not want iron",
)


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    opened = open_database(database_url)
    yield opened
    opened.close()


def fill(database: Database) -> None:
    """Ten cards, one every thirty days into the past, each with two reports; one report on an unknown card."""
    for number in range(10):
        at = NOW - 30 * DAY * number
        fate: Any = "shown" if number % 2 else "shadow"
        database.record_cards([replace(CARD, uuid=f"c{number}", fired_at=at, fate=fate)])
        told = replace(REPORT, card=f"c{number}", received_at=at)
        later = replace(told, outcome_timestamp="2026-11-22T09:00:00Z", reason_code=None)
        database.store_feedback([told, later])
    database.store_feedback([replace(REPORT, card="nobody-knows", received_at=NOW - 200 * DAY)])


def counts(database: Database) -> list[Counter[Any]]:
    found: list[Counter[Any]] = [Counter(), Counter(), Counter()]
    for card in database.count_cards():
        found[0][card[:-1]] += card.number
    for reasons in (False, True):
        for told in database.count_feedback(reasons=reasons):
            found[1 + reasons][told[:-1]] += told.number
    return found


def test_old_cards_go_with_their_feedback_and_stay_counted(database: Database) -> None:
    fill(database)
    before = counts(database)
    removed = remove_old(database, KEPT, NOW)
    assert (removed.cards, removed.feedback) == (6, 13)
    assert sorted(card.uuid for card in database.cards()) == ["c0", "c1", "c2", "c3"]
    assert counts(database) == before
    assert sum(before[0].values()) == 10


def test_a_recent_report_on_an_unknown_card_stays_and_its_card_is_counted_once(database: Database) -> None:
    for days in (101, 99):
        database.store_feedback([replace(REPORT, outcome_timestamp=f"{days} days ago", received_at=NOW - days * DAY)])
    before = counts(database)
    assert remove_old(database, KEPT, NOW).feedback == 0
    assert len(list(database.feedback())) == 2
    assert counts(database) == before
    assert remove_old(database, KEPT, NOW + 200 * DAY).feedback == 2
    assert sum(counts(database)[1].values()) == 1


def test_what_another_ehr_tells_of_a_card_counts_as_of_an_unknown_one(database: Database) -> None:
    database.record_cards([CARD])
    database.store_feedback([replace(REPORT, ehr="another-hospital", reason_code=None)])
    before = counts(database)
    assert list(before[1]) == [("2026-11", "another-hospital", "rls-nutrients", ("unknown-card",), "overridden", None)]
    remove_old(database, KEPT, NOW + 1000 * DAY)
    assert list(database.feedback()) == []
    assert counts(database) == before


def test_removing_twice_changes_nothing(database: Database) -> None:
    fill(database)
    before = counts(database)
    remove_old(database, KEPT, NOW)
    assert sum(remove_old(database, KEPT, NOW)) == 0
    remove_old(database, KEPT, NOW + 1000 * DAY)
    assert list(database.cards()) == []
    assert list(database.feedback()) == []
    assert counts(database) == before


def test_two_who_remove_at_once_count_each_card_once(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retention, "_AT_ONCE", 2)
    fill(database)
    before = counts(database)
    threads = [Thread(target=remove_old, args=(database, KEPT, NOW)) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert counts(database) == before


def test_comments_go_sooner_and_their_reports_stay(database: Database) -> None:
    fill(database)
    removed = remove_old(database, KEPT, NOW)
    assert removed.comments == 6
    comments = [report.comment for report in database.feedback()]
    assert len(comments) == 8
    assert [comment for comment in comments if comment] == [REPORT.comment] * 2


def test_accesses_stay_for_years(database: Database) -> None:
    looked = AccessRecord(
        accessed_at=NOW, ehr="e", who=None, patient="p1", purpose="page", outcome="success", request_id=""
    )
    write_accesses(database, [replace(looked, accessed_at=NOW - days * DAY) for days in (0, 999, 1001)])
    assert remove_old(database, KEPT, NOW).accesses == 1
    assert len(list(accesses(database))) == 2


class Clock:
    """In place of ``time`` for whoever keeps house. ``meanwhile`` happens in its sleep, with all the seconds slept so
    far; the last one ends it."""

    def __init__(self, *meanwhile: Callable[[float], None]) -> None:
        self._meanwhile = list(meanwhile)
        self.slept = 0.0

    def sleep(self, seconds: float) -> None:
        self.slept += seconds
        if not self._meanwhile:
            raise SystemExit
        self._meanwhile.pop(0)(self.slept)

    def time(self) -> float:
        return time.time()


def test_what_was_sealed_of_a_launch_that_is_over_goes_within_minutes(
    database: Database, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    store, seen = LaunchStore(database), list[tuple[str, float]]()

    def begin(_: float) -> None:
        assert store.begin(StoredLaunch("state", "cookie", "hash", "e", "sealed", int(time.time()) + 900))
        with database.transaction() as connection:
            connection.execute(update(launch).values(expires_at=int(time.time()) - 1))

    def look(slept: float) -> None:
        with database.transaction() as connection:
            seen.append((connection.execute(select(launch.c.sealed)).scalar_one(), slept))

    monkeypatch.setattr(retention, "time", Clock(lambda _: None, begin, look))
    with pytest.raises(SystemExit):
        retention.keep_house(Settings(database_url=database_url), 5)
    [(sealed, slept)] = seen
    assert sealed == "" and slept <= 5 + 2 * 600


def test_all_is_looked_through_once_a_day_and_no_more(database_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    days: list[float] = []
    clock = Clock(*[lambda _: None] * 290)

    def remove(*_: object) -> Removed:
        days.append(clock.slept)
        return Removed(0, 0, 0, 0, 0, 0)

    monkeypatch.setattr(retention, "time", clock)
    monkeypatch.setattr(retention, "remove_old", remove)
    with pytest.raises(SystemExit):
        retention.keep_house(Settings(database_url=database_url), 300)
    assert days == [300, 300 + DAY, 300 + 2 * DAY]


def test_it_runs_by_itself(database: Database, database_url: str, capsys: pytest.CaptureFixture[str]) -> None:
    fill(database)
    start_daily_retention(Settings(database_url=database_url, retain_cards_days=1), first=0)
    until = time.monotonic() + 60
    told = ""
    while "retention done" not in told:
        assert time.monotonic() < until
        time.sleep(0.05)
        told += capsys.readouterr().err
    assert "removed_cards" in told
    assert "withheld" not in told
