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
    [
        ({}, True),
        ({"status": "completed"}, False),
        ({"status": "on-hold"}, True),
        ({"status": "unknown"}, False),
        ({"intent": "proposal"}, True),
    ],
)
def test_whether_a_drug_is_taken(change, active):
    found = chart(medication(**change)).medications[0]
    assert (found.active, found.planned) == (active, change.get("intent") == "proposal")


COURSE = {"timing": {"repeat": {"boundsPeriod": {"start": "2024-02-12", "end": "2024-08-30"}}}}


def test_a_completed_course_lasts_as_long_as_it_was_prescribed_for():
    [found] = chart(medication(status="completed", dosageInstruction=[COURSE])).medications
    assert (found.started.text, found.ended.text) == ("2024-02-12", "2024-08-30")
    assert found.start_is_prescription and not found.active


@pytest.mark.parametrize("status", ["active", "stopped"])
def test_what_was_stopped_may_have_ended_before_its_course_and_what_runs_has_not_ended(status):
    [found] = chart(medication(status=status, dosageInstruction=[COURSE])).medications
    assert found.ended is None
    assert found.over_by is None or (status, found.over_by.text) == ("stopped", "2024-08-30")


DAYS = {"unit": "days", "system": "http://unitsofmeasure.org", "code": "d"}
VALID = {"validityPeriod": {"start": "2026-09-01", "end": "2026-10-01"}}


@pytest.mark.parametrize(
    ("status", "dispensed", "ended", "over_by"),
    [
        ("completed", {}, None, None),
        ("stopped", {}, None, None),
        ("unknown", {}, None, None),
        ("completed", VALID, "2026-10-01", None),
        ("stopped", VALID, None, "2026-10-01"),
        ("unknown", VALID, None, "2026-10-01"),
        ("on-hold", VALID, None, None),
        ("active", VALID, None, None),
        ("completed", {"expectedSupplyDuration": {"value": 40, **DAYS}}, "2026-10-11", None),
        ("completed", {"expectedSupplyDuration": {"value": 4, "unit": "weeks"}}, "2026-09-29", None),
        ("completed", {"expectedSupplyDuration": {"value": 20, **DAYS}, "numberOfRepeatsAllowed": 1},
         "2026-10-11", None),
        ("completed", VALID | {"expectedSupplyDuration": {"value": 40, **DAYS}}, "2026-10-11", None),
        ("completed", {"expectedSupplyDuration": {"value": 4, "unit": "boxes"}}, None, None),
        ("completed", {"expectedSupplyDuration": {"value": 9e9, **DAYS}}, None, None),
        ("completed", {"numberOfRepeatsAllowed": 3}, None, None),
    ],
)  # fmt: skip
def test_the_day_of_a_prescription_is_no_end_and_what_was_dispensed_tells_one(status, dispensed, ended, over_by):
    [found] = chart(medication(status=status, dispenseRequest=dispensed)).medications
    assert (found.ended and found.ended.text, found.over_by and found.over_by.text) == (ended, over_by)
    assert found.started.text == "2026-09-01"
    assert found.doubtful is (status == "unknown")


def test_a_statement_that_it_was_stopped_tells_the_latest_day():
    told = {
        "resourceType": "MedicationStatement",
        "authoredOn": None,
        "status": "stopped",
        "dateAsserted": "2026-10-02",
    }
    [begun] = chart(medication(**told, effectivePeriod={"start": "2026-01-01"})).medications
    assert (begun.ended, begun.over_by.text) == (None, "2026-10-02")
    [undated] = chart(medication(**told)).medications
    assert undated.ended.text == "2026-10-02"


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


def combined(*ingredients, **more):
    return {"resourceType": "Medication", "id": "d", "ingredient": list(ingredients), **more}


def coded(rxnorm, **more):
    return {
        "itemCodeableConcept": {"coding": [{"system": RXNORM, "code": rxnorm, "display": f"drug {rxnorm}"}]},
        **more,
    }


FOLIC_ACID = {"resourceType": "Medication", "id": "i", "code": coded("4511")["itemCodeableConcept"]}
REFERRING = {"medicationCodeableConcept": None, "medicationReference": {"reference": "Medication/d"}}


