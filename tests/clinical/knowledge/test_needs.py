"""What is fetched is what the knowledge asks for: no rule may wait for a result that nobody was asked to send."""

from __future__ import annotations

import pytest

from clinical import Knowledge, load_knowledge
from clinical.knowledge.needs import Need, needs, nutrient_in_words
from terminology import loinc_codes


@pytest.fixture(scope="module")
def knowledge() -> Knowledge:
    return load_knowledge()


@pytest.fixture(scope="module")
def by_key(knowledge: Knowledge) -> dict[str, Need]:
    return {need.key: need for need in needs(knowledge)}


def test_every_nutrient_has_a_need_of_its_own(knowledge: Knowledge, by_key: dict[str, Need]) -> None:
    assert {need.nutrient for need in by_key.values() if need.nutrient} == set(knowledge.nutrients)


def test_every_analyte_that_the_knowledge_names_is_fetched(knowledge: Knowledge, by_key: dict[str, Need]) -> None:
    named = {limit.analyte for limit in knowledge.limits.values()} | set(knowledge.bands_by_analyte)
    named |= set(knowledge.freshness) | {part for derivation in knowledge.derivations for part in derivation.of}
    assert named <= {analyte for need in by_key.values() for analyte in need.analytes}


def test_no_analyte_is_fetched_twice(by_key: dict[str, Need]) -> None:
    analytes = [analyte for need in by_key.values() for analyte in need.analytes]
    assert len(set(analytes)) == len(analytes)


def test_a_result_is_asked_for_by_every_code_that_may_count(by_key: dict[str, Need]) -> None:
    for need in by_key.values():
        for analyte in need.analytes:
            assert {*loinc_codes(analyte), *loinc_codes(analyte, "local-validation")} <= set(need.codes)


def test_look_alikes_are_not_asked_for(by_key: dict[str, Need]) -> None:
    codes = {code for need in by_key.values() for code in need.codes}
    refused = {code for need in by_key.values() for name in need.analytes for code in loinc_codes(name, "refused")}
    assert refused and not codes & refused


def test_what_a_saturation_is_worked_out_of_comes_with_it(by_key: dict[str, Need]) -> None:
    assert {"iron", "tibc", "uibc", "transferrin"} <= set(by_key["iron"].analytes)
    assert {"calcium", "albumin"} <= set(by_key["minerals"].analytes)


def test_the_rest_of_the_chart(by_key: dict[str, Need]) -> None:
    others = {need.key: need.resource_type for need in by_key.values() if not need.laboratory}
    assert others == {
        "patient": "Patient",
        "pregnancy": "Observation",
        "conditions": "Condition",
        "medications": "MedicationRequest",
        "allergies": "AllergyIntolerance",
        "procedures": "Procedure",
    }


@pytest.mark.parametrize(
    ("nutrient", "words"), [("iron", "iron"), ("vitamin-b12", "vitamin B12"), ("vitamin-d", "vitamin D")]
)
def test_nutrients_in_words(nutrient: str, words: str) -> None:
    assert nutrient_in_words(nutrient) == words
