"""A laboratory proposal becomes one draft ServiceRequest per test."""

from __future__ import annotations

from datetime import date

import pytest

from clinical.orders import draft_service_requests
from clinical.orders.validating import faults_of

TODAY = date(2026, 11, 22)


def test_a_test_due_in_twelve_weeks_in_full(laboratory):
    proposal = laboratory(ferritin="Morning, fasting.")
    assert draft_service_requests(proposal, "Patient/p1", TODAY, 84, ("Observation/f1",)) == [
        {
            "resourceType": "ServiceRequest",
            "status": "draft",
            "intent": "proposal",
            "category": [
                {
                    "coding": [
                        {"system": "http://snomed.info/sct", "code": "108252007", "display": "Laboratory procedure"}
                    ]
                }
            ],
            "code": {
                "coding": [{"system": "http://loinc.org", "code": "2276-4", "display": "ferritin"}],
                "text": "ferritin",
            },
            "subject": {"reference": "Patient/p1"},
            "occurrenceDateTime": "2027-02-14",
            "authoredOn": "2026-11-22",
            "reasonReference": [{"reference": "Observation/f1"}],
            "note": [{"text": "Morning, fasting."}],
            "patientInstruction": "Morning, fasting.",
        }
    ]


def test_one_request_per_test(laboratory):
    orders = draft_service_requests(laboratory(ferritin="", crp=""), "Patient/p1", TODAY)
    assert [order["code"]["text"] for order in orders] == ["ferritin", "crp"]


def test_what_is_due_now_has_no_date_of_occurrence(laboratory):
    (order,) = draft_service_requests(laboratory(ferritin=""), "Patient/p1", TODAY)
    assert "occurrenceDateTime" not in order
    assert order["authoredOn"] == "2026-11-22"


@pytest.mark.parametrize("after_days", [0, 84])
@pytest.mark.parametrize("instruction", ["", "Morning."])
@pytest.mark.parametrize("reasons", [(), ("Observation/f1", "Observation/t1")])
def test_it_is_valid_fhir(laboratory, after_days, instruction, reasons):
    orders = draft_service_requests(laboratory(ferritin=instruction), "Patient/p1", TODAY, after_days, reasons)
    assert [faults_of(order) for order in orders] == [[]]


def test_one_patients_order_cannot_spoil_anothers(laboratory):
    proposal = laboratory(ferritin="Morning.")
    (spoiled,) = draft_service_requests(proposal, "Patient/p1", TODAY)
    spoiled["category"][0]["coding"].clear()
    spoiled["note"][0]["text"] = "spoiled"
    (fresh,) = draft_service_requests(proposal, "Patient/p1", TODAY)
    assert fresh["category"][0]["coding"]
    assert fresh["note"] == [{"text": "Morning."}]


def test_a_patient_without_an_id_is_not_guessed(laboratory):
    order = draft_service_requests(laboratory(ferritin=""), None, TODAY)[0]
    assert order["subject"] == {"display": "The patient of this chart"}
    assert faults_of(order) == []


def test_a_referral_is_no_order(referral):
    with pytest.raises(ValueError, match="it is no laboratory order"):
        draft_service_requests(referral, "Patient/p1", TODAY)
