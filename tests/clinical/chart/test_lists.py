"""Problems, medicines, allergies, procedures and pregnancy, as the chart tells them."""

from decimal import Decimal

import pytest

from tests.clinical.resources import chart, condition, observation

RXNORM = "http://www.nlm.nih.gov/research/umls/rxnorm"


def medication(**more):
    return {
        "resourceType": "MedicationRequest",
        "id": "m1",
        "status": "active",
        "intent": "order",
        "authoredOn": "2026-09-01",
        "medicationCodeableConcept": {"coding": [{"system": RXNORM, "code": "7646", "display": "omeprazole"}]},
        "subject": {"reference": "Patient/p1"},
        **more,
    }


@pytest.mark.parametrize(
    ("change", "state"),
    [
        ({}, "active"),
        ({"clinicalStatus": None}, "active"),
        ({"clinicalStatus": {"coding": [{"code": "resolved"}]}}, "past"),
        ({"clinicalStatus": None, "abatementDateTime": "2020"}, "past"),
        ({"verificationStatus": {"coding": [{"code": "refuted"}]}}, "refuted"),
        ({"verificationStatus": {"coding": [{"code": "provisional"}]}}, "unconfirmed"),
    ],
)
def test_the_state_of_a_condition(change, state):
    found = chart(condition(**change)).conditions
    assert [(item.state, "restless-legs" in item.groups) for item in found] == [(state, True)]


def test_a_condition_entered_in_error_is_gone():
    assert chart(condition(verificationStatus={"coding": [{"code": "entered-in-error"}]})).conditions == ()


def test_who_icd_10_g258_does_not_assert_restless_legs():
    assert "restless-legs" not in chart(condition("G25.8", "http://hl7.org/fhir/sid/icd-10")).conditions[0].groups


def test_a_reason_asserts_restless_legs_and_nothing_else():
    reason = [
        {"coding": [{"system": "http://hl7.org/fhir/sid/icd-10-cm", "code": code}]} for code in ("G25.81", "E83.110")
    ]
    assert [item.groups for item in chart(medication(reasonCode=reason)).conditions] == [frozenset({"restless-legs"})]


@pytest.mark.parametrize(
    ("change", "active"),
    [({}, True), ({"status": "completed"}, False), ({"status": "on-hold"}, False), ({"intent": "proposal"}, True)],
)
def test_whether_a_drug_is_taken(change, active):
    found = chart(medication(**change)).medications[0]
    assert (found.active, found.planned) == (active, change.get("intent") == "proposal")


@pytest.mark.parametrize(
    "change", [{"status": "cancelled"}, {"status": "entered-in-error"}, {"doNotPerform": True}, {"status": None}]
)
def test_what_was_never_given_is_no_medication(change):
    assert chart(medication(**change)).medications == ()


def test_a_drug_is_found_by_reference_by_containment_and_by_name():
    coded = {"resourceType": "Medication", "id": "d", "code": {"coding": [{"system": RXNORM, "code": "7646"}]}}
    by_reference = chart(
        medication(medicationCodeableConcept=None, medicationReference={"reference": "Medication/d"}), coded
    )
    contained = chart(
        medication(medicationCodeableConcept=None, medicationReference={"reference": "#d"}, contained=[coded])
    )
    by_name = chart(medication(medicationCodeableConcept={"text": "Omeprazole 20 MG Delayed Release Oral Capsule"}))
    assert [found.medications[0].groups >= {"ppi"} for found in (by_reference, contained, by_name)] == [True] * 3
    assert [found.medications[0].by_name for found in (by_reference, contained, by_name)] == [False, False, True]


def test_route_and_daily_dose():
    dosage = {
        "route": {"coding": [{"system": "http://snomed.info/sct", "code": "26643006"}]},
        "timing": {"repeat": {"frequency": 2, "period": 1, "periodUnit": "d"}},
        "doseAndRate": [{"doseQuantity": {"value": 12.5, "unit": "mg", "code": "mg"}}],
    }
    found = chart(medication(dosageInstruction=[dosage])).medications[0]
    assert (found.route, found.daily_dose, found.dose_unit) == ("oral", Decimal("25.0"), "mg")
    eye = chart(
        medication(medicationCodeableConcept={"text": "Ciprofloxacin 3 MG/ML Ophthalmic Solution"})
    ).medications[0]
    assert eye.route == "other"


def test_a_statement_tells_its_true_beginning_a_prescription_does_not():
    statement = {
        **medication(),
        "resourceType": "MedicationStatement",
        "effectivePeriod": {"start": "2020-01-01", "end": "2026-11-01"},
    }
    told, ordered = chart(statement).medications[0], chart(medication()).medications[0]
    assert (told.start_is_prescription, told.ended.text) == (False, "2026-11-01")
    assert (ordered.start_is_prescription, ordered.ended) == (True, None)


@pytest.mark.parametrize(("code", "expected"), [("77386006", True), ("60001007", False), ("261665006", None)])
def test_pregnancy_status(code, expected):
    answer = {"coding": [{"system": "http://snomed.info/sct", "code": code}]}
    found = chart(observation("82810-3", valueQuantity=None, valueCodeableConcept=answer)).pregnancy
    assert [item.pregnant for item in found] == [expected]


def test_estimated_date_of_delivery():
    found = chart(observation("11779-6", valueQuantity=None, valueDateTime="2027-02-01")).pregnancy
    assert found[0].due.text == "2027-02-01"