@pytest.mark.parametrize(
    ("product", "groups"),
    [
        (combined(coded("24947"), coded("4511")), {"oral-iron", "folate"}),
        (combined(coded("24947"), code={"coding": [{"system": RXNORM, "code": "999999"}]}), {"oral-iron"}),
        (combined(coded("24947", isActive=False), coded("4511", isActive=True)), {"folate"}),
        (combined({"itemCodeableConcept": {"text": "Ferrous sulfate"}}), {"oral-iron"}),
        (combined({"itemReference": {"reference": "#i"}}, contained=[FOLIC_ACID]), {"folate"}),
        (combined({"itemReference": {"reference": "Medication/nowhere"}}, code={"text": "Omeprazole"}), {"ppi"}),
        (combined({"itemCodeableConcept": {"text": "water"}}, {}, code={"text": "Folic acid"}), {"folate"}),
    ],
)  # fmt: skip
def test_a_combination_is_known_by_what_is_in_it(product, groups):
    [found] = chart(medication(**REFERRING), product).medications
    assert found.groups >= groups


def test_a_combination_without_a_name_is_called_by_its_ingredients():
    [found] = chart(medication(**REFERRING), combined(coded("24947"), coded("4511"))).medications
    assert (found.text, found.by_name) == ("drug 24947 + drug 4511", False)


def timed(**timing):
    dosage = {"timing": timing, "doseAndRate": [{"doseQuantity": {"value": 10, "unit": "mg"}}]}
    return chart(medication(dosageInstruction=[dosage])).medications[0].daily_dose


GTS = "http://terminology.hl7.org/CodeSystem/v3-GTSAbbreviation"


@pytest.mark.parametrize(
    ("code", "daily"),
    [
        ("QD", 10), ("BID", 20), ("TID", 30), ("QID", 40), ("AM", 10), ("PM", 10), ("BED", 10), ("QOD", 5),
        ("Q1H", 240), ("Q2H", 120), ("Q3H", 80), ("Q4H", 60), ("Q6H", 40), ("Q8H", 30), ("X", None), ("", None),
    ],
)  # fmt: skip
def test_how_often_may_be_told_by_a_code(code, daily):
    assert timed(code={"coding": [{"system": GTS, "code": code}]}) == daily


def test_or_by_its_words():
    assert timed(code={"text": "bid"}) == timed(code={"coding": [{"code": "9", "display": "BID"}]}) == 20
    assert timed(code={"text": "weekly"}) == Decimal(10) * (Decimal(1) / 7)
    assert timed(code={"text": "as directed"}) is None
    assert timed(code={"coding": [{"code": "BID"}], "text": "TID"}) is None, "they contradict each other"


def test_what_is_told_exactly_outweighs_its_name():
    repeat = {"frequency": 3, "period": 1, "periodUnit": "d"}
    assert timed(repeat=repeat, code={"text": "BID"}) == 30
    assert timed(repeat={"boundsPeriod": {"start": "2026-01-01"}}, code={"text": "BID"}) == 20
    assert timed(repeat={"frequency": 3, "period": 1, "periodUnit": "min"}, code={"text": "BID"}) is None


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


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        ({"coding": [{"system": "http://loinc.org", "code": "LA15173-0"}]}, True),
        ({"coding": [{"system": "urn:oid:2.16.840.1.113883.6.1", "code": "LA15173-0"}]}, True),
        ({"coding": [{"system": "http://loinc.org", "code": "LA26683-5"}]}, False),
        ({"coding": [{"system": "http://loinc.org", "code": "LA4489-6", "display": "Unknown"}]}, None),
        ({"text": "Pregnant"}, True),
        ({"coding": [{"system": "urn:oid:1.2.3", "code": "1", "display": "Pregnant"}]}, True),
        ({"text": " Not pregnant "}, False),
        ({"coding": [{"system": "http://loinc.org", "code": "LA15173-0"}], "text": "Not pregnant"}, None),
        ({"text": "possibly pregnant"}, None),
    ],
)
def test_pregnancy_status_in_loinc_and_in_words(answer, expected):
    found = chart(observation("82810-3", valueQuantity=None, valueCodeableConcept=answer))
    assert [item.pregnant for item in found.pregnancy] == [expected]
    assert bool(found.data_quality) is (expected is None)


def test_estimated_date_of_delivery():
    found = chart(observation("11779-6", valueQuantity=None, valueDateTime="2027-02-01")).pregnancy
    assert found[0].due.text == "2027-02-01"
