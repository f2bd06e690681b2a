"""A code that nobody can resolve, without a word beside it: the list it stands in does not answer "none"."""

from __future__ import annotations

import pytest

from tests.clinical.resources import chart, condition

OWN = "urn:oid:1.2.3"
RXNORM = "http://www.nlm.nih.gov/research/umls/rxnorm"
ATC = "http://www.whocc.no/atc"


def drug(system, code, **more):
    return {
        "resourceType": "MedicationRequest",
        "id": "m1",
        "status": "active",
        "intent": "order",
        "medicationCodeableConcept": {"coding": [{"system": system, "code": code}]},
        **more,
    }


def told(found):
    return [(note.id, note.source) for note in found.data_quality]


@pytest.mark.parametrize(
    ("resource", "kind"),
    [
        (condition("HH", OWN), "Condition"),
        (drug(OWN, "ABC"), "MedicationRequest"),
        (drug(RXNORM, "200328"), "MedicationRequest"),
        (drug(ATC, "L01"), "MedicationRequest"),
        ({"resourceType": "AllergyIntolerance", "id": "a1", "code": {"coding": [{"system": OWN, "code": "17"}]}},
         "AllergyIntolerance"),
    ],
)  # fmt: skip
def test_it_is_told_and_the_list_is_not_answered_in_full(resource, kind):
    found = chart(resource)
    assert told(found) == [("DQ.ILLEGIBLE", f"{resource['resourceType']}/{resource['id']}")]
    assert kind in found.partly_read
    assert kind not in found.answered


@pytest.mark.parametrize(
    "resource",
    [
        condition("I10"),
        condition("38341003", "http://snomed.info/sct"),
        condition() | {"code": {"coding": [{"system": OWN, "code": "HT"}], "text": "Hypertension"}},
        condition() | {"code": {"coding": [{"system": OWN, "code": "HT", "display": "Hypertension"}]}},
        condition("HH", OWN, verificationStatus={"coding": [{"code": "refuted"}]}),
        condition("HH", OWN, verificationStatus={"coding": [{"code": "entered-in-error"}]}),
        drug(ATC, "N02BE01"),
        drug(RXNORM, "7646"),
        drug(OWN, "ABC", medicationCodeableConcept={"text": "paracetamol"}),
        drug(OWN, "ABC", status="entered-in-error"),
    ],
)
def test_words_or_a_system_that_is_known_are_enough(resource):
    found = chart(resource)
    assert told(found) == []
    assert not found.partly_read


def test_an_ingredient_with_a_name_tells_what_the_product_is():
    product = {
        "resourceType": "Medication",
        "id": "p",
        "code": {"coding": [{"system": OWN, "code": "ABC"}]},
        "ingredient": [{"itemCodeableConcept": {"text": "paracetamol"}}],
    }
    order = {
        "resourceType": "MedicationRequest",
        "id": "m1",
        "status": "active",
        "medicationReference": {"reference": "#p"},
        "contained": [product],
    }
    assert told(chart(order)) == []
