"""What SMART adds to OAuth: ``aud`` and ``launch`` in the request; launch context and id_token in the reply.

Source: SMART App Launch 2.2, App Launch and Scopes and Launch Context (launch context data, identity data).
"""

from __future__ import annotations

import json
import time
from base64 import urlsafe_b64encode
from typing import TYPE_CHECKING, Any

from authlib.oauth2.rfc6749 import InvalidRequestError

from demo_ehr.authority.tokens import USER, LaunchContext

if TYPE_CHECKING:
    from demo_ehr.application import DemoEhr

ID_TOKEN_SECONDS = 300
TENANT = "demo-hospital"


class SmartRequest:
    """An extension of the code grant: the request must be meant for this EHR, and come from a launch we know."""

    def __init__(self, demo: DemoEhr) -> None:
        self._demo = demo

    def __call__(self, grant: Any) -> None:
        grant.register_hook("after_validate_authorization_request_payload", self.validate)

    def validate(self, grant: Any, _redirect_uri: str) -> None:
        """Raises ``InvalidRequestError``, which goes back to the app."""
        sent = grant.request.payload.data
        scopes = (sent.get("scope") or "").split()
        if sent.get("aud") != self._demo.fhir_base:
            raise InvalidRequestError("aud must be the address of this FHIR server")
        if not sent.get("state"):
            raise InvalidRequestError("state is required")
        if "launch" in sent and self._demo.authority.launch_context(sent["launch"]) is None:
            raise InvalidRequestError("this launch is unknown or too old; launch the app again")
        if "launch" in scopes and "launch" not in sent:
            raise InvalidRequestError("scope launch needs the launch parameter")
        if "launch" not in sent and "launch/patient" not in scopes:
            raise InvalidRequestError("without a launch, ask for scope launch/patient")


class SmartReply:
    """An extension of both grants: the token reply says who the patient is, and in the first one who the user is."""

    def __init__(self, demo: DemoEhr) -> None:
        self._demo = demo

    def __call__(self, grant: Any) -> None:
        grant.register_hook("after_create_token_response", self.complete)

    def complete(self, grant: Any, response: tuple[int, dict[str, Any], Any]) -> None:
        _, token, _ = response
        token |= self._context(grant.request.user)
        if "openid" in token["scope"].split() and grant.GRANT_TYPE == "authorization_code":
            token["id_token"] = self._id_token(grant.request)

    def _context(self, context: LaunchContext) -> dict[str, Any]:
        told = {
            "patient": None if self._demo.faults.on("no-patient-in-token") else context.patient_id,
            "encounter": context.encounter,
            "need_patient_banner": context.need_patient_banner,
            "intent": context.intent,
            "appContext": context.app_context,
            "smart_style_url": f"{self._demo.base_url}/auth/smart-style.json",
            "tenant": TENANT,
        }
        return {name: value for name, value in told.items() if value is not None}

    def _id_token(self, request: Any) -> str:
        now = int(time.time())
        claims = {
            "iss": self._demo.authority.issuer,
            "sub": "demo-clinician",
            "aud": request.client.client_id,
            "iat": now,
            "exp": now + ID_TOKEN_SECONDS,
            "fhirUser": f"{self._demo.fhir_base}/{USER}",
        }
        if request.authorization_code.nonce:
            claims["nonce"] = request.authorization_code.nonce
        if self._demo.faults.on("id-token-bad-signature"):
            return self._demo.keys.sign_badly(claims)
        if self._demo.faults.on("id-token-alg-none"):
            return _unsigned(claims)
        return self._demo.keys.sign(claims, request.client.id_token_algorithm)


def _unsigned(claims: dict[str, Any]) -> str:
    parts = ({"alg": "none", "typ": "JWT"}, claims)
    return ".".join(urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=").decode() for part in parts) + "."
