"""The access audit as FHIR R4 AuditEvent, which hospitals' audit repositories read.

Source: FHIR R4 AuditEvent; IHE BasicAudit's pattern of a patient's record being read. ``who`` and the patient are
references at the EHR that was looked at; what the EHR did not tell is not made up.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from hosting.access_audit import AccessOutcome, AccessRecord

_PATIENT_RECORD = {
    "system": "http://dicom.nema.org/resources/ontology/DCM",
    "code": "110110",
    "display": "Patient Record",
}
_PERSON = {"system": "http://terminology.hl7.org/CodeSystem/audit-entity-type", "code": "1", "display": "Person"}
_IS_PATIENT = {"system": "http://terminology.hl7.org/CodeSystem/object-role", "code": "1", "display": "Patient"}
_TREATMENT = {"system": "http://terminology.hl7.org/CodeSystem/v3-ActReason", "code": "TREAT", "display": "treatment"}
# http://hl7.org/fhir/audit-event-outcome
_OUTCOMES: dict[AccessOutcome, tuple[str, str]] = {
    "success": ("0", "the chart was read and assessed"),
    "nothing-readable": ("4", "what came of the chart could not be used"),
    "failure": ("8", "the chart could not be read"),
}


def audit_event(number: int, record: AccessRecord, fhir_bases: Mapping[str, str]) -> dict[str, Any]:
    """``fhir_bases`` by name of the EHR; where one is not known, references stay relative."""
    base = fhir_bases.get(record.ehr, "").rstrip("/")
    code, description = _OUTCOMES[record.outcome]
    return {
        "resourceType": "AuditEvent",
        "id": f"access-{number}",
        "type": _PATIENT_RECORD,
        "subtype": [{"code": record.purpose}],
        "action": "R",
        "recorded": datetime.fromtimestamp(record.accessed_at, UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "outcome": code,
        "outcomeDesc": description,
        "purposeOfEvent": [{"coding": [_TREATMENT]}],
        "agent": [_user(record.who, base), {"who": {"display": f"EHR {record.ehr}"}, "requestor": False}],
        "source": {"observer": {"display": "rls-nutrients"}},
        "entity": [_patient(record, base)],
    }


def as_bundle(events: list[dict[str, Any]]) -> dict[str, Any]:
    return {"resourceType": "Bundle", "type": "collection", "entry": [{"resource": event} for event in events]}


def _user(who: str | None, base: str) -> dict[str, Any]:
    told = {"reference": _absolute(who, base)} if who else {"display": "a user whom the EHR did not name"}
    return {"who": told, "requestor": True}


def _patient(record: AccessRecord, base: str) -> dict[str, Any]:
    entity: dict[str, Any] = {
        "what": {"reference": _absolute(f"Patient/{record.patient}", base)},
        "type": _PERSON,
        "role": _IS_PATIENT,
    }
    if record.request_id:
        entity["detail"] = [{"type": "request", "valueString": record.request_id}]
    return entity


def _absolute(reference: str, base: str) -> str:
    return reference if "://" in reference or not base else f"{base}/{reference}"
