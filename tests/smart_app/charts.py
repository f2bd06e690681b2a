"""Invented patients for launches; their days are near today, because the app under test lives today."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any, TypeAlias

Resource: TypeAlias = dict[str, Any]

PATIENT = "pt-ruth-4711"
OTHER_PATIENT = "pt-otto-0815"
FAMILY_NAME = "Lindqvistsdottir"
OTHER_FAMILY_NAME = "Ollenhauerson"
FERRITIN, TRANSFERRIN_SATURATION = "2276-4", "2502-3"
_UCUM = "http://unitsofmeasure.org"
_CATEGORY = "http://terminology.hl7.org/CodeSystem/observation-category"


def days_ago(days: int) -> str:
    return (date.today() - timedelta(days=days)).isoformat()


def chart_of_ruth() -> list[Resource]:
    """Restless legs, ferritin 18.3 ng/mL of last month and 41 of last year."""
    return [
        patient(),
        restless_legs(),
        observation(FERRITIN, 18.3, "ng/mL", id="ferritin-new", days=24),
        observation(FERRITIN, 41.0, "ng/mL", id="ferritin-old", days=400),
        observation(TRANSFERRIN_SATURATION, 12.0, "%", id="tsat", days=24),
    ]


def chart_of_otto() -> list[Resource]:
    """Ferritin 133 ng/mL, so that nobody can take one chart for the other."""
    return [
        patient(OTHER_PATIENT, family=OTHER_FAMILY_NAME, gender="male"),
        restless_legs(OTHER_PATIENT),
        observation(FERRITIN, 133.0, "ng/mL", id="ferritin-otto", of=OTHER_PATIENT),
    ]


def patient(id: str = PATIENT, *, family: str = FAMILY_NAME, gender: str = "female", **more: Any) -> Resource:
    name = [{"use": "official", "family": family, "given": ["Ruth" if gender == "female" else "Otto"]}]
    return {"resourceType": "Patient", "id": id, "name": name, "gender": gender, "birthDate": "1970-06-15", **more}


def observation(
    loinc: str, value: float, unit: str, *, id: str, days: int = 24, of: str = PATIENT, **more: Any
) -> Resource:
    """A final laboratory result of so many days ago."""
    return {
        "resourceType": "Observation",
        "id": id,
        "status": "final",
        "category": [{"coding": [{"system": _CATEGORY, "code": "laboratory"}]}],
        "code": {"coding": [{"system": "http://loinc.org", "code": loinc}]},
        "subject": {"reference": f"Patient/{of}"},
        "effectiveDateTime": f"{days_ago(days)}T08:00:00Z",
        "valueQuantity": {"value": value, "unit": unit, "system": _UCUM, "code": unit},
        **more,
    }


def restless_legs(of: str = PATIENT) -> Resource:
    active = {"system": "http://terminology.hl7.org/CodeSystem/condition-clinical", "code": "active"}
    return {
        "resourceType": "Condition",
        "id": f"rls-{of}",
        "subject": {"reference": f"Patient/{of}"},
        "clinicalStatus": {"coding": [active]},
        "code": {"coding": [{"system": "http://snomed.info/sct", "code": "32914008"}]},
    }
