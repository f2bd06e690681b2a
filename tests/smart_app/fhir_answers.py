"""What a FHIR server says: searchsets and OperationOutcomes, and which resource a search finds."""

from __future__ import annotations

from tests.smart_app.charts import Resource


def fits(resource: Resource, kind: str, parameters: dict[str, str]) -> bool:
    """Whether a search finds it: by patient, code and category, each code with or without its system."""
    who = parameters.get("patient", parameters.get("subject", "")).removeprefix("Patient/")
    owner = resource.get("subject", resource.get("patient", {})).get("reference", "")
    if resource["resourceType"] != kind or (who and owner != f"Patient/{who}"):
        return False
    return all(_has(resource, name, parameters[name]) for name in ("code", "category") if name in parameters)


def _has(resource: Resource, name: str, wanted: str) -> bool:
    told = resource.get(name) or {}
    codings = [coding for one in (told if isinstance(told, list) else [told]) for coding in one.get("coding", [])]
    codes = {one.rpartition("|")[2] for one in wanted.split(",")}
    return any(coding["code"] in codes for coding in codings)


def searchset(*resources: Resource, following: str | None = None) -> Resource:
    links = [{"relation": "next", "url": following}] if following else []
    entries = [{"resource": resource, "search": {"mode": "match"}} for resource in resources]
    bundle = {"resourceType": "Bundle", "type": "searchset", "link": links, "entry": entries}
    return {name: value for name, value in bundle.items() if value}


def outcome(code: str = "exception") -> Resource:
    issue = {"severity": "error", "code": code, "diagnostics": "secret-diagnostics of an EHR"}
    return {"resourceType": "OperationOutcome", "issue": [issue]}
