"""A supplement becomes a draft MedicationRequest that says everything and promises nothing."""

from __future__ import annotations

from datetime import date

import pytest

from clinical.orders import draft_medication_request
from clinical.orders.validating import faults_of

TODAY = date(2026, 11, 22)


@pytest.fixture
def draft(medication):
    def make(*reasons, note_extra="", **changes):
        return draft_medication_request(medication(**changes), "Patient/p1", TODAY, reasons, note_extra)

    return make


def test_an_iron_tablet_in_full(draft):
    assert draft("Observation/f1", note_extra="Take apart from levothyroxine.") == {
        "resourceType": "MedicationRequest",
        "status": "draft",
        "intent": "proposal",
        "medicationCodeableConcept": {
            "coding": [
                {
                    "system": "http://www.nlm.nih.gov/research/umls/rxnorm",
                    "code": "310325",
                    "display": "ferrous sulfate 325 MG Oral Tablet",
                }
            ],
            "text": "Ferrous sulfate 325 mg tablet",
        },
        "subject": {"reference": "Patient/p1"},
        "authoredOn": "2026-11-22",
        "reasonReference": [{"reference": "Observation/f1"}],
        "note": [{"text": "Conditional recommendation."}, {"text": "Take apart from levothyroxine."}],
        "dosageInstruction": [
            {
                "text": "1 tablet by mouth once daily. On an empty stomach.",
                "patientInstruction": "Keep out of reach of children.",
                "timing": {
                    "repeat": {
                        "boundsDuration": {
                            "value": 12,
                            "unit": "weeks",
                            "system": "http://unitsofmeasure.org",
                            "code": "wk",
                        },
                        "frequency": 1,
                        "period": 1,
                        "periodUnit": "d",
                    }
                },
                "route": {
                    "coding": [{"system": "http://snomed.info/sct", "code": "26643006", "display": "Oral route"}]
                },
                "doseAndRate": [
                    {
                        "doseQuantity": {
                            "value": 1,
                            "unit": "tablet",
                            "system": "http://unitsofmeasure.org",
                            "code": "{tablet}",
                        }
                    }
                ],
            }
        ],
        "dispenseRequest": {"validityPeriod": {"start": "2026-11-22", "end": "2027-02-19"}},
    }


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"codings": []},
        {"patient_instruction": ""},
        {"dose": {"value": "0.4", "unit": "mg"}},
        {"dose": {"value": "50000", "unit": "[IU]"}, "timing": {"frequency": 1, "period": "1", "period_unit": "wk"}},
        {"route": "intramuscular", "timing": {"frequency": 1, "period": "2.5", "period_unit": "mo"}},
    ],
)
def test_it_is_valid_fhir(draft, changes):
    assert faults_of(draft("Observation/f1", note_extra="A caution.", **changes)) == []


def test_without_reasons_or_cautions_nothing_empty_is_sent(draft):
    order = draft()
    assert faults_of(order) == []
    assert "reasonReference" not in order
    assert order["note"] == [{"text": "Conditional recommendation."}]


def test_numbers_read_as_the_knowledge_wrote_them(draft):
    order = draft(dose={"value": "0.4", "unit": "mg"})
    assert repr(order["dosageInstruction"][0]["doseAndRate"][0]["doseQuantity"]["value"]) == "0.4"


def test_into_the_muscle(draft):
    route = draft(route="intramuscular")["dosageInstruction"][0]["route"]["coding"][0]
    assert (route["code"], route["display"]) == ("78421000", "Intramuscular route")


def test_a_text_alone_where_there_is_no_code(draft):
    assert draft(codings=[])["medicationCodeableConcept"] == {"text": "Ferrous sulfate 325 mg tablet"}


def test_ninety_days_count_both_ends(draft):
    period = draft()["dispenseRequest"]["validityPeriod"]
    first, last = date.fromisoformat(period["start"]), date.fromisoformat(period["end"])
    assert first == TODAY
    assert (last - first).days + 1 == 90


def test_one_patients_order_cannot_spoil_anothers(draft):
    spoiled = draft("Observation/f1")
    spoiled["note"][0]["text"] = "spoiled"
    spoiled["dosageInstruction"][0]["timing"]["repeat"]["frequency"] = 99
    spoiled["medicationCodeableConcept"]["coding"].clear()
    fresh = draft("Observation/f1")
    assert fresh["note"][0]["text"] == "Conditional recommendation."
    assert fresh["dosageInstruction"][0]["timing"]["repeat"]["frequency"] == 1
    assert fresh["medicationCodeableConcept"]["coding"]


def test_a_patient_without_an_id_is_not_guessed(medication):
    order = draft_medication_request(medication(), None, TODAY)
    assert order["subject"] == {"display": "The patient of this chart"}
    assert faults_of(order) == []


def test_a_referral_is_no_order(referral):
    with pytest.raises(ValueError, match=r"S\.SAMPLE is of kind referral"):
        draft_medication_request(referral, "Patient/p1", TODAY)
