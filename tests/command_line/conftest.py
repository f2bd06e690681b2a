"""A small chart, and the command as a person would call it."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from click.testing import CliRunner, Result

from command_line import main

Call = Callable[..., Result]
UCUM = "http://unitsofmeasure.org"


@pytest.fixture
def call() -> Call:
    """``call("assess", "-", given=b"...")``: in this process; ``assess`` as of 22 November 2026."""

    def run(*arguments: str, given: bytes = b"") -> Result:
        today = ("--today", "2026-11-22") if arguments[:1] == ("assess",) and "--today" not in arguments else ()
        return CliRunner().invoke(main, [*arguments, *today], input=given)

    return run


def patient(id_: str = "p1") -> dict[str, Any]:
    return {"resourceType": "Patient", "id": id_, "birthDate": "1980-01-01", "gender": "female"}


def result(id_: str, loinc: str, value: Any, unit: str, day: str = "2026-11-15") -> dict[str, Any]:
    return {
        "resourceType": "Observation",
        "id": id_,
        "status": "final",
        "code": {"coding": [{"system": "http://loinc.org", "code": loinc}]},
        "subject": {"reference": "Patient/p1"},
        "effectiveDateTime": f"{day}T08:00:00+01:00",
        "valueQuantity": {"value": value, "unit": unit, "system": UCUM, "code": unit},
    }


def restless_legs() -> dict[str, Any]:
    active = {"system": "http://terminology.hl7.org/CodeSystem/condition-clinical", "code": "active"}
    return {
        "resourceType": "Condition",
        "id": "rls",
        "clinicalStatus": {"coding": [active]},
        "code": {"coding": [{"system": "http://snomed.info/sct", "code": "32914008"}]},
        "subject": {"reference": "Patient/p1"},
    }


def bundle(*resources: dict[str, Any]) -> bytes:
    entries = [{"resource": resource} for resource in resources]
    return json.dumps({"resourceType": "Bundle", "type": "collection", "entry": entries}).encode()


@pytest.fixture
def chart() -> bytes:
    """A woman of 46 with restless legs, ferritin 22 and a saturation of 12 per cent."""
    ferritin, saturation = result("f1", "2276-4", 22, "ug/L"), result("t1", "2502-3", 12, "%")
    return bundle(patient(), restless_legs(), ferritin, saturation)
