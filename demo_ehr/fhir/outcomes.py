"""How the demo EHR's FHIR server answers: FHIR JSON, and an OperationOutcome wherever something is amiss."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from flask import Response

FHIR_JSON = "application/fhir+json"


class Refused(Exception):
    """A request that gets an OperationOutcome: HTTP ``status``, issue type ``code``, and what to do about it."""

    def __init__(self, status: int, code: str, text: str) -> None:
        super().__init__(text)
        self.status, self.code, self.text = status, code, text


def fhir_answer(content: Mapping[str, Any], status: int = 200, media_type: str = FHIR_JSON) -> Response:
    return Response(json.dumps(content, ensure_ascii=False, indent=1), status, content_type=media_type)


def operation_outcome(code: str, text: str) -> dict[str, Any]:
    return {
        "resourceType": "OperationOutcome",
        "issue": [{"severity": "error", "code": code, "diagnostics": text}],
    }


def refusal(refused: Refused) -> Response:
    answer = fhir_answer(operation_outcome(refused.code, refused.text), refused.status)
    if refused.status == 401:
        answer.headers["WWW-Authenticate"] = 'Bearer realm="demo EHR"'
    return answer
