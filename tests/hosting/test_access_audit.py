"""Who looked at whom is written without anybody waiting, survives a database that is away, and leaves as FHIR."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from fhir.resources.R4B.auditevent import AuditEvent
from fhir.resources.R4B.bundle import Bundle

from hosting import (
    AccessRecord,
    Database,
    Settings,
    accesses,
    as_bundle,
    audit_event,
    close_access_audit,
    open_database,
    record_access,
    write_accesses,
)
from hosting import access_audit as trail
from tests.hosting.conftest import PATIENT

LOOKED = AccessRecord(
    accessed_at=1_795_000_000,
    ehr="general-hospital",
    who="Practitioner/7",
    patient="p1",
    purpose="patient-view",
    outcome="success",
    request_id="c0ffee00-0000-4000-8000-000000000000",
)
BASES = {"general-hospital": "https://ehr.example.org/fhir/"}


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    opened = open_database(database_url)
    yield opened
    opened.close()


def look(settings: Settings, patient: str = "p1") -> None:
    record_access(settings, ehr="general-hospital", who="Practitioner/7", patient=patient, purpose="patient-view")


def test_an_access_is_written_soon_and_by_itself(database: Database, database_url: str) -> None:
    look(Settings(database_url=database_url))
    until = time.monotonic() + 60
    while not list(accesses(database)):
        assert time.monotonic() < until, "the access was not written"
        time.sleep(0.05)
    [(_, found)] = accesses(database)
    assert (found.ehr, found.who, found.patient, found.outcome) == (
        "general-hospital",
        "Practitioner/7",
        "p1",
        "success",
    )
    assert abs(found.accessed_at - time.time()) < 600


def test_none_is_lost_or_doubled_with_many_threads(database: Database, database_url: str) -> None:
    settings = Settings(database_url=database_url)

    def look_often(number: int) -> None:
        for one in range(100):
            look(settings, f"p{number}-{one}")

    threads = [threading.Thread(target=look_often, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    close_access_audit()
    seen = [record.patient for _, record in accesses(database)]
    assert len(seen) == len(set(seen)) == 800


def test_nobody_waits_for_it(database_url: str) -> None:
    settings = Settings(database_url=database_url)
    look(settings)
    began = time.thread_time()
    for _ in range(1000):
        look(settings)
    assert time.thread_time() - began < 0.5, "noting an access took more than half a millisecond"


def test_accesses_wait_while_the_database_is_away(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(trail, "SECONDS_BETWEEN_TRIES", 0.05)
    url = f"sqlite:///{tmp_path}/later/service.db"
    look(Settings(database_url=url))
    time.sleep(0.4)
    (tmp_path / "later").mkdir()
    close_access_audit()
    database = open_database(url)
    assert len(list(accesses(database))) == 1
    database.close()


@pytest.mark.parametrize("odd", ["Practitioner/\x00", "Practitioner/\ud800"])
def test_a_text_that_no_database_keeps_is_kept_as_far_as_it_can_be(
    database: Database, database_url: str, odd: str
) -> None:
    """PostgreSQL refused it again and again, and whatever came after it waited for ever."""
    settings = Settings(database_url=database_url)
    record_access(settings, ehr="general-hospital", who=odd, patient="p1", purpose="patient-view")
    look(settings, "p2")
    close_access_audit()
    assert [(one.who, one.patient) for _, one in accesses(database)] == [
        ("Practitioner/\ufffd", "p1"),
        ("Practitioner/7", "p2"),
    ]


def test_what_the_database_refuses_holds_up_nothing_else(
    database: Database, database_url: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(trail, "storable", lambda value: value)
    settings = Settings(database_url=database_url)
    for patient in ("p1", "p\ud8002", "p3"):
        look(settings, patient)
    close_access_audit()
    assert [one.patient for _, one in accesses(database)] == ["p1", "p3"]
    told = [json.loads(line) for line in capsys.readouterr().err.splitlines()]
    assert [line["event"] for line in told] == ["access not recorded"]


def test_what_is_lost_is_told_without_a_name(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    look(Settings(database_url=f"sqlite:///{tmp_path}/never/service.db"), PATIENT)
    close_access_audit()
    told = capsys.readouterr().err
    assert "accesses lost" in told
    assert PATIENT not in told
    assert "Practitioner" not in told


def test_accesses_of_some_days_only(database: Database) -> None:
    days = [AccessRecord(**{**vars(LOOKED), "accessed_at": second}) for second in (100, 200, 300)]
    write_accesses(database, days)
    assert [record.accessed_at for _, record in accesses(database, 200, 300)] == [200]


@pytest.mark.parametrize("outcome", ["success", "nothing-readable", "failure"])
@pytest.mark.parametrize("who", ["Practitioner/7", "https://other.example.org/fhir/Practitioner/7", None])
def test_an_audit_event_is_valid_fhir(outcome: str, who: str | None) -> None:
    record = AccessRecord(**{**vars(LOOKED), "outcome": outcome, "who": who})
    event = audit_event(5, record, BASES)
    AuditEvent.model_validate(event)
    Bundle.model_validate(as_bundle([event, event]))


def test_an_audit_event_names_who_whom_when_and_what_for() -> None:
    event = audit_event(5, LOOKED, BASES)
    assert event["agent"][0] == {
        "who": {"reference": "https://ehr.example.org/fhir/Practitioner/7"},
        "requestor": True,
    }
    assert event["entity"][0]["what"] == {"reference": "https://ehr.example.org/fhir/Patient/p1"}
    assert event["recorded"] == "2026-11-18T11:06:40Z"
    assert event["subtype"] == [{"code": "patient-view"}]
    assert "TREAT" in json.dumps(event["purposeOfEvent"])
    assert audit_event(5, LOOKED, {})["entity"][0]["what"] == {"reference": "Patient/p1"}
