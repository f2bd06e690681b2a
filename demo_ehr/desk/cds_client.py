"""The CDS client: calls the services of one CDS provider as an EHR does, signed, with prefetch and leave to ask back.

Source: CDS Hooks 2.0.1 sections Calling a CDS Service, FHIR Resource Access, Feedback, Trusting CDS Clients.
"""

from __future__ import annotations

import time
import uuid
from datetime import UTC, datetime
from typing import Any

import requests

from demo_ehr.application import DemoEhr
from demo_ehr.desk.exchanges import Exchange
from demo_ehr.desk.prefetch import outcomes_instead, prefetched

SECONDS_TO_ANSWER = 10
TOKEN_LIFE_SECONDS = 300
_READABLE = (
    "Patient", "Observation", "Condition", "MedicationRequest", "AllergyIntolerance", "Procedure", "ServiceRequest",
)  # fmt: skip
READ_SCOPES = " ".join(f"patient/{kind}.rs" for kind in _READABLE)
# What is shown in place of a token: the inspector must not teach anybody to paste one around.
_HIDDEN = "(not shown)"


class CdsClient:
    """``provider`` is the address below which ``/cds-services`` lies; ``client_id`` is what the EHR calls it."""

    def __init__(self, demo: DemoEhr, provider: str, client_id: str) -> None:
        self._demo, self._provider, self._client_id = demo, provider, client_id
        self._session = requests.Session()
        self._session.trust_env = False  # a proxy of the machine must not see, or break, calls on loopback
        self._services: list[dict[str, Any]] = []

    def services(self, hook: str) -> list[dict[str, Any]]:
        """The services of a hook by discovery, which is asked once. Empty where it does not answer."""
        if not self._services:
            try:
                answer = self._session.get(f"{self._provider}/cds-services", timeout=SECONDS_TO_ANSWER)
                self._services = answer.json()["services"]
            except (requests.RequestException, ValueError, KeyError):
                return []
        return [service for service in self._services if service["hook"] == hook]

    def call(self, service: dict[str, Any], context: dict[str, Any]) -> Exchange:
        """One hook call. Never raises for what the service or the network does: the exchange tells of it."""
        body = {
            "hook": service["hook"],
            "hookInstance": str(uuid.uuid4()),
            "fhirServer": self._demo.fhir_base,
            "context": context,
            **self._data(service.get("prefetch", {}), context),
        }
        return self._post(service, f"/cds-services/{service['id']}", body)

    def report(self, exchange: Exchange, entry: dict[str, Any]) -> Exchange:
        """Tells the service what became of one card."""
        service = {"hook": "feedback", "id": exchange.service}
        return self._post(service, f"/cds-services/{exchange.service}/feedback", {"feedback": [entry]})

    def _data(self, templates: dict[str, str], context: dict[str, Any]) -> dict[str, Any]:
        faults = self._demo.faults
        if faults.on("prefetch-missing"):
            return {}
        leave = self._demo.authority.access_token_for(context["patientId"], READ_SCOPES, self._client_id)
        if faults.on("prefetch-outcome"):
            return {"fhirAuthorization": leave, "prefetch": outcomes_instead(templates)}
        data = prefetched(templates, context, self._demo.charts, self._demo.fhir_base)
        return {"fhirAuthorization": leave, "prefetch": data}

    def _post(self, service: dict[str, Any], path: str, body: dict[str, Any]) -> Exchange:
        address = self._provider + path
        claims = self._claims(address)
        token = self._demo.keys.sign(claims, "ES384", header={"jku": f"{self._demo.base_url}/auth/jwks.json"})
        began = time.perf_counter()
        status, answer, problem = self._sent(address, token, body)
        return Exchange(
            hook=service["hook"],
            service=service["id"],
            address=address,
            headers={"Content-Type": "application/json", "Authorization": f"Bearer {_HIDDEN}"},
            claims=claims,
            request=_without_token(body),
            at=datetime.now(UTC),
            milliseconds=round((time.perf_counter() - began) * 1000),
            status=status,
            answer=answer,
            problem=problem,
        )

    def _claims(self, address: str) -> dict[str, Any]:
        now = int(time.time())
        return {
            "iss": self._demo.base_url,
            "aud": address,
            "iat": now,
            "exp": now + TOKEN_LIFE_SECONDS,
            "jti": str(uuid.uuid4()),
        }

    def _sent(self, address: str, token: str, body: dict[str, Any]) -> tuple[int | None, Any, str | None]:
        headers = {"Authorization": f"Bearer {token}"}
        try:
            reply = self._session.post(address, json=body, headers=headers, timeout=SECONDS_TO_ANSWER)
        except requests.Timeout:
            return None, None, f"The CDS service did not answer within {SECONDS_TO_ANSWER} seconds."
        except requests.RequestException:
            return None, None, "The CDS service could not be reached."
        try:
            answer = reply.json() if reply.content else None
        except ValueError:
            return reply.status_code, None, "The CDS service sent something that is not JSON."
        return reply.status_code, answer, None if reply.ok else _reason(reply.status_code, answer)


def _reason(status: int, answer: Any) -> str:
    """What an EHR would tell its user: the service's own words where it has some."""
    issues = answer.get("issue") if isinstance(answer, dict) else None
    first = issues[0] if isinstance(issues, list) and issues and isinstance(issues[0], dict) else {}
    told = first.get("diagnostics") or (first.get("details") or {}).get("text")
    return f"The CDS service answered {status}. {told or ''}".strip()


def _without_token(body: dict[str, Any]) -> dict[str, Any]:
    if "fhirAuthorization" not in body:
        return body
    return body | {"fhirAuthorization": body["fhirAuthorization"] | {"access_token": _HIDDEN}}
