"""What must hold for any order: nothing raises, sequence never matters, and the chart's own assessment is untouched."""

import copy
import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from clinical import (
    NotJson,
    OrderResource,
    WrongFhirVersion,
    assess,
    decode,
    load_knowledge,
    orders_matter,
    read_chart,
    read_document,
    read_draft_orders,
    review_orders,
)
from terminology import LOINC, RXNORM
from tests.clinical.reasoning.test_properties import ANY_JSON, CHART, TODAY, places
from tests.clinical.resources import bundle
from tests.running_order import examples

KNOWLEDGE = load_knowledge()
DOCUMENT = read_document(bundle(*CHART))
ON_FILE = read_chart(DOCUMENT.resources, patient_id=DOCUMENT.patient_id, answered=DOCUMENT.answered)


def drug(code, number):
    dosage = {
        "timing": {"repeat": {"frequency": 1, "period": 1, "periodUnit": "d"}},
        "doseAndRate": [{"doseQuantity": {"value": 1, "unit": "{tablet}"}}],
        "route": {"text": "oral"},
    }
    return {
        "resourceType": "MedicationRequest",
        "id": f"d{number}",
        "status": "draft",
        "intent": "order",
        "subject": {"reference": "Patient/p1"},
        "medicationCodeableConcept": {"coding": [{"system": RXNORM, "code": code}]},
        "dosageInstruction": [dosage],
    }


ORDERS = [
    *(drug(code, n) for n, code in enumerate(["24947", "10582", "310410", "198741", "15996", "199362", "2551"])),
    {"resourceType": "NutritionOrder", "id": "n1", "status": "draft", "patient": {"reference": "Patient/p1"},
     "supplement": [{"type": {"text": "Vitamin C"}, "productName": "C", "quantity": {"value": 1, "unit": "g"}}]},
    {"resourceType": "ServiceRequest", "id": "s1", "status": "draft", "intent": "order",
     "subject": {"reference": "Patient/p1"}, "code": {"coding": [{"system": LOINC, "code": "2132-9"}]}},
]  # fmt: skip


def reviewed(orders):
    data = json.dumps({"resourceType": "Bundle", "entry": [{"resource": one} for one in orders]}).encode()
    drafts = read_draft_orders(decode(data, OrderResource), "p1").orders
    orders_matter(drafts, KNOWLEDGE)
    return review_orders(ON_FILE, drafts, [one.reference for one in drafts], KNOWLEDGE, TODAY)


def essence(found):
    return sorted((one.caution.id, review.order.reference) for review in found.reviews for one in review.spoken)


BASELINE = {name for name, _ in essence(reviewed(ORDERS))}


@given(st.permutations(ORDERS))
@settings(max_examples=15, deadline=None)
def test_the_sequence_of_orders_never_matters(orders):
    assert {name for name, _ in essence(reviewed(orders))} == BASELINE


@given(st.sampled_from([path for path in places(ORDERS) if path]), ANY_JSON)
@settings(max_examples=examples(200), deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_any_json_in_place_of_any_element_never_raises(path, junk):
    orders = copy.deepcopy(ORDERS)
    place = orders
    for key in path[:-1]:
        place = place[key]
    place[path[-1]] = junk
    try:
        assert reviewed(orders).gaps == ()
    except (WrongFhirVersion, NotJson) as refusal:
        assert "\n" not in str(refusal)


def test_the_assessment_is_untouched():
    before = assess(ON_FILE, KNOWLEDGE, TODAY)
    reviewed(ORDERS)
    assert assess(ON_FILE, KNOWLEDGE, TODAY) == before


@pytest.mark.parametrize("selected", [[], ["MedicationRequest/none"]])
def test_what_is_not_selected_is_not_spoken_of(selected):
    data = json.dumps({"resourceType": "Bundle", "entry": [{"resource": one} for one in ORDERS]}).encode()
    drafts = read_draft_orders(decode(data, OrderResource), "p1").orders
    assert review_orders(ON_FILE, drafts, selected, KNOWLEDGE, TODAY).reviews == ()


def test_every_order_caution_names_only_what_is_ordered():
    for order in ORDERS:
        for review in reviewed([order]).reviews:
            assert all(review.order.reference in one.caution.facts for one in review.spoken)
