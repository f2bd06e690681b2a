"""A chart as rows for the eye: who the patient is, problems, drugs, allergies, results. It judges nothing."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from demo_ehr.charts import Resource

STORIES = Path(__file__).resolve().parent.parent / "stories.toml"
# As on the screens of EHRs, and in one piece; what is sent to others stays as it is.
_WRITTEN_OUT = ("{1.73_m2}", "1.73\u00a0m²")
_ENDED = frozenset({"stopped", "completed", "cancelled", "entered-in-error", "draft", "on-hold", "unknown"})


class PatientLine(NamedTuple):
    """A patient as the list and the banner show them. ``age`` in years, None without a whole birth date."""

    id: str
    name: str
    birth_date: str
    age: int | None
    gender: str
    story: str


class Row(NamedTuple):
    """One line of the chart; ``when`` is a date as the resource writes it, ``note`` what is unusual about it."""

    what: str
    value: str = ""
    when: str = ""
    note: str = ""


class ChartView(NamedTuple):
    problems: list[Row]
    medications: list[Row]
    allergies: list[Row]
    procedures: list[Row]
    results: list[Row]
    orders: list[Row]


@cache
def stories() -> dict[str, str]:
    return tomllib.loads(STORIES.read_text("utf-8"))


def patient_line(patient: Resource, today: date) -> PatientLine:
    born = str(patient.get("birthDate", ""))
    return PatientLine(
        id=patient["id"],
        name=_name(patient),
        birth_date=born,
        age=_age(born, today),
        gender=str(patient.get("gender", "unknown")),
        story=stories().get(patient["id"], patient["id"].replace("-", " ").capitalize()),
    )


def chart_view(resources: Iterable[Resource]) -> ChartView:
    by_type: dict[str, list[Resource]] = {}
    for resource in resources:
        by_type.setdefault(resource["resourceType"], []).append(resource)
    drugs = by_type.get("MedicationRequest", []) + by_type.get("MedicationStatement", [])
    return ChartView(
        problems=[_problem(one) for one in by_type.get("Condition", [])],
        medications=[_medication(one) for one in drugs],
        allergies=[Row(_words(one.get("code"))) for one in by_type.get("AllergyIntolerance", [])],
        procedures=[Row(_words(one.get("code")), when=_day(one)) for one in by_type.get("Procedure", [])],
        results=sorted((_result(one) for one in by_type.get("Observation", [])), key=lambda row: row.when)[::-1],
        orders=[_order(one) for one in by_type.get("ServiceRequest", [])],
    )


def words_of_order(resource: Mapping[str, Any]) -> str:
    """What is ordered, in the order's own words."""
    return _words(resource.get("medicationCodeableConcept") or resource.get("code"))


def instructions_of(resource: Mapping[str, Any]) -> str:
    dosage = resource.get("dosageInstruction") or [{}]
    return str(dosage[0].get("text") or resource.get("patientInstruction") or "")


def _name(patient: Resource) -> str:
    name = (patient.get("name") or [{}])[0]
    return ", ".join(filter(None, (name.get("family"), " ".join(name.get("given", []))))) or "No name"


def _age(born: str, today: date) -> int | None:
    try:
        day = date.fromisoformat(born)
    except ValueError:
        return None
    return today.year - day.year - ((today.month, today.day) < (day.month, day.day))


def _words(concept: Mapping[str, Any] | None) -> str:
    told = concept or {}
    coding = (told.get("coding") or [{}])[0]
    return str(told.get("text") or coding.get("display") or coding.get("code") or "(no words)")


def _status(resource: Resource, member: str) -> str:
    return str(((resource.get(member) or {}).get("coding") or [{}])[0].get("code", ""))


def _problem(resource: Resource) -> Row:
    state = _status(resource, "clinicalStatus")
    told = [state if state not in ("", "active") else "", _status(resource, "verificationStatus")]
    note = ", ".join(word for word in told if word not in ("", "confirmed"))
    return Row(_words(resource.get("code")), when=_day(resource), note=note)


def _medication(resource: Resource) -> Row:
    status = str(resource.get("status", ""))
    what = _words(resource.get("medicationCodeableConcept"))
    return Row(what, instructions_of(resource), _day(resource), status if status in _ENDED else "")


def _order(resource: Resource) -> Row:
    return Row(_words(resource.get("code")), when=_day(resource), note=str(resource.get("status", "")))


def _result(resource: Resource) -> Row:
    status = str(resource.get("status", ""))
    note = "" if status in ("final", "") else status
    return Row(_words(resource.get("code")), _value(resource), _day(resource), note)


def _value(resource: Resource) -> str:
    if quantity := resource.get("valueQuantity"):
        number, unit = quantity.get("value", ""), quantity.get("unit") or quantity.get("code") or ""
        return f"{quantity.get('comparator', '')}{number} {unit.replace(*_WRITTEN_OUT)}".strip()
    if "valueCodeableConcept" in resource:
        return _words(resource["valueCodeableConcept"])
    for member in ("valueString", "valueInteger", "valueBoolean", "valueDateTime"):
        if member in resource:
            return str(resource[member])
    if "dataAbsentReason" in resource:
        return f"no result: {_words(resource['dataAbsentReason'])}"
    return "no value"


def _day(resource: Resource) -> str:
    members = (
        "effectiveDateTime", "onsetDateTime", "performedDateTime", "authoredOn", "recordedDate", "issued",
        "occurrenceDateTime",
    )  # fmt: skip
    period = (resource.get("effectivePeriod") or resource.get("performedPeriod") or {}).get("start", "")
    return next((str(resource[member])[:10] for member in members if resource.get(member)), str(period)[:10])
