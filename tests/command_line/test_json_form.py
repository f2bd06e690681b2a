"""The JSON that scripts rely on: names, shapes, exact numbers."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import pytest

from command_line.json_form import canonical, written
from tests.command_line.conftest import Call, bundle, patient, restless_legs, result

KEYS = {
    "patient": {"reference", "birthDate", "gender"},
    "context": {"restlessLegs", "pregnant", "dialysis", "ageYears"},
    "measurements": {
        "analyte", "value", "unit", "comparator", "band", "reported", "effective", "source", "derivedFrom", "usable",
    },
    "findings": {"id", "nutrient", "analyte", "indicator", "because", "facts", "citations"},
    "dataQuality": {"id", "analyte", "source", "reason"},
    "cautions": {"id", "nutrient", "severity", "affects", "relevant", "text", "facts", "citations"},
    "proposals": {"id", "nutrient", "kind", "preselected", "label"},
}  # fmt: skip


@pytest.fixture
def told(call: Call, chart: bytes) -> dict[str, Any]:
    answer: dict[str, Any] = json.loads(call("assess", "--format", "json", given=chart).stdout, parse_float=Decimal)
    return answer


@pytest.mark.parametrize("part", KEYS)
def test_the_promised_keys(call: Call, part: str) -> None:
    chart = bundle(
        patient(),
        restless_legs(),
        result("f1", "2276-4", 22, "ug/L"),
        result("f2", "2276-4", 22, "mg/dL"),
        result("t1", "2502-3", 12, "%"),
    )
    content = json.loads(call("assess", "--format", "json", given=chart).stdout)[part]
    for entry in content if isinstance(content, list) else [content]:
        assert KEYS[part] <= set(entry)
    assert content


def test_patient_and_context(told: dict[str, Any]) -> None:
    assert told["patient"] == {"reference": "Patient/p1", "birthDate": "1980-01-01", "gender": "female"}
    assert told["context"]["restlessLegs"] == "yes"
    assert told["context"]["dialysis"] == "unknown"
    assert told["context"]["ageYears"] == 46
    assert told["assessedOn"] == "2026-11-22"


def test_a_measurement(told: dict[str, Any]) -> None:
    ferritin = next(entry for entry in told["measurements"] if entry["analyte"] == "ferritin")
    assert ferritin == {
        "analyte": "ferritin",
        "value": 22,
        "unit": "ng/mL",
        "comparator": None,
        "band": "IRON.DEF",
        "reported": "22 ug/L",
        "effective": "2026-11-15",
        "source": "Observation/f1",
        "derivedFrom": [],
        "usable": True,
    }


def test_a_finding_names_its_facts(told: dict[str, Any]) -> None:
    low = next(finding for finding in told["findings"] if finding["id"] == "IRON.RLS_LOW")
    assert low["nutrient"] == "iron"
    assert low["indicator"] == "warning"
    assert "Observation/f1" in low["facts"]
    assert low["citations"]


def test_orders_are_resources_and_proposals_without_one_have_none(told: dict[str, Any]) -> None:
    kinds = {proposal["kind"]: proposal for proposal in told["proposals"]}
    assert kinds["medication"]["resource"]["resourceType"] == "MedicationRequest"
    assert kinds["medication"]["resource"]["status"] == "draft"
    assert kinds["laboratory"]["resource"]["resourceType"] == "ServiceRequest"
    for kind in ("referral", "advice"):
        assert "resource" not in kinds.get(kind, {})


@pytest.mark.parametrize(
    ("analyte", "value", "unit", "shown"),
    [
        ("ferritin", "38.0", "ng/mL", "38.0"),
        ("ferritin", "166", "pmol/L", "73.87"),
        ("magnesium", "0.70", "mmol/L", "1.70135"),
        ("magnesium", "1.60", "mg/dL", "1.60"),
        ("vitamin-d", "48", "nmol/L", "19.2"),
        ("mma", "400", "nmol/L", "400"),
    ],
)
def test_numbers_keep_their_digits(analyte: str, value: str, unit: str, shown: str) -> None:
    assert str(canonical(analyte, Decimal(value), unit)) == shown


def test_numbers_are_written_as_numbers() -> None:
    assert written({"value": Decimal("38.0")}) == b'{\n "value": 38.0\n}\n'
