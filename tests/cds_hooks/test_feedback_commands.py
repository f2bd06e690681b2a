"""What clinicians did with the cards, as files and as counts."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import replace
from typing import Any

import pytest
from click.testing import CliRunner, Result

from cds_hooks import feedback
from cds_hooks.committee_counts import counts_of
from cds_hooks.metrics import as_metrics
from hosting import CardRecord, Database, FeedbackReport, open_database
from tests.cds_hooks.conftest import client_of

NOVEMBER, DECEMBER = 1_795_000_000, 1_797_000_000
CARD = CardRecord(
    uuid="c1",
    fired_at=NOVEMBER,
    ehr="general-hospital",
    service="rls-nutrients",
    topic="iron",
    rules=("IRON.RLS_LOW", "FE03"),
    fate="shown",
)
OVERRIDDEN = FeedbackReport(
    ehr="general-hospital",
    service="rls-nutrients",
    card="c1",
    outcome="overridden",
    outcome_timestamp="2026-11-22T08:30:00Z",
    received_at=NOVEMBER,
    reason_code="patient-refuses",
    reason_system="http://terminology.hl7.org/CodeSystem/non-adherence-reason-codes",
    comment='=HYPERLINK("http://evil.example.org")\nÜbelkeit',
)
ACCEPTED = replace(
    OVERRIDDEN, card="c2", outcome="accepted", accepted=("s1",), reason_code=None, reason_system=None, comment=None
)


@pytest.fixture
def filled(database_url: str, monkeypatch: pytest.MonkeyPatch) -> Database:
    monkeypatch.setenv("RLS_DATABASE_URL", database_url)
    database = open_database(database_url)
    others = [
        replace(CARD, uuid="c2"),
        replace(CARD, uuid="c3", fired_at=DECEMBER, rules=("FE03",)),
        replace(CARD, uuid="c4", fate="shadow"),
        replace(CARD, uuid="c5", ehr="clinic", fate="repeated"),
    ]
    database.record_cards([CARD, *others])
    again = replace(OVERRIDDEN, outcome_timestamp="2026-11-22T08:35:00Z")
    reconsidered = replace(again, reason_code=None, reason_system=None, comment=None)
    unknown = replace(OVERRIDDEN, card="of an older database")
    database.store_feedback([OVERRIDDEN, ACCEPTED, again, reconsidered, unknown])
    return database


def run(*words: str) -> Result:
    result = CliRunner().invoke(feedback, words)
    assert result.exit_code == 0, result.output
    return result


def test_export_as_json_tells_each_report_as_it_was_sent(filled: Database) -> None:
    exported = json.loads(run("export", "--format", "json").output)
    filled.close()
    assert len(exported) == 5
    assert exported[0] == {
        "service": "rls-nutrients",
        "card": "c1",
        "outcome": "overridden",
        "acceptedSuggestions": [],
        "overrideReason": {
            "reason": {
                "code": "patient-refuses",
                "system": "http://terminology.hl7.org/CodeSystem/non-adherence-reason-codes",
            },
            "userComment": '=HYPERLINK("http://evil.example.org")\nÜbelkeit',
        },
        "outcomeTimestamp": "2026-11-22T08:30:00Z",
        "receivedAt": "2026-11-18T11:06:40Z",
    }
    assert exported[1]["acceptedSuggestions"] == [{"id": "s1"}]
    assert exported[1]["overrideReason"] is None


def test_export_as_csv_holds_no_formula(filled: Database) -> None:
    rows = list(csv.DictReader(io.StringIO(run("export").output, newline="")))
    filled.close()
    assert len(rows) == 5
    assert rows[0]["userComment"] == '\'=HYPERLINK("http://evil.example.org")\nÜbelkeit'
    assert (rows[1]["outcome"], rows[1]["acceptedSuggestions"]) == ("accepted", "s1")


def test_the_report_counts_cards_by_month_ehr_service_and_rule(filled: Database) -> None:
    counted = json.loads(run("report", "--format", "json").output)
    filled.close()
    by_place: dict[tuple[str, ...], dict[str, Any]] = {
        (row.pop("month"), row.pop("ehr"), row.pop("service"), row.pop("rule")): row for row in counted
    }
    november = ("2026-11", "general-hospital", "rls-nutrients")
    expected = {
        "fired": 3,
        "shown": 2,
        "accepted": 1,
        "overridden": 1,
        "overriddenBy": {"none-given": 1, "patient-refuses": 1},
        "notShown": {"shadow": 1},
    }
    assert by_place[*november, "FE03"] == by_place[*november, "IRON.RLS_LOW"] == expected
    with_the_unknown = {"overridden": 2, "overriddenBy": {"none-given": 1, "patient-refuses": 2}}
    assert by_place[*november, "all"] == expected | with_the_unknown
    assert by_place[*november, "unknown-card"]["overridden"] == 1
    assert by_place["2026-12", "general-hospital", "rls-nutrients", "all"]["fired"] == 1
    assert by_place["2026-11", "clinic", "rls-nutrients", "FE03"]["notShown"] == {"repeated": 1}


def test_the_report_is_a_table_or_csv(filled: Database) -> None:
    table = run("report").output.splitlines()
    rows = list(csv.DictReader(io.StringIO(run("report", "--format", "csv").output, newline="")))
    filled.close()
    assert table[0].split()[:4] == ["month", "ehr", "service", "rule"]
    assert len(table) == len(rows) + 1
    assert rows[0].keys() == set(table[0].split())


def test_the_metrics_tell_the_same_over_all_months(filled: Database, database_url: str) -> None:
    answer = client_of(database_url=database_url).get("/metrics")
    assert answer.status_code == 200
    assert answer.content_type.startswith("text/plain; version=0.0.4")
    assert as_metrics(counts_of(filled)) in answer.text
    filled.close()
    labels = 'ehr="general-hospital",service="rls-nutrients",rule="FE03"'
    assert f'rls_nutrients_cards_total{{{labels},fate="shown"}} 3' in answer.text
    refused = f'rls_nutrients_card_feedback_total{{{labels},outcome="overridden",reason="patient-refuses"}} 1'
    assert refused in answer.text
    assert "c1" not in answer.text


def test_a_database_that_cannot_be_read_is_told_in_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RLS_DATABASE_URL", "postgresql+psycopg://rls:hunter2@127.0.0.1:1/rls")
    result = CliRunner().invoke(feedback, ["export"])
    assert result.exit_code == 1
    assert result.output.startswith("Error: RLS_DATABASE_URL: the database cannot be opened")
    assert "hunter2" not in result.output


@pytest.mark.parametrize("command", ["export", "report"])
def test_two_settings_at_fault_are_told_in_one_line(command: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RLS_PUBLIC_URL", "nowhere")
    monkeypatch.setenv("RLS_RETAIN_ACCESS_DAYS", "some")
    result = CliRunner().invoke(feedback, [command])
    assert result.exit_code == 1
    assert "RLS_PUBLIC_URL" in result.stderr and "RLS_RETAIN_ACCESS_DAYS" in result.stderr
    assert result.stderr.count("\n") == 1


def test_an_empty_database_gives_empty_files(database_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RLS_DATABASE_URL", database_url)
    assert json.loads(run("export", "--format", "json").output) == []
    assert len(run("export").output.splitlines()) == 1
    assert len(run("report").output.splitlines()) == 1
