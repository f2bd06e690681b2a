"""What the fault switchboard does to the FHIR server: before an answer is made, and to the answer."""

from __future__ import annotations

import time
from typing import Any

from flask import Response

from demo_ehr.charts import Charts, Parameters, SearchResult
from demo_ehr.faults import Switchboard
from demo_ehr.fhir.outcomes import Refused

Resource = dict[str, Any]
SLOW_SECONDS = 3
HANG_SECONDS = 60
ELSEWHERE = "https://elsewhere.example/fhir"
DSTU2_JSON = "application/json+fhir"
_SOMETHING_BROKE = "<!doctype html><title>Error</title><h1>Something broke</h1><p>The demo EHR pretends to be broken."


def before_answering(faults: Switchboard) -> Response | None:
    """Waits or answers instead of the server; None where the request is to be answered as usual."""
    if faults.on("slow"):
        time.sleep(SLOW_SECONDS)
    faults.wait_while_on("hang", HANG_SECONDS)
    if faults.on("html-error"):
        return Response(_SOMETHING_BROKE, 500, content_type="text/html; charset=utf-8")
    if faults.on("fhir-unavailable"):
        raise Refused(503, "transient", "the FHIR server is being maintained (a fault of the switchboard)")
    if faults.on("fhir-unauthorized"):
        raise Refused(401, "login", "the access token is not accepted (a fault of the switchboard)")
    return None


def must_be_allowed(faults: Switchboard, resource_type: str, parameters: Parameters) -> None:
    """Raises ``Refused`` (400, ``required``) for a search that a stricter EHR would not answer."""
    if resource_type != "Observation":
        return
    given = {name.partition(":")[0] for name, _ in parameters}
    if faults.on("category-required") and "category" not in given:
        raise Refused(400, "required", "a search for Observation needs a category")
    if faults.on("strict-search") and not given & {"code", "category"}:
        raise Refused(400, "required", "a search for Observation needs a code or a category")


def with_strangers(
    faults: Switchboard, charts: Charts, result: SearchResult, patient_id: str, kind: str
) -> SearchResult:
    """The fault of another patient's resources: those of the first chart that has any of this type."""
    if not faults.on("other-patient"):
        return result
    for patient in charts.patients():
        strangers = [it for it in charts.resources_of(patient["id"]) if it["resourceType"] == kind]
        if patient["id"] != patient_id and strangers:
            return SearchResult([*result.matches, *strangers], result.included)
    return result


def with_wrong_version(resource: Resource) -> Resource:
    """As an old server would tell it: members of DSTU2 in the place of those of R4."""
    told = dict(resource)
    if told["resourceType"] == "Bundle":
        return {**told, "entry": [_entry(entry) for entry in told.get("entry", [])]}
    for name, value in resource.items():
        if name == "category" and isinstance(value, list):
            told[name] = value[0]
        if name in ("clinicalStatus", "verificationStatus"):
            told[name] = value["coding"][0]["code"]
    if told["resourceType"] in ("Condition", "AllergyIntolerance") and "subject" in told:
        told["patient"] = told.pop("subject")
    if told["resourceType"] == "MedicationRequest":
        told["resourceType"] = "MedicationOrder"
    return told


def _entry(entry: Resource) -> Resource:
    return {**entry, "resource": with_wrong_version(entry["resource"])}
