"""Conditions found by the words of a problem, and texts that name one without the patient having it."""

from __future__ import annotations

import pytest

from terminology import conditions_by_name, groups_of, value_set
from terminology.code_groups import value_sets
from terminology.tables import condition_name_table

CKD4 = {"chronic-kidney-disease", "chronic-kidney-disease-4-to-5"}
NAMED = [
    ("Hereditary haemochromatosis", {"haemochromatosis"}),
    ("Hemochromatosis", {"haemochromatosis"}),
    ("HFE haemochromatosis, C282Y homozygous", {"haemochromatosis"}),
    ("Hämochromatose", {"haemochromatosis"}),
    ("Iron overload", {"iron-overload"}),
    ("Thalassaemia major", {"iron-loading-anaemia"}),
    ("Beta thalassemia", {"iron-loading-anaemia"}),
    ("On haemodialysis", {"dialysis"}),
    ("CKD stage 5, not on dialysis", {"chronic-kidney-disease-4-to-5"}),
    ("Chronic kidney disease, stage 4 (severe)", CKD4),
    ("pre-dialysis CKD 4", {"chronic-kidney-disease-4-to-5"}),
    ("Myasthenia gravis", {"myasthenia"}),
    ("Antibody negative myasthenia gravis", {"myasthenia"}),
    ("Peripheral neuropathy", {"neuropathy"}),
    ("Leber's hereditary optic neuropathy", {"leber-optic-neuropathy"}),
    ("Pernicious anaemia", {"pernicious-anaemia", "b12-malabsorption"}),
    ("Crohn’s disease", {"inflammatory-bowel-disease", "b12-malabsorption"}),
    ("Pulmonary sarcoidosis", {"granulomatous-disease"}),
    ("Not well controlled sarcoidosis", {"granulomatous-disease"}),
    ("Sarcoidosis (TB excluded)", {"granulomatous-disease"}),
    ("Non-Hodgkin's lymphoma", {"granulomatous-disease"}),
    ("High risk pregnancy", {"pregnancy"}),
    ("Suspected haemochromatosis", {"haemochromatosis"}),
    ("Personal history of haemochromatosis", {"haemochromatosis"}),
    ("Haemochromatosis, no cirrhosis", {"haemochromatosis"}),
    ("No cirrhosis, haemochromatosis", {"haemochromatosis"}),
    ("No cirrhosis but haemochromatosis", {"haemochromatosis"}),
    ("Haemochromatosis, not excluded", {"haemochromatosis"}),
    ("Haemochromatosis not ruled out", {"haemochromatosis"}),
    ("Haemochromatosis screening positive", {"haemochromatosis"}),
    ("Type 2 diabetes with no retinopathy and with peripheral neuropathy", {"neuropathy"}),
]
NOT_NAMED = [
    "",
    "Hypertension",
    "Essential (primary) hypertension",
    "Family history of haemochromatosis",
    "FH: haemochromatosis",
    "Mother has haemochromatosis",
    "No haemochromatosis",
    "no evidence of iron overload",
    "does not have haemochromatosis",
    "Rule out hemochromatosis",
    "r/o hemochromatosis",
    "haemochromatosis ruled out",
    "Sarcoidosis excluded",
    "negative for myasthenia gravis",
    "Screening for haemochromatosis",
    "Haemochromatosis gene screening",
    "At risk of iron overload",
    "Ausschluss Hämochromatose",
    "first degree AV block",
    "Beta thalassaemia trait",
    "Secondary hyperparathyroidism",
    "Pregnancy test negative",
    "Not pregnant",
    "Predialysis education",
    "Hemochromatosisx",
]


@pytest.mark.parametrize(("text", "groups"), NAMED)
def test_named(text: str, groups: set[str]) -> None:
    assert conditions_by_name(text) == groups


@pytest.mark.parametrize("text", NOT_NAMED)
def test_not_named(text: str) -> None:
    assert conditions_by_name(text) == frozenset()


@pytest.mark.parametrize("id", sorted(id for id, made in value_sets().items() if made.kind == "condition"))
def test_a_sets_own_names_are_found(id: str) -> None:
    assert [name for name in value_set(id).names if id not in conditions_by_name(name)] == []


def test_a_neighbour_is_no_name() -> None:
    names = {name for made in value_sets().values() if made.kind == "condition" for name in made.names}
    assert names.isdisjoint(condition_name_table()["others"])


ICD10CM, ICD9CM = "http://hl7.org/fhir/sid/icd-10-cm", "http://hl7.org/fhir/sid/icd-9-cm"


@pytest.mark.parametrize(
    ("system", "code", "id"),
    [
        (ICD10CM, "E83.11", "haemochromatosis"),
        (ICD10CM, "E83.1", "iron-overload"),
        (ICD9CM, "275.01", "haemochromatosis"),
        (ICD9CM, "27502", "iron-overload"),
        (ICD10CM, "D57.00", "iron-loading-anaemia"),
        (ICD10CM, "D56.0", "iron-loading-anaemia"),
        (ICD10CM, "D46.4", "iron-loading-anaemia"),
        (ICD10CM, "G60.9", "neuropathy"),
        (ICD10CM, "G70.80", "myasthenia"),
        (ICD10CM, "A18.01", "granulomatous-disease"),
        (ICD9CM, "V45.11", "dialysis"),
    ],
)
def test_what_the_classification_puts_under_the_same_heading(system: str, code: str, id: str) -> None:
    assert id in groups_of(system, code)


@pytest.mark.parametrize("code", ["D56.3", "D57.3", "E83.10", "G64"])
def test_a_trait_and_what_is_unspecified_are_left_out(code: str) -> None:
    held = groups_of(ICD10CM, code) & {"iron-loading-anaemia", "haemochromatosis", "neuropathy"}
    assert held == frozenset()
