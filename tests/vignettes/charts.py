"""Turns a story into the FHIR R4 Bundle that an EHR would send for it.

Unless a story says otherwise: results are final, from the morning of seven days ago, and an adult's eGFR, adjusted
calcium and potassium are on file and normal; a woman of 12 to 55 is on file as not pregnant.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import msgspec

from tests.vignettes.stories import Person, Story, read_yaml

TODAY = date(2026, 11, 22)
ASKED = frozenset(
    {"Patient", "Observation", "Condition", "MedicationRequest", "AllergyIntolerance", "Procedure", "Encounter"}
)
CODES = read_yaml("codes.yaml")
DAYS_AGO = 7
LONG_TAKEN_DAYS = 400
ADEQUATE_IRON = {"ferritin": "140 ng/mL", "transferrin-saturation": "28 %", "crp": "1 mg/L"}
NORMAL = {"egfr": "90 mL/min/{1.73_m2}", "adjusted-calcium": "2.35 mmol/L", "potassium": "4.2 mmol/L"}
_RESULT = re.compile(r"(<=|>=|<|>)?\s*(-?\d+(?:\.\d+)?)\s*(.*)")
_ME = {"reference": "Patient/told"}


def bundle_of(story: Story) -> bytes:
    """The Bundle as bytes; numbers keep the digits that the story gives them."""
    entries = [{"resource": resource} for resource in _resources(story)]
    bundle = {"resourceType": "Bundle", "type": "collection", "entry": entries}
    return msgspec.json.Encoder(decimal_format="number").encode(bundle)


def _resources(story: Story) -> Iterator[dict[str, Any]]:
    yield _patient(story.patient)
    if story.restless_legs:
        yield _condition("restless-legs", "32914008", "active")
    if story.patient.pregnant_weeks is not None:
        yield _condition("pregnancy", "77386006", "active")
    yield from _pregnancy(story.patient)
    for number, problem in enumerate(story.problems, 1):
        told = problem if isinstance(problem, dict) else {"code": problem}
        yield _condition(f"problem-{number}", str(told["code"]), told.get("status", "active"))
    for number, drug in enumerate(story.medications, 1):
        yield _medication(f"drug-{number}", drug if isinstance(drug, dict) else {"drug": drug})
    for number, drug in enumerate(story.allergies, 1):
        yield _allergy(f"allergy-{number}", drug)
    for number, done in enumerate(story.procedures, 1):
        yield _procedure(f"procedure-{number}", done)
    for number, test in enumerate(story.ordered_tests, 1):
        yield _ordered_test(f"ordered-{number}", test)
    yield from _observations(story)


def _patient(person: Person) -> dict[str, Any]:
    born = date(TODAY.year - person.age, 6, 15)
    if person.age_months is not None:
        years, month = divmod(12 * TODAY.year + TODAY.month - 1 - person.age_months, 12)
        born = date(years, month + 1, 15)
    return {"resourceType": "Patient", "id": "told", "gender": person.sex, "birthDate": born.isoformat()}


def _pregnancy(person: Person) -> Iterator[dict[str, Any]]:
    if person.pregnant_weeks is not None:
        due = TODAY + timedelta(days=7 * (40 - person.pregnant_weeks))
        yield _status("due-date", "11779-6", {"valueDateTime": due.isoformat()})
    elif person.sex == "female" and 12 <= person.age <= 55:
        yield _status("pregnancy-status", "82810-3", {"valueCodeableConcept": {"text": "Not pregnant"}})


def _status(id_: str, loinc: str, value: dict[str, Any]) -> dict[str, Any]:
    return {**_observation(id_, loinc, DAYS_AGO), **value}


def _observations(story: Story) -> Iterator[dict[str, Any]]:
    for analyte, results in _labs(story).items():
        for number, result in enumerate(results if isinstance(results, list) else [results], 1):
            yield _lab(f"{analyte}-{number}", analyte, result if isinstance(result, dict) else {"result": result})


def _labs(story: Story) -> dict[str, Any]:
    labs = dict(ADEQUATE_IRON) if story.adequate_iron else {}
    # A child has no default eGFR, and whoever is on dialysis has none that means anything.
    if story.patient.age >= 18:
        labs |= NORMAL
    if "calcium" in story.labs:
        labs.pop("adjusted-calcium", None)
    labs |= story.labs
    return {analyte: result for analyte, result in labs.items() if analyte not in story.not_measured}


def _lab(id_: str, analyte: str, told: dict[str, Any]) -> dict[str, Any]:
    comparator, number, unit = _taken_apart(str(told["result"]))
    codes = CODES["laboratory"][analyte]
    loinc = told.get("loinc") or codes.get(unit) or codes[""]
    quantity: dict[str, Any] = {"value": Decimal(number)}
    if comparator:
        quantity["comparator"] = comparator
    if unit:
        quantity |= {"unit": unit, "system": "http://unitsofmeasure.org", "code": unit}
    observation = _observation(id_, loinc, told.get("days_ago", DAYS_AGO), told.get("time", "08:00"))
    observation |= {"status": told.get("status", "final"), "valueQuantity": quantity}
    if "note" in told:
        observation["note"] = [{"text": told["note"]}]
    if "method" in told:
        observation["method"] = {"text": told["method"]}
    return observation


def _taken_apart(result: str) -> tuple[str | None, str, str]:
    match = _RESULT.fullmatch(result.strip())
    assert match, f"no result of a laboratory: {result!r}"
    return match[1], match[2], match[3].strip()


def _observation(id_: str, loinc: str, days_ago: int, time: str = "08:00") -> dict[str, Any]:
    return {
        "resourceType": "Observation",
        "id": id_,
        "status": "final",
        "code": {"coding": [{"system": "http://loinc.org", "code": loinc}]},
        "subject": _ME,
        "effectiveDateTime": f"{_day(days_ago)}T{time}:00+01:00",
    }


def _condition(id_: str, code: str, status: str) -> dict[str, Any]:
    clinical = "http://terminology.hl7.org/CodeSystem/condition-clinical"
    certainty = "http://terminology.hl7.org/CodeSystem/condition-ver-status"
    refuted = status == "refuted"
    return {
        "resourceType": "Condition",
        "id": id_,
        "clinicalStatus": {"coding": [{"system": clinical, "code": "inactive" if refuted else status}]},
        "verificationStatus": {"coding": [{"system": certainty, "code": "refuted" if refuted else "confirmed"}]},
        "code": {"coding": [_coding(code)]},
        "subject": _ME,
    }


def _coding(code: str) -> dict[str, str]:
    # SNOMED CT identifiers are digits alone; every ICD-10-CM code begins with a letter.
    system = "http://snomed.info/sct" if code.isdigit() else "http://hl7.org/fhir/sid/icd-10-cm"
    return {"system": system, "code": code}


def _drug(name: str) -> dict[str, Any]:
    coding = {"system": "http://www.nlm.nih.gov/research/umls/rxnorm", "code": str(CODES["drugs"][name])}
    return {"coding": [coding], "text": name}


def _medication(id_: str, told: dict[str, Any]) -> dict[str, Any]:
    """A prescription, or (``since_days``) a statement that tells since when the drug is really taken."""
    dosage = _dosage(told)
    if "since_days" in told:
        return {
            "resourceType": "MedicationStatement",
            "id": id_,
            "status": "completed" if "until_days" in told else "active",
            "medicationCodeableConcept": _product(told),
            "subject": _ME,
            "effectivePeriod": _period(told),
            "dosage": dosage,
        }
    prescribed = told.get("prescribed_days", LONG_TAKEN_DAYS)
    return {
        "resourceType": "MedicationRequest",
        "id": id_,
        "status": told.get("status", "active"),
        "intent": "order",
        "medicationCodeableConcept": _product(told),
        "subject": _ME,
        **({} if prescribed is None else {"authoredOn": _day(prescribed)}),
        "dosageInstruction": dosage,
    }


def _product(told: dict[str, Any]) -> dict[str, Any]:
    """A drug by its name here, or a product by its own RxNorm code or by nothing but its text."""
    if "product" in told:
        coding = [{"system": "http://www.nlm.nih.gov/research/umls/rxnorm", "code": told["product"]}]
        return {"coding": coding, "text": told["drug"]}
    return {"text": told["text"]} if "text" in told else _drug(told["drug"])


def _period(told: dict[str, Any]) -> dict[str, str]:
    days = {"start": told["since_days"], "end": told.get("until_days")}
    return {edge: _day(ago) for edge, ago in days.items() if ago is not None}


def _dosage(told: dict[str, Any]) -> list[dict[str, Any]]:
    dosage: dict[str, Any] = {"route": {"text": told.get("route", "by mouth")}}
    if "daily" in told:
        _, amount, unit = _taken_apart(told["daily"])
        quantity = {"value": Decimal(amount), "unit": unit, "system": "http://unitsofmeasure.org", "code": unit}
        dosage["doseAndRate"] = [{"doseQuantity": quantity}]
        dosage["timing"] = {"repeat": {"frequency": 1, "period": 1, "periodUnit": "d"}}
    return [dosage]


def _allergy(id_: str, told: str | dict[str, str]) -> dict[str, Any]:
    clinical = "http://terminology.hl7.org/CodeSystem/allergyintolerance-clinical"
    drug, kind = (told, "allergy") if isinstance(told, str) else (told["drug"], told["type"])
    code = _drug(drug) if drug in CODES["drugs"] else {"text": drug}
    told_of = {"type": kind} if kind else {}
    return {
        "resourceType": "AllergyIntolerance",
        "id": id_,
        "clinicalStatus": {"coding": [{"system": clinical, "code": "active"}]},
        **told_of,
        "code": code,
        "patient": _ME,
    }


def _procedure(id_: str, told: dict[str, Any]) -> dict[str, Any]:
    return {
        "resourceType": "Procedure",
        "id": id_,
        "status": "completed",
        "code": {"coding": [_coding(CODES["procedures"][told["procedure"]])]},
        "subject": _ME,
        "performedDateTime": _day(told["days_ago"]),
    }


def _ordered_test(id_: str, told: dict[str, Any]) -> dict[str, Any]:
    due = {"occurrenceDateTime": _day(-told["due_in_days"])} if "due_in_days" in told else {}
    return {
        "resourceType": "ServiceRequest",
        "id": id_,
        "status": "active",
        "intent": "order",
        "code": {"coding": [{"system": "http://loinc.org", "code": CODES["ordered_tests"][told["test"]]}]},
        "subject": _ME,
        "authoredOn": _day(told["days_ago"]),
        **due,
    }


def _day(days_ago: int) -> str:
    return (TODAY - timedelta(days=days_ago)).isoformat()
