"""Prefetch templates, answered from the charts."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from demo_ehr.charts import Charts
from demo_ehr.desk.prefetch import prefetched

ADA = "restless-legs-low-ferritin"
BASE = "http://ehr.example/fhir"


@pytest.fixture(scope="module")
def charts() -> Charts:
    return Charts(date(2026, 11, 22))


def answer(charts: Charts, template: str) -> Any:
    return prefetched({"key": template}, {"patientId": ADA}, charts, BASE)["key"]


def test_a_read_gives_the_resource(charts: Charts) -> None:
    assert answer(charts, "Patient/{{context.patientId}}")["id"] == ADA


def test_what_is_not_there_is_null(charts: Charts) -> None:
    assert answer(charts, "Patient/nobody") is None


def test_a_search_gives_a_searchset_of_this_patient_alone(charts: Charts) -> None:
    code = "http://loinc.org|2276-4,http://loinc.org|2502-3"
    bundle = answer(charts, f"Observation?patient={{{{context.patientId}}}}&code={code}&_sort=-date&_count=100")
    resources = [entry["resource"] for entry in bundle["entry"]]
    assert bundle["total"] == len(resources) >= 3
    assert {one["subject"]["reference"] for one in resources} == {f"Patient/{ADA}"}
    assert {one["code"]["coding"][0]["code"] for one in resources} == {"2276-4", "2502-3"}
    days = [one["effectiveDateTime"] for one in resources]
    assert days == sorted(days, reverse=True)


def test_an_empty_search_has_no_entry(charts: Charts) -> None:
    bundle = answer(charts, "Observation?patient={{context.patientId}}&code=http://loinc.org|00000-0")
    assert bundle == {"resourceType": "Bundle", "type": "searchset", "total": 0}


def test_a_token_nobody_knows_is_not_answered(charts: Charts) -> None:
    assert prefetched({"key": "Encounter/{{context.encounterId}}"}, {"patientId": ADA}, charts, BASE) == {}
