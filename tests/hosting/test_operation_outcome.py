"""Refusals are FHIR: every code that may be used is one that FHIR R4 knows."""

from __future__ import annotations

from typing import get_args

import pytest
from fhir.resources.R4B.operationoutcome import OperationOutcome

from hosting import outcome_response, write_outcome
from hosting.operation_outcome import IssueCode, IssueSeverity

# http://hl7.org/fhir/R4/valueset-issue-type.html, all of it.
# fmt: off
R4_ISSUE_TYPES = {
    "invalid", "structure", "required", "value", "invariant",
    "security", "login", "unknown", "expired", "forbidden", "suppressed",
    "processing", "not-supported", "duplicate", "multiple-matches", "not-found", "deleted", "too-long", "code-invalid",
    "extension", "too-costly", "business-rule", "conflict",
    "transient", "lock-error", "no-store", "exception", "timeout", "incomplete", "throttled",
    "informational",
}
# fmt: on


@pytest.mark.parametrize("severity", get_args(IssueSeverity))
@pytest.mark.parametrize("code", get_args(IssueCode))
def test_is_a_valid_r4_resource(code: IssueCode, severity: IssueSeverity) -> None:
    assert code in R4_ISSUE_TYPES
    written = write_outcome(code, "No laboratory results could be read.", severity)
    assert OperationOutcome.model_validate(written).issue[0].code == code


@pytest.mark.conformance("CH-07")
def test_is_answered_as_json_under_its_status() -> None:
    answer = outcome_response(412, "incomplete", "No laboratory results could be read.")
    assert answer.status_code == 412
    assert answer.mimetype == "application/json"
    assert answer.get_json() == {
        "resourceType": "OperationOutcome",
        "issue": [{"severity": "error", "code": "incomplete", "diagnostics": "No laboratory results could be read."}],
    }
