"""Assessments made by hand, so that cards are tested for what they do with one, whatever the rules of the day say."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import msgspec

from clinical import Assessment
from clinical.chart import Measurement, Patient, read_date
from clinical.reasoning import Caution, Context, Finding, Proposal, Seen, Withheld

TODAY = date(2026, 11, 22)
NOTHING_FOUND = Assessment(
    patient=Patient(reference="Patient/p1", gender="female"),
    assessed_on=TODAY,
    knowledge_version="2026.11.0+0000000",
    jurisdiction="international",
    context=Context(restless_legs="yes", pregnant="no", dialysis="unknown", age_years=46),
    measurements=(),
    findings=(),
    data_quality=(),
    cautions=(),
    proposals=(),
    withheld=(),
    advice=(),
    gaps=(),
    other_patients=(),
)


def assessment(**parts: Any) -> Assessment:
    return msgspec.structs.replace(NOTHING_FOUND, **parts)


def seen(analyte: str = "ferritin", value: str = "22", unit: str = "ng/mL", source: str = "Observation/f1") -> Seen:
    measurement = Measurement(
        analyte=analyte,
        value=Decimal(value),
        unit=unit,
        reported=f"{value} {unit}",
        reported_unit=unit,
        effective=read_date("2026-11-15"),
        source=source,
    )
    return Seen(measurement, usable=True, bands=())


def finding(**parts: Any) -> Finding:
    told: dict[str, Any] = {
        "id": "IRON.RLS_LOW",
        "nutrient": "iron",
        "analyte": "ferritin",
        "indicator": "warning",
        "title": "Iron is low for restless legs",
        "because": "Ferritin 22 ng/mL (2026-11-15) is at or below 75 ng/mL",
        "consider": "Consider oral iron.",
        "facts": ("Observation/f1",),
        "citations": ("aasm-2025",),
        "section": "recommendation on iron",
        "strength": "consensus",
        "verified": "verified",
        "rule": "IRON.R12",
    }
    return Finding(**(told | parts))


def caution(**parts: Any) -> Caution:
    told: dict[str, Any] = {
        "id": "FE09",
        "nutrient": "iron",
        "severity": "warning",
        "affects": ("S.FE.PO",),
        "relevant": True,
        "holds_back": False,
        "text": "Levothyroxine: separate iron by at least 4 hours.",
        "facts": ("MedicationRequest/t1",),
        "citations": ("openfda-labels",),
        "section": "drug interactions",
        "strength": "label",
        "verified": "verified",
    }
    return Caution(**(told | parts))


def proposal(**parts: Any) -> Proposal:
    told: dict[str, Any] = {
        "id": "S.FE.PO",
        "nutrient": "iron",
        "kind": "medication",
        "preselected": True,
        "label": "Consider ferrous sulfate 325 mg once daily",
        "text": "",
        "resources": (
            {
                "resourceType": "MedicationRequest",
                "status": "draft",
                "intent": "proposal",
                "medicationCodeableConcept": {"text": "ferrous sulfate 325 mg tablet"},
                "subject": {"reference": "Patient/p1"},
            },
        ),
        "cautions": (),
        "unknowns": (),
        "citations": ("aasm-2025",),
    }
    return Proposal(**(told | parts))


def laboratory_proposal(**parts: Any) -> Proposal:
    tests = ("Ferritin", "Iron and iron-binding capacity panel")
    resources = tuple(
        {
            "resourceType": "ServiceRequest",
            "status": "draft",
            "intent": "proposal",
            "code": {"text": text},
            "subject": {"reference": "Patient/p1"},
        }
        for text in tests
    )
    told = {"id": "S.LAB.IRON", "kind": "laboratory", "label": "Consider iron studies", "resources": resources}
    return proposal(**(told | parts))


def withheld(**parts: Any) -> Withheld:
    return Withheld(**({"proposal": "S.FE.PO", "nutrient": "iron", "cautions": ("FE01",)} | parts))


IRON_IS_LOW = assessment(measurements=(seen(),), findings=(finding(),), proposals=(proposal(),))
