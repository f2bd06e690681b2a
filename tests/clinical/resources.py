"""Small FHIR resources for tests, as an EHR would send them."""

from __future__ import annotations

import json
from typing import Any

from clinical import Chart, read_chart, read_document

LOINC = "http://loinc.org"
UCUM = "http://unitsofmeasure.org"


def observation(
    code: str | dict[str, Any] = "2276-4", value: Any = 38, unit: str | None = "ng/mL", **more: Any
) -> dict[str, Any]:
    """A final laboratory Observation of Patient/p1, collected a week before 2026-11-22; ``None`` drops an element."""
    resource: dict[str, Any] = {
        "resourceType": "Observation",
        "id": "o1",
        "status": "final",
        "code": code if isinstance(code, dict) else {"coding": [{"system": LOINC, "code": code}]},
        "subject": {"reference": "Patient/p1"},
        "effectiveDateTime": "2026-11-15T08:00:00+01:00",
        "valueQuantity": {"value": value, **({"unit": unit, "system": UCUM, "code": unit} if unit else {})},
    }
    resource.update(more)
    return {name: element for name, element in resource.items() if element is not None}


def patient(**more: Any) -> dict[str, Any]:
    return {"resourceType": "Patient", "id": "p1", "birthDate": "1980-01-01", "gender": "female", **more}


def condition(code: str = "G25.81", system: str = "http://hl7.org/fhir/sid/icd-10-cm", **more: Any) -> dict[str, Any]:
    return {
        "resourceType": "Condition",
        "id": "c1",
        "clinicalStatus": {"coding": [{"code": "active"}]},
        "code": {"coding": [{"system": system, "code": code}]},
        "subject": {"reference": "Patient/p1"},
        **more,
    }


def bundle(*resources: dict[str, Any]) -> bytes:
    return json.dumps(
        {"resourceType": "Bundle", "type": "collection", "entry": [{"resource": r} for r in resources]}
    ).encode()


def chart(*resources: dict[str, Any], **options: Any) -> Chart:
    return read_chart(read_document(bundle(*resources)).resources, **options)
