"""What an EHR's answers are worth: silence, errors and other people's data are never taken for "nothing on file"."""

from __future__ import annotations

import json
from typing import Any

import pytest

from clinical import Need, Resource, decode
from ehr_reader import (
    Answer,
    AskDifferently,
    AskForAccess,
    CheckConnection,
    OutOfTime,
    Query,
    ReadFailed,
    RenewToken,
    TryAgainLater,
)
from smart_app.chart_answers import Told, answered_types, gap_sentences, state_of, status_without_results

QUESTION = Query("Observation", parameters=(("patient", "p1"),))
OWN = {"resourceType": "Observation", "subject": {"reference": "Patient/p1"}}
FOREIGN = {"resourceType": "Observation", "subject": {"reference": "https://ehr.example.org/fhir/Patient/p2"}}
IRON = Need("iron", "iron", "Observation", laboratory=True)
FOLATE = Need("folate", "folate", "Observation", laboratory=True)
ALLERGIES = Need("allergies", "allergies", "AllergyIntolerance")


def outcome(severity: str) -> dict[str, Any]:
    return {"resourceType": "OperationOutcome", "issue": [{"severity": severity, "code": "x"}]}


def bundle(*resources: dict[str, Any], following: bool = False) -> dict[str, Any]:
    link = [{"relation": "next", "url": "https://ehr.example.org/fhir/next"}] if following else []
    return {"resourceType": "Bundle", "entry": [{"resource": one} for one in resources], "link": link}


def answer(*pages: dict[str, Any], failure: ReadFailed | None = None) -> Answer[Resource]:
    return Answer(QUESTION, tuple(decode(json.dumps(page).encode(), Resource) for page in pages), failure)


@pytest.mark.parametrize(
    ("pages", "state"),
    [
        ([bundle()], "answered"),
        ([bundle(OWN)], "answered"),
        ([bundle(OWN, outcome("warning"))], "answered"),
        ([bundle(OWN), bundle(OWN)], "answered"),
        ([bundle(OWN, outcome("error"))], "partial"),
        ([bundle(outcome("information"))], "partial"),
        ([bundle(OWN, following=True)], "partial"),
        ([bundle(OWN), outcome("error")], "partial"),
        ([bundle(outcome("error"))], "refused"),
        ([outcome("error")], "refused"),
        ([bundle(FOREIGN)], "foreign"),
        ([bundle({"resourceType": "Condition"})], "unreadable"),
    ],
)
def test_what_came(pages: list[dict[str, Any]], state: str) -> None:
    assert state_of(answer(*pages), "Observation", "p1") == state


@pytest.mark.parametrize(
    ("failure", "state"),
    [
        (OutOfTime(), "late"),
        (TryAgainLater(), "unanswered"),
        (AskForAccess(), "denied"),
        (RenewToken(), "denied"),
        (AskDifferently(), "refused"),
        (CheckConnection(), "unreadable"),
    ],
)
def test_what_did_not_come(failure: ReadFailed, state: str) -> None:
    assert state_of(answer(failure=failure), "Observation", "p1") == state
    assert state_of(answer(bundle(OWN), failure=failure), "Observation", "p1") == "partial"


def test_gaps_are_told_together_and_by_name() -> None:
    told = [Told(IRON, "late"), Told(FOLATE, "late"), Told(ALLERGIES, "not-granted")]
    assert gap_sentences(told) == (
        "The EHR did not answer in time for: iron, folate.",
        "The EHR did not grant access to: allergies.",
    )


def test_a_type_counts_as_answered_only_as_a_whole() -> None:
    assert answered_types([Told(IRON, "answered"), Told(FOLATE, "partial"), Told(ALLERGIES, "answered")]) == {
        "AllergyIntolerance"
    }


@pytest.mark.parametrize(
    ("iron", "folate", "status"),
    [
        ("answered", "late", None),
        ("partial", "denied", None),
        ("late", "denied", 504),
        ("unanswered", "refused", 503),
        ("unreadable", "not-granted", 502),
        ("denied", "not-granted", 403),
    ],
)
def test_who_is_at_fault_where_no_result_could_be_read(iron: Any, folate: Any, status: int | None) -> None:
    assert status_without_results([Told(IRON, iron), Told(FOLATE, folate), Told(ALLERGIES, "answered")]) == status
