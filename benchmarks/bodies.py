"""Hook calls of realistic weight: about 1.6 kB an Observation, a fifth of them about our analytes."""

from __future__ import annotations

import json
from typing import Any

_OURS = [
    ("2276-4", "Ferritin [Mass/volume] in Serum or Plasma", 28, "ng/mL"),
    ("2502-3", "Iron saturation [Mass Fraction] in Serum or Plasma", 14, "%"),
    ("1988-5", "C reactive protein [Mass/volume] in Serum or Plasma", 3, "mg/L"),
    ("718-7", "Hemoglobin [Mass/volume] in Blood", 12.8, "g/dL"),
    ("62292-8", "25-Hydroxyvitamin D3+25-Hydroxyvitamin D2 [Mass/volume] in Serum or Plasma", 17, "ng/mL"),
    ("2132-9", "Cobalamin (Vitamin B12) [Mass/volume] in Serum or Plasma", 420, "pg/mL"),
    ("2284-8", "Folate [Mass/volume] in Serum or Plasma", 9.1, "ng/mL"),
    ("2601-3", "Magnesium [Moles/volume] in Serum or Plasma", 0.82, "mmol/L"),
    ("98979-8", "Glomerular filtration rate/1.73 sq M.predicted", 88, "mL/min/{1.73_m2}"),
    ("17861-6", "Calcium [Mass/volume] in Serum or Plasma", 9.4, "mg/dL"),
    ("1751-7", "Albumin [Mass/volume] in Serum or Plasma", 41, "g/L"),
    ("2823-3", "Potassium [Moles/volume] in Serum or Plasma", 4.2, "mmol/L"),
]
_OTHERS = [
    ("2951-2", "Sodium [Moles/volume] in Serum or Plasma", 139, "mmol/L"),
    ("2075-0", "Chloride [Moles/volume] in Serum or Plasma", 103, "mmol/L"),
    ("6690-2", "Leukocytes [#/volume] in Blood by Automated count", 6.4, "10*3/uL"),
    ("777-3", "Platelets [#/volume] in Blood by Automated count", 244, "10*3/uL"),
    ("3016-3", "Thyrotropin [Units/volume] in Serum or Plasma", 1.9, "m[IU]/L"),
]


def _observation(number: int, lab: tuple[str, str, float, str], day: str) -> dict[str, Any]:
    code, name, value, unit = lab
    narrative = f"<div xmlns='http://www.w3.org/1999/xhtml'><p><b>{name}</b> {value} {unit}, collected {day}</p></div>"
    return {
        "resourceType": "Observation",
        "id": f"lab-{number}",
        "meta": {
            "versionId": "3",
            "lastUpdated": f"{day}T11:24:09.000+01:00",
            "source": "urn:example:laboratory-system:hl7v2-feed#A9fX2",
            "profile": ["http://hl7.org/fhir/us/core/StructureDefinition/us-core-observation-lab"],
        },
        "text": {"status": "generated", "div": narrative},
        "identifier": [
            {"use": "official", "system": "urn:oid:1.2.840.114350.1.13.0.1.7.2.798268", "value": f"ACC{number:09d}"}
        ],
        "basedOn": [{"reference": f"ServiceRequest/order-{number // 8}", "display": "Routine chemistry panel"}],
        "status": "final",
        "category": [
            {
                "coding": [
                    {
                        "system": "http://terminology.hl7.org/CodeSystem/observation-category",
                        "code": "laboratory",
                        "display": "Laboratory",
                    }
                ],
                "text": "Laboratory",
            }
        ],
        "code": {
            "coding": [
                {"system": "http://loinc.org", "code": code, "display": name},
                {
                    "system": "urn:oid:1.2.840.114350.1.13.0.1.7.5.737384.100",
                    "code": str(1000 + number % 97),
                    "display": name.upper(),
                },
            ],
            "text": name,
        },
        "subject": {"reference": "Patient/bench", "display": "Benchmark, Patient"},
        "encounter": {"reference": f"Encounter/visit-{number // 16}", "display": "Office visit"},
        "effectiveDateTime": f"{day}T08:05:00+01:00",
        "issued": f"{day}T11:24:09.000+01:00",
        "performer": [{"reference": "Organization/central-laboratory", "display": "Central Laboratory"}],
        "valueQuantity": {"value": value, "unit": unit, "system": "http://unitsofmeasure.org", "code": unit},
        "interpretation": [
            {
                "coding": [
                    {
                        "system": "http://terminology.hl7.org/CodeSystem/v3-ObservationInterpretation",
                        "code": "N",
                        "display": "Normal",
                    }
                ],
                "text": "Normal",
            }
        ],
        "specimen": {"reference": f"Specimen/tube-{number // 8}", "display": "Serum"},
        "referenceRange": [
            {
                "low": {"value": 1, "unit": unit, "system": "http://unitsofmeasure.org", "code": unit},
                "high": {"value": 500, "unit": unit},
                "text": f"1 - 500 {unit}",
            }
        ],
    }


def hook_call(observations: int) -> bytes:
    """A patient-view request with ``observations`` results over five years, the newest of 2026-11-15."""
    results = []
    for number in range(observations):
        ours = number % 5 == 0 or number < len(_OURS)
        lab = (
            _OURS[(number if number < len(_OURS) else number // 5) % len(_OURS)]
            if ours
            else _OTHERS[number % len(_OTHERS)]
        )
        day = (
            "2026-11-15" if number < len(_OURS) else f"{2022 + number % 4}-{1 + number % 12:02d}-{1 + number % 28:02d}"
        )
        results.append(_observation(number, lab, day))
    searchset = {
        "resourceType": "Bundle",
        "type": "searchset",
        "entry": [
            {"fullUrl": f"https://ehr.example.org/fhir/r4/Observation/{r['id']}", "resource": r} for r in results
        ],
    }
    restless_legs = {
        "resourceType": "Condition",
        "id": "rls",
        "clinicalStatus": {
            "coding": [{"system": "http://terminology.hl7.org/CodeSystem/condition-clinical", "code": "active"}]
        },
        "code": {
            "coding": [
                {"system": "http://hl7.org/fhir/sid/icd-10-cm", "code": "G25.81", "display": "Restless legs syndrome"}
            ]
        },
        "subject": {"reference": "Patient/bench"},
    }
    request = {
        "hook": "patient-view",
        "hookInstance": "d1577c69-dfbe-44ad-ba6d-3e05e953b2ea",
        "context": {"userId": "Practitioner/1", "patientId": "bench"},
        "prefetch": {
            "patient": {"resourceType": "Patient", "id": "bench", "birthDate": "1975-05-05", "gender": "female"},
            "iron": searchset,
            "conditions": {"resourceType": "Bundle", "type": "searchset", "entry": [{"resource": restless_legs}]},
            "medications": {"resourceType": "Bundle", "type": "searchset", "entry": []},
            "allergies": {"resourceType": "Bundle", "type": "searchset", "entry": []},
        },
    }
    return json.dumps(request, separators=(",", ":")).encode()
