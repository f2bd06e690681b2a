"""``audit export`` and ``retention run``: the privacy office's two commands."""

from __future__ import annotations

import json
import time
from pathlib import Path

import pytest
from fhir.resources.R4B.auditevent import AuditEvent
from fhir.resources.R4B.bundle import Bundle

from hosting import AccessRecord, open_database, write_accesses
from tests.command_line.conftest import Call


@pytest.fixture(autouse=True)
def _two_accesses(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One of 20 November 2026, one of a long time ago."""
    url = f"sqlite:///{tmp_path}/service.db"
    registry = tmp_path / "ehrs.toml"
    registry.write_text('[[ehr]]\nname = "general"\nfhir_base = "https://ehr.example.org/fhir"\n', "utf-8")
    monkeypatch.setenv("RLS_DATABASE_URL", url)
    monkeypatch.setenv("RLS_EHR_REGISTRY", str(registry))
    database = open_database(url)
    looks = [
        AccessRecord(
            accessed_at=second, ehr="general", who="Practitioner/7", patient="p1", purpose="patient-view",
            outcome="success", request_id="",
        )
        for second in (1_000_000_000, 1_795_132_800)
    ]  # fmt: skip
    write_accesses(database, looks)
    database.close()


def test_as_lines(call: Call) -> None:
    told = call("audit", "export")
    assert told.exit_code == 0
    events = [json.loads(line) for line in told.stdout.splitlines()]
    assert len(events) == 2
    for event in events:
        AuditEvent.model_validate(event)
        assert event["entity"][0]["what"]["reference"] == "https://ehr.example.org/fhir/Patient/p1"


def test_as_bundle_of_some_days(call: Call) -> None:
    told = call("audit", "export", "--format", "bundle", "--since", "2026-11-20", "--until", "2026-11-21")
    bundle = json.loads(told.stdout)
    Bundle.model_validate(bundle)
    assert [entry["resource"]["recorded"] for entry in bundle["entry"]] == ["2026-11-20T00:00:00Z"]


def test_wrong_usage(call: Call) -> None:
    assert call("audit", "export", "--since", "yesterday").exit_code == 2


def test_retention_removes_the_old_one(call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    days = int((time.time() - 1_795_132_800) / 86_400) + 10
    monkeypatch.setenv("RLS_RETAIN_ACCESS_DAYS", str(max(days, 10)))
    told = call("retention", "run")
    assert told.exit_code == 0
    assert "1 entries of the access audit" in told.stdout
    assert len(call("audit", "export").stdout.splitlines()) == 1


def test_a_database_that_cannot_be_opened(call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RLS_DATABASE_URL", "sqlite:////nowhere/at/all.db")
    for command in (("audit", "export"), ("retention", "run")):
        told = call(*command)
        assert told.exit_code == 1
        assert told.stderr.count("\n") == 1
