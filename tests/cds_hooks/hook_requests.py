"""Hook requests as an EHR would send them, made of few words: ``call(ferritin="22 ng/mL")``."""

from __future__ import annotations

import json
from typing import Any

HOOK_INSTANCE = "4e0a3a1e-3283-4575-ab82-028d55fe2719"
PATIENT = "p1"
UCUM = "http://unitsofmeasure.org"
DAY = "2026-11-15"

# By analyte: the prefetch key it belongs to, and a LOINC code of it.
RESULTS = {
    "ferritin": ("iron", "2276-4"),
    "transferrin_saturation": ("iron", "2502-3"),
    "vitamin_d": ("vitaminD", "62292-8"),
    "vitamin_b12": ("vitaminB12", "2132-9"),
    "folate": ("folate", "2284-8"),
    "magnesium": ("magnesium", "2601-3"),
    "vitamin_b6": ("vitaminB6", "62236-5"),
    "vitamin_c": ("vitaminC", "14622-5"),
    "vitamin_e": ("vitaminE", "1823-4"),
    "hemoglobin": ("bloodCount", "718-7"),
    "crp": ("inflammation", "1988-5"),
    "egfr": ("kidney", "98979-8"),
    "adjusted_calcium": ("minerals", "29265-6"),
    "potassium": ("minerals", "2823-3"),
}
LABORATORY = (*dict.fromkeys(key for key, _ in RESULTS.values()), "liver")
OTHER_KEYS = ("patient", "pregnancy", "conditions", "medications", "allergies", "procedures", "openOrders")

ALL_NORMAL: dict[str, Any] = {
    "ferritin": "140 ng/mL",
    "transferrin_saturation": "28 %",
    "vitamin_d": "35 ng/mL",
    "vitamin_b12": "500 pg/mL",
    "folate": "9 ng/mL",
    "magnesium": "0.85 mmol/L",
    "hemoglobin": "14 g/dL",
    "crp": "1 mg/L",
    "egfr": "90 mL/min/{1.73_m2}",
    "adjusted_calcium": "2.35 mmol/L",
    "potassium": "4.2 mmol/L",
}


def call(prefetch: dict[str, Any] | None = None, *, restless_legs: bool = True, **results: Any) -> dict[str, Any]:
    """A complete request; ``results`` are told as "22 ng/mL", ``prefetch`` overrides single keys."""
    return request(full_prefetch(restless_legs=restless_legs, **results) | (prefetch or {}))


def request(prefetch: dict[str, Any] | None) -> dict[str, Any]:
    body: dict[str, Any] = {
        "hook": "patient-view",
        "hookInstance": HOOK_INSTANCE,
        "context": {"patientId": PATIENT, "userId": "Practitioner/dr1"},
    }
    return body if prefetch is None else body | {"prefetch": prefetch}


def full_prefetch(*, restless_legs: bool = True, **results: Any) -> dict[str, Any]:
    """Every key answered: with results where there are any, else alternately by ``null`` or an empty searchset."""
    answer: dict[str, Any] = dict.fromkeys(LABORATORY) | {key: searchset() for key in OTHER_KEYS}
    answer["patient"] = patient()
    if restless_legs:
        answer["conditions"] = searchset(condition("32914008", "http://snomed.info/sct"))
    for analyte, told in results.items():
        key, code = RESULTS[analyte]
        value, _, unit = told.partition(" ")
        found = observation(code, json.loads(value), unit, id=analyte.replace("_", "-"))
        entries = answer[key]["entry"] if answer[key] else []
        answer[key] = searchset(*(entry["resource"] for entry in entries), found)
    return answer


def searchset(*resources: dict[str, Any], **more: Any) -> dict[str, Any]:
    bundle: dict[str, Any] = {"resourceType": "Bundle", "type": "searchset", **more}
    return bundle | {"entry": [{"resource": resource} for resource in resources]} if resources else bundle


def patient(id: str = PATIENT, **more: Any) -> dict[str, Any]:
    return {"resourceType": "Patient", "id": id, "gender": "female", "birthDate": "1970-06-15", **more}


def observation(
    loinc: str, value: float, unit: str, *, id: str = "o1", of: str = PATIENT, **more: Any
) -> dict[str, Any]:
    return {
        "resourceType": "Observation",
        "id": id,
        "status": "final",
        "code": {"coding": [{"system": "http://loinc.org", "code": loinc}]},
        "subject": {"reference": f"Patient/{of}"},
        "effectiveDateTime": f"{DAY}T08:00:00Z",
        "valueQuantity": {"value": value, "unit": unit, "system": UCUM, "code": unit},
        **more,
    }


def condition(code: str, system: str = "http://hl7.org/fhir/sid/icd-10-cm", **more: Any) -> dict[str, Any]:
    active = {"system": "http://terminology.hl7.org/CodeSystem/condition-clinical", "code": "active"}
    return {
        "resourceType": "Condition",
        "id": f"c-{code.replace('.', '-')}",
        "subject": {"reference": f"Patient/{PATIENT}"},
        "clinicalStatus": {"coding": [active]},
        "code": {"coding": [{"system": system, "code": code}]},
        **more,
    }


def medication(rxnorm: str, **more: Any) -> dict[str, Any]:
    return {
        "resourceType": "MedicationRequest",
        "id": f"m-{rxnorm}",
        "status": "active",
        "intent": "order",
        "subject": {"reference": f"Patient/{PATIENT}"},
        "medicationCodeableConcept": {
            "coding": [{"system": "http://www.nlm.nih.gov/research/umls/rxnorm", "code": rxnorm}]
        },
        "authoredOn": "2026-06-01",
        **more,
    }


def operation_outcome(severity: str = "error", code: str = "exception") -> dict[str, Any]:
    return {"resourceType": "OperationOutcome", "issue": [{"severity": severity, "code": code}]}
