"""``GET /fhir/metadata``: what the demo EHR's FHIR server can do, made from the tables that it does it by."""

from __future__ import annotations

from typing import Any

from demo_ehr.charts import INCLUDE_MEDICATION, SEARCHABLE

CREATABLE = ("MedicationRequest", "ServiceRequest", "Task")
_OAUTH_URIS = "http://fhir-registry.smarthealthit.org/StructureDefinition/oauth-uris"
_SECURITY_SERVICE = "http://terminology.hl7.org/CodeSystem/restful-security-service"


def capability_statement(base_url: str, date: str, fhir_version: str = "4.0.1") -> dict[str, Any]:
    return {
        "resourceType": "CapabilityStatement",
        "status": "active",
        "date": date,
        "kind": "instance",
        "software": {"name": "RLS nutrients demo EHR"},
        "implementation": {"description": "Invented patients for a demonstration", "url": f"{base_url}/fhir"},
        "fhirVersion": fhir_version,
        "format": ["application/fhir+json"],
        "rest": [
            {
                "mode": "server",
                "security": _security(base_url),
                "resource": [_resource(name) for name in SEARCHABLE],
            }
        ],
    }


def _security(base_url: str) -> dict[str, Any]:
    addresses = {"authorize": "authorize", "token": "token", "introspect": "introspect"}
    return {
        "service": [{"coding": [{"system": _SECURITY_SERVICE, "code": "SMART-on-FHIR"}]}],
        "extension": [
            {
                "url": _OAUTH_URIS,
                "extension": [{"url": name, "valueUri": f"{base_url}/auth/{path}"} for name, path in addresses.items()],
            }
        ],
    }


def _resource(name: str) -> dict[str, Any]:
    interactions = ["read", "search-type", *(["create"] if name in CREATABLE else [])]
    described: dict[str, Any] = {
        "type": name,
        "interaction": [{"code": code} for code in interactions],
        "searchParam": [
            {"name": parameter, "type": "reference" if parameter in ("patient", "subject") else kind}
            for parameter, (kind, _) in SEARCHABLE[name].items()
        ],
    }
    return {**described, "searchInclude": [INCLUDE_MEDICATION]} if name == "MedicationRequest" else described
