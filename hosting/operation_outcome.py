"""FHIR R4 OperationOutcome: how a refusal is worded for software (CDS Hooks 3.0 section Returning OperationOutcome).

A refused call SHOULD carry one. Its ``diagnostics`` is read by people and kept in other people's logs, so it never
holds a patient's data, a token, or anything that the caller sent.
"""

from __future__ import annotations

from typing import Any, Literal, TypeAlias

from flask import Response, json

IssueSeverity: TypeAlias = Literal["fatal", "error", "warning", "information"]
# The part of http://hl7.org/fhir/issue-type (required binding) that this service has use for.
IssueCode: TypeAlias = Literal[
    "structure",
    "required",
    "value",
    "invariant",
    "invalid",
    "login",
    "security",
    "not-supported",
    "not-found",
    "too-long",
    "too-costly",
    "business-rule",
    "throttled",
    "transient",
    "timeout",
    "incomplete",
    "exception",
    "processing",
]

# CDS Hooks exchanges application/json (section Use of JSON), also where the body is an OperationOutcome; clients
# that parse by media type alone would leave application/fhir+json unread.
MEDIA_TYPE = "application/json"


def write_outcome(code: IssueCode, diagnostics: str, severity: IssueSeverity = "error") -> dict[str, Any]:
    """An OperationOutcome with one issue, as the JSON that FHIR R4 prescribes."""
    return {
        "resourceType": "OperationOutcome",
        "issue": [{"severity": severity, "code": code, "diagnostics": diagnostics}],
    }


def outcome_response(status: int, code: IssueCode, diagnostics: str) -> Response:
    """Answers with an OperationOutcome under the given HTTP status."""
    body = json.dumps(write_outcome(code, diagnostics))
    return Response(body, status=status, content_type=MEDIA_TYPE)
