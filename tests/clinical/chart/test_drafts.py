"""Draft orders as facts: what each would have the patient take or have tested, however it was written."""

import json

import pytest

from clinical import OrderResource, WrongFhirVersion, decode, read_draft_orders
from terminology import ATC, LOINC, RXNORM


def drafts(*resources, **entry):
    bundle = {"resourceType": "Bundle", "type": "collection", "entry": [{"resource": one} | entry for one in resources]}
    return read_draft_orders(decode(json.dumps(bundle).encode(), OrderResource), "p1")


def request(**more):
    return {
        "resourceType": "MedicationRequest",
        "id": "d1",
        "status": "draft",
        "intent": "order",
        "subject": {"reference": "Patient/p1"},
        "medicationCodeableConcept": {"coding": [{"system": RXNORM, "code": "24947"}]},
    } | more


def only(*resources, **entry):
    [order] = drafts(*resources, **entry).orders
    return order


def test_a_coded_drug():
    order = only(request())
    assert (order.reference, order.kind, order.id, order.by_name) == ("MedicationRequest/d1", "medication", "d1", False)
    assert order.taken[0].groups == {"oral-iron"} and order.taken[0].planned
    assert order.codings == {(RXNORM, "24947")}


@pytest.mark.parametrize(
    "concept",
    [{"text": "Ferrous sulphate 200 mg"}, {"coding": [{"system": "urn:x", "code": "1", "display": "ferrous sulfate"}]}],
)
def test_a_name_is_the_last_resort_and_marked(concept):
    order = only(request(medicationCodeableConcept=concept))
    assert order.taken[0].groups == {"oral-iron"} and order.by_name


def test_atc_is_understood():
    concept = {"coding": [{"system": ATC, "code": "B03AA07"}]}
    assert only(request(medicationCodeableConcept=concept)).taken[0].groups == {"oral-iron"}


@pytest.mark.parametrize("status", ["stopped", "completed", "cancelled", "entered-in-error", "revoked"])
def test_what_is_being_stopped_orders_nothing(status):
    assert drafts(request(status=status)).orders == ()


@pytest.mark.parametrize("more", [{"doNotPerform": True}])
def test_an_order_not_to_give_orders_nothing(more):
    assert drafts(request(**more)).orders == ()


@pytest.mark.parametrize("more", [{"status": None}, {"status": 5}, {"status": "active"}, {"status": "on-hold"}])
def test_details_may_be_missing(more):
    assert only(request(**more)).taken[0].groups == {"oral-iron"}


def test_the_dose_by_the_day_and_at_once():
    dose = {"doseAndRate": [{"doseQuantity": {"value": 50000, "unit": "[IU]"}}]}
    timing = {"timing": {"repeat": {"frequency": 1, "period": 1, "periodUnit": "wk"}}}
    order = only(request(dosageInstruction=[dose | timing]))
    assert (order.single_dose.value, order.single_dose.unit) == (50000, "[IU]")
    assert round(order.taken[0].daily_dose) == 7143


def test_the_dose_by_a_timing_code():
    dose = {"doseAndRate": [{"doseQuantity": {"value": 2000, "unit": "units"}}], "timing": {"code": {"text": "BID"}}}
    order = only(request(dosageInstruction=[dose]))
    assert (order.taken[0].daily_dose, order.taken[0].dose_unit) == (4000, "units")


@pytest.mark.parametrize("contained", [True, False])
def test_a_combination_is_known_by_its_ingredients(contained):
    ingredient = {"itemCodeableConcept": {"coding": [{"system": RXNORM, "code": "24947"}]}}
    product = {"resourceType": "Medication", "id": "m", "ingredient": [ingredient]}
    order = request(medicationReference={"reference": "#m" if contained else "Medication/m"})
    del order["medicationCodeableConcept"]
    found = drafts(order | {"contained": [product]}) if contained else drafts(order, product)
    assert found.orders[0].taken[0].groups == {"oral-iron"} and not found.orders[0].by_name


def test_what_a_prescription_renews():
    order = only(request(priorPrescription={"reference": "https://ehr.example/fhir/MedicationRequest/old"}))
    assert order.replaces == "MedicationRequest/old"


def test_supplements_of_a_nutrition_order():
    vitamin = {"type": {"text": "Vitamin C"}, "quantity": {"value": 500, "unit": "mg"}}
    nutrition = {"resourceType": "NutritionOrder", "id": "n", "status": "draft", "patient": {"reference": "Patient/p1"}}
    order = only(nutrition | {"supplement": [vitamin, {"productName": "Iron bisglycinate"}]})
    assert [item.groups for item in order.taken] == [{"vitamin-c"}, {"oral-iron"}]
    assert (order.kind, order.text, order.single_dose) == ("nutrition", "Vitamin C, Iron bisglycinate", None)


def test_a_laboratory_test_is_none_of_its_words():
    code = {"coding": [{"system": LOINC, "code": "2132-9"}], "text": "Vitamin B12 level"}
    order = only({"resourceType": "ServiceRequest", "id": "s", "status": "draft", "intent": "order", "code": code})
    assert order.analytes == {"vitamin-b12"} and order.taken == ()


def test_a_medication_that_stands_elsewhere_keeps_its_words():
    elsewhere = request(medicationReference={"reference": "Medication/x", "display": "Ferrous fumarate"})
    del elsewhere["medicationCodeableConcept"]
    assert only(elsewhere).by_name


def test_names_by_which_it_may_be_selected():
    order = only(request(), fullUrl="https://ehr.example/fhir/MedicationRequest/d1")
    assert order.names == {"d1", "MedicationRequest/d1", "https://ehr.example/fhir/MedicationRequest/d1"}


def test_another_patients_order_is_set_aside():
    found = drafts(request(subject={"reference": "Patient/p2"}), request(subject={"reference": "Patient/p1"}, id="d2"))
    assert [order.id for order in found.orders] == ["d2"] and found.other_patients == ("MedicationRequest/d1",)


@pytest.mark.parametrize("reference", [None, "urn:uuid:1", "https://ehr.example/fhir/Patient/p1", "#p"])
def test_whoever_is_not_named_otherwise_is_the_patient(reference):
    assert only(request(subject={"reference": reference})).id == "d1"


def test_another_fhir_version_is_refused():
    with pytest.raises(WrongFhirVersion):
        drafts({"resourceType": "MedicationOrder", "id": "d1"})
